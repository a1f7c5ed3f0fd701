"""Forms of boards: their rules and seats, meetings, motions, votes, answers to conditions."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import clock
from core.documents import DocumentField
from core.models import User
from gating import matters
from gating.models import Board, BoardSeat, Condition, Motion, MotionCondition
from gating.models.vote import Choice

LONG = 20_000
"""The longest text of a motion, an answer or minutes, in characters."""


def people() -> Any:
    """The people who can be named: active accounts, without the clock's."""
    return User.objects.filter(is_active=True).exclude(email=clock.CLOCK_EMAIL)


def long_text(label: Any, rows: int = 8, **options: Any) -> forms.CharField:
    """A field for a text of several paragraphs."""
    area = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=LONG, widget=area, **options)


class BoardForm(forms.ModelForm):
    """The rules of a board, and its place in the hierarchy."""

    class Meta:
        model = Board
        fields = (
            "code", "name", "parent", "minimum", "quorum", "majority_of", "majority_share",
            "strict", "casting_vote", "single_decider", "notice_days", "objection_days",
        )  # fmt: skip
        help_texts = {
            "code": _("Short and without spaces; it stands in references and never changes."),
            "quorum": _("A fraction, such as 1/2 or 2/3; rounded up to whole seats."),
            "majority_share": _("A fraction, such as 1/2 or 2/3."),
            "strict": _("Otherwise exactly this share is enough."),
        }
        widgets = {
            "majority_of": forms.RadioSelect,
            "casting_vote": forms.RadioSelect,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["casting_vote"].choices = Board.Casting.choices
        self.fields["casting_vote"].required = False
        if self.instance.pk:
            self.fields["code"].disabled = True
            others = Board.objects.exclude(pk=self.instance.pk)
            self.fields["parent"].queryset = others


class SeatForm(forms.ModelForm):
    """One seat: its holder, the alternate named beforehand, its first and last day."""

    class Meta:
        model = BoardSeat
        fields = ("kind", "user", "alternate", "starts", "ends")
        widgets = {"kind": forms.RadioSelect(attrs={"class": "govuk-radios--inline"})}
        help_texts = {
            "alternate": _("Sits when the holder is absent or recused; nobody votes by proxy."),
            "ends": _("Leave it empty while no end is known."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("user", "alternate"):
            self.fields[name].queryset = people()
        if self.instance.pk:
            for name in ("kind", "user", "starts"):
                self.fields[name].disabled = True


class MeetingForm(forms.Form):
    """When and where a board meets, by the clock of the deployment."""

    day = forms.DateField(label=_("Day"))
    time = forms.TimeField(label=_("Time"), help_text=_("For example 10:30."), initial="10:00")
    place = forms.CharField(label=_("Place, or address of the video call"), max_length=250)

    def values(self) -> dict[str, Any]:
        """The moment and the place."""
        found = self.cleaned_data
        at = datetime.combine(found["day"], found["time"], clock.zone())
        return {"at": at, "place": found["place"]}


class AttendanceForm(forms.Form):
    """Who attends, among those named for the seats."""

    present = forms.TypedMultipleChoiceField(
        label=_("Who attends"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, seats: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = []
        for seat in seats:
            choices.append((seat.user_id, f"{seat.user} · {seat.get_kind_display()}"))
            if seat.alternate_id:
                named = {"person": seat.alternate, "holder": seat.user}
                text = gettext("%(person)s · alternate of %(holder)s") % named
                choices.append((seat.alternate_id, text))
        self.fields["present"].choices = choices


class MinutesForm(forms.Form):
    """The minutes, drafted from the votes, to be completed."""

    text = long_text(_("Minutes"), rows=24)


class MotionForm(forms.Form):
    """What is proposed to the board, and its text."""

    board = forms.ChoiceField(label=_("Board"), widget=forms.RadioSelect)
    outcome = forms.ChoiceField(
        label=_("Proposed decision"), widget=forms.RadioSelect,
        choices=[(code, Motion.Outcome(code).label) for code in Motion.REVIEW_OUTCOMES],
    )  # fmt: skip
    text = long_text(
        _("Text of the motion"), help_text=_("As it is put to the vote. The board reads it whole.")
    )

    def __init__(self, *args: Any, boards: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.boards = {board.code: board for board in boards}
        if len(boards) > 1:
            self.fields["board"].choices = [(board.code, str(board)) for board in boards]
        else:
            del self.fields["board"]

    def chosen(self) -> Any:
        """The board to which it is put."""
        code = self.cleaned_data.get("board")
        return self.boards[code] if code else next(iter(self.boards.values()))


class MotionEditForm(forms.Form):
    """What a drafted motion says, and for which meeting it stands."""

    outcome = MotionForm.base_fields["outcome"]
    text = MotionForm.base_fields["text"]
    meeting = forms.ModelChoiceField(queryset=None, label=_("Meeting"), required=False)

    def __init__(self, *args: Any, motion: Motion, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["outcome"].choices = motion.outcomes
        if len(motion.outcomes) == 1:
            del self.fields["outcome"]
        if motion.board.single_decider:
            del self.fields["meeting"]
        else:
            meetings = motion.board.meetings.to_come().select_related("board")
            self.fields["meeting"].queryset = meetings


def to_come(day: date) -> date:
    """A day that lies ahead; raises ValidationError for any other."""
    if day <= clock.today():
        raise forms.ValidationError(gettext("Choose a day to come."), code="past")
    return day


class MatterMotionForm(MotionForm):
    """A motion on a row of another room; where there is a risk, who bears it and until when."""

    risk_owner = forms.ModelChoiceField(queryset=None, label=_("Who bears the risk"))
    waived_until = forms.DateField(label=_("Until"), help_text=_("After this day it ends."))

    def __init__(self, *args: Any, matter: matters.Matter, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        outcomes = [(code, Motion.Outcome(code).label) for code in matter.outcomes]
        self.fields["outcome"].choices = outcomes
        if len(outcomes) == 1:
            self.fields["outcome"].initial = outcomes[0][0]
        self.fields["risk_owner"].queryset = people()
        if not matter.asks_risk:
            del self.fields["risk_owner"], self.fields["waived_until"]

    def clean_waived_until(self) -> Any:
        return to_come(self.cleaned_data["waived_until"])

    def values(self) -> dict[str, Any]:
        """What the motion says."""
        return {name: value for name, value in self.cleaned_data.items() if name != "board"}


class WaiverForm(forms.Form):
    """A motion to do without a condition for a time."""

    board = forms.ChoiceField(label=_("Board"), widget=forms.RadioSelect)
    text = long_text(
        _("Text of the motion, with the reason"), help_text=_("It is published with the waiver.")
    )
    risk_owner = forms.ModelChoiceField(queryset=None, label=_("Who bears the risk"))
    waived_until = forms.DateField(
        label=_("Waived until"), help_text=_("After this day the condition is owed again.")
    )

    def __init__(self, *args: Any, boards: list[Board], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.boards = {board.code: board for board in boards}
        self.fields["board"].choices = [(board.code, str(board)) for board in boards]
        self.fields["risk_owner"].queryset = people()

    def clean_waived_until(self) -> Any:
        return to_come(self.cleaned_data["waived_until"])

    def values(self) -> dict[str, Any]:
        """The board, and what the motion says."""
        found = dict(self.cleaned_data)
        return {**found, "board": self.boards[found["board"]]}


class ConditionDraftForm(forms.ModelForm):
    """A condition that arises when the motion is carried."""

    class Meta:
        model = MotionCondition
        fields = ("kind", "text", "owner", "verifier", "due", "every_days", "non_waivable")
        widgets = {"kind": forms.RadioSelect, "text": forms.Textarea(attrs={"rows": 4})}
        help_texts = {
            "verifier": _("Somebody other than the owner."),
            "due": _("Required for a subsequent condition; ends at 24:00 of that day."),
            "every_days": _("Only of a standing condition; 180 where nothing is said."),
        }

    def __init__(self, *args: Any, project: Any, verifiers: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = Condition.Kind.choices
        team = [project.manager_id, project.owner_id, project.product_owner_id]
        team += list(project.team.values_list("person_id", flat=True))
        self.fields["owner"].queryset = people().filter(pk__in=[p for p in team if p])
        self.fields["verifier"].queryset = people().filter(pk__in=verifiers)

    def clean_due(self) -> Any:
        due = self.cleaned_data["due"]
        if due is not None and due < clock.today():
            raise forms.ValidationError(gettext("The due date lies in the past."), code="past")
        return due


class ConfirmForm(forms.Form):
    """Nothing to fill in: the page asks whether to go on."""


class VoteForm(forms.Form):
    """The vote of one's seat."""

    choice = forms.ChoiceField(
        label=_("Your vote"), choices=Choice.choices, widget=forms.RadioSelect,
        error_messages={"required": _("Choose for, against or abstention.")},
    )  # fmt: skip


class RecusalForm(forms.Form):
    """Why one takes no part."""

    reason = long_text(
        _("Why you take no part"), rows=4, help_text=_("It stands in the minutes and the record.")
    )


class AnswerForm(forms.Form):
    """How a condition is met, with what shows it."""

    response = long_text(_("How the condition is met"))
    evidence = forms.ModelMultipleChoiceField(
        queryset=None, label=_("Evidence of the project"), required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "govuk-checkboxes--small"}),
    )  # fmt: skip
    file = DocumentField(label=_("File"), required=False)

    def __init__(self, *args: Any, evidence: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["evidence"].queryset = evidence
        if not evidence:
            del self.fields["evidence"]
