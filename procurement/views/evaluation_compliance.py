"""Pages of compliance and conflicts: rule by rule, the bidder's cure, the names to declare on."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import View

from core import documents
from core.steps import allow
from core.views import DetailPage, FormPage, TransitionView
from procurement import complying, declaring
from procurement import permissions_evaluation as who
from procurement.forms_evaluation import ChairForm, ComplianceForm, CureForm
from procurement.models import Competition, ComplianceCheck, ConflictDeclaration
from procurement.seeing_evaluation import sight


class ComplianceDetailView(FormPage):
    """One bid, rule by rule; a form while it is being checked, by who may."""

    template_name = "procurement/compliance_detail.html"
    form_class = ComplianceForm

    @cached_property
    def check(self) -> ComplianceCheck:
        rows = ComplianceCheck.objects.visible_to(self.request.user)
        rows = rows.select_related("checked_by", "confirmed_by", "cure_document__blob")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    @cached_property
    def writes(self) -> bool:
        """Whether this person may fill the form in now."""
        checking = self.check.state == ComplianceCheck.States.CHECKING
        return checking and who.checks(self.check, self.request.user)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if cure := _may_cure(request.user, self.kwargs["pk"]):
            return redirect("procurement:compliance_cure", pk=cure.pk)
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        allow(who.checks, self.check, request.user)
        return super().post(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "items": list(self.check.items.all())}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            check=self.check, bid=self.check.bid, competition=self.check.competition,
            items=self.check.items.all(), writes=self.writes,
            sight=sight(self.check.competition, self.request.user), **kwargs,
        )  # fmt: skip

    def act(self, form: ComplianceForm) -> HttpResponse:
        complying.write(self.check, form.rows(), by=self.request.user)
        messages.success(self.request, _("What you found is kept."))
        return redirect(self.check.get_absolute_url())


def _may_cure(user: Any, pk: int) -> ComplianceCheck | None:
    """The check of one's own bid whose fault may be cured, or was, while nothing is found yet."""
    rows = ComplianceCheck.objects.select_related(*ComplianceCheck.step_related)
    row = rows.exclude(cure_until=None).exclude(state="confirmed").filter(pk=pk).first()
    return row if row is not None and who.answers_cure(row, user) else None


class ComplianceStepView(TransitionView):
    """Confirm a step of a compliance check."""

    model = ComplianceCheck


class CureView(FormPage):
    """What the bidder may still add, once, until a moment."""

    template_name = "procurement/compliance_cure.html"
    form_class = CureForm

    @cached_property
    def check(self) -> ComplianceCheck:
        rows = ComplianceCheck.objects.select_related(*ComplianceCheck.step_related)
        check = get_object_or_404(rows.exclude(cure_until=None), pk=self.kwargs["pk"])
        if not who.answers_cure(check, self.request.user):
            raise Http404
        return check

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        check = self.check
        return super().get_context_data(
            check=check, competition=check.competition, bid=check.bid,
            lacking=check.lacking().filter(curable=True),
            open=check.state == ComplianceCheck.States.CURING, **kwargs,
        )  # fmt: skip

    def act(self, form: CureForm) -> HttpResponse:
        said = form.cleaned_data
        complying.answer(self.check, said["answer"], said["file"], by=self.request.user)
        messages.success(self.request, _("Sent. The officers look at it."))
        return redirect("procurement:compliance_cure", pk=self.check.pk)


class CureFileView(View):
    """The file that a bidder added."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        check = get_object_or_404(ComplianceCheck.objects.visible_to(request.user), pk=pk)
        if check.cure_document is None:
            raise Http404
        return documents.serve(request, check.cure_document)


class DeclarationDetailView(DetailPage):
    """The names behind the bids, listed alphabetically, and the declaration on them."""

    model = ConflictDeclaration
    template_name = "procurement/declaration_detail.html"
    context_object_name = "declaration"

    def get_object(self, queryset: Any = None) -> ConflictDeclaration:
        return get_object_or_404(self.get_queryset(), pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row, user = self.object, self.request.user
        seen = sight(row.competition, user)
        shown = declaring.reads_names(row, user) and (seen.names or row.member.user_id == user.pk)
        listed = declaring.parties(row.competition) if shown else []
        return super().get_context_data(
            competition=row.competition, parties=listed, shown=shown, sight=seen, **kwargs
        )


class DeclarationStepView(TransitionView):
    """Confirm a declaration."""

    model = ConflictDeclaration


class ChairView(FormPage):
    """Let another member chair, where the chair has a conflict."""

    template_name = "procurement/chair.html"
    form_class = ChairForm

    @cached_property
    def competition(self) -> Competition:
        rows = Competition.objects.visible_to(self.request.user)
        return get_object_or_404(rows, ref=self.kwargs["ref"])

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            allow(who.acts_as_officer, self.competition, request.user)
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        members = declaring.clear_members(self.competition).select_related("user")
        return {**super().get_form_kwargs(), "members": members}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(competition=self.competition, **kwargs)

    def act(self, form: ChairForm) -> HttpResponse:
        said = form.cleaned_data
        declaring.pass_chair(self.competition, said["member"], said["reason"],
                             by=self.request.user)  # fmt: skip
        messages.success(self.request, _("The panel has a chair again."))
        return redirect("procurement:evaluation", ref=self.competition.ref)


__all__ = ["ChairView", "ComplianceDetailView", "ComplianceStepView", "CureFileView", "CureView",
           "DeclarationDetailView", "DeclarationStepView"]  # fmt: skip
