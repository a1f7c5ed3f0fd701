"""Pages of historical orders: a file shown before it is loaded, and the rows that wait."""

import io
from typing import Any

from django.contrib import messages
from django.core.files.storage import default_storage
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import documents
from core.models import Document
from core.views import DetailPage, ListPage, TransitionView
from vendors import loading_orders
from vendors import permissions_frameworks as who
from vendors.forms_historical import LoadForm, OrdersFileForm
from vendors.loading_orders import Outcome
from vendors.models import HistoricalRow
from vendors.views.framework_pages import FrameworkPage

SHOWN = 200
"""So many rows of a file stand in its preview."""


class OrdersImportView(FrameworkPage):
    """Send a file of historical orders; the next page shows what it would do."""

    form_class = OrdersFileForm
    permission = staticmethod(who.loads_orders)
    title = gettext_lazy("Load historical orders")
    submit = gettext_lazy("Read the file")
    intro = gettext_lazy("A CSV file with the columns rfq_id, title, agency, solicitation_date, "
                         "award_vendor_raw, award_amount_usd (or another currency) and award_date. "
                         "Nothing is loaded before you have seen what it would do.")  # fmt: skip

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"lots": self.framework.lots.all()}

    def act(self, form: Any) -> HttpResponse:
        upload = form.cleaned_data["file"]
        loading_orders.open_orders(upload.file)
        document = documents.store(upload, by=self.request.user, dossier=self.framework.dossier)
        url = reverse("vendors:orders_load", args=[self.framework.ref, document.pk])
        lot = form.cleaned_data.get("lot")
        return redirect(f"{url}?lot={lot.number}" if lot else url)


class OrdersLoadView(FrameworkPage):
    """What a file would do, row by row; the button does it."""

    form_class = LoadForm
    template_name = "vendors/orders_load.html"
    permission = staticmethod(who.loads_orders)
    title = gettext_lazy("What the file would do")
    submit = gettext_lazy("Load these orders")

    @cached_property
    def document(self) -> Document:
        rows = Document.objects.filter(dossier=self.framework.dossier).select_related("blob")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def get_initial(self) -> dict[str, Any]:
        return {"lot": self.request.GET.get("lot", "")}

    def outcomes(self, lot: str, *, keep: bool) -> list[Outcome]:
        """What became, or would become, of each row; nothing is kept unless asked."""
        if self.document.blob.removed:
            raise Http404
        with default_storage.open(self.document.blob.path, "rb") as file:
            table = loading_orders.open_orders(io.BytesIO(file.read()))
        rows = loading_orders.rows_of(table, self.framework)
        number = int(lot) if lot.isascii() and lot.isdigit() else None
        with transaction.atomic():
            found = loading_orders.load(self.framework, rows, by=self.request.user, lot=number,
                                        because=self.document.name)  # fmt: skip
            transaction.set_rollback(not keep)
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = self.outcomes(self.request.GET.get("lot", ""), keep=False)
        counts = loading_orders.counted(found)
        words = {
            "created": _("new"), "updated": _("changed"), "unchanged": _("unchanged"),
            "to_match": _("vendor to be matched"), "quarantined": _("in quarantine"),
        }  # fmt: skip
        return super().get_context_data(
            document=self.document, counts=[(words[name], counts[name]) for name in counts],
            outcomes=[(row, words[row.outcome]) for row in found[:SHOWN]],
            more=max(len(found) - SHOWN, 0), **kwargs,
        )  # fmt: skip

    def act(self, form: LoadForm) -> HttpResponse:
        found = self.outcomes(form.cleaned_data["lot"], keep=True)
        counts = loading_orders.counted(found)
        messages.success(
            self.request,
            _("Orders loaded: %(created)s new, %(updated)s changed, %(unchanged)s unchanged; "
              "%(to_match)s wait for their vendor, %(quarantined)s are in quarantine.") % counts,
        )  # fmt: skip
        return redirect("vendors:historicalrow_list", ref=self.framework.ref)


class HistoricalRowListView(ListPage):
    """Rows of a framework that wait for a person, or that were taken in."""

    model = HistoricalRow
    template_name = "vendors/historicalrow_list.html"
    context_object_name = "rows"

    def _state(self) -> str:
        asked = self.request.GET.get("state", "")
        return asked if asked in HistoricalRow.States.values else HistoricalRow.States.TO_MATCH

    @cached_property
    def framework(self) -> Any:
        page = FrameworkPage()
        page.setup(self.request, **self.kwargs)
        return page.framework

    def get_queryset(self) -> Any:
        rows = super().get_queryset().filter(framework=self.framework, state=self._state())
        return rows.select_related("order", "vendor", "match").order_by("pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if not who.oversees(self.request.user):
            raise Http404
        states = [(value, label, value == self._state())
                  for value, label in HistoricalRow.States.choices]  # fmt: skip
        return super().get_context_data(
            framework=self.framework, states=states,
            loads=who.loads_orders(self.framework, self.request.user), **kwargs,
        )  # fmt: skip


class HistoricalRowDetailView(DetailPage):
    """One row as it stood in the file: what is wrong with it, and whom it waits for."""

    model = HistoricalRow
    template_name = "vendors/historicalrow_detail.html"
    context_object_name = "row"

    def get_object(self, queryset: Any = None) -> HistoricalRow:
        rows = self.get_queryset().select_related("order", "match")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            framework=self.object.framework, cells=self.object.cells.items(), **kwargs
        )


class HistoricalRowStepView(TransitionView):
    """Confirm a step of a row."""

    model = HistoricalRow
