"""Forms of change requests, their limits, and what may be asked of a list of them."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.money import show
from projects import fields
from projects.fields import AmountField, minor, shown
from projects.models import replan

MOST_DAYS = 36500


class SignedAmountField(AmountField):
    """An amount that may be less than nothing: what it saves is written with a minus."""

    def to_python(self, value: Any) -> Any:
        text = re.sub(r"^\s*[-−]\s*", "", value or "")
        found = super().to_python(text)
        return -found if found is not None and text != (value or "").lstrip() else found


def _long(label: Any, help_text: Any = "", rows: int = 3) -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=10000, help_text=help_text,
                           widget=forms.Textarea(attrs={"rows": rows}))  # fmt: skip


class FiguresForm(forms.Form):
    """The figures that decide where a change goes."""

    cost = SignedAmountField(
        label=_("Change of the whole-life cost"), required=False,
        help_text=_("What it adds; what it saves, with a minus."),
    )  # fmt: skip
    days = forms.IntegerField(
        label=_("Change of the end, in days"), required=False, min_value=-MOST_DAYS,
        max_value=MOST_DAYS, help_text=_("How many days later; earlier, with a minus."),
    )  # fmt: skip
    undermined = forms.BooleanField(
        label=_("A benefit that was promised is undermined"), required=False
    )

    def __init__(self, *args: Any, project: Any, **kwargs: Any) -> None:
        self.project = project
        super().__init__(*args, **kwargs)
        self.fields["cost"].widget.prefix = project.currency
        self.fields["days"].widget.suffix = gettext("days")

    def clean_days(self) -> int:
        return self.cleaned_data["days"] or 0

    def clean_cost(self) -> int:
        return minor(self.cleaned_data["cost"] or Decimal(0), self.project.currency) or 0


class ChangeForm(FiguresForm):
    """A change request at any completeness: only the title is needed to save a draft."""

    title = forms.CharField(label=_("Title"), max_length=200)
    reason = _long(_("Why it changes"), rows=4)
    options = _long(_("Options considered"), _("Also that of changing nothing, and what it costs."))
    cost_measure = _long(_("How the cost was estimated"))
    tranche = forms.TypedChoiceField(
        label=_("Tranche that grows"), required=False, coerce=int, empty_value=None,
        help_text=_("Only tranches that are not promised yet. Without one, the amount is approved "
                    "and not reserved."),
    )  # fmt: skip
    days_measure = _long(_("How the time was estimated"))
    benefit: Any = forms.ModelChoiceField(None, label=_("Benefit concerned"), required=False)
    benefit_target = forms.DecimalField(
        label=_("Its new target"), required=False, max_digits=20, decimal_places=4
    )
    benefit_measure = _long(_("What it means for the benefits, and how that was measured"))

    field_order = ("title", "reason", "options", "cost", "cost_measure", "tranche", "days",
                   "days_measure", "benefit", "benefit_target", "undermined",
                   "benefit_measure")  # fmt: skip

    def __init__(self, *args: Any, project: Any, change: Any = None, **kwargs: Any) -> None:
        if change is not None:
            kwargs["initial"] = {**self._written(change), **(kwargs.get("initial") or {})}
        super().__init__(*args, project=project, **kwargs)
        benefits: Any = self.fields["benefit"]
        benefits.queryset = project.benefits.all()
        tranche: Any = self.fields["tranche"]
        tranche.choices = [("", "–")] + [
            (row.number, f"{row.number}: {show(row.amount, project.currency)}")
            for row in replan.growing(project)
        ]

    def _written(self, change: Any) -> dict[str, Any]:
        found = {name: getattr(change, name) for name in self.base_fields}
        return {**found, "cost": shown(change.cost, change.project.currency)}


class LimitsForm(forms.Form):
    """How far a change may go before whom, from a day on."""

    tolerance_percent = forms.DecimalField(
        label=_("Within tolerance: growth of cost up to"), min_value=0, max_value=1000,
        max_digits=6, decimal_places=2,
    )  # fmt: skip
    tolerance_days = forms.IntegerField(
        label=_("Within tolerance: growth of time up to"), min_value=0, max_value=MOST_DAYS
    )
    deviation_percent = forms.DecimalField(
        label=_("Deviation: growth of cost up to"), min_value=0, max_value=1000,
        max_digits=6, decimal_places=2,
    )  # fmt: skip
    deviation_days = forms.IntegerField(
        label=_("Deviation: growth of time up to"), min_value=0, max_value=MOST_DAYS
    )
    from_day = fields.day(_("In effect from"))
    because = forms.CharField(
        label=_("Reason"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It stands in the history for good."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.fields:
            if name.endswith("_percent"):
                self.fields[name].widget.suffix = "%"
            elif name.endswith("_days"):
                self.fields[name].widget.suffix = gettext("days")

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        for what in ("percent", "days"):
            low, high = found.get(f"tolerance_{what}"), found.get(f"deviation_{what}")
            if low is not None and high is not None and high < low:
                self.add_error(f"deviation_{what}", ValidationError(
                    gettext("A deviation reaches at least as far as the tolerance.")
                ))  # fmt: skip
        return found
