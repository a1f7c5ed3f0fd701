"""Concentration and diversity of what was bought: exact fractions, never floats. Pure.

The Herfindahl-Hirschman index (HHI) is the sum of the squared shares in percent of all vendors:
10,000 where one vendor has everything. The OECD found 31 firms under a licence framework too few
(Digital Government in Mexico, 2020, ch. 4).
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

FULL = 10_000
"""The HHI of a single vendor."""
FIRST_FOUR = 4
SMALL = ("micro", "small")
SIZES = ("micro", "small", "medium", "large")


@dataclass(frozen=True)
class Bought:
    """One order as the figures see it; `value` in minor units of one currency.

    `first_time`: it is its vendor's first order with that institution, in any framework.
    """

    vendor: int
    value: int
    size: str = ""
    start_up: bool = False
    first_time: bool = False
    year: int | None = None
    institution: int | None = None
    currency: str = ""

    @property
    def small(self) -> bool:
        """Whether its vendor is micro or small."""
        return self.size in SMALL


@dataclass
class Figures:
    """What some orders show together; a share is None where there is nothing to share."""

    admitted: int = 0
    orders: int = 0
    value: int = 0
    by_vendor: Counter[int] = field(default_factory=Counter)
    by_size: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    values: Counter[str] = field(default_factory=Counter)

    @property
    def with_orders(self) -> int:
        """How many vendors have at least one order."""
        return len(self.by_vendor)

    @property
    def top1_share(self) -> Fraction | None:
        """The share of the value that the first vendor has."""
        return self.of_first(1)

    @property
    def top4_share(self) -> Fraction | None:
        """The share of the value that the first four vendors have together."""
        return self.of_first(FIRST_FOUR)

    def of_first(self, count: int) -> Fraction | None:
        """The share of the value that the first so many vendors have."""
        largest = sorted(self.by_vendor.values(), reverse=True)[:count]
        return self._share(sum(largest))

    @property
    def hhi(self) -> Fraction | None:
        """The index by value, from nearly 0 to 10,000."""
        if not self.value:
            return None
        squares = sum(value * value for value in self.by_vendor.values())
        return Fraction(FULL * squares, self.value * self.value)

    def share(self, kind: str) -> Fraction | None:
        """The share of the value of what is `small`, `start_up` or `first_time`."""
        return self._share(self.values[kind])

    def share_of_count(self, kind: str) -> Fraction | None:
        """The share of the number of orders of what is `small`, `start_up` or `first_time`."""
        return Fraction(self.counts[kind], self.orders) if self.orders else None

    def size_share(self, size: str) -> Fraction | None:
        """The share of the value that vendors of a size have."""
        return self._share(self.by_size[size])

    def _share(self, part: int) -> Fraction | None:
        return Fraction(part, self.value) if self.value else None


KINDS: dict[str, Callable[[Bought], bool]] = {
    "small": lambda order: order.small,
    "start_up": lambda order: order.start_up,
    "first_time": lambda order: order.first_time,
}


def figures(orders: Iterable[Bought], admitted: int = 0) -> Figures:
    """The figures of some orders, and how many vendors are admitted where they came from."""
    found = Figures(admitted=admitted)
    for order in orders:
        found.orders += 1
        found.value += order.value
        found.by_vendor[order.vendor] += order.value
        found.by_size[order.size] += order.value
        for kind, is_one in KINDS.items():
            if is_one(order):
                found.counts[kind] += 1
                found.values[kind] += order.value
    return found


def first_orders(orders: Iterable[tuple[int, int, int, date]]) -> set[int]:
    """Which orders are their vendor's first with an institution: by signing date, then by id.

    Each is (id, vendor, institution, signed on).
    """
    first: dict[tuple[int, int], tuple[date, int]] = {}
    for key, vendor, institution, signed_on in orders:
        pair, mine = (vendor, institution), (signed_on, key)
        if pair not in first or mine < first[pair]:
            first[pair] = mine
    return {key for _day, key in first.values()}


def rounded(value: Fraction | None, places: int) -> str | None:
    """An exact number as a decimal with so many places, half up; None stays None."""
    if value is None:
        return None
    scale = 10**places
    whole, part = divmod((2 * value.numerator * scale + value.denominator)
                         // (2 * value.denominator), scale)  # fmt: skip
    return f"{whole}.{part:0{places}d}" if places else str(whole)


def as_strings(found: Figures, value: str) -> dict[str, str | None]:
    """The figures as other programs read them: all of them texts; `value` as it is written."""
    return {
        "admitted": str(found.admitted), "with_orders": str(found.with_orders),
        "orders": str(found.orders), "value": value,
        "top1_share": rounded(found.top1_share, 6), "top4_share": rounded(found.top4_share, 6),
        "hhi": rounded(found.hhi, 2), "small_share": rounded(found.share("small"), 6),
        "startup_share": rounded(found.share("start_up"), 6),
        "first_time_share": rounded(found.share("first_time"), 6),
    }  # fmt: skip
