"""Decision records: the public check by code, the whole text, and its PDF."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.decorators import method_decorator
from django.views.generic import View

from core.views import VisibleMixin
from gating import records
from gating.models import Record

SECONDS = 60
"""How long a browser or proxy may keep the answer of the public check."""


@method_decorator(login_not_required, name="dispatch")
class RecordCheckView(View):
    """Anybody with the code: is this record genuine, and what does it say? Writes nothing."""

    http_method_names = ("get", "head")

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        record = Record.objects.filter(code=code.upper()).first()
        if record is None:
            return render(request, "gating/record_unknown.html", {"code": code}, status=404)
        genuine = records.is_genuine(record)
        context = {
            "record": record, "genuine": genuine,
            "items": records.as_rows(records.public_items(record)) if genuine else [],
            "reads": request.user.is_authenticated
            and Record.objects.visible_to(request.user).filter(pk=record.pk).exists(),
        }  # fmt: skip
        response = render(request, "gating/record_check.html", context)
        response["Cache-Control"] = f"private, max-age={SECONDS}"
        return response


class RecordPage(VisibleMixin, View):
    """A record that this person reads whole."""

    model = Record
    http_method_names = ("get", "head")

    def get_object(self) -> Any:
        rows = self.get_queryset().select_related("motion__project", "review")
        return get_object_or_404(rows, code=self.kwargs["code"])


class RecordFullView(RecordPage):
    """The whole record as a page: the twin of its PDF."""

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        record = self.get_object()
        genuine = records.is_genuine(record)
        context = {
            "record": record, "genuine": genuine, "motion": record.motion,
            "title": records.title(record) if genuine else record.code,
            "items": records.as_rows(records.whole_items(record)) if genuine else [],
        }  # fmt: skip
        return render(request, "gating/record_full.html", context)


class RecordPdfView(RecordPage):
    """The whole record as a tagged PDF; none is made of a record that is not genuine."""

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        record = self.get_object()
        if not records.is_genuine(record):
            context = {"record": record, "genuine": False, "items": []}
            return render(request, "gating/record_check.html", context, status=409)
        response = HttpResponse(records.as_pdf(record), content_type="application/pdf")
        response["Content-Disposition"] = f'attachment; filename="{record.code}.pdf"'
        return response
