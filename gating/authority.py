"""Setting up boards and their seats: every change an event in the board's own case."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from core import clock, history, turns
from core.models import Dossier, User
from core.refusals import Refused
from core.steps import allow
from gating import counting, routing
from gating import permissions_boards as permissions
from gating.models import Board, BoardSeat, EmergencyException, Extension, Meeting, Motion
from gating.models.board import places
from projects.models import AuthorityBand, TierBand

RULES = ("name", "parent", "minimum", "quorum", "majority_of", "majority_share", "strict",
         "casting_vote", "single_decider", "notice_days", "objection_days")  # fmt: skip


@transaction.atomic
def set_up(board: Board, *, by: User) -> Board:
    """Set up a new board, or change one; raises Refused with every sentence that is against it."""
    allow(permissions.sets_up_boards, board, by)
    new = board.pk is None
    if faults := faults_of(board):
        raise Refused(*faults)
    if new:
        board.dossier = history.open_dossier("board", f"BOARD-{board.code}")
    else:
        history.lock(board.dossier)
    board.save()
    told = {name: str(getattr(board, name)) for name in RULES}
    verb = "gating.board.create" if new else "gating.board.change"
    history.record(verb, board, by=by, details=told)
    return board


def faults_of(board: Board) -> list[str]:
    """What is wrong with a board's rules or its place, as sentences."""
    found = []
    shares = {_("Quorum"): board.quorum, _("Majority"): board.majority_share}
    for label, share in shares.items():
        try:
            counting.fraction(share, "share")
        except counting.Uncountable as error:
            found.append(f"{label}: {error}")
    others = Board.objects.exclude(pk=board.pk).select_related("parent")
    above = routing.above(places([*others, board]), board.code)
    if board.parent is not None and (board.parent == board or board.code in above):
        found.append(_("A board cannot stand above itself."))
    if board.code in ("new", "authority"):
        found.append(_("This code is an address of ours; choose another."))
    if board.pk is None and Board.objects.filter(code=board.code).exists():
        found.append(_("The code %(code)s is taken; choose another.") % {"code": board.code})
    return found


@transaction.atomic
def seat(row: BoardSeat, *, by: User, because: str = "") -> BoardSeat:
    """Fill a seat, or change its alternate or period; raises Refused with what is against it."""
    allow(permissions.sets_up_boards, row, by)
    history.lock(row.board.dossier)
    if faults := seat_faults(row):
        raise Refused(*faults)
    new = row.pk is None
    row.save()
    told = {"kind": row.kind, "user": row.user_id, "alternate": row.alternate_id,
            "starts": str(row.starts), "ends": str(row.ends or "")}  # fmt: skip
    verb = "gating.boardseat.create" if new else "gating.boardseat.change"
    history.record(verb, row, by=by, because=because, details=told)
    refresh([row.board])
    return row


def seat_faults(row: BoardSeat) -> list[str]:
    """What is wrong with a seat, as sentences: one chair at a time, one seat a person."""
    try:
        row.full_clean(exclude=["board"])
    except ValidationError as error:
        return list(error.messages)
    if row.alternate_id == row.user_id:
        return [_("The alternate is somebody other than the holder.")]
    found = []
    for other in row.board.seats.exclude(pk=row.pk).select_related("user"):
        if not row.overlaps(other):
            continue
        if other.kind == row.kind == BoardSeat.Kind.CHAIR:
            found.append(_("%(person)s chairs the board in that period: end that seat first.")
                         % {"person": other.user})  # fmt: skip
        if set(row.place.named) & set(other.place.named):
            found.append(
                _("Somebody here is named for the seat of %(person)s already: nobody votes twice.")
                % {"person": other.user}
            )
    if row.board.single_decider and row.kind != BoardSeat.Kind.CHAIR:
        found.append(_("Where one person decides alone, there is only the seat of the chair."))
    return found


