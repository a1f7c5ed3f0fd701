"""Forms of holds, findings, taking on, tiers and thresholds."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.documents import DocumentField
from projects import entries, fields
from projects.fields import AmountField, minor
from projects.models.hold import Hold
from projects.models.takeon import OPENING, TakeOn

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
    which = forms.ChoiceField(
        label=_("Which condition or change"), required=False,
        help_text=_("The hold ends by itself when this condition is closed or this change is "
                    "decided. Without a change named, the next one that is decided ends it."),
    )  # fmt: skip

    def __init__(self, *args: Any, cures: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["which"].choices = [("", "–"), *cures]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        cure, (kind, _bar, ref) = found.get("cure"), found.pop("which", "").partition("|")
        if cure == "gate" and not found.get("gate"):
            self.add_error("gate", gettext("Name the gate whose passing ends the hold."))
        if cure == "condition" and kind != "condition":
            self.add_error("which", gettext("Name the condition whose closing ends the hold."))
        if cure == "change" and kind == "condition":
            self.add_error("which", gettext("Name a change, or none."))
        found["cure_ref"] = ref if kind == cure else ""
        return found


class FindingForm(forms.Form):
    """What an auditor found."""

    text = forms.CharField(
        label=_("Finding"), max_length=20000, widget=forms.Textarea(attrs={"rows": 6})
    )
    urgent = forms.BooleanField(
        label=_("Urgent: put the project on hold now, for ten days at most"), required=False
    )


class RemedyForm(forms.Form):
    """How a finding was remedied."""

    how = forms.CharField(
        label=_("How it was remedied"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("It stands in the history for good."),
    )  # fmt: skip


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
