"""Who may, with vendors, their people and documents, suspensions, and names that look alike."""

from typing import Any

from django.apps import apps
from django.utils.translation import gettext_lazy as _

from core.machines import causes
from core.people import holds, identities
from core.permissions import as_consequence, by_clock
from core.refusals import requires

OFFICERS = ("procurement_officer", "secretariat")
READERS = (
    *OFFICERS, "auditor", "administrator", "preparer", "authoriser", "spend_recorder",
)  # fmt: skip
"""Roles that see every vendor, its people and its documents."""


def reads_vendors(user: Any) -> bool:
    """Whether this person sees every vendor."""
    return holds(user, *READERS)


def represents(user: Any, vendor: Any, *roles: str) -> bool:
    """Whether this person has a seat of one of these roles with the vendor now; none: any seat.

    A manager of the company passes for every role.
    """
    if not user.pk or vendor is None or not user.is_active:
        return False
    seats = apps.get_model("vendors", "VendorSeat")._default_manager.filter(
        vendor=vendor, user=user.pk, ends_at=None
    )
    return bool((seats.filter(role__in={"manager", *roles}) if roles else seats).exists())


@requires(_("Only people who manage the company here may do this."))
def manages_company(vendor: Any, user: Any) -> bool:
    return represents(user, vendor, "manager")


@requires(_("Only a procurement officer or the secretariat may do this."))
def administers_vendors(instance: Any, user: Any) -> bool:
    return holds(user, *OFFICERS)


@requires(
    _(
        "A procurement officer or the secretariat decides, and never somebody who represents the "
        "company."
    )
)
def decides_match(match: Any, user: Any) -> bool:
    seats = apps.get_model("vendors", "VendorSeat")._default_manager
    mine = seats.filter(user__in=identities(user), ends_at=None)
    return holds(user, *OFFICERS) and not (
        match.applicant_id and mine.filter(vendor=match.applicant_id).exists()
    )


@requires(_("This follows from the decision whether the company is known already."))
def follows_match(vendor: Any, user: Any) -> bool:
    return any(cause.startswith("vendors.match.") for cause in causes())


@requires(_("This follows from a suspension or debarment, or from its end."))
def follows_barring(vendor: Any, user: Any) -> bool:
    return any(cause.startswith("vendors.barring.") for cause in causes())


@requires(_("Only a procurement officer or the secretariat proposes a suspension or debarment."))
def proposes_barring(instance: Any, user: Any) -> bool:
    return holds(user, *OFFICERS)


@requires(_("Only who proposed it takes it back."))
def withdraws_barring(barring: Any, user: Any) -> bool:
    return holds(user, *OFFICERS) and user.pk == barring.proposed_by_id


@requires(_("The secretariat decides, and never who proposed it."))
def imposes_barring(barring: Any, user: Any) -> bool:
    return holds(user, "secretariat") and barring.proposed_by_id not in identities(user)


@requires(_("Only a procurement officer or the secretariat imports vendors."))
def imports_vendors(instance: Any, user: Any) -> bool:
    return holds(user, *OFFICERS) or user.is_clock


__all__ = [
    "OFFICERS", "READERS", "administers_vendors", "as_consequence", "by_clock", "decides_match",
    "follows_barring", "follows_match", "imports_vendors", "imposes_barring", "manages_company",
    "proposes_barring", "reads_vendors", "represents", "withdraws_barring",
]  # fmt: skip
