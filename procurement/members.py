"""Who may ask and bid: the members in force of a competition's lot, and who acts for them."""

from typing import Any

from django.db.models import QuerySet

from core.models import User
from vendors.models import Membership, SeatRole, Vendor, VendorSeat

BIDDERS = (SeatRole.MANAGER, SeatRole.BIDDER)
"""Seats that ask questions and hand in bids."""


def eligible(competition: Any) -> QuerySet[Vendor]:
    """The vendors with a membership in force in the lot now, in no order that says anything."""
    members = Membership.objects.in_force().filter(lot=competition.lot_id)
    return Vendor.objects.filter(pk__in=members.order_by().values("vendor")).order_by("pk")


def people(competition: Any) -> QuerySet[User]:
    """Everybody with a seat of a member of the lot, each once: who is told of everything alike."""
    seats = VendorSeat.objects.filter(ends_at=None, vendor__in=eligible(competition).order_by())
    return User.objects.filter(is_active=True, pk__in=seats.order_by().values("user"))


def vendors_of(competition: Any, user: Any) -> QuerySet[Vendor]:
    """The members of the lot for which this person may ask and bid."""
    seats = VendorSeat.objects.filter(ends_at=None, user=user.pk, role__in=BIDDERS)
    return eligible(competition).filter(pk__in=seats.order_by().values("vendor"))


def works_for_vendor(person: Any) -> bool:
    """Whether this person has a seat of any vendor now."""
    return VendorSeat.objects.filter(ends_at=None, user=person.pk).exists()
