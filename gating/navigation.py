"""The entries of the gates in the header."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from core import navigation
from core.people import holds
from gating.models import BoardSeat


def sees_boards(user: Any) -> bool:
    """Whether this person has to do with boards: by a role of oversight, or by a seat."""
    if holds(user, "secretariat", "auditor", "administrator"):
        return True
    if "has_seat" not in user.__dict__:
        user.has_seat = BoardSeat.objects.of(user).exists()
    return bool(user.has_seat)


navigation.register(40, _("Boards"), "gating:board_list", who=sees_boards)
navigation.register(45, _("Conditions"), "gating:condition_list")
navigation.register(30, _("Gate reviews"), "gating:review_list")
navigation.register(50, _("Standards"), "gating:standard_list")
navigation.register(55, _("Seal of Excellence"), "gating:service_list")
