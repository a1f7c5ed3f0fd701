"""How far each initiative has come, and what went wrong on the way: every stage, every state."""

from collections.abc import Generator, Iterator
from datetime import timedelta
from typing import Any

from core import clock
from core.steps import perform
from gating import conditions, evidencing
from gating.models import Condition, GateReview, MotionCondition
from oversight.demo import initiatives as named
from oversight.demo.company import institution, who
from oversight.demo.initiatives import Initiative
from oversight.demo.play import (
    accept,
    check_facts,
    draw,
    end_meeting,
    enter,
    exercise,
    fresh,
    invite,
    make_case,
    minor,
    move,
    plan,
    plan_review,
    rate,
    report,
    search,
    show_evidence,
    show_other_kinds,
    sit,
    spend,
    submit,
    to_board,
    triage,
    vote,
)
from oversight.demo.timing import Play
from projects import entries, holds, taking_on
from projects.models import Project

ALL = ("chair", "member1", "member2", "member3")
UNANIMOUS = dict.fromkeys(ALL, "for")
SPLIT = {"chair": "for", "member1": "for", "member2": "against", "member3": "abstain"}
AGAINST = {"chair": "against", "member1": "against", "member2": "against", "member3": "for"}


def begin(about: Initiative) -> Generator[float, None, Project]:
    """From the entry to a triaged project in its business case, its allowance drawn."""
    project = enter(about)
    yield 4
    accept(project)
    plan(project)
    yield 3
    search(project)
    triage(project)
    yield 5
    make_case(project)
    draw(project, 0)
    return project


def to_report(review: GateReview, *, amber: int = 0) -> Iterator[float]:
    """From collecting to a report whose facts are accepted."""
    show_evidence(review)
    yield 6
    submit(review)
    yield 3
    invite(review)
    yield 9
    rate(review, amber=amber)
    yield 2
    report(review, amber=amber)
    if review.tier.factual_check:
        yield 1
        check_facts(review)
    yield 1


def decide(
    review: GateReview, votes: dict[str, str], outcome: str = "approve",
    text: str = "Se aprueba el paso por la compuerta.", drafts: Any = (),
) -> Iterator[float]:  # fmt: skip
    """From the table to the counted vote."""
    yield from to_board(review)
    motion = move(review, outcome, text, drafts)
    people = tuple(votes)
    alone = motion.meeting is None
    sit(motion, people)
    motion = vote(motion, {"chair": votes["chair"]} if alone else votes)
    end_meeting(motion)
    yield 1


def pass_gate(project: Project, gate: str, votes: dict[str, str] = UNANIMOUS, *,
          amber: int = 0) -> Iterator[float]:  # fmt: skip
    """A whole gate, its tranche drawn."""
    review = plan_review(project, gate)
    yield 10
    yield from to_report(review, amber=amber)
    yield from decide(review, votes)
    exercise(review)
    yield 2
    number = {"G1": 1, "G2": 2, "G3": 3}[gate]
    draw(project, number)
    yield 30


def live() -> Play:
    """The portal: three gates, all of its money, live."""
    project = yield from begin(named.PORTAL)
    spend(project, 100, "INF-GOBMX-00")
    yield 10
    for gate, votes in (("G1", UNANIMOUS), ("G2", SPLIT), ("G3", UNANIMOUS)):
        yield from pass_gate(project, gate, votes, amber=2 if gate == "G2" else 0)
        spend(project, 90, f"INF-GOBMX-{gate}")
        yield 15


def beta_in_factual_check() -> Play:
    """Data exchange: in beta, the report for live waits for the manager's word."""
    project = yield from begin(named.INTEROPERA)
    spend(project, 100, "INF-IOMX-00")
    for gate in ("G1", "G2"):
        yield from pass_gate(project, gate)
        spend(project, 80, f"INF-IOMX-{gate}")
        yield 20
    review = plan_review(project, "G3")
    show_evidence(review)
    show_other_kinds(review)
    yield 8
    submit(review)
    invite(review)
    yield 9
    rate(review, amber=1)
    report(review, amber=1)
    perform(fresh(review), "begin_factual_check", by=who("secretariat"))


