"""Forms for competitions: beginning one, its panel, questions, addenda, what oversight names."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from procurement import templates
from procurement.asking import LONGEST
from procurement.models import PanelMember
from projects.fields import PersonField
from projects.models import Project
from projects.models.project import OVER
from vendors.models import Lot


class BeginForm(forms.Form):
    """A template, the project that it is for, the lot whose members may bid, and a title."""

    template = forms.ChoiceField(label=gettext_lazy("Template"), widget=forms.RadioSelect)
    project = forms.CharField(
        label=gettext_lazy("Project"), max_length=20,
        help_text=gettext_lazy("Its reference, for example P-000012."),
    )  # fmt: skip
    lot: Any = forms.ModelChoiceField(Lot.objects.none(), label=gettext_lazy("Lot"),
                                      help_text=gettext_lazy("Its members may bid."))  # fmt: skip
    title = forms.CharField(
        label=gettext_lazy("Title"), max_length=200,
        help_text=gettext_lazy("What people will be able to do, not what is bought."),
    )  # fmt: skip

    def __init__(self, *args: Any, lots: QuerySet[Lot], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["template"]
        field.choices = [(row["code"], f"{row['title']}: {row['about']}")
                         for row in templates.templates()]  # fmt: skip
        field = self.fields["lot"]
        field.queryset = lots

    def clean_project(self) -> Project:
        ref = self.cleaned_data["project"].strip().upper()
        found = Project.objects.exclude(stage__in=OVER).filter(ref=ref).first()
        if found is None:
            raise forms.ValidationError(
                _("No project that is under way has the reference %(ref)s.") % {"ref": ref}
            )
        return found


class SeatForm(forms.Form):
    """Somebody for the panel."""

    person = PersonField(label=gettext_lazy("Person"))
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=PanelMember.Role.choices,
                             widget=forms.RadioSelect)  # fmt: skip
    expertise = forms.CharField(label=gettext_lazy("What this person judges best"),
                                max_length=120, required=False)  # fmt: skip
    because = forms.CharField(
        label=gettext_lazy("Reason"), required=False, max_length=1000,
        help_text=gettext_lazy("Needed once the competition is published."),
    )  # fmt: skip


class UnseatForm(forms.Form):
    """Why a seat on the panel becomes free."""

    because = forms.CharField(
        label=gettext_lazy("Reason"), required=False, max_length=1000,
        help_text=gettext_lazy("Needed once the competition is published."),
    )  # fmt: skip


class QuestionForm(forms.Form):
    """A question of a vendor."""

    text = forms.CharField(
        label=gettext_lazy("Your question"), max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("Everybody will read it with its answer, without your name. Write "
                               "nothing by which you could be known."),
    )  # fmt: skip


class AnswerForm(forms.Form):
    """The answer to a question, or why there is none."""

    act = forms.ChoiceField(
        label=gettext_lazy("What you do"), widget=forms.RadioSelect, initial="answer",
        choices=[("answer", gettext_lazy("answer it")),
                 ("decline", gettext_lazy("decline it, with the reason"))],
    )  # fmt: skip
    text = forms.CharField(
        label=gettext_lazy("Answer, or reason"), max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=gettext_lazy("Everybody reads it. An answer that changes what is asked for "
                               "belongs into an addendum."),
    )  # fmt: skip


class ExplainForm(forms.Form):
    """What an addendum changes and why, and whether it is material."""

    summary = forms.CharField(
        label=gettext_lazy("What changes, and why"), max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )  # fmt: skip
    material = forms.TypedChoiceField(
        label=gettext_lazy("Is the change material?"), widget=forms.RadioSelect,
        coerce=lambda value: value == "yes",
        choices=[
            ("yes", gettext_lazy("yes: the deadline moves, and every bid must be confirmed again")),
            ("no", gettext_lazy("no: nobody would bid otherwise because of it")),
        ],
    )  # fmt: skip
    answered = forms.CharField(
        label=gettext_lazy("Why it is not material although it looks so"), required=False,
        max_length=4000, widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip


class RerunForm(forms.Form):
    """Why a competition is run again."""

    because = forms.CharField(
        label=gettext_lazy("What will be different this time"), max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip


class PublicFilterForm(forms.Form):
    """What the public list is narrowed by."""

    text = forms.CharField(label=gettext_lazy("Words"), required=False, max_length=200)
    phase = forms.ChoiceField(
        label=gettext_lazy("Phase"), required=False,
        choices=[("", gettext_lazy("all")), ("open", gettext_lazy("bids are taken")),
                 ("evaluated", gettext_lazy("being evaluated")),
                 ("over", gettext_lazy("ended"))],
    )  # fmt: skip
    template = forms.ChoiceField(label=gettext_lazy("Template"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["template"]
        field.choices = [("", _("all")), *((row["code"], row["title"])
                                           for row in templates.templates())]  # fmt: skip
