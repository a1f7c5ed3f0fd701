"""A competition ends when its order is signed by both sides: seen by the clock, within a minute."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from core import due
from procurement import awarding, hooks
from procurement.models import Bid, BidState, Competition, CompetitionState
from vendors.models import Order
from vendors.models.order import COUNTED


@hooks.asked("order_signed")
def order_signed(competition: Competition) -> list[str]:
    """What keeps the competition from being concluded; nothing once its order is signed."""
    order = awarding.order_of(competition)
    if order is not None and order.state in COUNTED:
        return []
    return [_("The order is not signed by both sides.")]


@hooks.asked("bid_excludable")
def order_unsigned(bid: Bid) -> list[str]:
    """Whoever won is excluded until the order is signed; afterwards the order itself ends."""
    if bid.state != BidState.AWARDED or order_signed(bid.competition):
        return []
    return [_("The order is signed by both sides: terminate the order instead.")]


@due.falls_due
def signed_orders(now: datetime) -> Iterable[due.Due]:
    """Awarded competitions whose order was signed meanwhile."""
    signed = Order.objects.filter(competition_ref=OuterRef("ref"), state__in=COUNTED)
    rows = Competition.objects.filter(Exists(signed), state=CompetitionState.AWARDED)
    related = Competition.step_related
    return due.steps(rows.select_related(*related).order_by("pk"), "conclude", at=lambda _row: now)
