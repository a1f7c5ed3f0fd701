"""Forms of the rules of proportion, and of proposals to ask less of a project."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from projects import fields
from projects.fields import AmountField, minor
from projects.models.case import TeamRole
from projects.models.tailoring import PAIRS, Tailoring
from projects.models.tier import Tier


def because() -> forms.CharField:
    """Why a rule changes."""
    return forms.CharField(
        label=_("Reason"), required=False, max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It stands in the history for good."),
    )  # fmt: skip


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

    merged_gates = forms.MultipleChoiceField(
        label=_("Gates that may be taken together, by decision"), required=False,
        choices=[("-".join(pair), " + ".join(pair)) for pair in PAIRS],
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    from_day = fields.day(_("In effect from"), required=False,
                          help_text=_("Today, or a day to come; empty is today."))  # fmt: skip
    because = because()

    class Meta:
        model = Tier
        fields = ["decider", "factual_check", "papers_days", "holdback_percent", "sealing",
                  "clawback_percent", "disciplines", "team_roles", "merged_gates"]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["disciplines"] = ", ".join(self.instance.disciplines)
        self.initial["merged_gates"] = ["-".join(pair) for pair in self.instance.merged_gates]
        for name in ("holdback_percent", "clawback_percent"):
            self.fields[name].widget.suffix = "%"

    def clean_disciplines(self) -> list[str]:
        return [
            word.strip() for word in self.cleaned_data["disciplines"].split(",") if word.strip()
        ]

    def clean_merged_gates(self) -> list[list[str]]:
        return [pair.split("-") for pair in self.cleaned_data["merged_gates"]]

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
    from_day = fields.day(_("In effect from"), required=False,
                          help_text=_("Today, or a day to come; empty is today."))  # fmt: skip
    because = because()

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


class TailoringForm(forms.Form):
    """What less is asked of a project, with its scope and its reason."""

    kind = forms.ChoiceField(
        label=_("What is asked for"), choices=Tailoring.Kind.choices, widget=forms.RadioSelect
    )
    tier = forms.ModelChoiceField(
        Tier.objects.all(), label=_("Tier to fall to"), required=False,
        help_text=_("Only to lower the tier."),
    )  # fmt: skip
    gates = forms.ChoiceField(
        label=_("Gates taken together"), required=False,
        choices=[("", "–"), *(("-".join(pair), " + ".join(pair)) for pair in PAIRS)],
        help_text=_("Only to take two gates in one review."),
    )  # fmt: skip
    scope = forms.CharField(
        label=_("What is left out or taken together"), max_length=10000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Why less proof is enough"), max_length=10000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("kind") == "lower_tier" and not found.get("tier"):
            self.add_error("tier", gettext("Choose a tier below the one that the project is in."))
        if found.get("kind") == "merge_gates" and not found.get("gates"):
            self.add_error("gates", gettext("Choose two gates that follow each other."))
        return found

    def values(self) -> dict[str, Any]:
        """What is proposed, as the rules take it."""
        found = dict(self.cleaned_data)
        first, _dash, second = found.pop("gates").partition("-")
        if found["kind"] == "lower_tier":
            return {**found, "first_gate": "", "second_gate": ""}
        return {**found, "tier": None, "first_gate": first, "second_gate": second}
