"""The clock's work at the gates: what falls due, falls due once, each row by its own step."""

from datetime import date, timedelta
from typing import Any

from core import clock
from core.outbox import at_each_tick
from core.refusals import Refused
from core.steps import perform
from gating.models import Evidence, GateReview


def _each(rows: Any, step: str) -> None:
    """Let the clock take a step of every row, each in a transaction of its own."""
    by = clock.clock_account()
    for row in rows:
        try:
            perform(row, step, by=by)
        except Refused:  # its day is not over where it is, or somebody moved it meanwhile
            continue


def _tomorrow() -> date:
    """Somewhere the day that is over may be ahead of ours; the guard knows the zone."""
    return clock.today() + timedelta(days=1)


@at_each_tick
def deem_facts_accepted() -> None:
    """Close every factual check whose ten working days are over."""
    due = GateReview.objects.filter(
        state="factual_check", facts="", factual_due__lte=_tomorrow()
    ).select_related("project__dossier")
    _each(due.order_by("factual_due", "pk"), "deem_facts_accepted")


@at_each_tick
def expire_reviews() -> None:
    """Let every decision expire that was not exercised by its last day."""
    due = GateReview.objects.filter(
        state__in=("decided", "in_force"), valid_until__lte=_tomorrow()
    ).select_related("project__dossier")
    _each(due.order_by("valid_until", "pk"), "expire")


@at_each_tick
def expire_evidence() -> None:
    """Mark evidence whose valid-until date is over."""
    due = Evidence.objects.filter(
        state__in=("submitted", "queried", "resubmitted", "accepted"),
        valid_until__lte=_tomorrow(),
    ).select_related("project__dossier")
    _each(due.order_by("valid_until", "pk"), "expire")
