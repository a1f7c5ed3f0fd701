"""Forms of orders: drafting, amending, declaring interests, taking over, and their limits."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import clock, money
from projects import fields
from projects.forms_changes import SignedAmountField
from projects.forms_money import AmountField
from vendors.models import Membership, Order, PriceBasis
from vendors.models.order import SPRINT_DAYS

AFTER_AWARD = ("starts_on", "ends_on", "product_owner")
"""What is set in an order that the award of a competition made."""
MOST_HOURS = 1_000_000
LONGEST_SPRINT = 60
AWAITED = ("reason", "starts_on", "ends_on", "product_owner")
"""What a draft may lack, and the project's money is not set aside without."""


def _long(label: Any, *, required: bool = False, rows: int = 4, help_text: Any = "") -> Any:
    return forms.CharField(label=label, required=required, max_length=10000, help_text=help_text,
                           widget=forms.Textarea(attrs={"rows": rows}))  # fmt: skip


class MemberChoice(forms.ModelChoiceField):
    """A vendor in force in a lot."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.vendor.name} · {obj.lot}"


class MemberForm(forms.Form):
    """From which lot and vendor an order is called off."""

    membership = MemberChoice(
        label=_("Vendor and lot"), queryset=Membership.objects.none(), empty_label=None
    )

    def __init__(self, *args: Any, members: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["membership"].queryset = members  # type: ignore[attr-defined]


class OrderForm(forms.Form):
    """What is ordered, at which price and rates, until when; one rate for each category."""

    title = forms.CharField(label=_("Title"), max_length=200)
    description = _long(
        _("What is ordered"),
        help_text=_("The outcome, not a list of functions: what is built is decided sprint by "
                    "sprint."),
    )  # fmt: skip
    reason = _long(_("Why it is called off directly, without a competition"), rows=3)
    starts_on = fields.day(_("First day"), required=False)
    ends_on = fields.day(_("Last day"), required=False)
    product_owner = fields.person(_("Product owner, who accepts the work"))
    price_basis = forms.ChoiceField(
        label=_("Price"), choices=PriceBasis.choices, widget=forms.RadioSelect
    )
    sprint_days = forms.IntegerField(
        label=_("Longest sprint, days"), min_value=1, max_value=LONGEST_SPRINT, initial=SPRINT_DAYS
    )

    def __init__(self, *args: Any, lot: Any, direct: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lot, self.categories = lot, list(lot.categories.order_by("name", "pk"))
        currency = lot.framework.currency
        self.fields["value"] = AmountField(
            currency=currency, label=_("Value"),
            help_text=_("The most that it may cost, without tax."),
        )  # fmt: skip
        self.fields["sprint_price"] = AmountField(
            currency=currency, label=_("Fixed price of a sprint"), required=False,
            help_text=_("Only where a fixed price is paid for each sprint."),
        )  # fmt: skip
        for category in self.categories:
            self._ask_rate(category, currency)
        self.order_fields(["title", "description", "value", "reason", "starts_on", "ends_on",
                           "product_owner", "price_basis", "sprint_days",
                           "sprint_price"])  # fmt: skip
        for name in AWAITED:
            self.fields[name].awaited = True  # type: ignore[attr-defined]
        if not direct:
            self._keep_the_award()

    def _keep_the_award(self) -> None:
        """What the award fixed stays as it was bid, so it is not asked."""
        for name in [name for name in self.fields if name not in AFTER_AWARD]:
            del self.fields[name]
        for field in self.fields.values():
            field.required = True

    def _ask_rate(self, category: Any, currency: str) -> None:
        most, named = money.show(category.max_rate, currency), {"category": category.name}
        self.fields[f"rate_{category.pk}"] = AmountField(
            currency=currency, required=False,
            label=gettext("Rate per hour: %(category)s") % named,
            help_text=gettext("The lot allows at most %(most)s.") % {"most": most},
        )  # fmt: skip
        self.fields[f"hours_{category.pk}"] = forms.IntegerField(
            label=gettext("Hours foreseen: %(category)s") % named, required=False,
            min_value=1, max_value=MOST_HOURS,
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        first, last = found.get("starts_on"), found.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", ValidationError(_("The last day lies before the first.")))
        if found.get("value") == 0:
            self.add_error("value", ValidationError(_("Enter an amount above zero.")))
        return found

    def values(self) -> dict[str, Any]:
        """What was entered, by the names of an order's fields."""
        own = ("title", "description", "reason", "value", "starts_on", "ends_on", "product_owner",
               "price_basis", "sprint_price", "sprint_days")  # fmt: skip
        return {name: self.cleaned_data[name] for name in own if name in self.cleaned_data}

    def rates(self) -> list[tuple[Any, int, int | None]]:
        """The rates that were entered: category, minor units per hour, hours foreseen; none where
        the award fixed them."""
        found = [(category, self.cleaned_data.get(f"rate_{category.pk}"),
                  self.cleaned_data.get(f"hours_{category.pk}"))
                 for category in self.categories]  # fmt: skip
        return [(category, rate, hours) for category, rate, hours in found if rate]


