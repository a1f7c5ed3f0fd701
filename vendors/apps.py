"""Who may supply, on what terms? Vendors, frameworks, lots, orders, sprints, invoices."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VendorsConfig(AppConfig):
    name = "vendors"
    verbose_name = _("Vendors")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let what people are told of, what falls due and what stands in the header be known."""
        for name in MODULES:
            import_module(f"vendors.{name}")


MODULES: tuple[str, ...] = (
    "notices_companies", "tasks_companies", "navigation_companies",
    "tasks_frameworks", "seat_audience", "notices_frameworks", "navigation_frameworks",
    "notices_sprints", "tasks_sprints", "exported",
    "exported_frameworks",
    "notices_sprints", "tasks_sprints",
    "navigation_invoices", "notices_invoices", "paying_back", "rating", "tasks_invoices",
    "navigation_orders", "notices_orders", "tasks_orders",
)  # fmt: skip
"""Modules that take part by being imported."""
