"""Pages of entries of two people, and of excused days."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import View

from core import documents
from core.models import Event
from core.steps import allow
from core.telling import told
from core.views import DetailPage, FormPage, TransitionView
from projects import excusing, funding, preparing
from projects import permissions_money as who
from projects.forms_claims import ContinuityForm, ExcuseForm, SurrenderForm
from projects.models import ClaimAppeal, ExcusedDays, PreparedEntry, Tranche
from projects.models.continuity import PERCENT
from projects.views.claims import kept
from projects.views.tranches import MoneyForm


class RowPage(DetailPage):
    """One row with what led to it, found by its number."""

    related: tuple[str, ...] = ()

    def get_object(self, queryset: Any = None) -> Any:
        return get_object_or_404(
            self.get_queryset().select_related(*self.related), pk=self.kwargs["pk"]
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        label = self.object._meta.label_lower
        events = Event.objects.filter(target_label=label, target_id=self.object.pk)
        shown = told(events.order_by("-number").select_related("actor", "on_behalf_of")[:100])
        return super().get_context_data(events=shown, **kwargs)


class PreparedEntryDetailView(RowPage):
    """One entry of two people: what it will post, who prepared it, what backs it."""

    model = PreparedEntry
    template_name = "projects/preparedentry_detail.html"
    context_object_name = "entry"
    related = ("prepared_by", "posting", "tranche", "document__blob")


class PreparedEntryStepView(TransitionView):
    """Confirm a step of a prepared entry, with all that it says."""

    model = PreparedEntry
    template_name = "projects/preparedentry_step.html"


class EntryForm(MoneyForm):
    """A page on which a finance preparer prepares an entry of a project."""

    permission = staticmethod(who.prepares_entry)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"currency": self.project.currency}

    def prepared(self, entry: PreparedEntry) -> HttpResponse:
        """Say that the second person is asked."""
        done = _("The entry is prepared; a finance authoriser confirms it.")
        messages.success(self.request, done)
        return redirect(entry.get_absolute_url())


class SurrenderCreateView(EntryForm):
    """Prepare that approved or recovered money goes back to the treasury."""

    form_class = SurrenderForm
    template_name = "projects/surrender_form.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(standing=funding.balances(self.project), **kwargs)

    def act(self, form: SurrenderForm) -> HttpResponse:
        said = dict(form.cleaned_data)
        said["document"] = kept(said, self.request.user, self.project.dossier)
        return self.prepared(preparing.surrender(self.project, said.pop("account"),
                             said.pop("amount"), by=self.request.user, **said))  # fmt: skip


class ContinuityCreateView(EntryForm):
    """Prepare an allowance ahead of a tranche whose review is undecided."""

    form_class = ContinuityForm
    template_name = "projects/continuity_form.html"

    @cached_property
    def allowance(self) -> tuple[Tranche, int]:
        """The tranche and the most that may be released ahead of it; 404 where none may."""
        found = preparing.next_allowance(self.project)
        if found is None:
            raise Http404
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        tranche, most = self.allowance
        return super().get_context_data(tranche=tranche, most=most, percent=PERCENT, **kwargs)

    def act(self, form: ContinuityForm) -> HttpResponse:
        said = dict(form.cleaned_data)
        return self.prepared(preparing.continue_(self.allowance[0], said.pop("amount"),
                             by=self.request.user, **said))  # fmt: skip


# Excused days


class ExcusedDaysDetailView(RowPage):
    """Days asked to be excused: why, with which evidence, and what came of it."""

    model = ExcusedDays
    template_name = "projects/excuseddays_detail.html"
    context_object_name = "excused"
    related = ("proposed_by", "document__blob")


class ExcusedDaysStepView(TransitionView):
    """Confirm a step of excused days, with both last days."""

    model = ExcusedDays
    template_name = "projects/excuseddays_step.html"


class ExcusedDaysCreateView(FormPage):
    """The manager asks that days be given back to a tranche."""

    form_class = ExcuseForm
    template_name = "projects/excuseddays_form.html"

    @cached_property
    def tranche(self) -> Tranche:
        return get_object_or_404(
            Tranche.objects.visible_to(self.request.user), pk=self.kwargs["pk"]
        )

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            allow(who.asks_excuse, self.tranche, request.user)
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            tranche=self.tranche, project=self.tranche.project, **kwargs
        )

    def act(self, form: ExcuseForm) -> HttpResponse:
        said, user = dict(form.cleaned_data), self.request.user
        said["document"] = kept(said, user, self.tranche.dossier)
        asked = excusing.ask(self.tranche, said.pop("ground"), said.pop("first_day"),
                             said.pop("last_day"), by=user, **said)  # fmt: skip
        messages.success(self.request, _("The days are asked for; the secretariat answers."))
        return redirect(asked.get_absolute_url())


class EvidenceView(View):
    """The document behind an entry of two people, excused days or an appeal."""

    model: Any = None

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        rows = self.model.objects.visible_to(request.user).select_related("document__blob")
        row = get_object_or_404(rows, pk=pk)
        if row.document is None:
            raise Http404
        return documents.serve(request, row.document)


class AppealDocumentView(View):
    """The document of an appeal, for who sees its claim."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        appeal = get_object_or_404(ClaimAppeal.objects.select_related("claim", "document"), pk=pk)
        seen = type(appeal.claim).objects.visible_to(request.user).filter(pk=appeal.claim_id)
        if appeal.document is None or not seen.exists():
            raise Http404
        return documents.serve(request, appeal.document)
