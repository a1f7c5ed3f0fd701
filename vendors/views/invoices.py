"""Pages of invoices: the vendor hands them in, finance takes them to their payment."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from core import clock, documents, money
from core.exports import csv_response, xlsx_response
from core.models import Event
from core.steps import allow
from core.telling import told
from core.views import DetailPage, FormPage, ListPage, TransitionView
from vendors import invoicing
from vendors import permissions_invoices as who
from vendors.filters_invoices import InvoiceFilter
from vendors.forms_invoices import InvoiceForm
from vendors.models import Invoice, InvoiceState, Order, Sprint
from vendors.models.invoice import UNPAID, vendors_of
from vendors.models.invoice_guards import next_tranche, shortage, where_money_is
from vendors.models.rates import SERVICES, categories

PAGE = 25


class InvoiceListView(ListPage):
    """All invoices that this person sees, the newest first; as CSV and XLSX too."""

    model = Invoice
    template_name = "vendors/invoice_list.html"
    context_object_name = "invoices"
    paginate_by = PAGE

    def get_queryset(self) -> QuerySet[Invoice]:
        self.filter = InvoiceFilter(self.request.GET, queryset=super().get_queryset())
        return self.filter.qs

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = {"csv": csv_response, "xlsx": xlsx_response}.get(request.GET.get("format", ""))
        if response is None:
            return super().get(request, *args, **kwargs)
        header = [_("Invoice"), _("Number of the vendor"), _("Vendor"), _("Order"), _("Project"),
                  _("State"), _("Net amount"), _("Tax"), _("Withheld"), _("Late interest"),
                  _("Total"), _("Currency"), _("Received on"), _("To be paid until"),
                  _("Paid on")]  # fmt: skip
        return response("invoices", header, self._rows())

    def _rows(self) -> Iterator[list[Any]]:
        for row in self.get_queryset().iterator(chunk_size=500):
            amounts = (row.net, row.tax, row.withheld, row.interest, row.total)
            yield [row.ref, row.supplier_number, row.vendor.name, row.order.ref,
                   row.order.project.ref, row.get_state_display(),
                   *(money.from_minor(amount, row.currency) for amount in amounts),
                   row.currency, row.received_on, row.due_on, row.paid_on or ""]  # fmt: skip

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        return super().get_context_data(
            filter=self.filter, filtered=bool(self.filter.form.changed_data), unpaid=UNPAID,
            today=clock.today(), exports=who.exports(None, user), **kwargs,
        )  # fmt: skip


class MyInvoicesView(InvoiceListView):
    """What a vendor has invoiced, where each stands since when, and what it may invoice now."""

    template_name = "vendors/my_invoices.html"

    def get_queryset(self) -> QuerySet[Invoice]:
        return super().get_queryset().filter(vendor__in=vendors_of(self.request.user))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(payable=payable_orders(self.request.user), **kwargs)


def payable_orders(user: Any) -> list[dict[str, Any]]:
    """The orders of this person's vendors with accepted sprints on no invoice, and their sum."""
    rows = Sprint.objects.accepted().filter(order__vendor__in=vendors_of(user), payable__gt=0)
    free = rows.exclude(invoice_lines__live=True).filter(order__project__isnull=False)
    found: dict[int, dict[str, Any]] = {}
    for sprint in free.select_related("order__vendor").order_by("order", "number"):
        row = found.setdefault(sprint.order_id, {"order": sprint.order, "count": 0, "net": 0})
        row["count"] += 1
        row["net"] += sprint.payable
    return list(found.values())


