"""Standards and gates: what is asked where, for all to read; the standards editor sets it."""

import json
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from core.models import Event
from core.steps import allow
from core.telling import told
from core.views import DetailPage, FormPage, ListPage, StepForm, TransitionView
from gating import gates, permissions
from gating.forms import GateStandardForm
from gating.models import Crosswalk, Gate, GateStandard, Standard


class StandardListView(ListPage):
    """Every standard, its newest version first."""

    model = Standard
    template_name = "gating/standard_list.html"

    def get_queryset(self) -> Any:
        return super().get_queryset().order_by("title", "-pk").prefetch_related("gates__gate")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        editor = permissions.edits_standards(None, self.request.user)
        return super().get_context_data(**kwargs, editor=editor)


class StandardDetailView(DetailPage):
    """One version of a standard with its criteria, its source and its licence."""

    model = Standard
    template_name = "gating/standard_detail.html"
    context_object_name = "standard"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        versions = Standard.objects.filter(code=self.object.code).exclude(pk=self.object.pk)
        standard, editor = self.object, permissions.edits_standards(None, self.request.user)
        criteria = list(standard.criteria.all())
        for row in criteria:
            row.standard = standard
        events = Event.objects.filter(
            target_label="gating.standard", target_id=standard.pk, dossier=standard.dossier_id
        ).order_by("-number")
        return super().get_context_data(
            **kwargs, criteria=criteria, versions=versions, editor=editor,
            edits=editor and standard.state == Standard.States.DRAFT,
            unused=standard.facts.get("rows_not_used", ()),
            asked=standard.gates.select_related("gate", "tier"),
            walks=Crosswalk.objects.filter(Q(first=standard.code) | Q(second=standard.code)),
            past=standard.past_assessments.count(),
            events=told(events.select_related("actor", "on_behalf_of")[:50]),
        )  # fmt: skip


class StandardStepView(TransitionView):
    """Confirm and take a step of a standard."""

    model = Standard


class GateListView(ListPage):
    """The gates with what each asks, opens and commits."""

    model = Gate
    template_name = "gating/gate_list.html"

    def get_queryset(self) -> Any:
        return (
            super()
            .get_queryset()
            .prefetch_related(
                "standards__standard", "standards__tier", "rules__tier", "rules__board"
            )
        )


class GatePage(FormPage):
    """A page about one gate."""

    @cached_property
    def gate(self) -> Gate:
        return get_object_or_404(
            Gate.objects.visible_to(self.request.user).select_related("dossier"),
            code=self.kwargs["code"],
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, gate=self.gate)


def _named(events: list[Event]) -> list[Event]:
    """The events of a gate with the standard that each is about."""
    for event in events:
        said = json.loads(event.details)
        event.change = f"{said['standard']} ({said.get('to') or said['version']})"  # type: ignore[attr-defined]
    return events


class GateDetailView(GatePage):
    """A gate, its standards with their history, and the form by which the editor adds one."""

    template_name = "gating/gate_detail.html"
    form_class = GateStandardForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        gate = self.gate
        events = Event.objects.filter(dossier=gate.dossier).order_by("-number")
        return super().get_context_data(
            **kwargs, asked=gate.standards.select_related("standard", "tier"),
            rules=gate.rules.select_related("tier", "board"),
            edits=permissions.edits_standards(gate, self.request.user),
            events=_named(told(events.select_related("actor", "on_behalf_of")[:50])),
        )  # fmt: skip

    def act(self, form: Any) -> HttpResponse:
        gates.assign(self.gate, by=self.request.user, **form.cleaned_data)
        messages.success(self.request, _("The gate asks the standard from now on."))
        return HttpResponseRedirect(self.gate.get_absolute_url())


class GateDropView(GatePage):
    """A gate no longer asks a standard; open reviews stay as they are."""

    template_name = "gating/gate_drop.html"
    form_class = StepForm

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        allow(permissions.edits_standards, self.gate, request.user)
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def row(self) -> GateStandard:
        rows = self.gate.standards.select_related("standard", "tier", "gate__dossier")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "reason_needed": True}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, row=self.row)

    def act(self, form: Any) -> HttpResponse:
        gates.release(self.row, by=self.request.user, because=form.cleaned_data["because"])
        messages.success(self.request, _("The gate no longer asks the standard."))
        return HttpResponseRedirect(self.gate.get_absolute_url())
