"""Forms of emergency exceptions: what is asked for, and the limits of a tier."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.documents import DocumentField
from gating.forms_boards import long_text
from gating.models.emergency_rules import Bypass
from projects import fields
from projects.forms_money import AmountField


class ExceptionForm(forms.Form):
    """How much, for how many days, past what, and why it cannot wait."""

    bypasses = forms.MultipleChoiceField(
        label=_("What it bypasses"), choices=Bypass.choices, widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Say what the exception bypasses.")},
        help_text=_("Never the separation of duties, and never a rule of the ledger."),
    )  # fmt: skip
    days = forms.IntegerField(
        label=_("Days"), min_value=1,
        help_text=_("Within so many days of the grant the gate must be exercised, or a board must "
                    "confirm the exception."),
    )  # fmt: skip
    reason = long_text(
        _("Why it cannot wait"), rows=5, help_text=_("It is published with the exception.")
    )
    file = DocumentField(label=_("File that shows the emergency"), required=False)

    def __init__(self, *args: Any, currency: str, most: str, longest: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"] = AmountField(
            currency=currency, label=_("Amount"),
            help_text=_("At most %(most)s now.") % {"most": most},
        )  # fmt: skip
        self.fields["days"].widget.attrs["max"] = longest
        self.order_fields(["bypasses", "amount", "days", "reason", "file"])


class CapForm(forms.Form):
    """The limits of a tier, and the largest amount in one currency."""

    percent = forms.IntegerField(
        label=_("At most so many percent of the next tranche"), min_value=1, max_value=100
    )
    days = forms.IntegerField(
        label=_("To be made regular within so many days at most"), min_value=1, max_value=366
    )
    currency = forms.CharField(
        label=_("Currency of a largest amount"), max_length=3, min_length=3, required=False,
        help_text=_("Leave it empty to change no largest amount."),
    )  # fmt: skip
    amount = fields.AmountField(
        label=_("Largest amount in this currency"), required=False,
        help_text=_("Leave it empty to have none for this currency."),
    )  # fmt: skip

    def clean_currency(self) -> str:
        code = self.cleaned_data["currency"]
        return fields.currency(code) if code else ""

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        amount = found.get("amount")
        if amount is not None and not found.get("currency"):
            self.add_error("currency", _("Name the currency of the amount."))
        elif amount is not None:
            try:
                found["amount"] = fields.minor(amount, found["currency"])
            except forms.ValidationError as error:
                self.add_error("amount", error)
        return found
