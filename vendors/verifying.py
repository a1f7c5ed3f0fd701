"""What an officer verifies of what a company declares, beside it; and corrections of its name."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, history
from core.models import User
from core.refusals import Refused
from core.steps import allow
from vendors import matching, naming
from vendors import permissions_companies as who
from vendors.models.company import FLAGS, Vendor
from vendors.tax_numbers import Standing, read

__all__ = ["correct", "verify"]


@transaction.atomic
def verify(vendor: Vendor, found: dict[str, Any], *, by: User, because: str) -> Vendor:
    """Record what an officer found of size, start-up, social enterprise, region and ownership.

    `found` is by flag; None or "" says that it is not verified. Raises Denied for anybody but an
    officer, or who represents the company; Refused without saying on what it rests.
    """
    vendor = _held(vendor, by)
    if who.represents(by, vendor):
        raise Refused(_("Nobody verifies the company that they represent."))
    if not because.strip():
        raise Refused(_("Say on which document or register it rests."))
    changed = {f"verified_{flag}": found[flag] for flag in FLAGS
               if flag in found and getattr(vendor, f"verified_{flag}") != found[flag]}  # fmt: skip
    before = {name: getattr(vendor, name) for name in changed}
    for name, value in changed.items():
        setattr(vendor, name, value)
    vendor.verified_on = clock.today()
    vendor.save(update_fields=[*changed, "verified_on"])
    history.record("vendors.vendor.verify", vendor, by=by, because=because,
                   details={"before": before, "after": changed})  # fmt: skip
    return vendor


@transaction.atomic
def correct(vendor: Vendor, values: dict[str, Any], *, by: User, because: str) -> Vendor:
    """Correct name, country and tax number of a registered company; raises Denied, Refused.

    Refused for a number that is not valid or another vendor's, and without a reason.
    """
    matching.hold()  # before the case of a registered vendor: imports take them in this order
    vendor = _held(vendor, by)
    name, found = naming.tidy(values["name"]), read(values["country"], values["tax_id"])
    if not naming.key(name) or not because.strip():
        raise Refused(_("Write the name in letters, and the reason."))
    if found.standing == Standing.INVALID:
        raise Refused(found.sentence)
    others = Vendor.objects.of_number(values["country"], found.number, found.standing)
    if taken := others.exclude(pk=vendor.pk).first():
        raise Refused(
            _("%(vendor)s is registered with the tax number %(number)s.")
            % {"vendor": taken.title_for_people(), "number": found.number}
        )
    after = {"name": name, "legal_name": naming.tidy(values.get("legal_name", "")),
             "country": values["country"], "tax_id": found.number,
             "tax_standing": str(found.standing)}  # fmt: skip
    before = {field: getattr(vendor, field) for field in after}
    for field, value in after.items():
        setattr(vendor, field, value)
    vendor.save(update_fields=[*after, "key"])
    history.record("vendors.vendor.correct", vendor, by=by, because=because,
                   details={"before": before, "after": after})  # fmt: skip
    return vendor


def _held(vendor: Vendor, by: User) -> Vendor:
    history.lock(vendor.dossier)
    vendor = Vendor.objects.select_for_update(of=("self",)).select_related("dossier").get(
        pk=vendor.pk
    )  # fmt: skip
    allow(who.administers_vendors, vendor, by)
    if not vendor.is_standing:
        raise Refused(_("This vendor is not registered (yet)."))
    return vendor
