"""Pages of the correspondence of a case."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import DetailView, ListView, View

from core import documents
from core.exports import csv_response
from core.models import Event
from core.telling import told
from core.views import TransitionView, VisibleMixin
from projects import letters, permissions
from projects.forms_letters import EmailForm, LetterForm
from projects.models import Enclosure, Letter, Project
from projects.views.pages import ProjectPage


class OfCase(VisibleMixin):
    """Letters of one case that this person may read; strangers to the case get 404."""

    model: Any = Letter

    @cached_property
    def project(self) -> Project:
        rows = Project.objects.visible_to(self.request.user).select_related("dossier")  # type: ignore[attr-defined]
        return get_object_or_404(rows, ref=self.kwargs["ref"])  # type: ignore[attr-defined]

    def get_queryset(self) -> Any:
        rows = super().get_queryset().filter(project=self.project)
        return rows.select_related("project", "in_reply_to__project", "registered_by")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        keeps = permissions.keeps_letters(self.project, self.request.user)  # type: ignore[attr-defined]
        found = super().get_context_data(**kwargs)  # type: ignore[misc]
        return {**found, "project": self.project, "keeps": keeps}


class LetterListView(OfCase, ListView):
    """The correspondence, newest first, with a search and a CSV of what it found."""

    template_name = "projects/letter_list.html"
    context_object_name = "letters"
    paginate_by = 50

    def get_queryset(self) -> Any:
        rows = super().get_queryset().annotate(files=Count("enclosures")).order_by("-number")
        for word in self.request.GET.get("q", "").split()[:10]:
            rows = rows.filter(
                Q(subject__icontains=word) | Q(sender__icontains=word)
                | Q(recipient__icontains=word) | Q(reference__icontains=word)
                | Q(text__icontains=word)
            )  # fmt: skip
        direction = self.request.GET.get("direction", "")
        return rows.filter(direction=direction) if direction in Letter.Direction.values else rows

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.GET.get("format") == "csv":
            return csv_response(f"{self.project.ref}-letters", *self._table())
        return super().get(request, *args, **kwargs)

    def _table(self) -> tuple[list[Any], Any]:
        header = [_("Reference"), _("Direction"), _("Medium"), _("Date"), _("From"), _("To"),
                  _("Subject"), _("Its own reference"), _("In reply to"), _("Who may read it"),
                  _("Files"), _("State"), _("Why it was annulled")]  # fmt: skip
        rows = (
            [row.ref, row.get_direction_display(), row.get_medium_display(), row.dated, row.sender,
             row.recipient, row.subject, row.reference, row.in_reply_to or "",
             row.get_label_display(), row.files, row.get_state_display(), row.annulled_because]
            for row in self.get_queryset().order_by("number")
        )  # fmt: skip
        return header, rows

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        query = self.request.GET
        return super().get_context_data(
            q=query.get("q", ""), direction=query.get("direction", ""),
            directions=Letter.Direction.choices, **kwargs,
        )  # fmt: skip


class LetterDetailView(OfCase, DetailView):
    """One letter with its files, what it answers, and what answers it."""

    template_name = "projects/letter_detail.html"
    context_object_name = "letter"

    def get_object(self, queryset: Any = None) -> Letter:
        return get_object_or_404(self.get_queryset(), number=self.kwargs["number"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        letter = self.object
        events = Event.objects.filter(target_label="projects.letter", target_id=letter.pk)
        readable = Letter.objects.visible_to(self.request.user)
        return super().get_context_data(
            enclosures=letter.enclosures.select_related("document__blob"),
            replies=readable.filter(in_reply_to=letter).select_related("project"),
            answered=readable.filter(pk=letter.in_reply_to_id).select_related("project").first(),
            events=told(events.select_related("actor", "on_behalf_of").order_by("-pk")), **kwargs,
        )  # fmt: skip


class LetterCreateView(ProjectPage):
    """Register a letter by hand."""

    permission = staticmethod(permissions.keeps_letters)
    template_name = "projects/letter_form.html"
    form_class: Any = LetterForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "project": self.project}

    def get_initial(self) -> dict[str, Any]:
        found: dict[str, Any] = {"direction": "in", "medium": "letter", "label": "internal"}
        answered = self.request.GET.get("reply", "")
        if answered.isdigit() and (row := self._earlier(int(answered))):
            found |= {"in_reply_to": row.pk, "subject": row.subject, "label": row.label,
                      "sender": row.recipient[:250], "recipient": row.sender,
                      "direction": "out" if row.direction == "in" else "in"}  # fmt: skip
        return found

    def _earlier(self, number: int) -> Letter | None:
        rows = Letter.objects.visible_to(self.request.user).filter(project=self.project)
        return rows.filter(number=number).first()

    def act(self, form: Any) -> HttpResponse:
        values = {name: form.cleaned_data[name] for name in letters.FIELDS}
        files = form.cleaned_data["attached"] or []
        letter = letters.register(self.project, values, files, by=self.request.user)  # type: ignore[arg-type]
        messages.success(self.request, _("Registered as %(ref)s.") % {"ref": letter.ref})
        return HttpResponseRedirect(letter.get_absolute_url())

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)


class EmailCreateView(LetterCreateView):
    """Register an e-mail from its file."""

    template_name = "projects/email_form.html"
    form_class = EmailForm

    def get_form_kwargs(self) -> dict[str, Any]:
        found = super().get_form_kwargs()
        return {name: value for name, value in found.items() if name != "project"}

    def get_initial(self) -> dict[str, Any]:
        return {}

    def act(self, form: Any) -> HttpResponse:
        given = form.cleaned_data
        letter, left = letters.register_email(
            self.project, given["file"], direction=given["direction"], label=given["label"],
            by=self.request.user,  # type: ignore[arg-type]
        )  # fmt: skip
        messages.success(self.request, _("Registered as %(ref)s.") % {"ref": letter.ref})
        for reason in left:
            messages.warning(self.request, _("Not taken out: %(reason)s") % {"reason": reason})
        return HttpResponseRedirect(letter.get_absolute_url())


class EnclosureFileView(View):
    """A file of a letter that this person may read."""

    def get(self, request: HttpRequest, pk: int) -> Any:
        readable = Letter.objects.visible_to(request.user)
        rows = Enclosure.objects.filter(letter__in=readable).select_related("document__blob")
        return documents.serve(request, get_object_or_404(rows, pk=pk).document)


class LetterStepView(TransitionView):
    """Annul a letter."""

    model = Letter
