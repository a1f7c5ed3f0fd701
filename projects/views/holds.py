"""Pages of holds, findings, taking on, and tiers."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import DetailView

from core import documents
from core.steps import allow
from core.views import DetailPage, FormPage, TransitionView
from projects import entries, holds, permissions, taking_on
from projects.fields import shown
from projects.forms_holds import FindingForm, HoldForm, RemedyForm, TakeOnForm
from projects.models.hold import Finding, Hold
from projects.models.project import Project
from projects.models.takeon import OPENING, TakeOn
from projects.views.pages import ProjectPage


class HoldListView(DetailPage):
    """What stands in a project's way, now and before."""

    model = Project
    template_name = "projects/hold_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found, user = super().get_context_data(**kwargs), self.request.user
        holds_there = list(self.object.holds.select_related("placed_by", "project"))
        return {
            **found, "holds": holds_there, "findings": self.object.findings.select_related("by"),
            "obligations": self.object.obligations.filter(open=True).select_related("owner"),
            "places": permissions.places_hold(self.object, user),
            "audits": permissions.audits(self.object, user),
            "confirms": permissions.administers_catalogue(self.object, user),
        }  # fmt: skip


class HoldCreateView(ProjectPage):
    """Put a project on hold."""

    template_name = "projects/hold_form.html"
    form_class = HoldForm
    permission = permissions.places_hold

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "cures": holds.cures(self.project)}

    def act(self, form: Any) -> HttpResponse:
        holds.place_by_hand(self.project, by=self.request.user, **form.cleaned_data)
        messages.success(self.request, _("%(ref)s is on hold.") % {"ref": self.project.ref})
        return HttpResponseRedirect(reverse("projects:hold_list", args=[self.project.ref]))


class FindingCreateView(ProjectPage):
    """Record an auditor's finding."""

    template_name = "projects/finding_form.html"
    form_class = FindingForm
    permission = permissions.audits

    def act(self, form: Any) -> HttpResponse:
        holds.record_finding(self.project, by=self.request.user, **form.cleaned_data)
        messages.success(self.request, _("The finding is on record."))
        return HttpResponseRedirect(reverse("projects:hold_list", args=[self.project.ref]))


class FindingRemedyView(FormPage):
    """An auditor marks a finding as remedied; its hold ends with it."""

    template_name = "projects/finding_remedy.html"
    form_class = RemedyForm

    @cached_property
    def finding(self) -> Finding:
        seen = Project.objects.visible_to(self.request.user).order_by().values("pk")
        rows = Finding.objects.select_related("project__dossier", "by").filter(project__in=seen)
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            allow(permissions.audits, self.finding.project, request.user)
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        held = self.finding.holds.active().exists()
        return {**super().get_context_data(**kwargs), "finding": self.finding,
                "project": self.finding.project, "held": held}  # fmt: skip

    def act(self, form: Any) -> HttpResponse:
        holds.remedy(self.finding, form.cleaned_data["how"], by=self.request.user)
        messages.success(self.request, _("The finding is marked as remedied."))
        return HttpResponseRedirect(self.finding.get_absolute_url())


class HoldStepView(TransitionView):
    """Confirm and take one step of a hold."""

    model = Hold


class TakeOnCreateView(ProjectPage):
    """Propose to take on a running project."""

    template_name = "projects/takeon_form.html"
    form_class = TakeOnForm
    permission = permissions.proposes_take_on

    def get_initial(self) -> dict[str, Any]:
        project = self.project
        return {"cost": shown(project.cost, project.currency), "starts_on": project.starts_on,
                "ends_on": project.ends_on}  # fmt: skip

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "currency": self.project.currency}

    def act(self, form: Any) -> HttpResponse:
        values, by = dict(form.cleaned_data), self.request.user
        values["document"] = documents.store(
            values["document"], by=by, dossier=self.project.dossier
        )
        made = taking_on.propose(self.project, values, by=by)
        messages.success(self.request, _("Proposed. A second person confirms it."))
        return HttpResponseRedirect(made.get_absolute_url())


class TakeOnDetailView(DetailPage):
    """A proposal to take on a project, and what became of it."""

    model = TakeOn
    template_name = "projects/takeon_detail.html"

    def get_queryset(self) -> Any:
        rows = super().get_queryset()
        return rows.select_related("project__dossier", "proposed_by", "document__blob")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        take_on = self.object
        balances = [(entries.label(TakeOn, name), getattr(take_on, name)) for name in OPENING]
        return {**super().get_context_data(**kwargs), "project": take_on.project,
                "balances": balances}  # fmt: skip


class TakeOnDocumentView(LoginRequiredMixin, DetailView):
    """The source document of the opening balances, for whoever sees the project."""

    model = TakeOn

    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        rows = TakeOn.objects.visible_to(request.user).select_related("document__blob")
        take_on = get_object_or_404(rows, pk=kwargs["pk"])
        if take_on.document is None:
            raise Http404
        return documents.serve(request, take_on.document)


class TakeOnStepView(TransitionView):
    """Confirm and take one step of a taking on."""

    model = TakeOn
