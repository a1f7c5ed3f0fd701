"""Forms of holds, findings, taking on, tiers and thresholds."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.documents import DocumentField
from projects import entries, fields
from projects.fields import AmountField, minor
from projects.models.case import TeamRole
from projects.models.hold import Hold
from projects.models.takeon import OPENING, TakeOn
from projects.models.tier import Tier

GATES = [(code, code) for code in ("G1", "G2", "G3", "G4")]


class HoldForm(forms.Form):
    """Why a project stops, and what lets it go on."""

    reason = forms.CharField(
        label=_("Reason"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("It is published, and stands in the history for good."),
    )  # fmt: skip
    cure = forms.ChoiceField(
        label=_("What ends it"), widget=forms.RadioSelect,
        choices=[choice for choice in Hold.Cure.choices if choice[0] != "finding"],
    )  # fmt: skip
    gate = forms.ChoiceField(
        label=_("Which gate"), choices=[("", "–"), *GATES], required=False,
        help_text=_("Only when passing a gate ends the hold."),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("cure") == "gate" and not found.get("gate"):
            self.add_error("gate", gettext("Name the gate whose passing ends the hold."))
        return found


class FindingForm(forms.Form):
    """What an auditor found."""

    text = forms.CharField(
        label=_("Finding"), max_length=20000, widget=forms.Textarea(attrs={"rows": 6})
    )
    urgent = forms.BooleanField(
        label=_("Urgent: put the project on hold now, for ten days at most"), required=False
    )


class TakeOnForm(forms.Form):
    """Where a running project really stands."""

    stage = forms.ChoiceField(
        label=_("Stage it is really in"), choices=TakeOn.Stage.choices, widget=forms.RadioSelect
    )
    cost = AmountField(label=_("Original whole-life cost"))
    starts_on = fields.day(_("Original start"))
    ends_on = fields.day(_("Original end"))
    as_of = fields.day(_("Balances as of"))
    source = forms.CharField(
        label=_("Source of the balances"), max_length=250,
        help_text=_("The document they are taken from: its title, number and date."),
    )  # fmt: skip
    document = DocumentField(label=_("The document itself"))

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency
        for name in OPENING:
            label = entries.label(TakeOn, name)
            self.fields[name] = AmountField(label=str(label).capitalize(), required=False)
        for name in ("cost", *OPENING):
            self.fields[name].widget.prefix = currency
        self.order_fields(["stage", "cost", "starts_on", "ends_on", *OPENING, "as_of"])

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        for name in ("cost", *OPENING):
            try:
                found[name] = minor(found.get(name), self.currency) or 0
            except ValidationError as error:
                self.add_error(name, error)
        start, end = found.get("starts_on"), found.get("ends_on")
        if start and end and end < start:
            self.add_error(
                "ends_on", gettext("The end lies before the start: correct one of the two.")
            )
        return found


class TierForm(forms.ModelForm):
    """The numbers of a tier."""

    disciplines = forms.CharField(
        label=_("Disciplines that assess"), required=False, max_length=400,
        help_text=_("With commas between them."),
    )  # fmt: skip
    team_roles = forms.MultipleChoiceField(
        label=_("Team roles to be filled"), required=False, choices=TeamRole.Role.choices,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    class Meta:
        model = Tier
        fields = ["decider", "factual_check", "papers_days", "holdback_percent", "sealing",
                  "clawback_percent", "disciplines", "team_roles"]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["disciplines"] = ", ".join(self.instance.disciplines)
        for name in ("holdback_percent", "clawback_percent"):
            self.fields[name].widget.suffix = "%"

    def clean_disciplines(self) -> list[str]:
        return [
            word.strip() for word in self.cleaned_data["disciplines"].split(",") if word.strip()
        ]

    def values(self) -> dict[str, Any]:
        """What is saved."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class BandForm(forms.Form):
    """The thresholds of one currency: where medium and large begin, and three allowances."""

    currency = forms.CharField(label=_("Currency"), max_length=3, min_length=3)
    medium = AmountField(label=_("Medium from a whole-life cost of"))
    large = AmountField(label=_("Large from a whole-life cost of"))
    cap_small = AmountField(label=_("Discovery allowance at most, small"))
    cap_medium = AmountField(label=_("Discovery allowance at most, medium"))
    cap_large = AmountField(label=_("Discovery allowance at most, large"))

    AMOUNTS = ("medium", "large", "cap_small", "cap_medium", "cap_large")

    def clean_currency(self) -> str:
        return fields.currency(self.cleaned_data["currency"])

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if code := found.get("currency"):
            for name in self.AMOUNTS:
                try:
                    found[name] = minor(found.get(name), code)
                except ValidationError as error:
                    self.add_error(name, error)
        medium, large = found.get("medium"), found.get("large")
        if medium is not None and large is not None and not 0 < medium < large:
            self.add_error(
                "large", gettext("Large must begin above medium, and medium above zero.")
            )
        return found
