"""Who may, with framework agreements: officers, assessors, and the people of vendors."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from core.people import holds, identities
from core.permissions import as_consequence, by_clock
from core.refusals import requires
from vendors.permissions_companies import represents

OFFICER = "procurement_officer"
OVERSIGHT = (OFFICER, "secretariat", "auditor", "administrator")
"""Roles that see drafts of frameworks and every application."""


def oversees(user: Any) -> bool:
    """Whether this person sees every framework and every application."""
    return holds(user, *OVERSIGHT)


@requires(_("Only a procurement officer may do this."))
def runs_frameworks(instance: Any, user: Any) -> bool:
    return holds(user, OFFICER)


@requires(_("A procurement officer decides, never somebody who assessed the application or "
            "represents a vendor."))  # fmt: skip
def decides_applications(membership: Any, user: Any) -> bool:
    assessors = set(membership.assessments.values_list("assessor_id", flat=True))
    if assessors & identities(user) or represents(user, membership.vendor):
        return False
    return holds(user, OFFICER)


@requires(_("Only who represents the vendor as its manager or bidder may do this."))
def applies(membership: Any, user: Any) -> bool:
    return represents(user, membership.vendor, "manager", "bidder")


@requires(_("Vendors apply: register your company first, or ask whoever manages it here for a "
            "seat."))  # fmt: skip
def has_company(companies: Any, user: Any) -> bool:
    return bool(companies)


@requires(_("Only a manager of the vendor signs for it."))
def signs(membership: Any, user: Any) -> bool:
    return represents(user, membership.vendor, "manager")


@requires(_("A procurement officer signs for the institution, never who signed for the vendor."))
def countersigns(membership: Any, user: Any) -> bool:
    return holds(user, OFFICER) and not represents(user, membership.vendor)


@requires(_("Only the assessor who was named may do this; it cannot be lent."))
def assesses(assessment: Any, user: Any) -> bool:
    return bool(user.pk == assessment.assessor_id)


@requires(_("Only a procurement officer or the secretariat loads historical orders."))
def loads_orders(instance: Any, user: Any) -> bool:
    return holds(user, OFFICER, "secretariat")


@requires(_("Only a procurement officer or the secretariat loads historical orders."))
def takes_in_orders(instance: Any, user: Any) -> bool:
    return bool(user.is_clock) or holds(user, OFFICER, "secretariat")


__all__ = [
    "OFFICER", "OVERSIGHT", "applies", "as_consequence", "assesses", "by_clock", "countersigns",
    "decides_applications", "has_company", "loads_orders", "oversees", "runs_frameworks", "signs",
    "takes_in_orders",
]  # fmt: skip