class InvoiceDetailView(DetailPage):
    """One invoice: what it asks for, what the rules say, where it stands, what comes next."""

    model = Invoice
    template_name = "vendors/invoice_detail.html"
    context_object_name = "invoice"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        invoice, user = self.object, self.request.user
        inside = not who.corrects(invoice, user)
        events = Event.objects.filter(target_label="vendors.invoice", target_id=invoice.pk)
        rows = told(events.order_by("-number").select_related("actor", "on_behalf_of")[:100])
        missing = shortage(invoice) if inside and invoice.state == InvoiceState.APPROVED else 0
        today = clock.today(invoice.order.institution)
        return super().get_context_data(
            lines=list(invoice.lines.select_related("sprint__order")), inside=inside,
            interest_lines=list(invoice.interest_lines.select_related("late")),
            events=rows, reason=reason_of(invoice, rows), missing=missing,
            tranche=next_tranche(invoice.order.project) if missing else None,
            money_url=where_money_is(invoice) if missing else "",
            late=invoice.late_interest(today) if invoice.state in (*UNPAID, "paid") else 0,
            late_days=max(((invoice.paid_on or today) - invoice.due_on).days, 0),
            unpaid=invoice.state in UNPAID,
            corrects=not inside and invoice.state == InvoiceState.DISPUTED, **kwargs,
        )  # fmt: skip


def reason_of(invoice: Invoice, events: list[Event]) -> str:
    """Why it is disputed or rejected: by the newest such step, taxes in the reader's language."""
    if invoice.state not in (InvoiceState.DISPUTED, InvoiceState.REJECTED):
        return ""
    names = ("dispute", "dispute_taxes", "reject")
    verbs = {f"vendors.invoice.{name}" for name in names}
    last = next((event for event in events if event.verb in verbs), None)
    if last is not None and last.verb == "vendors.invoice.dispute_taxes":
        return " ".join(invoice.tax_sentences)
    return last.because if last else ""


class InvoiceStepView(TransitionView):
    """Confirm a step of an invoice, with what it is about."""

    model = Invoice
    template_name = "vendors/invoice_step.html"


