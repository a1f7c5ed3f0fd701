"""Pages of past assessments: the list with its figures, and one with its criteria."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.exports import csv_response, xlsx_response
from core.views import DetailPage, ListPage
from gating import past_figures
from gating.filters_past import PastFilter
from gating.models import PastAssessment

EXPORTS = {"csv": csv_response, "xlsx": xlsx_response}
HEADER = ("id", "service", "department", "stage", "standard", "version", "date",
          "date_as_it_stands", "result_as_it_stands", "reassessed_on",
          "reassessment_result_as_it_stands",
          "final", "criteria", "criteria_not_met", "unclear", "source")  # fmt: skip


class PastListView(ListPage):
    """Past assessments, narrowed, with what they come to."""

    model = PastAssessment
    template_name = "gating/past_list.html"

    def get_queryset(self) -> Any:
        rows = super().get_queryset().select_related("standard")
        self.filter = PastFilter(self.request.GET, queryset=rows)
        return self.filter.qs

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = self.filter.qs
        return super().get_context_data(
            **kwargs, filter=self.filter, results=past_figures.results(rows),
            versions=past_figures.by_version(rows),
            seldom=past_figures.seldom_met(rows, get_language() or ""),
        )  # fmt: skip

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> Any:
        export = EXPORTS.get(self.request.GET.get("format", ""))
        if export is None:
            return super().render_to_response(context, **kwargs)
        return export("past-assessments", HEADER, _cells(self.filter.qs))


def _cells(rows: Iterable[PastAssessment]) -> Iterable[tuple[Any, ...]]:
    for row in rows:
        raw, standard = row.raw, row.standard
        yield (
            row.code, row.service, row.department, row.stage, standard.code if standard else "",
            standard.version if standard else "", row.day,
            raw.get("date_raw") or raw.get("date", ""),
            raw.get("result_raw") or raw.get("result", ""), row.again_on,
            raw.get("reassessment_result_raw") or raw.get("reassessment_result", ""), row.final,
            row.points, row.unmet, ", ".join(row.doubts), row.source_url,
        )  # fmt: skip


class PastDetailView(DetailPage):
    """One past assessment: its results as they stand, and what it found on each criterion."""

    model = PastAssessment
    template_name = "gating/past_detail.html"
    context_object_name = "past"

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("standard", "institution")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        words = past_figures.doubts()
        others = PastAssessment.objects.filter(service__iexact=self.object.service)
        return super().get_context_data(
            **kwargs, results=self.object.results.select_related("criterion__standard"),
            doubts=[words.get(name, name) for name in self.object.doubts],
            same_service=others.exclude(pk=self.object.pk), said=_said(self.object.raw),
        )  # fmt: skip


def _said(raw: dict[str, str]) -> list[tuple[str, str]]:
    """What the file says in the columns that are interpreted, word by word."""
    labels = {
        "result_raw": _("Result, as published"), "result": _("Result, cleaned"),
        "date_raw": _("Date, as published"), "date": _("Date, cleaned"),
        "reassessment_result_raw": _("Result of the reassessment, as published"),
        "reassessment_result": _("Result of the reassessment, cleaned"),
        "reassessment_date_raw": _("Date of the reassessment, as published"),
        "reassessment_date": _("Date of the reassessment, cleaned"),
    }  # fmt: skip
    return [(label, raw[name]) for name, label in labels.items() if raw.get(name, "").strip()]
