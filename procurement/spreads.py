"""How far a panel's scores lie apart: the mean proposed, the spread, what must be talked about.

Pure, and exact but for the standard deviation, which is only shown.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt

HEATS = 5
"""Degrees of the heat map: 0 where all agree, 4 at twice the limit and beyond."""


@dataclass(frozen=True)
class Spread:
    """The scores of one criterion of one bid, of all sheets that count."""

    scores: tuple[Fraction, ...]
    width: Fraction
    limit: Fraction

    @property
    def mean(self) -> Fraction:
        return sum(self.scores, Fraction(0)) / len(self.scores)

    @property
    def variance(self) -> Fraction:
        """The mean of the squared distances from the mean, in units of the scale squared."""
        mean = self.mean
        squares = ((score - mean) ** 2 for score in self.scores)
        return sum(squares, Fraction(0)) / len(self.scores)

    @property
    def deviation(self) -> float:
        """The standard deviation, in units of the scale."""
        return sqrt(self.variance)

    @property
    def range(self) -> Fraction:
        """From the lowest score to the highest, in units of the scale."""
        return max(self.scores) - min(self.scores)

    @property
    def percent(self) -> Fraction:
        """The range in percent of the scale."""
        return self.range * 100 / self.width

    @property
    def is_outlying(self) -> bool:
        """Whether the panel must talk about it: the range is beyond the limit."""
        return self.percent > self.limit

    @property
    def heat(self) -> int:
        """0 where all agree, up to 4: half the limit, the limit, one and a half, twice."""
        if not self.range:
            return 0
        if not self.limit:
            return HEATS - 1
        steps = self.percent * 2 / self.limit
        whole = -(-steps.numerator // steps.denominator)
        return min(whole, HEATS - 1)


def spread(scores: Iterable[Fraction], width: Fraction, limit: Fraction) -> Spread | None:
    """The spread of some scores on a scale of that width; None without any score."""
    found = tuple(scores)
    return Spread(found, width, limit) if found else None


def proposed(scores: Sequence[Fraction], places: int = 3) -> Fraction | None:
    """The mean, half up on the places that a score has: proposed to the chair, never applied."""
    if not scores:
        return None
    unit = 10**places
    mean = sum(scores, Fraction(0)) / len(scores) * unit + Fraction(1, 2)
    return Fraction(mean.numerator // mean.denominator, unit)
