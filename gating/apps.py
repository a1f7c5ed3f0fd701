"""May a project go on? Reviews, evidence, standards, boards, conditions."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GatingConfig(AppConfig):
    name = "gating"
    verbose_name = _("Gates")
    default_auto_field = "django.db.models.BigAutoField"
