"""Registering a company by its own people: saved step by step, compared, entered or queued."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, history
from core.models import User
from core.refusals import Refused
from core.steps import allow, create, perform
from vendors import matching, naming
from vendors import permissions_companies as who
from vendors.matching import Index, Named, Verdict
from vendors.models.company import (
    FLAGS,
    SeatRole,
    Vendor,
    VendorSeat,
    VendorState,
    company_complete,
)
from vendors.models.match import Ground, MatchSource
from vendors.tax_numbers import Standing, read

__all__ = ["describe", "has_second_factor", "save_company", "start", "submit"]

OPEN_AT_ONCE = 5
"""Registrations that one person may have open at once."""
IDENTITY = ("name", "legal_name", "country", "tax_id", "tax_standing")
PROFILE = (*FLAGS, "categories", "website", "description")


@transaction.atomic
def start(values: dict[str, Any], *, by: User) -> Vendor:
    """Begin to register a company: `name`, `legal_name`, `country`, `tax_id` as typed.

    Who begins manages it here. Raises Refused for a number that is not valid, or too many at once.
    """
    open_ones = VendorSeat.objects.open().filter(user=by, vendor__state=VendorState.REGISTERING)
    if open_ones.count() >= OPEN_AT_ONCE:
        raise Refused(_("Finish or give up the registrations that you have begun first."))
    identity = _identity(values)
    ref = Vendor.next_refs()[0]
    vendor = Vendor(dossier=history.open_dossier("vendor", ref), ref=ref, registered_by=by,
                    registered_at=clock.now(), **identity)  # fmt: skip
    vendor = create(vendor, by=by, details=identity)
    seat = VendorSeat.objects.create(vendor=vendor, user=by, role=SeatRole.MANAGER,
                                     starts_at=clock.now(), given_by=by)  # fmt: skip
    details = {"person": by.pk, "role": seat.role}
    history.record("vendors.vendorseat.create", seat, by=by, details=details)
    return vendor


@transaction.atomic
def save_company(vendor: Vendor, values: dict[str, Any], *, by: User) -> Vendor:
    """Change name, country and number while it is being registered; raises Denied, Refused."""
    vendor = _held(vendor)
    allow(who.manages_company, vendor, by)
    if vendor.state != VendorState.REGISTERING:
        raise Refused(_("Name and number of a registered company are changed by an officer."))
    return _store(vendor, _identity(values), by)


@transaction.atomic
def describe(vendor: Vendor, values: dict[str, Any], *, by: User) -> Vendor:
    """Store what a company declares of itself and shows; raises Denied, or Refused once it ended.

    What an officer verified stands beside it, unchanged.
    """
    vendor = _held(vendor)
    allow(who.manages_company, vendor, by)
    if vendor.state in (VendorState.JOINED, VendorState.WITHDRAWN, VendorState.DECLINED):
        raise Refused(_("This registration is over."))
    return _store(vendor, {name: values[name] for name in PROFILE if name in values}, by)


@transaction.atomic
def submit(vendor: Vendor, *, by: User) -> Vendor:
    """Finish a registration: a company that nobody is like becomes active, another one waits.

    Raises Denied for anybody but its manager, Refused when something is missing.
    """
    vendor = _held(vendor)
    allow(who.manages_company, vendor, by)
    if not company_complete(vendor):
        raise Refused(_("Say the name of the company, its country and its tax number first."))
    if not has_second_factor(by):
        raise Refused(_("Set up the second factor of your sign-in first."))
    if vendor.state != VendorState.REGISTERING:
        raise Refused(_("This has moved on since you opened the page."))
    matching.hold()
    named = Named(vendor.name, vendor.country, vendor.tax_id, vendor.tax_standing)
    grounds = _grounds(Index.load().judge(named), named)
    if not grounds:
        return perform(vendor, "enter", by=by)
    vendor = perform(vendor, "await_match", by=by)
    matching.queue(named, grounds, by=by, source=MatchSource.REGISTRATION, place=vendor.ref,
                   applicant=vendor)  # fmt: skip
    return vendor


def has_second_factor(user: User) -> bool:
    """Whether this person signs in with a second factor: a code, or a passkey."""
    kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    return bool(Authenticator.objects.filter(user=user, type__in=kinds).exists())


def _grounds(verdict: Verdict, named: Named) -> list[tuple[int | None, str]]:
    """Why a registration waits: even one that is surely known is joined by a person only."""
    if verdict.vendor is None:
        return verdict.grounds
    known = Vendor.objects.get(pk=verdict.vendor)
    equal = bool(named.number) and known.tax_id == named.tax_id
    return [(known.pk, Ground.SAME_NUMBER if equal else Ground.SAME_NAME)]


def _identity(values: dict[str, Any]) -> dict[str, Any]:
    """Name, country and number in their one form; raises Refused with the sentence."""
    name, found = naming.tidy(values["name"]), read(values["country"], values["tax_id"])
    if not naming.key(name):
        raise Refused(_("Write the name of the company in letters."))
    if found.standing == Standing.INVALID:
        raise Refused(found.sentence)
    return {"name": name, "legal_name": naming.tidy(values.get("legal_name", "")),
            "country": values["country"], "tax_id": found.number,
            "tax_standing": str(found.standing)}  # fmt: skip


def _held(vendor: Vendor) -> Vendor:
    history.lock(vendor.dossier)
    rows = Vendor.objects.select_for_update(of=("self",)).select_related("dossier")
    return rows.get(pk=vendor.pk)


def _store(vendor: Vendor, values: dict[str, Any], by: User) -> Vendor:
    changed = {name: value for name, value in values.items() if getattr(vendor, name) != value}
    if not changed:
        return vendor
    before = {name: getattr(vendor, name) for name in changed}
    for name, value in changed.items():
        setattr(vendor, name, value)
    vendor.save(update_fields=[*changed, "key"])
    history.record("vendors.vendor.update", vendor, by=by,
                   details={"before": before, "after": changed})  # fmt: skip
    return vendor
