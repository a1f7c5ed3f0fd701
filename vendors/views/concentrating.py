"""Pages of concentration and diversity: of one framework, and of all of them."""

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from core.exports import csv_response
from core.models import Institution
from vendors import buying, tables_frameworks
from vendors.concentration import figures
from vendors.models import Framework
from vendors.tables_frameworks import Part


class FiguresPage(LoginRequiredMixin, TemplateView):
    """A page with tables of figures by their kind, and the same as a file."""

    template_name = "vendors/concentration.html"
    file_name = "concentration"

    def tables(self) -> list[tuple[str, str, list[Part]]]:
        """Kind, title and rows of each table."""
        return []

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.found = self.tables()
        if request.GET.get("format") != "csv":
            return super().get(request, *args, **kwargs)
        rows = (tables_frameworks.csv_row(kind, part)
                for kind, _title, parts in self.found for part in parts)  # fmt: skip
        response: HttpResponse = csv_response(self.file_name, tables_frameworks.csv_header(), rows)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        first = self.found[0][2] if self.found else []
        return super().get_context_data(
            tables=self.found, heads=tables_frameworks.heads(),
            sizes=tables_frameworks.size_chart(first, "sizes"),
            hhi=tables_frameworks.hhi_chart(first, "hhi"), **kwargs,
        )  # fmt: skip


def by_year(orders: list[Any]) -> list[Part]:
    """The figures of each year, the newest first."""
    found = buying.grouped(orders, "year", "currency")
    return [Part(str(year), row, currency, admitted_known=False)
            for (year, currency), row in reversed(found.items())]  # fmt: skip


def by_institution(orders: list[Any]) -> list[Part]:
    """The figures of each buying institution, by name."""
    found = buying.grouped(orders, "institution", "currency")
    names = Institution.objects.in_bulk([key for key, _currency in found])
    parts = [Part(str(names[key]), row, currency, admitted_known=False)
             for (key, currency), row in found.items()]  # fmt: skip
    return sorted(parts, key=lambda part: (part.label, part.currency))


class FrameworkConcentrationView(FiguresPage):
    """How the orders of one framework spread over vendors, lot by lot."""

    def tables(self) -> list[tuple[str, str, list[Part]]]:
        rows = Framework.objects.visible_to(self.request.user)
        self.framework = row = get_object_or_404(rows, ref=self.kwargs["ref"])
        self.file_name = f"concentration-{row.ref}"
        pairs = buying.bought(lot__framework=row)
        orders = [order for _lot, order in pairs]
        lots = [Part(f"{lot.number}. {lot.title}", figures((order for key, order in pairs
                     if key == lot.pk), lot.admitted), row.currency, lot.get_absolute_url(),
                     f"lot-{lot.number}") for lot in self._lots(row)]  # fmt: skip
        whole = Part(_("All lots"), figures(orders, buying.admitted_to(row)), row.currency)
        return [
            ("lot", _("By lot"), [*lots, whole]),
            ("institution", _("By buying institution"), by_institution(orders)),
            ("year", _("By year"), by_year(orders)),
        ]

    def _lots(self, row: Framework) -> list[Any]:
        lots: list[Any] = buying.lots_of(row)
        for lot in lots:
            lot.framework = row
        return lots

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(framework=self.framework, **kwargs)


class ConcentrationView(FiguresPage):
    """How all orders that were signed spread over vendors, by framework, institution and year."""

    def tables(self) -> list[tuple[str, str, list[Part]]]:
        frameworks = Framework.objects.visible_to(self.request.user)
        seen = {row.pk: row for row in frameworks.order_by("ref")}
        of_lot = buying.frameworks_of_lots(seen)
        pairs = [(of_lot[lot], order) for lot, order in buying.bought() if lot in of_lot]
        by_framework: dict[int, list[Any]] = {key: [] for key in seen}
        for key, order in pairs:
            by_framework[key].append(order)
        admitted = buying.admitted_by_framework()
        parts = [
            Part(row.title_for_people(), figures(by_framework[key], admitted.get(key, 0)),
                 row.currency, reverse("vendors:framework_concentration", args=[row.ref]))
            for key, row in seen.items()
        ]  # fmt: skip
        orders = [order for _key, order in pairs]
        return [
            ("framework", _("By framework agreement"), parts),
            ("institution", _("By buying institution"), by_institution(orders)),
            ("year", _("By year"), by_year(orders)),
        ]
