"""What is built, with whose money: projects, their entries, cases, holds, tranches and ledger."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProjectsConfig(AppConfig):
    name = "projects"
    verbose_name = _("Projects")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let the database index what is searched, and the ground hand over projects."""
        import_module("projects.search")
        import_module("projects.handover")
        import_module("projects.seeding")
        import_module("projects.notices_money")
        import_module("projects.notices_changes")
        import_module("projects.notices_claims")
        import_module("projects.notices_reports")
