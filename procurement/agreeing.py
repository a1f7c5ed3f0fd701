"""From sheets to agreed scores: what lies far apart is talked about, then the chair records one."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, history, turns
from core.models import User
from core.refusals import Refused
from core.steps import allow
from procurement import declaring, hooks, scales, scoring_alone, spreads
from procurement import permissions_evaluation as who
from procurement.models import (
    Bid,
    Competition,
    Consensus,
    Criterion,
    Moderation,
    Score,
    ScoringRound,
)
from procurement.spreads import Spread

Phase = Criterion.Phase
Key = tuple[int, int]
AGREED_IN = {Phase.PROTOTYPE: "technical_consensus", Phase.INTERVIEW: "interview"}
"""In which state of the competition the scores of a phase are agreed."""


@dataclass
class Cell:
    """One bid and one criterion: its spread, how it was talked about, what was agreed."""

    bid: Bid
    criterion: Criterion
    spread: Spread | None
    moderation: Moderation | None = None
    consensus: Consensus | None = None

    @property
    def is_outlying(self) -> bool:
        return self.spread is not None and self.spread.is_outlying

    @property
    def unmoderated(self) -> bool:
        """Whether the panel has not talked about it as it stands, though it must."""
        talked = self.moderation
        return self.is_outlying and (talked is None or talked.sheets != self.sheets)

    @property
    def sheets(self) -> int:
        """How many sheets count."""
        return len(self.spread.scores) if self.spread else 0

    @property
    def agreed(self) -> bool:
        """Whether a score is agreed of the sheets that count now."""
        return self.consensus is not None and self.consensus.sheets == self.sheets

    @property
    def mean(self) -> str:
        """The mean as it is shown, with two places."""
        return f"{_two_places(self.spread.mean):f}" if self.spread else ""

    @property
    def percent(self) -> str:
        """The range in percent of the scale, with one place at most."""
        return f"{Decimal(round(self.spread.percent * 10)) / 10:f}" if self.spread else ""

    @property
    def deviation(self) -> str:
        """The standard deviation, with two places."""
        return f"{self.spread.deviation:.2f}" if self.spread else ""

    @property
    def proposal(self) -> Decimal | None:
        """The mean of the sheets that count: proposed, never applied."""
        if self.spread is None:
            return None
        mean = spreads.proposed(self.spread.scores)
        return None if mean is None else Decimal(mean.numerator) / Decimal(mean.denominator)


def cells(row: ScoringRound) -> list[Cell]:
    """Every bid of a round by every criterion, with a constant number of queries.

    Reads nothing before all sheets are in: then every spread is None.
    """
    competition, given = row.competition, _scores(row)
    criteria = list(competition.criteria.filter(phase=row.phase))
    width, limit = _width(competition), Fraction(competition.spread_limit)
    talked, agreed = Moderation.objects, Consensus.objects
    moderations = talked.filter(round=row).in_force()
    agreements = agreed.filter(round=row).in_force()
    return [
        Cell(bid, criterion, spreads.spread(given[bid.pk, criterion.pk], width, limit),
             moderations.get((bid.pk, criterion.pk)), agreements.get((bid.pk, criterion.pk)))
        for bid in bids_of(row) for criterion in criteria
    ]  # fmt: skip


def bids_of(row: ScoringRound) -> list[Bid]:
    """The bids whose scores are agreed in a round: those that are still in and were scored."""
    bids = row.competition.bids.still_in().order_by("alias")
    return list(bids.filter(scores__sheet__round=row).distinct())


def _scores(row: ScoringRound) -> dict[Key, list[Fraction]]:
    found: dict[Key, list[Fraction]] = defaultdict(list)
    rows = Score.objects.opened().counting().filter(sheet__round=row, value__isnull=False)
    for bid, criterion, value in rows.order_by("sheet").values_list("bid", "criterion", "value"):
        found[bid, criterion].append(Fraction(value))
    return found


def _width(competition: Competition) -> Fraction:
    span = scales.bounds(competition.scale)
    return Fraction(span[1] - span[0]) if span else Fraction(100)


@transaction.atomic
def record(
    row: ScoringRound, bid: Bid, talked: Iterable[tuple[Criterion, str]],
    said: Iterable[dict[str, Any]], *, by: User,
) -> list[Consensus]:  # fmt: skip
    """Record how the panel talked about a bid, and what it agreed: all of it, or nothing."""
    for criterion, text in talked:
        moderate(row, bid, criterion, text, by=by)
    return agree(row, said, by=by)


@transaction.atomic
def moderate(
    row: ScoringRound, bid: Bid, criterion: Criterion, text: str, *, by: User
) -> Moderation:  # fmt: skip
    """Record how the panel talked about scores beyond the limit; it comes before the agreement."""
    cell = _cell(_held(row, by), bid, criterion)
    if cell.spread is None:
        raise Refused(_("This bid was not scored by this criterion."))
    if not text.strip():
        raise Refused(_("Write what the panel said, and why the scores lie apart."))
    made = Moderation.objects.create(
        round=row, bid=bid, criterion=criterion, text=text, by=by, at=clock.now(),
        spread=_two_places(cell.spread.percent), limit=row.competition.spread_limit,
        sheets=cell.sheets,
    )  # fmt: skip
    details = {"bid": bid.alias, "criterion": criterion.code, "spread": str(made.spread)}
    history.record("procurement.moderation.record", made, by=by, details=details)
    return made


@transaction.atomic
def agree(row: ScoringRound, said: Iterable[dict[str, Any]], *, by: User) -> list[Consensus]:
    """Record agreed scores: rows of `bid`, `criterion`, `value` and `text`, its reasons.

    What is unchanged is left as it is. Raises Refused, and records nothing, where the panel must
    talk about the scores first, where reasons are missing, and for scores off the scale.
    """
    row = _held(row, by)
    known = {(cell.bid.pk, cell.criterion.pk): cell for cell in cells(row)}
    span, reasons, made = scales.bounds(row.competition.scale), [], []
    for entry in said:
        cell = known.get((entry["bid"].pk, entry["criterion"].pk))
        if cell is None:
            raise Refused(_("This bid or criterion is not scored here."))
        if cell.agreed and _same(cell.consensus, entry):
            continue
        reasons += _against(cell, entry, span)
        made.append(_draft(row, cell, entry, by))
    if reasons:
        raise Refused(*reasons)
    for consensus in made:
        consensus.save()
        details = {"bid": consensus.bid.alias, "criterion": consensus.criterion.code,
                   "score": consensus.value_text, "proposed": str(consensus.proposed)}  # fmt: skip
        history.record("procurement.consensus.record", consensus, by=by, details=details)
    turns.refresh(row.competition)
    return made


def _same(known: Consensus | None, entry: dict[str, Any]) -> bool:
    return known is not None and (known.value, known.text) == (entry["value"], entry["text"])


def _against(cell: Cell, entry: dict[str, Any], span: Any) -> list[str]:
    said = {"alias": cell.bid.alias, "criterion": cell.criterion.title}
    found = []
    if cell.unmoderated:
        found.append(_("Bid %(alias)s, %(criterion)s: the scores lie beyond the limit; record "
                       "first how the panel talked about them.") % said)  # fmt: skip
    if not scoring_alone.on_scale(entry["value"], span):
        found.append(_("Bid %(alias)s, %(criterion)s: the score lies off the scale.") % said)
    if not entry["text"].strip():
        found.append(_("Bid %(alias)s, %(criterion)s: give the reasons of the score.") % said)
    return found


def _draft(row: ScoringRound, cell: Cell, entry: dict[str, Any], by: User) -> Consensus:
    return Consensus(
        round=row, bid=cell.bid, criterion=cell.criterion, value=entry["value"],
        text=entry["text"], proposed=cell.proposal or Decimal(0), sheets=cell.sheets, by=by,
        at=clock.now(),
    )  # fmt: skip


def _held(row: ScoringRound, by: User) -> ScoringRound:
    """The round under its case's lock, if its scores are agreed now, by who may."""
    history.lock(row.dossier)
    rows = ScoringRound.objects.select_related("competition__project__institution")
    row = rows.get(pk=row.pk)
    allow(who.leads_panel, row.competition, by)
    if row.superseded_at is not None or row.locked_at is not None:
        raise Refused(_("The scores of this round are locked."))
    if row.sheets_in_at is None or row.competition.state != AGREED_IN[Phase(row.phase)]:
        raise Refused(_("Scores are agreed once every sheet is in, at the step of the consensus."))
    return row


