"""The page from which a decision letter goes to the project: prefilled, numbered, as PDF."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.functional import cached_property
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from gating import permissions, wordings
from gating.models import GateReview
from gating.views.acting import RowFormPage
from projects import letters
from projects.models import Letter


class DecisionLetterForm(forms.Form):
    """The letter as it will stand on paper."""

    recipient = forms.CharField(label=gettext_lazy("To"), max_length=500)
    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=250)
    text = forms.CharField(
        label=gettext_lazy("Text"), max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 18}),
    )  # fmt: skip
    label = forms.ChoiceField(
        label=gettext_lazy("Who may read it"), choices=Letter.Label.choices,
        widget=forms.RadioSelect, initial=Letter.Label.INTERNAL,
    )  # fmt: skip


class DecisionLetterView(RowFormPage):
    """Write the decision letter of a review: it goes into the correspondence as PDF, numbered."""

    model = GateReview
    permission = staticmethod(permissions.is_secretariat)
    related = ("project__dossier", "project__institution", "project__owner", "gate")
    form_class = DecisionLetterForm
    title = gettext_lazy("Write the decision letter")
    intro = gettext_lazy("It is numbered, kept as PDF in the correspondence of the case, and the "
                         "project's manager and owner are told.")  # fmt: skip
    submit = gettext_lazy("Issue the letter")

    @property
    def language(self) -> str:
        return (get_language() or "es")[:2]

    @cached_property
    def motion(self) -> Any:
        found = wordings.decided_by(self.row)
        if found is None:
            raise Http404
        return found

    def get_initial(self) -> dict[str, Any]:
        said = wordings.letter(self.row, self.motion, self.language, self.request.user)
        project = self.row.project
        recipient = ", ".join(str(name) for name in (project.owner, project.institution) if name)
        return {"recipient": recipient, "subject": said.subject, "text": said.body,
                "label": Letter.Label.INTERNAL}  # fmt: skip

    def act(self, form: Any) -> HttpResponse:
        said = form.cleaned_data
        paper = wordings.on_paper(said["recipient"], said["subject"], said["text"], self.language)
        letter = letters.issue(self.row.project, said, paper, by=self.request.user)  # type: ignore[arg-type]
        messages.success(self.request, _("Issued as %(ref)s.") % {"ref": letter.ref})
        return HttpResponseRedirect(letter.get_absolute_url())
