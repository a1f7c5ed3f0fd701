"""What a worker does for an import: reading and writing, each safe to be repeated."""

from typing import Any

from core.outbox import handler
from projects.importing.running import load_in_background, read_in_background


@handler("projects.import_read", outside=True)
def read(payload: dict[str, Any]) -> None:
    """Read an uploaded file and keep its preview."""
    read_in_background(payload["run"])


@handler("projects.import_load", outside=True)
def load(payload: dict[str, Any]) -> None:
    """Write what a person confirmed."""
    load_in_background(payload["run"])