def _cell(row: ScoringRound, bid: Bid, criterion: Criterion) -> Cell:
    for cell in cells(row):
        if (cell.bid.pk, cell.criterion.pk) == (bid.pk, criterion.pk):
            return cell
    raise Refused(_("This bid or criterion is not scored here."))


def _two_places(value: Fraction) -> Decimal:
    return Decimal(round(value * 100)) / 100


# What the steps of a competition ask


@hooks.asked("spread_moderated")
def moderated(competition: Competition) -> list[str]:
    """Which scores beyond the limit the panel has not talked about."""
    row = scoring_alone.present(competition, Phase.PROTOTYPE)
    return _unmoderated(row) if row else []


def _unmoderated(row: ScoringRound) -> list[str]:
    return [
        _("Bid %(alias)s, %(criterion)s: the scores lie beyond the limit; record first how the "
          "panel talked about them.")
        % {"alias": cell.bid.alias, "criterion": cell.criterion.title}
        for cell in cells(row) if cell.unmoderated
    ]  # fmt: skip


@hooks.asked("consensus_agreed")
def agreed(competition: Competition) -> list[str]:
    """Which scores of prototypes and proposals are not agreed."""
    return declaring.unfit(competition) or _open(competition, Phase.PROTOTYPE)


@hooks.within("excluded")
def fewer(bid: Bid, *, by: User, because: str) -> None:
    """Without a bid that is excluded all that is left may be agreed."""
    turns.refresh(bid.competition)


@hooks.asked("interviews_scored")
def interviews_agreed(competition: Competition) -> list[str]:
    """Which sheets and scores of interviews are missing."""
    return scoring_alone.outstanding(competition, Phase.INTERVIEW) or _open(
        competition, Phase.INTERVIEW
    )


def _open(competition: Competition, phase: str) -> list[str]:
    row = scoring_alone.present(competition, phase)
    if row is None:
        return [_("This round of scoring has not begun.")]
    lacking = [cell for cell in cells(row) if not cell.agreed]
    return _unmoderated(row) + [
        _("Bid %(alias)s, %(criterion)s: no score is agreed.")
        % {"alias": cell.bid.alias, "criterion": cell.criterion.title}
        for cell in lacking
    ]  # fmt: skip


@hooks.within("begin_price_opening")
def lock(competition: Competition, *, by: User, because: str) -> None:
    """Agreed scores are locked before any price is opened."""
    scoring_alone.lock(competition, Phase.PROTOTYPE, Phase.INTERVIEW)


@hooks.within("abandon_price_opening")
def unlock(competition: Competition, *, by: User, because: str) -> None:
    """No price was opened: the panel may come back to the round at which it was."""
    phase = Phase.INTERVIEW if competition.interview else Phase.PROTOTYPE
    scoring_alone.unlock(competition, phase)
