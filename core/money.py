"""Amounts of money: whole minor units in the database, `Decimal` in Python, never a float."""

from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation, localcontext
from typing import Any

from babel.numbers import format_currency, list_currencies
from django.conf import settings
from django.db import models
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

_ISO = {"CLF": 4, "UYW": 4, "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3}
_NONE = frozenset(
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split()
)
CURRENCIES: frozenset[str] = SimpleLazyObject(lambda: frozenset(list_currencies()))  # type: ignore[assignment]


class MinorUnitsField(models.BigIntegerField):
    """An amount of money in minor units (centavos, cents) of the currency named beside it."""


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
    if isinstance(amount, float) or isinstance(amount, bool):
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
    chosen = (language or get_language() or settings.LANGUAGE_CODE).replace("-", "_")
    locale = "es_MX" if chosen.startswith("es") else "en"
    digits = "0" * exponent(currency)
    pattern = f"#,##0.{digits}" if digits else "#,##0"
    number = format_currency(
        from_minor(minor, currency), currency, f"{pattern}\xa0¤¤", locale, currency_digits=False
    )
    return number


def plain(minor: int | None, currency: str) -> str:
    """An amount for machines: digits and a point, no grouping, no code; empty when unknown."""
    return "" if minor is None else str(from_minor(minor, currency))


def field(**options: Any) -> MinorUnitsField:
    """A column of minor units, empty when unknown."""
    return MinorUnitsField(null=True, blank=True, **options)
