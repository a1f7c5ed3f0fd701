"""Shares in templates: parts per million as percent."""

from decimal import Decimal

from django import template

from core.templatetags.money import number

register = template.Library()


@register.filter
def percent(ppm: int) -> str:
    """Parts per million as percent, in the reader's format."""
    return f"{number(Decimal(ppm).scaleb(-4))}\u00a0%"
