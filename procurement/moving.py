"""What the clock does with competitions: deadlines that move, and the record of their closing."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction

from core import clock, due, history, turns
from procurement import feeding
from procurement.content import stamp
from procurement.holding import held
from procurement.models import Competition, CompetitionState

FAR = timedelta(days=30)
"""No template asks for answers earlier than this before the deadline."""


def store(row: Competition, now: datetime) -> bool:
    """Store the deadline as it stands at a moment, on a row that is held; whether it had moved.

    It had moved by itself: `Competition.deadline` says so to everybody, stored or not.
    """
    before, closes = row.closes_at, row.deadline(now)
    if closes == before or closes is None:
        return False
    row.closes_at = closes
    row.save(update_fields=["closes_at"])
    said = {"closes_before": stamp(before), "closes_after": stamp(closes)}
    history.record("procurement.competition.move_deadline", row, by=clock.clock_account(),
                   details=said)  # fmt: skip
    feeding.tell(row, "deadline_moved", **said)
    turns.refresh(row)
    return True


@transaction.atomic
def move(competition: Competition) -> bool:
    """Store the deadline that a question left open has moved; everybody is told once."""
    row = held(competition)
    return store(row, clock.now())


@due.falls_due
def deadlines_to_store(now: datetime) -> Iterable[due.Due]:
    """Deadlines that moved because a question was not settled in time."""
    rows = Competition.objects.filter(state=CompetitionState.PUBLISHED, closes_at__lte=now + FAR)
    for row in rows.select_related(*Competition.step_related):
        moment = row.answers_due
        if moment is not None and moment <= now and row.deadline(now) != row.closes_at:
            key = f"procurement.competition:move_deadline:{row.pk}:{stamp(row.closes_at)}"
            yield due.Due(moment, key, partial(move, row))


@due.falls_due
def closings_to_record(now: datetime) -> Iterable[due.Due]:
    """Competitions whose deadline has passed; they had closed by themselves."""
    rows = Competition.objects.filter(state=CompetitionState.PUBLISHED, closes_at__lt=now)
    return due.steps(rows.select_related(*Competition.step_related), "close",
                     at=lambda row: row.deadline(now))  # fmt: skip
