"""The agenda of a meeting: proposed from what waits, consent items, motions taken up together."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import history
from core.models import User
from core.refusals import Denied, Refused
from core.steps import allow, perform
from gating import approving, motions
from gating import permissions_boards as permissions
from gating.meetings import hold
from gating.models import AgendaItem, Board, GateReview, Meeting, Motion
from gating.models.board import Routes

WRITTEN = ("report_drafted", "factual_check", "before_board")
"""States of a review whose report is written, so that it may stand on an agenda."""
SHOWN = 200
"""So many rows of each kind are proposed at most."""


@dataclass(frozen=True)
class Waiting:
    """Something that a meeting could take up: a review, a drafted motion, or older minutes."""

    key: str
    row: Any
    title: str
    consent: bool = False


def waiting(meeting: Meeting) -> list[Waiting]:
    """What this meeting could take up, and stands on no coming agenda; minutes first."""
    found = [Waiting(f"minutes-{row.pk}", row,
                     _("Minutes of the meeting of %(day)s") % {"day": row.day.isoformat()},
                     consent=True)
             for row in _minutes(meeting)]  # fmt: skip
    found += [
        Waiting(f"review-{row.pk}", row, row.title_for_people()) for row in candidates(meeting)
    ]
    return found + [Waiting(f"motion-{row.pk}", row,
                            f"{row.title_for_people()}: {row.get_outcome_display()}")
                    for row in _motions(meeting)]  # fmt: skip


def candidates(meeting: Meeting) -> list[GateReview]:
    """The reviews that this meeting could take up: for its board, and on no coming agenda."""
    placed = AgendaItem.objects.filter(meeting__state__in=Meeting.LIVE).exclude(review=None)
    rows = GateReview.objects.filter(state__in=WRITTEN).exclude(pk__in=placed.values("review"))
    rows = rows.select_related("project__tier", "project__institution", "gate", "tier", "board")
    routes = Routes()
    return [row for row in rows.order_by("pk")
            if (row.board or routes.of(row.project, row.gate)[0]) == meeting.board
            ][:SHOWN]  # fmt: skip


def _motions(meeting: Meeting) -> list[Motion]:
    """Drafted motions on other matters, for this board, that stand on no coming agenda."""
    placed = AgendaItem.objects.filter(meeting__state__in=Meeting.LIVE).exclude(motion=None)
    rows = Motion.objects.filter(state=Motion.States.DRAFTED, board=meeting.board, review=None)
    rows = rows.exclude(pk__in=placed.values("motion")).exclude(meeting__state__in=Meeting.LIVE)
    return list(rows.select_related("project", "case", "condition", "board").order_by("pk")[:SHOWN])


def _minutes(meeting: Meeting) -> list[Meeting]:
    """Meetings of this board whose minutes no motion approves yet."""
    rows = Meeting.objects.filter(board=meeting.board, state=Meeting.States.CLOSED)
    taken = Motion.objects.undecided().filter(matter="gating.meeting")
    open_now = rows.exclude(pk__in=taken.values("matter_id")).exclude(minutes="")
    return list(open_now.select_related("board").order_by("at")[:SHOWN])


@transaction.atomic
def put(meeting: Meeting, subject: Any, *, by: User, consent: bool = False) -> AgendaItem:
    """Put a review, a drafted motion, or older minutes on the agenda, before papers are frozen."""
    meeting = hold(meeting, Meeting.States.SCHEDULED)
    allow(permissions.convenes, meeting, by)
    if subject.pk not in {wait.row.pk for wait in waiting(meeting) if wait.row == subject}:
        raise Refused(_("%(review)s is not for this board, or stands on an agenda already.")
                      % {"review": subject})  # fmt: skip
    review = subject if isinstance(subject, GateReview) else None
    motion: Any = None if review else _motion(meeting, subject, by)
    position = meeting.items.count() + 1
    item = AgendaItem.objects.create(meeting=meeting, review=review, motion=motion,
                                     position=position, consent=consent)  # fmt: skip
    details = {"review": (review or motion).ref, "position": position, "consent": consent}
    history.record("gating.meeting.agenda", meeting, by=by, details=details)
    return item


def _motion(meeting: Meeting, subject: Any, by: User) -> Motion:
    """The motion that stands for a subject on an agenda; that on minutes is drafted here."""
    if isinstance(subject, Motion):
        return motions.change(subject, by=by, meeting=meeting)
    text = _("The minutes of %(day)s are approved as drafted (SHA-256 %(hash)s).") % {
        "day": subject.day.isoformat(), "hash": approving.minutes_hash(subject),
    }  # fmt: skip
    return motions.propose(subject, meeting.board, by=by, outcome="approve", text=text,
                           meeting=meeting)  # fmt: skip


@transaction.atomic
def fill(meeting: Meeting, keys: Iterable[str], consent: Iterable[str], *, by: User) -> int:
    """Put what was chosen from `waiting` on the agenda; returns how many items."""
    chosen, together = set(keys), set(consent)
    rows = [wait for wait in waiting(meeting) if wait.key in chosen | together]
    if not rows:
        raise Refused(_("Choose at least one thing for the agenda."))
    for wait in rows:
        put(meeting, wait.row, by=by, consent=wait.key in together)
    return len(rows)


@transaction.atomic
def take_off(item: AgendaItem, *, by: User) -> None:
    """Take something off the agenda of a meeting before the papers are frozen."""
    meeting = hold(item.meeting, Meeting.States.SCHEDULED)
    allow(permissions.convenes, meeting, by)
    history.record("gating.meeting.agenda", meeting, by=by, details={"off": item.subject.ref})
    motion = item.motion
    item.delete()
    if motion is not None and motion.state == Motion.States.DRAFTED:
        motions.change(motion, by=by, meeting=None)


@transaction.atomic
def table_all(meeting: Meeting, *, by: User) -> int:
    """Table every motion drafted for a meeting of which notice was given; returns how many."""
    rows = meeting.motions.filter(state=Motion.States.DRAFTED).order_by("pk")
    return len(_each(rows, "table", by))


def _each(rows: Iterable[Motion], name: str, by: User) -> list[Motion]:
    """The same step of several motions, all or none; raises Refused naming the one at fault."""
    found = list(rows)
    if not found:
        raise Refused(_("There is no such motion now; look at the agenda again."))
    done = []
    for motion in found:
        try:
            done.append(perform(motion, name, by=by))
        except Refused as refused:
            raise Refused(*(f"{motion.ref}: {reason}" for reason in refused.reasons)) from refused
    return done


# Consent items: one vote on all of them


def together(meeting: Meeting) -> list[Motion]:
    """The motions on consent items that no seat has taken out, in the order of the agenda."""
    items = meeting.items.filter(consent=True, taken_out_by=None)
    chosen = list(items.values_list("review", "motion"))
    reviews = [review for review, _motion in chosen if review]
    others = [motion for _review, motion in chosen if motion]
    rows = meeting.motions.filter(review__in=reviews) | meeting.motions.filter(pk__in=others)
    known = rows.exclude(state=Motion.States.WITHDRAWN).select_related(*Motion.step_related)
    return list(known.order_by("pk"))


def open_together(meeting: Meeting, *, by: User) -> list[Motion]:
    """Open the vote on all tabled consent items at once."""
    with transaction.atomic():
        return _each((row for row in together(meeting) if row.state == "tabled"), "open", by)


def close_together(meeting: Meeting, *, by: User) -> list[Motion]:
    """Close the vote on all open consent items; each has its own count, result and record."""
    with transaction.atomic():
        return _each((row for row in together(meeting) if row.state == "open"), "close", by)


@transaction.atomic
def cast_together(meeting: Meeting, choice: str, *, by: User) -> list[Motion]:
    """One vote for every open consent item in which this person's seat may vote.

    Raises Refused when there is none: the vote is not open, or they take part in none of them.
    """
    mine = [row for row in together(meeting) if row.state == "open" and motions.votes(row, by)]
    if not mine:
        raise Refused(_("There is no open consent item in which your seat may vote."))
    for motion in mine:
        motions.cast(motion, choice, by=by)
    return mine


@transaction.atomic
def take_out(item: AgendaItem, *, by: User) -> AgendaItem:
    """A seat asks that a consent item be decided by itself; votes cast on it already stay."""
    meeting = hold(item.meeting, *Meeting.LIVE)
    if not seated(meeting.board, by):
        raise Denied(_("Only who holds a seat of this board, or is the alternate of one, asks so."))
    item = AgendaItem.objects.select_related("review", "motion").get(pk=item.pk)
    if not item.consent or item.taken_out_by_id:
        raise Refused(_("It is decided by itself already."))
    item.taken_out_by = by
    item.save(update_fields=["taken_out_by"])
    history.record("gating.meeting.take_out", meeting, by=by, details={"item": item.subject.ref})
    return item


def seated(board: Board, user: Any) -> bool:
    """Whether this person is named for a seat of the board today, as holder or alternate."""
    return board.seats.of(user).exists()


__all__ = [
    "Waiting", "candidates", "cast_together", "close_together", "fill",
    "open_together", "put", "seated", "table_all", "take_off", "take_out", "together",
    "waiting",
]  # fmt: skip
