"""What the pages of boards share: a form about one row that this person sees."""

from typing import Any

from core import telling, views
from core.models import Event

HISTORY = 50
"""How many events of a row its page shows."""


class RowFormPage(views.RowFormPage):
    """A page with one form about one row, below the pages above it."""

    template_name = "gating/boards_form.html"

    @property
    def trail(self) -> list[tuple[str, str]]:
        """Where the page stands: label and address of what is above it."""
        return [(title_of(self.row), self.row.get_absolute_url())]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(trail=self.trail, **kwargs)


def title_of(row: Any) -> str:
    """The row's name as people know it."""
    name = getattr(row, "title_for_people", None)
    return str(name() if name else row)


def told(*rows: Any) -> list[Event]:
    """What happened to these rows, the newest first, in words."""
    found = Event.objects.none()
    for row in rows:
        found |= Event.objects.filter(target_label=row._meta.label_lower, target_id=row.pk)
    return telling.told(found.order_by("-pk").select_related("actor", "on_behalf_of")[:HISTORY])
