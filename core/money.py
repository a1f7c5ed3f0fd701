"""Amounts of money: whole minor units in the database, `Decimal` in Python, never a float."""

from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation, localcontext
from functools import cache
from typing import Any

from babel import Locale
from babel.numbers import get_decimal_symbol, get_group_symbol, list_currencies
from django.conf import settings
from django.db import models
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

_ISO = {"CLF": 4, "UYW": 4, "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3}
_NONE = frozenset("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split())
CURRENCIES: frozenset[str] = SimpleLazyObject(lambda: frozenset(list_currencies()))  # type: ignore[assignment]


class MinorUnitsField(models.BigIntegerField):
    """An amount of money in minor units (centavos, cents) of the currency named beside it."""


@cache
def exponent(currency: str) -> int:
    """How many digits the minor unit of a currency has by ISO 4217 (JPY 0, MXN 2, KWD 3).

    Raises ValueError for a code that is no currency.
    """
    if currency not in CURRENCIES:
        raise ValueError(f"{currency!r} is not an ISO 4217 currency code")
    if currency in _NONE:
        return 0
    return _ISO.get(currency, 2)


def money(amount: Decimal | int | str, currency: str) -> Decimal:
    """An amount rounded once, half to even, to the minor unit of its currency.

    Raises TypeError for floats (they have lost cents already), ValueError for no number.
    """
    if isinstance(amount, float | bool):
        raise TypeError("money is never a float; pass a Decimal, an int or a string")
    try:
        value = Decimal(amount)
        with localcontext() as context:
            context.prec = 60
            rounded = value.quantize(Decimal(1).scaleb(-exponent(currency)), ROUND_HALF_EVEN)
    except InvalidOperation as error:
        raise ValueError(f"{amount!r} is not an amount") from error
    if not rounded.is_finite():
        raise ValueError(f"{amount!r} is not an amount")
    return rounded


def to_minor(amount: Decimal | int | str, currency: str) -> int:
    """The amount in whole minor units of its currency, rounded once by `money`."""
    with localcontext() as context:
        context.prec = 60
        return int(money(amount, currency).scaleb(exponent(currency)))


def from_minor(minor: int, currency: str) -> Decimal:
    """The amount that so many minor units are, in units of the currency."""
    with localcontext() as context:
        context.prec = 60
        return Decimal(minor).scaleb(-exponent(currency))


def show(minor: int | None, currency: str, language: str | None = None) -> str:
    """An amount as people read it in their language, the code of the currency always beside it."""
    if minor is None or not currency:
        return "–"
    group, point = _signs(language or get_language() or settings.LANGUAGE_CODE)
    digits = exponent(currency)
    whole, part = divmod(abs(minor), 10**digits)
    number = f"{whole:,}".replace(",", group)
    if digits:
        number += f"{point}{part:0{digits}d}"
    return f"{'-' if minor < 0 else ''}{number}\xa0{currency}"


@cache
def _signs(language: str) -> tuple[str, str]:
    """The signs between thousands and before the cents, as the CLDR has them for a language."""
    locale = Locale.parse("es_MX" if language.startswith("es") else language.replace("-", "_"))
    return get_group_symbol(locale), get_decimal_symbol(locale)


def plain(minor: int | None, currency: str) -> str:
    """An amount for machines: digits and a point, no grouping, no code; empty when unknown."""
    return "" if minor is None else str(from_minor(minor, currency))


def field(**options: Any) -> MinorUnitsField:
    """A column of minor units, empty when unknown."""
    return MinorUnitsField(null=True, blank=True, **options)
