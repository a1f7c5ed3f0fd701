"""Pages of challenges: lodged by bidders, decided by somebody apart."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.generic import View

from core import documents
from core.models import Event
from core.steps import allow
from core.telling import told
from core.views import DetailPage, FormPage, ListPage, TransitionView
from procurement import challenging
from procurement import permissions_award as who
from procurement.forms_award import ChallengeForm, ReturnForm
from procurement.models import Bid, Challenge


class ChallengeListView(ListPage):
    """The challenges that this person sees, the newest first."""

    model = Challenge
    template_name = "procurement/challenge_list.html"
    context_object_name = "challenges"


class ChallengeDetailView(DetailPage):
    """One challenge, its decision, and what can be done."""

    model = Challenge
    template_name = "procurement/challenge_detail.html"
    context_object_name = "challenge"
    slug_field = "pk"
    slug_url_kwarg = "pk"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row = self.object
        decides = row.state == row.States.ADMITTED and who.decides_challenge(row, self.request.user)
        events = Event.objects.filter(target_label=row._meta.label_lower, target_id=row.pk)
        return super().get_context_data(
            competition=row.competition, may_name=decides,
            events=told(events.select_related("actor", "on_behalf_of").order_by("-number")),
            **kwargs,
        )  # fmt: skip


class ChallengeStepView(TransitionView):
    """Confirm a step of a challenge."""

    model = Challenge


class ChallengeCreateView(FormPage):
    """Lodge a challenge against the ranking."""

    form_class = ChallengeForm
    template_name = "procurement/challenge_form.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not request.user.is_authenticated:
            return self.handle_no_permission()
        rows = Bid.objects.visible_to(request.user).select_related(*Bid.step_related)
        self.bid = get_object_or_404(rows, pk=kwargs["pk"])
        allow(who.lodges_challenge, self.bid, request.user)
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            bid=self.bid, competition=self.bid.competition,
            against=challenging.too_late(self.bid.competition), **kwargs,
        )  # fmt: skip

    def act(self, form: ChallengeForm) -> HttpResponse:
        said = form.cleaned_data
        made = challenging.lodge(self.bid, said["grounds"], by=self.request.user,
                                 file=said["document"])  # fmt: skip
        messages.success(self.request, _("The challenge is lodged; nothing is awarded until it is "
                                         "decided."))  # fmt: skip
        return redirect(made.get_absolute_url())


class ChallengeReturnView(FormPage):
    """Name the step to which the competition goes back if the challenge is upheld."""

    form_class = ReturnForm
    template_name = "procurement/award_form.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not request.user.is_authenticated:
            return self.handle_no_permission()
        rows = Challenge.objects.visible_to(request.user)
        self.challenge = get_object_or_404(rows, pk=kwargs["pk"])
        allow(who.decides_challenge, self.challenge, request.user)
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            competition=self.challenge.competition, title=_("Where it goes back to"),
            button=_("Name the step"), **kwargs,
        )  # fmt: skip

    def act(self, form: ReturnForm) -> HttpResponse:
        challenging.name_return(self.challenge, form.cleaned_data["step"], by=self.request.user)
        messages.success(self.request, _("The step is named; the challenge can be upheld now."))
        return redirect(self.challenge.get_absolute_url())


class ChallengeDocumentView(View):
    """The document that came with a challenge."""

    def get(self, request: HttpRequest, pk: int) -> Any:
        row = get_object_or_404(Challenge.objects.visible_to(request.user), pk=pk)
        if row.document is None:
            raise Http404
        return documents.serve(request, row.document)
