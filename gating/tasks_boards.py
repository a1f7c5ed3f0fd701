"""What boards and conditions leave to the clock, every minute; each may be repeated."""

from core import outbox
from gating import authority, conditions, motions


@outbox.at_each_tick
def mark_conditions_due() -> None:
    """Conditions fall overdue, into breach, or out of their waiver, each by its own step."""
    conditions.fall_due()


@outbox.at_each_tick
def escalate_motions() -> None:
    """What a board left without a result for 30 days goes before the board above it."""
    for motion in motions.due_for_escalation():
        motions.escalate(motion)


@outbox.at_each_tick
def follow_seats() -> None:
    """Where a seat begins or has ended, what waits for its board waits for other people."""
    authority.refresh(authority.boards_changing_today())
