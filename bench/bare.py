"""What our pages are measured against: a bare Django list and a bare locked step.

Both run under the same middleware, for the same signed-in person, on the same rows.
"""

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

ROWS = 50
PAGE = """<!DOCTYPE html><html lang="en"><head><title>List</title></head><body><h1>List</h1>
<table>{% for row in object_list %}<tr><td>{{ row.ref }}</td><td><a href="/projects/{{ row.ref }}/">
{{ row.title }}</a></td><td>{{ row.institution.name }}</td><td>{{ row.stage }}</td>
<td>{{ row.cost }}</td></tr>{% endfor %}</table>{{ page_obj.number }} {{ paginator.num_pages }}
</body></html>"""


class BareList(ListView):
    """As many rows as our list, in two queries: how many there are, and the page."""

    paginate_by = ROWS
    queryset = Project._base_manager.select_related("institution").order_by("-pk")

    def render_to_response(self, context: dict[str, Any], **_: Any) -> HttpResponse:
        global _template  # noqa: PLW0603 — compiled once, as the cached loader does
        if _template is None:
            _template = engines["django"].from_string(PAGE)
        return HttpResponse(_template.render(context, self.request))


_template: Any = None


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
    path("bare/list/", login_required(BareList.as_view())),
    path("bare/step/<int:pk>/", bare_step),
    path("", include("config.urls")),
]
