"""Words of the gates in templates."""

from typing import Any

from django import template

from gating.tables import disciplines as in_words
from projects.models import Stage

register = template.Library()


@register.filter
def disciplines(assessment: Any) -> str:
    """The disciplines of an assessment in words."""
    return in_words(assessment)


@register.filter
def stages(names: list[str]) -> str:
    """Codes of stages in words."""
    return ", ".join(str(Stage(name).label) for name in names)


@register.filter
def codes(names: list[str]) -> str:
    """Codes of disciplines in words."""
    return in_words(names)