class InvoicePage(FormPage):
    """The form of an invoice: amounts are filled by the order, and may be computed anew."""

    form_class = InvoiceForm
    template_name = "vendors/invoice_form.html"

    @property
    def order(self) -> Order:
        raise NotImplementedError

    invoice: Invoice | None = None

    def choices(self) -> dict[str, Any]:
        """The sprints and the interest that may be chosen here."""
        raise NotImplementedError

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            allow(who.invoices, self.order, request.user)
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        country = self.order.institution.country
        found = super().get_form_kwargs() | self.choices()
        if "compute" in self.request.POST:  # what was typed becomes what is shown
            found |= {"data": None, "files": None, "initial": self._computed(found)}
        return found | {"order": self.order, "categories": categories(country)}

    def _computed(self, found: dict[str, Any]) -> dict[str, Any]:
        """What was typed, with the amounts of what is ticked."""
        data = self.request.POST
        ticked = found["sprints"].filter(pk__in=numbers(data.getlist("sprints")))
        late = [row for row in found["late"] or () if str(row.pk) in data.getlist("late")]
        typed = {name: data.get(name, "") for name in ("supplier_number", "issued_on", "category")}
        category = typed["category"] or SERVICES
        return typed | {"sprints": list(ticked), "late": late} | amounts(
            self.order, list(ticked), late, category)  # fmt: skip

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "compute" in request.POST:
            return self.render_to_response(self.get_context_data())
        return super().post(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(order=self.order, invoice=self.invoice, **kwargs)

    def said(self, form: InvoiceForm) -> invoicing.Said:
        """What was typed, its file taken into the case."""
        upload = form.cleaned_data.get("document")
        dossier, by = self.order.dossier, self.request.user
        file = documents.store(upload, by=by, dossier=dossier) if upload else None
        return invoicing.Said(document=file, **form.said())


def numbers(texts: list[str]) -> list[int]:
    """Those of some texts that are keys of rows."""
    return [int(text) for text in texts if text.isascii() and text.isdecimal()]


def amounts(order: Order, sprints: list[Sprint], late: list[Invoice],
            category: str = SERVICES) -> dict[str, int]:  # fmt: skip
    """The amounts with which the form is filled."""
    found = invoicing.figures(order, sprints, late, category)
    return {"net": found.net, "tax": found.levied.added, "withheld": found.levied.withheld}


class InvoiceCreateView(InvoicePage):
    """A vendor hands in an invoice for accepted sprints of one order."""

    @cached_property
    def order(self) -> Order:  # type: ignore[override]
        rows = Order.objects.filter(vendor__in=vendors_of(self.request.user), project__isnull=False)
        return get_object_or_404(rows.select_related(*Order.step_related), ref=self.kwargs["ref"])

    def choices(self) -> dict[str, Any]:
        late = [row.pk for row in invoicing.unclaimed_interest(self.order)]
        rows = Invoice.objects.filter(pk__in=late).select_related("term")
        return {"sprints": invoicing.payable_sprints(self.order), "late": rows if late else None}

    def get_initial(self) -> dict[str, Any]:
        sprints = list(invoicing.payable_sprints(self.order))
        today = clock.today(self.order.institution)
        return {"issued_on": today, "sprints": sprints} | amounts(self.order, sprints, [])

    @transaction.atomic
    def act(self, form: InvoiceForm) -> HttpResponse:
        invoice = invoicing.submit(self.order, self.said(form), by=self.request.user)
        if invoice.state == InvoiceState.DISPUTED:
            messages.warning(self.request, _("The invoice came in, and its taxes differ from the "
                                             "rules: correct it."))  # fmt: skip
        else:
            messages.success(self.request, _("The invoice came in. You are told of each step."))
        return redirect(invoice.get_absolute_url())


class InvoiceCorrectView(InvoicePage):
    """A vendor corrects a disputed invoice and sends it again."""

    @cached_property
    def invoice(self) -> Invoice:  # type: ignore[override]
        rows = Invoice.objects.visible_to(self.request.user)
        return get_object_or_404(rows, ref=self.kwargs["ref"])

    @cached_property
    def order(self) -> Order:  # type: ignore[override]
        rows = Order.objects.select_related(*Order.step_related)
        return rows.get(pk=self.invoice.order_id)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            allow(who.corrects, self.invoice, request.user)
            if self.invoice.state != InvoiceState.DISPUTED:
                messages.warning(request, _("This has moved on since you opened the page."))
                return redirect(self.invoice.get_absolute_url())
        return super().dispatch(request, *args, **kwargs)

    def choices(self) -> dict[str, Any]:
        free = invoicing.payable_sprints(self.order).values_list("pk", flat=True)
        own = self.invoice.live_lines().values_list("sprint", flat=True)
        claimed = self.invoice.live_interest().values_list("late", flat=True)
        late = [*claimed, *(row.pk for row in invoicing.unclaimed_interest(self.order))]
        rows = Invoice.objects.filter(pk__in=late).select_related("term")
        sprints = Sprint.objects.filter(pk__in=[*free, *own]).select_related("order")
        return {"sprints": sprints.order_by("number"), "late": rows if late else None,
                "file_there": self.invoice.document_id is not None}  # fmt: skip

    def get_initial(self) -> dict[str, Any]:
        row = self.invoice
        return {
            "supplier_number": row.supplier_number, "issued_on": row.issued_on,
            "category": row.category, "net": row.net, "tax": row.tax, "withheld": row.withheld,
            "sprints": [line.sprint_id for line in row.live_lines()],
            "late": [line.late_id for line in row.live_interest()],
        }  # fmt: skip

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        events = Event.objects.filter(target_label="vendors.invoice", target_id=self.invoice.pk)
        reason = reason_of(self.invoice, list(events.order_by("-number")[:50]))
        return super().get_context_data(reason=reason, **kwargs)

    @transaction.atomic
    def act(self, form: InvoiceForm) -> HttpResponse:
        invoice = invoicing.correct(self.invoice, self.said(form), by=self.request.user)
        messages.success(self.request, _("The corrected invoice came in."))
        return redirect(invoice.get_absolute_url())
