"""What vendors leave to the clock: reminders of documents, and the end of suspensions."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial

from core import clock, due, reminders
from core.due import Due, falls_due
from vendors.models.barring import Barring
from vendors.models.company import VendorState
from vendors.models.company_papers import VendorDocument
from vendors.papers import MARKS

RUNNING = (VendorState.ACTIVE, VendorState.SUSPENDED, VendorState.DEBARRED, VendorState.TO_MATCH)


@falls_due
def barrings_ending(now: datetime) -> Iterable[Due]:
    """Suspensions and debarments end at 24:00 of their last day."""
    rows = Barring.objects.ending_by(now).select_related(*Barring.step_related)
    return due.steps(rows, "expire", at=lambda row: row.over_at)


@falls_due
def papers_expiring(now: datetime) -> Iterable[Due]:
    """30, 14 and 3 days before the last day of a document; after an outage the one now due."""
    today = clock.today()
    near = {"valid_until__gte": today, "valid_until__lte": today + timedelta(days=MARKS[0])}
    rows = VendorDocument.objects.current().filter(**near, vendor__state__in=RUNNING)
    found = []
    for paper in rows.select_related("vendor__dossier"):
        left = paper.days_left(today)
        mark = reminders.due_mark(left, MARKS) if left is not None else None
        if mark is not None and paper.valid_until is not None:
            key = f"vendors.vendordocument:remind:{paper.pk}:{paper.valid_until}:{mark}"
            moment = clock.end_of(paper.valid_until - timedelta(days=mark + 1))
            found.append(Due(moment, key, partial(_remind, paper)))
    return found


def _remind(paper: VendorDocument) -> bool:
    last = paper.valid_until
    return last is not None and reminders.remind(
        paper, last, MARKS, verb="vendors.vendordocument.remind", today=clock.today()
    )