def conditions_open() -> Play:
    """Birth certificates: alpha; beta approved under a condition that is not yet met."""
    project = yield from begin(named.BIRTH)
    spend(project, 100, "INF-ACTA-00")
    yield from pass_gate(project, "G1")
    spend(project, 75, "INF-ACTA-G1")
    yield 10
    review = plan_review(project, "G2")
    yield from to_report(review, amber=2)
    due = clock.today() + timedelta(days=45)
    drafts = [
        MotionCondition(kind="precedent", owner=who("manager"), verifier=who("assessor1"),
                        text="Prueba de penetración sin hallazgos altos.", due=due,
                        non_waivable=True),
        MotionCondition(kind="subsequent", owner=who("product"), verifier=who("assessor2"),
                        text="Investigación con personas en el exterior.",
                        due=due + timedelta(days=60)),
    ]  # fmt: skip
    yield from decide(review, SPLIT, "approve_with_conditions",
                       "Se aprueba con dos condiciones.", drafts)  # fmt: skip
    precedent = Condition.objects.get(review=review, kind="precedent")
    conditions.answer(precedent, "Informe de la prueba, entregado.", by=who("manager"))
    perform(fresh(precedent), "submit_evidence", by=who("manager"))


def on_hold() -> Play:
    """Prospera Digital: in alpha; the auditor found something and put it on hold."""
    project = yield from begin(named.PROSPERA)
    spend(project, 90, "INF-PROS-00")
    yield from pass_gate(project, "G1", SPLIT)
    finding = "Faltan los acuses de recibo de dos entregas pagadas."
    holds.record_finding(fresh(project), finding, by=who("auditor"), urgent=True)


def refused_then_again() -> Play:
    """@prende.mx: refused, and collecting for a second attempt."""
    project = yield from begin(named.APRENDE)
    review = plan_review(project, "G1")
    yield from to_report(review, amber=4)
    yield from decide(review, UNANIMOUS, "refuse", "Se rechaza: no se probó con docentes.")
    yield 20
    second = plan_review(project, "G1")
    show_evidence(second, leave_out=4)


def small_with_five_people() -> Play:
    """MéxicoX: a small project's gate with five people; its release is prepared."""
    project = yield from begin(named.MEXICOX)
    spend(project, 100, "INF-MX-00")
    review = plan_review(project, "G1")
    yield from to_report(review)
    yield from decide(review, UNANIMOUS)
    exercise(review)
    draw(project, 1, until="prepare_release")


def taken_on() -> Play:
    """México Conectado: ran before Compuerta; taken on in beta by two people."""
    project = enter(named.CONECTADO)
    today = clock.today()
    values = {
        "stage": "beta", "cost": minor(260_000_000), "starts_on": today - timedelta(days=900),
        "ends_on": today + timedelta(days=600), "approved": minor(60_000_000),
        "released": minor(15_000_000), "spent": minor(140_000_000), "as_of": today,
        "source": "Estado del ejercicio, cierre trimestral (inventado)",
    }  # fmt: skip
    yield 2
    proposal = taking_on.propose(fresh(project), values, by=who("secretariat"),
                                 because="Ya estaba en marcha.")  # fmt: skip
    yield 1
    perform(proposal, "confirm", by=who("authoriser"), because="Cotejado con la fuente.")


def take_on_waits() -> Play:
    """Its quality measurement: proposed to be taken on, the second person is awaited."""
    project = enter(named.SITES)
    today = clock.today()
    yield 1
    values = {
        "stage": "alpha", "cost": minor(16_000_000), "starts_on": today - timedelta(days=200),
        "ends_on": today + timedelta(days=500), "spent": minor(3_000_000), "as_of": today,
        "source": "Oficio de la dirección de proyectos (inventado)",
    }  # fmt: skip
    taking_on.propose(fresh(project), values, by=who("secretariat"), because="Ya estaba en marcha.")


def draft_with_gaps() -> Play:
    """Digital Academy: somebody began the entry; much is missing."""
    entries.register(
        {"title": named.ACADEMY.title, "problem": named.ACADEMY.problem,
         "institution": institution("CEDN"), "manager": who("manager"), "owner": who("owner"),
         "tags": list(named.ACADEMY.tags), "invented_budget": True},
        by=who("manager"),
    )  # fmt: skip
    yield 1


