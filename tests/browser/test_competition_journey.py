"""One competition by prototype, from the officer's first draft to the signed order, in the browser.

Each act is done by the right person, signed in at the door, on the page that their list or links
lead to. Before each act everybody else tries it, and is refused. Until the opening no page tells
whether anybody bids; at no moment a bidder finds anything of the other's. Where the tests run
twice, on SQLite and on PostgreSQL, the pages are looked at in one of the two languages each time.
"""

import re
import socket
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.urls import reverse
from django.utils import translation

from core import clock, due, outbox
from core.cast import CAST
from oversight.demo import competing
from oversight.demo.company import who
from procurement import awarding, bidding
from procurement import keys as key_rules
from procurement.models import (
    Addendum,
    Bid,
    Challenge,
    Competition,
    ComplianceCheck,
    Prototype,
    ScoreSheet,
)
from tests.browser.crawl import kind_of
from tests.browser.looking import LOOKS
from tests.browser.road import Road
from tests.browser.windows import Window, Windows
from tests.browser.wrong_people import Everybody, main_of
from tests.factories import bids, competitions, money
from vendors.models import Vendor

pytestmark = pytest.mark.browser

LANGUAGE = LOOKS[0][0]
OFFICERS = {"officer", "officer2"}
PANEL = ("chair", "member1", "member2")
CUSTODIANS = dict(competing.CUSTODIANS)
NEEDED = list(CUSTODIANS)[: competing.THRESHOLD]
"""Who of them enters a share: the others are ill that day."""
BIDDERS = {"vendor": "Norte Digital, S.A. de C.V.", "rival": "Tablero Abierto, S.A.P.I."}
OF_A_BID = ("", "write/", "files/", "seal/", "copy/", "receipt/", "receipt/0.pdf")
LIST, PUBLIC_LIST = "/procurement/competitions/", "/competitions/"
SAVE = "[name=act][value=save]"
FILE_FORM = "main form[enctype='multipart/form-data'] button[type=submit]"
REHEARSE = "main form[action$='/rehearse/'] button"
TEXTS = {
    "title": "Pensión en línea",
    "background": "Las personas hacen fila durante horas para cobrar su pensión.",
    "users_and_needs": "Personas mayores necesitan su pensión en casa, a cualquier hora.",
    "outcomes": "Ocho de cada diez pensiones se cobran sin acudir a una oficina.",
}
TELLING = {"in_review", "published", "technical_consensus", "standstill", "contracted"}
"""States in which the page of a competition is looked at again."""
MOVING = re.compile(
    rb'<span[^>]*role="timer".*?</span>|csrfmiddlewaretoken" value="\w+"', re.DOTALL
)
"""What differs each time that a page is opened."""


class Journey(Road):
    """The road of the one competition: what each stretch of it leaves for the next."""

    once = True
    row: Competition
    lot: int
    project: str
    words: dict[str, dict[str, str]]
    """What each custodian wrote down."""

    def __init__(self, windows: Windows, everybody: Everybody) -> None:
        super().__init__(windows, everybody)
        self.seen: set[tuple[str, str]] = set()

    def again(self) -> Competition:
        """The competition as it stands now."""
        self.row = Competition.objects.get(pk=self.row.pk)
        return self.row

    @property
    def page(self) -> str:
        return self.row.get_absolute_url()

    @property
    def public(self) -> str:
        return self.row.get_public_url()

    def under(self, part: str) -> str:
        """An address under the competition's own."""
        return f"{self.page}{part}"

    def of(self, local: str, part: str = "") -> str:
        """An address of the bid of the company for which somebody bids."""
        return self.under(f"bid/{company(local).ref}/{part}")

    def look(self, window: Window, path: str) -> None:
        """Pages on which steps are confirmed are all alike, and so are most pages in all states."""
        kind = kind_of(path)
        plain = (kind.name, kind.state if kind.state in TELLING else "") if kind else (path, "")
        if plain not in self.seen:
            self.seen.add(plain)
            super().look(window, path)

    def take(self, local: str, name: str, reaches: str, right=OFFICERS) -> None:
        """A step of the competition, from what waits for them by way of its page."""
        self.row = self.step(local, self.row, name, right=right, reaches=reaches)


def company(local: str) -> Vendor:
    return Vendor.objects.get(name=BIDDERS[local])


