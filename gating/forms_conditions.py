"""Forms of conditions: the answer, more time, another verifier."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core import clock
from core.models import User
from gating.forms_boards import long_text
from projects import fields


class MoreTimeForm(forms.Form):
    """Until when, and why."""

    until = fields.day(
        _("New due date"),
        help_text=_("It ends at 24:00 of that day. A condition is extended twice at most."),
    )
    reason = long_text(_("Why more time is needed"), rows=4)


class VerifierForm(forms.Form):
    """Who verifies from now on, and why."""

    person = forms.ModelChoiceField(
        queryset=User.objects.none(), label=_("Who verifies it from now on"),
        help_text=_("Of the secretariat, or an assessor of the review; never its owner."),
    )  # fmt: skip
    reason = long_text(_("Why somebody else verifies it"), rows=3)

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        active = User.objects.filter(is_active=True).exclude(email=clock.CLOCK_EMAIL)
        self.fields["person"].queryset = active.filter(pk__in=people)  # type: ignore[attr-defined]
