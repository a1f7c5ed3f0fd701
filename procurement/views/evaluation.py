"""Pages of an evaluation as a whole: where it stands, bids by alias, ranking, exclusions."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from core.refusals import Denied
from core.steps import allow
from core.views import DetailPage, FormPage, TransitionView, VisibleMixin
from procurement import (
    complying,
    declaring,
    evaluation_file,
    low_prices,
    scoring_alone,
    tables_evaluation,
)
from procurement import permissions_evaluation as who
from procurement.forms_evaluation import ExclusionForm, ExplanationForm
from procurement.models import Bid, Competition, Exclusion, ScoreSheet
from procurement.seeing_evaluation import Sight, sight


class OfCompetition(VisibleMixin, TemplateView):
    """A page about the evaluation of one competition, for its panel and those who read all."""

    model = Competition

    @cached_property
    def competition(self) -> Competition:
        return get_object_or_404(self.get_queryset(), ref=self.kwargs["ref"])

    @cached_property
    def sight(self) -> Sight:
        return sight(self.competition, self.request.user)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated and not self.allowed():
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def allowed(self) -> bool:
        """Whether the page exists for this person."""
        return self.competition.opened_at is not None and self.sight.anything

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            competition=self.competition, sight=self.sight, **kwargs
        )  # fmt: skip


class OfBids(OfCompetition):
    """The same, for those only who are shown the bids."""

    def allowed(self) -> bool:
        if not super().allowed():
            return False
        if not self.sight.bids:
            raise Denied(_("Declare first that you have no conflict of interest."))
        return True


class EvaluationView(OfCompetition):
    """Where the evaluation stands, and what this person may do in it."""

    template_name = "procurement/evaluation.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row, user = self.competition, self.request.user
        declaration = row.declarations.filter(member__user=user.pk, member__left_at=None).first()
        sheets = ScoreSheet.objects.filter(round__competition=row, round__superseded_at=None)
        mine = sheets.filter(member__user=user.pk, member__left_at=None)
        return super().get_context_data(
            declaration=declaration, panel=tables_evaluation.panel(row),
            my_sheets=[(sheet, *scoring_alone.progress(sheet)) for sheet in
                       mine.select_related(*ScoreSheet.step_related)] if self.sight.clear else [],
            bids=tables_evaluation.bids(row, self.sight, user),
            rounds=row.rounds.filter(superseded_at=None), phases=tables_evaluation.road(row),
            chairs=who.leads_panel(row, user), proposes=who.proposes_exclusion(row, user),
            chairless=declaring.chairless(row) and who.acts_as_officer(row, user),
            low=low_prices.to_explain(row) if self.sight.names else [], **kwargs,
        )  # fmt: skip


class AliasView(OfBids):
    """A bid as the panel sees it: what it says, without who says it."""

    template_name = "procurement/bid_alias.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        bid = get_object_or_404(self.competition.bids.evaluated(), alias=self.kwargs["alias"])
        said = bid.content.get("answers", {})
        answers = [(row, said[row.code]) for row in self.competition.criteria.all()
                   if row.code in said]  # fmt: skip
        people = [person.get("part", "") for person in bid.content.get("people", [])]
        return super().get_context_data(bid=bid, answers=answers, people=people, **kwargs)


class RankingView(OfBids):
    """The ranking with every step of its arithmetic; before prices, the technical part of it."""

    template_name = "procurement/ranking.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        board = tables_evaluation.ranking(self.competition, self.sight)
        return super().get_context_data(board=board, **kwargs)


class FactsView(OfCompetition):
    """The facts of the ranking as a file, for `manage.py replay_ranking`."""

    def allowed(self) -> bool:
        return (
            super().allowed() and self.sight.reads and self.competition.prices_opened_at is not None
        )

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        found = evaluation_file.ranking_facts(self.competition)
        response = JsonResponse(found, json_dumps_params={"ensure_ascii": False, "indent": 2})
        name = f"{self.competition.ref}-ranking.json"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response


# Exclusions and prices that look too low


class OfBidForm(FormPage):
    """A form about a bid, on pages that tell its bidder's name."""

    template_name = "procurement/bid_act.html"
    permission: Any = staticmethod(who.acts_as_officer)
    title: Any = ""

    @cached_property
    def bid(self) -> Bid:
        return get_object_or_404(Bid.objects.visible_to(self.request.user), pk=self.kwargs["pk"])

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            if not sight(self.bid.competition, request.user).names:
                raise Http404
            allow(self.permission, self.bid.competition, request.user)
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            bid=self.bid, competition=self.bid.competition, title=self.heading(), **kwargs
        )

    def heading(self) -> str:
        """What the page is for."""
        return ""


class ExclusionCreateView(OfBidForm):
    """Propose that a bid is excluded."""

    form_class = ExclusionForm
    permission = staticmethod(who.proposes_exclusion)

    def heading(self) -> str:
        return _("Propose the exclusion of bid %(alias)s") % {"alias": self.bid.alias}

    def get_initial(self) -> dict[str, Any]:
        return {"ground": self.request.GET.get("ground", "")}

    def act(self, form: ExclusionForm) -> HttpResponse:
        said = form.cleaned_data
        exclusion = complying.propose_exclusion(
            self.bid, said["ground"], said["reason"], by=self.request.user
        )
        messages.success(self.request, _("The exclusion is proposed; a second person decides."))
        return redirect(exclusion.get_absolute_url())


class ExclusionDetailView(DetailPage):
    """A proposed exclusion, its ground and reasons, and who decides."""

    model = Exclusion
    template_name = "procurement/exclusion_detail.html"
    context_object_name = "exclusion"
    slug_field = "pk"

    def get_object(self, queryset: Any = None) -> Exclusion:
        return get_object_or_404(self.get_queryset(), pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        competition = self.object.competition
        return super().get_context_data(
            competition=competition, sight=sight(competition, self.request.user), **kwargs
        )


class ExclusionStepView(TransitionView):
    """Confirm a step of an exclusion."""

    model = Exclusion


class ExplanationCreateView(OfBidForm):
    """Record what a bidder said to a price that looks too low."""

    form_class = ExplanationForm

    def heading(self) -> str:
        return _("Explanation of the price of bid %(alias)s") % {"alias": self.bid.alias}

    def act(self, form: ExplanationForm) -> HttpResponse:
        made = low_prices.explain(self.bid, form.cleaned_data, by=self.request.user)
        messages.success(self.request, _("The explanation is recorded."))
        if made.accepted:
            return redirect("procurement:evaluation", ref=self.bid.competition.ref)
        return redirect("procurement:exclusion_create", pk=self.bid.pk)