def bid_of(local: str) -> Bid:
    return Bid.objects.get(vendor=company(local))


@pytest.fixture
def windows(chromium, live_server, staff):
    opened = Windows(chromium, live_server.url, (LANGUAGE, "light"))
    yield opened
    opened.close()


@pytest.fixture
def journey(windows, everybody, monkeypatch):
    """The project with its money past its gate, and the lot with three members, two of whom bid."""
    nowhere(monkeypatch)
    found = Journey(windows, everybody)
    with transaction.atomic():
        prepare(found)
    return found


def prepare(journey) -> None:
    cast = SimpleNamespace(**{member.local: who(member.local) for member in CAST})
    journey.lot = competitions.lot(cast, members=0).pk
    for local, name in BIDDERS.items():
        competitions.member(cast, name, by=getattr(cast, local))
    competitions.member(cast, "Empresa que no propone, S.C.")
    tranche = money.committed(cast, 5_000_000_00, product_owner=cast.product)
    journey.project = money.drawn(cast, tranche).project.ref


def nowhere(monkeypatch) -> None:
    """Addresses of prototypes lead nowhere, and no name service is asked for them."""
    known = socket.getaddrinfo

    def found(host, *said, **more):
        if str(host).endswith(".invalid"):
            raise socket.gaierror(socket.EAI_NONAME, "not known")
        return known(host, *said, **more)

    monkeypatch.setattr(socket, "getaddrinfo", found)


def test_a_competition_from_its_draft_to_the_signed_order(journey, settings, tmp_path):
    draft(journey)
    make_keys(journey)
    publish(journey)
    before = sealed_off(journey)
    bid(journey, "vendor", tmp_path)
    ask_and_answer(journey, before)
    change(journey)
    before = sealed_off(journey)
    confirm(journey)
    bid(journey, "rival", tmp_path)
    assert sealed_off(journey) == before
    settings.CLOCK_SHIFT = until(journey.row.closes_at)
    open_bids(journey)
    check(journey)
    declare(journey)
    score(journey)
    agree(journey)
    open_prices(journey)
    approve(journey)
    challenge(journey)
    settings.CLOCK_SHIFT = until(journey.again().standstill_ends)
    award(journey)
    sign(journey)
    see_the_end(journey)
    see_that_all_fits(journey)


def until(moment) -> timedelta:
    """How far the clock has to be moved to stand a little after a moment."""
    return settings.CLOCK_SHIFT + (moment - clock.now()) + timedelta(minutes=1)


# What nobody learns


def sealed_off(journey) -> dict[tuple[str, str], bytes]:
    """Before the opening: what the pages of the competition tell to whom.

    Nothing in them is of a bid, and the pages of bids do not exist.
    """
    told = {}
    places = [journey.page, journey.public, journey.under("keys/"), "/waiting/", "/inbox/"]
    nowhere_yet = [journey.under(part) for part in ("bids/", "late/", "evaluation/", "award/")]
    for local in ("officer", "officer2", "secretariat", "auditor", "admin", "chair", "owner", ""):
        client = journey.everybody.clients[local] if local else journey.everybody.nobody
        for path in places:
            page = MOVING.sub(b"", main_of(client.get(path).content))
            assert not any(word.encode() in page for word in bid_words()), f"{local} {path}"
            told[local, path] = page
        wanted = 404 if local else 302
        found = {client.get(path).status_code for path in nowhere_yet}
        assert found == {wanted}, local
    assert not Bid.objects.exists()
    apart(journey)
    return told


def bid_words() -> list[str]:
    """What only a bid says, and who bids."""
    return ["Propuesta secreta", "git.invalid", "Ana Pérez", "prototipo.bundle", *BIDDERS.values()]


def apart(journey) -> None:
    """Neither bidder finds anything of the other's bid."""
    for other, local in (("vendor", "rival"), ("rival", "vendor")):
        client = journey.everybody.clients[other]
        paths = [journey.of(local, part) for part in OF_A_BID]
        opened = Bid.objects.filter(vendor=company(local)).first()
        if opened is not None:
            named = ("bid_detail", "debrief", "debrief_pdf", "challenge_create")
            paths += [reverse(f"procurement:{name}", args=[opened.pk]) for name in named]
            paths += [one.get_absolute_url() for one in (
                *ComplianceCheck.objects.filter(bid=opened), *Prototype.objects.filter(bid=opened),
                *Challenge.objects.filter(bid=opened))]  # fmt: skip
            paths += [reverse("procurement:bid_file", args=[opened.pk, file.pk])
                      for file in opened.files.all()]  # fmt: skip
        assert {path: client.get(path).status_code for path in paths} == dict.fromkeys(paths, 404)


