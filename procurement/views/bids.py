"""Pages on which a vendor drafts, seals and changes its own bid: nobody else has any of them.

What is refused is answered with 200, for every other answer is written to the log; and nothing is
ever written into the session.
"""

from typing import Any

from django.conf import settings
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from core import clock
from core.refusals import Refused
from core.steps import allow
from core.views import FormPage
from procurement import bidding, drafts, eligibility, receipt_papers, receipts, redelivering, slots
from procurement import permissions_sealing as who
from procurement.forms_sealing import BidForm, CopyForm, DeliverForm, FileForm, SeenForm
from procurement.members import vendors_of
from procurement.models import Competition
from procurement.prototypes import bringing
from procurement.uploads import InMemoryMixin
from vendors.models import Vendor


class OwnBid(InMemoryMixin, LoginRequiredMixin):
    """A page about the bid of one vendor, for those who bid for it."""

    request: Any
    kwargs: dict[str, Any]

    @cached_property
    def competition(self) -> Any:
        rows = Competition.objects.public().select_related(
            "project__institution", "dossier", "lot__framework__institution"
        )
        return get_object_or_404(rows, ref=self.kwargs["ref"])

    @cached_property
    def vendor(self) -> Any:
        rows = Vendor.objects.visible_to(self.request.user)
        return get_object_or_404(rows, ref=self.kwargs["vendor"])

    @cached_property
    def status(self) -> bidding.Status:
        return bidding.status(self.competition, self.vendor, by=self.request.user)

    @cached_property
    def draft(self) -> dict[str, Any]:
        return drafts.read(self.competition, self.vendor, by=self.request.user)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not request.user.is_authenticated:
            return self.handle_no_permission()
        self.kwargs = kwargs
        allow(who.bids_for, self.vendor, request.user)
        try:
            self.status  # noqa: B018  asking is what makes the slot, or refuses
        except Refused as refused:
            return self.closed(refused)
        return super().dispatch(request, *args, **kwargs)

    def closed(self, refused: Refused) -> HttpResponse:
        """The page that says why there is nothing to be done here."""
        context = {"competition": self.competition, "vendor": self.vendor,
                   "reasons": refused.reasons}  # fmt: skip
        return render(self.request, "procurement/bid_closed.html", context)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now = clock.now()
        found: dict[str, Any] = {
            "competition": self.competition, "vendor": self.vendor, "status": self.status,
            "takes_bids": self.competition.takes_bids(now),
            "deadline": self.competition.deadline(now),
            "by_server": self.competition.sealing == "server",
        }  # fmt: skip
        return super().get_context_data(**{**kwargs, **found})  # type: ignore[misc]

    def url(self, name: str) -> str:
        return reverse(f"procurement:{name}", args=[self.competition.ref, self.vendor.ref])


class BidHomeView(LoginRequiredMixin, View):
    """From a competition to the bid of one's own company, or to a choice among several."""

    def get(self, request: HttpRequest, ref: str) -> HttpResponse:
        competition = get_object_or_404(Competition.objects.public(), ref=ref)
        found = list(vendors_of(competition, request.user))
        if len(found) == 1:
            return redirect("procurement:bid_overview", ref, found[0].ref)
        if not found:
            raise Http404
        context = {"competition": competition, "vendors": found}
        return render(request, "procurement/bid_choose.html", context)


class BidOverviewView(OwnBid, TemplateView):
    """How the bid stands: what is sealed, what the draft lacks, what can be done."""

    template_name = "procurement/bid_overview.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        composed = drafts.composed(self.competition, self.draft)
        asked = BidForm(asked=eligibility.asked_of(self.competition))
        parts = [(anchor, heading, composed.sentences(anchor))
                 for anchor, heading, _fields in asked.sections]  # fmt: skip
        acts = [(row["act"], receipt_papers.act_told(row["act"]),
                 self.competition.local(bidding.receipt_of(self.slot, row).at))
                for row in self.status.head.acts]  # fmt: skip
        return super().get_context_data(
            parts=parts, ready=not composed.missing, drafted=bool(self.draft["number"]),
            draft=self.draft, acts=acts, redelivery=redelivering.current(self.competition),
            **kwargs,
        )  # fmt: skip

    @property
    def slot(self) -> slots.Slot:
        return slots.of(self.competition, self.vendor)


