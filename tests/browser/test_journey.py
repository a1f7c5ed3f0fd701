"""One project of a real portfolio, from the file to its first released tranche, in the browser.

Each act is done by the right person, signed in at the door, on the page that their list leads to.
Before each act everybody else tries it, and is refused; the history and the ledger fit at the end.
"""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import translation

from core import clock, money, outbox
from gating import permissions
from gating.models import Board, Gate, GateReview, Meeting, Motion, Record
from projects.funding import balances
from projects.models import ImportRun, Project
from tests.browser import portfolio
from tests.browser.road import Road

pytestmark = pytest.mark.browser

EDITORS = {"manager", "owner"}
SEATS = ("chair", "member1", "member2", "member3")
TEAM = ("product_manager", "delivery_manager", "user_researcher", "technical_lead")
PLAN = {"tranche_0": "50,000", "tranche_1": "900,000", "tranche_2": "1,000,000",
        "tranche_3": "1,050,000"}  # fmt: skip


class Journey(Road):
    """The road of the one project: what each stretch of it leaves for the next."""

    run: ImportRun
    project: Project
    review: GateReview
    meeting: Meeting
    motion: Motion

    def again(self) -> Project:
        """The project as it stands now."""
        self.project = Project.objects.get(pk=self.project.pk)
        return self.project

    @property
    def page(self) -> str:
        return self.project.get_absolute_url()

    def under(self, part: str) -> str:
        """An address under the project's own."""
        return f"{self.page}{part}"


@pytest.fixture
def journey(windows, everybody):
    return Journey(windows, everybody)


def test_a_project_of_a_real_portfolio_gets_its_first_tranche(journey, settings, tmp_path):
    import_the_portfolio(journey, portfolio.at_hand(tmp_path))
    name_people(journey)
    complete_the_entry(journey)
    triage(journey)
    draw(journey, 0, "2", enrol="authoriser")
    account_for_discovery(journey)
    make_the_case(journey)
    submit(journey, tmp_path)
    assess(journey)
    convene(journey)
    settings.CLOCK_SHIFT = timedelta(days=8)
    decide(journey)
    check_in_public(journey)
    draw(journey, 1, "5")
    see_that_all_fits(journey)


# The stretches of the road


def import_the_portfolio(journey, found):
    """The secretariat sends the file, looks at what it would do, and lets it be written."""
    journey.act("secretariat", "/imports/new/", {"mapping": "us-it-dashboard"},
                start=["/imports/"], file=("file", found.path))  # fmt: skip
    journey.run = ImportRun.objects.get()
    outbox.drain()
    window = journey.windows["secretariat"].go(journey.run.get_absolute_url())
    assert str(found.counts["created"]) in window.text
    assert Project.objects.count() == 0
    journey.run = journey.step("secretariat", journey.run, "load", reaches="loading")
    outbox.drain()
    journey.run.refresh_from_db()
    assert (journey.run.state, journey.run.counts) == ("done", found.counts)
    window.go(journey.run.get_absolute_url())
    assert money.show(found.total, "USD", "es") in window.page.locator("main").text_content()
    with window.page.expect_download() as download:
        window.page.click(f'main a[href="{journey.run.get_absolute_url()}report/"]')
    assert portfolio.KEY in download.value.path().read_text()
    journey.project = Project.objects.get(source_key=portfolio.KEY)


def name_people(journey):
    """The secretariat finds the project and names who manages it and who answers for it."""
    found = f"/portfolio/?q={journey.project.title.replace(' ', '+')}"
    journey.act(
        "secretariat", journey.under("edit/"),
        {"manager": "manager@demo.example", "owner": "owner@demo.example"},
        start=[found, journey.page],
    )  # fmt: skip
    assert journey.again().manager.email == "manager@demo.example"


