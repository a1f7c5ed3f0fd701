"""What an invoice adds and withholds, by rates that are data: arithmetic only, no database here."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from vendors.interest import MILLION, half_up

ADDED, WITHHELD = "added", "withheld"


@dataclass(frozen=True)
class Rate:
    """One version of one tax: its share of the net amount in parts per million, from a day on."""

    kind: str
    name: str
    ppm: int
    effective_from: date
    version: int = 1


@dataclass(frozen=True)
class Line:
    """What one tax comes to on an invoice, in minor units."""

    kind: str
    name: str
    ppm: int
    amount: int


@dataclass(frozen=True)
class Levied:
    """All that is added to a net amount and withheld from it, tax by tax."""

    lines: tuple[Line, ...]

    def total(self, kind: str) -> int:
        """The sum of one kind, in minor units."""
        return sum(line.amount for line in self.lines if line.kind == kind)

    @property
    def added(self) -> int:
        """What the vendor charges on top of the net amount."""
        return self.total(ADDED)

    @property
    def withheld(self) -> int:
        """What the payer keeps back for the tax authority."""
        return self.total(WITHHELD)


def in_force(rates: Iterable[Rate], day: date) -> list[Rate]:
    """Of each tax the version in force on a day: the one that took effect last, the newest of it.

    A tax that came to an end has a newest version of zero, and is left out.
    """
    found: dict[tuple[str, str], Rate] = {}
    for rate in rates:
        if rate.effective_from > day:
            continue
        key = (rate.kind, rate.name)
        known = found.get(key)
        order = (rate.effective_from, rate.version)
        if known is None or order > (known.effective_from, known.version):
            found[key] = rate
    return sorted((rate for rate in found.values() if rate.ppm), key=lambda r: (r.kind, r.name))


def share(net: int, ppm: int) -> int:
    """A share of a net amount in minor units, rounded once, half up."""
    return half_up(Fraction(net * ppm, MILLION))


def levy(net: int, rates: Iterable[Rate], day: date) -> Levied:
    """What each tax in force on a day comes to on a net amount; each is rounded by itself."""
    return Levied(
        tuple(
            Line(rate.kind, rate.name, rate.ppm, share(net, rate.ppm))
            for rate in in_force(rates, day)
        )
    )
