"""Forms of the correspondence of a case."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.documents import DocumentField
from core.people_forms import day
from projects.models import Letter, Project

MOST_FILES = 20


class Several(forms.ClearableFileInput):
    """A file input that takes several files at once."""

    allow_multiple_selected = True


class FilesField(DocumentField):
    """Several files, each examined as one alone would be."""

    widget = Several

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given = [file for file in (data if isinstance(data, list | tuple) else [data]) if file]
        if len(given) > MOST_FILES:
            raise ValidationError(gettext("Attach %(most)s files at most.") % {"most": MOST_FILES})
        return [super(FilesField, self).clean(file, initial) for file in given]


class LetterForm(forms.ModelForm):
    """A letter as somebody registers it by hand."""

    dated = day(_("Date"), help_text=_("The day that the letter itself bears."))
    attached = FilesField(label=_("Files"), required=False)

    class Meta:
        model = Letter
        fields = ["direction", "medium", "dated", "sender", "recipient", "subject", "reference",
                  "in_reply_to", "label", "text"]  # fmt: skip
        widgets = {"direction": forms.RadioSelect, "medium": forms.RadioSelect,
                   "label": forms.RadioSelect,
                   "text": forms.Textarea(attrs={"rows": 6})}  # fmt: skip
        help_texts = {
            "reference": _("The number that its sender gave it, if any."),
            "label": _("Confidential letters are read by the secretariat, the auditor and the "
                       "project's manager and owners."),
            "text": _("What it says, in a few words or whole."),
        }  # fmt: skip

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("direction", "medium", "label"):
            self.fields[name].choices = [c for c in self.fields[name].choices if c[0]]  # type: ignore[attr-defined]
        earlier = Letter.objects.filter(project=project, state=Letter.States.REGISTERED)
        self.fields["in_reply_to"].queryset = earlier.select_related("project")  # type: ignore[attr-defined]
        self.fields["in_reply_to"].label_from_instance = Letter.title_for_people  # type: ignore[attr-defined]

    def _post_clean(self) -> None:
        """The row is built by the rule, under the lock of its case; nothing to check before."""


class EmailForm(forms.Form):
    """An e-mail file, and what it cannot say itself."""

    file = forms.FileField(
        label=_("E-mail file (.eml)"),
        help_text=_("In your mail program: save the message as .eml. Its text and attachments are "
                    "taken out; the message itself is kept whole."),
        widget=forms.ClearableFileInput(attrs={"accept": ".eml"}),
    )  # fmt: skip
    direction = forms.ChoiceField(
        label=_("Direction"), choices=Letter.Direction.choices, widget=forms.RadioSelect,
        initial=Letter.Direction.IN,
    )  # fmt: skip
    label = forms.ChoiceField(
        label=_("Who may read it"), choices=Letter.Label.choices, widget=forms.RadioSelect,
        initial=Letter.Label.INTERNAL,
    )  # fmt: skip
