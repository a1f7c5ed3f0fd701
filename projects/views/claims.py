"""Pages of claims: proposed by an auditor, heard by the secretariat, settled by finance."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import View

from core import clock, documents, money
from core.exports import csv_response, xlsx_response
from core.models import Document, Event
from core.telling import told
from core.views import DetailPage, ListPage, RowPage, TransitionView
from projects import claiming, preparing
from projects import permissions_money as who
from projects.forms_claims import (
    AnswerForm,
    AppealEndForm,
    AppealForm,
    ClaimForm,
    ClawbackForm,
    NoticeForm,
    SettleForm,
)
from projects.models import Claim, ClaimAppeal, ClaimState, PreparedEntry
from projects.models.claim import DUE_DAYS, STANDING
from projects.views.tranches import MoneyForm

COLUMNS = ("notice", "answer")
"""Parts of a claim to which a document may be attached."""


def kept(found: dict[str, Any], user: Any, dossier: Any) -> Document | None:
    """The file of a form, taken into the case; None without one."""
    upload = found.get("document")
    return documents.store(upload, by=user, dossier=dossier) if upload else None


class ClaimListView(ListPage):
    """All claims that this person sees, the newest first; as CSV and XLSX too."""

    model = Claim
    template_name = "projects/claim_list.html"
    context_object_name = "claims"

    def get_queryset(self) -> Any:
        rows = super().get_queryset().select_related("project")
        state = self.request.GET.get("state", "")
        return rows.filter(state=state) if state in ClaimState.values else rows

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = {"csv": csv_response, "xlsx": xlsx_response}.get(request.GET.get("format", ""))
        if response is None:
            return super().get(request, *args, **kwargs)
        header = [_("Claim"), _("Project"), _("Debtor"), _("State"), _("Amount"), _("Recovered"),
                  _("Written off"), _("Currency"), _("To be paid until")]  # fmt: skip
        return response("claims", header, self._rows())

    def _rows(self) -> Any:
        rows = list(self.get_queryset())
        sums: dict[tuple[int, str], int] = {
            (row["claim"], row["kind"]): row["sum"]
            for row in PreparedEntry.objects.filter(state="made", claim__in=rows)
            .order_by().values("claim", "kind").annotate(sum=Sum("amount"))
        }  # fmt: skip
        for claim in rows:
            currency = claim.project.currency
            parts = [sums.get((claim.pk, kind), 0) for kind in ("recover", "write_off")]
            yield [str(claim), claim.project.title, claim.debtor, claim.get_state_display(),
                   *(money.from_minor(part, currency) for part in (claim.amount, *parts)),
                   currency, claim.due_on or ""]  # fmt: skip

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            states=ClaimState.choices, state=self.request.GET.get("state", ""), **kwargs
        )


class ClaimDetailView(DetailPage):
    """One claim: what it rests on, what the debtor said, what is outstanding, what comes next."""

    model = Claim
    template_name = "projects/claim_detail.html"
    context_object_name = "claim"

    def get_object(self, queryset: Any = None) -> Claim:
        rows = self.get_queryset().select_related(
            "finding__by", "proposed_by", "notice_document__blob", "answer_document__blob"
        )
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        claim, user = self.object, self.request.user
        events = Event.objects.filter(target_label="projects.claim", target_id=claim.pk)
        shown = told(events.order_by("-number").select_related("actor", "on_behalf_of")[:100])
        return super().get_context_data(
            project=claim.project, acts=acts_on(claim, user), events=shown,
            recovered=claim.settled("recover"), written_off=claim.settled("write_off"),
            outstanding=claim.outstanding if claim.state in STANDING else None,
            entries=claim.entries.select_related("prepared_by", "posting", "project"),
            appeals=claim.appeals.all(), hears=who.hears(claim, user), **kwargs,
        )  # fmt: skip


def acts_on(claim: Claim, user: Any) -> list[tuple[str, str]]:
    """What this person may write down about a claim now: a label and an address each."""
    named = [
        (who.hears, (ClaimState.PROPOSED,), _("Write the notice to the debtor"), "claim_notice"),
        (who.hears, (ClaimState.HEARING,), _("Enter the answer of the debtor"), "claim_answer"),
        (who.hears, (ClaimState.OWED, ClaimState.OVERDUE), _("Enter an appeal"), "appeal_create"),
        (who.hears, (ClaimState.APPEALED,), _("Enter how the appeal ended"), "appeal_end"),
        (who.prepares_entry, STANDING, _("Record what was recovered or written off"),
         "claim_settle"),
    ]  # fmt: skip
    if not claim.entry_waits():
        named.append((who.prepares_entry, (ClaimState.UPHELD,),
                      _("Prepare the entry of the claim"), "claim_clawback"))  # fmt: skip
    return [
        (label, reverse(f"projects:{name}", args=[claim.pk]))
        for permission, states, label, name in named
        if claim.state in states and permission(claim, user)
    ]


class ClaimStepView(TransitionView):
    """Confirm a step of a claim, with what it is about."""

    model = Claim
    template_name = "projects/claim_step.html"


class ClaimCreateView(MoneyForm):
    """An auditor claims money back, from a finding."""

    form_class = ClaimForm
    template_name = "projects/claim_form.html"
    permission = staticmethod(who.claims)

    def get_form_kwargs(self) -> dict[str, Any]:
        findings = self.project.findings.all()
        return super().get_form_kwargs() | {"currency": self.project.currency, "findings": findings}

    def get_initial(self) -> dict[str, Any]:
        return {"finding": self.request.GET.get("finding", "")}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        most, percent = claiming.claimable_of(self.project)
        return super().get_context_data(
            most=most, percent=percent, findings=self.project.findings.exists(), **kwargs
        )

    def act(self, form: ClaimForm) -> HttpResponse:
        said = dict(form.cleaned_data)
        claim = claiming.propose(said.pop("finding"), said, by=self.request.user)
        messages.success(self.request, _("The claim is proposed; the secretariat hears the "
                                         "debtor."))  # fmt: skip
        return redirect(claim.get_absolute_url())


class ClaimPage(RowPage):
    """A page with one form about a claim that this person sees and may go on with."""

    template_name = "projects/claim_act.html"
    permission: Any = staticmethod(who.hears)
    title: Any = ""

    @cached_property
    def claim(self) -> Claim:
        rows = Claim.objects.visible_to(self.request.user).select_related("project__tier")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    @property
    def subject(self) -> Claim:
        return self.claim

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            claim=self.claim, project=self.claim.project, title=self.heading(), **kwargs
        )

    def heading(self) -> str:
        """What the page is for."""
        return ""

    def file(self, found: dict[str, Any]) -> Document | None:
        """The attached file, in the case of the claim."""
        return kept(found, self.request.user, self.claim.dossier)


class ClaimNoticeView(ClaimPage):
    """Write the notice; the next page sends it and opens the hearing."""

    form_class = NoticeForm
    states = (ClaimState.PROPOSED,)

    def heading(self) -> str:
        return _("Write the notice to the debtor")

    def get_initial(self) -> dict[str, Any]:
        return {"text": self.claim.notice}

    def act(self, form: NoticeForm) -> HttpResponse:
        said = form.cleaned_data
        claiming.write_notice(self.claim, said["text"], self.file(said), by=self.request.user)
        return self.go_on(_("The notice is written. Send it to open the hearing."),
                         self.claim.get_step_url("open_hearing"))  # fmt: skip


class ClaimAnswerView(ClaimPage):
    """Enter what the debtor answered."""

    form_class = AnswerForm
    states = (ClaimState.HEARING,)

    def heading(self) -> str:
        return _("Enter the answer of the debtor")

    def get_initial(self) -> dict[str, Any]:
        return {"text": self.claim.answer, "answered_on": self.claim.answered_on}

    def act(self, form: AnswerForm) -> HttpResponse:
        said = form.cleaned_data
        claiming.answer(self.claim, said["text"], said["answered_on"], self.file(said),
                        by=self.request.user)  # fmt: skip
        return self.go_on(_("The answer is entered; the claim can be decided."))


class ClaimClawbackView(ClaimPage):
    """The first of two finance people prepares the entry of an upheld claim."""

    form_class = ClawbackForm
    permission = staticmethod(who.prepares_entry)
    states = (ClaimState.UPHELD,)

    def heading(self) -> str:
        return _("Prepare the entry of the claim")

    def get_initial(self) -> dict[str, Any]:
        today = clock.today(self.claim.project.institution)
        return {"due_on": today + timedelta(days=DUE_DAYS)}

    def act(self, form: ClawbackForm) -> HttpResponse:
        preparing.clawback(self.claim, by=self.request.user, **form.cleaned_data)
        return self.go_on(_("The entry is prepared; a finance authoriser confirms it."))


class ClaimSettleView(ClaimPage):
    """The first of two finance people prepares a recovery or a write-off."""

    form_class = SettleForm
    permission = staticmethod(who.prepares_entry)
    states = STANDING

    def heading(self) -> str:
        return _("Record what was recovered or written off")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"currency": self.claim.project.currency}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(outstanding=self.claim.outstanding, **kwargs)

    def act(self, form: SettleForm) -> HttpResponse:
        said = dict(form.cleaned_data)
        said["document"] = self.file(said)
        preparing.settle(self.claim, said.pop("kind"), said.pop("amount"), by=self.request.user,
                         **said)  # fmt: skip
        return self.go_on(_("The entry is prepared; a finance authoriser confirms it."))


class AppealCreateView(ClaimPage):
    """Enter an appeal: the last day to pay is suspended."""

    form_class = AppealForm
    states = (ClaimState.OWED, ClaimState.OVERDUE)

    def heading(self) -> str:
        return _("Enter an appeal")

    def act(self, form: AppealForm) -> HttpResponse:
        said = form.cleaned_data
        appeal = claiming.Appeal(said["body"], said["reference"], said["filed_on"],
                                 self.file(said))  # fmt: skip
        claiming.record_appeal(self.claim, appeal, by=self.request.user)
        return self.go_on(_("The appeal is entered: the last day to pay is suspended."))


class AppealEndView(ClaimPage):
    """Enter how an appeal ended: its days are added to the last day to pay."""

    form_class = AppealEndForm
    states = (ClaimState.APPEALED,)

    def heading(self) -> str:
        return _("Enter how the appeal ended")

    def act(self, form: AppealEndForm) -> HttpResponse:
        appeal = get_object_or_404(ClaimAppeal, claim=self.claim, outcome="")
        claiming.end_appeal(appeal, by=self.request.user, **form.cleaned_data)
        return self.go_on(_("The appeal is over; the last day to pay is set anew."))


class ClaimDocumentView(View):
    """The file with a notice or an answer."""

    def get(self, request: HttpRequest, pk: int, part: str) -> HttpResponse:
        claim = get_object_or_404(Claim.objects.visible_to(request.user), pk=pk)
        document = getattr(claim, f"{part}_document", None) if part in COLUMNS else None
        if document is None:
            raise Http404
        return documents.serve(request, document)
