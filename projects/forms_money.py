"""Forms for money: the tranche plan, what was spent or given back, a wish to correct."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock, money
from core.documents import DocumentField
from projects import fields
from projects.accounts import LARGEST
from projects.models import SpendReport, Tranche, TrancheState
from projects.tranches import NUMBERS, gate_of


class AmountField(fields.AmountField):
    """An amount as people type it (`1,250,000.50`), cleaned to whole minor units of a currency.

    Commas group thousands, a point marks decimals; `1000,50` is refused, for it could mean two
    amounts. More digits than the currency has are refused, never rounded.
    """

    def __init__(self, *, currency: str, **options: Any) -> None:
        self.currency = currency
        super().__init__(**options)
        self.widget.prefix = currency

    def clean(self, value: Any) -> int | None:
        amount: int | None = fields.minor(super().clean(value), self.currency)
        if amount is not None and amount > LARGEST:
            raise forms.ValidationError(self.error_messages["large"], code="large")
        return amount

    def prepare_value(self, value: Any) -> Any:
        return money.plain(value, self.currency) if isinstance(value, int) else value


class PlanForm(forms.Form):
    """An amount for each tranche; those reserved already only show what stands."""

    def __init__(self, *args: Any, project: Any, tranches: list[Tranche], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        live = {tranche.number: tranche for tranche in tranches}
        for number in NUMBERS:
            there = live.get(number)
            field = AmountField(currency=project.currency, label=self._label(number),
                                required=False)  # fmt: skip
            field.initial = there.amount if there else None
            if there and there.state != TrancheState.PLANNED:
                field.disabled = True
                field.help_text = _("Reserved already: a change is decided, not edited.")
            self.fields[f"tranche_{number}"] = field

    @staticmethod
    def _label(number: int) -> Any:
        if not number:
            return _("Tranche 0: discovery allowance, committed at triage")
        return _("Tranche %(number)s: committed when gate %(gate)s is exercised") % {
            "number": number, "gate": gate_of(number),
        }  # fmt: skip

    def amounts(self) -> dict[int, int]:
        """The planned amounts by number, in minor units; what is left empty is nothing."""
        return {
            number: self.cleaned_data[f"tranche_{number}"] or 0
            for number in NUMBERS
            if not self.fields[f"tranche_{number}"].disabled
        }


class SpendingForm(forms.Form):
    """A report of spending, or the receipt of money given back."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What is recorded"), choices=SpendReport.Kind.choices,
        widget=forms.RadioSelect, initial=SpendReport.Kind.SPEND,
    )  # fmt: skip
    reference = forms.CharField(
        label=gettext_lazy("Reference of the report or receipt"), max_length=80,
        help_text=gettext_lazy("The same reference is recorded only once."),
    )  # fmt: skip
    period_from = forms.DateField(label=gettext_lazy("Period from"), required=False)
    period_to = forms.DateField(label=gettext_lazy("Period to"), required=False)
    document = DocumentField(label=gettext_lazy("Document"), required=False)
    because = forms.CharField(
        label=gettext_lazy("Note"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"] = AmountField(currency=currency, label=_("Amount"))
        self.order_fields(["kind", "amount"])

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        start, end = found.get("period_from"), found.get("period_to")
        if start and end and end < start:
            self.add_error("period_to", _("The period ends before it begins."))
        if end and end > clock.today():
            self.add_error("period_to", _("The period lies in the future."))
        if found.get("amount") == 0:
            self.add_error("amount", _("Enter an amount above zero."))
        return found


class ClosingForm(forms.Form):
    """Until which day the books are closed."""

    until = forms.DateField(
        label=gettext_lazy("Close all books until"),
        help_text=gettext_lazy("This day included. It cannot be opened again."),
    )
    because = forms.CharField(
        label=gettext_lazy("Note"), required=False, max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip


class CorrectionForm(forms.Form):
    """Why an entry should be reversed."""

    because = forms.CharField(
        label=gettext_lazy("What is wrong with the entry"), max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("It stands in the history for good."),
    )  # fmt: skip
