"""Rows of the evaluation's pages: the panel, the bids, the heat map, the ranking's arithmetic."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from procurement import agreeing, drawing, evaluation_file, scales, scoring_facts
from procurement.agreeing import Cell
from procurement.models import Bid, Competition, CompetitionState, ScoreSheet, ScoringRound
from procurement.scoring import Mark, Standing, shown
from procurement.seeing_evaluation import Sight

States = CompetitionState
ROAD = (States.COMPLIANCE, States.TECHNICAL_INDIVIDUAL, States.TECHNICAL_CONSENSUS,
        States.INTERVIEW, States.PRICE_OPENED, States.RANKED)  # fmt: skip
STATUSES = {
    "ranked": pgettext_lazy("bid", "ranked"), "screened": _("under a minimum"),
    "not_shortlisted": _("not among the best"), "excluded": pgettext_lazy("bid", "excluded"),
    "in": _("still in"),
}  # fmt: skip
OPENED = ("price_opened", "ranked", "approval", "standstill", "awarded", "contracted")


def road(competition: Competition) -> list[tuple[str, str]]:
    """The phases of the evaluation, each `done`, `now` or `later`."""
    phases = [one for one in ROAD if one != States.INTERVIEW or competition.interview]
    state = "price_opened" if competition.state == "price_opening" else competition.state
    order = [str(one) for one in phases]
    place = order.index(state) if state in order else (-1 if state == "opened" else len(order))
    return [
        (str(one.label), "done" if n < place else "now" if n == place else "later")
        for n, one in enumerate(phases)
    ]


@dataclass
class Seat:
    """One seat of the panel: its declaration, and its sheets of the present rounds."""

    member: Any
    declaration: Any
    sheets: list[ScoreSheet]


def panel(competition: Competition) -> list[Seat]:
    """Every seat, with whether it declared and sealed; never what it scored."""
    present = ScoreSheet.objects.filter(round__superseded_at=None).select_related("round")
    rows = competition.panel.select_related("user").prefetch_related(
        "declarations", Prefetch("sheets", queryset=present)
    )
    return [Seat(row, next(iter(row.declarations.all()), None), list(row.sheets.all()))
            for row in rows]  # fmt: skip


def bids(competition: Competition, sight: Sight, user: Any) -> list[Bid]:
    """The bids that are evaluated: for the panel in an order of its own, by alias only."""
    if not sight.bids:
        return []
    rows = competition.bids.evaluated().exclude(alias="")
    if sight.names:
        return list(rows.select_related("vendor", "compliance").order_by("alias"))
    return drawing.ordered_for(competition, user.pk, list(rows))


# The heat map


@dataclass
class HeatRow:
    """One bid of the heat map."""

    bid: Bid
    cells: list[Cell] = field(default_factory=list)

    @property
    def agreed(self) -> int:
        return sum(cell.agreed for cell in self.cells)

    @property
    def unmoderated(self) -> int:
        return sum(cell.unmoderated for cell in self.cells)


def heat(row: ScoringRound, user: Any) -> list[HeatRow]:
    """The spread of every score, bid by bid, in this person's order of the bids."""
    found: dict[int, HeatRow] = {}
    for cell in agreeing.cells(row):
        found.setdefault(cell.bid.pk, HeatRow(cell.bid)).cells.append(cell)
    order = drawing.ordered_for(row.competition, user.pk, [one.bid for one in found.values()])
    return [found[bid.pk] for bid in order]


# The ranking


@dataclass
class Line:
    """One bid of the ranking, every figure as text with six places."""

    standing: Standing
    bid: Bid | None
    price: str
    final: bool
    titles: dict[str, str]

    @property
    def alias(self) -> str:
        return self.standing.alias

    @property
    def vendor(self) -> Any:
        return self.bid.vendor if self.bid else None

    @property
    def status(self) -> str:
        return str(STATUSES[self.code])

    @property
    def code(self) -> str:
        """The status; before prices, who is ranked at last is `in`."""
        found = self.standing.status
        return "in" if found == "ranked" and not self.final else found

    @property
    def technical(self) -> str | None:
        return shown(self.standing.technical)

    @property
    def price_score(self) -> str | None:
        return shown(self.standing.price_score)

    @property
    def total(self) -> str | None:
        return shown(self.standing.total)

    @property
    def marks(self) -> list[dict[str, Any]]:
        """Criterion by criterion: agreed, normalised, weighted."""
        return [_mark(mark) | {"title": self.titles.get(mark.criterion.code, mark.criterion.code)}
                for mark in self.standing.marks]  # fmt: skip


def _mark(mark: Mark) -> dict[str, Any]:
    criterion = mark.criterion
    return {"code": criterion.code, "weight": _short(criterion.weight),
            "minimum": None if criterion.minimum is None else _short(criterion.minimum),
            "agreed": _short(mark.consensus), "normalised": shown(mark.normalised),
            "points": shown(mark.points), "missed": mark.missed}  # fmt: skip


def _short(value: Any) -> str:
    """A figure without zeros that say nothing."""
    return (shown(value) or "").rstrip("0").rstrip(".")


@dataclass
class Board:
    """The whole ranking, or as much of it as there is."""

    facts: dict[str, Any]
    lines: list[Line]
    final: bool
    lacks: list[tuple[str, str]]
    lowest: str = ""

    @property
    def ties(self) -> list[str]:
        """What decides between equal totals, in words."""
        return [str(scales.TIES.get(name, name)) for name in self.facts["tie_chain"]]


def ranking(competition: Competition, sight: Sight) -> Board:
    """The ranking reckoned now, with names where they are shown; a constant number of queries."""
    facts = evaluation_file.facts(competition)
    titles = {row["code"]: row["title"] for row in facts["criteria"]}
    if missing := scoring_facts.unscored(facts, scoring_facts.PROTOTYPE):
        return Board(facts, [], final=False, lacks=missing)
    lacking = scoring_facts.gaps(facts)
    final = competition.state in OPENED and not lacking
    found = scoring_facts.standings(facts) if final else _before_prices(facts, lacking)
    rows = competition.bids.evaluated().select_related("vendor") if sight.names else []
    bids = {bid.alias: bid for bid in rows}
    prices = {row["alias"]: row["price"] for row in facts["bids"]}
    lines = [
        Line(
            one, bids.get(one.alias), prices[one.alias] if final and one.rank else "", final, titles
        )
        for one in sorted(found, key=_place)
    ]
    priced = [(line.standing.entry.price, line.price) for line in lines
              if line.standing.rank and line.standing.entry.price]  # fmt: skip
    return Board(facts, lines, final, lacking, min(priced)[1] if priced else "")


def _before_prices(facts: dict[str, Any], lacking: list[tuple[str, str]]) -> list[Standing]:
    """The technical part: with interviews as soon as they are agreed."""
    interviews = any(what != "price" for _alias, what in lacking)
    return scoring_facts.shortlist(facts) if interviews else scoring_facts.technical(facts)


def _place(one: Standing) -> tuple[Any, ...]:
    technical = one.technical if one.technical is not None else -1
    return (one.rank is None, one.rank or 0, one.status != "ranked", -technical, one.alias)
