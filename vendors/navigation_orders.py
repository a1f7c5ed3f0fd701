"""What orders put into the header: for who buys or oversees, and for who acts for a vendor."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from core import navigation
from vendors import permissions_orders as who
from vendors.seat_audience import held


def sees_orders(user: Any) -> bool:
    """Whether orders stand in this person's header."""
    return who.oversees(user) or bool(held(user))


navigation.register(55, _("Orders"), "vendors:order_list", who=sees_orders)
