"""What the pages of vendors share: a form about one row that this person sees."""

from typing import Any

from core.models import Event
from core.telling import told
from core.views import RowFormPage
from vendors.models import Vendor


class ActPage(RowFormPage):
    """A page with one form about one row, by default a company."""

    model: Any = Vendor
    template_name = "vendors/act.html"


def events_of(label: str, key: int, most: int = 50) -> list[Event]:
    """The newest events of a row, in words."""
    events = Event.objects.filter(target_label=label, target_id=key).order_by("-number")
    return told(events.select_related("actor", "on_behalf_of")[:most])
