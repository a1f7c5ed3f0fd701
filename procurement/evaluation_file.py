"""The facts of an evaluation as plain data: what pages reckon with, and what leaves the house.

`ranking_facts` is everything that a ranking follows from, and the ranking that was established; the
replay needs nothing else. It holds no name of a bidder or panel member: aliases, and the places of
seats.
"""

from collections import defaultdict
from typing import Any

from core.models import Event
from core.money import from_minor
from procurement import scoring, scoring_facts
from procurement.models import Bid, Competition, Consensus, Criterion, Score, ScoreSheet
from procurement.models.evaluation_sheet import plain

RANKED_VERB = "procurement.competition.ranking"


def facts(competition: Competition) -> dict[str, Any]:
    """What the ranking follows from, as it stands now. A constant number of queries."""
    drawn = getattr(competition, "draw", None)
    return {
        "format": scoring_facts.FORMAT,
        "competition": competition.ref,
        "currency": competition.currency,
        "criteria": [_criterion(row) for row in competition.criteria.all()],
        "price_weight": plain(competition.price_weight),
        "price_formula": competition.price_formula,
        "scale": {name: str(competition.scale[name]) for name in ("min", "max")},
        "top_n": competition.top_n,
        "tie_chain": list(competition.tie_chain) or list(scoring.TIE_CHAIN),
        "draw": {
            "commitment": competition.seed_commitment,
            "secret": drawn.seed_text if drawn else "",
            "receipts_hash": drawn.receipts_hash if drawn else "",
            "receipts": sorted(competition.bids.values_list("digest", flat=True)),
        },
        "prices_opened": competition.prices_opened_at is not None,
        "bids": _bids(competition),
    }


def _criterion(row: Criterion) -> dict[str, Any]:
    return {"code": row.code, "title": row.title, "weight": plain(row.weight),
            "minimum": None if row.minimum is None else plain(row.minimum),
            "phase": row.phase}  # fmt: skip


def _bids(competition: Competition) -> list[dict[str, Any]]:
    agreed = _agreed(competition)
    rows = competition.bids.evaluated().exclude(alias="").order_by("alias")
    rows = rows.select_related("vendor", "sealed_price")
    return [
        {
            "alias": bid.alias, "receipt": bid.digest, "excluded": bid.state == Bid.States.EXCLUDED,
            "ground": bid.ground, "size": bid.vendor.verified_size or bid.vendor.size,
            "price": _price(bid, competition.currency), "agreed": agreed.get(bid.pk, {}),
        }
        for bid in rows
    ]  # fmt: skip


def _price(bid: Bid, currency: str) -> str | None:
    """The opened price as a decimal text; None while it is sealed."""
    sealed: Any = getattr(bid, "sealed_price", None)
    if sealed is None or sealed.opened_at is None or sealed.total is None:
        return None
    return f"{from_minor(sealed.total, currency):f}"


def _agreed(competition: Competition) -> dict[int, dict[str, str]]:
    """The agreed scores of the present rounds, by bid and code of criterion."""
    rows = Consensus.objects.filter(
        round__competition=competition, round__superseded_at=None
    ).select_related("criterion")
    found: dict[int, dict[str, str]] = defaultdict(dict)
    for row in rows.order_by("pk"):
        found[row.bid_id][row.criterion.code] = row.value_text
    return found


def ranking_facts(competition: Competition) -> dict[str, Any]:
    """The facts, the sheets, and the ranking as it stands: what the exported file carries.

    `ranking_hash` is the one that the history kept when the ranking was established, or empty.
    """
    found = facts(competition)
    ready = not scoring_facts.gaps(found)
    return {
        **found,
        "sheets": sheets(competition),
        "ranking": scoring_facts.answers(found) if ready else [],
        "ranking_hash": established_hash(competition),
    }


def sheets(competition: Competition) -> list[dict[str, Any]]:
    """Every sealed sheet whose round is open, by number: left-out ones say so and do not count."""
    scores: dict[int, list[dict[str, str]]] = defaultdict(list)
    rows = Score.objects.opened().filter(sheet__round__competition=competition)
    for row in rows.select_related("bid", "criterion").order_by("bid__alias", "criterion"):
        scores[row.sheet_id].append({"alias": row.bid.alias, "criterion": row.criterion.code,
                                     "score": row.text, "comment": row.comment})  # fmt: skip
    found = ScoreSheet.objects.filter(round__competition=competition, sealed_at__isnull=False,
                                      round__sheets_in_at__isnull=False)  # fmt: skip
    return [
        {"number": number, "phase": sheet.round.phase, "round": sheet.round.number,
         "state": sheet.state, "counts": sheet.state == ScoreSheet.States.SEALED,
         "seal": sheet.sheet_seal, "scores": scores[sheet.pk]}
        for number, sheet in enumerate(found.select_related("round").order_by("pk"), start=1)
    ]  # fmt: skip


def established_hash(competition: Competition) -> str:
    """The hash of the ranking that the history kept last, or empty."""
    event = Event.objects.filter(dossier=competition.dossier, verb=RANKED_VERB)
    last = event.order_by("number").last()
    if last is None:
        return ""
    told = scoring_facts.told(last.details)
    return str(told.get("ranking_hash", ""))
