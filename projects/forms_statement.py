"""The form that asks for a statement: of which day, and from which day on."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock


class StatementForm(forms.Form):
    """Days that are not still to come where the institution is."""

    on = forms.DateField(
        label=gettext_lazy("On"),
        help_text=gettext_lazy("The books as recorded at the end of this day."),
    )
    since = forms.DateField(
        label=gettext_lazy("List the entries from"), required=False,
        help_text=gettext_lazy("Leave empty for all entries since the beginning."),
    )  # fmt: skip

    def __init__(self, *args: Any, institution: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.institution = institution

    def clean_on(self) -> Any:
        day = self.cleaned_data["on"]
        if day > clock.today(self.institution):
            raise forms.ValidationError(
                _("This day is still to come; a statement says what was recorded.")
            )
        return day

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        on, since = found.get("on"), found.get("since")
        if on and since and since > on:
            self.add_error("since", _("The statement would begin after its end."))
        return found
