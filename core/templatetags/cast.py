"""The demo's cast on its sign-in page."""

from typing import Any

from django import template
from django.conf import settings

from core.cast import CAST, DEMO_PASSWORD

register = template.Library()


@register.simple_tag
def demo_cast() -> dict[str, Any]:
    """The people of the demo and their password; nobody outside demo mode."""
    return {"people": CAST, "password": DEMO_PASSWORD} if settings.DEMO else {}