def complete_the_entry(journey):
    """Manager and owner between them: entry, team, benefits, and the owner's word."""
    journey.act(
        "manager", journey.under("edit/"),
        {"users_and_needs": "Staff and citizens sign in once for all services.", "risk": "low",
         "product_owner": "product@demo.example", "shared_components": ["digital_identity"],
         "open_standards": "OpenID Connect, SAML 2.0", "licence": "Apache-2.0"},
        right=EDITORS,
    )  # fmt: skip
    for first in (0, 2):
        rows = {f"rows-{n}-role": TEAM[n] for n in (first, first + 1)}
        rows |= {f"rows-{n}-name": f"Persona {n}" for n in (first, first + 1)}
        press = f"[name=act][value={'save' if first else 'more'}]"
        path = journey.under("team/?more=4" if first else "team/")
        journey.act("manager", path, rows, right=EDITORS, press=press,
                    start=path if first else journey.page)  # fmt: skip
    benefits = {}
    for row, kind in enumerate(("financial", "social")):
        benefits |= {f"rows-{row}-kind": kind, f"rows-{row}-title": f"Beneficio {row}",
                     f"rows-{row}-measure": "Accesos", f"rows-{row}-unit": "%",
                     f"rows-{row}-baseline": "10", f"rows-{row}-target": "80",
                     f"rows-{row}-owner": "owner@demo.example",
                     f"rows-{row}-due": "2030-12-31"}  # fmt: skip
    journey.act("manager", journey.under("benefits/"), benefits, right=EDITORS,
                start=[journey.page], press="[name=act][value=save]")  # fmt: skip
    journey.act("owner", journey.under("accept/"))
    assert journey.again().gaps() == []


def triage(journey):
    """Duplicates are searched and answered for, tranches planned, the tier fixed."""
    path = journey.under("duplicates/")
    journey.act("secretariat", path, start=[journey.page], press="[name=act][value=search]")
    hits = list(journey.project.searches.first().hits.all())
    assert hits, "the portfolio holds projects like this one"
    answers = {f"hit-{hit.pk}-answer": "different" for hit in hits}
    answers |= {f"hit-{hit.pk}-explanation": "Another part of the service." for hit in hits}
    journey.act("secretariat", path, answers, start=[journey.page],
                press="[name=act][value=answer]")  # fmt: skip
    plan = journey.under("money/plan/")
    journey.act("manager", plan, PLAN, start=[journey.page, journey.under("money/")])
    journey.project = journey.step("secretariat", journey.project, "triage", reaches="triaged")
    assert journey.project.tier.code == "medium"
    journey.project = journey.step("manager", journey.project, "open_business_case",
                                   reaches="business_case")  # fmt: skip


def draw(journey, number, due, enrol=""):
    """The manager asks, one of finance prepares, another authorises; `due` cents are held back."""
    tranche = journey.project.tranches.get(number=number)
    before = balances(journey.project)["released"]
    tranche = journey.step("manager", tranche, "request_release", reaches="release_requested")
    tranche = journey.step("preparer", tranche, "prepare_release", reaches="release_prepared")
    if enrol:
        journey.windows[enrol].enrol()
        journey.windows[enrol].sign_out()
        journey.windows[enrol].sign_in()
    tranche = journey.step("authoriser", tranche, "authorise_release", reaches="released")
    assert balances(journey.project)["released"] == before + tranche.payable > 0


def account_for_discovery(journey):
    """The spend recorder enters what the discovery has cost."""
    spent = balances(journey.project)["released"]
    journey.act("recorder", journey.under("money/spending/"),
                {"amount": str(spent / 100), "reference": "INF-0001"})  # fmt: skip
    assert balances(journey.project)["spent"] == spent


def make_the_case(journey):
    """The manager writes the business case: five texts, two options by year."""
    texts = {name: f"{name}: why, and what follows." for name in
             ("strategic", "economic", "commercial", "financial", "management")}  # fmt: skip
    year = journey.project.starts_on.year
    options = {
        "options-0-title": "No hacer nada", "options-0-is_do_nothing": True,
        f"options-0-cost_{year}": "400000",
        "options-1-title": "Un solo acceso", "options-1-preferred": True,
        f"options-1-cost_{year}": "1500000", f"options-1-cost_{year + 1}": "1500000",
        f"options-1-benefit_{year + 1}": "2600000", f"options-1-benefit_{year + 2}": "2600000",
    }  # fmt: skip
    journey.act("manager", journey.under("case/"), {**texts, **options}, right=EDITORS,
                start=[journey.page], press="[name=act][value=save]")  # fmt: skip


