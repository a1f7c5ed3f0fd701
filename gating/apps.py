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
        import_module("gating.continuing")
        import_module("gating.seeding")
        import_module("gating.changing")
        import_module("gating.tailoring")
        import_module("gating.outgrowing")
        import_module("gating.notices_boards")
        import_module("gating.tasks_boards")
        import_module("gating.notices_conditions")
        import_module("gating.more_time")
        import_module("gating.handover")
        import_module("gating.handover_seal")
        import_module("gating.notices_seal")
        import_module("gating.tasks_seal")
        import_module("gating.sealing_matters")
        import_module("gating.confirming")
        import_module("gating.emergencies")
        import_module("gating.notices_emergency")
        import_module("gating.exempting")
        import_module("gating.approving")
