"""Change control in the demo: small ones recorded, a deviation decided, a critical one."""

from datetime import timedelta
from typing import Any

from core import clock
from core.steps import perform
from gating import meetings, motions
from oversight.demo.company import who
from oversight.demo.initiatives import Initiative
from oversight.demo.play import end_meeting, fresh, minor, sit, spend, vote
from oversight.demo.stories import UNANIMOUS, begin, pass_gate
from oversight.demo.timing import Play
from projects import changes, tailorings
from projects.models import ChangeRequest, Project, Tier

CLINICS = Initiative(
    "Citas médicas en línea", "SEDESOL", 96_000_000,
    "La cita se pide en ventanilla a las cinco de la mañana.",
    "Personas sin seguridad social; necesitan cita sin viajar dos veces.",
    ("salud", "citas"),
)  # fmt: skip
HARVEST = Initiative(
    "Padrón de productores del campo", "SEDESOL", 28_000_000,
    "Cada programa registra otra vez a la misma productora.",
    "Productoras y productores; necesitan registrarse una vez.",
    ("campo", "registro"),
)  # fmt: skip


def ask(project: Project, title: str, pesos: int, days: int = 0, **more: Any) -> ChangeRequest:
    """The manager drafts and submits a change, and assesses its impact."""
    values = {
        "title": title, "reason": "Lo pidieron las instituciones usuarias.",
        "options": "No cambiar nada; hacerlo en otra etapa.", "cost": minor(pesos), "days": days,
        "cost_measure": "Tres cotizaciones." if pesos else "",
        "days_measure": "Velocidad de seis entregas." if days else "", **more,
    }  # fmt: skip
    change = changes.propose(fresh(project), by=who("manager"), **values)
    change = perform(change, "submit", by=who("manager"))
    return perform(change, "assess_impact", by=who("manager"))


def record(change: ChangeRequest) -> ChangeRequest:
    """Within tolerance: the owner records it, the manager implements it."""
    perform(fresh(change), "approve_delegated", by=who("owner"))
    return perform(fresh(change), "implement", by=who("manager"))


def decide(change: ChangeRequest) -> Play:
    """A deviation: the owner puts it before the board, which approves it in its meeting."""
    change = perform(fresh(change), "refer", by=who("owner"))
    board = motions.boards_for_matter(change)[0][0]
    at = clock.now() + timedelta(days=8)
    meeting = meetings.schedule(board, by=who("secretariat"), at=at, place="Sala 3 y en línea")
    perform(fresh(meeting), "notice", by=who("secretariat"))
    motion = motions.propose(fresh(change), board, by=who("secretariat"), outcome="approve",
                             text="Se aprueba el cambio.", meeting=fresh(meeting))  # fmt: skip
    perform(fresh(motion), "table", by=who("secretariat"))
    yield 8.1
    motion = fresh(motion)
    sit(motion, tuple(UNANIMOUS))
    end_meeting(vote(motion, UNANIMOUS))
    perform(fresh(change), "implement", by=who("manager"))


def growing() -> Play:
    """Two small changes, a deviation that outgrows the tier and sets v1, one more to record."""
    project = yield from begin(CLINICS)
    spend(project, 100, "INF-CITA-00")
    yield from pass_gate(project, "G1")
    record(ask(project, "Aviso por mensaje de texto", 1_800_000))
    yield 20
    record(ask(project, "Dos hospitales más", 2_100_000, 15, tranche=2))
    yield 20
    yield from decide(ask(project, "Expediente de urgencias", 14_000_000, 60, tranche=3))
    yield 15
    ask(project, "Kioscos en clínicas rurales", 1_200_000)
    small: dict[str, Any] = {
        "title": "Lengua de señas en video",
        "reason": "",
        "cost": minor(300_000),
    }
    changes.propose(fresh(project), by=who("manager"), **small)


def undermined() -> Play:
    """A benefit is undermined: the gate is to be run again; beforehand a lower tier was asked."""
    project = yield from begin(HARVEST)
    spend(project, 100, "INF-CAMPO-00")
    yield from pass_gate(project, "G1")
    tailorings.propose(
        fresh(project), kind="lower_tier", tier=Tier.objects.get(code="small"),
        scope="Se pide la revisión de escritorio.", by=who("manager"),
        reason="Un solo registro, sobre componentes comunes.",
    )  # fmt: skip
    yield 5
    change = ask(project, "Sin validación con el catastro", 0, undermined=True,
                 benefit_measure="El catastro no dará acceso: se evitan la mitad de las visitas.",
                 benefit=project.benefits.first())  # fmt: skip
    perform(change, "refer", by=who("owner"))


PROGRAMME = [(430, growing), (500, undermined)]
