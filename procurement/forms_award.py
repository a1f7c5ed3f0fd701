"""Forms between the ranking and the contract."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.documents import DocumentField
from procurement.models import RETURNS


def long_text(label: Any, help_text: Any = "", rows: int = 6) -> forms.CharField:
    """A field for a longer text."""
    return forms.CharField(label=label, max_length=8000, help_text=help_text,
                           widget=forms.Textarea(attrs={"rows": rows}))  # fmt: skip


class AdvantagesForm(forms.Form):
    """What puts rank 1 first."""

    text = long_text(
        _("Relative advantages of rank 1"),
        _("Every bidder reads this. Say what the panel found better, criterion by criterion; leave "
          "out what a company may keep to itself: prices of parts, methods, names of people."),
    )  # fmt: skip


class ReturnForm(forms.Form):
    """To which step it goes back."""

    step = forms.ChoiceField(
        label=_("Back to"), choices=[(step.value, step.label) for step in RETURNS],
        widget=forms.RadioSelect,
    )  # fmt: skip


class SendBackForm(ReturnForm):
    """To which step it goes back, and why."""

    because = long_text(_("Reason"), _("It stands in the history for good."), rows=4)


class DeliveryForm(forms.Form):
    """How a notice reached a company that has nobody to write to."""

    how = forms.CharField(
        label=_("How and to whom it was delivered"), max_length=300,
        help_text=_("Such as: handed over on paper to the legal representative, with receipt."),
    )  # fmt: skip


class ChallengeForm(forms.Form):
    """What is wrong with a ranking."""

    grounds = long_text(
        _("Grounds"), _("Say which rule was broken or which fact is wrong, and what follows."), 8
    )
    document = DocumentField(label=_("Document"), required=False)
