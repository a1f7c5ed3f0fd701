"""The burn-down of conditions, of a project or of all that one sees: chart, table, CSV."""

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.generic import View

from core import charts
from core.exports import csv_response
from gating import burning
from gating.models import Condition
from projects.models import Project


class BurnDownView(LoginRequiredMixin, View):
    """Month by month: open in time, overdue, opened, closed or waived."""

    def get(self, request: HttpRequest, ref: str = "") -> HttpResponse:
        rows, project = Condition.objects.visible_to(request.user), None
        if ref:
            project = get_object_or_404(Project.objects.visible_to(request.user), ref=ref)
            rows = rows.filter(review__project=project)
        found = burning.stands(rows)
        if request.GET.get("format") == "csv":
            return csv_response(str(_("burn-down of conditions")), *_export(found))
        context = {"project": project, "stands": found, "chart": _chart(found),
                   "any": any(row.open or row.opened or row.closed for row in found)}  # fmt: skip
        return render(request, "gating/condition_burning.html", context)


def _chart(found: list[burning.Stand]) -> Any:
    in_time, overdue = _("open, in time"), _("open, overdue")
    rows = [
        (
            date_format(row.day, "SHORT_DATE_FORMAT"),
            [(in_time, row.in_time), (overdue, row.overdue)],
        )
        for row in found
    ]
    return charts.stacked_chart(_("Open conditions at the end of each month"), [in_time, overdue],
                                rows, key="burning", head=_("Day"))  # fmt: skip


def _export(found: list[burning.Stand]) -> tuple[list[str], list[list[Any]]]:
    header = [_("Day"), _("Opened"), _("Closed or waived"), pgettext("conditions", "Open"),
              _("Open, in time"), _("Open, overdue")]  # fmt: skip
    return header, [
        [row.day, row.opened, row.closed, row.open, row.in_time, row.overdue] for row in found
    ]
