"""Pages of change requests and baselines: lists, the form that foretells the route, one request."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from core.exports import csv_response
from core.models import Event
from core.refusals import Refused
from core.steps import allow
from core.telling import told
from core.views import DetailPage, ListPage, TransitionView
from projects import changes, permissions, tables_changes
from projects.forms_changes import ChangeForm, FiguresForm
from projects.models import ChangeRequest, Project
from projects.models.change import APPROVED, UNDECIDED
from projects.models.change_guards import RUNNING
from projects.views.pages import ProjectPage

SHOWN = {
    "open": gettext_lazy("Open"), "board": gettext_lazy("Before a board"),
    "decided": gettext_lazy("Approved, not implemented"), "done": gettext_lazy("Implemented"),
    "all": gettext_lazy("All"),
}  # fmt: skip


class ChangeListView(ListPage):
    """The change requests that this person sees, in all projects."""

    model = ChangeRequest
    template_name = "projects/change_list.html"
    context_object_name = "changes"

    def get_queryset(self) -> Any:
        rows = super().get_queryset().select_related("baseline")
        narrowed: dict[str, dict[str, Any]] = {
            "open": {"state__in": UNDECIDED}, "board": {"state": "before_board"},
            "decided": {"state__in": APPROVED}, "done": {"state": "implemented"}, "all": {},
        }  # fmt: skip
        return rows.filter(**narrowed[self._chosen()])

    def _chosen(self) -> str:
        asked = self.request.GET.get("show", "")
        return asked if asked in SHOWN else "open"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.GET.get("format") == "csv":
            header, rows = tables_changes.export(self.get_queryset().iterator(500))
            return csv_response(str(_("changes")), header, rows)
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(shown=SHOWN.items(), chosen=self._chosen(), **kwargs)


class ProjectChangesView(DetailPage):
    """The change requests of one project, and its baselines with their differences."""

    model = Project
    template_name = "projects/project_changes.html"
    context_object_name = "project"

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("institution", "dossier", "tier")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.GET.get("format") == "csv":
            project = self.get_object()
            header, rows = tables_changes.export(self._changes(project))
            return csv_response(f"{project.ref}-{_('changes')}", header, rows)
        return super().get(request, *args, **kwargs)

    def _changes(self, project: Project) -> list[ChangeRequest]:
        rows = list(project.changes.select_related("baseline"))
        for row in rows:
            row.project = project
        return rows

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        project, user = self.object, self.request.user
        may = permissions.drafts_changes(ChangeRequest(project=project), user)
        return super().get_context_data(
            changes=self._changes(project), baselines=tables_changes.baselines(project),
            drafts=may and project.stage in RUNNING, **kwargs,
        )  # fmt: skip


class ChangeDetailView(DetailPage):
    """One change request: what changes, which rule sent it where, and its steps."""

    model = ChangeRequest
    template_name = "projects/change_detail.html"
    context_object_name = "change"

    def get_queryset(self) -> Any:
        rows = super().get_queryset()
        return rows.select_related("drafted_by", "submitted_by", "benefit", "baseline",
                                   "project__tier")  # fmt: skip

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        change, user = self.object, self.request.user
        events = Event.objects.filter(
            target_label="projects.changerequest", target_id=change.pk
        ).select_related("actor", "on_behalf_of")
        draft = change.state == ChangeRequest.States.DRAFT
        return super().get_context_data(
            events=told(events.order_by("-number")), project=change.project,
            edits=draft and permissions.drafts_changes(change, user),
            hold=change.project.holds.active().filter(cure_ref=change.ref).first(), **kwargs,
        )  # fmt: skip


class ChangeStepView(TransitionView):
    """Confirm and take one step of a change request."""

    model = ChangeRequest


class ChangeFormPage(ProjectPage):
    """The form of a change request; a preview says where it would go, and saves nothing."""

    template_name = "projects/change_form.html"
    form_class = ChangeForm
    change: ChangeRequest | None = None

    def admit(self) -> None:
        row = self.change or ChangeRequest(project=self.project)
        allow(permissions.drafts_changes, row, self.request.user)  # type: ignore[arg-type]

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "project": self.project, "change": self.change}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kwargs.setdefault("foretold", self._kept())
        return {**super().get_context_data(**kwargs), "change": self.change}

    def _kept(self) -> dict[str, Any]:
        return {} if self.change is None else foretell(self.project, vars(self.change))

    def act(self, form: ChangeForm) -> HttpResponse:
        if self.request.POST.get("act") == "preview":
            found = foretell(self.project, form.cleaned_data)
            return self.render_to_response(self.get_context_data(form=form, foretold=found))
        change = self.save(form.cleaned_data)
        messages.success(self.request, _("%(change)s is saved as a draft.") % {"change": change})
        return HttpResponseRedirect(change.get_absolute_url())

    def save(self, values: dict[str, Any]) -> ChangeRequest:
        """Keep what was typed."""
        raise NotImplementedError


class ChangeCreateView(ChangeFormPage):
    """Draft a change request."""

    def save(self, values: dict[str, Any]) -> ChangeRequest:
        return changes.propose(self.project, by=self.request.user, **values)  # type: ignore[arg-type]


class ChangeEditView(ChangeFormPage):
    """Go on with a drafted change request."""

    def admit(self) -> None:
        rows = ChangeRequest.objects.visible_to(self.request.user)
        self.change = get_object_or_404(rows, pk=self.kwargs["pk"])
        super().admit()

    @cached_property
    def project(self) -> Project:  # type: ignore[override]
        assert self.change is not None  # noqa: S101 — `admit` found it
        return self.change.project

    def save(self, values: dict[str, Any]) -> ChangeRequest:
        assert self.change is not None  # noqa: S101 — `admit` found it
        return changes.edit(self.change, by=self.request.user, **values)  # type: ignore[arg-type]


def foretell(project: Project, values: dict[str, Any]) -> dict[str, Any]:
    """The route of a change of these figures, or the sentences that say why there is none."""
    try:
        return changes.foretold(project, cost=values["cost"], days=values["days"],
                                undermined=values["undermined"])  # fmt: skip
    except Refused as refused:
        return {"refused": refused.reasons}


class ChangeForetellView(LoginRequiredMixin, View):
    """Where a change of the typed figures would go, as a piece of the form's page."""

    def get(self, request: HttpRequest, ref: str) -> HttpResponse:
        project = get_object_or_404(Project.objects.visible_to(request.user), ref=ref)
        form = FiguresForm(request.GET, project=project)
        found = foretell(project, form.cleaned_data) if form.is_valid() else {}
        return render(request, "projects/_foretold.html", {"foretold": found, "project": project})
