"""Pages of the standards editor: drafts, criteria, files taken in and out, versions compared."""

import base64
import json
import zlib
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from core.exports import csv_response
from core.refusals import Refused
from core.steps import allow
from core.views import DetailPage, FormPage, StepForm
from gating import permissions, standard_compare, standard_editing, standards
from gating.forms_standards import (
    LARGEST_UPLOAD,
    CriterionForm,
    ImportForm,
    NewStandardForm,
    StandardForm,
    VersionForm,
)
from gating.models import Criterion, Standard
from gating.standard_files import Faulty, as_json
from gating.standard_tables import table_of
from gating.views.acting import RowFormPage


class ForEditor:
    """A page of the standards editor only."""

    request: Any

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            allow(permissions.edits_standards, None, request.user)
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]


class StandardCreateView(ForEditor, FormPage):
    """Begin a standard without criteria."""

    template_name = "gating/standard_form.html"
    form_class = NewStandardForm
    extra_context = {"title": gettext_lazy("New standard"),
                     "submit": gettext_lazy("Begin the draft")}  # fmt: skip

    def act(self, form: Any) -> HttpResponse:
        row = standard_editing.blank(**form.cleaned_data, by=self.request.user)
        return HttpResponseRedirect(row.get_absolute_url())


class StandardVersionView(ForEditor, RowFormPage):
    """Make a new version of a standard: a draft with everything of this one."""

    model = Standard
    form_class = VersionForm
    title = gettext_lazy("Make a new version")
    intro = gettext_lazy("The new version is a draft with everything of this one. This one stays "
                         "in use until the new one takes its place.")  # fmt: skip
    submit = gettext_lazy("Make the draft")

    def act(self, form: Any) -> HttpResponse:
        version = form.cleaned_data["version"]
        row = standard_editing.new_version(self.row, version, by=self.request.user)
        return HttpResponseRedirect(row.get_absolute_url())


class StandardEditView(ForEditor, RowFormPage):
    """Change what a draft says of itself."""

    model = Standard
    form_class = StandardForm
    title = gettext_lazy("Change the draft")

    def get_initial(self) -> dict[str, Any]:
        names = (*standard_editing.TEXTS, "language")
        return {name: getattr(self.row, name) for name in names}

    def save(self, form: Any) -> None:
        standard_editing.edit(self.row, form.cleaned_data, by=self.request.user)


class CriterionCreateView(ForEditor, RowFormPage):
    """Add a criterion to a draft."""

    model = Standard
    form_class = CriterionForm
    title = gettext_lazy("Add a criterion")
    submit = gettext_lazy("Add the criterion")
    done = gettext_lazy("The criterion was added.")

    def get_initial(self) -> dict[str, Any]:
        return {"stages": ["alpha", "beta", "live"], "verified": True}

    def save(self, form: Any) -> None:
        standard_editing.put(self.row, form.values(), by=self.request.user)


class OfCriterion(ForEditor):
    """A page about one criterion of a draft."""

    kwargs: Any

    @cached_property
    def row(self) -> Criterion:
        rows = Criterion.objects.select_related("standard__dossier")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def get_success_url(self) -> str:
        return f"{self.row.standard.get_absolute_url()}#criteria"

    @property
    def trail(self) -> list[tuple[str, str]]:
        return [(str(self.row.standard), self.row.standard.get_absolute_url())]


class CriterionEditView(OfCriterion, RowFormPage):
    """Change a criterion of a draft."""

    model = Criterion
    form_class = CriterionForm
    title = gettext_lazy("Change the criterion")

    def get_initial(self) -> dict[str, Any]:
        return CriterionForm.initial_of(self.row)

    def save(self, form: Any) -> None:
        standard_editing.put(self.row.standard, form.values(), by=self.request.user, row=self.row)


