"""Files of invoices: what the vendor attached, the receipt, and the export for finance."""

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import get_language
from django.views.generic import View

from core import clock, documents
from core.steps import allow
from core.views import DetailPage, FormPage
from vendors import invoice_export, receipts
from vendors import permissions_invoices as who
from vendors.forms_invoices import ExportForm
from vendors.models import Invoice, InvoiceState


class InvoiceDocumentView(LoginRequiredMixin, View):
    """The vendor's invoice as a file, to whoever sees the invoice."""

    def get(self, request: HttpRequest, ref: str) -> HttpResponse:
        rows = Invoice.objects.visible_to(request.user).select_related("document__blob")
        invoice = get_object_or_404(rows, ref=ref)
        if invoice.document is None:
            raise Http404
        return documents.serve(request, invoice.document)


class ReceiptView(DetailPage):
    """The receipt of a paid invoice, as a page."""

    model = Invoice
    template_name = "vendors/invoice_receipt.html"
    context_object_name = "invoice"

    def get_queryset(self) -> Any:
        rows = super().get_queryset().filter(state=InvoiceState.PAID)
        return rows.select_related(*Invoice.step_related, "posting")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        invoice = self.object
        return super().get_context_data(
            facts=receipts.facts(invoice), lines=receipts.lines(invoice), **kwargs
        )


class ReceiptFileView(ReceiptView):
    """The same as a PDF."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        invoice = self.get_object()
        content = receipts.as_pdf(invoice, get_language() or "es")
        response = HttpResponse(content, content_type="application/pdf")
        response["Content-Disposition"] = f'attachment; filename="{invoice.ref}.pdf"'
        return response


class ExportView(FormPage):
    """Choose a period; the file holds the invoices approved or paid in it."""

    form_class = ExportForm
    template_name = "vendors/invoice_export.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            allow(who.exports, None, request.user)
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        today = clock.today()
        return {"first": today.replace(day=1), "last": today}

    def act(self, form: ExportForm) -> HttpResponse:
        first, last = form.cleaned_data["first"], form.cleaned_data["last"]
        name = f"invoices-{first}-{last}"
        response: Any
        if form.cleaned_data["kind"] == "json":
            text = invoice_export.as_json(first, last)
            response = HttpResponse(text, content_type="application/json; charset=utf-8")
        else:
            response = StreamingHttpResponse(invoice_export.as_csv(first, last),
                                             content_type="text/csv; charset=utf-8")  # fmt: skip
        kind = form.cleaned_data["kind"]
        response["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
        return response
