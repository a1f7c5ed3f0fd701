"""Which board is competent for a project: by hierarchy, tier and whole-life cost; pure.

The rule is that of the domain, §4 "Boards": authority by whole-life cost, and what is novel or
contentious always goes to the top board.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """A board in its hierarchy, by code; `parent` is empty for the top."""

    code: str
    parent: str = ""
    single: bool = False


class NoBoard(LookupError):
    """There is no board at all that could decide."""


def above(places: Sequence[Place], code: str) -> list[str]:
    """The boards above a board, the nearest first."""
    parents = {place.code: place.parent for place in places}
    found: list[str] = []
    while (code := parents.get(code, "")) and code not in found:
        found.append(code)
    return found


def top(places: Sequence[Place]) -> str:
    """The top of the hierarchy: of several roots, the one with the most boards beneath it."""
    roots = sorted(place.code for place in places if not place.parent)
    if not roots:
        raise NoBoard
    return max(roots, key=lambda root: sum(root in above(places, p.code) for p in places))


def competent(
    places: Sequence[Place], bands: Mapping[str, int | None], *, cost: int | None, novel: bool,
    single: bool, floor: str = "",
) -> tuple[str, str]:  # fmt: skip
    """The code of the competent board, and why: novel, band, gate or no_band.

    `bands` is the largest whole-life cost of each board in minor units of the project's currency
    (None: without limit); `single` says whether the tier lets one person decide; `floor` is the
    lowest board that the gate allows. Raises NoBoard when there is none.
    """
    if novel:
        return top(places), "novel"
    found = _by_band(places, bands, cost, single)
    if found is None:
        return top(places), "no_band"
    if floor and floor != found and floor in above(places, found):
        return floor, "gate"
    return found, "band"


def _by_band(
    places: Sequence[Place], bands: Mapping[str, int | None], cost: int | None, single: bool
) -> str | None:
    """The least board whose band holds the cost; of equal bands, the lowest in the hierarchy."""
    able = [
        ((limit is None, limit or 0, -len(above(places, place.code)), place.code), place.code)
        for place in places
        for limit in [bands.get(place.code, -1)]
        if cost is not None and (limit is None or cost <= limit) and (single or not place.single)
    ]
    return min(able)[1] if able else None
