"""The clock's work at the gates: what falls due, falls due once, each row by its own step."""

from typing import Any

from core import clock
from core.outbox import at_each_tick
from core.refusals import Refused
from core.steps import perform
from gating.models import Evidence, GateReview


def _each(rows: Any, step: str) -> int:
    """Let the clock take a step of every row; returns how many it took."""
    by, taken = clock.clock_account(), 0
    for row in rows:
        try:
            perform(row, step, by=by)
        except Refused:  # its day is not over where it is, or somebody moved it meanwhile
            continue
        taken += 1
    return taken


@at_each_tick
def deem_facts_accepted() -> int:
    """Close every factual check whose ten working days are over."""
    due = GateReview.objects.filter(
        state="factual_check", facts="", factual_due__lte=clock.today()
    ).select_related("project__dossier")
    return _each(due.order_by("factual_due", "pk"), "deem_facts_accepted")


@at_each_tick
def expire_reviews() -> int:
    """Let every decision expire that was not exercised by its last day."""
    due = GateReview.objects.filter(
        state__in=("decided", "in_force"), valid_until__lte=clock.today()
    ).select_related("project__dossier")
    return _each(due.order_by("valid_until", "pk"), "expire")


@at_each_tick
def expire_evidence() -> int:
    """Mark evidence whose valid-until date is over."""
    due = Evidence.objects.filter(
        state__in=("submitted", "queried", "resubmitted", "accepted"),
        valid_until__lte=clock.today(),
    ).select_related("project__dossier")
    return _each(due.order_by("valid_until", "pk"), "expire")
