"""Forms of meetings and authority: convening, agenda, urgency, debate, objection, limits."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import clock
from gating.forms_boards import MeetingForm, long_text
from gating.meetings import SERIES
from gating.models import Meeting
from projects import fields


class ConveneForm(MeetingForm):
    """One meeting or a series of them, or votes in writing until a moment."""

    kind = forms.ChoiceField(
        label=_("What is convened"), choices=Meeting.Kind.choices, initial=Meeting.Kind.MEETING,
        widget=forms.RadioSelect,
        help_text=_("In a written procedure the day and time are the deadline of the votes; one "
                    "objection forces a meeting."),
    )  # fmt: skip
    every = forms.ChoiceField(
        label=_("How often"), required=False,
        choices=[("", _("once")), ("weekly", _("every week")),
                 ("fortnightly", _("every two weeks")),
                 ("monthly", _("every month, on the same weekday"))],
    )  # fmt: skip
    count = forms.IntegerField(
        label=_("How many meetings"), min_value=1, max_value=SERIES, initial=1, required=False
    )
    field_order = ["kind", "day", "time", "place", "every", "count"]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("kind") == Meeting.Kind.WRITTEN and found.get("every"):
            self.add_error("every", gettext("Votes in writing are convened one by one."))
        if found.get("every") and not found.get("count"):
            self.add_error("count", gettext("Say how many meetings are convened."))
        return found

    def values(self) -> dict[str, Any]:
        return {**super().values(), "kind": self.cleaned_data["kind"]}


class AgendaForm(forms.Form):
    """What goes on the agenda, of what waits; and what of it is voted on together."""

    items = forms.MultipleChoiceField(
        label=_("What waits for this board"), widget=forms.CheckboxSelectMultiple, required=False
    )
    consent = forms.MultipleChoiceField(
        label=_("Of these, consent items"), widget=forms.CheckboxSelectMultiple, required=False,
        help_text=_("They are decided by one vote together, unless a seat asks to take one out. "
                    "Each has its own result and record."),
    )  # fmt: skip

    def __init__(self, *args: Any, waiting: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(row.key, row.title) for row in waiting]
        for field in self.fields.values():
            field.choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if not found.get("items") and not found.get("consent"):
            raise ValidationError(gettext("Choose at least one thing for the agenda."))
        return found


class UrgencyForm(forms.Form):
    """Why notice is shorter than the board's days of notice."""

    reason = long_text(
        _("Why it is urgent"), rows=4, help_text=_("It stands in the notice and the minutes.")
    )


class RemarkForm(forms.Form):
    """A contribution to the debate."""

    text = long_text(
        _("Your contribution"), rows=5,
        help_text=_("The seats that take part and the secretariat read it, nobody else. It is "
                    "neither changed nor removed."),
    )  # fmt: skip


class ObjectionForm(forms.Form):
    """Why a meeting must decide instead of votes in writing."""

    reason = long_text(
        _("Why a meeting must decide"), rows=4, help_text=_("It stands in the minutes.")
    )


class AuthorityForm(forms.Form):
    """Up to which whole-life cost a board decides in one currency, from a day on."""

    LIMITED, UNLIMITED, NONE = "limited", "unlimited", "none"

    currency = forms.CharField(label=_("Currency"), max_length=3, min_length=3, initial="MXN")
    extent = forms.ChoiceField(
        label=_("Authority"), widget=forms.RadioSelect, initial=LIMITED,
        choices=[(LIMITED, _("up to a whole-life cost")), (UNLIMITED, _("without limit")),
                 (NONE, _("no authority in this currency"))],
    )  # fmt: skip
    up_to = fields.AmountField(label=_("Up to a whole-life cost of"), required=False)
    starts = fields.day(
        _("In effect from"), help_text=_("Today or later. Earlier decisions keep the authority of "
                                         "their day."),
    )  # fmt: skip
    because = long_text(
        _("On what the change is based"), rows=3, help_text=_("It stands in the history for good.")
    )

    def clean_currency(self) -> str:
        return fields.currency(self.cleaned_data["currency"])

    def clean_starts(self) -> Any:
        day = self.cleaned_data["starts"]
        if day < clock.today():
            raise ValidationError(gettext("Choose today or a day to come."), code="past")
        return day

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        limited = found.get("extent") == self.LIMITED
        if limited and found.get("currency") and "up_to" in found:
            if found["up_to"] is None:
                self.add_error("up_to", gettext("Enter the amount, or choose another authority."))
                return found
            try:
                found["up_to"] = fields.minor(found["up_to"], found["currency"])
            except ValidationError as error:
                self.add_error("up_to", error)
        return found

    def values(self) -> dict[str, Any]:
        """What `authority.set_limit` takes besides the board."""
        found = self.cleaned_data
        limited = found["extent"] == self.LIMITED
        return {"currency": found["currency"], "up_to": found["up_to"] if limited else None,
                "none": found["extent"] == self.NONE, "starts": found["starts"],
                "because": found["because"]}  # fmt: skip