def owner_asked() -> Play:
    """Courses with proof: complete, its owner has not accepted yet."""
    enter(named.COURSES)
    yield 1


def triaged_only() -> Play:
    """Data quality: triaged today, its business case not begun."""
    project = enter(named.DATA_WEEK)
    yield 1
    accept(project)
    plan(project)
    search(project)
    perform(fresh(project), "triage", by=who("secretariat"))


def evidence_missing() -> Play:
    """Retos Públicos: collecting, three criteria without evidence."""
    project = yield from begin(named.RETOS)
    review = plan_review(project, "G1")
    show_evidence(review, leave_out=3)


def deferred_by_the_council() -> Play:
    """Blockchain: novel, so the top board; one member recused; deferred."""
    project = yield from begin(named.BLOCKCHAIN)
    review = plan_review(project, "G1")
    yield from to_report(review, amber=5)
    yield from decide(review, {"chair": "for", "member1": "for", "member2": "for"}, "defer",
                       "Se difiere: falta comparar con una bitácora firmada.")  # fmt: skip


def in_assessment() -> Play:
    """Open data: the sheets are being filled, still sealed from one another."""
    project = yield from begin(named.OPEN_DATA)
    review = plan_review(project, "G1")
    show_evidence(review)
    submit(review)
    invite(review)
    yield 2
    rate(review, sealed=False)
    sheet = review.assessments.get(assessor=who("assessor1"))
    perform(sheet, "seal", by=who("assessor1"))


def submitted() -> Play:
    """The citizen folder: certified today, the secretariat starts the assessment."""
    project = yield from begin(named.FOLDER)
    review = plan_review(project, "G1")
    show_evidence(review)
    submit(review)


def prepared_to_certify() -> Play:
    """Services abroad: prepared, waiting for the owner's certificate."""
    project = yield from begin(named.ABROAD)
    review = plan_review(project, "G1")
    show_evidence(review)
    perform(fresh(review), "prepare", by=who("manager"))


def returned() -> Play:
    """Signature by telephone: returned with a reason, one proof questioned."""
    project = yield from begin(named.SIGNATURE)
    review = plan_review(project, "G1")
    show_evidence(review)
    submit(review)
    yield 2
    evidence = project.evidence.filter(kind="metric").first()
    perform(fresh(review), "return_to_project", by=who("secretariat"),
            because="La medida no dice con cuántas personas se probó.")  # fmt: skip
    if evidence is not None:
        perform(fresh(review), "resume", by=who("manager"))
        again = {name: getattr(evidence, name) for name in evidencing.COPIED}
        again["note"] = "Se probó con 24 personas."
        evidencing.renew(evidence, again, by=who("manager"), hand_in=True)


def voting() -> Play:
    """Payments: the vote is open, one seat has voted."""
    project = yield from begin(named.PAYMENTS)
    review = plan_review(project, "G1")
    yield from to_report(review)
    yield from to_board(review)
    motion = move(review, "approve", "Se aprueba el paso a alfa.")
    sit(motion, ALL)
    motion = perform(fresh(motion), "open", by=who("chair"))
    # the rest is for whoever tries the demo


def expired_then_withdrawn() -> Play:
    """The second wave of messages: approved, never opened in time, withdrawn by its owner."""
    project = enter(named.MESSAGES)
    yield 2
    accept(project)
    search(project)
    triage(project)
    make_case(project)
    plan(project)
    review = plan_review(project, "G1")
    yield from to_report(review)
    yield from decide(review, UNANIMOUS)
    yield 200
    perform(fresh(project), "withdraw", by=who("owner"),
            because="La dependencia ya no lo impulsa.")  # fmt: skip


PROGRAMME: list[tuple[float, Any]] = [
    (0, live), (60, refused_then_again), (120, beta_in_factual_check),
    (330, expired_then_withdrawn), (400, conditions_open), (440, taken_on), (525, on_hold),
    (510, deferred_by_the_council), (540, small_with_five_people), (560, returned), (552, voting),
    (570, in_assessment), (575, evidence_missing), (578, prepared_to_certify), (580, submitted),
    (590, take_on_waits), (592, draft_with_gaps), (594, owner_asked), (596, triaged_only),
]  # fmt: skip
"""On which day after the start each story begins."""
DAYS = 605.0
"""How long ago the demo's first day was."""
