"""Forms of stories, sprints, deliveries and inspections."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.documents import DocumentField
from projects.forms_money import AmountField
from vendors.inspecting import Finding
from vendors.models.delivery import HUNDREDTHS
from vendors.models.quality import Result
from vendors.models.sprint_conditions import COMMIT
from vendors.models.sprint_states import Verdict
from vendors.models.story import MOST_POINTS, Outcome, Story
from vendors.sprinting import price_of

MOST_HOURS = 10_000


def _note(label: Any, *, required: bool = False, rows: int = 3, help_text: Any = "") -> Any:
    return forms.CharField(label=label, required=required, max_length=5000, help_text=help_text,
                           widget=forms.Textarea(attrs={"rows": rows}))  # fmt: skip


class StoryForm(forms.Form):
    """One story: who wants what, how one sees that it works, how large it is."""

    title = forms.CharField(label=_("Title"), max_length=200)
    wish = _note(_("Who wants what, and why"),
                 help_text=_("For example: As a pensioner I want to see when I am paid, so that "
                             "I need not call."))  # fmt: skip
    criteria = _note(_("Acceptance criteria"), required=True, rows=5,
                     help_text=_("How one sees that it works; one criterion a line."))  # fmt: skip
    points = forms.IntegerField(label=_("Points"), min_value=1, max_value=MOST_POINTS,
                                help_text=_("How large it is beside the others; no unit.")
                                )  # fmt: skip


class StoryChangeForm(StoryForm):
    """A story changed, with the reason."""

    because = _note(_("Reason"), rows=2, help_text=_("Optional. It stands in the history for good.")
                    )  # fmt: skip


class StoryDropForm(forms.Form):
    """Why a story is dropped."""

    because = _note(_("Why it is dropped"), required=True)


class StoriesField(forms.ModelMultipleChoiceField):
    """Stories of a backlog, ticked."""

    widget = forms.CheckboxSelectMultiple(attrs={"class": "govuk-checkboxes--small"})

    def label_from_instance(self, story: Story) -> str:
        return gettext("%(story)s (points: %(points)s)") % {
            "story": story, "points": story.points
        }  # fmt: skip


class SprintForm(forms.Form):
    """A sprint: its goal, its days, its most money, its stories."""

    goal = forms.CharField(label=_("Goal"), max_length=250,
                           help_text=_("What will be possible afterwards."))  # fmt: skip
    starts_on = forms.DateField(label=_("First day"), widget=forms.DateInput)
    ends_on = forms.DateField(label=_("Last day"), widget=forms.DateInput)
    stories = StoriesField(Story.objects.none(), label=_("Stories"), required=False)

    def __init__(self, *args: Any, order: Any, stories: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        by_hours = order.price_basis == "time"
        label = _("At most, for its hours") if by_hours else _("Fixed price")
        self.fields["maximum"] = AmountField(currency=order.currency, label=label)
        if price_of(order):
            self.fields["maximum"].disabled = True
            self.fields["maximum"].help_text = _("As the order says, for each sprint.")
        self.fields["stories"].queryset = stories  # type: ignore[attr-defined]
        self.fields["stories"].awaited = True  # type: ignore[attr-defined]
        self.order_fields(["goal", "starts_on", "ends_on", "maximum", "stories"])

    def clean_maximum(self) -> Any:
        amount = self.cleaned_data["maximum"]
        if amount == 0:
            raise forms.ValidationError(gettext("Enter an amount above zero."))
        return amount

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        first, last = found.get("starts_on"), found.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", gettext("The last day lies before the first."))
        return found


class DeliveryForm(forms.Form):
    """What is delivered: repository, commit or tag, and, where the order says so, hours."""

    repository = forms.URLField(label=_("Address of the repository"), max_length=500,
                                assume_scheme="https")  # fmt: skip
    commit = forms.CharField(label=_("Commit"), max_length=64, required=False,
                             help_text=_("All 40 or 64 characters, as git log shows it.")
                             )  # fmt: skip
    tag = forms.CharField(label=_("Tag"), max_length=120, required=False,
                          help_text=_("In place of the commit.")
                          )  # fmt: skip
    note = _note(_("What was delivered"), rows=4)

    def __init__(self, *args: Any, rates: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rates = list(rates)
        for rate in self.rates:
            self.fields[f"hours_{rate.category_id}"] = forms.DecimalField(
                label=_("Hours: %(category)s") % {"category": rate.category.name},
                min_value=0, max_value=MOST_HOURS, decimal_places=2, required=False,
            )  # fmt: skip

    def clean_commit(self) -> str:
        commit = str(self.cleaned_data["commit"]).strip().lower()
        if commit and not COMMIT.fullmatch(commit):
            raise forms.ValidationError(
                gettext("Name the commit with all its 40 or 64 characters, or a tag.")
            )
        return commit

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if not self.errors and not (found["commit"] or found["tag"]):
            self.add_error("commit", gettext("Name the commit, or a tag."))
        return found

    def hours(self) -> dict[int, Decimal]:
        """The hours of each category, as stated; none where nothing is stated."""
        return {rate.category_id: self.cleaned_data.get(f"hours_{rate.category_id}") or Decimal(0)
                for rate in self.rates}  # fmt: skip


def hours_of(draft: Any) -> dict[str, Decimal]:
    """The stated hours of a delivery as the initial values of its form."""
    lines = draft.hours.all() if draft else ()
    return {f"hours_{line.category_id}": Decimal(line.hundredths) / HUNDREDTHS for line in lines}


class ProofForm(forms.Form):
    """A file or an address that belongs to a delivery."""

    title = forms.CharField(label=_("Title"), max_length=200, required=False)
    upload = DocumentField(label=_("File"), required=False)
    url = forms.URLField(label=_("Address"), max_length=500, required=False, assume_scheme="https")

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if not self.errors and not (found.get("upload") or found.get("url")):
            self.add_error("upload", gettext("Add a file, or say at which address it is."))
        return found


class CheckForm(forms.Form):
    """What was found at one check, and its proof."""

    value = forms.DecimalField(label=_("Measured value"), min_value=0, max_digits=9,
                               decimal_places=2, required=False)  # fmt: skip
    result = forms.ChoiceField(label=_("Result"), choices=Result.choices, required=False,
                               widget=forms.RadioSelect)  # fmt: skip
    url = forms.URLField(label=_("Address of the proof"), max_length=500, required=False,
                         assume_scheme="https")  # fmt: skip
    upload = DocumentField(label=_("File of the proof"), required=False)
    note = _note(_("Note"))

    def __init__(self, *args: Any, check: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not check.counted:
            del self.fields["value"]
            self.fields["result"].required = True
        else:
            self.fields["value"].widget.suffix = check.unit  # type: ignore[attr-defined]
            self.fields["value"].help_text = _("The number decides whether it passed.")

    def finding(self) -> Finding:
        """What the rules take."""
        found = self.cleaned_data
        return Finding(result=found["result"], value=found.get("value"), note=found["note"],
                       url=found["url"], upload=found.get("upload"))  # fmt: skip


class JudgeForm(forms.Form):
    """What becomes of one story."""

    outcome = forms.ChoiceField(label=_("Outcome"), choices=Outcome.choices,
                                widget=forms.RadioSelect)  # fmt: skip
    note = _note(_("Note"), rows=2, help_text=_("What is missing, where it is not accepted."))


class VerdictForm(forms.Form):
    """What is proposed for the whole sprint."""

    verdict = forms.ChoiceField(label=_("What you propose"), choices=Verdict.choices,
                                widget=forms.RadioSelect)  # fmt: skip
    note = _note(_("Reasons"), help_text=_("Needed where the sprint is rejected."))


class DebtForm(forms.Form):
    """What a sprint leaves to be done, and until which sprint."""

    text = _note(_("What is owed"), required=True)
    about = forms.ChoiceField(label=_("Of what"), required=False)
    due_number = forms.IntegerField(label=_("To be settled in sprint"), min_value=1,
                                    max_value=9999)  # fmt: skip

    def __init__(self, *args: Any, checks: Any, chosen: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stories = {f"story:{row.story_id}": row.story for row in chosen}
        named = [(f"check:{check.code}", check.label) for check in checks]
        named += [(f"story:{row.story_id}", row.title) for row in chosen]
        self.fields["about"].choices = [("", _("The sprint as a whole")), *named]  # type: ignore[attr-defined]

    def subject(self) -> dict[str, Any]:
        """The story or the check that the debt is of."""
        about = self.cleaned_data["about"]
        kind, _colon, name = about.partition(":")
        return {"story": self.stories.get(about), "check": name if kind == "check" else ""}


class SettleForm(forms.Form):
    """Which later sprint settled a debt."""

    sprint: Any = forms.ModelChoiceField(label=_("Settled in sprint"), queryset=None)
    because = _note(_("Note"), rows=2)

    def __init__(self, *args: Any, sprints: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sprint"].queryset = sprints  # type: ignore[attr-defined]
