"""What invoices can be narrowed by; the same for the page and its exports."""

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from core import clock
from core.models import Institution
from vendors.models import Invoice, InvoiceState

LATE = [("yes", _("overdue")), ("soon", _("due within seven days"))]
SOON = 7


class InvoiceFilter(django_filters.FilterSet):
    """Words, state, institution, what is overdue, days of receipt."""

    q = django_filters.CharFilter(
        method="matching", label=_("Reference, number, vendor, order or project")
    )
    state = django_filters.ChoiceFilter(choices=InvoiceState.choices, label=_("State"))
    institution = django_filters.ModelChoiceFilter(
        field_name="order__institution", queryset=Institution.objects.all(),
        label=_("Institution"),
    )  # fmt: skip
    due = django_filters.ChoiceFilter(choices=LATE, method="falling_due", label=_("Days to pay"))
    received_from = django_filters.DateFilter(
        field_name="received_on", lookup_expr="gte", label=_("Received from")
    )
    received_to = django_filters.DateFilter(
        field_name="received_on", lookup_expr="lte", label=_("Received until")
    )

    class Meta:
        model = Invoice
        fields: list[str] = []

    def matching(self, queryset: QuerySet[Invoice], name: str, value: str) -> QuerySet[Invoice]:
        words = Q(ref__icontains=value) | Q(supplier_number__icontains=value)
        words |= Q(vendor__name__icontains=value) | Q(order__title__icontains=value)
        return queryset.filter(words | Q(order__project__ref__iexact=value))

    def falling_due(self, queryset: QuerySet[Invoice], name: str, value: str) -> QuerySet[Invoice]:
        today = clock.today()
        unpaid = queryset.filter(state__in=("submitted", "matched", "approved"))
        if value == "yes":
            return unpaid.filter(due_on__lt=today)
        last = type(today).fromordinal(today.toordinal() + SOON)
        return unpaid.filter(due_on__range=(today, last))
