"""Reviews: their list, their page, what is planned, rehearsed, returned, challenged and asked."""

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from core.exports import csv_response, xlsx_response
from core.steps import allow
from core.views import DetailPage, FormPage, ListPage, TransitionView
from gating import assessing, opening, permissions, tables
from gating.forms import ClarificationForm, ExemptionForm, ReturnForm, ReviewForm, TextForm
from gating.models import Exemption, GateReview, Rating, ReviewItem
from gating.rehearsing import rehearse
from projects.models import Project

RELATED = ("project__institution", "project__manager", "project__owner", "project__dossier",
           "gate", "tier", "board", "predecessor__gate", "predecessor__project", "prepared_by",
           "certified_by", "reported_by", "exercised_by")  # fmt: skip
EXPORTS = {"csv": csv_response, "xlsx": xlsx_response}


class ReviewListView(ListPage):
    """The reviews that a person sees, the newest first."""

    model = GateReview
    template_name = "gating/review_list.html"

    def get_queryset(self) -> Any:
        rows = super().get_queryset().select_related("project__institution", "gate")
        if self.request.GET.get("state") in GateReview.States.values:
            return rows.filter(state=self.request.GET["state"])
        return rows

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            **kwargs, states=GateReview.States.choices, chosen=self.request.GET.get("state", "")
        )


class ReviewDetailView(DetailPage):
    """A review: its criteria with evidence and ratings side by side, its people, its report."""

    model = GateReview
    template_name = "gating/review_detail.html"
    context_object_name = "review"

    def get_queryset(self) -> Any:
        rows = super().get_queryset().select_related(*RELATED)
        return rows.prefetch_related("assessments__assessor")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        review, user = self.object, self.request.user
        for assessment in review.assessments.all():
            assessment.review = review
        sheet = tables.sheet(review, user)
        which = self.request.GET.get("show", "")
        return super().get_context_data(
            **kwargs, sheet=sheet, rows=sheet.shown(which), which=which, values=Rating.Value,
            acts=tables.acts(review, user), records=review.records.all()[:5],
            collects=review.collects and permissions.adds_evidence(review, user),
            manages=permissions.manages(review, user), service_time=tables.service_time(review),
            motions=review.motions.visible_to(user).select_related("board")[:10],
            clarifications=tables.clarifications(review, user),
            conditions=review.conditions.all() if sheet.inside else (),
        )  # fmt: skip

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> Any:
        export = EXPORTS.get(self.request.GET.get("format", ""))
        if export is None:
            return super().render_to_response(context, **kwargs)
        name = self.object.ref.replace("/", "-")
        return export(name, tables.EXPORT_HEADER, tables.export_rows(context["sheet"]))


class ReviewStepView(TransitionView):
    """Confirm and take a step of a review."""

    model = GateReview


class OfReview:
    """A page about one review that this person sees, closed to whom `may` does not let pass."""

    may: Any = None
    request: Any
    kwargs: dict[str, Any]

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if self.may is not None:
            allow(type(self).may, self.review, request.user)
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]

    @cached_property
    def review(self) -> GateReview:
        rows = GateReview.objects.visible_to(self.request.user).select_related(*RELATED)
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, review=self.review)  # type: ignore[misc]

    def get_success_url(self) -> str:
        return self.review.get_absolute_url()


class ReviewCreateView(FormPage):
    """Plan a review of a project at the gate that it stands before."""

    template_name = "gating/review_create.html"
    form_class = ReviewForm

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        allow(permissions.manages, GateReview(project=self.project), request.user)
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def project(self) -> Project:
        rows = Project.objects.visible_to(self.request.user)
        return get_object_or_404(rows, ref=self.kwargs["ref"])

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "gates": opening.fitting(self.project)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            **kwargs, project=self.project, gates=opening.fitting(self.project)
        )

    def act(self, form: Any) -> HttpResponse:
        review = opening.open_review(self.project, form.cleaned_data["gate"], by=self.request.user)
        return HttpResponseRedirect(review.get_absolute_url())


class ReviewRehearseView(OfReview, TemplateView):
    """Every guard of submission, run without changing anything."""

    template_name = "gating/review_rehearse.html"
    may = staticmethod(permissions.manages_or_owns)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        checks = rehearse(self.review)
        return super().get_context_data(
            **kwargs, checks=checks, unmet=[check for check in checks if not check.met]
        )


