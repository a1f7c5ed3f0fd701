"""Deciding whether a company that waits is a known vendor, another company, or neither."""

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, history
from core.models import User
from core.refusals import Refused
from core.steps import allow, perform
from vendors import entering, matching
from vendors import permissions_companies as who
from vendors.matching import Named
from vendors.models.company import Vendor, VendorSeat
from vendors.models.match import Match, MatchState

__all__ = ["another", "drop", "same"]


@transaction.atomic
def same(match: Match, vendor: Vendor, *, by: User, because: str) -> Match:
    """It is that vendor: a registration's people get the seats there; a name is found from now on.

    Raises Denied, or Refused when somebody decided already or the vendor is not registered.
    """
    match = _waiting(match, by)
    vendor = Vendor.objects.select_related("dossier").get(pk=vendor.pk)
    match.vendor = vendor
    match.save(update_fields=["vendor", "key"])
    if match.applicant is not None:
        Vendor.objects.filter(pk=match.applicant.pk).update(joined_to=vendor)
    match = perform(match, "join", by=by, because=because)
    if match.applicant is not None:
        _move_seats(match.applicant, vendor, by, because)
    return match


@transaction.atomic
def another(match: Match, *, by: User, because: str) -> Match:
    """It is none of those known: the registration, or the row of the file, becomes a vendor.

    Raises Denied, or Refused when somebody decided already or its number is a registered vendor's.
    """
    match = _waiting(match, by)
    if match.applicant is None:
        named = Named(match.name, match.country, match.tax_id, match.tax_standing)
        match.vendor = entering.enter(named, match.values, by=by, because=because, imported=True)
        match.save(update_fields=["vendor", "key"])
    return perform(match, "separate", by=by, because=because)


def drop(match: Match, *, by: User, because: str) -> Match:
    """It is nothing to register: the row is left aside, the registration declined with a reason."""
    return perform(match, "dismiss", by=by, because=because)


def _waiting(match: Match, by: User) -> Match:
    """The match as it stands under the locks of its case and of all comparing."""
    history.lock(match.dossier)
    matching.hold()
    rows = Match.objects.select_for_update(of=("self",)).select_related(*Match.step_related)
    match = rows.get(pk=match.pk)
    allow(who.decides_match, match, by)
    if match.state != MatchState.WAITING:
        raise Refused(_("This has moved on since you opened the page."))
    return match


def _move_seats(applicant: Vendor, vendor: Vendor, by: User, because: str) -> None:
    """The people of a registration act for the known vendor from now on."""
    now = clock.now()
    for seat in VendorSeat.objects.open().filter(vendor=applicant).select_related("user"):
        VendorSeat.objects.filter(pk=seat.pk).update(ends_at=now)
        moved, new = VendorSeat.objects.get_or_create(
            vendor=vendor, user=seat.user, role=seat.role, ends_at=None,
            defaults={"starts_at": now, "given_by": by},
        )  # fmt: skip
        if new:
            details = {"person": seat.user_id, "role": seat.role, "registration": applicant.ref}
            history.record("vendors.vendorseat.create", moved, by=by, because=because,
                           details=details)  # fmt: skip