def initial_of(order: Order) -> dict[str, Any]:
    """What a draft says, as its form shows it."""
    names = ("title", "description", "reason", "value", "starts_on", "ends_on", "product_owner",
             "price_basis", "sprint_price", "sprint_days")  # fmt: skip
    found = {name: getattr(order, name) for name in names}
    for rate in order.rates.all():
        found[f"rate_{rate.category_id}"] = rate.rate
        found[f"hours_{rate.category_id}"] = rate.hours
    return found


class AmendmentForm(forms.Form):
    """What changes in a signed order, by how much, until when, and why."""

    value_change = SignedAmountField(
        label=_("Change of the value"), required=False,
        help_text=_("What it adds, without tax; what it takes away, with a minus."),
    )  # fmt: skip
    new_ends_on = fields.day(_("New last day"), required=False,
                             help_text=_("Only where it changes."))  # fmt: skip
    text = _long(_("What changes"), required=True)
    reason = _long(_("Why"), required=True, rows=3)

    def __init__(self, *args: Any, order: Order, **kwargs: Any) -> None:
        self.currency = order.currency
        super().__init__(*args, **kwargs)
        self.fields["value_change"].widget.prefix = order.currency

    def clean_value_change(self) -> int:
        return fields.minor(self.cleaned_data["value_change"], self.currency) or 0


class DeclareForm(forms.Form):
    """Whether one has a conflict of interest, and which."""

    NONE, SOME = "none", "some"
    answer = forms.ChoiceField(
        label=_("Do you have a conflict of interest?"), widget=forms.RadioSelect,
        choices=[(NONE, _("No: neither I nor people close to me have an interest in the vendor")),
                 (SOME, _("Yes, or it could seem so"))],
    )  # fmt: skip
    conflict = _long(_("Which"), rows=3, help_text=_("Only where there is one."))

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if found.get("answer") == self.SOME and not found.get("conflict", "").strip():
            self.add_error("conflict", ValidationError(_("Say which conflict of interest.")))
        if found.get("answer") == self.NONE:
            found["conflict"] = ""
        return found


class HandOverForm(forms.Form):
    """Who answers for an order from now on, or accepts its work, and why."""

    officer = fields.person(_("Procurement officer"))
    product_owner = fields.person(_("Product owner, who accepts the work"))
    because = _long(_("Why"), required=True, rows=3)


class LimitsForm(forms.Form):
    """Thresholds of orders in one currency, from a day on."""

    currency = forms.CharField(label=_("Currency"), max_length=3)
    direct_up_to = fields.AmountField(
        label=_("Direct orders up to"),
        help_text=_("Linked purchases of one project and vendor together."),
    )  # fmt: skip
    officer_up_to = fields.AmountField(
        label=_("An officer signs alone up to"),
        help_text=_("Above, the project's owner signs too."),
    )
    from_day = fields.day(_("In effect from"))
    because = _long(_("Why"), required=True, rows=3, help_text=_("The law or the decision."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["from_day"].initial = clock.today()

    def clean_currency(self) -> str:
        return fields.currency(self.cleaned_data["currency"])

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        for name in ("direct_up_to", "officer_up_to"):
            if found.get("currency") and found.get(name) is not None:
                try:
                    found[name] = fields.minor(found[name], found["currency"])
                except ValidationError as wrong:
                    self.add_error(name, wrong)
        return found
