"""Assessing: invitations, the sheet of one's own ratings, the lead's report, dissent."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.views import FormPage, TransitionView
from gating import assessing, permissions, tables
from gating.forms import InviteForm, TextForm
from gating.forms_rating import ReportForm, SheetForm
from gating.models import Assessment, Rating
from gating.views.reviews import OfReview


class AssessmentCreateView(OfReview, FormPage):
    """Invite somebody to assess a review."""

    template_name = "gating/assessment_create.html"
    form_class = InviteForm
    may = staticmethod(permissions.is_secretariat)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "review": self.review}

    def act(self, form: Any) -> HttpResponse:
        found = form.cleaned_data
        assessing.invite(
            self.review, found["person"], disciplines=found["disciplines"], lead=found["lead"],
            by=self.request.user, due=found["due"],
        )  # fmt: skip
        messages.success(self.request, _("%(person)s is invited.") % {"person": found["person"]})
        return HttpResponseRedirect(f"{self.review.get_absolute_url()}#people")


class OfAssessment:
    """A page about one's own assessment; another's does not exist."""

    request: Any
    kwargs: dict[str, Any]

    @cached_property
    def assessment(self) -> Assessment:
        rows = Assessment.objects.filter(assessor=self.request.user).select_related(
            "review__project__institution", "review__project__dossier", "review__gate",
            "review__tier",
        )  # fmt: skip
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    @property
    def review(self) -> Any:
        return self.assessment.review

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(  # type: ignore[misc]
            **kwargs, assessment=self.assessment, review=self.review
        )


class SheetPage:
    """Criteria with their evidence beside the fields of a rating; `?show=missing` filters."""

    request: Any
    review: Any

    @cached_property
    def sheet(self) -> tables.Sheet:
        return tables.sheet(self.review, self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)  # type: ignore[misc]
        rows = {row.item.pk: row for row in self.sheet.rows}
        groups = [(rows[item.pk], fields) for item, fields in context["form"].groups()]
        if self.request.GET.get("show") == "missing":
            groups = [group for group in groups if not group[1][0].value()]
        return {**context, "groups": groups, "sheet": self.sheet,
                "which": self.request.GET.get("show", "")}  # fmt: skip

    def items_asked(self) -> list[Any]:
        """The criteria whose fields the page sent: all of them, or those that were shown."""
        items = [row.item for row in self.sheet.rows]
        if self.request.method != "POST":
            return items
        sent = self.request.POST
        name = self.form_class.value_name  # type: ignore[attr-defined]
        return [item for item in items if f"{name}_{item.pk}" in sent]


class AssessmentSheetView(OfAssessment, SheetPage, FormPage):
    """One's own ratings, as a draft that nobody else reads."""

    template_name = "gating/assessment_sheet.html"
    form_class = SheetForm

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if self.assessment.state != Assessment.States.DECLARED:
            return HttpResponseRedirect(self.review.get_absolute_url())
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        drafts = {row.item_id: row for row in self.assessment.ratings.all()}
        return {**super().get_form_kwargs(), "items": self.items_asked(), "drafts": drafts}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        done, total = assessing.progress(self.assessment)
        seal = self.assessment.get_step_url("seal")
        return super().get_context_data(**kwargs, done=done, total=total, seal_url=seal)

    def act(self, form: Any) -> HttpResponse:
        assessing.rate(self.assessment, form.rows(), by=self.request.user)
        messages.success(self.request, _("Your ratings are saved as a draft."))
        if "seal" in self.request.POST:
            return HttpResponseRedirect(self.assessment.get_step_url("seal"))
        return HttpResponseRedirect(self.request.get_full_path())


class AssessmentReportView(OfReview, SheetPage, FormPage):
    """The lead's ratings beside all sealed ones, the rating of the whole, and the report."""

    template_name = "gating/assessment_report.html"
    form_class = ReportForm
    may = staticmethod(permissions.leads)

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if self.review.state != "in_assessment" or self.review.sheets_in_at is None:
            messages.info(request, _("The report is written once all ratings are sealed."))
            return HttpResponseRedirect(self.review.get_absolute_url())
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        proposed, items = assessing.proposals(self.review), self.items_asked()
        for item in items:
            item.proposed = proposed.get(item.pk, "")
            item.proposed_label = dict(Rating.Value.choices).get(item.proposed, "")
            item.rating = item.rating or item.proposed
        return {**super().get_form_kwargs(), "items": items,
                "drafts": {item.pk: item for item in items}}  # fmt: skip

    def get_initial(self) -> dict[str, Any]:
        review = self.review
        return {"report": review.report, "overall": review.overall,
                "overall_reason": review.overall_reason}  # fmt: skip

    def act(self, form: Any) -> HttpResponse:
        assessing.consolidate(self.review, form.rows(), form.values(), by=self.request.user)
        messages.success(self.request, _("The report is saved as a draft."))
        if "finish" in self.request.POST:
            return HttpResponseRedirect(self.review.get_step_url("draft_report"))
        return HttpResponseRedirect(self.request.get_full_path())


class AssessmentDissentView(OfAssessment, FormPage):
    """What an assessor says against the report, under their name."""

    template_name = "gating/review_text.html"
    form_class = TextForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "label": gettext_lazy("Your dissent"),
                "help_text": gettext_lazy("It stands in the report under your name.")}  # fmt: skip

    def get_initial(self) -> dict[str, Any]:
        return {"text": self.assessment.dissent}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            **kwargs, heading=_("Write a dissent"), button=_("Put it in the report")
        )

    def act(self, form: Any) -> HttpResponse:
        assessing.dissent(self.assessment, form.cleaned_data["text"], by=self.request.user)
        return HttpResponseRedirect(self.review.get_absolute_url())


class AssessmentStepView(TransitionView):
    """Confirm and take a step of an assessment."""

    model = Assessment
