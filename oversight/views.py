"""Home, "waiting for you", and the portfolio."""

from functools import lru_cache
from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from core import charts, clock, panels, turns
from core.components import sort_header
from core.exports import csv_response, xlsx_response
from core.notices import unread_count
from core.people import holds
from oversight import bypass, portfolio, waiting
from oversight.filters import PortfolioFilter, chosen, ordered
from projects import reports, totals
from projects.models import Hold, Outlook, Project
from projects.models.project import OVER
from projects.permissions import oversees, registers

MOST_WAITING = 500
"""The page leads through so many; the count in the header stops much earlier."""


class HomeView(LoginRequiredMixin, TemplateView):
    """What waits, one's own projects, and for oversight the portfolio in figures."""

    template_name = "oversight/home.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        sees_all = oversees(user)
        mine = Project.objects.filter(
            Q(manager=user) | Q(owner=user) | Q(product_owner=user)
        ).exclude(stage__in=("closed", "withdrawn"))
        return {
            **super().get_context_data(**kwargs),
            "rows": waiting.rows(turns.page_for(user, 0, 10)),
            "mine": list(mine.order_by("-updated_at")[:10]),
            "unread": unread_count(user),
            "charts": figures(totals.read("stage", "currency")) if sees_all else "",
            "attention": self._attention() if sees_all else [],
        }

    def _attention(self) -> list[dict[str, Any]]:
        held = Hold.objects.active().values("project").distinct().count()
        red = Outlook.objects.filter(overall="red").exclude(project__stage__in=OVER).count()
        late = reports.overdue(clock.now()).count()
        found = [
            (held, "/portfolio/?hold=yes",
             ngettext("%(n)s project is on hold", "%(n)s projects are on hold", held)),
            (red, "/portfolio/?light=red",
             ngettext("%(n)s project has a red light", "%(n)s projects have a red light", red)),
            (late, "/reports/?overdue=yes",
             ngettext("%(n)s forecast report is overdue", "%(n)s forecast reports are overdue",
                      late)),
        ]  # fmt: skip
        return [{"url": url, "text": text % {"n": n}} for n, url, text in found if n]


class WaitingView(LoginRequiredMixin, TemplateView):
    """Everything that waits for the person, the nearest deadline first."""

    template_name = "oversight/waiting.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        known = turns.count_for(user, MOST_WAITING)
        page = portfolio.KeptPaginator([], 50, known=known).get_page(self.request.GET.get("page"))
        start = (page.number - 1) * 50
        rows = waiting.rows(turns.page_for(user, start, start + 50))
        return {**super().get_context_data(**kwargs), "rows": rows, "page_obj": page}


class PortfolioView(LoginRequiredMixin, View):
    """The table of projects with filters, order, pages, totals, charts and exports."""

    def get(self, request: HttpRequest) -> HttpResponse:
        visible = Project.objects.visible_to(request.user)
        narrowed = PortfolioFilter(request.GET, queryset=visible)
        found = ordered(narrowed.qs, request.GET.get("sort", ""))
        wanted = request.GET.get("format")
        if wanted in ("csv", "xlsx"):
            header, rows = portfolio.export(found)
            respond = csv_response if wanted == "csv" else xlsx_response
            return respond(str(_("portfolio")), header, rows)
        return render(request, "oversight/portfolio.html", self._context(narrowed, found))

    def _context(self, narrowed: PortfolioFilter, found: Any) -> dict[str, Any]:
        user, query = self.request.user, self.request.GET
        knows = oversees(user) and narrowed.plain
        kept = totals.read("stage", "currency", **chosen(narrowed)) if knows else None
        sums = portfolio.sums(found, kept)
        pages = portfolio.KeptPaginator(found.values("pk", *portfolio.COLUMNS), 50,
                                        known=sums.count)  # fmt: skip
        page = pages.get_page(query.get("page"))
        shown = list(page.object_list)
        held = Hold.objects.active().filter(project__in=[row["pk"] for row in shown])
        return {
            "sums": sums, "page_obj": page, "heads": heads(query),
            "rows": portfolio.lines(shown, set(held.values_list("project_id", flat=True))),
            "filter_html": panels.filters(
                "portfolio", narrowed, self.request,
                lambda: PortfolioFilter({}, queryset=Project.objects.none())),
            "filtered": bool(narrowed.form.changed_data),
            "charts": figures(kept) if kept else "",
            "bypass": bypass_html() if oversees(user) else "",
            "registers": registers(None, user), "imports": holds(user, "secretariat"),
        }  # fmt: skip


def bypass_html() -> str:
    """The bypass meter for those who oversee the portfolio."""
    figures = {"figures": bypass.meter(), "shares": bypass.share()}
    return render_to_string("oversight/_bypass.html", figures)


def heads(query: Any) -> SafeString:
    """The heads of the table's columns, each with its order."""
    plain = '<th scope="col" class="govuk-table__header">{}</th>'
    parts = [
        (sort_header(query, "ref", _("Reference")),),
        (sort_header(query, "title", _("Title")),),
        (
            format_html_join(
                "",
                plain,
                ((name,) for name in (_("Institution"), _("Stage"), _("Light"), _("Tier"))),
            ),
        ),
        (sort_header(query, "cost", _("Whole-life cost"), number=True),),
        (
            format_html(
                '<th scope="col" class="govuk-table__header govuk-table__header--numeric">{}</th>',
                _("Variance: current · v0"),
            ),
        ),
    ]
    return format_html_join("", "{}", parts)


def figures(kept: list[dict[str, Any]]) -> SafeString:
    """The stage funnel, and money by stage for each currency, with their tables."""
    rows = tuple(tuple(sorted(row.items())) for row in kept)
    return _figures(rows, get_language() or "")


@lru_cache(maxsize=64)
def _figures(rows: tuple[Any, ...], language: str) -> SafeString:
    """Drawn once for the same numbers in the same language."""
    kept = [dict(row) for row in rows]
    funnel = portfolio.funnel(kept)
    parts = [charts.funnel_chart(_("Projects by stage"), funnel, key="stages", head=_("Stage"))]
    series = [
        _("approved"), _("reserved"), _("committed"), _("released"), _("held back"), _("spent"),
    ]  # fmt: skip
    parts += [
        charts.stacked_chart(
            _("Money by stage, %(currency)s") % {"currency": currency}, series, by_stage,
            key=f"money-{currency.lower()}", head=_("Stage"),
        )
        for currency, by_stage in portfolio.money_by_stage(kept)
        if by_stage
    ]  # fmt: skip
    return format_html_join("", "{}", ((part,) for part in parts))