# From the draft to the deadline


def draft(journey) -> None:
    """The first officer begins from a template, fills the parts in, and names the panel."""
    begun = {"template": "18f-design", "project": journey.project, "lot": journey.lot,
             "title": TEXTS["title"]}  # fmt: skip
    journey.act("officer", f"{LIST}new/", begun, start=LIST, right=OFFICERS)
    journey.row = Competition.objects.get()
    dates = {}
    for name, days in (("questions", 8), ("closes", 20)):
        day = clock.working_days_after(clock.today(), days, journey.row.institution)
        dates |= {f"{name}_on": day.isoformat(), f"{name}_time": "12:00"}
    parts = {"texts": TEXTS, "dates": dates, "price": {"estimate": "1,400,000"}}
    for part, said in parts.items():
        journey.act("officer", journey.under(f"edit/{part}/"), said, press=SAVE,
                    start=["/waiting/", journey.page])  # fmt: skip
    for local in PANEL:
        seat = {"person": f"{local}@demo.example", "role": "member" if local != "chair" else local}
        journey.act("officer", journey.under("panel/"), seat, start=["/waiting/", journey.page],
                    right=OFFICERS)  # fmt: skip
    journey.visit("officer2", LIST, journey.page, journey.under("review/"))
    journey.take("officer", "submit_for_review", "in_review", right=())


def make_keys(journey) -> None:
    """An officer makes the keys; custodians see and confirm their shares, and rehearse.

    Those who enter shares later do so in the browser, the others by the same rules.
    """
    keys, page = journey.under("keys/"), journey.page
    named = {}
    for number, (local, office) in enumerate(CUSTODIANS.items(), 1):
        named |= {f"person_{number}": f"{local}@demo.example", f"office_{number}": office}
    journey.act("officer2", f"{keys}make/", named, start=["/waiting/", page, keys], right=OFFICERS)
    journey.words = {}
    for local in NEEDED:
        journey.act(local, f"{keys}share/", start=["/waiting/", keys], right=CUSTODIANS)
        lists = journey.windows[local].page.locator("ol.c-words")
        shown = [lists.nth(place).locator("li").all_inner_texts() for place in range(2)]
        journey.words[local] = dict(zip(("technical", "price"), map(" ".join, shown), strict=True))
        journey.act(local, f"{keys}share/confirm/", journey.words[local],
                    start=["/waiting/", keys], right=CUSTODIANS)  # fmt: skip
    for custodian in key_rules.custodians_of(journey.row):
        if custodian.confirmed_at is None:
            key_rules.confirm(custodian, key_rules.show(custodian, by=custodian.user),
                              by=custodian.user)  # fmt: skip
    journey.act("officer2", keys, start=["/waiting/", page], right=OFFICERS, press=REHEARSE)
    enter_shares(journey, "technical", "price")


def enter_shares(journey, *parts: str) -> None:
    """As many custodians as are needed enter their shares in the sitting that is held."""
    for local in NEEDED:
        words = {part: journey.words[local][part] for part in parts}
        journey.act(local, journey.under("sitting/"), words, right=CUSTODIANS)


def publish(journey) -> None:
    """The second officer publishes; somebody without an account reads it."""
    journey.take("officer2", "publish", "published", right=())
    outbox.drain()
    version = reverse("procurement:public_version", args=[journey.row.ref, 1])
    window = journey.visit("", PUBLIC_LIST, journey.public)
    assert TEXTS["outcomes"] in window.text
    assert journey.again().frozen_hash in window.text
    journey.visit("", journey.public, version)


