"""Forms of reviews, gates and standards: what is typed stays, what is wrong gets a sentence."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core import clock
from core.models import User
from gating.models import Exemption, Gate, ReviewItem, Standard
from projects.models import Tier
from projects.models.tier import discipline_name

DISCIPLINES = ("service", "user_research", "technology", "security", "accessibility", "data",
               "finance", "delivery", "legal", "desk")  # fmt: skip


class ReviewForm(forms.Form):
    """At which gate a project is reviewed."""

    gate = forms.ModelChoiceField(
        Gate.objects.none(), label=_("Gate"), widget=forms.RadioSelect, empty_label=None
    )

    def __init__(self, *args: Any, gates: list[Gate], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["gate"]
        field.queryset = Gate.objects.filter(pk__in=[gate.pk for gate in gates])
        field.label_from_instance = lambda gate: f"{gate.code} · {gate.label}"
        if len(gates) == 1:
            field.initial = gates[0]


class TextForm(forms.Form):
    """One text on the record."""

    text = forms.CharField(
        max_length=20_000, strip=True, widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={"required": _("Write the text.")},
    )  # fmt: skip

    def __init__(self, *args: Any, label: Any, help_text: Any = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label, self.fields["text"].help_text = label, help_text


class ExemptionForm(TextForm):
    """Why a criterion needs no evidence, and on what ground: that decides who decides."""

    ground = forms.ChoiceField(
        label=_("On what ground"), choices=Exemption.Ground.choices, widget=forms.RadioSelect,
        initial=Exemption.Ground.NOT_APPLICABLE,
        help_text=_("What plainly does not apply, the lead assessor decides. Anything else is "
                    "decided by the board, which names who bears the risk and until when."),
    )  # fmt: skip
    field_order = ["ground", "text"]


class ClarificationForm(TextForm):
    """A question or answer, of one criterion or of the whole."""

    item = forms.ModelChoiceField(
        ReviewItem.objects.none(), label=_("Criterion"), required=False,
        empty_label=_("The review as a whole"),
    )  # fmt: skip
    field_order = ["item", "text"]

    def __init__(self, *args: Any, review: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["item"].queryset = review.items.select_related("criterion")
        self.fields["item"].label_from_instance = lambda item: str(item.criterion)


class InviteForm(forms.Form):
    """Who is invited to assess a review, for what, and by when."""

    person = forms.ModelChoiceField(
        User.objects.none(), label=_("Person"),
        error_messages={"required": _("Choose whom to invite.")},
    )  # fmt: skip
    disciplines = forms.MultipleChoiceField(
        label=_("Disciplines"), required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "govuk-checkboxes--small"}),
    )  # fmt: skip
    lead = forms.BooleanField(label=_("Leads the assessment"), required=False)
    due = forms.DateField(
        label=_("Ratings due"), required=False, widget=forms.DateInput,
        help_text=_("Year, month and day, for example 2026-03-27."),
    )  # fmt: skip

    def __init__(self, *args: Any, review: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        project = review.project
        own = [project.manager_id, project.owner_id, project.product_owner_id]
        there = review.assessments.exclude(state__in=("withdrawn", "superseded"))
        people = User.objects.filter(is_active=True).exclude(email=clock.CLOCK_EMAIL)
        self.fields["person"].queryset = people.exclude(
            pk__in=[person for person in own if person]
        ).exclude(pk__in=there.values("assessor"))
        asked = review.disciplines()
        names = [*asked, *(name for name in DISCIPLINES if name not in asked)]
        self.fields["disciplines"].choices = [(name, discipline_name(name)) for name in names]
        self.today = clock.today(project.institution)

    def clean_due(self) -> Any:
        due = self.cleaned_data["due"]
        if due is not None and due < self.today:
            raise forms.ValidationError(_("That day is over; choose one to come."))
        return due

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if not found.get("disciplines") and not found.get("lead"):
            self.add_error("disciplines", _("Choose a discipline, or let the person lead."))
        return found


class ReturnForm(forms.Form):
    """The secretariat's reasons per criterion before a review is returned."""

    def __init__(self, *args: Any, review: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for item in review.items.select_related("criterion"):
            self.fields[f"item_{item.pk}"] = forms.CharField(
                label=str(item.criterion), required=False, max_length=2000, strip=True,
                initial=item.return_reason, widget=forms.Textarea(attrs={"rows": 2}),
            )  # fmt: skip

    def reasons(self) -> dict[int, str]:
        """The reasons by the id of their criterion."""
        return {
            int(name.removeprefix("item_")): text for name, text in self.cleaned_data.items()
        }  # fmt: skip


class GateStandardForm(forms.Form):
    """Which standard a gate asks from now on."""

    standard = forms.ModelChoiceField(
        Standard.objects.none(), label=_("Standard"),
        error_messages={"required": _("Choose a standard.")},
    )  # fmt: skip
    tier = forms.ModelChoiceField(
        Tier.objects.all(), label=_("Only for the tier"), required=False,
        empty_label=_("Every tier"),
    )  # fmt: skip
    mandatory = forms.BooleanField(
        label=_("Its criteria are mandatory"), required=False, initial=True
    )
    because = forms.CharField(
        label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("It stands in the history for good."),
        error_messages={"required": _("Write the reason.")},
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["standard"].queryset = Standard.objects.published()
