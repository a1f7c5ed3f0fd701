"""Pages of the import: the files, what each would do and did, and the rows in quarantine."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.generic import View

from core.exports import csv_response, xlsx_response
from core.refusals import Refused
from core.steps import allow
from core.views import DetailPage, FormPage, ListPage
from projects import permissions
from projects.import_forms import ImportForm, QuarantinedRowForm
from projects.importing import correcting, reporting, running
from projects.importing import mapping as mappings
from projects.importing.faults import GAPS, fault_from
from projects.models import ImportRun, QuarantinedRow


class SeesImportsMixin(LoginRequiredMixin):
    """Pages that exist for the secretariat, auditors and administrators only."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated and not permissions.sees_imports(request.user):
            raise Http404
        return super().dispatch(request, *args, **kwargs)


class ImportsMixin(SeesImportsMixin):
    """Pages on which only the secretariat acts."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated and permissions.sees_imports(request.user):
            allow(permissions.imports, None, request.user)
        return super().dispatch(request, *args, **kwargs)


class ImportListView(SeesImportsMixin, ListPage):
    """The files that were imported, the newest first."""

    model = ImportRun
    template_name = "projects/import_list.html"

    def get_queryset(self) -> Any:
        shown = ("ref", "name", "state", "source", "started_at", "counts", "started_by__name")
        return super().get_queryset().select_related("started_by").only(*shown)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kept = QuarantinedRow.objects.filter(state=QuarantinedRow.States.QUARANTINED)
        return {**super().get_context_data(**kwargs), "kept": kept.count(),
                "imports": permissions.imports(None, self.request.user)}  # fmt: skip


class ImportCreateView(ImportsMixin, FormPage):
    """Send a file; it is read in the background."""

    form_class = ImportForm
    template_name = "projects/import_create.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        generic = mappings.find("generic")
        return {**super().get_context_data(**kwargs), "columns": generic.columns}

    def act(self, form: Any) -> HttpResponse:
        data = form.cleaned_data
        run = running.receive(data["file"], data["chosen"], by=self.request.user)
        return HttpResponseRedirect(run.get_absolute_url())


class ImportDetailView(SeesImportsMixin, DetailPage):
    """One file: being read, waiting for a word, being written, or done."""

    model = ImportRun
    template_name = "projects/import_detail.html"

    def get_queryset(self) -> Any:
        related = ("started_by", "confirmed_by", "document__blob", "dossier")
        return super().get_queryset().select_related(*related)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        run, preview = self.object, self.object.preview
        counts, total = run.counts or preview.get("counts"), run.total or preview.get("total", {})
        first = [_shown(line) for line in preview.get("first", ())]
        return {
            **super().get_context_data(**kwargs),
            "counts": counts, "total": sorted((minor, code) for code, minor in total.items()),
            "first": first, "unused": preview.get("unused"),
            "incomplete": [_shown(line) for line in preview.get("incomplete", ())],
            "faulty": [_shown_faults(line) for line in preview.get("faulty", ())],
            "kept": run.quarantined.count(), "facts": _facts(run),
        }  # fmt: skip


def _facts(run: ImportRun) -> list[tuple[str, Any]]:
    return [
        (_("Size"), filesizeformat(run.size)), ("SHA-256", run.sha256),
        (_("Rows"), run.rows), (_("Sent by"), run.started_by),
        (_("Confirmed by"), run.confirmed_by),
        (_("Sent"), date_format(localtime(run.started_at), "SHORT_DATETIME_FORMAT")),
        (_("Finished"), run.finished_at
         and date_format(localtime(run.finished_at), "SHORT_DATETIME_FORMAT")),
    ]  # fmt: skip


def _shown(line: dict[str, Any]) -> dict[str, Any]:
    return {**line, "gaps": [str(GAPS[gap]) for gap in line["gaps"]],
            "label": reporting.OUTCOMES[line["outcome"]],
            "remark": reporting.NOTES.get(line["note"], "")}  # fmt: skip


def _shown_faults(line: dict[str, Any]) -> dict[str, Any]:
    faults = [fault_from(data) for data in line["faults"]]
    return {**line, "faults": faults, "label": reporting.OUTCOMES[line["outcome"]]}


class ImportReportView(SeesImportsMixin, View):
    """What became of each row, as a CSV file."""

    def get(self, request: HttpRequest, ref: str) -> HttpResponse:
        run = get_object_or_404(ImportRun.objects.visible_to(request.user), ref=ref)
        return csv_response(run.ref, reporting.header(), reporting.lines_of(run))


class ImportTemplateView(SeesImportsMixin, View):
    """The columns of the generic mapping as a file to fill, CSV or XLSX."""

    def get(self, request: HttpRequest) -> HttpResponse:
        header = [column.header for column in mappings.find("generic").columns]
        made = xlsx_response if request.GET.get("format") == "xlsx" else csv_response
        return made("compuerta-generic", header, [])


class QuarantineListView(SeesImportsMixin, ListPage):
    """The rows in quarantine; with `state=` those that left it."""

    model = QuarantinedRow
    template_name = "projects/quarantine_list.html"

    def get_queryset(self) -> Any:
        rows = super().get_queryset().select_related("run", "project").defer("cells", "typed")
        if (ref := self.request.GET.get("import", "")).strip():
            rows = rows.filter(run__ref=ref)
        return rows.filter(state=self._state())

    def _state(self) -> str:
        asked = self.request.GET.get("state", "")
        states = QuarantinedRow.States
        return asked if asked in states.values else states.QUARANTINED

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = super().get_context_data(**kwargs)
        for row in found["object_list"]:
            row.sentences = [fault_from(data) for data in row.faults]
        states = [(value, label, value == self._state())
                  for value, label in QuarantinedRow.States.choices]  # fmt: skip
        return {**found, "states": states}


class QuarantineEditView(SeesImportsMixin, FormPage):
    """One kept row: as it stood in the file, and as a form to correct and import it."""

    form_class = QuarantinedRowForm
    template_name = "projects/quarantine_edit.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            rows = QuarantinedRow.objects.visible_to(request.user)
            self.row = get_object_or_404(
                rows.select_related("run__dossier", "project"), pk=kwargs["pk"]
            )
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        run, cells = self.row.run, self.row.current_cells
        broken = any(fault["code"] == "quotes" for fault in self.row.faults) and not self.row.typed
        return {**super().get_form_kwargs(), "mapping": mappings.parse(run.mapping),
                "header": run.header, "cells": [] if broken else cells}  # fmt: skip

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        names = [*self.row.run.header, *[""] * len(self.row.original)]
        return {
            **super().get_context_data(**kwargs), "object": self.row,
            "original": list(zip(names, self.row.original, strict=False)),
            "faults": [fault_from(data) for data in self.row.faults],
            "editable": self.row.state == QuarantinedRow.States.QUARANTINED
            and permissions.imports(None, self.request.user),
        }  # fmt: skip

    def act(self, form: Any) -> HttpResponse:
        allow(permissions.imports, self.row, self.request.user)
        if "keep" in self.request.POST:
            correcting.keep_typed(self.row, form.cells)
            messages.success(self.request, _("What you typed is kept. The row is still here."))
            return HttpResponseRedirect(self.row.get_absolute_url())
        found = correcting.rejudged(self.row, form.cells)
        if found.faults:
            correcting.keep_typed(self.row, form.cells)
            form.add_faults(found.faults)
            return self.form_invalid(form)
        try:
            project = correcting.import_corrected(self.row, form.cells, by=self.request.user)
        except Refused:
            correcting.keep_typed(self.row, form.cells)
            raise
        done = _("Row %(row)s is the project %(project)s now.")
        messages.success(self.request, done % {"row": self.row.number, "project": project.ref})
        return HttpResponseRedirect(reverse("projects:quarantine_list"))
