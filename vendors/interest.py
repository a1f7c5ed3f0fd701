"""Late interest: exact in fractions, rounded once, half up, to the minor unit. No database here."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

MILLION = 1_000_000
DAY_COUNTS = (360, 365)
"""Days of the year by which a yearly rate is divided, as the law or the contract says."""


def half_up(amount: Fraction) -> int:
    """The nearest whole minor unit; a half goes up. For amounts of zero or more."""
    return int(amount + Fraction(1, 2))


def days_late(due_on: date, paid_on: date) -> int:
    """The days from the day after the due date up to and including the day of payment."""
    return max((paid_on - due_on).days, 0)


@dataclass(frozen=True)
class Terms:
    """A yearly rate in parts per million (8 % is 80,000), and the days that a year counts."""

    yearly_ppm: int
    day_count: int = 365


def owed(principal: int, terms: Terms, due_on: date, paid_on: date) -> int:
    """Simple interest on an amount in minor units, paid after its due date; nothing in time.

    principal × rate × days ÷ (360 or 365), without interest on interest. Raises ValueError for a
    negative amount or rate and for another day count.
    """
    if principal < 0 or terms.yearly_ppm < 0 or terms.day_count not in DAY_COUNTS:
        raise ValueError("interest needs an amount, a rate and a day count of 360 or 365")
    days = days_late(due_on, paid_on)
    return half_up(Fraction(principal * terms.yearly_ppm * days, MILLION * terms.day_count))
