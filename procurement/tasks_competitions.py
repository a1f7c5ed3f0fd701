"""What the clock tells people about competitions: reminders, alike to every member of the lot."""

from datetime import timedelta
from typing import Any

from core import clock
from core.outbox import at_each_tick
from core.reminders import remind
from procurement.models import Competition, CompetitionState

MARKS = (7, 2)
"""Days before the deadline on which every member of the lot is reminded."""
VERB = "procurement.competition.remind"


@at_each_tick
def remind_of_deadlines() -> None:
    """Remind all members of the lot before bids close; who has bid already is nobody's to know."""
    now = clock.now()
    near = now + timedelta(days=max(MARKS) + 1)
    rows = Competition.objects.filter(
        state=CompetitionState.PUBLISHED, closes_at__gt=now, closes_at__lte=near
    )
    for row in rows.select_related(*Competition.step_related):
        here = clock.zone(row.institution)
        closes: Any = row.closes_at
        published: Any = row.published_at
        day = closes.astimezone(here).date()
        running = (day - published.astimezone(here).date()).days
        marks = [mark for mark in MARKS if mark < running]
        remind(row, day, marks, verb=VERB, today=clock.today(row.institution))
