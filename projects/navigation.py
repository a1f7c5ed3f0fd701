"""What projects put into the header."""

from django.utils.translation import gettext_lazy as _

from core import navigation
from projects import permissions, permissions_reports

navigation.register(
    60, _("Forecast reports"), "projects:report_list", who=permissions_reports.reads_reporting
)
navigation.register(80, _("Tiers"), "projects:tier_list", who=permissions.reads_tiers)
navigation.register(60, _("Money"), "projects:money_desk", who=permissions.oversees)
navigation.register(70, _("Imports"), "projects:import_list", who=permissions.sees_imports)
