"""Pages of an application: begun, saved as it is written, its files, earlier answers used again."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from core import documents
from core.refusals import Refused
from core.steps import allow
from core.views import FormPage
from vendors import applying
from vendors import permissions_frameworks as who
from vendors.forms_memberships import AnswersForm, BeginForm, EvidenceForm, ReuseForm
from vendors.models import ApplicationEvidence, Membership, MembershipState, Vendor, VendorSeat
from vendors.views.lots import lot_of
from vendors.views.membership_pages import MembershipPage, evidence_of

States = MembershipState
AUTOSAVE = "X-Autosave"
"""The header with which our script sends what is typed; the answer says when it was saved."""


class MembershipBeginView(FormPage):
    """Begin an application for a lot, for one of the companies that this person acts for."""

    form_class = BeginForm
    template_name = "vendors/framework_form.html"

    @cached_property
    def lot(self) -> Any:
        return lot_of(self.request.user, self.kwargs["ref"], self.kwargs["number"])

    @cached_property
    def vendors(self) -> Any:
        seats = VendorSeat.objects.open().filter(user=self.request.user,
                                                 role__in=("manager", "bidder"))  # fmt: skip
        return Vendor.objects.filter(pk__in=seats.values("vendor")).order_by("name")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated and self.lot:
            allow(who.has_company, self.vendors, request.user)
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"vendors": self.vendors}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            title=_("Apply for this lot"), submit=_("Begin the application"), row=self.lot,
            framework=self.lot.framework, intro=_("What you write is saved as you write it. Nobody "
            "else reads it before you hand it in."), **kwargs,
        )  # fmt: skip

    def act(self, form: BeginForm) -> HttpResponse:
        row = applying.begin(self.lot, form.cleaned_data["vendor"], by=self.request.user)
        if row.state == States.DRAFT:
            return redirect("vendors:membership_edit", pk=row.pk)
        messages.info(self.request, _("This company has applied for the lot already."))
        return redirect(row.get_absolute_url())


class MembershipEditView(MembershipPage):
    """The application: saved as it is written by our script, by a button without it."""

    form_class = AnswersForm
    template_name = "vendors/membership_edit.html"
    states = (States.DRAFT,)

    @cached_property
    def requirements(self) -> list[Any]:
        return list(self.row.framework.requirements.all())

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"requirements": self.requirements}

    def get_initial(self) -> dict[str, Any]:
        found = {f"answer_{answer.requirement_id}": answer.text
                 for answer in self.row.answers.all()}  # fmt: skip
        return {**found, "seen": self.row.saved_at.isoformat()}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        sources = applying.sources(self.row)
        framework = self.row.framework
        return super().get_context_data(
            evidence=evidence_of(self.row), saved=moment(self.row.saved_at),
            attach=EvidenceForm(requirements=framework.requirements.all()),
            reuse=ReuseForm(sources=among(sources)) if sources else None,
            open_now=framework.takes_applications(), **kwargs,
        )  # fmt: skip

    def form_invalid(self, form: Any) -> HttpResponse:
        if AUTOSAVE in self.request.headers:
            reasons = [str(error) for errors in form.errors.values() for error in errors]
            return JsonResponse({"refused": " ".join(reasons)}, status=409)
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def act(self, form: AnswersForm) -> HttpResponse:
        row = applying.save_answers(self.row, form.answers(), by=self.request.user,
                                    seen=form.cleaned_data["seen"])  # fmt: skip
        if AUTOSAVE in self.request.headers:
            said = _("Saved at %(time)s.") % {"time": moment(row.saved_at)}
            return JsonResponse({"seen": row.saved_at.isoformat(), "saved": said})
        if "done" in self.request.POST:
            return self.go_on(_("Your answers are saved."))
        return self.go_on(_("Your answers are saved."), self.request.path)


def moment(at: datetime) -> str:
    """When something was saved, to the minute, in the reader's zone and language."""
    return date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT")


def among(rows: list[Membership]) -> Any:
    """A queryset of just these rows, as a choice needs it."""
    keys = [row.pk for row in rows]
    found = Membership._default_manager.filter(pk__in=keys).order_by("-saved_at", "-pk")
    return found.select_related("lot__framework", "vendor")


class EvidenceAddView(MembershipPage):
    """Add a file to an application."""

    form_class = EvidenceForm
    states = (States.DRAFT,)
    title = gettext_lazy("Add a document")
    submit = gettext_lazy("Add the document")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {
            "requirements": self.row.framework.requirements.all()
        }  # fmt: skip

    def act(self, form: EvidenceForm) -> HttpResponse:
        said = form.cleaned_data
        applying.attach(self.row, said["requirement"], said["document"], said["valid_until"],
                        by=self.request.user)  # fmt: skip
        return self.go_on(_("The document is added."), edit_url(self.row))


def edit_url(row: Membership) -> str:
    """Where an application is written."""
    return reverse("vendors:membership_edit", kwargs={"pk": row.pk}) + "#documents"


class ReuseView(MembershipPage):
    """Take over answers and files of an earlier application."""

    form_class = ReuseForm
    states = (States.DRAFT,)
    title = gettext_lazy("Use earlier answers again")
    submit = gettext_lazy("Take them over")
    intro = gettext_lazy("Only where nothing is written yet. Documents that have expired are left "
                         "out.")  # fmt: skip

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"sources": among(applying.sources(self.row))}

    def act(self, form: ReuseForm) -> HttpResponse:
        count = applying.reuse(self.row, form.cleaned_data["source"], by=self.request.user)
        url = reverse("vendors:membership_edit", kwargs={"pk": self.row.pk})
        return self.go_on(_("Answers taken over: %(count)s.") % {"count": count}, url)


class EvidenceFileView(View):
    """The file itself, for who may read the application."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        row = get_object_or_404(ApplicationEvidence.objects.visible_to(request.user), pk=pk)
        return documents.serve(request, row.document)


class EvidenceLeaveOutView(View):
    """Take a file out of a drafted application again."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        row = get_object_or_404(ApplicationEvidence.objects.visible_to(request.user), pk=pk)
        try:
            applying.leave_out(row, by=request.user)
            messages.success(request, _("The document is taken out of the application."))
        except Refused as refused:
            messages.error(request, " ".join(refused.reasons))
        return redirect(edit_url(row.membership))
