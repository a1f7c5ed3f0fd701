"""What of the gates stands in a person's calendar: their boards' meetings, conditions due."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from core import calendars, clock
from core.models import User
from gating.models import BoardSeat, Condition, Meeting

PAST_DAYS = 30
"""Meetings of so many days ago still stand in the calendar."""


@calendars.dates
def meetings(person: User) -> Iterator[calendars.Entry]:
    """The meetings of the boards on which a person has a seat, or is an alternate."""
    boards = BoardSeat.objects.of(person).values("board")
    since = clock.now() - timedelta(days=PAST_DAYS)
    rows = Meeting.objects.filter(board__in=boards, at__gte=since).exclude(state="cancelled")
    for meeting in rows.select_related("board").order_by("at")[: calendars.MOST]:
        yield calendars.Entry(
            uid=f"meeting-{meeting.pk}",
            title=_title(meeting) % {"board": meeting.board.code},
            start=meeting.at, stamp=meeting.papers_frozen_at or meeting.at - timedelta(days=30),
            url=meeting.get_absolute_url(),
        )  # fmt: skip


def _title(meeting: Meeting) -> str:
    return _("%(board)s: votes in writing due") if meeting.written else _("%(board)s: meeting")


@calendars.dates
def conditions(person: User) -> Iterator[calendars.Entry]:
    """Conditions that a person owns or verifies, where nothing waits for them yet."""
    owns = Q(owner=person) & ~Q(state__in=Condition.OWED)
    verifies = Q(verifier=person) & ~Q(state="evidence_submitted")
    rows = Condition.objects.unmet().exclude(due=None).filter(owns | verifies)
    related = rows.select_related("review__project__institution", "review__gate", "motion")
    for condition in related.order_by("due")[: calendars.MOST]:
        due = condition.due_at
        if due is not None:
            yield calendars.Entry(
                uid=f"condition-{condition.pk}",
                title=_("%(condition)s: condition due") % {"condition": condition.ref},
                start=calendars.day_of(due, person), stamp=condition.motion.drafted_at,
                url=condition.get_absolute_url(),
            )  # fmt: skip
