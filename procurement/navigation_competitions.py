"""The entries of competitions in the header: from inside for some, else what is public."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from core import navigation
from procurement import permissions_competitions as who
from procurement.models import PanelMember


def sees_inside(user: Any) -> bool:
    """Whether this person has to do with competitions: by a role, or by a seat on a panel."""
    if who.oversees(user):
        return True
    if "judges" not in user.__dict__:
        user.judges = PanelMember.objects.filter(user=user.pk).exists()
    return bool(user.judges)


def sees_outside(user: Any) -> bool:
    """Everybody else reads what is public."""
    return not sees_inside(user)


navigation.register(35, _("Competitions"), "procurement:competition_list", who=sees_inside)
navigation.register(36, _("Public competitions"), "procurement:public_list", who=sees_outside)
