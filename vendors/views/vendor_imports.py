"""Pages of imported lists of vendors: the file, what it would do, what it did, the template."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from core.exports import csv_response
from core.steps import allow
from core.views import DetailPage, FormPage, ListPage, TransitionView
from vendors import import_outcomes, importing_vendors, vendor_files
from vendors import permissions_companies as who
from vendors.forms_companies import ConfirmForm, ListForm
from vendors.models import VendorImport
from vendors.models.vendor_import import COUNTS
from vendors.views.acts import ActPage

SHOWN = 200
"""So many rows of each outcome the page shows; the report has them all."""
PARTS = ("quarantined", "to_match", "created", "updated")


class ImportListView(ListPage):
    """The lists that were imported, the newest first."""

    model = VendorImport
    template_name = "vendors/import_list.html"
    context_object_name = "imports"

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("started_by").defer("lines")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        imports = who.imports_vendors(None, self.request.user)
        return super().get_context_data(may_import=imports, **kwargs)


class ImportCreateView(FormPage):
    """Send a list; what it would do is shown before anything is written."""

    form_class = ListForm
    template_name = "vendors/import_create.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            allow(who.imports_vendors, None, request.user)
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(columns=vendor_files.COLUMNS, **kwargs)

    def act(self, form: Any) -> HttpResponse:
        said = form.cleaned_data
        run = importing_vendors.receive(said["file"], said["mapping"], by=self.request.user)  # type: ignore[arg-type]
        return HttpResponseRedirect(run.get_absolute_url())


class ImportDetailView(DetailPage):
    """One list: its counts, and each row that waits or is in quarantine, with why."""

    model = VendorImport
    template_name = "vendors/import_detail.html"
    context_object_name = "run"

    def get_object(self, queryset: Any = None) -> VendorImport:
        rows = self.get_queryset().select_related("started_by", "case")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        run = self.object
        chosen = {part: [line for line in run.lines if line["outcome"] == part][:SHOWN]
                  for part in PARTS}  # fmt: skip
        parts = [(import_outcomes.OUTCOMES[part], import_outcomes.told(run, lines))
                 for part, lines in chosen.items() if lines]  # fmt: skip
        counts = [(import_outcomes.OUTCOMES[name], run.counts.get(name, 0)) for name in COUNTS]
        waits = run.state == VendorImport.States.PREVIEWED
        return super().get_context_data(
            parts=parts, counts=counts, shown=SHOWN,
            may_finish=waits and who.imports_vendors(run, self.request.user), **kwargs,
        )  # fmt: skip


class ImportFinishView(ActPage):
    """Write what was shown."""

    http_method_names = ("post",)  # type: ignore[assignment]
    model = VendorImport
    form_class = ConfirmForm
    permission = staticmethod(who.imports_vendors)
    done = gettext_lazy("The list is imported.")

    def save(self, form: Any) -> None:
        importing_vendors.confirm(self.row, by=self.request.user)  # type: ignore[arg-type]

    def form_invalid(self, form: Any) -> HttpResponse:
        for error in form.non_field_errors():
            messages.error(self.request, error)
        return HttpResponseRedirect(self.get_success_url())


class ImportStepView(TransitionView):
    """Confirm and take a step of an import."""

    model = VendorImport


class ImportReportView(View):
    """What became of each row, as a CSV file."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        run = get_object_or_404(VendorImport.objects.visible_to(request.user), pk=pk)
        lines = import_outcomes.lines_of(run)
        return csv_response(f"vendors-{run.pk}", import_outcomes.header(), lines)


class ImportTemplateView(View):
    """The columns of the generic list as a file to fill, with one row as an example."""

    def get(self, request: HttpRequest) -> HttpResponse:
        allow(who.imports_vendors, None, request.user)  # type: ignore[arg-type]
        example = [_("Example, S.A. de C.V."), "MX", "XAXX010101000", "small", _("yes"), _("no"),
                   "Jalisco", "women"]  # fmt: skip
        return csv_response("vendors-template", vendor_files.COLUMNS, [example])
