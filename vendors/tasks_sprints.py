"""The clock's work with sprints: inspections passed on, and reminders before their last day."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from core import clock, due, reminders
from core.due import Due, falls_due
from core.outbox import at_each_tick
from vendors.models.sprint import Sprint
from vendors.models.sprint_states import UNDECIDED

MARKS = (2, 1, 0)
"""Days before the last day of an inspection at which it is recalled."""
REMIND = "vendors.sprint.remind"


@falls_due
def inspections_undecided(now: datetime) -> Iterable[Due]:
    """Every delivery that nobody decided in its days is passed on to the owner: once."""
    near = now.astimezone(clock.zone()).date() + timedelta(days=1)  # it may be later elsewhere
    rows = Sprint.objects.filter(
        state__in=UNDECIDED, escalated_at=None, inspect_until__lt=near
    ).select_related(*Sprint.step_related)
    return due.steps(rows, "escalate", at=lambda sprint: sprint.inspect_ends)


@at_each_tick
def remind_of_inspections() -> None:
    """Recall deliveries that are still to be decided, before their last day is over."""
    today = clock.today()
    days = (today - timedelta(days=1), today + timedelta(days=max(MARKS) + 1))
    rows = Sprint.objects.filter(state__in=UNDECIDED, inspect_until__range=days)
    for sprint in rows.select_related(*Sprint.step_related):
        here = clock.today(sprint.order.institution)
        if sprint.inspect_until is not None:
            reminders.remind(sprint, sprint.inspect_until, MARKS, verb=REMIND, today=here)