class CriterionRemoveView(OfCriterion, RowFormPage):
    """Take a criterion out of a draft."""

    model = Criterion
    form_class = StepForm
    title = gettext_lazy("Take the criterion out")
    submit = gettext_lazy("Take it out")
    done = gettext_lazy("The criterion was taken out.")

    def get_form(self, form_class: Any = None) -> Any:
        form = super().get_form(form_class)
        del form.fields["because"]
        return form

    @property
    def intro(self) -> str:  # type: ignore[override]
        return str(self.row)

    def save(self, form: Any) -> None:
        standard_editing.remove(self.row, by=self.request.user)


class CriterionMoveView(OfCriterion, View):
    """Move a criterion of a draft one place, by a button: with the keyboard and without scripts."""

    http_method_names = ["post"]
    WAYS = {"up": -1, "down": 1, "top": -10_000, "bottom": 10_000}

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if not request.user.is_authenticated:
            return HttpResponseRedirect(reverse("account_login"))
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: Any, pk: int, way: str) -> HttpResponse:
        try:
            standard_editing.move(self.row, self.WAYS.get(way, 0), by=request.user)
        except Refused as refused:
            messages.error(request, str(refused))
        return HttpResponseRedirect(
            f"{self.row.standard.get_absolute_url()}#criterion-{self.row.pk}"
        )


class StandardImportView(ForEditor, FormPage):
    """Take a file in: first as a preview with the rows that cannot be used, then as a draft."""

    template_name = "gating/standard_import.html"
    form_class = ImportForm

    def act(self, form: Any) -> HttpResponse:
        said = form.cleaned_data
        file = said.get("file")
        raw = file.read() if file else _unpacked(said["content"])
        name = file.name if file else said["name"]
        try:
            found = standards.read(raw, name, form.given())
        except Faulty as fault:
            raise Refused(*fault.faults) from fault
        if "keep" in self.request.POST and not file:
            row = standard_editing.draft(found, by=self.request.user)
            messages.success(self.request, _("The draft is kept; check it, then publish it."))
            return HttpResponseRedirect(row.get_absolute_url())
        typed = {**form.given(), "content": _packed(raw), "name": name}
        context = self.get_context_data(form=ImportForm(initial=typed), found=found, typed=typed)
        return self.render_to_response(context)


def _packed(raw: bytes) -> str:
    return base64.b64encode(zlib.compress(raw)).decode()


def _unpacked(text: str) -> bytes:
    """What a preview carried; raises Refused when it was tampered with or grew too large."""
    try:
        reader = zlib.decompressobj()
        raw = reader.decompress(base64.b64decode(text, validate=True), LARGEST_UPLOAD)
    except (ValueError, zlib.error) as error:
        raise Refused(_("The preview is damaged; choose the file again.")) from error
    if reader.unconsumed_tail:
        raise Refused(_("The preview is damaged; choose the file again."))
    return raw


class StandardExportView(DetailPage):
    """A version as JSON or CSV: all of it, so that it reads back exactly."""

    model = Standard

    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        standard = self.get_object()
        name = f"{standard.code}-{standard.pk}"
        if kwargs["form"] == "csv":
            return csv_response(name, *table_of(standard))
        text = json.dumps(as_json(standard), ensure_ascii=False, indent=2) + "\n"
        response = HttpResponse(text, content_type="application/json; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{name}.json"'
        return response


class StandardCompareView(DetailPage):
    """Two versions of a standard side by side."""

    model = Standard
    template_name = "gating/standard_compare.html"
    context_object_name = "standard"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = self.get_queryset().filter(code=self.object.code)
        other = get_object_or_404(rows, pk=self.kwargs["other"])
        before, after = sorted((self.object, other), key=lambda row: row.pk)
        found = standard_compare.compare(before, after)
        return super().get_context_data(
            **kwargs, before=before, after=after, counts=standard_compare.counts(found),
            rows=[row for row in found if row.how != "same" or row.moved],
        )  # fmt: skip
