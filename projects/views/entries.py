"""Pages of the catalogue entry: register, edit, accept, search for duplicates."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import View

from core.refusals import Refused
from core.steps import allow
from core.views import FormPage
from projects import duplicates, entries, permissions
from projects.forms import AcceptForm, AnswerForm, ProjectForm
from projects.models.case import DuplicateHit
from projects.models.project import Project
from projects.views.pages import ProjectPage

DRAFT_FIELDS = (*entries.FIXED_AT_TRIAGE, *entries.FIGURES, *entries.ALWAYS)
NOT_AT_FIRST = ("benefits_owner", "benefits_review_on")


class ProjectCreateView(FormPage):
    """Register a project as a draft, at any completeness."""

    template_name = "projects/project_form.html"
    form_class = ProjectForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            allow(permissions.registers, None, request.user)
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        user = self.request.user
        return {"manager": user, "institution": user.institution_id, "currency": "MXN"}

    def get_form_kwargs(self) -> dict[str, Any]:
        names = [name for name in DRAFT_FIELDS if name not in NOT_AT_FIRST]
        return {**super().get_form_kwargs(), "editable": names}

    def act(self, form: Any) -> HttpResponse:
        made = entries.register(form.cleaned_data, by=self.request.user)
        messages.success(self.request, _("The draft %(ref)s is saved.") % {"ref": made.ref})
        return HttpResponseRedirect(made.get_absolute_url())


class ProjectEditView(ProjectPage):
    """Edit the entry as far as its stage allows; the page says what is missing."""

    template_name = "projects/project_form.html"
    form_class = ProjectForm
    permission = permissions.edits

    def get_form_kwargs(self) -> dict[str, Any]:
        names, ending = entries.editable(self.project), self.project.stage in ("live", "closing")
        shown = [name for name in names if ending or name not in NOT_AT_FIRST]
        return {**super().get_form_kwargs(), "project": self.project, "editable": shown}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        draft = self.project.stage == "draft"
        return {**super().get_context_data(**kwargs), "frozen": entries.frozen(self.project),
                "lacks": self.project.lacks() if draft else []}  # fmt: skip

    def act(self, form: Any) -> HttpResponse:
        entries.edit(self.project, form.cleaned_data, by=self.request.user)
        messages.success(
            self.request, _("The entry of %(ref)s is saved.") % {"ref": self.project.ref}
        )
        return HttpResponseRedirect(self.get_success_url())


class OwnershipAcceptView(ProjectPage):
    """The owner accepts to answer for the project."""

    template_name = "projects/project_accept.html"
    form_class = AcceptForm
    permission = permissions.owns

    def act(self, form: Any) -> HttpResponse:
        entries.accept_ownership(
            self.project, by=self.request.user, because=form.cleaned_data["because"]
        )
        messages.success(self.request, _("You now answer for %(ref)s.") % {"ref": self.project.ref})
        return HttpResponseRedirect(self.get_success_url())


class DuplicatesView(LoginRequiredMixin, View):
    """The newest search for duplicates, what it found, and the answers."""

    template_name = "projects/project_duplicates.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not request.user.is_authenticated:
            return self.handle_no_permission()
        rows = Project.objects.visible_to(request.user).select_related("dossier")
        self.project = get_object_or_404(rows, ref=kwargs["ref"])
        self.search = self.project.searches.select_related("by").first()
        self.hits = self._hits()
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, ref: str) -> HttpResponse:
        return self._page([self._form(hit) for hit in self.hits])

    def post(self, request: HttpRequest, ref: str) -> HttpResponse:
        allow(permissions.searches, self.project, request.user)
        if request.POST.get("act") == "search":
            return self._search()
        forms = [self._form(hit, request.POST) for hit in self.hits]
        given = [form for form in forms if form.has_changed()]
        if [form for form in given if not form.is_valid()]:
            return self._page(forms, 422)
        try:
            for form in given:
                duplicates.answer(form.hit, **form.cleaned_data, by=request.user)
        except Refused as refused:
            given[0].add_error(None, refused.reasons[0])
            return self._page(forms, 409)
        messages.success(request, _("The answers are saved."))
        return HttpResponseRedirect(request.path)

    def _search(self) -> HttpResponse:
        try:
            made = duplicates.run(self.project, by=self.request.user)
        except Refused as refused:
            messages.error(self.request, refused.reasons[0])
        else:
            number = made.hits.count()
            messages.success(self.request, _("Searched. Projects like this one: %(number)s.")
                             % {"number": number})  # fmt: skip
        return HttpResponseRedirect(self.request.path)

    def _hits(self) -> list[DuplicateHit]:
        if self.search is None:
            return []
        seen = Project.objects.visible_to(self.request.user).order_by()
        hits = self.search.hits.filter(other__in=seen)
        return list(hits.select_related("other__institution", "answered_by"))

    def _form(self, hit: DuplicateHit, data: Any = None) -> AnswerForm:
        form = AnswerForm(
            data, prefix=f"hit-{hit.pk}", empty_permitted=True, use_required_attribute=False,
            initial={"answer": hit.answer, "explanation": hit.explanation},
        )  # fmt: skip
        form.hit = hit  # type: ignore[attr-defined]
        return form

    def _page(self, forms: list[AnswerForm], status: int = 200) -> HttpResponse:
        searches = permissions.searches(self.project, self.request.user)
        stale = self.search is not None and self.search.terms != duplicates.terms_of(self.project)
        context = {
            "project": self.project, "search": self.search, "forms": forms, "stale": stale,
            "hidden": (self.search.hits.count() - len(self.hits)) if self.search else 0,
            "searches": searches and self.project.stage == "draft",
            "up": reverse("oversight:portfolio"),
        }  # fmt: skip
        return render(self.request, self.template_name, context, status=status)
