"""The ground: people, history, documents, money, steps, clock. Knows no project."""

from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate, pre_migrate

from core import guards


class CoreConfig(AppConfig):
    name = "core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let every room subscribe to what it tells, and keep the database's guards in place."""
        for config in apps.get_app_configs():
            for part in ("notices", "tasks", "navigation", "handover", "exported", "dates"):
                if config.module and find_spec(f"{config.name}.{part}") and _ours(config):
                    import_module(f"{config.name}.{part}")
        pre_migrate.connect(guards.step_aside, sender=self, dispatch_uid="core.guards.aside")
        post_migrate.connect(guards.install, sender=self, dispatch_uid="core.guards")


def _ours(config: AppConfig) -> bool:
    return config.name in {"core", "projects", "vendors", "procurement", "gating", "oversight",
                           "publishing"}  # fmt: skip
