"""Pages of scoring: one's own sheet bid by bid, kept as it is typed; then what the panel agreed."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from core import clock
from core.refusals import Refused
from core.views import DetailPage, FormPage, TransitionView
from procurement import agreeing, drawing, scoring_alone, tables_evaluation
from procurement import permissions_evaluation as who
from procurement.forms_evaluation import AgreementForm, SheetForm
from procurement.models import Bid, Criterion, Score, ScoreSheet, ScoringRound
from procurement.models.evaluation_sheet import plain
from procurement.seeing_evaluation import sight
from procurement.views.evaluation import OfBids


class SheetDetailView(DetailPage):
    """One's own sheet: every criterion with the score of each bid, and the seal."""

    model = ScoreSheet
    template_name = "procurement/sheet_detail.html"
    context_object_name = "sheet"

    def get_object(self, queryset: Any = None) -> ScoreSheet:
        return own_sheet(self.request.user, self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        sheet = self.object
        given = {(row.bid_id, row.criterion_id): row for row in
                 Score.objects.readable_by(self.request.user).filter(sheet=sheet)}  # fmt: skip
        bids = drawing.ordered_for(
            sheet.competition, self.request.user.pk, scoring_alone.bids_of(sheet)
        )
        rows = [(row, [given.get((bid.pk, row.pk)) for bid in bids]) for row in sheet.criteria()]
        return super().get_context_data(
            competition=sheet.competition, bids=bids, rows=rows, **kwargs
        )  # fmt: skip


def own_sheet(user: Any, pk: int) -> ScoreSheet:
    """A sheet of this person's own, while they may write or read it; else 404."""
    rows = ScoreSheet.objects.visible_to(user).filter(member__user=user.pk)
    sheet = get_object_or_404(rows, pk=pk)
    if not who.is_clear(sheet.competition, user):
        raise Http404
    return sheet


def weighed(criterion: Criterion) -> dict[str, Any]:
    """A criterion with its weight and minimum as they are read: without zeros that say nothing."""
    return {"pk": criterion.pk, "title": criterion.title, "text": criterion.text,
            "weight": plain(criterion.weight), "minimum": plain(criterion.minimum)}  # fmt: skip


class SheetStepView(TransitionView):
    """Confirm the seal of a sheet."""

    model = ScoreSheet


class SheetBidView(FormPage):
    """One's own scores of one bid: a draft that nobody else reads, kept as it is typed."""

    template_name = "procurement/sheet_bid.html"
    form_class = SheetForm

    @cached_property
    def sheet(self) -> ScoreSheet:
        return own_sheet(self.request.user, self.kwargs["pk"])

    @cached_property
    def bids(self) -> list[Bid]:
        """The bids of the sheet, in this person's order."""
        return drawing.ordered_for(
            self.sheet.competition, self.request.user.pk, scoring_alone.bids_of(self.sheet)
        )

    @cached_property
    def bid(self) -> Bid:
        for bid in self.bids:
            if bid.alias == self.kwargs["alias"]:
                return bid
        raise Http404

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.sheet.state != ScoreSheet.States.OPEN:
            return redirect(self.sheet.get_sheet_url())
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.headers.get("X-Autosave"):
            return self._autosave()
        return super().post(request, *args, **kwargs)

    def _autosave(self) -> HttpResponse:
        """Keep what is well formed of what is typed so far; says when, in a sentence."""
        form = self.get_form()
        form.is_valid()
        try:
            scoring_alone.save(self.sheet, form.rows(self.bid), by=self.request.user)
        except Refused as refused:
            return JsonResponse({"refused": " ".join(refused.reasons)}, status=409)
        local = timezone.localtime(clock.now(), clock.zone(self.sheet.competition.institution))
        said = _("Draft saved at %(time)s.") % {"time": date_format(local, "TIME_FORMAT")}
        return JsonResponse({"saved": said})

    def get_form_kwargs(self) -> dict[str, Any]:
        sheet = self.sheet
        drafts = {
            row.criterion_id: row
            for row in Score.objects.readable_by(self.request.user).filter(
                sheet=sheet, bid=self.bid
            )
        }
        return {**super().get_form_kwargs(), "criteria": list(sheet.criteria()), "drafts": drafts,
                "scale": sheet.competition.scale}  # fmt: skip

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        answers = self.bid.content.get("answers", {})
        context = super().get_context_data(**kwargs)
        groups = [(weighed(row), fields, answers.get(row.code, "")) for row, fields in
                  context["form"].groups()]  # fmt: skip
        place = self.bids.index(self.bid)
        return {**context, "sheet": self.sheet, "bid": self.bid, "groups": groups,
                "competition": self.sheet.competition, "place": place + 1,
                "count": len(self.bids), "following": self.following}  # fmt: skip

    @property
    def following(self) -> Bid | None:
        """The bid that comes after this one, or None."""
        place = self.bids.index(self.bid) + 1
        return self.bids[place] if place < len(self.bids) else None

    def act(self, form: SheetForm) -> HttpResponse:
        scoring_alone.save(self.sheet, form.rows(self.bid), by=self.request.user)
        messages.success(self.request, _("Your scores are saved as a draft."))
        if "next" in self.request.POST and self.following:
            return redirect("procurement:sheet_bid", pk=self.sheet.pk, alias=self.following.alias)
        return redirect(self.sheet.get_sheet_url())


class ConsensusView(OfBids):
    """The heat map of a round, and what was agreed; nothing before every sheet is in."""

    template_name = "procurement/consensus.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row = open_round(self.competition, self.kwargs["phase"])
        rows = tables_evaluation.heat(row, self.request.user)
        lines = [(cells[0].criterion, cells) for cells in zip(*(one.cells for one in rows),
                                                              strict=True)]  # fmt: skip
        return super().get_context_data(
            round=row, rows=rows, lines=lines, limit=plain(self.competition.spread_limit),
            chairs=who.leads_panel(self.competition, self.request.user), **kwargs,
        )  # fmt: skip


def open_round(competition: Any, phase: str) -> ScoringRound:
    """The present round of a phase, once every sheet is in; else 404."""
    rows = competition.rounds.filter(superseded_at=None, sheets_in_at__isnull=False)
    return get_object_or_404(rows.select_related("competition__project__institution"), phase=phase)


class AgreementView(FormPage):
    """One bid, criterion by criterion: every score, how the panel talked, what it agreed.

    The chair writes; the others who are shown the bids read.
    """

    template_name = "procurement/agreement.html"
    form_class = AgreementForm

    @cached_property
    def round(self) -> ScoringRound:
        row = get_object_or_404(
            ScoringRound.objects.select_related("competition__project__institution"),
            pk=self.kwargs["pk"], sheets_in_at__isnull=False, superseded_at=None,
        )  # fmt: skip
        if not sight(row.competition, self.request.user).bids:
            raise Http404
        return row

    @cached_property
    def cells(self) -> list[agreeing.Cell]:
        found = [cell for cell in agreeing.cells(self.round)
                 if cell.bid.alias == self.kwargs["alias"]]  # fmt: skip
        if not found:
            raise Http404
        return found

    @property
    def writes(self) -> bool:
        """Whether this person records what is agreed, now."""
        row = self.round
        now = (
            row.competition.state == agreeing.AGREED_IN[Criterion.Phase(row.phase)]
            and not row.locked_at
        )
        return bool(now and who.leads_panel(row.competition, self.request.user))

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "cells": self.cells,
                "scale": self.round.competition.scale}  # fmt: skip

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        bid = self.cells[0].bid
        scores = Score.objects.readable_by(self.request.user).counting().filter(
            sheet__round=self.round, bid=bid
        )  # fmt: skip
        by_criterion: dict[int, list[Score]] = {}
        for score in scores.select_related("sheet__member__user").order_by("sheet"):
            by_criterion.setdefault(score.criterion_id, []).append(score)
        groups = [(cell, fields, weighed(cell.criterion), by_criterion.get(cell.criterion.pk, []))
                  for cell, fields in context["form"].groups()]  # fmt: skip
        return {**context, "groups": groups, "bid": bid, "round": self.round,
                "competition": self.round.competition, "writes": self.writes}  # fmt: skip

    def act(self, form: AgreementForm) -> HttpResponse:
        bid = self.cells[0].bid
        agreeing.record(self.round, bid, form.moderations(), form.rows(bid), by=self.request.user)
        messages.success(self.request, _("What the panel agreed is recorded."))
        row = self.round
        return redirect("procurement:consensus", ref=row.competition.ref, phase=row.phase)
