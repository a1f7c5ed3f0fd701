"""What goes past the gates in the demo: an exception made regular, one overdue, more time asked."""

from datetime import timedelta

from core import clock
from core.steps import perform
from gating import emergencies, more_time
from gating.models import Condition, EmergencyException, MotionCondition
from oversight.demo.company import who
from oversight.demo.initiatives import Initiative
from oversight.demo.play import exercise, fresh, minor, plan_review, spend
from oversight.demo.stories import SPLIT, UNANIMOUS, begin, decide, to_report
from oversight.demo.timing import Play
from projects import holds
from projects.models import Project

ALERTS = Initiative(
    "Alertas sísmicas por telefonía celular", "SEGOB", 38_000_000,
    "La alerta no llega a quien está lejos de un altavoz.",
    "Personas en zona sísmica; necesitan la alerta en el teléfono.",
    ("alertas", "protección civil"),
)  # fmt: skip
SHELTERS = Initiative(
    "Registro de albergues y damnificados", "SEDESOL", 24_000_000,
    "Tras un huracán nadie sabe qué albergue tiene lugar.",
    "Familias damnificadas; necesitan saber a dónde ir.",
    ("albergues", "emergencia"),
)  # fmt: skip


def _ask(project: Project, pesos: int, days: int, reason: str) -> EmergencyException:
    """Asked by the manager, granted by two seats, released by finance."""
    found = emergencies.ask(fresh(project), amount=minor(pesos), days=days, reason=reason,
                            bypasses=["gate"], by=who("manager"))  # fmt: skip
    for name, person in (("support", "chair"), ("grant", "member1"),
                         ("prepare_release", "preparer"),
                         ("authorise_release", "authoriser")):  # fmt: skip
        found = perform(found, name, by=who(person), because=reason)
    return found


def made_regular() -> Play:
    """Servers that could not wait for the board; the gate was exercised ten days later."""
    project = yield from begin(ALERTS)
    spend(project, 100, "INF-ALER-00")
    review = plan_review(project, "G1")
    yield from to_report(review)
    _ask(project, 600_000, 30, "La temporada de sismos no espera: se rentan los enlaces.")
    yield 1
    due = clock.today() + timedelta(days=70)
    drafts = [
        MotionCondition(kind="standing", owner=who("manager"), verifier=who("assessor1"),
                        text="El servicio responde en menos de tres segundos.", every_days=90),
        MotionCondition(kind="subsequent", owner=who("manager"), verifier=who("assessor2"),
                        text="Convenio firmado con los operadores.", due=due),
    ]  # fmt: skip
    yield from decide(review, UNANIMOUS, "approve_with_conditions", "Con dos condiciones.", drafts)
    exercise(review)
    yield 40
    condition = Condition.objects.get(review=review, kind="subsequent")
    more_time.ask(condition, due + timedelta(days=45),
                  "Un operador pide dictamen jurídico.", by=who("manager"))  # fmt: skip


def overdue() -> Play:
    """Shelters after a hurricane: the gate was never reached in time; the auditor steps in."""
    project = yield from begin(SHELTERS)
    spend(project, 100, "INF-ALB-00")
    review = plan_review(project, "G1")
    yield 2
    _ask(project, 400_000, 15, "El huracán llegó antes que la compuerta.")
    yield 17
    yield from to_report(review, amber=3)
    yield from decide(review, SPLIT, "defer", "Se difiere: falta probar con personas en albergues.")
    holds.record_finding(fresh(project), "La excepción venció sin compuerta.", by=who("auditor"),
                         urgent=True)  # fmt: skip


PROGRAMME = [(505, made_regular), (535, overdue)]
