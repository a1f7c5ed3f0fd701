"""Forms of frameworks: drafts, lots and rates, requirements, terms, windows, few vendors."""

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.forms import formset_factory
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.models import Institution
from projects.fields import currency, day
from projects.forms_claims import note
from projects.forms_money import AmountField
from vendors.models import Size

MOST_ROWS = 40
"""So many categories of labour, or requirements, fit on one page."""


class FrameworkForm(forms.Form):
    """What a framework is, for whom, and until when vendors may apply."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    institution = forms.ModelChoiceField(
        label=gettext_lazy("Institution"), queryset=Institution.objects.all()
    )
    purpose = note(gettext_lazy("What it is for"), required=False)
    legal_basis = note(gettext_lazy("Legal basis"), required=False, rows=2)
    currency = forms.CharField(
        label=gettext_lazy("Currency"), max_length=3, initial="MXN",
        widget=forms.TextInput(attrs={"size": 3}),
    )  # fmt: skip
    closes_on = day(gettext_lazy("Applications until"), required=False,
                    help_text=gettext_lazy("The last day, until 24:00 there."))  # fmt: skip
    ends_on = day(gettext_lazy("In force until"), required=False)
    standstill_days = forms.IntegerField(
        label=gettext_lazy("Days of standstill"), initial=10,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
        help_text=gettext_lazy("Between the announcement of the decisions and the signatures."),
    )  # fmt: skip
    working_days = forms.BooleanField(label=gettext_lazy("Count working days only"), required=False)

    def clean_currency(self) -> str:
        return currency(self.cleaned_data["currency"])


class LotForm(forms.Form):
    """A lot: its ceiling, its threshold of vendors, and whom it is reserved for."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    description = note(gettext_lazy("What is called off from it"), required=False)
    least_vendors = forms.IntegerField(
        label=gettext_lazy("Flag it with fewer vendors than"), initial=3,
        validators=[MinValueValidator(1), MaxValueValidator(1000)],
    )  # fmt: skip
    for_sizes = forms.MultipleChoiceField(
        label=gettext_lazy("Only for companies of these sizes"), choices=Size.choices,
        required=False, widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None ticked: any size."),
    )  # fmt: skip
    for_start_ups = forms.BooleanField(label=gettext_lazy("Only for start-ups"), required=False)
    for_social = forms.BooleanField(
        label=gettext_lazy("Only for social enterprises"), required=False
    )

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ceiling"] = AmountField(currency=currency, label=_("Ceiling of all orders"))
        self.fields["orders_start_below"] = AmountField(
            currency=currency, label=_("Direct orders below"), initial=0,
            help_text=_("Without a competition. 0: never."),
        )  # fmt: skip
        self.order_fields(["title", "description", "ceiling", "orders_start_below"])


class CategoryForm(forms.Form):
    """A category of labour and the most that an hour of it may cost."""

    code = forms.SlugField(label=gettext_lazy("Code"), max_length=40)
    name = forms.CharField(label=gettext_lazy("Category of labour"), max_length=120)

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["max_rate"] = AmountField(currency=currency, label=_("Maximum rate per hour"))


class RequirementForm(forms.Form):
    """What an application answers, and what assessors check."""

    code = forms.SlugField(
        label=gettext_lazy("Code"), max_length=40,
        help_text=gettext_lazy("The same in all frameworks that ask the same."),
    )  # fmt: skip
    question = note(gettext_lazy("Question to the vendor"), rows=2)
    check_text = note(gettext_lazy("What assessors check"), required=False, rows=2)
    mandatory = forms.BooleanField(label=gettext_lazy("Mandatory"), required=False)
    evidence = forms.BooleanField(label=gettext_lazy("Needs a document"), required=False)


Categories = formset_factory(CategoryForm, extra=2, max_num=MOST_ROWS)
Requirements = formset_factory(RequirementForm, extra=2, max_num=MOST_ROWS)


class TermsForm(forms.Form):
    """The next version of the terms."""

    text = forms.CharField(
        label=gettext_lazy("Terms"), max_length=60_000,
        widget=forms.Textarea(attrs={"rows": 16}),
    )  # fmt: skip
    because = note(
        gettext_lazy("Why they change"), required=False, rows=2,
        help_text=gettext_lazy("Needed once the framework is published."),
    )  # fmt: skip


class WindowForm(forms.Form):
    """A further window for applications."""

    opens_on = day(gettext_lazy("First day"))
    closes_on = day(gettext_lazy("Last day"))
    because = note(gettext_lazy("Why the framework is opened again"), rows=2)


class ReasonForm(forms.Form):
    """A reason that stands in the history for good."""

    because = note(gettext_lazy("Reason"), rows=3,
                   help_text=gettext_lazy("It stands in the history for good."))  # fmt: skip
