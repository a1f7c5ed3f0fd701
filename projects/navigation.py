"""What projects put into the header."""

from django.utils.translation import gettext_lazy as _

from core import navigation
from projects import permissions

navigation.register(80, _("Tiers"), "projects:tier_list", who=permissions.reads_tiers)
navigation.register(70, _("Imports"), "projects:import_list", who=permissions.sees_imports)
