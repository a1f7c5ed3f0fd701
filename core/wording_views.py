"""Pages of the text templates: which there are, how each reads, and a newer version."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from core import clock, wording
from core.models import Wording
from core.people import holds
from core.people_forms import day
from core.permissions import writes_texts
from core.refusals import Denied
from core.steps import allow
from core.views import FormPage


class WordingForm(forms.Form):
    """A newer version of one text in one language."""

    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=200)
    body = forms.CharField(
        label=gettext_lazy("Text"), max_length=20_000, strip=False,
        widget=forms.Textarea(attrs={"rows": 16}),
    )  # fmt: skip
    starts_on = day(gettext_lazy("In effect from"))
    note = forms.CharField(label=gettext_lazy("What changed"), max_length=200, required=False)

    def __init__(self, *args: Any, text: wording.Text, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not text.has_subject:
            del self.fields["subject"]

    def clean_body(self) -> str:
        return str(self.cleaned_data["body"]).replace("\r\n", "\n")


class Readers:
    """The secretariat writes text templates, the auditor reads them."""

    request: Any
    kwargs: dict[str, Any]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated and not holds(request.user, "secretariat", "auditor"):
            raise Denied(str(writes_texts.reason))  # type: ignore[attr-defined]
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]

    @cached_property
    def text(self) -> wording.Text:
        found = wording.find(self.kwargs["code"])
        if found is None:
            raise Http404
        return found


class WordingListView(Readers, TemplateView):
    """All texts, by what they are for, with the version that counts today."""

    template_name = "core/wording_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        today = clock.today()
        newest: dict[tuple[str, str], int] = {}
        for row in Wording.objects.filter(starts_on__lte=today).order_by("number"):
            newest[row.code, row.language] = row.number
        rows = [
            {"text": text,
             "versions": [(language, newest.get((text.code, language), 0))
                          for language in wording.LANGUAGES]}
            for text in wording.texts()
        ]  # fmt: skip
        groups: dict[str, list[Any]] = {}
        for line in rows:
            text: Any = line["text"]
            groups.setdefault(str(text.group), []).append(line)
        return super().get_context_data(groups=groups.items(), **kwargs)


class WordingDetailView(Readers, TemplateView):
    """One text as it reads today in each language, what is to come, and what was."""

    template_name = "core/wording_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        today = clock.today()
        rows = Wording.objects.filter(code=self.text.code).select_related("made_by")
        return super().get_context_data(
            text=self.text, rows=rows, today=today,
            now=[(language, wording.current(self.text.code, language, today))
                 for language in wording.LANGUAGES],
            writes=writes_texts(None, self.request.user), **kwargs,
        )  # fmt: skip


class WordingWriteView(Readers, FormPage):
    """Write a newer version; the form begins with the newest."""

    template_name = "core/wording_form.html"
    form_class = WordingForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if kwargs["language"] not in wording.LANGUAGES:
            raise Http404
        if request.user.is_authenticated:
            allow(writes_texts, None, request.user)
        return super().dispatch(request, *args, **kwargs)

    @property
    def language(self) -> str:
        return str(self.kwargs["language"])

    def get_initial(self) -> dict[str, Any]:
        rows = Wording.objects.filter(code=self.text.code, language=self.language)
        newest = rows.order_by("-number").first() or wording.current(
            self.text.code, self.language, clock.today()
        )
        return {"subject": newest.subject, "body": newest.body, "starts_on": clock.today()}

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "text": self.text}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            text=self.text, language=dict(Wording.LANGUAGES)[self.language],
            placeholders=[(f"{{{name}}}", meaning)
                          for name, meaning in self.text.placeholders.items()],
            cancel_url=self._above(), **kwargs,
        )  # fmt: skip

    def _above(self) -> str:
        return reverse("core:wording_detail", args=[self.text.code])

    def act(self, form: Any) -> HttpResponse:
        values = {"subject": "", **form.cleaned_data}
        row = wording.save(self.text, self.language, by=self.request.user, **values)
        messages.success(self.request, _("Version %(number)s is saved.") % {"number": row.number})
        return HttpResponseRedirect(self._above())
