"""Competitions between the ranking and the contract, as tests need them."""

from datetime import timedelta

from core import clock, outbox
from core.steps import perform
from procurement import awarding, challenging
from procurement.models import Bid, BidPrice, Challenge, Competition
from tests.factories import competitions, evaluations
from tests.stock import stocked
from vendors.models import Membership

WHY = "Probó el trámite con treinta personas y corrigió lo que no entendían."


@stocked
def ranked(cast, **fields) -> Competition:
    """Ranked, its bidders members of the lot, its prices with rates."""
    row = evaluations.ranked(cast, **fields)
    example = row.lot.memberships.filter(state="active").first()
    for bid in row.bids.select_related("vendor"):
        known = {field.attname: getattr(example, field.attname)
                 for field in Membership._meta.concrete_fields
                 if field.attname not in ("id", "vendor_id")}  # fmt: skip
        Membership.objects.create(**{**known, "vendor_id": bid.vendor_id})
    for price in BidPrice.objects.filter(bid__competition=row):
        category = row.lot.categories.order_by("pk").first()
        price.content = {
            "basis": "hours",
            "currency": row.currency,
            "total": price.total,
            "rates": {category.code: 100_00},
            "hours": {category.code: 10},
        }
        price.save()
    return row


@stocked
def before_oversight(cast, **fields) -> Competition:
    row = ranked(cast, **fields)
    awarding.state_advantages(row, WHY, by=cast.officer)
    return perform(row, "submit_for_approval", by=cast.officer)


@stocked
def approved(cast, **fields) -> Competition:
    """Approved; the notices wait for the worker."""
    return perform(before_oversight(cast, **fields), "approve", by=cast.secretariat)


@stocked
def standing_still(cast, **fields) -> Competition:
    """Every bidder was told, and the standstill has begun."""
    row = approved(cast, **fields)
    outbox.drain()
    return competitions.fresh(row)


def after_standstill(row: Competition):
    return clock.move(to=row.standstill_ends + timedelta(seconds=1))


@stocked
def awarded(cast, **fields) -> Competition:
    row = standing_still(cast, **fields)
    with after_standstill(row):
        return perform(row, "award", by=cast.officer)


def bidder(bid: Bid):
    """Who bids for the company of a bid."""
    return bid.vendor.seats.filter(ends_at=None).order_by("pk").first().user


@stocked
def challenged(cast, row: Competition, alias: str = "B", grounds: str = "El peso está mal.",
               **fields) -> Challenge:  # fmt: skip
    bid = row.bids.select_related("vendor").get(alias=alias)
    return challenging.lodge(bid, grounds, by=bidder(bid), **fields)
