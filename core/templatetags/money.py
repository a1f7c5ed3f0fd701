"""Amounts in templates."""

from django import template

from core.money import show

register = template.Library()


@register.filter
def money(minor: int | None, currency: str) -> str:
    """Minor units as an amount with its currency; a dash when unknown."""
    return show(minor, currency)
