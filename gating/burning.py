"""The burn-down of conditions: how many were open, overdue, opened and closed, month by month."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Q

from core import clock

MONTHS = 12


@dataclass(frozen=True)
class Stand:
    """How conditions stood at the end of a day, and what came and went since the stand before."""

    day: date
    opened: int
    closed: int
    in_time: int
    overdue: int

    @property
    def open(self) -> int:
        """All that were neither closed nor waived."""
        return self.in_time + self.overdue


def days(today: date, months: int = MONTHS) -> list[date]:
    """The last days of the months before, the oldest first, and today."""
    found, day = [], today
    for _month in range(months):
        day = day.replace(day=1) - timedelta(days=1)
        found.append(day)
    return [*reversed(found), today]


def stands(rows: Any, today: date | None = None, months: int = MONTHS) -> list[Stand]:
    """The burn-down of these conditions, by one question whatever their number.

    What was overdue on a day is told by the due date as it stands now: time granted later counts.
    """
    ends = days(today or clock.today(), months)
    moments = [clock.end_of(day) for day in ends]
    wanted: dict[str, Any] = {}
    for number, (day, moment) in enumerate(zip(ends, moments, strict=True)):
        there = Q(motion__decided_at__lt=moment) & (Q(met_at=None) | Q(met_at__gte=moment))
        late = there & Q(due__lte=day)
        wanted |= {f"open{number}": Count("pk", filter=there),
                   f"late{number}": Count("pk", filter=late)}  # fmt: skip
        if number:
            wanted |= _since(number, moments[number - 1], moment)
    found = rows.order_by().aggregate(**wanted)
    return [
        Stand(day, found.get(f"new{n}", 0), found.get(f"met{n}", 0),
              found[f"open{n}"] - found[f"late{n}"], found[f"late{n}"])
        for n, day in enumerate(ends)
    ][1:]  # fmt: skip


def _since(number: int, start: datetime, end: datetime) -> dict[str, Any]:
    """What was opened and what was met between two moments."""
    opened = Q(motion__decided_at__gte=start, motion__decided_at__lt=end)
    return {f"new{number}": Count("pk", filter=opened),
            f"met{number}": Count("pk", filter=Q(met_at__gte=start, met_at__lt=end))}  # fmt: skip
