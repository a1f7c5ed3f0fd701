"""Forms of the standards editor: standards, criteria, the crosswalk, and files taken in."""

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core import clock
from gating.models import Criterion, Equivalence, Standard
from gating.standard_files import CODE, STAGES
from projects.models import Stage

REASON = {"required": _("Write the reason.")}


def area(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class CriterionField(forms.ModelChoiceField):
    """A criterion of one standard."""

    def label_from_instance(self, row: Any) -> str:
        return f"{row.code} · {row.title_in(get_language() or '')[0]}"


class StandardField(forms.ModelChoiceField):
    """A standard by its title in the reader's language, and its version."""

    def label_from_instance(self, row: Any) -> str:
        return f"{row.title_in(get_language() or '')[0]} ({row.version})"


class PairForm(forms.Form):
    """Two standards between which criteria are declared equivalent."""

    first = StandardField(Standard.objects.none(), label=_("One standard"))
    second = StandardField(Standard.objects.none(), label=_("Other standard"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("first", "second"):
            self.fields[name].queryset = Standard.objects.published()  # type: ignore[attr-defined]


WAYS = [
    ("whole", _("They ask the same: evidence for one shows the other, both ways")),
    ("partly", _("Evidence for the first shows a part of the second")),
    ("partly_back", _("Evidence for the second shows a part of the first")),
]


class EquivalenceForm(forms.Form):
    """Two criteria, how far one shows the other, why, and for what time."""

    first = CriterionField(Criterion.objects.none())
    second = CriterionField(Criterion.objects.none())
    way = forms.ChoiceField(label=_("How far"), choices=WAYS, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Reason"), max_length=2000, widget=area(2), error_messages=REASON,
        help_text=_("It stands in the history for good."),
    )  # fmt: skip
    starts = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput,
        help_text=_("Year, month and day, for example 2026-03-27. Empty: from today."),
    )  # fmt: skip
    ends = forms.DateField(
        label=_("Until"), required=False, widget=forms.DateInput,
        help_text=_("The last day. Empty: until it is ended."),
    )  # fmt: skip

    def __init__(self, *args: Any, pair: tuple[Standard, Standard], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, standard in zip(("first", "second"), pair, strict=True):
            field: Any = self.fields[name]
            field.queryset = standard.criteria.select_related("standard")
            field.label = standard.title_in(get_language() or "")[0]

    def values(self) -> dict[str, Any]:
        """What the rules take."""
        said = self.cleaned_data
        ends = (said["first"], said["second"])
        source, target = reversed(ends) if said["way"] == "partly_back" else ends
        extent = Equivalence.Extent.WHOLE if said["way"] == "whole" else Equivalence.Extent.PARTLY
        return {"source": source, "target": target, "extent": extent, "reason": said["reason"],
                "starts": said["starts"] or clock.today(), "ends": said["ends"]}  # fmt: skip


# Drafts

LANGUAGES = [("es", _("Spanish")), ("en", _("English"))]


def code_field() -> forms.RegexField:
    return forms.RegexField(
        CODE, label=_("Short name"), max_length=50,
        help_text=_("Letters, digits, points and hyphens. It stays the same in every version."),
        error_messages={"invalid": _("Write letters, digits, points and hyphens only, without "
                                     "spaces, at most 50.")},
    )  # fmt: skip


class NewStandardForm(forms.Form):
    """A standard that begins without criteria."""

    code = code_field()
    title = forms.CharField(label=_("Title"), max_length=300)
    version = forms.CharField(label=_("Version or date"), max_length=200)
    language = forms.ChoiceField(label=_("Language of its words"), choices=LANGUAGES)


class VersionForm(forms.Form):
    """What the next version of a standard is called."""

    version = forms.CharField(
        label=_("Name of the new version"), max_length=200,
        error_messages={"required": _("Give the new version a name.")},
    )  # fmt: skip


class StandardForm(forms.Form):
    """What a draft says of itself."""

    title = forms.CharField(label=_("Title"), max_length=300)
    publisher = forms.CharField(label=_("Publisher"), max_length=300, required=False)
    source_url = forms.URLField(
        label=_("Source"), max_length=500, required=False, assume_scheme="https"
    )
    attribution = forms.CharField(
        label=_("Licence and attribution"), required=False, widget=area(2)
    )
    wording = forms.CharField(label=_("About the wording"), required=False, widget=area(2))
    notes = forms.CharField(label=_("Notes"), required=False, widget=area(3))
    language = forms.ChoiceField(label=_("Language of its words"), choices=LANGUAGES)
    effect_from = forms.DateField(
        label=_("In effect from"), required=False, widget=forms.DateInput,
        help_text=_("Year, month and day, for example 2026-03-27. Empty: when it is published."),
    )  # fmt: skip


FURTHER = ("title_es", "phase", "legal_basis", "help", "profile", "question")


class CriterionForm(forms.Form):
    """One criterion of a draft, with all that a checklist says of it."""

    code = forms.CharField(label=_("Code"), max_length=40)
    title = forms.CharField(label=_("Title"), max_length=500, widget=area(2))
    title_es = forms.CharField(
        label=_("Title in Spanish"), max_length=500, required=False, widget=area(2),
        help_text=_("Where the standard is in another language."),
    )  # fmt: skip
    summary = forms.CharField(label=_("In our words"), required=False, widget=area(3))
    stages = forms.MultipleChoiceField(
        label=_("Asked when leaving"), widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one stage.")},
    )  # fmt: skip
    non_waivable_at = forms.MultipleChoiceField(
        label=_("Never waived when leaving"), widget=forms.CheckboxSelectMultiple, required=False
    )
    evidence = forms.CharField(
        label=_("Evidence expected"), required=False, widget=area(4),
        help_text=_("One kind to a line."),
    )  # fmt: skip
    topic = forms.CharField(label=_("Topic"), max_length=100, required=False)
    level = forms.IntegerField(
        label=_("Level"), required=False, min_value=0, max_value=99,
        help_text=_("For standards with levels, such as a seal."),
    )  # fmt: skip
    phase = forms.CharField(label=_("Stage of the checklist"), max_length=300, required=False)
    legal_basis = forms.CharField(label=_("Legal basis"), required=False, widget=area(2))
    help = forms.CharField(label=_("Help"), required=False, widget=area(2))
    profile = forms.CharField(label=_("Profile"), max_length=300, required=False)
    question = forms.CharField(label=_("Questions"), required=False, widget=area(2))
    verified = forms.BooleanField(label=_("Verified at its source"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [(name, Stage(name).label) for name in STAGES]
        for name in ("stages", "non_waivable_at"):
            self.fields[name].choices = names  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if set(found.get("non_waivable_at", ())) - set(found.get("stages", ())):
            self.add_error(
                "non_waivable_at", _("A criterion is never waived only where it is asked.")
            )
        return found

    def values(self) -> dict[str, Any]:
        """What the rules take."""
        said = dict(self.cleaned_data)
        proofs = [line.strip() for line in said.pop("evidence").splitlines()]
        return {**{name: value for name, value in said.items() if name not in FURTHER},
                "evidence_expected": [line for line in proofs if line],
                "facts": {name: said[name] for name in FURTHER}}  # fmt: skip

    @staticmethod
    def initial_of(row: Criterion) -> dict[str, Any]:
        """What the form shows of a criterion."""
        names = ("code", "title", "summary", "stages", "non_waivable_at", "topic", "level",
                 "verified")  # fmt: skip
        return {**{name: getattr(row, name) for name in names},
                **{name: row.facts.get(name, "") for name in FURTHER},
                "evidence": "\n".join(row.evidence_expected)}  # fmt: skip


# Files

LARGEST_UPLOAD = 1024 * 1024


class ImportForm(forms.Form):
    """A file with a standard, and what a checklist does not say of itself."""

    file = forms.FileField(
        label=_("File"), required=False,
        help_text=_("JSON in our form, or a checklist as CSV or text with tabs, at most 1 MB."),
    )  # fmt: skip
    content = forms.CharField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)
    id = forms.RegexField(
        CODE, label=_("Short name"), max_length=50, required=False,
        help_text=_("For a checklist; by default it is made of the name of the file."),
        error_messages={"invalid": _("Write letters, digits, points and hyphens only, without "
                                     "spaces, at most 50.")},
    )  # fmt: skip
    title = forms.CharField(label=_("Title"), max_length=300, required=False)
    version_or_date = forms.CharField(label=_("Version or date"), max_length=200, required=False)
    publisher = forms.CharField(label=_("Publisher"), max_length=300, required=False)
    source_url = forms.URLField(
        label=_("Source"), max_length=500, required=False, assume_scheme="https"
    )
    licence_note = forms.CharField(label=_("Licence and attribution"), required=False)

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file is not None and file.size > LARGEST_UPLOAD:
            raise forms.ValidationError(_("The file has more than 1 MB; a standard is smaller."))
        return file

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if not self.errors and not found.get("file") and not found.get("content"):
            self.add_error("file", _("Choose a file."))
        return found

    def given(self) -> dict[str, str]:
        """What was typed for a checklist."""
        names = ("id", "title", "version_or_date", "publisher", "source_url", "licence_note")
        return {name: self.cleaned_data.get(name) or "" for name in names}
