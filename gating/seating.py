"""Who sits in which seat for one motion: holder, alternate, recused or absent; pure.

A seat is recused only when everybody named for it is; nobody sits twice, and nobody by proxy.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

ELIGIBLE, RECUSED, ABSENT = "eligible", "recused", "absent"


@dataclass(frozen=True)
class Place:
    """A seat of the board: its holder, and the alternate named beforehand, if any."""

    seat: int
    holder: int
    alternate: int | None = None
    chair: bool = False

    @property
    def named(self) -> list[int]:
        """The people named for the seat, the holder first."""
        return [self.holder] if self.alternate is None else [self.holder, self.alternate]


@dataclass(frozen=True)
class Sitting:
    """How one seat stands in a motion: who sits there, or why nobody does."""

    seat: int
    user: int | None
    standing: str
    chair: bool = False


def sit(
    places: Iterable[Place], present: Collection[int] | None, recused: Collection[int]
) -> list[Sitting]:
    """Fill each seat for a motion, in the order given.

    `present` are the people who attend the meeting; None means that there is no meeting (a single
    decider, who is always there). The alternate sits where the holder is absent or recused.
    """
    taken, found = set[int](), []
    for place in places:
        free = [person for person in place.named if person not in recused and person not in taken]
        there = next((person for person in free if present is None or person in present), None)
        standing = ELIGIBLE if there else RECUSED if set(place.named) <= set(recused) else ABSENT
        taken |= {there} if there else set()
        found.append(Sitting(place.seat, there, standing, place.chair))
    return found


def president(sittings: Iterable[Sitting]) -> int | None:
    """Who presides: whoever sits in the chair's seat, else the first that is eligible."""
    able = [sitting for sitting in sittings if sitting.standing == ELIGIBLE]
    ordered = sorted(able, key=lambda sitting: not sitting.chair)
    return ordered[0].user if ordered else None
