"""Pages of the crosswalk: which pairs of standards there are, and what is equivalent in each."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db.models import Count, Q
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import View

from core import clock
from core.models import Event
from core.refusals import Refused
from core.steps import allow
from core.telling import told
from core.views import FormPage, ListPage, StepForm
from gating import crosswalking, permissions
from gating.forms_standards import EquivalenceForm, PairForm
from gating.models import Crosswalk, Equivalence, Evidence, GateReview, ReviewItem, Standard


def newest() -> dict[str, Standard]:
    """The version of each standard that is read first: the published one, else the newest."""
    found: dict[str, Standard] = {}
    for row in Standard.objects.exclude(state="draft").order_by("pk"):
        known = found.get(row.code)
        if known is None or known.state != "published":
            found[row.code] = row
    return found


class CrosswalkListView(ListPage):
    """Every pair of standards between which something is declared equivalent."""

    model = Crosswalk
    template_name = "gating/crosswalk_list.html"
    context_object_name = "walks"

    def get_queryset(self) -> Any:
        today = clock.today()
        live = Q(equivalences__starts__lte=today) & (
            Q(equivalences__ends=None) | Q(equivalences__ends__gte=today)
        )
        rows = super().get_queryset().annotate(live=Count("equivalences", filter=live))
        return rows.order_by("first", "second")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        known = newest()
        found = super().get_context_data(
            **kwargs, edits=permissions.edits_standards(None, self.request.user), form=PairForm()
        )
        for walk in found["walks"]:
            walk.one, walk.other = known.get(walk.first), known.get(walk.second)
        return found


class CrosswalkOpenView(FormPage):
    """Open the page of two standards."""

    template_name = "gating/crosswalk_open.html"
    form_class = PairForm

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            allow(permissions.edits_standards, None, request.user)
        return super().dispatch(request, *args, **kwargs)

    def act(self, form: Any) -> HttpResponse:
        walk = crosswalking.open_pair(
            form.cleaned_data["first"].code, form.cleaned_data["second"].code
        )
        return HttpResponseRedirect(walk.get_absolute_url())


class CrosswalkDetailView(FormPage):
    """What is equivalent between two standards, and the form by which the editor declares it."""

    template_name = "gating/crosswalk_detail.html"
    form_class = EquivalenceForm

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if request.method == "POST" and request.user.is_authenticated:
            allow(permissions.edits_standards, None, request.user)
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def walk(self) -> Crosswalk:
        rows = Crosswalk.objects.visible_to(self.request.user).select_related("dossier")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    @cached_property
    def pair(self) -> tuple[Standard, Standard]:
        known = newest()
        return known[self.walk.first], known[self.walk.second]

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "pair": self.pair}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = self.walk.equivalences.select_related("source__standard", "target__standard", "by")
        today = clock.today()
        events = Event.objects.filter(dossier=self.walk.dossier_id).order_by("-number")
        return super().get_context_data(
            **kwargs, walk=self.walk, pair=self.pair,
            edits=permissions.edits_standards(None, self.request.user),
            live=[row for row in rows if row.ends is None or row.ends >= today],
            over=[row for row in rows if row.ends is not None and row.ends < today],
            events=told(events.select_related("actor", "on_behalf_of")[:50]),
        )  # fmt: skip

    def act(self, form: Any) -> HttpResponse:
        crosswalking.declare(**form.values(), by=self.request.user)
        messages.success(self.request, _("The criteria are declared equivalent."))
        return HttpResponseRedirect(self.walk.get_absolute_url())


class EquivalenceEndView(FormPage):
    """End an equivalence, with the reason."""

    template_name = "gating/equivalence_end.html"
    form_class = StepForm

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            allow(permissions.edits_standards, self.row, request.user)
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def row(self) -> Equivalence:
        rows = Equivalence.objects.select_related(
            "crosswalk__dossier", "source__standard", "target__standard"
        )
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "reason_needed": True}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, row=self.row)

    def act(self, form: Any) -> HttpResponse:
        crosswalking.end(self.row, because=form.cleaned_data["because"], by=self.request.user)
        messages.success(self.request, _("The equivalence ended."))
        return HttpResponseRedirect(self.row.get_absolute_url())


class EvidenceReuseView(LoginRequiredMixin, View):
    """One click: evidence shown elsewhere is shown for a criterion of this review too."""

    http_method_names = ["post"]

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        rows = ReviewItem.objects.select_related("criterion__standard", "review__project__dossier",
                                                 "review__gate")  # fmt: skip
        item = get_object_or_404(rows, pk=kwargs["pk"])
        get_object_or_404(GateReview.objects.visible_to(request.user), pk=item.review_id)
        shown = Evidence.objects.visible_to(request.user)
        evidence = get_object_or_404(shown, pk=kwargs["evidence"])
        back = f"{item.review.get_absolute_url()}#item-{item.pk}"
        try:
            link = crosswalking.show(item, evidence, by=request.user)
        except Refused as refused:
            messages.error(request, str(refused))
            return HttpResponseRedirect(back)
        words = _("It is shown here too, for a part of the criterion.") if link.partly else _(
            "It is shown here too."
        )  # fmt: skip
        messages.success(request, words)
        return HttpResponseRedirect(back)
