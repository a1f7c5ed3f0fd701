"""The boards of the demo: authority that changed, a debate, votes in writing, a series to come."""

from datetime import timedelta

from core import clock
from core.steps import perform
from gating import agendas, authority, debating, meetings, motions
from gating.models import Board, Meeting, Motion
from oversight.demo.company import who
from oversight.demo.play import fresh
from oversight.demo.timing import Play
from projects.models import AuthorityBand

RAISED, LATER = 12, 15
"""By how many tenths of the delivered limit the sub-commission's authority is set."""


def authority_changed() -> Play:
    """The sub-commission's authority was raised once, and will be again from a day to come."""
    board, today = Board.objects.get(code="ICT"), clock.today()
    first = AuthorityBand.objects.get(board_code="ICT", currency="MXN").up_to or 0
    authority.set_limit(
        board, "MXN", up_to=first * RAISED // 10, none=False, starts=today, by=who("admin"),
        because="Acuerdo del Consejo, sesión ordinaria (inventado).",
    )  # fmt: skip
    yield 590
    authority.set_limit(
        board, "MXN", up_to=first * LATER // 10, none=False, by=who("admin"),
        starts=clock.today() + timedelta(days=60),
        because="Actualización anual por inflación (inventado).",
    )  # fmt: skip


def debated() -> Play:
    """Before the open vote on payments is closed, three people say what they think."""
    motion = Motion.objects.filter(state=Motion.States.OPEN, review__isnull=False).first()
    if motion is None:
        return
    for local, text in (
        ("secretariat", "El informe da por cumplidos todos los criterios salvo uno, en ámbar."),
        ("member1", "¿Se probó el pago con personas sin cuenta bancaria? No lo encuentro."),
        ("chair", "Lo revisó la evaluadora principal: anexo de investigación, página 4."),
    ):
        debating.say(fresh(motion), text, by=who(local))
    yield 1


def in_writing() -> Play:
    """The oldest minutes are approved in writing: two seats have voted, the clock closes it."""
    board = Board.objects.get(code="COUNCIL")
    at = clock.now() + timedelta(days=14)
    meeting = meetings.schedule(board, by=who("secretariat"), at=at, kind=Meeting.Kind.WRITTEN,
                                place="correo institucional")  # fmt: skip
    older = [wait for wait in agendas.waiting(meeting) if wait.consent]
    if not older:
        return
    agendas.put(meeting, older[0].row, by=who("secretariat"))
    perform(fresh(meeting), "notice", by=who("secretariat"))
    agendas.table_all(fresh(meeting), by=who("secretariat"))
    yield 5  # the clock begins it and opens the vote
    motion = fresh(meeting).motions.get()
    for local in ("chair", "member2"):
        motions.cast(motion, "for", by=who(local))


def convened() -> Play:
    """Three meetings to come, two weeks apart; the agenda of the first is what waits."""
    board = Board.objects.get(code="ICT")
    rows = meetings.schedule_series(
        board, by=who("secretariat"), at=clock.now() + timedelta(days=9), every="fortnightly",
        count=3, place="Sala 3 y en línea",
    )  # fmt: skip
    waiting = agendas.waiting(rows[0])
    others = [wait.key for wait in waiting if getattr(wait.row, "state", "") == "before_board"
              or wait.key.startswith("motion")]  # fmt: skip
    minutes = [wait.key for wait in waiting if wait.consent]
    if others or minutes:
        agendas.fill(rows[0], others, minutes, by=who("secretariat"))
    yield 1
    perform(fresh(rows[0]), "notice", by=who("secretariat"))
    if fresh(rows[0]).motions.filter(state="drafted").exists():
        agendas.table_all(fresh(rows[0]), by=who("secretariat"))


PROGRAMME = [(1, authority_changed), (597, in_writing), (603, debated), (603.5, convened)]
