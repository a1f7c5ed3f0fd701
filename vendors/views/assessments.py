"""Pages of assessments: what one assessor finds in one application."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from core.steps import allow
from core.views import FormPage, ListPage, TransitionView
from vendors import assessing
from vendors import permissions_frameworks as who
from vendors.forms_memberships import MarksForm
from vendors.models import Assessment
from vendors.views.framework_pages import history_of
from vendors.views.membership_pages import evidence_of

States = Assessment.States


class AssessmentListView(ListPage):
    """Assessments that this person was named for; oversight sees all."""

    model = Assessment
    template_name = "vendors/assessment_list.html"
    context_object_name = "assessments"

    def get_queryset(self) -> Any:
        return super().get_queryset().order_by("-pk")


class AssessmentDetailView(FormPage):
    """One assessment: the application beside the findings, once no conflict was declared."""

    form_class = MarksForm
    template_name = "vendors/assessment_detail.html"

    @cached_property
    def row(self) -> Assessment:
        rows = Assessment.objects.visible_to(self.request.user)
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            allow(who.assesses, self.row, request.user)
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {
            "requirements": list(self.row.membership.framework.requirements.all()),
            "marks": {mark.requirement_id: mark for mark in self.row.marks.all()},
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        membership = self.row.membership
        reads = self.row.state in (States.DECLARED, States.CONCLUDED)
        answers = {answer.requirement_id: answer for answer in membership.answers.all()}
        files: dict[int, list[Any]] = {}
        for file in evidence_of(membership) if reads else ():
            files.setdefault(file.requirement_id, []).append(file)
        found = super().get_context_data(**kwargs)
        pairs = [(*pair, answers.get(pair[0].pk), files.get(pair[0].pk, []))
                 for pair in found["form"].pairs()] if reads else []  # fmt: skip
        return {
            **found, "assessment": self.row, "membership": membership, "pairs": pairs,
            "framework": membership.framework, "writes": self.row.state == States.DECLARED,
            "marks": self.row.marks.select_related("requirement"), "events": history_of(self.row),
        }  # fmt: skip

    def act(self, form: MarksForm) -> HttpResponse:
        assessing.mark(self.row, form.marks(), by=self.request.user)
        messages.success(self.request, _("Your findings are saved."))
        return redirect(self.row.get_absolute_url())


class AssessmentStepView(TransitionView):
    """Confirm a step of an assessment."""

    model = Assessment