class BidWriteView(OwnBid, FormPage):
    """The whole draft on one page; it is kept as it is typed, and may be saved at any time."""

    template_name = "procurement/bid_write.html"
    form_class = BidForm

    def get_form_kwargs(self) -> dict[str, Any]:
        asked = eligibility.asked_of(self.competition)
        return super().get_form_kwargs() | {"asked": asked}

    def get_initial(self) -> dict[str, Any]:
        return {**self.draft["fields"], "seen": self.draft["number"]}

    def act(self, form: BidForm) -> HttpResponse:
        drafts.save(self.competition, self.vendor, form.typed(), by=self.request.user,
                    seen=form.cleaned_data["seen"])  # fmt: skip
        return redirect(self.url("bid_write" if "stay" in self.request.POST else "bid_overview"))


class BidSaveView(OwnBid, View):
    """What the page itself saves while somebody types; answers with the draft's new number."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        form = BidForm(request.POST, asked=eligibility.asked_of(self.competition))
        if not form.is_valid():
            return JsonResponse({"refused": _("Some text is too long to be kept.")})
        try:
            draft = drafts.save(self.competition, self.vendor, form.typed(), by=request.user,
                                seen=form.cleaned_data["seen"])  # fmt: skip
        except Refused as refused:
            return JsonResponse({"refused": " ".join(refused.reasons)})
        now = self.competition.local(clock.now())
        said = _("Saved at %(time)s.") % {"time": f"{now:%H:%M:%S}"}
        return JsonResponse({"saved": said, "seen": str(draft["number"])})


class BidFilesView(OwnBid, FormPage):
    """The files of the draft; each is sealed as it arrives, and nobody can read it from then on."""

    template_name = "procurement/bid_files.html"
    form_class = FileForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        typed = self.draft["fields"]
        return super().get_context_data(
            files=self.draft["files"], limit=settings.BID_FILES_MB, most=drafts.FILES_MAX,
            command=bringing.command(typed.get("branch")
                                     or self.competition.prototype.get("branch", "")),
            **kwargs,
        )  # fmt: skip

    def form_invalid(self, form: Any) -> HttpResponse:
        if self.request.too_large:
            form.errors.pop("file", None)
            form.add_error("file", _("The file is larger than %(limit)s MB.")
                           % {"limit": settings.BID_FILES_MB})  # fmt: skip
        return super().form_invalid(form)

    def act(self, form: FileForm) -> HttpResponse:
        upload = form.cleaned_data["file"]
        drafts.attach(self.competition, self.vendor, upload.name, upload.read(),
                      form.cleaned_data["kind"], by=self.request.user)  # fmt: skip
        return redirect(self.url("bid_files"))


class BidFetchView(BidFilesView):
    """Bring the bundle from the repository that the draft names, at the press of a button."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            drafts.fetch(self.competition, self.vendor, by=request.user)
        except Refused as refused:
            form = FileForm({"kind": "bundle"})
            form.errors.pop("file", None)
            for reason in refused.reasons:
                form.add_error(None, reason)
            return self.render_to_response(self.get_context_data(form=form))
        return redirect(self.url("bid_files"))


class BidFileRemoveView(OwnBid, View):
    """Take a file out of the draft."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            name = request.POST.get("file", "")
            drafts.detach(self.competition, self.vendor, name, by=request.user)
        except Refused as refused:
            return self.closed(refused)
        return redirect(self.url("bid_files"))


class BidCopyView(OwnBid, View):
    """The vendor's own copy of the draft, to keep."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        content = drafts.copy(self.competition, self.vendor, self.draft)
        response = HttpResponse(content, content_type="application/json")
        name = f"{self.competition.ref}-{self.vendor.ref}.json"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response


class BidRestoreView(OwnBid, FormPage):
    """Begin a change of a sealed bid from the vendor's own copy."""

    template_name = "procurement/bid_restore.html"
    form_class = CopyForm

    def act(self, form: CopyForm) -> HttpResponse:
        content = form.cleaned_data["copy"].read()
        drafts.restore(self.competition, self.vendor, content, by=self.request.user)
        return redirect(self.url("bid_overview"))


