"""Evaluating for the Seal: inviting, one's own results, concluding."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.views import FormPage
from gating import evaluating, tables_seal
from gating import permissions_seal as permissions
from gating.forms_seal import EvaluatorForm, SealSheetForm
from gating.models import SealEvaluation
from gating.views.seals import OfApplication


class EvaluationCreateView(OfApplication):
    """Invite somebody of another institution."""

    form_class = EvaluatorForm
    permission = staticmethod(permissions.is_secretariat)
    title = gettext_lazy("Invite an evaluator")
    submit = gettext_lazy("Invite")
    done = gettext_lazy("Invited.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "application": self.row}

    def save(self, form: Any) -> None:
        evaluating.invite(self.row, form.cleaned_data["person"], by=self.request.user)


class EvaluationSheetView(FormPage):
    """One's own results, as a draft that nobody else reads; after the answer, once more."""

    template_name = "gating/sealevaluation_sheet.html"
    form_class = SealSheetForm

    @cached_property
    def evaluation(self) -> SealEvaluation:
        rows = SealEvaluation.objects.filter(evaluator=self.request.user.pk)
        rows = rows.select_related(*SealEvaluation.step_related)
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated and not evaluating.may_rate(self.evaluation):
            return HttpResponseRedirect(self.evaluation.get_absolute_url())
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        items = self.evaluation.application.claimed_items()
        return {**super().get_form_kwargs(), "items": items,
                "drafts": evaluating.drafts(self.evaluation)}  # fmt: skip

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        application = self.evaluation.application
        rows = {row.item.pk: row for row in tables_seal.rows_of(application, self.request.user)}
        groups = [(rows[item.pk], fields) for item, fields in context["form"].groups()]
        return {**context, "groups": groups, "evaluation": self.evaluation,
                "application": application, "again": self.evaluation.round > 1}  # fmt: skip

    def act(self, form: Any) -> HttpResponse:
        evaluating.rate(self.evaluation, form.rows(), by=self.request.user)
        messages.success(self.request, _("Your ratings are saved as a draft."))
        if "seal" in self.request.POST:
            name = "seal" if self.evaluation.round == 1 else "conclude"
            return HttpResponseRedirect(self.evaluation.get_step_url(name))
        return HttpResponseRedirect(self.request.get_full_path())
