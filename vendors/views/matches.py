"""Pages of companies that may be a known vendor: the queue, and the decision about each."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from core.steps import allow
from core.views import FormPage, ListPage
from vendors import deciding
from vendors import permissions_companies as who
from vendors.company_facts import NAMES, shown
from vendors.forms_companies import DecisionForm
from vendors.models import Match, MatchState, Vendor
from vendors.views.acts import events_of


class MatchListView(ListPage):
    """Companies that wait for a person, the newest first; with `state=` those decided."""

    model = Match
    template_name = "vendors/match_list.html"
    context_object_name = "matches"

    @property
    def state(self) -> str:
        asked = self.request.GET.get("state", "")
        return asked if asked in MatchState.values else str(MatchState.WAITING)

    def get_queryset(self) -> Any:
        rows = super().get_queryset().filter(state=self.state).select_related("vendor")
        return rows.prefetch_related("candidates__vendor")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(states=MatchState.choices, state=self.state, **kwargs)


class MatchDetailView(FormPage):
    """One company beside those that it may be, and the decision."""

    form_class = DecisionForm
    template_name = "vendors/match_detail.html"

    @cached_property
    def match(self) -> Match:
        rows = Match.objects.visible_to(self.request.user)
        return get_object_or_404(rows.select_related(*Match.step_related), pk=self.kwargs["pk"])

    @cached_property
    def candidates(self) -> list[Any]:
        return list(self.match.candidates.select_related("vendor"))

    @cached_property
    def choices(self) -> dict[int, Vendor]:
        """The registered vendors that it may be, each once."""
        found = [row.vendor for row in self.candidates if row.vendor and row.vendor.is_standing]
        return {vendor.pk: vendor for vendor in found}

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"vendors": self.choices.values()}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        match, user = self.match, self.request.user
        declared = [(NAMES[flag], shown(flag, value)) for flag, value in match.values.items()
                    if flag in NAMES]  # fmt: skip
        return super().get_context_data(
            match=match, candidates=self.candidates, declared=declared,
            decides=match.state == MatchState.WAITING and who.decides_match(match, user),
            events=events_of("vendors.match", match.pk), **kwargs,
        )  # fmt: skip

    def act(self, form: Any) -> HttpResponse:
        user: Any = self.request.user
        allow(who.decides_match, self.match, user)
        said, because = form.cleaned_data["answer"], form.cleaned_data["because"]
        if said == "another":
            deciding.another(self.match, by=user, because=because)
        elif said == "drop":
            deciding.drop(self.match, by=user, because=because)
        else:
            deciding.same(self.match, self.choices[int(said)], by=user, because=because)
        messages.success(self.request, _("It is decided."))
        return redirect("vendors:match_list")
