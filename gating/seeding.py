"""What every database begins with: boards without seats and the gates, once there are tiers."""

from typing import Any

from django.apps import apps
from django.db import connections
from django.db.models.signals import post_migrate

from gating import authority, gates, sealing


def put_gates_in_place(using: str = "default", **_: Any) -> None:
    """Create the gates that are missing, once the tables are there."""
    tables = set(connections[using].introspection.table_names())
    if {"gating_gaterule", "gating_board", "projects_tierband", "core_dossier"} <= tables:
        authority.put_in_place()
        gates.put_in_place()
    if {"gating_sealscheme", "gating_standard", "core_dossier"} <= tables:
        sealing.put_in_place()


# After `core`, the lowest room: by then the rooms between have put their tiers in place.
post_migrate.connect(
    put_gates_in_place, sender=apps.get_app_config("core"), dispatch_uid="gating.gates"
)
