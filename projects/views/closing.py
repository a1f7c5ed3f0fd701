"""Pages of closing a project, and of the review of its benefits."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import ListView

from core import clock
from core.exports import csv_response
from core.models import Event
from core.money import show
from core.people import holds
from core.steps import allow
from core.telling import told
from core.views import DetailPage, RowPage, TransitionView
from projects import closing, permissions, permissions_reports
from projects.accounts import Account
from projects.forms_reports import ClosureForm, FollowerForm, FollowForm, ResultsForm
from projects.models.closing import BenefitsReview, ClosureReport, figures
from projects.models.project import Project
from projects.views.pages import ProjectPage


class ClosingView(DetailPage):
    """What stands between a project and its closing: each guard, who mends it, and where."""

    model = Project
    template_name = "projects/closing.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        project, user = self.object, self.request.user
        closure = getattr(project, "closure", None)
        draft = closure or ClosureReport(project=project)
        checks = closing.checklist(project)
        accepted = closure is not None and closure.state == ClosureReport.States.ACCEPTED
        sums = closure.figures if closure is not None and accepted else figures(project)
        return {
            **super().get_context_data(**kwargs), "checks": checks, "closure": closure,
            "ready": all(check.met for check in checks),
            "review": getattr(project, "benefits_review", None), "edits":
            permissions.edits(project, user) and project.stage not in closing.OVER,
            "mends": permissions.edits(project, user) or holds(user, "secretariat"),
            "writes": draft.writable and project.stage in ("live", "closing")
            and permissions_reports.writes_closure(draft, user),
            "sums": [(Account(code).label, show(amount, project.currency))
                     for code, amount in sums.items()],
        }  # fmt: skip


class FollowView(ProjectPage):
    """Name who follows the benefits, and the day of their review."""

    template_name = "projects/closing_follow.html"
    form_class = FollowForm
    permission = permissions.edits

    def get_initial(self) -> dict[str, Any]:
        day = self.project.benefits_review_on
        in_a_year = clock.today(self.project.institution) + clock.timedelta(days=365)
        return {"person": self.project.benefits_owner, "day": day or in_a_year}

    def act(self, form: Any) -> HttpResponse:
        data = form.cleaned_data
        closing.follow(self.project, data["person"], data["day"], by=self.request.user)
        messages.success(self.request, _("Saved: who follows the benefits, and when."))
        return HttpResponseRedirect(reverse("projects:closing", args=[self.project.ref]))


class ClosureEditView(ProjectPage):
    """The manager writes the closure report; it may be saved unfinished."""

    template_name = "projects/closure_edit.html"
    form_class = ClosureForm

    def admit(self) -> None:
        draft = ClosureReport(project=self.project)
        allow(permissions_reports.writes_closure, draft, self.request.user)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "instance": getattr(self.project, "closure", None)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        sums = figures(self.project)
        return {**super().get_context_data(**kwargs), "sums": [
            (Account(code).label, show(amount, self.project.currency))
            for code, amount in sums.items()
        ]}  # fmt: skip

    def act(self, form: Any) -> HttpResponse:
        closing.write_closure(self.project, form.values(), by=self.request.user)
        messages.success(self.request, _("The closure report is saved. Hand it to the owner when "
                                         "it is complete."))  # fmt: skip
        return HttpResponseRedirect(reverse("projects:closing", args=[self.project.ref]))


class ClosureStepView(TransitionView):
    """Confirm and take one step of a closure report."""

    model = ClosureReport


class BenefitsReviewView(DetailPage):
    """One review of benefits: promised, reached, who said so."""

    model = BenefitsReview
    template_name = "projects/benefits_review.html"

    def get_object(self, queryset: Any = None) -> BenefitsReview:
        rows = self.get_queryset().select_related(
            *BenefitsReview.step_related, "author", "confirmed_by", "named_at_first"
        )
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        review, user = self.object, self.request.user
        events = Event.objects.filter(target_label=review._meta.label_lower, target_id=review.pk)
        events = events.order_by("-number").select_related("actor", "on_behalf_of")[:50]
        return {
            **super().get_context_data(**kwargs), "review": review, "project": review.project,
            "writes": review.writable and permissions_reports.follows_benefits(review, user),
            "names": review.state in ("planned", "due")
            and permissions_reports.names_follower(review, user),
            "events": told(events), "results": with_shares(review.results),
        }  # fmt: skip


def with_shares(results: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each benefit with how much of what was promised was reached, in percent."""
    return [{**row, "share": closing.reached(row)} for row in results]


