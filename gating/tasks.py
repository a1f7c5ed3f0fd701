"""The clock's work at the gates: what falls due, falls due once, each row by its own step."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from core import clock, due
from core.due import Due, falls_due
from gating.models import Evidence, GateReview


def _tomorrow(now: datetime) -> date:
    """Somewhere the day that is over may be ahead of ours; the row's own moment decides."""
    return now.astimezone(clock.zone()).date() + timedelta(days=1)


@falls_due
def facts_unanswered(now: datetime) -> Iterable[Due]:
    """Every factual check whose ten working days are over counts as accepted."""
    rows = GateReview.objects.filter(
        state="factual_check", facts="", factual_due__lte=_tomorrow(now)
    ).select_related("project__institution", "project__dossier")
    return due.steps(rows, "deem_facts_accepted", at=lambda review: review.factual_ends)


@falls_due
def decisions_not_exercised(now: datetime) -> Iterable[Due]:
    """Every decision that was not exercised by its last day expires."""
    rows = GateReview.objects.filter(
        state__in=("decided", "in_force"), valid_until__lte=_tomorrow(now)
    ).select_related("project__institution", "project__dossier")
    return due.steps(rows, "expire", at=lambda review: review.valid_ends)


@falls_due
def evidence_out_of_date(now: datetime) -> Iterable[Due]:
    """Evidence expires at the end of its last valid day."""
    rows = Evidence.objects.filter(
        state__in=("submitted", "queried", "resubmitted", "accepted"),
        valid_until__lte=_tomorrow(now),
    ).select_related("project__institution", "project__dossier")
    return due.steps(rows, "expire", at=lambda row: clock.end_of(
        row.valid_until, row.project.institution))  # fmt: skip