def submit(journey, folder):
    """A review is planned, evidence shown for all criteria, and what is shown certified."""
    gate = Gate.objects.get(code="G1")
    journey.act("manager", journey.under("reviews/new/"), {"gate": str(gate.pk)},
                start=[journey.page])  # fmt: skip
    journey.review = GateReview.objects.get()
    journey.review = journey.step("manager", journey.review, "begin", reaches="collecting")
    report = folder / "informe.md"
    report.write_text("# Hallazgos\n\nVeinte personas entrevistadas.\n", encoding="utf-8")
    items = [str(item.pk) for item in journey.review.items.order_by("position")]
    half = len(items) // 2
    show(journey, "document", items[:half], {"title": "Informe de hallazgos"}, ("file", report))
    show(journey, "attestation", items[half:],
         {"title": "Declaración", "statement": "Se cumple como se describe."})  # fmt: skip
    journey.review = journey.step("manager", journey.review, "prepare", reaches="prepared")
    see_refusals(journey, journey.review.get_step_url("certify"))
    journey.review = journey.step("owner", journey.review, "certify", reaches="submitted")
    assert len(journey.review.bundle_hash) == 64


def see_refusals(journey, path):
    """What some of those who may not certify read in their browsers."""
    with translation.override("es"):
        why = str(permissions.owns.reason)
    for local in ("manager", "secretariat", "preparer", "auditor"):
        assert why in journey.windows[local].refused(path)
    for local in ("member1", "stranger"):
        assert journey.review.ref not in journey.windows[local].refused(path)


def show(journey, kind, items, values, file=None):
    """The manager adds one piece of evidence for several criteria at once."""
    review = journey.review.get_absolute_url()
    path = f"{review}evidence/new/"
    window = journey.windows["manager"].go(review)
    window.follow(path)
    window.page.click(f'main a[href="?kind={kind}"]')
    journey.act("manager", f"{path}?kind={kind}", {**values, "items": items}, file=file,
                start=f"{path}?kind={kind}", right={"owner", "product"})  # fmt: skip


def assess(journey):
    """Two assessors declare, rate and seal; the lead reports; the manager accepts the facts."""
    review = journey.review.get_absolute_url()
    people = {"lead": ("service", True), "assessor1": ("technology", False)}
    for local, (discipline, leads) in people.items():
        person = journey.project.manager.__class__.objects.get(email=f"{local}@demo.example")
        values = {"person": person.pk, "disciplines": [discipline]}
        journey.act("secretariat", f"{review}invite/",
                    {**values, **({"lead": True} if leads else {})}, start=[review])  # fmt: skip
        sheet = journey.review.assessments.get(assessor=person)
        journey.step(local, sheet, "declare_clear", reaches="declared")
    journey.review = journey.step("secretariat", journey.review, "start_assessment",
                                  reaches="in_assessment")  # fmt: skip
    for local in people:
        rate(journey, local)
    report(journey)
    journey.review = journey.step("lead", journey.review, "begin_factual_check",
                                  right={"secretariat"}, reaches="factual_check")  # fmt: skip
    journey.review = journey.step("manager", journey.review, "accept_facts",
                                  reaches="factual_check")  # fmt: skip
    assert journey.review.facts == "accepted"


def rate(journey, local):
    """An assessor rates every criterion on their sheet, and seals it."""
    sheet = journey.review.assessments.get(assessor__email=f"{local}@demo.example")
    items = journey.review.items.all()
    values = {f"value_{item.pk}": "green" for item in items}
    path = f"/assessments/{sheet.pk}/sheet/"
    journey.act(local, path, values, press="[name=seal]", on_record=False)
    journey.step(local, sheet, "seal", start=sheet.get_absolute_url(), reaches="sealed")