def bid(journey, local: str, folder) -> None:
    """A company writes its bid, attaches the bundle, seals, and checks its receipt."""
    number = list(BIDDERS).index(local)
    typed = bids.fields(
        journey.row, number, repository=f"https://git.invalid/empresa{number}/pension.git",
        commit=competing.COMMIT, live=f"https://pension{number}.invalid/",
    )  # fmt: skip
    said = {name: value == "on" or value for name, value in typed.items()}
    here = [PUBLIC_LIST, journey.public, journey.under("bid/")]
    journey.act(local, journey.of(local, "write/"), said, start=here, on_record=False)
    bundle = folder / "prototipo.bundle"
    bundle.write_bytes(competing.BUNDLE)
    journey.act(local, journey.of(local, "files/"), {"kind": "bundle"}, start=here, press=FILE_FORM,
                file=("file", bundle), on_record=False)  # fmt: skip
    journey.act(local, journey.of(local, "seal/"), start=here, on_record=False)
    window = journey.windows[local]
    with window.page.expect_download() as paper:
        window.page.click(f'main a[href="{journey.of(local, "receipt/0.pdf")}"]')
    assert paper.value.path().read_bytes().startswith(b"%PDF")
    code = window.page.locator("main dl dd").last.inner_text().strip()
    stranger = journey.visit("", "/receipts/")
    stranger.fill({"code": code})
    stranger.press("main form button[type=submit]")
    assert BIDDERS[local] in stranger.text
    assert bidding.status(journey.row, company(local), by=who(local)).sealed


def ask_and_answer(journey, before) -> None:
    """A company asks; the officer answers; everybody reads both, and not who asked."""
    asked, answered = "¿Puede usarse otra rama?", "Sí, la que diga la propuesta."
    journey.act("rival", f"{journey.public}ask/", {"text": asked},
                start=[PUBLIC_LIST, journey.public], right=BIDDERS)  # fmt: skip
    outbox.drain()
    journey.act("officer", journey.under("questions/1/"), {"act": "answer", "text": answered},
                start=["/waiting/", journey.page], right=OFFICERS)  # fmt: skip
    outbox.drain()
    text = journey.visit("", PUBLIC_LIST, journey.public).text
    assert asked in text
    assert answered in text
    assert sealed_off(journey).keys() == before.keys()


def change(journey) -> None:
    """An addendum that is material: one officer drafts and explains it, the other publishes."""
    journey.act("officer", journey.under("addendum/begin/"), start=[LIST, journey.page],
                right=OFFICERS)  # fmt: skip
    made = Addendum.objects.get()
    page = made.get_absolute_url()
    outcomes = "Nueve de cada diez pensiones se cobran sin acudir a una oficina."
    journey.act("officer", f"{page}edit/texts/", {"outcomes": outcomes}, press=SAVE,
                start=["/waiting/", page])  # fmt: skip
    journey.act("officer", page, {"summary": "Se precisa el resultado.", "material": "yes"})
    journey.step("officer2", made, "publish", reaches="published")
    outbox.drain()
    closes = journey.row.closes_at
    assert (journey.again().version, journey.row.closes_at > closes) == (2, True)
    window = journey.visit("", PUBLIC_LIST, journey.public, f"{journey.public}addenda/1/")
    assert outcomes in window.text


def confirm(journey) -> None:
    """Who had sealed before the addendum confirms the bid as it is."""
    here = [PUBLIC_LIST, journey.public, journey.under("bid/")]
    assert bidding.status(journey.row, company("vendor"), by=who("vendor")).to_confirm
    journey.act("vendor", journey.of("vendor", "confirm/"), start=here, on_record=False)
    assert not bidding.status(journey.row, company("vendor"), by=who("vendor")).to_confirm


# From the deadline to the scores


def open_bids(journey) -> None:
    """Closed by the clock; an officer begins, three custodians enter shares, the other opens."""
    assert due.act().failed == 0
    assert journey.again().state == "closed"
    here = [PUBLIC_LIST, journey.public, journey.under("bid/")]
    journey.visit("vendor", *here)  # after the deadline
    journey.take("officer", "begin_opening", "opening")
    enter_shares(journey, "technical")
    journey.take("officer2", "open", "opened", right=())
    outbox.drain()
    assert {one.state for one in Bid.objects.all()} == {"opened"}
    page = bid_of("rival").get_absolute_url()
    window = journey.visit("officer", LIST, journey.page, journey.under("bids/"), page)
    assert "Propuesta secreta" in window.text
    journey.visit("officer", journey.page, journey.under("late/"))
    journey.visit("rival", PUBLIC_LIST, journey.public, page)
    apart(journey)