class OfReview(RowPage):
    """A page with a form about one review of benefits."""

    @property
    def subject(self) -> BenefitsReview:
        return self.review

    @cached_property
    def review(self) -> BenefitsReview:
        rows = BenefitsReview.objects.visible_to(self.request.user)
        return get_object_or_404(
            rows.select_related(*BenefitsReview.step_related), pk=self.kwargs["pk"]
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "review": self.review,
                "project": self.review.project}  # fmt: skip

    def get_success_url(self) -> str:
        return self.review.get_absolute_url()


class BenefitsReviewEditView(OfReview):
    """Whoever follows the benefits writes what they became."""

    template_name = "projects/benefits_review_edit.html"
    form_class = ResultsForm
    permission = permissions_reports.follows_benefits

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "review": self.review}

    def act(self, form: Any) -> HttpResponse:
        closing.write_review(self.review, form.values(), form.cleaned_data["summary"],
                             by=self.request.user)  # fmt: skip
        messages.success(self.request, _("The review is saved. Hand it in when it is complete."))
        return HttpResponseRedirect(self.get_success_url())


class FollowerNameView(OfReview):
    """The secretariat names another person to follow the benefits."""

    template_name = "projects/follower_name.html"
    form_class = FollowerForm
    permission = permissions_reports.names_follower

    def act(self, form: Any) -> HttpResponse:
        data = form.cleaned_data
        closing.name_follower(self.review, data["person"], by=self.request.user,
                              because=data["because"])  # fmt: skip
        messages.success(self.request, _("%(person)s follows the benefits from now on.")
                         % {"person": data["person"]})  # fmt: skip
        return HttpResponseRedirect(self.get_success_url())


class BenefitsReviewStepView(TransitionView):
    """Confirm and take one step of a review of benefits."""

    model = BenefitsReview


@method_decorator(login_not_required, name="dispatch")
class PublishedReviewsView(ListView):
    """What closed projects really brought: published reviews, for anybody, as CSV too."""

    template_name = "projects/published_reviews.html"
    paginate_by = 25
    http_method_names = ("get", "head")

    def get_queryset(self) -> Any:
        rows = BenefitsReview.objects.filter(state=BenefitsReview.States.PUBLISHED)
        return rows.select_related("project__institution").order_by("-published_at", "-pk")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.GET.get("format") == "csv":
            return csv_response(_("benefits"), published_header(), published(self.get_queryset()))
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = super().get_context_data(**kwargs)
        return {**found, "rows": [(review, with_shares(review.results))
                                  for review in found["object_list"]]}  # fmt: skip


def published_header() -> list[str]:
    """The columns of the published reviews."""
    return [_("Reference"), _("Title"), _("Institution"), _("Published"), _("Benefit"), _("Kind"),
            _("Measure"), _("Unit"), _("Baseline"), _("Target"), _("Actual value"),
            _("Reached, percent"), _("Remark")]  # fmt: skip


def published(rows: Any) -> Any:
    """A row for each benefit of each published review."""
    for review in rows:
        project = review.project
        for row in with_shares(review.results):
            yield [
                project.ref, project.title, project.institution,
                review.published_at.date().isoformat(), row["title"], row["kind"], row["measure"],
                row["unit"], row["baseline"], row["target"], row["actual"], row["share"],
                row["note"],
            ]  # fmt: skip