class BidSealView(OwnBid, FormPage):
    """Review the bid as it will be sealed, and seal it."""

    template_name = "procurement/bid_seal.html"
    form_class = SeenForm

    def get_initial(self) -> dict[str, Any]:
        return {"seen": self.draft["number"]}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        composed = drafts.composed(self.competition, self.draft)
        asked = eligibility.asked_of(self.competition)
        rates = [(name, hours, composed.price["rates"].get(code), most)
                 for code, name, hours, most in asked.basket]  # fmt: skip
        answers = [(title, composed.technical["answers"].get(code, ""))
                   for code, title in asked.criteria]  # fmt: skip
        return super().get_context_data(
            composed=composed,
            rates=rates,
            answers=answers,
            drafted=bool(self.draft["number"]),
            **kwargs,
        )

    def act(self, form: SeenForm) -> HttpResponse:
        draft = self.draft
        receipt = bidding.seal(self.competition, self.vendor, by=self.request.user,
                               seen=form.cleaned_data["seen"])  # fmt: skip
        content = drafts.copy(self.competition, self.vendor, draft)
        self.__dict__.pop("status", None)
        context = {
            "competition": self.competition, "vendor": self.vendor, "code": receipts.code(receipt),
            "facts": receipt_papers.facts(receipt, self.competition, self.vendor),
            "copy": drafts.copy_address(content),
            "copy_name": f"{self.competition.ref}-{self.vendor.ref}.json",
        }  # fmt: skip
        return render(self.request, "procurement/bid_sealed.html", context)


class BidChangeView(OwnBid, FormPage):
    """Withdraw a bid, or confirm it after a material addendum."""

    template_name = "procurement/bid_change.html"
    form_class = SeenForm
    change = "withdraw"

    def get_initial(self) -> dict[str, Any]:
        return {"seen": self.status.head.number}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        since = (self.status.head.bid or {}).get("version", 0)
        changed = self.competition.addenda.filter(state="published", version__gt=since)
        shown = changed if self.change == "reconfirm" else []
        return super().get_context_data(change=self.change, addenda=shown, **kwargs)

    def act(self, form: SeenForm) -> HttpResponse:
        do = bidding.withdraw if self.change == "withdraw" else bidding.reconfirm
        do(self.competition, self.vendor, by=self.request.user, seen=form.cleaned_data["seen"])
        return redirect(self.url("bid_receipt"))


class BidReceiptView(OwnBid, TemplateView):
    """The receipts of all that was done, the newest first."""

    template_name = "procurement/bid_receipt.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        slot = slots.of(self.competition, self.vendor)
        found = [bidding.receipt_of(slot, act) for act in reversed(self.status.head.acts)]
        shown = [(receipt_papers.facts(one, self.competition, self.vendor), number)
                 for number, one in enumerate(found)]  # fmt: skip
        return super().get_context_data(
            shown=shown, check=receipt_papers.check_url(), **kwargs
        )  # fmt: skip


class BidReceiptPaperView(OwnBid, View):
    """One of these receipts as a PDF."""

    def get(self, request: HttpRequest, number: int, **kwargs: Any) -> HttpResponse:
        acts = list(reversed(self.status.head.acts))
        if number >= len(acts):
            raise Http404
        receipt = bidding.receipt_of(slots.of(self.competition, self.vendor), acts[number])
        language = get_language() or settings.LANGUAGE_CODE
        content = receipt_papers.paper(receipt, self.competition, self.vendor, language)
        response = HttpResponse(content, content_type="application/pdf")
        name = f"{self.competition.ref}-{self.vendor.ref}-{receipt.digest[:8]}.pdf"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response


class BidDeliverView(OwnBid, FormPage):
    """Deliver again what had been sealed, when shares of the key were lost."""

    template_name = "procurement/bid_deliver.html"
    form_class = DeliverForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(redelivery=redelivering.current(self.competition), **kwargs)

    def act(self, form: DeliverForm) -> HttpResponse:
        files = {file.name: file.read() for file in form.cleaned_data["attachments"]}
        redelivering.deliver(self.competition, self.vendor, form.cleaned_data["copy"].read(), files,
                             by=self.request.user)  # fmt: skip
        return redirect(self.url("bid_receipt"))
