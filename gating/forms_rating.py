"""The sheet of an assessor and the report of the lead: one form for all criteria of a review."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gating.models import GateReview, Rating

VALUES = [("", _("Choose…")), *Rating.Value.choices]


class ByCriterion(forms.Form):
    """Fields repeated for each criterion, named `FIELD_ID`."""

    value_name = "value"
    note_name = "note"

    def __init__(self, *args: Any, items: list[Any], drafts: dict[int, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items = items
        for item in items:
            self._add(item, drafts.get(item.pk))

    def _add(self, item: Any, draft: Any) -> None:
        for name, field in self._fields(item, draft).items():
            self.fields[f"{name}_{item.pk}"] = field

    def _fields(self, item: Any, draft: Any) -> dict[str, forms.Field]:
        choices = [row for row in VALUES if not (item.non_waivable and row[0] == "not_applicable")]
        return {
            self.value_name: forms.ChoiceField(
                label=_("Rating"), choices=choices, required=False,
                initial=getattr(draft, self.value_name, ""),
            ),
            self.note_name: forms.CharField(
                label=_("Reasons"), required=False, max_length=5000,
                initial=getattr(draft, self.note_name, ""),
                widget=forms.Textarea(attrs={"rows": 2}),
            ),
            "action": forms.CharField(
                label=_("Action, for amber"), required=False, max_length=2000,
                initial=getattr(draft, "action", ""), widget=forms.Textarea(attrs={"rows": 2}),
            ),
            "action_due": forms.DateField(
                label=_("Action due"), required=False, widget=forms.DateInput,
                initial=getattr(draft, "action_due", None),
            ),
        }  # fmt: skip

    def rows(self) -> list[dict[str, Any]]:
        """What was typed, a row for each criterion."""
        names = (self.value_name, self.note_name, "action", "action_due")
        return [
            {"item": item, **{name: self.cleaned_data.get(f"{name}_{item.pk}") for name in names}}
            for item in self.items
        ]

    def groups(self) -> Iterator[tuple[Any, list[Any]]]:
        """Each criterion with its bound fields, for the page."""
        names = (self.value_name, self.note_name, "action", "action_due")
        for item in self.items:
            yield item, [self[f"{name}_{item.pk}"] for name in names]


class SheetForm(ByCriterion):
    """One assessor's ratings, as a draft."""


class ReportForm(ByCriterion):
    """The lead's ratings, the rating of the whole and the report."""

    value_name = "rating"
    note_name = "rating_reason"

    overall = forms.ChoiceField(
        label=_("Rating of the whole"), choices=GateReview.Light.choices, required=False,
        widget=forms.RadioSelect(attrs={"class": "govuk-radios--inline"}),
        help_text=_("Computed from the criteria: red on one that is never waived makes the whole "
                    "red. A better rating needs its reason."),
    )  # fmt: skip
    overall_reason = forms.CharField(
        label=_("Why it is better than computed"), required=False, max_length=5000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
    report = forms.CharField(
        label=_("Report"), required=False, max_length=200_000,
        widget=forms.Textarea(attrs={"rows": 12}),
    )  # fmt: skip

    def values(self) -> dict[str, Any]:
        """Report, rating of the whole, and its reason."""
        return {name: self.cleaned_data[name] for name in ("overall", "overall_reason", "report")}
