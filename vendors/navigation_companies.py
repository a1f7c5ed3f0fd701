"""The header for vendors: the list for those who oversee, one's company for others."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from core import navigation
from vendors.permissions_companies import reads_vendors
from vendors.seat_audience import held


def acts_for_a_company(user: Any) -> bool:
    """Whether this person belongs to no institution, or has a seat with a company."""
    if user.institution_id is not None and user.standing.roles:
        return False
    return user.institution_id is None or bool(held(user))


navigation.register(65, _("Vendors"), "vendors:vendor_list", who=reads_vendors)
navigation.register(5, _("My company"), "vendors:company_home", who=acts_for_a_company)
