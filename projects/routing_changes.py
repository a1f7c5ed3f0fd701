"""Where a change goes: three measures of growth, the worst band wins; exact, and pure.

The rules are those of the domain, §2 "Change request". Change requests and the command
`route_changes` use this code. Costs are whole numbers or fractions of any one unit; only their
ratio counts.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

Number = Fraction | int
TOLERANCE, DEVIATION, CRITICAL = BANDS = ("tolerance", "deviation", "critical")
"""The bands, from the least to the worst."""
CHANGE, TWELVE_MONTHS, V0 = MEASURES = ("change", "twelve_months", "v0")
"""The measures, in the order in which one is named when several are equally bad."""
BENEFIT = "benefit"
WINDOW_DAYS = 365
"""So many days back small changes add up, the last of them included."""
PLACES = 4


class NoBaseline(ValueError):
    """There is no cost above zero to measure against."""


@dataclass(frozen=True)
class Limits:
    """Up to where a band reaches, inclusive: growth of cost in percent, of time in days."""

    tolerance_percent: Number = 10
    tolerance_days: int = 90
    deviation_percent: Number = 25
    deviation_days: int = 365

    def band(self, percent: Number, days: int) -> str:
        """The band of a growth: the worse of what its cost and its days say."""
        if percent <= self.tolerance_percent and days <= self.tolerance_days:
            return TOLERANCE
        if percent <= self.deviation_percent and days <= self.deviation_days:
            return DEVIATION
        return CRITICAL


@dataclass(frozen=True)
class Delta:
    """A change as differences: of cost, of days, and whether it undermines a benefit."""

    on: date
    cost: Number
    days: int
    benefit_undermined: bool = False


@dataclass(frozen=True)
class Measure:
    """A growth against a baseline: unrounded percent, days, and the band they fall into."""

    name: str
    percent: Fraction
    days: int
    band: str
    counts: bool = True

    @property
    def rank(self) -> int:
        """How bad the band is, for comparing."""
        return BANDS.index(self.band)


@dataclass(frozen=True)
class Route:
    """Where a change goes, by which rule, and the measures that led there, in their order."""

    band: str
    by: str
    decisive: Measure
    measures: tuple[Measure, ...]

    @property
    def rebaselines(self) -> bool:
        """Whether the change sets a new current baseline once it is approved."""
        return self.band != TOLERANCE


@dataclass
class Course:
    """How a project has changed since v0: what new changes are measured against.

    `current` is the cost of the current baseline, `cost` and `days` the sum of all changes so far,
    `small` the changes within tolerance that no rebaselining has taken up.
    """

    v0: Number
    limits: Limits = field(default_factory=Limits)
    cost: Number = 0
    days: int = 0
    small: list[Delta] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.current: Number = self.v0
        if self.v0 <= 0:
            raise NoBaseline

    def route(self, change: Delta) -> Route:
        """The route of a change that would come next; nothing is kept."""
        window = [one for one in self.small if (change.on - one.on).days <= WINDOW_DAYS]
        before = self._measure(V0, self.v0, self.cost, self.days)
        so_far = self._measure(V0, self.v0, self.cost + change.cost, self.days + change.days)
        newly = so_far.rank > before.rank
        measures = (
            self._measure(CHANGE, self.current, change.cost, change.days),
            self._measure(TWELVE_MONTHS, self.current,
                          change.cost + sum(one.cost for one in window),
                          change.days + sum(one.days for one in window)),
            Measure(V0, so_far.percent, so_far.days, so_far.band, counts=newly),
        )  # fmt: skip
        counted = [measure for measure in measures if measure.counts]
        worst = max(counted, key=lambda measure: measure.rank)  # the first among equals
        if change.benefit_undermined and worst.band != CRITICAL:
            return Route(CRITICAL, BENEFIT, measures[0], measures)
        return Route(worst.band, worst.name, worst, measures)

    def take(self, change: Delta, band: str) -> None:
        """Count a change as approved: beyond tolerance it sets a new current baseline.

        Raises NoBaseline when nothing would be left of the cost to measure against.
        """
        cost, days = self.cost + change.cost, self.days + change.days
        if band == TOLERANCE:
            self.small.append(change)
        elif self.v0 + cost <= 0:
            raise NoBaseline
        else:
            self.current, self.small = self.v0 + cost, []
        self.cost, self.days = cost, days

    def _measure(self, name: str, base: Number, cost: Number, days: int) -> Measure:
        """Growth against a baseline; only growth counts, a sum below zero is 0."""
        percent, days = Fraction(max(cost, 0)) * 100 / base, max(days, 0)
        return Measure(name, percent, days, self.limits.band(percent, days))


def follow(course: Course, changes: Iterable[tuple[Delta, str]]) -> Course:
    """The course after changes that were approved in turn, each in the band it was given."""
    for change, band in changes:
        course.take(change, band)
    return course


def four_places(percent: Number) -> str:
    """A percentage that is not negative, as text, rounded once, half up, to four places."""
    tenthousandths = int(percent * 10**PLACES + Fraction(1, 2))
    return f"{tenthousandths // 10**PLACES}.{tenthousandths % 10**PLACES:0{PLACES}d}"
