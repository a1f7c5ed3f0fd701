"""Pages of orders: the list, one order, one amendment, and the steps of both."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from core import panels
from core.exports import csv_response, xlsx_response
from core.models import Event
from core.telling import told
from core.views import DetailPage, ListPage, TransitionView
from vendors import permissions_orders as who
from vendors import tables_orders
from vendors.filters_orders import OrderFilter, ordered
from vendors.models import Invoice, Order, OrderAmendment
from vendors.models import order_conditions as only_if
from vendors.models.order import RUNNING
from vendors.permissions_companies import reads_vendors, represents
from vendors.permissions_invoices import invoices as hands_in

RELATED = ("vendor", "project__institution", "project__dossier", "project__owner", "institution",
           "lot__framework__institution", "lot__framework__dossier", "membership__lot__framework",
           "officer", "product_owner", "drafted_by", "funded_by", "vendor_signed_by",
           "cosigned_by", "signed_by")  # fmt: skip


class OrderListView(ListPage):
    """The orders that this person sees, the newest first, narrowed; as CSV and XLSX too."""

    model = Order
    template_name = "vendors/order_list.html"
    context_object_name = "orders"

    @cached_property
    def narrowed(self) -> OrderFilter:
        return OrderFilter(
            self.request.GET, queryset=super().get_queryset(), request=self.request
        )  # fmt: skip

    def get_queryset(self) -> Any:
        return ordered(self.narrowed.qs, self.request.GET.get("sort", ""))

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = {"csv": csv_response, "xlsx": xlsx_response}.get(request.GET.get("format", ""))
        if response is None:
            return super().get(request, *args, **kwargs)
        header, rows = tables_orders.export(self.get_queryset().for_lists().iterator(500))
        return response(str(_("orders")), header, rows)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        kwargs |= super().get_context_data(**kwargs)
        return kwargs | {
            "rows": tables_orders.lines(kwargs["page_obj"]),
            "filter_html": panels.filters(f"orders:{user.pk}", self.narrowed, self.request,
                                          self._blank),
            "filtered": bool(self.narrowed.form.changed_data),
            "sets_limits": who.sets_limits(None, user) or who.oversees(user),
        }  # fmt: skip

    def _blank(self) -> OrderFilter:
        return OrderFilter({}, queryset=Order.objects.none(), request=self.request)

    def paginate_queryset(self, queryset: Any, page_size: int) -> Any:
        return super().paginate_queryset(queryset.values(*tables_orders.COLUMNS), page_size)


class OrderDetailView(DetailPage):
    """One order: what is ordered, who signed, its money, its amendments, what comes next."""

    model = Order
    template_name = "vendors/order_detail.html"
    context_object_name = "order"

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related(*RELATED)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        order, user = self.object, self.request.user
        inside = not represents(user, order.vendor)
        amendments, flagged = tables_orders.amendments_of(order)
        return super().get_context_data(
            inside=inside, money=tables_orders.money_of(order), amendments=amendments,
            flagged=flagged, rates=order.rates.select_related("category"),
            opens_vendor=reads_vendors(user) or not inside, acts=acts_on(order, user),
            events=history_of(order) if inside else [], **invoices_of(order, user),
            **(inside_of(order) if inside else {}), **kwargs,
        )  # fmt: skip


def invoices_of(order: Order, user: Any) -> dict[str, Any]:
    """The invoices of an order that this person sees, and whether they hand in another."""
    if order.project_id is None:
        return {"invoices": [], "bills": False}
    rows = Invoice.objects.visible_to(user).filter(order=order).order_by("-pk")
    return {"invoices": list(rows[:50]), "bills": hands_in(order, user)}


def inside_of(order: Order) -> dict[str, Any]:
    """What only the institution's side reads: linked purchases, interests, who else signs."""
    unsigned = order.state in ("draft", "funded") and order.project_id is not None
    return {
        "linked": tables_orders.linked_notes(order),
        "cosigning": only_if.needs_cosigning(order) if unsigned else [],
        "declarations": order.declarations.select_related("person"),
        "undeclared": only_if.undeclared(order) if unsigned else [],
    }


def history_of(order: Order) -> list[Event]:
    """What happened to an order and its amendments, the newest first."""
    keys = list(order.amendments.values_list("pk", flat=True))
    mine = Q(target_label="vendors.order", target_id=order.pk)
    theirs = Q(target_label="vendors.orderamendment", target_id__in=keys)
    events = Event.objects.filter(mine | theirs, dossier=order.dossier)
    return told(events.order_by("-number").select_related("actor", "on_behalf_of")[:100])


def acts_on(order: Order, user: Any) -> list[tuple[str, str]]:
    """What this person may write down about an order now: a label and an address each."""
    if order.project_id is None:
        return []
    named = [
        (who.edits_orders, ("draft",), _("Change the draft"), "order_edit"),
        (who.declares, ("draft", "funded"), _("Declare whether you have a conflict of interest"),
         "order_declare"),
        (who.edits_orders, ("draft", "funded"), _("Let somebody else take over"),
         "order_hand_over"),
    ]  # fmt: skip
    if not order.amendments.filter(state="proposed").exists():
        named.append((who.proposes_amendments, RUNNING, _("Propose an amendment"),
                      "amendment_create"))  # fmt: skip
    return [
        (label, reverse(f"vendors:{name}", args=[order.ref]))
        for permission, states, label, name in named
        if order.state in states and permission(order, user)
    ]


class OrderStepView(TransitionView):
    """Confirm and take one step of an order, with what it is about."""

    model = Order
    template_name = "vendors/order_step.html"


class AmendmentDetailView(DetailPage):
    """One amendment: what changes, what is flagged, who signed it."""

    model = OrderAmendment
    template_name = "vendors/amendment_detail.html"
    context_object_name = "amendment"

    def get_object(self, queryset: Any = None) -> OrderAmendment:
        rows = self.get_queryset().select_related(
            "order__lot__framework__dossier", "order__project__dossier", "order__institution",
            "proposed_by", "confirmed_by", "vendor_signed_by",
        )  # fmt: skip
        found: OrderAmendment = get_object_or_404(rows, pk=self.kwargs["pk"])
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        amendment, user = self.object, self.request.user
        inside = not represents(user, amendment.order.vendor)
        events = Event.objects.filter(target_label="vendors.orderamendment",
                                      target_id=amendment.pk)  # fmt: skip
        shown = told(events.order_by("-number").select_related("actor", "on_behalf_of"))
        return super().get_context_data(order=amendment.order, flagged=amendment.flags(),
                                        inside=inside, events=shown if inside else [],
                                        **kwargs)  # fmt: skip


class AmendmentStepView(TransitionView):
    """Confirm and take one step of an amendment."""

    model = OrderAmendment
    template_name = "vendors/amendment_step.html"
