"""Turns that wait for whoever acts for a vendor: `vendor:ID:ROLE`, asked once for each person."""

from typing import Any

from core import people
from vendors.models.company import SeatRole, VendorSeat


def held(user: Any) -> list[tuple[int, str]]:
    """The seats of a person, as vendor and role: read once for each request."""
    known = vars(user.standing).get("seats_held")
    if known is None:
        rows = VendorSeat.objects.open().filter(user=user.pk)
        known = user.standing.seats_held = list(rows.order_by().values_list("vendor", "role"))
    found: list[tuple[int, str]] = known
    return found


def of_seats(user: Any) -> set[str]:
    """The audiences of a person's seats; who manages the company answers for every role."""
    found = set()
    for vendor, role in held(user):
        roles = SeatRole.values if role == SeatRole.MANAGER else [role]
        found |= {f"vendor:{vendor}:{name}" for name in roles}
    return found


people.audience_providers.append(of_seats)
