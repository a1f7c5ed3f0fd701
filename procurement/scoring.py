"""Scoring bids: from scores to a ranking, in exact fractions; pure, and stored nowhere.

The rules are those of the domain, §7 "Evaluation". Competitions, `manage.py rank` and
`manage.py replay_ranking` use this code. A criterion's consensus is the mean of its scores (a
competition passes the one agreed score), normalised to 0–100 on the scale; the technical score is
the weighted sum. Who misses a minimum is screened out; of the rest the best `top_n` stay, ties at
the cut included; the price score is taken among those, and so is the rank.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor

HUNDRED = Fraction(100)
PLACES = 6

RANKED, SCREENED = "ranked", "screened"
NOT_SHORTLISTED, EXCLUDED = "not_shortlisted", "excluded"

TIE_CHAIN = ("technical", "price", "draw")
"""What decides between equal totals, in this order, where a competition says nothing else."""
SIZES = ("micro", "small", "medium", "large")
"""Sizes of firms, the smaller first; whose size is unknown comes after all."""


@dataclass(frozen=True)
class Criterion:
    """What is scored: its weight in points of 100; its minimum, if any, in units of the scale."""

    code: str
    weight: Fraction
    minimum: Fraction | None = None


@dataclass(frozen=True)
class Scheme:
    """How bids are scored: all that is frozen when a competition is published."""

    criteria: tuple[Criterion, ...]
    price_weight: Fraction
    low: Fraction
    high: Fraction
    top_n: int | None = None
    draw_seed: str = ""
    price_formula: str = "lowest"
    tie_chain: tuple[str, ...] = TIE_CHAIN


@dataclass(frozen=True)
class Entry:
    """A bid under its alias: the scores of each criterion, its price, whether it is out."""

    alias: str
    scores: Mapping[str, Sequence[Fraction]] = field(default_factory=dict)
    price: Fraction | None = None
    excluded: bool = False
    size: str = ""


@dataclass
class Mark:
    """What one criterion makes of one bid, step by step."""

    criterion: Criterion
    scores: tuple[Fraction, ...]
    consensus: Fraction
    normalised: Fraction
    points: Fraction

    @property
    def missed(self) -> bool:
        """Whether the consensus is under the criterion's minimum."""
        return self.criterion.minimum is not None and self.consensus < self.criterion.minimum


@dataclass
class Standing:
    """Where a bid stands, with every figure that led there; exact, None where there is none."""

    entry: Entry
    status: str = RANKED
    marks: list[Mark] = field(default_factory=list)
    technical: Fraction | None = None
    price_score: Fraction | None = None
    total: Fraction | None = None
    rank: int | None = None
    lot: str = ""

    @property
    def alias(self) -> str:
        return self.entry.alias

    @property
    def missed(self) -> list[str]:
        """The codes of the criteria whose minimum was not reached."""
        return [mark.criterion.code for mark in self.marks if mark.missed]


def shown(value: Fraction | None) -> str | None:
    """A figure as text with six places, half up; None stays None."""
    if value is None:
        return None
    units = floor(abs(value) * 10**PLACES + Fraction(1, 2))
    sign = "-" if value < 0 and units else ""
    whole, places = divmod(units, 10**PLACES)
    return f"{sign}{whole}.{places:0{PLACES}}"


def draw(seed: str, alias: str) -> str:
    """A bid's lot in the draw, in hex: the lower wins."""
    return hashlib.sha256(f"{seed}|{alias}".encode()).hexdigest()


def standings(scheme: Scheme, entries: Sequence[Entry]) -> list[Standing]:
    """Where each bid stands, in the order given."""
    found = shortlist(scheme, entries)
    _price(scheme, [one for one in found if one.status == RANKED])
    return found


def shortlist(scheme: Scheme, entries: Sequence[Entry]) -> list[Standing]:
    """Where each bid stands before any price is known: `ranked` are those still in."""
    found = [_technical(scheme, entry) for entry in entries]
    _cut(scheme, [one for one in found if one.status == RANKED])
    return found


def _technical(scheme: Scheme, entry: Entry) -> Standing:
    if entry.excluded:
        return Standing(entry, EXCLUDED)
    marks = [mark(scheme, criterion, entry.scores[criterion.code]) for criterion in scheme.criteria]
    standing = Standing(entry, RANKED, marks, sum((one.points for one in marks), Fraction(0)))
    if standing.missed:
        standing.status = SCREENED
    return standing


def mark(scheme: Scheme, criterion: Criterion, scores: Sequence[Fraction]) -> Mark:
    """What the scores of a criterion are worth: their mean, on 0–100, weighted."""
    consensus = Fraction(sum(scores, Fraction(0)), len(scores))
    normalised = (consensus - scheme.low) / (scheme.high - scheme.low) * 100
    points = criterion.weight * normalised / 100
    return Mark(criterion, tuple(scores), consensus, normalised, points)


def _cut(scheme: Scheme, still_in: list[Standing]) -> None:
    """Leave the best `top_n` by technical score in, and whoever equals the last of them."""
    if scheme.top_n is None or len(still_in) <= scheme.top_n:
        return
    best = sorted((_sure(one.technical) for one in still_in), reverse=True)
    for one in still_in:
        if _sure(one.technical) < best[scheme.top_n - 1]:
            one.status = NOT_SHORTLISTED


def _price(scheme: Scheme, still_in: list[Standing]) -> None:
    if not still_in:
        return
    lowest = min(_sure(one.entry.price) for one in still_in)
    formula = PRICE_FORMULAS[scheme.price_formula]
    for one in still_in:
        one.price_score = formula(lowest, _sure(one.entry.price))
        one.total = _sure(one.technical) + scheme.price_weight * one.price_score / 100
        one.lot = draw(scheme.draw_seed, one.alias)
    for place, one in enumerate(sorted(still_in, key=order(scheme.tie_chain)), start=1):
        one.rank = place


def order(tie_chain: Iterable[str]) -> Callable[[Standing], tuple[object, ...]]:
    """The key by which bids are ranked: the total, then the links of the tie chain."""
    links = [TIE_BREAKS[name] for name in tie_chain]

    def key(one: Standing) -> tuple[object, ...]:
        return (-_sure(one.total), *(link(one) for link in links))

    return key


def _sure(value: Fraction | None) -> Fraction:
    if value is None:
        raise ValueError("A bid that is still in has its figures.")
    return value


def _relative(lowest: Fraction, own: Fraction) -> Fraction:
    return lowest / own * 100


def _linear(lowest: Fraction, own: Fraction) -> Fraction:
    return max(Fraction(0), (2 - own / lowest) * 100)


def _size(size: str) -> int:
    return SIZES.index(size) if size in SIZES else len(SIZES)


PRICE_FORMULAS: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
    "lowest": _relative,
    "linear": _linear,
}
"""From the lowest price still in and one's own to a score between 0 and 100: lowest ÷ own, or 100
less the percentage by which one's own exceeds the lowest."""

TIE_BREAKS: dict[str, Callable[[Standing], object]] = {
    "technical": lambda one: -_sure(one.technical),
    "price": lambda one: _sure(one.entry.price),
    "smaller_firm": lambda one: (
        SIZES.index(one.entry.size) if one.entry.size in SIZES else len(SIZES)
    ),
    "draw": lambda one: one.lot,
}
"""The links a tie chain is made of; Mexico puts the smaller firm first."""


def whole_chain(names: Sequence[str]) -> bool:
    """Whether these links are known, each once, and end in the draw, which always decides."""
    known = all(name in TIE_BREAKS for name in names)
    return bool(names) and known and len(set(names)) == len(names) and names[-1] == "draw"
