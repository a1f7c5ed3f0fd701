"""Pages of an inspection: checks, stories one by one, debt, the proposal."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import View

from core import documents
from core.refusals import Refused
from core.steps import allow
from core.views import FormPage
from vendors import inspecting
from vendors import permissions_sprints as who
from vendors.forms_sprints import CheckForm, DebtForm, JudgeForm, SettleForm, VerdictForm
from vendors.models import Debt, QualityCheck, Sprint, SprintStory
from vendors.views.sprints import OPEN, SprintPage


class CheckRecordView(SprintPage):
    """Record one check with its proof."""

    form_class = CheckForm
    permission = staticmethod(who.inspects)
    states = OPEN

    @cached_property
    def check(self) -> QualityCheck:
        return get_object_or_404(QualityCheck.objects.select_related("delivery"),
                                 pk=self.kwargs["pk"])  # fmt: skip

    def key(self) -> Any:
        return self.check.delivery.sprint_id

    def heading(self) -> str:
        return self.check.label

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"check": self.check}

    def get_initial(self) -> dict[str, Any]:
        return {name: getattr(self.check, name) for name in ("result", "value", "url", "note")}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(check=self.check, **kwargs)

    def act(self, form: CheckForm) -> HttpResponse:
        check = inspecting.record(self.check, form.finding(), by=self.request.user)
        return self.go_on(_("%(check)s: %(result)s.")
                         % {"check": check.label, "result": check.get_result_display()},
                         "#checks")  # fmt: skip


class CheckFileView(View):
    """The proof of a check, to whoever sees the sprint."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        sprints = Sprint.objects.visible_to(request.user).order_by().values("pk")
        rows = QualityCheck.objects.filter(delivery__sprint__in=sprints)
        check = get_object_or_404(rows.select_related("document__blob"), pk=pk)
        if check.document is None:
            raise Http404
        return documents.serve(request, check.document)


class StoryJudgeView(SprintPage):
    """Say what becomes of one story."""

    form_class = JudgeForm
    permission = staticmethod(who.proposes)
    states = OPEN

    @cached_property
    def row(self) -> SprintStory:
        return get_object_or_404(SprintStory.objects.select_related("story"), pk=self.kwargs["pk"])

    def key(self) -> Any:
        return self.row.sprint_id

    def heading(self) -> str:
        return self.row.title

    def get_initial(self) -> dict[str, Any]:
        return {"outcome": self.row.outcome, "note": self.row.note}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(row=self.row, **kwargs)

    def act(self, form: JudgeForm) -> HttpResponse:
        row = inspecting.judge(self.row, by=self.request.user, **form.cleaned_data)
        return self.go_on(_("%(story)s: %(outcome)s.")
                         % {"story": row.title, "outcome": row.get_outcome_display()},
                         "#stories")  # fmt: skip


class VerdictView(SprintPage):
    """Say what is proposed; the next page puts it before the second person."""

    form_class = VerdictForm
    permission = staticmethod(who.proposes)
    states = OPEN

    def heading(self) -> str:
        return _("What do you propose?")

    def get_initial(self) -> dict[str, Any]:
        return {"verdict": self.sprint.verdict, "note": self.sprint.verdict_note}

    def act(self, form: VerdictForm) -> HttpResponse:
        inspecting.write_verdict(self.sprint, by=self.request.user, **form.cleaned_data)
        messages.success(self.request, _("The proposal is written. Put it before the second "
                                         "person."))  # fmt: skip
        return redirect(self.sprint.get_step_url("propose"))


class DebtCreateView(SprintPage):
    """Write down what the sprint leaves to be done."""

    form_class = DebtForm
    permission = staticmethod(who.proposes)
    states = OPEN

    def heading(self) -> str:
        return _("Write down a debt")

    def get_initial(self) -> dict[str, Any]:
        about = self.request.GET.get("about", "")
        return {"due_number": self.sprint.number + 1, "about": about}

    def get_form_kwargs(self) -> dict[str, Any]:
        delivery = self.sprint.last_delivery()
        return super().get_form_kwargs() | {
            "checks": delivery.checks.all() if delivery else (),
            "chosen": self.sprint.chosen.select_related("story"),
        }

    def act(self, form: DebtForm) -> HttpResponse:
        said = form.cleaned_data
        inspecting.owe(self.sprint, said["text"], said["due_number"], by=self.request.user,
                       **form.subject())  # fmt: skip
        return self.go_on(_("The debt is written down."), "#debts")


def _debts(request: HttpRequest) -> Any:
    rows = Debt.objects.visible_to(request.user).filter(removed=False)
    return rows.select_related("sprint__order__project__dossier", "sprint__order__vendor")


class DebtRemoveView(View):
    """Take a debt out of a proposal again."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        debt = get_object_or_404(_debts(request), pk=pk)
        try:
            inspecting.take_out(debt, by=request.user)
        except Refused as refused:
            for reason in refused.reasons:
                messages.warning(request, reason)
        return redirect(f"{debt.sprint.get_absolute_url()}#debts")


class DebtSettleView(FormPage):
    """Say which later sprint settled a debt."""

    form_class = SettleForm
    template_name = "vendors/debt_settle.html"

    @cached_property
    def debt(self) -> Debt:
        return get_object_or_404(_debts(self.request), pk=self.kwargs["pk"])

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            allow(who.settles, self.debt, request.user)
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        later = Sprint.objects.accepted().select_related("order").filter(
            order=self.debt.sprint.order_id, number__gt=self.debt.sprint.number)  # fmt: skip
        return super().get_form_kwargs() | {"sprints": later}

    def board(self) -> str:
        """The address of the order's backlog and sprints."""
        return reverse("vendors:sprint_board", args=[self.debt.sprint.order.ref])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        order = self.debt.sprint.order
        return super().get_context_data(debt=self.debt, order=order, board=self.board(), **kwargs)

    def act(self, form: SettleForm) -> HttpResponse:
        inspecting.settle(self.debt, by=self.request.user, **form.cleaned_data)
        messages.success(self.request, _("The debt is settled."))
        return redirect(f"{self.board()}#debts")
