"""Form fields of this room: people by their address, amounts as people write them."""

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core import clock
from core.models import User
from core.money import CURRENCIES, exponent, from_minor, to_minor
from projects import dates

LARGEST = Decimal(10) ** 13
DIGITS = 24
"""No amount is written with more signs, once its grouping is taken out."""
_GROUPED = re.compile(r"^-?\d{1,3}(,\d{3})+(\.\d+)?$")


class PersonField(forms.CharField):
    """A person with an active account, named by e-mail address."""

    widget = forms.EmailInput
    default_error_messages = {
        "unknown": _("Nobody with an active account has the address %(address)s. Check it, or ask "
                     "an administrator to enter the person."),
    }  # fmt: skip

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", _("Their e-mail address."))
        super().__init__(**options)  # no `max_length`: its validator would measure the person
        self.widget.attrs.update({"autocomplete": "off", "spellcheck": "false", "maxlength": 254})

    def to_python(self, value: Any) -> Any:
        address = (super().to_python(value) or "").strip().lower()
        if not address:
            return None
        people = User.objects.filter(is_active=True).exclude(email=clock.CLOCK_EMAIL)
        found = people.filter(email=address).first()
        if found is None:
            raise ValidationError(
                self.error_messages["unknown"], "unknown", params={"address": address}
            )
        return found

    def prepare_value(self, value: Any) -> Any:
        return value.email if isinstance(value, User) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        before = initial.email if isinstance(initial, User) else (initial or "")
        return before != (data or "").strip().lower()


class AmountField(forms.CharField):
    """An amount in units of a currency, as a Decimal; commas group thousands, a point divides."""

    default_error_messages = {
        "number": _("“%(value)s” is not an amount. Write it like 1250000.50, without a currency."),
        "negative": _("The amount cannot be negative."),
        "large": _("The amount is too large; check the number of digits."),
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)  # no `max_length`: its validator would measure the Decimal
        self.widget.attrs.update(
            {"inputmode": "decimal", "autocomplete": "off", "maxlength": DIGITS}
        )

    def to_python(self, value: Any) -> Any:
        text = re.sub(r"[\s\u00a0\u202f]", "", super().to_python(value) or "")
        if not text:
            return None
        plain = text.replace(",", "") if _GROUPED.match(text) else text
        try:
            amount = Decimal(plain if len(plain) <= DIGITS else "NaN")
        except InvalidOperation:
            amount = Decimal("NaN")
        if not amount.is_finite() or "e" in plain.lower():
            raise ValidationError(self.error_messages["number"], "number", params={"value": text})
        if amount < 0:
            raise ValidationError(self.error_messages["negative"], "negative")
        if amount >= LARGEST:
            raise ValidationError(self.error_messages["large"], "large")
        return amount


def minor(amount: Decimal | None, currency: str) -> int | None:
    """An entered amount in minor units of its currency.

    Raises ValidationError when it has more digits than the currency's minor unit.
    """
    if amount is None:
        return None
    digits = exponent(currency)
    if amount != round(amount, digits):
        raise ValidationError(
            _("%(currency)s has %(digits)s digits after the point; the amount has more.")
            % {"currency": currency, "digits": digits}
        )
    return to_minor(amount, currency)


def shown(amount: int | None, currency: str) -> str:
    """Minor units as they stand in an input."""
    return "" if amount is None else str(from_minor(amount, currency or "MXN"))


def currency(value: str) -> str:
    """A currency's code in capitals; raises ValidationError for what is none."""
    code = value.strip().upper()
    if code and code not in CURRENCIES:
        raise ValidationError(
            _("“%(code)s” is no currency. Use its three letters, for example MXN or USD.")
            % {"code": value}
        )
    return code


def can_be_right(value: date) -> None:
    """Raise ValidationError for a date that was mistyped."""
    if sentence := dates.nonsense(value):
        raise ValidationError(sentence, "date")


def day(label: Any, **options: Any) -> forms.DateField:
    """A day typed as 2026-01-31 or 31/01/2026, in every language: a month never comes first."""
    formats = ["%Y-%m-%d", "%d/%m/%Y"]
    return forms.DateField(label=label, input_formats=formats, validators=[can_be_right], **options)


def person(label: Any, **options: Any) -> PersonField:
    """A person who may be left open."""
    return PersonField(label=label, required=False, **options)
