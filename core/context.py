"""What every page is told."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    """Whether this is the demo, whose data is invented."""
    return {"demo_mode": getattr(settings, "DEMO", False)}