def check(journey) -> None:
    """One officer checks every rule of each bid, the other confirms."""
    journey.take("officer", "begin_compliance", "compliance")
    for row in ComplianceCheck.objects.order_by("pk"):
        met = {f"result_{item.pk}": "met" for item in row.items.all()}
        journey.act("officer", row.get_absolute_url(), met, right=OFFICERS)
        row = journey.step("officer", row, "propose", right=OFFICERS, reaches="proposed")  # noqa: PLW2901
        journey.step("officer2", row, "confirm", reaches="confirmed")
    apart(journey)


def declare(journey) -> None:
    """Each of the panel reads the names and declares; then the scoring begins."""
    for local in PANEL:
        row = journey.row.declarations.get(member__user=who(local))
        window = journey.visit(local, "/waiting/", row.get_absolute_url())
        assert all(name in window.text for name in BIDDERS.values())
        journey.step(local, row, "declare_clear", reaches="clear")
    journey.take("officer", "begin_scoring", "technical_individual")


def score(journey) -> None:
    """Each scores alone, by aliases, and seals; on one score one of them is far from the others."""
    first = bid_of("vendor").alias
    for local in PANEL:
        sheet = ScoreSheet.objects.get(member__user=who(local))
        page = sheet.get_sheet_url()
        for row in Bid.objects.order_by("alias"):
            given = {f"score_{one.pk}": "100" if row.alias == first else "60"
                     for one in sheet.criteria()}  # fmt: skip
            if (local, row.alias) == ("member2", first):
                given[f"score_{sheet.criteria().get(code='techniques').pk}"] = "60"
            path = reverse("procurement:sheet_bid", args=[sheet.pk, row.alias])
            journey.act(local, path, given, start=["/waiting/", page], on_record=False)
        journey.act(local, sheet.get_step_url("seal"), start=["/waiting/", page])
        assert ScoreSheet.objects.get(pk=sheet.pk).state == "sealed"
    see_no_names(journey)


def see_no_names(journey) -> None:
    """The panel reads the bids and their prototypes by alias: no page of it names anybody."""
    evaluation = journey.under("evaluation/")
    for row in Bid.objects.all():
        alias = reverse("procurement:bid_alias", args=[journey.row.ref, row.alias])
        window = journey.visit("member1", journey.page)
        for path in (evaluation, alias, row.evidence.get_absolute_url()):
            journey.look(window.follow(path), path)
            assert not any(name in window.text for name in BIDDERS.values())


def agree(journey) -> None:
    """The chair opens the sheets, records how the panel talked and what it agreed, and why."""
    journey.take("chair", "begin_consensus", "technical_consensus", right=())
    round_ = journey.row.rounds.get()
    first = bid_of("vendor").alias
    spread = reverse("procurement:consensus", args=[journey.row.ref, "prototype"])
    for row in Bid.objects.order_by("alias"):
        said = {}
        for one in journey.row.criteria.all():
            said |= {f"value_{one.pk}": "90" if row.alias == first else "60",
                     f"text_{one.pk}": f"Razón del panel sobre {one.title}."}  # fmt: skip
            if (row.alias, one.code) == (first, "techniques"):
                said[f"moderation_{one.pk}"] = "Una persona no había visto las pruebas."
        path = reverse("procurement:agreement", args=[round_.pk, row.alias])
        ways = ["/waiting/", journey.page, journey.under("evaluation/"), spread]
        journey.act("chair", path, said, start=ways)
    with translation.override(LANGUAGE):
        never = str(Competition.begin_interviews._django_fsm.transitions["technical_consensus"]
                    .custom["label"])  # fmt: skip
    assert never not in journey.visit("chair", journey.page).text


# From the scores to the contract


def open_prices(journey) -> None:
    """Two officers open the prices with three more shares; the ranking follows."""
    journey.take("officer", "begin_price_opening", "price_opening")
    enter_shares(journey, "price")
    journey.take("officer2", "open_price", "price_opened", right=())
    journey.take("officer", "rank", "ranked")
    window = journey.visit("officer", journey.page, journey.under("ranking/"))
    assert all(name in window.text for name in BIDDERS.values())
    apart(journey)


