"""Forms of memberships: beginning, answers, files, assessors, findings, and off-ramps."""

from typing import Any

from django import forms
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.documents import DocumentField
from projects.fields import PersonField, day
from projects.forms_claims import note
from vendors.applying import LONGEST
from vendors.models import AssessmentMark, OffRampGround


class BlankForm(forms.Form):
    """Nothing to fill in: the button is the act."""


class BeginForm(forms.Form):
    """For which vendor the application is begun, where somebody represents several."""

    vendor: Any = forms.ModelChoiceField(
        label=gettext_lazy("For which company"), queryset=None, empty_label=None
    )

    def __init__(self, *args: Any, vendors: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["vendor"].queryset = vendors  # type: ignore[attr-defined]


class DraftText(forms.CharField):
    """A text that will be needed in the end, and may be missing while it is a draft."""

    def validate(self, value: Any) -> None:
        """Nothing is missing yet."""


class DraftChoice(forms.ChoiceField):
    """A choice that will be needed in the end, and may be missing while it is a draft."""

    def validate(self, value: Any) -> None:
        if value:
            super().validate(value)


class AnswersForm(forms.Form):
    """An answer to each requirement; nothing is demanded before the application is handed in."""

    use_required_attribute = False
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, requirements: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.requirements = requirements
        for row in requirements:
            self.fields[f"answer_{row.pk}"] = DraftText(
                label=f"{row.number}. {row.question}", required=row.mandatory, max_length=LONGEST,
                strip=False,
                help_text=_("A document goes with it, further down.") if row.evidence else "",
                widget=forms.Textarea(attrs={"rows": 5}),
            )  # fmt: skip

    def clean_seen(self) -> Any:
        return parse_datetime(self.cleaned_data["seen"] or "") if self.is_bound else None

    def answers(self) -> dict[int, str]:
        """The answers that were sent, by requirement."""
        return {row.pk: self.cleaned_data[f"answer_{row.pk}"] for row in self.requirements
                if f"answer_{row.pk}" in self.data}  # fmt: skip


class EvidenceForm(forms.Form):
    """A file that shows what an answer says."""

    requirement: Any = forms.ModelChoiceField(
        label=gettext_lazy("For which requirement"), queryset=None, empty_label=None
    )
    document = DocumentField(label=gettext_lazy("Document"))
    valid_until = day(
        gettext_lazy("Valid until"), required=False,
        help_text=gettext_lazy("Leave it empty where it does not expire."),
    )  # fmt: skip

    def __init__(self, *args: Any, requirements: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["requirement"].queryset = requirements  # type: ignore[attr-defined]


class ReuseForm(forms.Form):
    """An earlier application whose answers are taken over."""

    source: Any = forms.ModelChoiceField(
        label=gettext_lazy("Earlier application"), queryset=None, empty_label=None
    )

    def __init__(self, *args: Any, sources: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source"].queryset = sources  # type: ignore[attr-defined]


class AssessorsForm(forms.Form):
    """The people who assess an application; one where only one is missing."""

    first = PersonField(label=gettext_lazy("Assessor"))
    second = PersonField(label=gettext_lazy("Second assessor"))

    def __init__(self, *args: Any, missing: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if missing == 1:
            del self.fields["second"]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if found.get("first") and found.get("first") == found.get("second"):
            self.add_error("second", _("Two different people assess it."))
        return found

    def people(self) -> list[Any]:
        """Who was named."""
        return [self.cleaned_data[name] for name in self.fields]


class MarksForm(forms.Form):
    """A finding about each requirement, with a note."""

    use_required_attribute = False

    def __init__(self, *args: Any, requirements: list[Any], marks: dict[int, Any],
                 **kwargs: Any) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.requirements = requirements
        for row in requirements:
            mark = marks.get(row.pk)
            self.fields[f"result_{row.pk}"] = DraftChoice(
                label=_("Requirement %(number)s") % {"number": row.number},
                choices=AssessmentMark.Result.choices, widget=forms.RadioSelect,
                initial=mark.result if mark else "",
            )  # fmt: skip
            self.fields[f"note_{row.pk}"] = forms.CharField(
                label=_("Note on requirement %(number)s") % {"number": row.number},
                required=False, max_length=4000, initial=mark.note if mark else "",
                widget=forms.Textarea(attrs={"rows": 2}),
            )  # fmt: skip

    def marks(self) -> dict[int, tuple[str, str]]:
        """The findings, by requirement."""
        found = self.cleaned_data
        return {row.pk: (found[f"result_{row.pk}"], found[f"note_{row.pk}"])
                for row in self.requirements}  # fmt: skip

    def pairs(self) -> list[tuple[Any, Any, Any]]:
        """Each requirement with its two fields, as the page shows them."""
        return [(row, self[f"result_{row.pk}"], self[f"note_{row.pk}"])
                for row in self.requirements]  # fmt: skip


class OffRampForm(forms.Form):
    """Why a vendor is taken out of a lot."""

    ground = forms.ChoiceField(
        label=gettext_lazy("Ground"), widget=forms.RadioSelect,
        choices=[choice for choice in OffRampGround.choices
                 if choice[0] != OffRampGround.FRAMEWORK_ENDED],
    )  # fmt: skip
    because = note(gettext_lazy("What happened"), rows=4)
