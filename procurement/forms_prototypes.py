"""Forms on prototypes: whether a later change matters."""

from django import forms
from django.utils.translation import gettext_lazy as _

from procurement.models import LaterChange


class VerdictForm(forms.Form):
    """What an officer says of a change after the deadline."""

    verdict = forms.ChoiceField(
        label=_("Does it matter?"), choices=LaterChange.Verdict.choices, widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("It stands in the file of the competition."),
    )  # fmt: skip
