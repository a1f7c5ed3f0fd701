"""What sealing adds to the pages of a competition: links to keys, sittings, bids and receipts."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from procurement import page_parts, sittings
from procurement import permissions_sealing as who
from procurement.members import vendors_of
from procurement.models import CompetitionState


@page_parts.act
def inside(competition: Any, user: Any) -> list[tuple[str, str]]:
    """Keys from the review on; the sitting while it is held; what was opened, once it is."""
    found = []
    if competition.state != CompetitionState.DRAFT:
        found.append((_("Keys to the bids"), _to("keys", competition)))
    if competition.state in (
        CompetitionState.IN_REVIEW, CompetitionState.OPENING, CompetitionState.PRICE_OPENING,
    ) and sittings.current(competition):  # fmt: skip
        found.append((_("Sitting of the custodians"), _to("sitting", competition)))
    if competition.opened_at is not None and who.reads_bids(user):
        found.append((_("Opened bids"), _to("bid_list", competition)))
        found.append((_("Register of late attempts"), _to("late_register", competition)))
    return found


@page_parts.public_act
def outside(competition: Any, user: Any) -> list[tuple[str, str]]:
    """A member of the lot comes to its own bid; anybody to the check of a receipt."""
    found = []
    if user.is_authenticated and vendors_of(competition, user).exists():
        found.append((_("Your bid"), _to("bid_home", competition)))
    found.append((_("Check a receipt"), reverse("procurement:receipt_check")))
    return found


def _to(name: str, competition: Any) -> str:
    return reverse(f"procurement:{name}", args=[competition.ref])
