"""Who should build it? Competitions, prototypes, sealed bids, evaluation, award."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProcurementConfig(AppConfig):
    name = "procurement"
    verbose_name = _("Competitions")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let what people are told of, what falls due and what stands in the header be known."""
        for name in MODULES:
            import_module(f"procurement.{name}")


MODULES: tuple[str, ...] = (
    "publishing",
    "eligibility",
    "keys",
    "opening",
    "prices",
    "sittings",
    "drawing",
    "complying",
    "declaring",
    "scoring_alone",
    "agreeing",
    "ranking",
    "addenda",
    "asking",
    "moving",
    "notices_competitions",
    "tasks_competitions",
    "navigation_competitions",
    "handover_competitions",
    "exported",
    "watching",
    "notices_prototypes",
    "redelivering",
    "notices_sealing",
    "exported_sealing",
    "awarding",
    "challenging",
    "concluding",
    "exporting_file",
    "notices_award",
    "low_prices",
    "notices_evaluation",
    "tasks_evaluation",
    "exported_evaluation",
    "parts_sealing",
    "seeing_evaluation",
    "parts_award",
)
"""Modules that take part by being imported."""
