"""Periods of reporting: parts of a calendar year, all of one length; pure."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

LENGTHS = (1, 2, 3, 4, 6, 12)
"""Months of a period: they divide the year, so that every year begins with a period."""
DEFAULT_MONTHS = 6
DEFAULT_DUE_DAYS = 10
"""Working days after the end of a period within which its report is certified."""


@dataclass(frozen=True)
class Period:
    """From a first to a last day, both inclusive."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def next(self) -> date:
        """The first day after it."""
        return self.last + timedelta(days=1)


def period_of(day: date, months: int = DEFAULT_MONTHS) -> Period:
    """The period of so many months in which a day lies; raises ValueError for another length."""
    if months not in LENGTHS:
        raise ValueError(f"{months} months do not divide a year")
    begins = (day.month - 1) // months * months + 1
    ends = begins + months - 1
    return Period(date(day.year, begins, 1), date(day.year, ends, monthrange(day.year, ends)[1]))


def counts(period: Period, since: date) -> bool:
    """Whether a project that is under way since a day owes a report on a period.

    It does where at least half of the period was left, so that nobody reports on a few days.
    """
    under_way = (period.last - max(since, period.first)).days + 1
    return under_way * 2 >= period.days
