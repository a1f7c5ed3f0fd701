"""What stands in the header for everybody."""

from django.utils.translation import gettext_lazy as _

from core import navigation
from core.people import holds
from oversight.waiting import badge

navigation.register(10, _("Waiting for you"), "oversight:waiting", count=badge)
navigation.register(20, _("Portfolio"), "oversight:portfolio")
navigation.register(
    80, _("People"), "core:people_list",
    who=lambda user: holds(user, "administrator", "auditor", "secretariat"),
)  # fmt: skip
navigation.register(
    75, _("Text templates"), "core:wording_list", who=lambda user: holds(user, "secretariat")
)
navigation.register(90, _("Absences"), "core:loan_list")