@transaction.atomic
def set_limit(
    board: Board, currency: str, *, up_to: int | None, none: bool, starts: date, because: str,
    by: User,
) -> AuthorityBand:  # fmt: skip
    """Set up to which whole-life cost, in minor units, a board decides from a day on.

    `up_to` None is without limit, `none` ends its authority. Earlier decisions keep the version in
    effect on their day. Raises Refused for a day that is over, or without a reason.
    """
    allow(permissions.sets_up_boards, board, by)
    history.lock(board.dossier)
    found = []
    if starts < clock.today():
        found.append(_("Authority changes today or later: earlier decisions keep theirs."))
    if not because.strip():
        found.append(_("Say on what the change is based; it stands in the history."))
    if found:
        raise Refused(*found)
    band = AuthorityBand(
        board_code=board.code, currency=currency, up_to=None if none else up_to, none=none,
        starts=starts, because=because.strip(), set_by=by, set_at=clock.now(),
    )  # fmt: skip
    band.save()
    told = {"currency": currency, "up_to": band.up_to, "none": none, "starts": str(starts)}
    history.record("gating.board.authority", board, by=by, because=because, details=told)
    return band


FIRST = (
    ("COUNCIL", gettext_noop("Digital government council"), "", 3, False),
    ("ICT", gettext_noop("ICT sub-commission"), "COUNCIL", 3, False),
    ("CHAIR", gettext_noop("Chair deciding alone"), "ICT", 1, True),
)
"""Code, name, board above, minimum and single decider of the boards every database begins with."""
ICT_LIMIT = 10
"""The sub-commission decides up to so many times the cost at which a project counts as large."""


@transaction.atomic
def put_in_place() -> None:
    """Create the first boards, without seats, and authority bands where they are missing.

    The chair decides below the threshold of medium projects; the council decides without limit.
    """
    if not Board.objects.exists():
        for code, name, above, minimum, single in FIRST:
            ref = f"BOARD-{code}"
            known = Dossier.objects.filter(ref=ref).first()
            Board.objects.create(
                dossier=known or history.open_dossier("board", ref), code=code, name=name,
                parent=Board.objects.filter(code=above).first(), minimum=minimum,
                single_decider=single, casting_vote=Board.Casting.CHAIR,
            )  # fmt: skip
    rows = TierBand.objects.values_list("currency", "tier__code", "from_cost")
    starts = {(currency, tier): start for currency, tier, start in rows}
    present = set(AuthorityBand.objects.values_list("board_code", "currency"))
    for currency in {currency for currency, _tier in starts}:
        medium, large = starts.get((currency, "medium"), 0), starts.get((currency, "large"), 0)
        limits = {"CHAIR": max(medium - 1, 0), "ICT": large * ICT_LIMIT, "COUNCIL": None}
        for code, limit in limits.items():
            if (code, currency) not in present:
                AuthorityBand.objects.create(board_code=code, currency=currency, up_to=limit)


def refresh(boards: Iterable[Board]) -> None:
    """Bring the turns of coming meetings and undecided motions in line with the seats."""
    boards = list(boards)
    for meeting in Meeting.objects.filter(board__in=boards).exclude(
        state__in=(Meeting.States.MINUTES_APPROVED, Meeting.States.CANCELLED)
    ).select_related("board__dossier"):  # fmt: skip
        turns.refresh(meeting)
    for motion in (
        Motion.objects.undecided().filter(board__in=boards).select_related(*Motion.step_related)
    ):
        turns.refresh(motion)
    if boards:
        _refresh_wishes(boards)


def _refresh_wishes(boards: list[Board]) -> None:
    """Who decides on more time for a condition, or on an emergency exception, sits in a seat."""
    asked = Extension.objects.filter(state=Extension.States.ASKED,
                                     condition__motion__board__in=boards)  # fmt: skip
    for wish in asked.select_related(*Extension.step_related):
        turns.refresh(wish)
    undecided = EmergencyException.objects.undecided()  # of a board, or of one beneath it
    for exception in undecided.select_related(*EmergencyException.step_related):
        turns.refresh(exception)


def boards_changing_today() -> list[Any]:
    """Boards with a seat that begins today or ended yesterday: their turns may have moved on."""
    today = clock.today()
    begins = Board.objects.filter(seats__starts=today)
    ended = Board.objects.filter(seats__ends__lt=today, seats__ends__gte=today - timedelta(days=1))
    return list((begins | ended).distinct())
