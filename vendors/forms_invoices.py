"""Forms of invoices: handing one in, choosing what to export, entering rates and terms."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.documents import DocumentField
from core.money import show
from projects.forms_money import AmountField
from vendors import invoice_export
from vendors.models import PaymentTerm, TaxKind
from vendors.models.rates import SERVICES

MILLION_PER_PERCENT = 10_000


class RowsField(forms.ModelMultipleChoiceField):
    """Rows to tick, each with the words that a function makes of it."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, *args: Any, words: Any, **options: Any) -> None:
        self.words = words
        super().__init__(*args, **options)

    def label_from_instance(self, obj: Any) -> str:
        return str(self.words(obj))


class InvoiceForm(forms.Form):
    """What the vendor's invoice says; amounts are filled by the order and may be typed over."""

    supplier_number = forms.CharField(
        label=gettext_lazy("Number of your invoice"), max_length=40,
        help_text=gettext_lazy("As it stands on the invoice; each number once."),
    )  # fmt: skip
    issued_on = forms.DateField(label=gettext_lazy("Issued on"))

    def __init__(
        self, *args: Any, order: Any, sprints: Any, late: Any = None, categories: Any = (),
        file_there: bool = False, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.order = order
        self.fields["sprints"] = RowsField(
            sprints, words=self._sprint, required=late is None, label=_("Accepted sprints"),
            help_text=_("Each is payable once, with exactly what was accepted."),
        )  # fmt: skip
        if late is not None:
            self.fields["late"] = RowsField(
                late, words=self._late, required=False,
                label=_("Late interest on invoices paid after their day"),
                help_text=_("Interest is never added by itself: tick it to ask for it."),
            )  # fmt: skip
        if len(categories) > 1:
            choices = [(name, name) for name in categories]
            self.fields["category"] = forms.ChoiceField(label=_("Category of work"),
                                                        choices=choices)  # fmt: skip
        for name, label, needed in (
            ("net", _("Net amount"), True),
            ("tax", _("Tax charged on top"), True),
            ("withheld", _("Tax withheld by the payer"), False),
        ):
            self.fields[name] = AmountField(currency=order.currency, label=label, required=needed)
        self.fields["document"] = DocumentField(
            label=_("The invoice itself, as XML or PDF"), required=not file_there
        )
        self.order_fields(["supplier_number", "issued_on", "sprints", "late", "category"])

    def _sprint(self, sprint: Any) -> str:
        return f"{sprint} · {sprint.goal} · {show(sprint.payable, self.order.currency)}"

    def _late(self, row: Any) -> str:
        amount = show(row.late_interest(row.paid_on), self.order.currency)
        return _("%(ref)s, paid %(days)s days late: %(amount)s") % {
            "ref": row.ref, "days": (row.paid_on - row.due_on).days, "amount": amount,
        }  # fmt: skip

    def said(self) -> dict[str, Any]:
        """What was typed, as `vendors.invoicing.Said` takes it, without the file."""
        found = dict(self.cleaned_data)
        found.pop("document", None)
        return found | {
            "sprints": list(found["sprints"]), "late": list(found.get("late") or ()),
            "category": found.get("category") or SERVICES, "withheld": found["withheld"] or 0,
        }  # fmt: skip


class ExportForm(forms.Form):
    """A period of days, both inclusive, and the kind of file."""

    first = forms.DateField(label=gettext_lazy("From"))
    last = forms.DateField(label=gettext_lazy("To"))
    kind = forms.ChoiceField(
        label=gettext_lazy("Format"), widget=forms.RadioSelect, initial="csv",
        choices=[(kind, kind.upper()) for kind in invoice_export.KINDS],
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        first, last = found.get("first"), found.get("last")
        if first and last and last < first:
            self.add_error("last", _("The last day lies before the first."))
        return found


class PercentField(forms.DecimalField):
    """A share in percent with at most four decimals, cleaned to parts per million."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=0, max_value=100, decimal_places=4, **options)

    def clean(self, value: Any) -> int:
        return int(super().clean(value) * MILLION_PER_PERCENT)


class TaxRuleForm(forms.Form):
    """A new version of a tax."""

    country = forms.CharField(label=gettext_lazy("Country"), max_length=2, min_length=2,
                              help_text=gettext_lazy("Two letters, as in MX."))  # fmt: skip
    category = forms.SlugField(label=gettext_lazy("Category of work"), initial=SERVICES)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=TaxKind.choices,
                             widget=forms.RadioSelect, initial=TaxKind.ADDED)  # fmt: skip
    name = forms.CharField(label=gettext_lazy("Name of the tax"), max_length=40)
    rate_ppm = PercentField(
        label=gettext_lazy("Rate, percent of the net amount"),
        help_text=gettext_lazy("At most four decimals. Zero ends the tax."),
    )  # fmt: skip
    effective_from = forms.DateField(label=gettext_lazy("In force from"))
    source = forms.CharField(label=gettext_lazy("Law or decree"), max_length=200)

    def clean_country(self) -> str:
        return str(self.cleaned_data["country"]).upper()


class PaymentTermForm(forms.Form):
    """A new version of a country's days to pay and late interest."""

    country = forms.CharField(label=gettext_lazy("Country"), max_length=2, required=False,
                              help_text=gettext_lazy("Two letters; empty: everywhere that has no "
                                                     "term of its own."))  # fmt: skip
    days = forms.IntegerField(label=gettext_lazy("Days to pay, from the day after the receipt"),
                              min_value=1, max_value=365)  # fmt: skip
    working_days = forms.BooleanField(label=gettext_lazy("These are working days"), required=False)
    yearly_ppm = PercentField(label=gettext_lazy("Late interest, percent a year"))
    day_count = forms.TypedChoiceField(
        label=gettext_lazy("A year counts so many days"), choices=PaymentTerm.DayCount.choices,
        coerce=int, widget=forms.RadioSelect, initial=PaymentTerm.DayCount.CALENDAR,
    )  # fmt: skip
    effective_from = forms.DateField(label=gettext_lazy("In force from"))
    source = forms.CharField(label=gettext_lazy("Law or decree"), max_length=200)

    def clean_country(self) -> str:
        return str(self.cleaned_data["country"]).upper()