class ReviewReturnsView(OfReview, FormPage):
    """The secretariat's reasons per criterion, before it returns the review."""

    template_name = "gating/review_returns.html"
    form_class = ReturnForm
    may = staticmethod(permissions.is_secretariat)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "review": self.review}

    def act(self, form: Any) -> HttpResponse:
        assessing.write_returns(self.review, form.reasons(), by=self.request.user)
        return HttpResponseRedirect(self.review.get_step_url("return_to_project"))


class TextPage(OfReview, FormPage):
    """A page with one text that goes on the record."""

    template_name = "gating/review_text.html"
    form_class: Any = TextForm
    heading: Any = ""
    label: Any = ""
    help_text: Any = ""
    button: Any = gettext_lazy("Save")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "label": self.label, "help_text": self.help_text}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, heading=self.heading, button=self.button)


class ReviewChallengeView(TextPage):
    """What the manager challenges in the report; a step sends it."""

    may = staticmethod(permissions.manages)
    heading = gettext_lazy("Challenge the facts of the report")
    label = gettext_lazy("What is not right, and how it is")
    help_text = gettext_lazy(
        "Name the place in the report. The lead assessor answers; both texts are kept."
    )
    button = gettext_lazy("Save and go on")

    def get_initial(self) -> dict[str, Any]:
        return {"text": self.review.challenge}

    def act(self, form: Any) -> HttpResponse:
        assessing.write_challenge(self.review, form.cleaned_data["text"], by=self.request.user)
        return HttpResponseRedirect(self.review.get_step_url("challenge_facts"))


class ReviewAnswerView(TextPage):
    """What the lead assessor answers to the challenge; a step sends it."""

    may = staticmethod(permissions.leads)
    heading = gettext_lazy("Answer the challenge")
    label = gettext_lazy("Answer")
    button = gettext_lazy("Save and go on")

    def get_initial(self) -> dict[str, Any]:
        return {"text": self.review.challenge_answer}

    def act(self, form: Any) -> HttpResponse:
        assessing.write_answer(self.review, form.cleaned_data["text"], by=self.request.user)
        return HttpResponseRedirect(self.review.get_step_url("answer_challenge"))


class ReviewClarifyView(TextPage):
    """A question of an assessor, or an answer of the manager, on the record."""

    form_class = ClarificationForm
    heading = gettext_lazy("Ask or answer a question")
    label = gettext_lazy("Your question or answer")
    help_text = gettext_lazy("It stands on the record and cannot be changed.")
    button = gettext_lazy("Put on the record")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "review": self.review}

    def get_initial(self) -> dict[str, Any]:
        return {"item": self.request.GET.get("item")}

    def act(self, form: Any) -> HttpResponse:
        found = form.cleaned_data
        assessing.clarify(self.review, found["text"], by=self.request.user, item=found["item"])
        return HttpResponseRedirect(f"{self.review.get_absolute_url()}#clarifications")


class ExemptionCreateView(FormPage):
    """The manager asks that a criterion needs no evidence."""

    template_name = "gating/review_text.html"
    form_class = ExemptionForm

    @cached_property
    def item(self) -> ReviewItem:
        related = ("review__project", "review__gate", "criterion__standard")
        rows = ReviewItem.objects.select_related(*related)
        item = get_object_or_404(rows, pk=self.kwargs["pk"])
        seen = GateReview.objects.visible_to(self.request.user)
        get_object_or_404(seen, pk=item.review_id)
        allow(permissions.manages, item.review, self.request.user)
        return item

    def get_form_kwargs(self) -> dict[str, Any]:
        title = self.item.criterion.title_in(get_language() or "")[0]
        label = _("Why %(criterion)s needs no evidence") % {
            "criterion": f"{self.item.criterion.code} {title}"
        }
        return {**super().get_form_kwargs(), "label": label}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            **kwargs, review=self.item.review, heading=_("Ask for an exemption"),
            button=_("Ask for the exemption"),
        )  # fmt: skip

    def act(self, form: Any) -> HttpResponse:
        said = form.cleaned_data
        row = assessing.ask_exemption(
            self.item, said["text"], by=self.request.user, ground=said["ground"]
        )
        return HttpResponseRedirect(row.get_absolute_url())


class ExemptionStepView(TransitionView):
    """Confirm and take a step of an exemption."""

    model = Exemption
