"""The one reader of prices: nothing before they are opened, by two officers and their own key."""

import json
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from core import clock, history
from core.models import User
from core.refusals import Refused
from procurement import envelopes, hooks, opening, receipts, sittings, slots
from procurement.models import BidPrice
from procurement.models.bid import IN
from procurement.models.sealing import Part


@hooks.asked("prices_can_open")
def prices_can_open(competition: Any) -> list[str]:
    """Whether enough shares of the price key were entered in the sitting that is held."""
    return sittings.against_opening(competition, Part.PRICE)


@hooks.within("open_price")
def open_prices(competition: Any, *, by: User, because: str) -> None:
    """Open the prices of the bids that are still in; those of others stay sealed for good."""
    private, now = sittings.key_for_opening(competition, Part.PRICE), clock.now()
    rows = BidPrice.objects.filter(
        bid__competition=competition, bid__state__in=IN, content__isnull=True
    )
    for price in rows.select_related("bid__competition__dossier", "bid__vendor"):
        _open(price, private, now)
        price.save(update_fields=["content", "total", "opened_at", "failed"])
        said = {"total": price.total, "currency": competition.currency, "failed": price.failed}
        history.record("procurement.bidprice.open", price, by=by, details=said)


def _open(price: BidPrice, private: bytes, now: datetime) -> None:
    bid = price.bid
    slot = slots.Slot(bid.competition_id, bid.vendor_id)
    price.opened_at, price.failed = now, ""
    try:
        found = opening.opened_part(slot, Part.PRICE, bytes(price.envelope), private)
    except (envelopes.WillNotOpen, json.JSONDecodeError) as error:
        price.failed = str(error)
        return
    digest = receipts.part_digest(bid.salt, Part.PRICE, found.content)
    if found.salt != bid.salt or digest != bid.price_digest:
        price.failed = _("What was sealed is not what the receipt says.")
        return
    price.content, price.total = found.content, found.content["total"]


def of(competition: Any) -> dict[int, BidPrice]:
    """The opened prices of a competition, by bid; raises Refused before they are opened."""
    if competition.prices_opened_at is None:
        raise Refused(_("The prices are not opened yet."))
    rows = BidPrice.objects.filter(bid__competition=competition, opened_at__isnull=False)
    return {price.bid_id: price for price in rows.select_related("bid")}


def total_of(bid: Any) -> int | None:
    """What a bid costs, in minor units; None where its price was not opened or is unreadable."""
    found = of(bid.competition).get(bid.pk)
    return found.total if found else None
