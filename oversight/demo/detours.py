"""The side roads of the demo: stopped, closed, frozen, lapsed; stand-ins; an import."""

import io
from datetime import timedelta

from core import absence, clock
from core.steps import perform
from gating import assessing, conditions
from gating.models import Condition, MotionCondition
from oversight.demo import initiatives as named
from oversight.demo import reports
from oversight.demo.company import who
from oversight.demo.play import (
    draw,
    exercise,
    fresh,
    invite,
    plan_review,
    rate,
    report,
    show_evidence,
    spend,
    submit,
)
from oversight.demo.stories import UNANIMOUS, begin, decide, pass_gate, to_report
from oversight.demo.timing import Play
from projects import entries, holds
from projects.importing import mapping as mappings
from projects.importing import running
from projects.models import Project

FILE = """project_id,title,problem,institution_code,institution_name,currency,whole_life_cost,starts_on,ends_on
D-01,Archivo digital de notarías,Los protocolos se consultan en papel.,SEGOB,,MXN,12500000.00,2026-01-15,2027-12-31
D-02,Mapa de obra pública,Nadie sabe qué obra se hace en su calle.,SCT,,MXN,4300000.50,2026-03-01,2027-02-28
D-03,Ventanilla de permisos de carga,El permiso tarda cuarenta días.,SCT,,MXN,,,
D-04,Censo de bibliotecas,El último censo es de 2009.,SEP,,MXN,2100000.00,2027-05-01,2026-05-01
D-05,Registro de voluntariado,Cada programa inscribe aparte.,SEDESOL,,MXN,-150000.00,2026-02-01,2026-11-30
"""


def stopped() -> Play:
    """The board stops a project; what was not spent goes back."""
    project = yield from begin(named.STOPPED)
    spend(project, 40, "INF-PADRON-00")
    review = plan_review(project, "G1")
    yield from to_report(review, amber=6)
    yield from decide(review, UNANIMOUS, "stop", "Se detiene: duplica el expediente de hogares.")


def closed() -> Play:
    """A small project that went all the way: closed, its holdback freed."""
    project = yield from begin(named.CLOSED)
    spend(project, 100, "INF-RETOS-00")
    for gate in ("G1", "G2", "G3"):
        yield from pass_gate(project, gate)
        spend(project, 100, f"INF-RETOS-{gate}")
        _account(project)
        yield 5
    after = {"benefits_owner": who("product"),
             "benefits_review_on": clock.today() + timedelta(days=200)}  # fmt: skip
    entries.edit(fresh(project), after, by=who("manager"))
    review = plan_review(project, "G4")
    yield from to_report(review)
    yield from decide(review, UNANIMOUS, text="Se aprueba el cierre.")
    exercise(review)
    yield 3
    reports.close(fresh(project))
    yield 210
    reports.follow_benefits(fresh(project))


def _account(project: Project) -> None:
    """Finance accepts the accounts of what was released, and settles what can be settled."""
    for tranche in project.tranches.filter(state="released").order_by("number"):
        perform(tranche, "account", by=who("preparer"))
    for tranche in project.tranches.filter(state="accounted").order_by("number"):
        if tranche.number == 0:
            perform(tranche, "settle", by=who("preparer"))


def in_force() -> Play:
    """Approved and in force: the owner may open the gate. One criterion was exempted."""
    project = yield from begin(named.IN_FORCE)
    review = plan_review(project, "G1")
    asked = [item for item in review.items.order_by("-position") if not item.non_waivable][:2]
    for item, answer in zip(asked, ("grant", "refuse"), strict=True):
        exemption = assessing.ask_exemption(item, "No aplica a un aula.", by=who("manager"))
        perform(exemption, answer, by=who("secretariat"), because="Se revisó con el equipo.")
    yield from to_report(review)
    yield from decide(review, UNANIMOUS)


def frozen() -> Play:
    """A committed tranche, frozen by a hold that its own cure can end."""
    project = yield from begin(named.FROZEN)
    spend(project, 80, "INF-TIT-00")
    review = plan_review(project, "G1")
    yield from to_report(review)
    due = clock.today() + timedelta(days=25)
    draft = MotionCondition(kind="subsequent", owner=who("manager"), verifier=who("assessor1"),
                            text="Convenio firmado con las universidades.", due=due)  # fmt: skip
    early = MotionCondition(kind="precedent", owner=who("manager"), verifier=who("assessor2"),
                            text="Responsable de datos nombrado.", due=due)  # fmt: skip
    yield from decide(review, UNANIMOUS, "approve_with_conditions", "Con condiciones.",
                      [draft, early])  # fmt: skip
    met = Condition.objects.get(review=review, kind="precedent")
    conditions.answer(met, "Nombrada por oficio 114.", by=who("manager"))
    met = perform(fresh(met), "submit_evidence", by=who("manager"))
    met = perform(met, "verify", by=who("assessor2"))
    perform(met, "close", by=who("secretariat"))
    yield 1
    exercise(review)
    hold = holds.place_by_hand(fresh(project), reason="Se revisa el contrato del proveedor.",
                               cure="finding", by=who("auditor"))  # fmt: skip
    yield 3
    perform(hold, "lift", by=who("auditor"), because="El contrato está en regla.")
    yield 30
    holds.place_by_hand(fresh(project), reason="La condición venció sin evidencia.",
                        cure="condition", by=who("secretariat"))  # fmt: skip


def lapsed() -> Play:
    """A tranche that nobody drew in time went back."""
    project = yield from begin(named.LAPSED)
    spend(project, 100, "INF-VENT-00")
    review = plan_review(project, "G1")
    yield from to_report(review)
    yield from decide(review, UNANIMOUS)
    exercise(review)
    tranche = project.tranches.get(number=1)
    perform(tranche, "request_release", by=who("manager"))
    perform(fresh(tranche), "send_back", by=who("preparer"), because="Falta la cuenta de destino.")
    yield 400


def reported() -> Play:
    """The lead's report is written; the factual check has not begun."""
    project = yield from begin(named.REPORTED)
    review = plan_review(project, "G1")
    show_evidence(review)
    submit(review)
    invite(review)
    yield 2
    rate(review, amber=1)
    assessing.clarify(fresh(review), "¿En cuántas escuelas se probó?", by=who("lead"))
    assessing.clarify(fresh(review), "En doce, de tres estados.", by=who("manager"))
    report(review, amber=1)


def requested() -> Play:
    """The allowance is asked for and waits for finance; a review is planned, not begun."""
    project = Project.objects.get(title=named.DATA_WEEK.title)
    draw(project, 0, until="request_release")
    yield 1


def stand_ins() -> Play:
    """The auditor lends the role for a week; for the owner a substitute is proposed."""
    today = clock.today()
    absence.propose(who("auditor"), who("officer"), "auditor", today, today + timedelta(days=7),
                    by=who("auditor"), because="Vacaciones")  # fmt: skip
    absence.propose(who("owner"), who("product"), "owner", today, today + timedelta(days=14),
                    by=who("admin"), because="Enfermedad")  # fmt: skip
    yield 1


def imported() -> Play:
    """A file of five projects: two complete enough, one with gaps, two in quarantine."""
    running.load_now(io.BytesIO(FILE.encode()), "cartera.csv", mappings.find("generic"),
                     by=who("secretariat"))  # fmt: skip
    yield 1


PROGRAMME = [
    (20, closed), (150, lapsed), (300, stopped), (520, frozen), (555, in_force), (573, reported),
    (598, requested), (600, stand_ins), (601, imported),
]  # fmt: skip
