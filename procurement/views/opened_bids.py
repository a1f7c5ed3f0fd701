"""Pages of what was opened: bids, their files, the register of late attempts; and the public check
of a receipt, which looks at no bid.
"""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.views.generic import FormView, View

from core import documents
from core.views import DetailPage, ListPage
from procurement import permissions_sealing as who
from procurement import receipt_papers, receipts
from procurement.forms_sealing import ReceiptForm
from procurement.models import Bid, BidFile, Competition, LateAttempt
from vendors.models import Vendor


class OfOpened(LoginRequiredMixin):
    """A page about a competition whose bids are opened; before that there is none."""

    request: Any
    kwargs: dict[str, Any]

    @cached_property
    def competition(self) -> Any:
        rows = Competition.objects.filter(opened_at__isnull=False)
        return get_object_or_404(rows, ref=self.kwargs["ref"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(competition=self.competition, **kwargs)  # type: ignore[misc]


class BidListView(OfOpened, ListPage):
    """The bids of a competition, with the names of the bidders: for officers and oversight."""

    model = Bid
    template_name = "procurement/bid_list.html"
    context_object_name = "bids"

    def get_queryset(self) -> Any:
        if not who.reads_bids(self.request.user):
            raise Http404
        return super().get_queryset().filter(competition=self.competition).order_by("vendor__name")


class BidDetailView(DetailPage):
    """One opened bid: its technical part, its files, its receipt."""

    model = Bid
    template_name = "procurement/bid_detail.html"
    context_object_name = "bid"

    def get_object(self, queryset: Any = None) -> Bid:
        return get_object_or_404(self.get_queryset(), pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        said = dict(self.object.content.get("answers", {}))
        asked = self.object.competition.criteria.all()
        answers = [(row.title, said.pop(row.code)) for row in asked if row.code in said]
        answers += said.items()  # by what is no longer asked
        return super().get_context_data(
            competition=self.object.competition, answers=answers,
            files=self.object.files.select_related("document__blob"), **kwargs,
        )  # fmt: skip


class BidFileView(LoginRequiredMixin, View):
    """A file of an opened bid."""

    def get(self, request: HttpRequest, pk: int, file: int) -> HttpResponse:
        bids = Bid.objects.visible_to(request.user).order_by().values("pk")
        row = get_object_or_404(BidFile, pk=file, bid=pk, bid__in=bids, document__isnull=False)
        return documents.serve(request, row.document)  # type: ignore[arg-type]


class LateRegisterView(OfOpened, ListPage):
    """Who tried after the deadline: moment, vendor and hash, readable after the opening."""

    model = LateAttempt
    template_name = "procurement/late_register.html"
    context_object_name = "attempts"

    def get_queryset(self) -> Any:
        rows = LateAttempt.objects.filter(competition=self.competition).select_related("vendor")
        user = self.request.user
        if who.reads_bids(user):
            return rows
        mine = rows.filter(Q(vendor__in=who.seats_of(user)))
        if not mine.exists():
            raise Http404
        return mine


@method_decorator(login_not_required, name="dispatch")
class ReceiptCheckView(FormView):
    """Anybody who holds a receipt checks its code; nothing is looked up but two names."""

    template_name = "procurement/receipt_check.html"
    form_class = ReceiptForm

    def form_valid(self, form: ReceiptForm) -> HttpResponse:
        receipt = receipts.read(form.cleaned_data["code"])
        context: dict[str, Any] = {"asked": True, "facts": None}
        if receipt is not None:
            competition = Competition.objects.filter(pk=receipt.competition).first()
            vendor = Vendor.objects.filter(pk=receipt.vendor).first()
            if competition is not None and vendor is not None:
                context["facts"] = receipt_papers.facts(receipt, competition, vendor)
        return self.render_to_response(self.get_context_data(form=form, **context))
