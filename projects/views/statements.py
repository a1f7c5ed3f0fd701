"""Pages of statements: of one project or of all, with their copies as CSV, XLSX and PDF."""

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import View

from core import clock, money
from core.exports import csv_response, xlsx_response
from core.notices import absolute
from core.steps import allow
from projects import permissions, statement_copies, statements
from projects.accounts import Account, Kind
from projects.forms_statement import StatementForm
from projects.models import Project
from projects.statements import Movement, Sheet, Statement

ENTRIES = 100
FORMATS = ("csv", "xlsx", "pdf")


class StatementView(LoginRequiredMixin, View):
    """The statement of a project on a day, as a page or as a file (`csv`, `xlsx`, `pdf`)."""

    http_method_names = ("get", "head")

    @cached_property
    def project(self) -> Project | None:
        rows = Project.objects.visible_to(self.request.user).select_related("institution")
        return get_object_or_404(rows, ref=self.kwargs["ref"])

    @property
    def address(self) -> str:
        return reverse("projects:statement", args=[self.kwargs["ref"]])

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        place = self.project.institution if self.project else None
        asked = request.GET.dict() if "on" in request.GET else {"on": clock.today(place)}
        form = StatementForm(asked, institution=place)
        made = None
        if form.is_valid():
            made = statements.make(self.project, form.cleaned_data["on"],
                                   form.cleaned_data["since"])  # fmt: skip
        kind = kwargs.get("kind")
        if kind is None or made is None:
            return self._page(request, form, made, status=200 if made else 400)
        return self._file(request, form, made, kind)

    def _file(self, request: HttpRequest, form: StatementForm, made: Statement,
              kind: str) -> HttpResponse:  # fmt: skip
        name, copies = statement_copies.name(made), statement_copies
        if kind == "csv":
            return csv_response(name, copies.header(), copies.rows(made))
        if kind == "xlsx":
            return xlsx_response(name, copies.header(), copies.rows(made, exact=True))
        if kind != "pdf":
            raise Http404
        if made.count > copies.PDF_AT_MOST:
            form.add_error(None, _("This statement has too many entries for a PDF: begin it "
                                   "later, or take the CSV or XLSX."))  # fmt: skip
            return self._page(request, form, made, status=409)
        content = copies.as_pdf(made, absolute(f"{self.address}?{request.GET.urlencode()}"))
        response = HttpResponse(content, content_type="application/pdf")
        response["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
        return response

    def _page(self, request: HttpRequest, form: StatementForm, made: Statement | None,
              status: int) -> HttpResponse:  # fmt: skip
        entries = [entry for sheet in made.sheets for entry in sheet.movements] if made else []
        page = Paginator(entries, ENTRIES).get_page(request.GET.get("page"))
        place = self.project.institution if self.project else None
        context = {
            "form": form, "statement": made, "project": self.project, "page_obj": page,
            "sheets": [shown(sheet) for sheet in made.sheets] if made else [],
            "entries": [told(entry) for entry in page], "address": self.address,
            "facts": statement_copies.facts(made) if made else [],
            "title": statement_copies.title(made) if made else _("Statement of account"),
            "files": self._files(form) if made else [],
            "going_on": bool(made and made.on == clock.today(place)),
        }  # fmt: skip
        return render(request, "projects/statement.html", context, status=status)

    def _files(self, form: StatementForm) -> list[tuple[str, str]]:
        days = {name: day.isoformat() for name, day in form.cleaned_data.items() if day}
        query = "&".join(f"{name}={day}" for name, day in days.items())
        return [(kind.upper(), f"{self.address}{kind}/?{query}") for kind in FORMATS]


class PortfolioStatementView(StatementView):
    """The statement of all projects together, for the roles of oversight."""

    project = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            allow(permissions.reads_all_money, None, request.user)
        return super().dispatch(request, *args, **kwargs)

    @property
    def address(self) -> str:
        return reverse("projects:portfolio_statement")


def shown(sheet: Sheet) -> dict[str, Any]:
    """The balances and totals of one currency, as amounts people read."""

    def show(figure: int) -> str:
        return money.show(figure, sheet.currency)

    return {
        "currency": sheet.currency, "broken": sheet.broken,
        "rows": [(Account(account).label, *(show(figure) for figure in figures))
                 for account, *figures in sheet.rows()],
        "totals": [(label, show(figure)) for label, figure in statement_copies.figures_of(sheet)],
        "holds": statement_copies.holds(sheet),
    }  # fmt: skip


def told(entry: Movement) -> dict[str, Any]:
    """One entry with its lines, in words."""
    return {
        "entry": entry, "kind": Kind(entry.kind).label, "mark": statement_copies.mark(entry),
        "lines": [(Account(source).label, Account(target).label,
                   money.show(amount, entry.currency)) for source, target, amount in entry.lines],
    }  # fmt: skip