def approve(journey) -> None:
    """The officer writes what puts rank 1 first; oversight approves; both bidders are told."""
    path = journey.under("award/")
    journey.act("officer", f"{path}advantages/", {"text": "Probó con treinta personas mayores."},
                start=["/waiting/", journey.page, path], right=OFFICERS)  # fmt: skip
    journey.take("officer", "submit_for_approval", "approval")
    journey.take("secretariat", "approve", "standstill", right=())
    outbox.drain()
    assert journey.again().award_notices.exclude(sent_at=None).count() == len(BIDDERS)
    journey.visit("officer", journey.page, path)
    for local in BIDDERS:
        page = reverse("procurement:debrief", args=[bid_of(local).pk])
        window = journey.visit(local, PUBLIC_LIST, journey.public, page)
        assert BIDDERS["vendor"] in window.text
        assert (BIDDERS["rival"] in window.text) is (local == "rival")
        assert page in window.go("/inbox/").page.content()
    apart(journey)


def challenge(journey) -> None:
    """Who lost takes the debrief along and challenges; who approved nothing decides."""
    page = reverse("procurement:debrief", args=[bid_of("rival").pk])
    window = journey.visit("rival", PUBLIC_LIST, journey.public, page)
    with window.page.expect_download() as paper:
        window.page.click(f'main a[href="{page[:-1]}.pdf"]')
    assert paper.value.path().read_bytes().startswith(b"%PDF")
    path = reverse("procurement:challenge_create", args=[bid_of("rival").pk])
    journey.act("rival", path, {"grounds": "El puntaje de accesibilidad no tiene motivo."},
                start=[PUBLIC_LIST, journey.public, page])  # fmt: skip
    row = Challenge.objects.get()
    row = journey.step("secretariat2", row, "admit", reaches="admitted")
    journey.act("secretariat2", row.get_step_url("dismiss"), {"because": "El motivo consta."},
                start=["/waiting/", row.get_absolute_url()])  # fmt: skip
    row.refresh_from_db()
    assert row.state == "dismissed"
    journey.visit("rival", PUBLIC_LIST, journey.public, page, row.get_absolute_url())
    award_step = journey.row.get_step_url("award")
    officer = journey.visit("officer", "/waiting/", journey.page)
    assert officer.page.locator(f'main a[href="{award_step}"]').count() == 0  # not before its end
    apart(journey)


def award(journey) -> None:
    """After the standstill the award drafts the order; the officer sets its days."""
    assert due.act().failed == 0
    journey.take("officer", "award", "awarded")
    outbox.drain()
    order = awarding.order_of(journey.row)
    today = clock.today(journey.row.institution)
    days = {"starts_on": today.isoformat(), "ends_on": (today + timedelta(days=90)).isoformat()}
    path = reverse("vendors:order_edit", args=[order.ref])
    journey.act("officer", path, days, press=SAVE, right=OFFICERS)


def sign(journey) -> None:
    """The manager sets the money aside, officer and product owner declare, both sides sign."""
    order = awarding.order_of(journey.row)
    order = journey.step("manager", order, "fund", right={"owner"}, reaches="funded")
    order = journey.step("vendor", order, "sign_for_vendor", reaches="funded")
    path = reverse("vendors:order_declare", args=[order.ref])
    for local in ("officer", "product"):
        journey.act(local, path, {"answer": "none"}, right={*OFFICERS, "product", "owner"})
    journey.step("officer", order, "sign", reaches="signed")
    assert due.act().failed == 0
    outbox.drain()
    assert journey.again().state == "contracted"


def see_the_end(journey) -> None:
    """Everybody reads who won; the winner its order; who lost its own debrief, and no more."""
    stranger = journey.visit("", PUBLIC_LIST, journey.public)
    assert BIDDERS["vendor"] in stranger.text
    assert BIDDERS["rival"] not in stranger.text
    order = awarding.order_of(journey.row)
    journey.visit("vendor", "/orders/", order.get_absolute_url())
    assert journey.everybody.clients["rival"].get(order.get_absolute_url()).status_code == 404
    for local in BIDDERS:
        page = reverse("procurement:debrief", args=[bid_of(local).pk])
        journey.visit(local, PUBLIC_LIST, journey.public, page)
    assert {one.state for one in Bid.objects.all()} == {"awarded", "unsuccessful"}
    apart(journey)


def see_that_all_fits(journey) -> None:
    """Both verifications end with 0, no page complained, and everybody else was refused."""
    outbox.drain()
    call_command("verify_history")
    call_command("verify_ledger")
    assert (journey.windows.complaints, journey.faults) == ([], [])
    assert journey.everybody.refusals > 15 * len(journey.tried) > 15 * journey.acts / 2
