"""May a vendor take new business now? Suspension and debarment, by the database's clock.

It stands among the models because their steps ask it; others use `vendors.barring`.
"""

from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core import clock
from vendors.models.barring import Barring, BarringKind
from vendors.models.company import VendorState


def reasons(vendor: Any) -> list[str]:
    """The sentences that speak against new applications, bids and orders now; none when it may.

    Read from the decisions by the clock, not from a state that a job sets: a suspension blocks from
    the moment it is imposed, and no longer than its last day. What runs is never asked.
    """
    found = [
        _sentence(barring) for barring in Barring.objects.filter(vendor=vendor)
        .in_force(clock.now()).order_by("pk")
    ]  # fmt: skip
    if not found and vendor.state not in (
        VendorState.ACTIVE, VendorState.SUSPENDED, VendorState.DEBARRED,
    ):  # fmt: skip
        found.append(_("%(vendor)s is not registered as a vendor (yet).") % {"vendor": vendor.name})
    return found


def _sentence(barring: Barring) -> str:
    said = {
        "vendor": barring.vendor.name, "reason": barring.reason,
        "day": date_format(barring.ends_on, "SHORT_DATE_FORMAT"),
    }  # fmt: skip
    if barring.kind == BarringKind.DEBARMENT:
        return _("%(vendor)s is debarred until %(day)s: %(reason)s") % said
    return _("%(vendor)s is suspended until %(day)s: %(reason)s") % said
