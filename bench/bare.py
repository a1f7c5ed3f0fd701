"""What our pages are measured against: bare Django lists and a bare locked step.

Both run under the same middleware, for the same signed-in person, on the same rows.
"""

from functools import cache
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path
from django.views.decorators.http import require_POST
from django.views.generic import ListView

from core.models import Dossier, Job
from projects.models import Project
from vendors.models import Order, Vendor

ROWS = 50
PAGE = """<!DOCTYPE html><html lang="en"><head><title>List</title></head><body><h1>List</h1>
<table>{%% for row in object_list %%}<tr>%s</tr>{%% endfor %%}</table>
{{ page_obj.number }} {{ paginator.num_pages }}</body></html>"""


class BareList(ListView):
    """As many rows and columns as our list, in two queries: how many there are, and the page."""

    paginate_by = ROWS
    cells: tuple[str, ...] = ()

    def render_to_response(self, context: dict[str, Any], **_: Any) -> HttpResponse:
        return HttpResponse(_template(self.cells).render(context, self.request))


@cache
def _template(cells: tuple[str, ...]) -> Any:
    """Compiled once, as the cached loader does."""
    row = "".join(f"<td>{cell}</td>" for cell in cells)
    return engines["django"].from_string(PAGE % row)


class BareProjects(BareList):
    queryset = Project._base_manager.select_related("institution").order_by("-pk")
    cells = ("{{ row.ref }}", '<a href="/projects/{{ row.ref }}/">{{ row.title }}</a>',
             "{{ row.institution.name }}", "{{ row.stage }}", "{{ row.cost }}")  # fmt: skip


class BareVendors(BareList):
    queryset = Vendor._base_manager.order_by("name", "pk")
    cells = ('<a href="/vendors/{{ row.ref }}/">{{ row.name }}</a> {{ row.ref }}',
             "{{ row.country }}", "{{ row.tax_id }}", "{{ row.size }}", "{{ row.region }}",
             "{{ row.state }}")  # fmt: skip


class BareOrders(BareList):
    queryset = Order._base_manager.select_related(
        "vendor", "project", "institution", "lot__framework"
    ).order_by("-pk")
    cells = ('<a href="/orders/{{ row.ref }}/">{{ row.ref }}</a> {{ row.title }}',
             "{{ row.vendor.name }}", "{{ row.project.ref }} {{ row.institution.name }}",
             "{{ row.lot.framework.ref }} {{ row.lot.number }}", "{{ row.value }}",
             "{{ row.signed_on }}", "{{ row.state }}")  # fmt: skip


@require_POST
@login_required
def bare_step(request: HttpRequest, pk: int) -> HttpResponse:
    """One locked select, one update, two inserts in one transaction; then a redirect."""
    with transaction.atomic():
        row = Dossier.objects.select_for_update().get(pk=pk)
        row.kind = "bench"
        row.save(update_fields=["kind"])
        for part in "ab":
            number = next(_numbers)
            Job.objects.create(key=f"bare:{pk}:{part}:{number}", name="bench", payload="{}")
    return HttpResponse(status=302, headers={"Location": "/"})


def _count() -> Any:
    number = 0
    while True:
        yield number
        number += 1


_numbers = _count()

urlpatterns = [
    path("bare/list/", login_required(BareProjects.as_view())),
    path("bare/vendors/", login_required(BareVendors.as_view())),
    path("bare/orders/", login_required(BareOrders.as_view())),
    path("bare/step/<int:pk>/", bare_step),
    path("", include("config.urls")),
]
