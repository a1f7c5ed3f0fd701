"""Amounts and deadlines in templates."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django import template
from django.utils.formats import number_format

from core import deadlines
from core.money import show

register = template.Library()


@register.filter
def money(minor: int | None, currency: str) -> str:
    """Minor units as an amount with its currency; a dash when unknown."""
    return show(minor, currency)


@register.filter
def deadline(moment: datetime | None) -> str:
    """A deadline in the reader's format; the end of a day as that day's 24:00."""
    return deadlines.told(moment)


@register.filter
def figure(text: Any) -> str:
    """A measured number kept as text, in the reader's format; a dash when unknown."""
    return number(None if text in (None, "") else Decimal(str(text)))


@register.filter
def number(value: Decimal | None) -> str:
    """A measured number in the reader's format, without zeros at its end; a dash when unknown."""
    if value is None:
        return "–"
    return str(number_format(Decimal(f"{value.normalize():f}"), force_grouping=True))
