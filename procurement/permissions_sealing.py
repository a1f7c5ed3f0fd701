"""Who may, with keys, sealed bids and their opening: plain functions, each with its sentence."""

from typing import Any

from django.apps import apps
from django.utils.translation import gettext_lazy as _

from core.machines import causes
from core.people import holds
from core.permissions import as_consequence, by_clock
from core.refusals import requires
from procurement.permissions_competitions import acts_as_officer, authors, is_officer
from vendors.permissions_companies import represents

OF_TWO = {"procurement.compliancecheck.confirm", "procurement.exclusion.confirm"}
"""Steps by which a second person confirms what a first one found."""
READERS = ("procurement_officer", "secretariat", "auditor")
"""Global roles that read opened bids: never before the opening."""


@requires(_("Only somebody who bids or manages for a company of the lot may do this."))
def bids_for(vendor: Any, user: Any) -> bool:
    return represents(user, vendor, "bidder")


@requires(_("Only a procurement officer makes the keys, before the competition is published."))
def makes_keys(competition: Any, user: Any) -> bool:
    return acts_as_officer(competition, user)


@requires(_("Only the custodian who was named may do this; a share cannot be lent."))
def is_custodian(custodian: Any, user: Any) -> bool:
    return bool(user.pk == custodian.user_id)


@requires(_("This follows from a rehearsal in which enough custodians entered their shares."))
def follows_rehearsal(key: Any, user: Any) -> bool:
    return bool(user.pk) and user.is_active


@requires(_("A key is replaced by a procurement officer, before the publication or when shares of "
            "it were lost."))  # fmt: skip
def makes_or_replaces(key: Any, user: Any) -> bool:
    return acts_as_officer(key.competition, user)


@requires(_("This follows from the opening of the bids."))
def follows_opening(bid: Any, user: Any) -> bool:
    return "procurement.competition.open" in causes()


@requires(_("This follows from what two people found, or decided, about the bid."))
def decides_on_bid(bid: Any, user: Any) -> bool:
    """The second of two people: an officer, or whoever decides on the ranking before oversight."""
    return bool(OF_TWO & set(causes()))


@requires(_("Two procurement officers let bids be delivered again: the second is not the first."))
def lets_redeliver(competition: Any, user: Any) -> bool:
    return acts_as_officer(competition, user)


def reads_bids(user: Any) -> bool:
    """Whether this person reads every opened bid."""
    return holds(user, *READERS)


def seats_of(user: Any) -> Any:
    """The vendors for which this person bids or manages now."""
    seats = apps.get_model("vendors", "VendorSeat")._default_manager
    mine = seats.filter(user=user.pk, ends_at=None, role__in=("manager", "bidder"))
    return mine.order_by().values("vendor")


__all__ = [
    "acts_as_officer", "as_consequence", "authors", "bids_for", "by_clock", "decides_on_bid",
    "follows_opening", "follows_rehearsal", "is_custodian", "is_officer", "lets_redeliver",
    "makes_keys", "makes_or_replaces", "reads_bids", "seats_of",
]  # fmt: skip
