"""Pages of suspensions and debarments: proposed, answered, decided."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from django.views.generic import View

from core import clock, documents
from core.views import DetailPage, TransitionView
from vendors import barring
from vendors import permissions_companies as who
from vendors.forms_companies import BarringAnswerForm, BarringForm
from vendors.models import Barring
from vendors.views.acts import ActPage, events_of


class BarringProposeView(ActPage):
    """An officer proposes to suspend or debar a vendor."""

    form_class = BarringForm
    permission = staticmethod(who.proposes_barring)
    title = _("Propose a suspension or debarment")
    intro = _("The company is heard before it is decided by somebody else. It blocks new "
              "applications, bids and orders; what runs goes on.")  # fmt: skip
    submit = _("Propose it")
    done = _("It is proposed. The next step tells the company.")

    def save(self, form: Any) -> None:
        proposal = barring.Proposal(**form.cleaned_data)
        self.made = barring.propose(self.row, proposal, by=self.request.user)  # type: ignore[arg-type]

    def get_success_url(self) -> str:
        made = getattr(self, "made", None)
        return str(made.get_absolute_url() if made else self.row.get_absolute_url())


class BarringDetailView(DetailPage):
    """One suspension or debarment: its reason, the answer, what comes next."""

    model = Barring
    template_name = "vendors/barring_detail.html"
    context_object_name = "barring"

    def get_object(self, queryset: Any = None) -> Barring:
        rows = self.get_queryset().select_related(
            "vendor__dossier", "proposed_by", "document", "answer_document", "answered_by"
        )
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row, user = self.object, self.request.user
        answers = who.manages_company(row.vendor, user) and row.may_answer(clock.now())
        reads = who.reads_vendors(user)
        return super().get_context_data(
            vendor=row.vendor, answers=answers, reads=reads,
            events=events_of("vendors.barring", row.pk) if reads else [], **kwargs,
        )  # fmt: skip


class BarringStepView(TransitionView):
    """Confirm and take a step of a suspension or debarment."""

    model = Barring


class BarringAnswerView(ActPage):
    """The company answers."""

    model = Barring
    form_class = BarringAnswerForm
    title = _("Answer")
    submit = _("Send the answer")
    done = _("The answer is entered.")

    @staticmethod
    def permission(row: Barring, user: Any) -> bool:
        return who.manages_company(row.vendor, user)

    def get_initial(self) -> dict[str, Any]:
        return {"text": self.row.answer}

    def save(self, form: Any) -> None:
        barring.answer(self.row, by=self.request.user, **form.cleaned_data)  # type: ignore[arg-type]


class BarringFileView(View):
    """The document of a proposal, or of the company's answer."""

    def get(self, request: HttpRequest, pk: int, part: str) -> HttpResponse:
        rows = Barring.objects.visible_to(request.user)
        row = get_object_or_404(
            rows.select_related("document__blob", "answer_document__blob"), pk=pk
        )
        document = {"proposal": row.document, "answer": row.answer_document}.get(part)
        if document is None:
            raise Http404
        return documents.serve(request, document)
