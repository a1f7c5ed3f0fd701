"""What sprints take of an order's value, and what they owe while they run."""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db.models import F, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from vendors.models import order_money
from vendors.models.sprint_states import INSPECTED, OPEN, RUNNING


def _of(order: Any) -> QuerySet[Any]:
    sprints: Any = apps.get_model("vendors", "Sprint")
    return sprints._base_manager.filter(order=order).order_by("number")  # type: ignore[no-any-return]


def bound(order: Any, but: int | None = None) -> int:
    """What an order's sprints take of its value, in minor units: their maxima, and what is payable
    once that is known. `but` names a sprint that is not counted."""
    rows = _of(order).filter(state__in=(*OPEN, *INSPECTED)).exclude(pk=but or 0)
    found = rows.aggregate(sum=Sum(Coalesce(F("payable"), F("maximum"))))
    return int(found["sum"] or 0)


def under_way(order: Any) -> int:
    """What the sprints that have begun and are not decided may still cost, in minor units."""
    found = _of(order).filter(state__in=RUNNING).aggregate(sum=Sum("maximum"))
    return int(found["sum"] or 0)


def what_runs(order: Any) -> Iterable[str]:
    """Why an order cannot be completed yet: its sprints that are planned or run."""
    for sprint in _of(order).filter(state__in=OPEN):
        yield _("Sprint %(number)s is open (%(state)s): conclude or cancel it first.") % {
            "number": sprint.number, "state": sprint.get_state_display()
        }  # fmt: skip


order_money.still_owed.append(under_way)
order_money.still_running.append(what_runs)
