"""Forms of forecast reports, their rules and lights, closing, and the review of benefits."""

from typing import Any

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from projects import fields
from projects.forms_money import AmountField
from projects.models.closing import CLOSURE_TEXTS, BenefitsReview, ClosureReport
from projects.models.forecast import benefit_rows
from projects.models.report import ForecastReport
from projects.models.reporting import ForecastVersion, Light, ReportingRule

MOST_PERCENT = 1000


def text(label: Any, rows: int = 5, **options: Any) -> forms.CharField:
    """A long text that may be empty while it is a draft."""
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, required=False, max_length=20000, widget=widget, **options)


def figure(label: Any, **options: Any) -> forms.DecimalField:
    """A measured number that may be empty while it is a draft."""
    return forms.DecimalField(
        label=label, required=False, max_digits=20, decimal_places=4, **options
    )


class ForecastForm(forms.Form):
    """A forecast as a draft, at any completeness."""

    ends_on = fields.day(_("Forecast end"), required=False)
    progress = text(_("What was done in the period"))
    risks = text(_("Risks"), help_text=_("What could go wrong, and what is done about it."))
    next_steps = text(_("Next steps"), rows=4)
    conditions_text = text(_("Remarks on the conditions"), rows=3)

    def __init__(self, *args: Any, report: ForecastReport, version: ForecastVersion,
                 **kwargs: Any) -> None:  # fmt: skip
        names = ("cost", "ends_on", "progress", "risks", "next_steps", "conditions_text")
        kwargs["initial"] = {name: getattr(version, name) for name in names}
        super().__init__(*args, **kwargs)
        self.fields["cost"] = AmountField(
            currency=report.project.currency, label=_("Forecast cost at completion"),
            required=False, help_text=_("All that the project will have cost in the end."),
        )  # fmt: skip
        self.benefits = benefit_rows(version)
        for row in self.benefits:
            self._add(row)
        self.order_fields(["cost", "ends_on"])

    def _add(self, row: dict[str, Any]) -> None:
        key, unit = row["benefit"], row["unit"]
        self.fields[f"forecast_{key}"] = figure(
            gettext("Forecast"), initial=row["forecast"] and row["forecast"],
            help_text=gettext("In the unit of its measure: %(unit)s.") % {"unit": unit}
            if unit else "",
        )  # fmt: skip
        self.fields[f"note_{key}"] = forms.CharField(
            label=gettext("Remark"), required=False, max_length=1000, initial=row["note"]
        )

    def groups(self) -> list[tuple[dict[str, Any], list[Any]]]:
        """Each benefit with its two fields."""
        return [
            (row, [self[f"forecast_{row['benefit']}"], self[f"note_{row['benefit']}"]])
            for row in self.benefits
        ]

    def plain(self, *names: str) -> list[Any]:
        """The bound fields of these names."""
        return [self[name] for name in names]

    def figures(self) -> list[Any]:
        """Cost and end."""
        return self.plain("cost", "ends_on")

    def texts(self) -> list[Any]:
        """What is said in words."""
        return self.plain("progress", "risks", "next_steps", "conditions_text")

    def values(self) -> dict[str, Any]:
        """What is saved."""
        data = self.cleaned_data
        names = ("cost", "ends_on", "progress", "risks", "next_steps", "conditions_text")
        benefits = {
            row["benefit"]: (data[f"forecast_{row['benefit']}"], data[f"note_{row['benefit']}"])
            for row in self.benefits
        }
        return {**{name: data[name] for name in names}, "benefits": benefits}


class LightForm(forms.Form):
    """A light beside the computed one."""

    light = forms.ChoiceField(label=_("Light"), choices=Light.choices, widget=forms.RadioSelect)
    because = forms.CharField(
        label=_("Why"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("A better light than the computed one needs its reason; with a worse one a "
                    "note helps the reader."),
    )  # fmt: skip


class RuleForm(forms.ModelForm):
    """How often which projects report, and beyond what their lights are red."""

    starts_on = fields.day(pgettext_lazy("date", "From"))

    class Meta:
        model = ReportingRule
        fields = ["institution", "tier", "months", "due_days", "cost_percent", "days",
                  "benefit_percent", "starts_on"]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: Any = self.fields
        choices["institution"].empty_label = _("all institutions")
        choices["tier"].empty_label = _("all tiers")
        for name in ("cost_percent", "benefit_percent"):
            self.fields[name].widget.suffix = "%"

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        for name in ("cost_percent", "benefit_percent"):
            if (value := found.get(name)) is not None and not 0 <= value <= MOST_PERCENT:
                self.add_error(name, gettext("Between 0 and 1000 percent."))
        return found

    def values(self) -> dict[str, Any]:
        """What is set."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class ClosureForm(forms.ModelForm):
    """The closure report as a draft, at any completeness."""

    class Meta:
        model = ClosureReport
        fields = list(CLOSURE_TEXTS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in CLOSURE_TEXTS:
            self.fields[name].widget.attrs["rows"] = 5

    def values(self) -> dict[str, str]:
        """What is saved."""
        return {name: self.cleaned_data[name] for name in CLOSURE_TEXTS}


class FollowForm(forms.Form):
    """Who follows the benefits, and when they are reviewed."""

    person = fields.PersonField(label=_("Who follows the benefits after closing"))
    day = fields.day(
        _("Review of the benefits on"), help_text=_("A year after the closing, as a rule.")
    )


class FollowerForm(forms.Form):
    """Another person who follows the benefits."""

    person = fields.PersonField(label=_("Who follows the benefits from now on"))
    because = forms.CharField(
        label=_("Reason"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )


class ResultsForm(forms.Form):
    """What the benefits became."""

    summary = text(_("What the project brought about"), help_text=_("It is published."))

    def __init__(self, *args: Any, review: BenefitsReview, **kwargs: Any) -> None:
        kwargs["initial"] = {"summary": review.summary}
        super().__init__(*args, **kwargs)
        self.results = review.results
        for number, row in enumerate(self.results):
            self.fields[f"actual_{number}"] = figure(
                gettext("Actual value"), initial=row.get("actual"),
                help_text=gettext("In the unit of its measure: %(unit)s.") % {"unit": row["unit"]}
                if row["unit"] else "",
            )  # fmt: skip
            self.fields[f"note_{number}"] = forms.CharField(
                label=gettext("Remark, or why it cannot be measured"), required=False,
                max_length=1000, initial=row.get("note", ""),
            )  # fmt: skip

    def groups(self) -> list[tuple[dict[str, Any], list[Any]]]:
        """Each benefit with its two fields."""
        return [(row, [self[f"actual_{n}"], self[f"note_{n}"]])
                for n, row in enumerate(self.results)]  # fmt: skip

    def values(self) -> list[dict[str, Any]]:
        """What is saved for each benefit, in their order."""
        data = self.cleaned_data
        return [{"actual": data[f"actual_{n}"], "note": data[f"note_{n}"]}
                for n in range(len(self.results))]  # fmt: skip
