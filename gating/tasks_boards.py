"""What boards leave to the clock, every minute; each may be repeated."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial

from core import outbox
from core.due import Due, falls_due, steps
from gating import authority, balloting, conditions, motions
from gating.models import Meeting, Motion


@falls_due
def motions_without_result(now: datetime) -> Iterable[Due]:
    """What a board left without a result for 30 days goes before the board above it."""
    late = timedelta(days=balloting.ESCALATION_DAYS)
    return [
        Due(motion.decided_at + late, f"gating.motion:escalate:{motion.pk}",
            partial(motions.escalate, motion))
        for motion in motions.due_for_escalation()
    ]  # fmt: skip


AFTER = timedelta(microseconds=1)
"""What follows at the same moment from what is done first."""


@falls_due
def votes_in_writing(now: datetime) -> Iterable[Due]:
    """Votes in writing begin with the notice, open when tabled, and close at their deadline."""
    rounds = Meeting.objects.filter(kind=Meeting.Kind.WRITTEN).select_related("board__dossier")
    rows = Motion.objects.filter(meeting__kind=Meeting.Kind.WRITTEN)
    rows = rows.select_related(*Motion.step_related, "condition", "case")
    opens = rows.filter(state=Motion.States.TABLED, meeting__at__gt=now)
    return [
        *steps(rounds.filter(state=Meeting.States.NOTICED), "begin",
               at=lambda row: row.papers_frozen_at),
        *steps(opens, "open", at=lambda row: row.meeting.papers_frozen_at + AFTER),
        *steps(rows.filter(state=Motion.States.OPEN), "close", at=lambda row: row.meeting.at),
        *steps(rounds.filter(state=Meeting.States.IN_SESSION), "close",
               at=lambda row: row.at + AFTER),
    ]  # fmt: skip


@outbox.at_each_tick
def follow_seats() -> None:
    """Where a seat begins or has ended, what waits for its board waits for other people."""
    authority.refresh(authority.boards_changing_today())


__all__ = ["conditions", "follow_seats", "motions_without_result", "votes_in_writing"]
