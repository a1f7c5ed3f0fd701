"""Pages of emergency exceptions: the list with its export, each one, asking, the limits."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.generic import TemplateView, View

from core import clock, documents, money, telling
from core.exports import csv_response
from core.models import Event
from core.steps import allow
from core.views import DetailPage, FormPage, ListPage
from gating import emergencies, matters
from gating import permissions_emergency as permissions
from gating.forms_emergency import CapForm, ExceptionForm
from gating.models import EmergencyException
from gating.models.emergency_rules import limits
from gating.views.acting import told
from projects import setting_aside
from projects.models import Tier
from projects.views.pages import ProjectPage

LIMIT_EVENTS = 20


class ExceptionListView(ListPage):
    """The exceptions that this person sees: overdue first, then open ones, then what is over."""

    model = EmergencyException
    template_name = "gating/exception_list.html"
    context_object_name = "exceptions"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.GET.get("format") == "csv":
            return csv_response(str(_("emergency exceptions")), *_export(self.get_queryset()))
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> Any:
        rows = super().get_queryset().select_related("project__institution", "gate", "board")
        states, late = EmergencyException, rows.late(clock.now())
        chosen = {
            "overdue": late, "asked": rows.undecided(),
            "open": rows.open_().exclude(pk__in=late.order_by().values("pk")),
            "over": rows.exclude(state__in=[*states.ASKED, *states.OPEN]),
        }.get(self.request.GET.get("show", ""), rows)  # fmt: skip
        return chosen.order_by("-pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        names = {"all": _("All"), "overdue": _("Overdue"), "open": pgettext("conditions", "Open"),
                 "asked": _("Asked for"), "over": _("Over")}  # fmt: skip
        chosen = self.request.GET.get("show", "all")
        return super().get_context_data(
            shown=names.items(), chosen=chosen if chosen in names else "all", **kwargs
        )


def _export(rows: Any) -> tuple[list[str], Any]:
    """Header and rows for other programs; amounts in whole units of their currency."""
    header = [_("Reference"), _("Project"), _("Institution"), _("Gate"), _("What it bypasses"),
              _("Currency"), _("Amount"), _("Days"), _("State"), _("Asked"), _("Granted"),
              _("To be made regular by"), _("Released"), _("Made regular"), _("How"),
              _("Reason")]  # fmt: skip
    return header, (
        [
            row.ref, row.project.title, row.project.institution, row.gate or "",
            "; ".join(row.bypassed), row.project.currency,
            money.from_minor(row.amount, row.project.currency), row.days,
            row.get_state_display(), row.asked_at, row.granted_at, row.last_day, row.released_at,
            row.regularised_at, row.regularised_how, row.reason,
        ]
        for row in rows.iterator(500)
    )  # fmt: skip


class ExceptionDetailView(DetailPage):
    """One exception: what it bypasses, who granted it, where its money stands, and its steps."""

    model = EmergencyException
    template_name = "gating/exception_detail.html"
    context_object_name = "exception"

    def get_queryset(self) -> Any:
        people = ("asked_by", "supported_by", "granted_by", "prepared_by", "document__blob", "gate")
        return super().get_queryset().select_related(*EmergencyException.step_related, *people)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row = self.object
        motions = matters.motions_of(row).select_related("project", "board")
        confirms = row.state in row.OUT and not motions.undecided().exists()
        return super().get_context_data(
            events=told(row), motions=motions, late=row.is_late,
            motion_url=matters.url_for(row)
            if confirms and self.request.user.standing.holders("secretariat") else "",
            **kwargs,
        )  # fmt: skip


class ExceptionCreateView(ProjectPage):
    """Ask for an emergency exception."""

    template_name = "gating/exception_form.html"
    form_class = ExceptionForm
    permission = permissions.asks

    def get_form_kwargs(self) -> dict[str, Any]:
        self.tranche = setting_aside.next_tranche(self.project)
        most, longest = limits(self.project, self.tranche) if self.tranche else (0, 0)
        return {**super().get_form_kwargs(), "currency": self.project.currency or "MXN",
                "most": money.show(most, self.project.currency), "longest": longest}  # fmt: skip

    def get_initial(self) -> dict[str, Any]:
        tranche = setting_aside.next_tranche(self.project)
        closed = tranche is not None and tranche.state in ("planned", "reserved")
        return {"bypasses": ["gate"] if closed else []}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "tranche": self.tranche}

    def act(self, form: Any) -> HttpResponse:
        made = emergencies.ask(self.project, by=self.request.user, **form.cleaned_data)
        messages.success(self.request, _("Asked. Two people of the board or above decide on it."))
        return HttpResponseRedirect(made.get_absolute_url())


class ExceptionDocumentView(LoginRequiredMixin, View):
    """The file that shows the emergency."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        rows = EmergencyException.objects.visible_to(request.user).select_related("document__blob")
        row = get_object_or_404(rows, pk=pk)
        if row.document is None:
            raise Http404
        return documents.serve(request, row.document)


class CapListView(LoginRequiredMixin, TemplateView):
    """How large an exception may be in each tier: anybody reads it; with what was changed when."""

    template_name = "gating/exception_caps.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        changes = Event.objects.filter(verb="gating.emergencycap.update").order_by("-pk")
        return {
            **super().get_context_data(**kwargs), "caps": emergencies.caps(),
            "edits": permissions.sets_caps(None, self.request.user),
            "events": telling.told(changes.select_related("actor", "on_behalf_of")[:LIMIT_EVENTS]),
        }  # fmt: skip


class CapEditView(FormPage):
    """Set the limits of a tier."""

    template_name = "gating/boards_form.html"
    form_class = CapForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            allow(permissions.sets_caps, None, request.user)
            self.tier = get_object_or_404(Tier, code=kwargs["code"])
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        cap = next(cap for cap in emergencies.caps() if cap.tier_id == self.tier.pk)
        return {"percent": cap.percent, "days": cap.days}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        back = reverse("gating:exception_caps")
        title = _("Emergency exceptions in the tier “%(tier)s”") % {"tier": self.tier}
        return {**super().get_context_data(**kwargs), "title": title, "submit": _("Save"),
                "intro": _("Exceptions granted already keep what they were granted."),
                "trail": [(_("Limits of emergency exceptions"), back)],
                "cancel_url": back}  # fmt: skip

    def act(self, form: Any) -> HttpResponse:
        emergencies.set_cap(self.tier, by=self.request.user, **form.cleaned_data)
        messages.success(self.request, _("Saved; it counts from now on."))
        return HttpResponseRedirect(reverse("gating:exception_caps"))
