"""May a project go on? Reviews, evidence, standards, boards, conditions."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GatingConfig(AppConfig):
    name = "gating"
    verbose_name = _("Gates")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Put the gates in place, and let assessors and seats see the projects they judge."""
        import_module("gating.joining")
        import_module("gating.seeding")
        import_module("gating.notices_boards")
        import_module("gating.tasks_boards")
