"""Pages of a project's money: balances, ledger, tranches with their steps, reports, corrections."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from core import documents, money
from core.exports import csv_response
from core.models import Event
from core.telling import told
from core.views import DetailPage, RowPage, TransitionView
from projects import earmarks, funding, permissions, preparing, tranches
from projects import permissions_money as who
from projects.accounts import Account
from projects.forms_money import CorrectionForm, PlanForm, SpendingForm
from projects.funding import Report
from projects.models import Correction, ExcusedDays, Posting, Project, Tranche, plan
from projects.models.tranche import UNDRAWN

ENTRIES = 50


class MoneyView(DetailPage):
    """What stands on each account, the tranches, and the ledger entry by entry."""

    model = Project
    template_name = "projects/money.html"
    context_object_name = "project"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        project, user = self.object, self.request.user
        standing = funding.balances(project)
        asked = Correction.objects.filter(posting__project=project, state="asked")
        pages = Paginator(funding.postings(project), ENTRIES)
        return super().get_context_data(
            balances=[(Account(account).label, amount) for account, amount in standing.items()],
            tranches=Tranche.objects.filter(project=project).order_by("number", "pk"),
            corrections=asked.select_related("posting__project", "asked_by"),
            page_obj=pages.get_page(self.request.GET.get("page")),
            plans=permissions.manages(project, user),
            records=permissions.records_spending(project, user),
            closes=permissions.authorises(project, user),
            corrects=permissions.asks_correction(project, user),
            ended=funding.endings(project), owed=plan.owed(project),
            excused=ExcusedDays.objects.filter(tranche__project=project).select_related("tranche"),
            claims=project.claims.all(), prepared=self._prepared(project),
            ways_on=ways_on(project, user), **self._set_aside(project), **kwargs,
        )  # fmt: skip

    def _set_aside(self, project: Project) -> dict[str, Any]:
        """What upper rooms have set aside, and what is free."""
        rows = list(project.earmarks.all())
        return {"earmarks": rows, "free": earmarks.free(project) if rows else None}

    def _prepared(self, project: Project) -> Any:
        return project.prepared.select_related("prepared_by", "posting")


def ways_on(project: Any, user: Any) -> list[tuple[str, str]]:
    """What else this person may begin with the project's money: a label and an address each."""
    found = []
    if who.claims(project, user):
        found.append((_("Claim money back"), "claim_create"))
    if who.prepares_entry(project, user):
        found.append((_("Surrender money to the treasury"), "surrender_create"))
        if preparing.next_allowance(project):
            found.append((_("Prepare a continuity allowance"), "continuity_create"))
    return [(label, reverse(f"projects:{name}", args=[project.ref])) for label, name in found]


class LedgerExportView(DetailPage):
    """The whole ledger of a project as CSV: a line for each line of each entry."""

    model = Project
    http_method_names = ("get",)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        project = self.get_object()
        header = [
            _("Entry"), _("Kind"), _("Effective on"), _("Recorded"), _("From"), _("To"),
            _("Amount"), _("Currency"), _("Tranche"), _("Reverses"), _("Who"), _("Why"),
            _("Seal"),
        ]  # fmt: skip
        return csv_response(f"{project.ref}-ledger", header, self._rows(project))

    def _rows(self, project: Project) -> Iterator[list[Any]]:
        for posting, _standing in funding.statement(project):
            for source, target, amount in posting.ways():
                yield [
                    posting.number, posting.get_kind_display(), posting.effective_on.isoformat(),
                    posting.recorded_at.isoformat(), Account(source).label, Account(target).label,
                    money.plain(amount, project.currency), project.currency,
                    posting.tranche.number if posting.tranche else "",
                    posting.reverses.number if posting.reverses else "", posting.by,
                    posting.because, posting.mac,
                ]  # fmt: skip


