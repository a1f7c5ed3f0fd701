"""Reminders before a date: each mark (days before) once; after an outage only the one now due."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction

from core import clock, history
from core.models import Reminder

MARKS = (14, 7, 1)
"""Days before a date at which people are reminded, where a room says nothing else."""


def due_mark(days_left: int, marks: Sequence[int] = MARKS) -> int | None:
    """The reminder whose turn it is with so many days left: the smallest mark not below them.

    None before the first mark, and when the date is over (days_left below 0).
    """
    reached = [mark for mark in marks if mark >= days_left]
    return min(reached) if reached and days_left >= 0 else None


@transaction.atomic
def remind(
    instance: Any, due: date, marks: Sequence[int] = MARKS, *, verb: str, today: date
) -> bool:
    """Record `verb` on the case if a reminder is due and was not sent; whether it was.

    Whoever subscribes to the verb is told. A later mark makes the earlier ones moot: after an
    outage only the one now due goes out. Two workers at once send one.
    """
    mark = due_mark((due - today).days, marks)
    if mark is None:
        return False
    known = {"source_label": instance._meta.label_lower, "source_id": instance.pk, "verb": verb,
             "due": due}  # fmt: skip
    if Reminder.objects.filter(**known, mark__lte=mark).exists():
        return False
    history.lock(instance.dossier)
    _row, new = Reminder.objects.get_or_create(
        **known, mark=mark, defaults={"sent_at": clock.now()}
    )
    if new:
        details = {"due": str(due), "days": (due - today).days, "mark": mark}
        history.record(verb, instance, by=clock.clock_account(), details=details)
    return new
