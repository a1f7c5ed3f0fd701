"""The form of the business case: five texts, the rate, and options with their years."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from projects import entries
from projects.cases import TEXTS
from projects.fields import AmountField, minor, shown
from projects.models.case import BusinessCase, Option

MOST_YEARS, MOST_OPTIONS = 30, 12


class CaseForm(forms.Form):
    """The five cases, the discount rate and the base year."""

    discount_rate = forms.DecimalField(
        label=_("Discount rate"), min_value=Decimal(0), max_value=Decimal(50), max_digits=5,
        decimal_places=2, help_text=_("Percent a year. Mexico's social discount rate is 10."),
    )  # fmt: skip
    base_year = forms.IntegerField(
        label=_("Base year"), min_value=1990, max_value=2100,
        help_text=_("It is not discounted; no option has a year before it."),
    )  # fmt: skip

    def __init__(self, *args: Any, case: BusinessCase, **kwargs: Any) -> None:
        kwargs["initial"] = {
            **{name: getattr(case, name) for name in TEXTS}, "base_year": case.base_year,
            "discount_rate": Decimal(case.discount_rate_bp) / 100,
        }  # fmt: skip
        super().__init__(*args, **kwargs)
        for name in TEXTS:
            label = entries.label(BusinessCase, name)
            self.fields[name] = forms.CharField(
                label=str(label).capitalize(), required=False, max_length=20000,
                widget=forms.Textarea(attrs={"rows": 4}),
            )  # fmt: skip
        self.order_fields([*TEXTS, "discount_rate", "base_year"])
        self.fields["discount_rate"].widget.suffix = "%"

    def values(self) -> dict[str, Any]:
        """What is saved: the texts, the rate in hundredths of a percent, the base year."""
        found = {name: self.cleaned_data[name] for name in TEXTS}
        found["discount_rate_bp"] = int(self.cleaned_data["discount_rate"] * 100)
        found["base_year"] = self.cleaned_data["base_year"]
        return found


class OptionForm(forms.Form):
    """One option: its title, what it is, and cost and benefit of each year."""

    title = forms.CharField(label=_("Option"), required=False, max_length=200)
    is_do_nothing = forms.BooleanField(label=_("This is doing nothing"), required=False)
    preferred = forms.BooleanField(label=_("This is the preferred option"), required=False)

    def __init__(self, *args: Any, currency: str, years: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency, self.years = currency, years
        for year in years:
            for kind, label in (
                ("cost", gettext("Cost in %(year)s")),
                ("benefit", gettext("Benefit in %(year)s")),
            ):
                field = AmountField(label=label % {"year": year}, required=False)
                self.fields[f"{kind}_{year}"] = field

    def rows(self) -> list[tuple[int, Any, Any]]:
        """Year by year: the field of the cost and that of the benefit."""
        return [(year, self[f"cost_{year}"], self[f"benefit_{year}"]) for year in self.years]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        amounts = {name: value for name, value in found.items() if name[-4:].isdigit()}
        for name, amount in amounts.items():
            try:
                found[name] = minor(amount, self.currency)
            except ValidationError as error:
                self.add_error(name, error)
        ticked = found.get("preferred") or found.get("is_do_nothing")
        if not found.get("title") and (
            ticked or any(value is not None for value in amounts.values())
        ):
            self.add_error("title", gettext("Name the option, or empty its years."))
        return found

    def values(self) -> dict[str, Any]:
        """What is saved of the option: its years are those in which anything stands."""
        data = self.cleaned_data
        years = [
            (year, data[f"cost_{year}"] or 0, data[f"benefit_{year}"] or 0)
            for year in self.years
            if data[f"cost_{year}"] is not None or data[f"benefit_{year}"] is not None
        ]
        return {"title": data["title"], "is_do_nothing": data["is_do_nothing"],
                "preferred": data["preferred"], "years": years}  # fmt: skip


def written(option: Option, currency: str) -> dict[str, Any]:
    """An option as it stands in its form."""
    found: dict[str, Any] = {
        "title": option.title, "is_do_nothing": option.is_do_nothing, "preferred": option.preferred,
    }  # fmt: skip
    for row in option.years.all():
        found[f"cost_{row.year}"] = shown(row.cost, currency)
        found[f"benefit_{row.year}"] = shown(row.benefit, currency)
    return found


def horizon(case: BusinessCase, options: list[Option], wanted: int) -> list[int]:
    """The years that the form shows: five at least, all that are used, or as many as wanted."""
    used = [row.year for option in options for row in option.years.all()]
    first = min([case.base_year, *used])
    last = max([case.base_year + 4, *used])
    last = max(last, first + min(wanted, MOST_YEARS) - 1)
    return list(range(first, last + 1))
