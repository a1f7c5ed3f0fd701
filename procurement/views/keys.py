"""Pages of keys: made by officers, shown once to custodians, rehearsed, entered in sittings."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from core.refusals import Refused
from core.steps import allow
from core.views import FormPage
from procurement import keys, redelivering, sittings
from procurement import permissions_sealing as who
from procurement.forms_sealing import CustodiansForm, LostForm, SharesForm
from procurement.models import Competition, CompetitionState
from procurement.models.sealing import Custodian, Part, Redelivery
from procurement.uploads import InMemoryMixin

PHASES = {state: part for part, states in redelivering.PHASES.items() for state in states}


class OfCompetition(LoginRequiredMixin):
    """A page about a competition for those who see it, and for its custodians."""

    @cached_property
    def competition(self) -> Any:
        user, ref = self.request.user, self.kwargs["ref"]
        mine = Custodian.objects.filter(user=user.pk, ended_at=None).values("competition")
        seen = Competition.objects.visible_to(user).order_by().values("pk")
        rows = Competition.objects.filter(Q(pk__in=seen) | Q(pk__in=mine))
        return get_object_or_404(rows.select_related("project__institution", "dossier"), ref=ref)

    @cached_property
    def custodian(self) -> Custodian | None:
        return sittings.custodian_for(self.competition, self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found: dict[str, Any] = {
            "competition": self.competition, "custodian": self.custodian,
            "makes": who.makes_keys(self.competition, self.request.user),
        }  # fmt: skip
        return super().get_context_data(**{**found, **kwargs})  # type: ignore[misc]

    def back(self, name: str = "keys") -> HttpResponse:
        return redirect(reverse(f"procurement:{name}", args=[self.competition.ref]))


class KeysView(OfCompetition, TemplateView):
    """The keys of a competition: who holds shares, what is confirmed, what comes next."""

    template_name = "procurement/keys.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        known = keys.of(self.competition)
        threshold, count = keys.numbers(self.competition)
        return super().get_context_data(
            keys=list(known.values()), custodians=keys.custodians_of(self.competition),
            sitting=sittings.current(self.competition), threshold=threshold, count=count,
            lacking=keys.keys_ready(self.competition),
            by_server=self.competition.sealing == "server",
            in_review=self.competition.state == CompetitionState.IN_REVIEW,
            lost=self._lost(), redeliveries=Redelivery.objects.filter(competition=self.competition),
            **kwargs,
        )  # fmt: skip

    def _lost(self) -> bool:
        part = PHASES.get(self.competition.state)
        known = keys.of(self.competition).get(part) if part else None
        return known is not None and not known.by_server


class KeysMakeView(OfCompetition, FormPage):
    """An officer names the custodians and makes the keys, or makes keys that the server holds."""

    template_name = "procurement/keys_make.html"
    form_class = CustodiansForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            allow(who.makes_keys, self.competition, request.user)
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        server = self.competition.sealing == "server"
        count = 0 if server else keys.numbers(self.competition)[1]
        return super().get_form_kwargs() | {"count": count}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        threshold, count = keys.numbers(self.competition)
        return super().get_context_data(
            threshold=threshold, count=count, by_server=self.competition.sealing == "server",
            made=bool(keys.of(self.competition)), **kwargs,
        )  # fmt: skip

    def act(self, form: CustodiansForm) -> HttpResponse:
        keys.make(self.competition, form.named(), by=self.request.user)
        messages.success(self.request, _("The keys are made."))
        return self.back()


class ShareView(InMemoryMixin, OfCompetition, TemplateView):
    """A custodian sees the words of both shares: once, on the answer to a press of a button."""

    template_name = "procurement/share.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated and self.custodian is None:
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            words = keys.show(self.custodian, by=request.user)
        except Refused as refused:
            return self.render_to_response(self.get_context_data(reasons=refused.reasons))
        shown = [(Part(part).label, text.split()) for part, text in words.items()]
        return self.render_to_response(self.get_context_data(shown=shown))


class ShareConfirmView(InMemoryMixin, OfCompetition, FormPage):
    """A custodian types both shares back from paper."""

    template_name = "procurement/share_confirm.html"
    form_class = SharesForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated and self.custodian is None:
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"parts": list(Part.values)}

    def act(self, form: SharesForm) -> HttpResponse:
        keys.confirm(self.custodian, form.cleaned_data, by=self.request.user)
        messages.success(self.request, _("Your shares are confirmed. Keep the paper safe."))
        return self.back()


class RehearseView(OfCompetition, View):
    """An officer begins a rehearsal."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            sittings.begin_rehearsal(self.competition, by=request.user)
        except Refused as refused:
            for reason in refused.reasons:
                messages.error(request, reason)
            return self.back()
        return self.back("sitting")


class SittingView(InMemoryMixin, OfCompetition, FormPage):
    """The sitting that is held: how many shares are in, and where a custodian enters one."""

    template_name = "procurement/sitting.html"
    form_class = SharesForm

    @cached_property
    def sitting(self) -> Any:
        return sittings.current(self.competition)

    def get_form_kwargs(self) -> dict[str, Any]:
        parts = sittings.parts_of(self.sitting) if self.sitting else []
        return super().get_form_kwargs() | {"parts": parts}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        sitting = self.sitting
        mine = sitting is not None and sitting.entries.filter(
            custodian=self.custodian, sealed__isnull=False).exists()  # fmt: skip
        return super().get_context_data(
            sitting=sitting,
            lacking=sittings.lacking(sitting) if sitting else [],
            mine=mine,
            **kwargs,
        )

    def act(self, form: SharesForm) -> HttpResponse:
        sitting = sittings.enter(self.competition, form.cleaned_data, by=self.request.user)
        if sitting.ended_at is not None:
            messages.success(self.request, _("The rehearsal succeeded: the shares open what is "
                                             "sealed to the keys."))  # fmt: skip
            return self.back()
        messages.success(self.request, _("Your share is entered."))
        return self.back("sitting")


class RedeliveryView(OfCompetition, FormPage):
    """Two officers say that shares are lost; bidders deliver again what their receipts bind."""

    template_name = "procurement/redelivery.html"
    form_class = LostForm

    @cached_property
    def part(self) -> str:
        return str(PHASES.get(self.competition.state, ""))

    @cached_property
    def redelivery(self) -> Redelivery | None:
        return Redelivery.objects.filter(competition=self.competition).last()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            allow(who.lets_redeliver, self.competition, request.user)
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(redelivery=self.redelivery, part=self.part, **kwargs)

    def act(self, form: LostForm) -> HttpResponse:
        said = form.cleaned_data["because"]
        redelivering.propose(self.competition, self.part, by=self.request.user, because=said)
        messages.success(self.request, _("A second officer has to agree."))
        return self.back("redelivery")


class RedeliveryConfirmView(OfCompetition, View):
    """The second officer agrees that bidders deliver again."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        rows = Redelivery.objects.filter(competition=self.competition, confirmed_at=None)
        try:
            redelivering.confirm(get_object_or_404(rows), by=request.user)
        except Refused as refused:
            for reason in refused.reasons:
                messages.error(request, reason)
        return self.back("redelivery")
