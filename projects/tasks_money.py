"""The clock's work with money: claims overdue, and reminders before a tranche lapses."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from core import clock, due, reminders
from core.due import Due, falls_due
from core.outbox import at_each_tick
from projects.models.claim import Claim
from projects.models.tranche import UNDRAWN, Tranche

LAPSE = "projects.tranche.remind_lapse"


@falls_due
def claims_not_paid(now: datetime) -> Iterable[Due]:
    """Every claim with money outstanding at the end of its last day is overdue."""
    near = now.astimezone(clock.zone()).date() + timedelta(days=1)  # it may be later elsewhere
    rows = Claim.objects.coming_due(near).select_related("project__institution")
    return due.steps(rows, "fall_overdue", at=lambda claim: claim.due_at)


@at_each_tick
def remind_before_lapses() -> None:
    """Remind those who can draw a tranche before its last day, 14, 7 and 1 days ahead."""
    today = clock.today()
    days = (today - timedelta(days=1), today + timedelta(days=max(reminders.MARKS) + 1))
    rows = Tranche.objects.filter(state__in=UNDRAWN, valid_until__range=days)
    for tranche in rows.select_related("project__institution", "project__dossier"):
        here, last = clock.today(tranche.project.institution), tranche.valid_until
        if last is not None:
            reminders.remind(tranche, last, verb=LAPSE, today=here)