def report(journey):
    """The lead finds the worst rating proposed everywhere, writes the report and finishes it."""
    path = f"{journey.review.get_absolute_url()}report/"
    values = {"overall": "green", "report": "El equipo conoce a sus usuarios."}
    journey.act("lead", path, values, press="[name=finish]", on_record=False)
    journey.review = journey.step("lead", journey.review, "draft_report",
                                  start=journey.review.get_absolute_url(),
                                  reaches="report_drafted")  # fmt: skip


def convene(journey):
    """The board is convened in eight days, the papers go out, the review is tabled."""
    board = Board.objects.get(code="ICT")
    page = board.get_absolute_url()
    day = clock.today() + timedelta(days=8)
    journey.act("secretariat", f"{page}meetings/new/",
                {"day": day.isoformat(), "time": "00:30", "place": "Sala 3"},
                start=["/boards/", page])  # fmt: skip
    journey.meeting = Meeting.objects.get()
    journey.act("secretariat", f"{journey.meeting.get_absolute_url()}agenda/",
                {"items": [f"review-{journey.review.pk}"]},
                start=[page, journey.meeting.get_absolute_url()])  # fmt: skip
    journey.meeting = journey.step("secretariat", journey.meeting, "notice", reaches="noticed")
    journey.review = journey.step("secretariat", journey.review, "table", reaches="before_board")


def decide(journey):
    """A motion is drafted and tabled; the board sits, votes, and the result is published."""
    review = journey.review.get_absolute_url()
    journey.act("secretariat", f"{review}motions/new/",
                {"outcome": "approve", "text": "Se aprueba el paso a alfa."})  # fmt: skip
    journey.motion = Motion.objects.get()
    page = journey.motion.get_absolute_url()
    journey.motion = journey.step("secretariat", journey.motion, "table", reaches="tabled")
    journey.meeting = journey.step("chair", journey.meeting, "begin", reaches="in_session")
    meeting = journey.meeting.get_absolute_url()
    seats = {seat.user.local: str(seat.user_id) for seat in _seats(journey)}
    journey.act("secretariat", f"{meeting}attendance/", {"present": list(seats.values())},
                start=["/waiting/", meeting], right={"chair"})  # fmt: skip
    journey.motion = journey.step("chair", journey.motion, "open", reaches="open")
    for local, choice in zip(SEATS, ("for", "for", "against", "for"), strict=True):
        journey.act(local, f"{page}vote/", {"choice": choice}, start=["/waiting/", page],
                    right=SEATS)  # fmt: skip
    journey.motion = journey.step("chair", journey.motion, "close", reaches="carried")
    journey.motion = journey.step("secretariat", journey.motion, "publish", start=page,
                                  reaches="published")  # fmt: skip
    journey.meeting = journey.step("chair", journey.meeting, "close", reaches="closed")
    journey.review.refresh_from_db()
    journey.review = journey.step("owner", journey.review, "exercise", reaches="exercised")
    assert journey.again().stage == "alpha"


def _seats(journey):
    for seat in journey.meeting.board.seats_on(journey.meeting.day):
        seat.user.local = seat.user.email.partition("@")[0]
        yield seat


def check_in_public(journey):
    """Somebody without an account checks the decision by its code."""
    record = Record.objects.get()
    window = journey.windows.stranger_at(record.get_check_url())
    assert journey.project.title in window.text


def see_that_all_fits(journey):
    """The project's page says released, everybody was told, and both verifications end with 0."""
    tranche = journey.project.tranches.get(number=1)
    window = journey.windows["manager"].go(journey.page)
    with translation.override("es"):
        released = str(tranche.get_state_display())
    row = window.page.locator(
        "main tr", has=window.page.locator(f'a[href="{tranche.get_absolute_url()}"]')
    )
    assert released in row.inner_text()
    outbox.drain()
    assert "href" in journey.windows["manager"].go("/inbox/").page.content()
    call_command("verify_history")
    call_command("verify_ledger")
    assert (journey.windows.complaints, journey.faults) == ([], [])
    assert journey.everybody.refusals > 15 * journey.acts
