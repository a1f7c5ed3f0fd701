"""Entering a vendor that is known to be new: its reference, its case file, its first event."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, history
from core.models import User
from core.refusals import Refused
from core.steps import create
from vendors.matching import Named
from vendors.models.company import FLAGS, Vendor, VendorState


@transaction.atomic
def enter(named: Named, declared: dict[str, Any], *, by: User, because: str = "",
          state: str = VendorState.ACTIVE, imported: bool = False) -> Vendor:  # fmt: skip
    """Enter a company with what it declares (`size`, `start_up`, … by name).

    The caller holds `matching.hold` and has compared it, or somebody decided that it is new. Raises
    Refused when a registered vendor has its number.
    """
    taken = Vendor.objects.of_number(named.country, named.tax_id, named.tax_standing).first()
    if taken is not None and state == VendorState.ACTIVE:
        raise Refused(
            _("%(vendor)s is registered with the tax number %(number)s.")
            % {"vendor": taken.title_for_people(), "number": named.tax_id}
        )
    ref = Vendor.next_refs()[0]
    vendor = Vendor(
        dossier=history.open_dossier("vendor", ref), ref=ref, name=named.name,
        country=named.country, tax_id=named.tax_id, tax_standing=named.tax_standing,
        registered_by=by, registered_at=clock.now(), imported=imported, state=state, **declared,
    )  # fmt: skip
    said = {"name": vendor.name, "country": vendor.country, "tax_id": vendor.tax_id}
    said |= {flag: declared[flag] for flag in FLAGS if flag in declared}
    return create(vendor, by=by, because=because, details=said)
