"""What orders can be narrowed by; the same for the page and its exports."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from projects.folding import fold
from vendors.models import Framework, Order, OrderKind, OrderState

ORDER = {"ref": ("pk",), "-ref": ("-pk",), "value": ("value", "pk"), "-value": ("-value", "-pk"),
         "signed": ("signed_on", "pk"), "-signed": ("-signed_on", "-pk")}  # fmt: skip


class OrderFilter(django_filters.FilterSet):
    """Words, state, kind, framework, lot, vendor, project."""

    q = django_filters.CharFilter(method="matching", label=_("Words of the title or the vendor"))
    state = django_filters.ChoiceFilter(choices=OrderState.choices, label=_("State"))
    kind = django_filters.ChoiceFilter(choices=OrderKind.choices, label=_("Kind"))
    framework = django_filters.ModelChoiceFilter(
        queryset=lambda request: Framework.objects.visible_to(request.user).order_by("-pk"),
        field_name="lot__framework", label=_("Framework agreement"),
    )  # fmt: skip
    lot = django_filters.NumberFilter(field_name="lot__number", label=_("Number of the lot"))
    vendor = django_filters.CharFilter(
        field_name="vendor__ref", lookup_expr="iexact", label=_("Reference of the vendor")
    )
    project = django_filters.CharFilter(
        field_name="project__ref", lookup_expr="iexact", label=_("Reference of the project")
    )

    class Meta:
        model = Order
        fields: list[str] = []

    def matching(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        for word in fold(value).split():
            rows = rows.filter(folded__contains=word)
        return rows


def ordered(rows: QuerySet[Any], name: str) -> QuerySet[Any]:
    """The order asked for by a column's head; the newest first otherwise."""
    return rows.order_by(*ORDER.get(name, ("-pk",)))