class TrancheDetailView(DetailPage):
    """One tranche: what it holds, who has acted, what may be done now and what is in the way."""

    model = Tranche
    template_name = "projects/tranche_detail.html"
    context_object_name = "tranche"

    def get_object(self, queryset: Any = None) -> Tranche:
        rows = self.get_queryset().select_related("requested_by", "prepared_by")
        return get_object_or_404(
            rows.select_related("project__institution", "project__dossier"), pk=self.kwargs["pk"]
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        tranche = self.object
        drawn = tranche.state in tranches.OVER
        events = Event.objects.filter(target_label="projects.tranche", target_id=tranche.pk)
        events = events.order_by("-number")
        return super().get_context_data(
            unmet=[] if drawn else tranches.release_guards(tranche), drawn=drawn,
            postings=funding.postings(tranche.project).filter(tranche=tranche),
            excused=tranche.excused.all(), asks_excuse=self._may_ask(tranche),
            events=told(events.select_related("actor", "on_behalf_of")[:100]), **kwargs,
        )  # fmt: skip

    def _may_ask(self, tranche: Tranche) -> bool:
        waits = tranche.state in UNDRAWN and tranche.valid_until is not None
        return bool(waits and who.asks_excuse(tranche, self.request.user))


class TrancheStepView(TransitionView):
    """Confirm a step of a tranche, with its amounts and who acted before."""

    model = Tranche
    template_name = "projects/tranche_step.html"


class CorrectionStepView(TransitionView):
    """Confirm a step of a correction, with the entry that it is about."""

    model = Correction
    template_name = "projects/correction_step.html"


class MoneyForm(RowPage):
    """A page with one form about the money of a project that this person sees."""

    permission: Any = staticmethod(permissions.manages)

    @cached_property
    def project(self) -> Project:
        rows = Project.objects.visible_to(self.request.user)
        return get_object_or_404(
            rows.select_related("dossier", "institution", "tier"), ref=self.kwargs["ref"]
        )

    @property
    def subject(self) -> Project:
        return self.project

    def get_success_url(self) -> str:
        return reverse("projects:money", args=[self.project.ref])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(project=self.project, **kwargs)


class TranchePlanView(MoneyForm):
    """The manager plans the tranches, until they are reserved."""

    form_class = PlanForm
    template_name = "projects/tranche_plan.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.project.currency or self.project.cost is None:
            messages.warning(
                request, _("Enter the currency and the whole-life cost of the project first.")
            )
            return redirect("projects:project_edit", ref=self.project.ref)
        return super().get(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        live = list(tranches.live_tranches(self.project))
        return super().get_form_kwargs() | {"project": self.project, "tranches": live}

    def act(self, form: PlanForm) -> HttpResponse:
        tranches.plan(self.project, form.amounts(), by=self.request.user)
        messages.success(self.request, _("The tranche plan is saved."))
        return redirect(self.get_success_url())


class SpendingRecordView(MoneyForm):
    """The spend recorder enters what a report says was spent, or a receipt of money returned."""

    form_class = SpendingForm
    template_name = "projects/spending_record.html"
    permission = staticmethod(permissions.records_spending)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"currency": self.project.currency}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        there = funding.balances(self.project)["released"]
        return super().get_context_data(released=there, **kwargs)

    def act(self, form: SpendingForm) -> HttpResponse:
        said, user = form.cleaned_data, self.request.user
        document = said["document"] and documents.store(
            said["document"], by=user, dossier=self.project.dossier
        )
        report = Report(said["kind"], said["amount"], said["reference"], said["period_from"],
                        said["period_to"], document or None)  # fmt: skip
        before = funding.recorded(self.project, report)
        posting = funding.record(self.project, report, by=user, because=said["because"])
        words = {"number": posting.number, "reference": said["reference"],
                 "amount": money.show(said["amount"], self.project.currency)}  # fmt: skip
        if before is not None:
            messages.info(
                self.request, _("“%(reference)s” was recorded already, as entry %(number)s with "
                                "%(amount)s; nothing was added.") % words,
            )  # fmt: skip
        else:
            messages.success(self.request, _("Entry %(number)s is recorded: %(amount)s.") % words)
        return redirect(self.get_success_url())


class CorrectionCreateView(MoneyForm):
    """Somebody of finance asks that an entry be reversed."""

    form_class = CorrectionForm
    template_name = "projects/correction_create.html"
    permission = staticmethod(permissions.asks_correction)

    @cached_property
    def posting(self) -> Posting:
        rows = funding.postings(self.project)
        return get_object_or_404(rows, number=self.kwargs["number"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(posting=self.posting, **kwargs)

    def act(self, form: CorrectionForm) -> HttpResponse:
        funding.ask_correction(
            self.posting, by=self.request.user, because=form.cleaned_data["because"]
        )
        messages.success(self.request, _("The correction is asked for; a finance authoriser who "
                                         "did not make the entry confirms it."))  # fmt: skip
        return redirect(self.get_success_url())
