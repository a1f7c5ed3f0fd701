"""Salami: purchases that belong together, summed against the threshold for direct orders.

Law after law forbids to split a purchase so that each part needs no competition (LAASSP, art. 42;
Directive 2014/24/EU, art. 5 (3)). Only direct orders are summed: what was won in a competition was
open to all. Of one project and one vendor they are one purchase; of one institution and one vendor
within twelve months they may be, so that the next authority looks at them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

MONTHS = 12
DAYS = 365
"""So many days back purchases of one institution from one vendor are looked at together."""
PROJECT, INSTITUTION = "project", "institution"


@dataclass(frozen=True)
class Purchase:
    """A direct order: its reference and its value in minor units."""

    ref: str
    value: int


@dataclass(frozen=True)
class Linked:
    """Purchases that belong together and, with the one that is asked about, pass the threshold."""

    scope: str
    refs: tuple[str, ...]
    total: int
    limit: int

    @property
    def refuses(self) -> bool:
        """Whether the order cannot be direct; otherwise the next authority signs too."""
        return self.scope == PROJECT


def linked(value: int, limit: int, *, project: Sequence[Purchase],
           institution: Sequence[Purchase]) -> list[Linked]:  # fmt: skip
    """What an order of a value, in minor units, adds up to with earlier direct purchases.

    Only sums beyond `limit` are returned, and only where there is an earlier purchase.
    """
    found = []
    for scope, purchases in ((PROJECT, project), (INSTITUTION, institution)):
        total = value + sum(purchase.value for purchase in purchases)
        if purchases and total > limit:
            refs = tuple(purchase.ref for purchase in purchases)
            found.append(Linked(scope, refs, total, limit))
    return found
