"""Closed periods: which days are closed for good, by whom and why; closing the next."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core import clock
from core.exports import csv_response
from core.steps import allow
from core.views import FormPage
from projects import funding, permissions
from projects.forms_money import ClosingForm
from projects.models import ClosedPeriod

PERIODS = 50


class BooksCloseView(FormPage):
    """All closed periods, for the roles of oversight; an authoriser closes the next one."""

    form_class = ClosingForm
    template_name = "projects/books_close.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            asked = permissions.authorises if request.method == "POST" else (
                permissions.reads_all_money)  # fmt: skip
            allow(asked, None, request.user)
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.GET.get("format") != "csv":
            return super().get(request, *args, **kwargs)
        header = [_("Closed until"), _("Closed by"), _("When"), _("Why")]
        rows = ([row.until.isoformat(), row.by, row.at.isoformat(), row.because]
                for row in ClosedPeriod.objects.select_related("by"))  # fmt: skip
        return csv_response("closed-periods", header, rows)

    def get_initial(self) -> dict[str, Any]:
        """The month that was over last, unless it is closed."""
        month_end = clock.today().replace(day=1) - timedelta(days=1)
        last = ClosedPeriod.objects.first()
        return {} if last and last.until >= month_end else {"until": month_end}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        pages = Paginator(ClosedPeriod.objects.select_related("by"), PERIODS)
        return super().get_context_data(
            page_obj=pages.get_page(self.request.GET.get("page")),
            closes=permissions.authorises(None, self.request.user), **kwargs,
        )  # fmt: skip

    def act(self, form: ClosingForm) -> HttpResponse:
        said = form.cleaned_data
        funding.close_period(said["until"], by=self.request.user, because=said["because"])
        day = date_format(said["until"], "SHORT_DATE_FORMAT")
        messages.success(self.request, _("The books are closed until %(day)s.") % {"day": day})
        return redirect("projects:books_close")
