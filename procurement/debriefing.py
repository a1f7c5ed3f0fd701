"""What a bidder is told of a ranking: the winner, its advantages, and the own scores with reasons.

A bidder learns nothing of any other bid but rank 1: its name, its total, its price, what puts it
first, and by how much.
"""

from typing import Any

from django.utils.translation import gettext as _

from core.models import User
from core.money import from_minor
from procurement import ranking
from procurement.models import (
    AdvantageStatement,
    AwardNotice,
    Bid,
    Competition,
    Consensus,
    Prototype,
)
from procurement.models.evaluation_sheet import plain
from procurement.scoring import RANKED, Standing, shown


def statement(competition: Competition) -> AdvantageStatement | None:
    """What was said of the bid that stands on rank 1 now; None where nothing was."""
    first = ranking.bid_of(competition, 1)
    if first is None:
        return None
    rows = competition.advantage_statements.filter(bid=first).select_related("by", "bid__vendor")
    return rows.last()


def facts_for(competition: Competition) -> dict[int, dict[str, Any]]:
    """For each bid that was opened, by its key, what its bidder is told, as plain data.

    `{"competition", "currency", "winner": {"name", "total", "technical", "price"}, "advantages",
    "own": {"alias", "status", "rank", "technical", "price_score", "total", "price", "reason"},
    "margin", "scores": [{"code", "title", "weight", "score", "reason"}], "facts": [trouble code]}`;
    figures are decimal texts, totals out of 100.
    """
    standings = {one.alias: one for one in ranking.standings(competition)}
    bids = list(competition.bids.evaluated().select_related("vendor", "sealed_price"))
    said, winner = statement(competition), ranking.bid_of(competition, 1)
    if said is None or winner is None:
        raise LookupError(f"{competition.ref} has no rank 1 with its advantages")
    first = standings[winner.alias]
    shared = {
        "competition": competition.ref, "currency": competition.currency, "advantages": said.text,
        "winner": {"name": winner.vendor.name, "total": shown(first.total),
                   "technical": shown(first.technical), "price": _price(winner, competition)},
    }  # fmt: skip
    agreed, troubles = _agreed(competition), _troubles(competition)
    return {
        bid.pk: {**shared, "own": _own(bid, standings.get(bid.alias), competition),
                 "margin": _margin(standings.get(bid.alias), first),
                 "scores": agreed.get(bid.pk, []), "facts": troubles.get(bid.pk, [])}
        for bid in bids
    }  # fmt: skip


def _own(bid: Bid, standing: Standing | None, competition: Competition) -> dict[str, Any]:
    ranked = standing is not None and standing.status == RANKED
    return {
        "alias": bid.alias, "status": standing.status if standing else "excluded",
        "rank": standing.rank if standing else None,
        "technical": shown(standing.technical) if standing else None,
        "price_score": shown(standing.price_score) if standing and ranked else None,
        "total": shown(standing.total) if standing and ranked else None,
        "price": _price(bid, competition), "reason": bid.because,
    }  # fmt: skip


def _price(bid: Bid, competition: Competition) -> str | None:
    sealed: Any = getattr(bid, "sealed_price", None)
    if sealed is None or sealed.opened_at is None or sealed.total is None:
        return None
    return f"{from_minor(sealed.total, competition.currency):f}"


def _margin(own: Standing | None, first: Standing) -> str | None:
    """By how much rank 1 leads, in points of the total."""
    if own is None or own.total is None or first.total is None:
        return None
    return shown(first.total - own.total)


def _agreed(competition: Competition) -> dict[int, list[dict[str, str]]]:
    """The agreed scores with the panel's reasons, by bid."""
    rows = Consensus.objects.filter(
        round__competition=competition, round__superseded_at=None
    ).select_related("criterion")
    found: dict[int, list[dict[str, str]]] = {}
    for row in sorted(rows.in_force().values(), key=lambda row: row.criterion_id):
        found.setdefault(row.bid_id, []).append(
            {"code": row.criterion.code, "title": row.criterion.title,
             "weight": plain(row.criterion.weight), "score": row.value_text, "reason": row.text}
        )  # fmt: skip
    return found


def _troubles(competition: Competition) -> dict[int, list[str]]:
    rows = Prototype.objects.filter(bid__competition=competition)
    return {row.bid_id: row.trouble for row in rows}


def latest(bid: Bid) -> AwardNotice | None:
    """The newest thing that a bidder was told; None before the first ranking was approved."""
    rows = bid.award_notices.select_related("competition__project__institution", "winner__vendor")
    return rows.order_by("-round").first()


def sentence(status: str) -> str:
    """What became of a bid, said to its bidder."""
    return {
        "ranked": _("Your bid was ranked."),
        "screened": _("Your bid is under a minimum of the criteria."),
        "not_shortlisted": _("Your bid is not among the best, who were shortlisted."),
        "excluded": _("Your bid was excluded."),
    }.get(status, "")


def readers(bid: Bid) -> list[User]:
    """The people of a company who are written to: who bids or manages for it."""
    seats = bid.vendor.seats.filter(ends_at=None, role__in=("manager", "bidder"))
    return [seat.user for seat in seats.select_related("user__institution").order_by("pk")
            if seat.user.is_active]  # fmt: skip
