"""Boards as tests need them: seats filled, a meeting convened, a motion opened, by the rules."""

from contextlib import contextmanager
from datetime import date, timedelta

from core import clock
from core.steps import perform
from gating import agendas, meetings, motions
from gating.models import Board, BoardSeat, Meeting, MotionCondition
from tests.factories import reviews
from tests.stock import stocked

SEATS = (("chair", "chair", None), ("member", "member1", "alternate"), ("member", "member2", None),
         ("member", "member3", None))  # fmt: skip
"""Kind, holder and alternate of the seats of the test board."""


@stocked
def filled(cast, code: str = "ICT", seats=SEATS, **rules) -> Board:
    """A delivered board with seats, and other rules if wanted."""
    board = Board.objects.get(code=code)
    for name, value in rules.items():
        setattr(board, name, value)
    board.save()
    for kind, holder, alternate in seats:
        BoardSeat.objects.create(
            board=board, kind=kind, user=getattr(cast, holder), starts=date(2020, 1, 1),
            alternate=getattr(cast, alternate) if alternate else None,
        )  # fmt: skip
    return board


@stocked
def scheduled(cast, board, days: int = 10) -> Meeting:
    at = clock.now() + timedelta(days=days)
    return meetings.schedule(board, by=cast.secretariat, at=at, place="Room 1")


@stocked
def noticed(cast, board, *papers) -> Meeting:
    """A meeting in ten days with these reviews on its agenda, of which notice is given."""
    meeting = scheduled(cast, board)
    for review in papers:
        agendas.put(meeting, review, by=cast.secretariat)
    return perform(meeting, "notice", by=cast.secretariat)


@stocked
def tabled_review(cast, board=None, **fields):
    """A large project's review before the board, on the agenda of its meeting in ten days."""
    review = reviews.at(cast, "facts_settled", tier="large", **fields)
    noticed(cast, board or filled(cast), review)
    return perform(review, "table", by=cast.secretariat)


@stocked
def drafted(cast, review, outcome: str = "approve", text: str = "To approve."):
    board = motions.boards_for(review)[0][0]
    return motions.draft(review, board, by=cast.secretariat, outcome=outcome, text=text)


@stocked
def condition(cast, motion, kind: str = "precedent", **fields) -> MotionCondition:
    """A drafted condition of the manager, verified by the lead assessor."""
    values = {"kind": kind, "text": f"A {kind} condition", "owner": cast.manager,
              "verifier": cast.lead, **fields}  # fmt: skip
    if kind == "subsequent":
        values.setdefault("due", clock.today() + timedelta(days=60))
    return motions.add_condition(motion, MotionCondition(**values), by=cast.secretariat)


@contextmanager
def in_session(cast, meeting, *present):
    """The meeting has begun, ten days later, and these people attend (everybody by default)."""
    with clock.move(timedelta(days=10)):
        meeting = perform(meeting, "begin", by=cast.chair)
        attend(cast, meeting, *(present or ("chair", "member1", "member2", "member3")))
        yield meeting


@stocked
def attend(cast, meeting, *present) -> None:
    meetings.attend(meeting, [getattr(cast, name).pk for name in present], by=cast.secretariat)


@stocked
def vote(cast, motion, **choices) -> None:
    """Votes by name: `member1="for"`."""
    for name, choice in choices.items():
        motions.cast(motion, choice, by=getattr(cast, name))


@contextmanager
def opened(cast, outcome: str = "approve", conditions=(), present=(), board=None):
    """A motion open for votes, in session."""
    review = tabled_review(cast, board)
    motion = drafted(cast, review, outcome)
    for kind in conditions:
        condition(cast, motion, kind)
    motion = perform(motion, "table", by=cast.secretariat)
    with in_session(cast, motion.meeting, *present):
        yield perform(motion, "open", by=cast.chair)


@stocked
def minutes_approved(cast, meeting):
    """The minutes approved by a motion on the consent items of a meeting ten days later."""
    later = scheduled(cast, meeting.board)
    agendas.put(later, meeting, by=cast.secretariat, consent=True)
    later = perform(later, "notice", by=cast.secretariat)
    agendas.table_all(later, by=cast.secretariat)
    with in_session(cast, later) as later:
        agendas.open_together(later, by=cast.chair)
        for person in (cast.chair, cast.member1, cast.member2):
            agendas.cast_together(later, "for", by=person)
        agendas.close_together(later, by=cast.chair)
    meeting.refresh_from_db()
    return meeting


@stocked
def closed(cast, motion):
    """The vote closed by the chair; the row as it then stands."""
    perform(motion, "close", by=cast.chair)
    motion.refresh_from_db()
    return motion


@stocked
def carried(cast, motion):
    """The motion carried unanimously."""
    vote(cast, motion, chair="for", member1="for", member2="for", member3="for")
    return closed(cast, motion)
