"""The form of evidence: only the fields of its kind, and the criteria it speaks for."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core import clock
from core.documents import DocumentField
from gating.models import Evidence, ReviewItem
from vendors.models import Sprint

FIELDS: dict[str, tuple[str, ...]] = {
    "document": ("file",),
    "link": ("url", "snapshot_text", "file"),
    "data_set": ("file", "url"),
    "recording": ("file", "url"),
    "commit": ("url", "commit"),
    "metric": ("metric_name", "metric_value", "metric_unit", "metric_on"),
    "attestation": ("statement",),
    "accepted_sprint": ("sprint",),
}
"""What a form of each kind asks beside title, note, validity and who may read it."""
OPTIONAL = {"link": ("snapshot_text", "file"), "data_set": ("url",), "recording": ("file", "url")}
KIND_FIELDS = {name for names in FIELDS.values() for name in names}


class CriteriaField(forms.ModelMultipleChoiceField):
    """Criteria of a review, ticked; several at once."""

    widget = forms.CheckboxSelectMultiple(attrs={"class": "govuk-checkboxes--small"})

    def label_from_instance(self, item: ReviewItem) -> str:
        return str(item.criterion)


class SprintField(forms.ModelChoiceField):
    """An accepted sprint of the project, by its order, number and goal."""

    def label_from_instance(self, sprint: Sprint) -> str:
        return sprint.title_for_people()


class EvidenceForm(forms.Form):
    """One piece of evidence, for any number of criteria."""

    title = forms.CharField(
        label=_("Title"), max_length=200, error_messages={"required": _("Give it a title.")}
    )
    file = DocumentField(label=_("File"))
    url = forms.URLField(label=_("Address"), max_length=500, assume_scheme="https")
    snapshot_text = forms.CharField(
        label=_("Snapshot of the page"), widget=forms.Textarea(attrs={"rows": 5}),
        max_length=200_000,
        help_text=_("The text of the page as it is today, or add a file of it (a PDF or picture)."),
    )  # fmt: skip
    commit = forms.CharField(
        label=_("Commit"), max_length=40, help_text=_("All 40 characters, as git log shows it.")
    )
    sprint = SprintField(
        Sprint.objects.none(), label=_("Accepted sprint"),
        help_text=_("Its commit, its checks and its stories are shown as they were accepted."),
    )  # fmt: skip
    metric_name = forms.CharField(label=_("What was measured"), max_length=200)
    metric_value = forms.DecimalField(label=_("Value"), max_digits=20, decimal_places=4)
    metric_unit = forms.CharField(label=_("Unit"), max_length=60, help_text=_("For example: %, s."))
    metric_on = forms.DateField(label=_("Measured on"), widget=forms.DateInput)
    statement = forms.CharField(
        label=_("Statement"), widget=forms.Textarea(attrs={"rows": 5}), max_length=20_000,
        help_text=_("You sign it with your name by handing it in."),
    )  # fmt: skip
    note = forms.CharField(
        label=_("What it shows"), required=False, max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    items = CriteriaField(ReviewItem.objects.none(), label=_("Criteria it speaks for"),
                          required=False)  # fmt: skip
    valid_until = forms.DateField(
        label=_("Valid until"), required=False, widget=forms.DateInput,
        help_text=_("Year, month and day, for example 2026-03-27. A penetration test is valid for "
                    "12 months."),
    )  # fmt: skip
    label = forms.ChoiceField(
        label=_("Who may read it"), choices=Evidence.Label.choices, initial=Evidence.Label.INTERNAL,
        widget=forms.RadioSelect(attrs={"class": "govuk-radios--inline"}),
        help_text=_("Internal and confidential evidence is read by the project, the assessors, the "
                    "board, the secretariat and the auditor."),
    )  # fmt: skip
    redacted_file = DocumentField(label=_("Redacted copy for the public"), required=False)
    hand_in = forms.BooleanField(
        label=_("Hand it in now"), required=False, initial=True,
        help_text=_("A draft does not count. Once handed in, it changes only by a new version."),
    )  # fmt: skip

    def __init__(
        self, *args: Any, kind: str, project: Any, items: Any = None, has_file: bool = False,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.kind, self.has_file = kind, has_file
        self.today = clock.today(project.institution)
        for name in KIND_FIELDS - set(FIELDS[kind]):
            del self.fields[name]
        for name in OPTIONAL.get(kind, ()):
            self.fields[name].required = False
        if "sprint" in self.fields:
            rows = Sprint.objects.accepted().filter(order__project=project)
            self.fields["sprint"].queryset = rows.select_related("order")  # type: ignore[attr-defined]
            if not rows.exists():
                self.fields["sprint"].help_text = _("No sprint of this project is accepted yet.")
        if "file" in self.fields and has_file:
            self.fields["file"].required = False
            self.fields["file"].label = _("Another file, in place of the one before")
        if items is None:
            del self.fields["items"]
        else:
            self.fields["items"].queryset = items  # type: ignore[attr-defined]

    def clean_commit(self) -> str:
        commit = self.cleaned_data["commit"].strip().lower()
        if not re.fullmatch(r"[0-9a-f]{40}", commit):
            raise forms.ValidationError(
                _("Write all 40 characters of the commit: digits and the letters a to f.")
            )
        return commit

    def clean_metric_on(self) -> Any:
        day = self.cleaned_data["metric_on"]
        if day > self.today:
            raise forms.ValidationError(_("A measurement lies in the past."))
        return day

    def clean_valid_until(self) -> Any:
        day = self.cleaned_data["valid_until"]
        if day is not None and day < self.today:
            raise forms.ValidationError(_("That day is over, so this is no evidence any more."))
        return day

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        there = bool(found.get("file")) or self.has_file
        if self.kind == "link" and not self.errors and not (there or found["snapshot_text"]):
            self.add_error(
                "snapshot_text",
                _("Add a snapshot of the page, as text or as a file: pages change."),
            )
        if self.kind == "recording" and not self.errors and not (there or found["url"]):
            self.add_error("url", _("Add the recording as a file, or say at which address it is."))
        return found

    def values(self) -> dict[str, Any]:
        """What the rules take: the fields of the evidence, kind included."""
        left_out = {"items", "hand_in"}
        kept = {name: value for name, value in self.cleaned_data.items() if name not in left_out}
        return {**kept, "kind": self.kind}


class AttachForm(forms.Form):
    """The criteria of a review that a piece of evidence speaks for."""

    items = CriteriaField(ReviewItem.objects.none(), label=_("Criteria it speaks for"),
                          required=False)  # fmt: skip

    def __init__(self, *args: Any, items: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["items"].queryset = items  # type: ignore[attr-defined]
