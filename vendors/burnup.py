"""How far an order has come: points and money after each sprint, as numbers and as charts."""

from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core import clock
from core.charts import Bar, stacked_chart
from core.money import show
from vendors.models.sprint_states import INSPECTED


@dataclass(frozen=True)
class Mark:
    """Where an order stood after one sprint: points done and still open, money in minor units."""

    number: int
    done: int
    open: int
    payable: int
    left: int


def marks(order: Any, sprints: list[Any], stories: list[Any]) -> list[Mark]:
    """Where an order stood after each of its sprints that was accepted, oldest first.

    What was to be done counts as it was on the day of acceptance: stories written later, or dropped
    before, do not.
    """
    place = order.institution
    done, paid, found = 0, 0, []
    points: dict[int, int] = {}
    for story in stories:
        if story.done_in_id:
            points[story.done_in_id] = points.get(story.done_in_id, 0) + story.points
    for sprint in sprints:
        if sprint.state not in INSPECTED:
            continue
        done += points.get(sprint.pk, 0)
        paid += sprint.payable
        end = clock.end_of(sprint.accepted_on, place)
        scope = sum(story.points for story in stories if _in_scope(story, end))
        found.append(Mark(sprint.number, done, max(scope - done, 0), paid, order.value - paid))
    return found


def _in_scope(story: Any, end: Any) -> bool:
    return bool(story.added_at < end and (story.dropped_at is None or story.dropped_at >= end))


def points_chart(found: list[Mark]) -> SafeString:
    """Points done and still open after each accepted sprint."""
    done, left = pgettext("points", "done"), pgettext("points", "open")
    rows = [(_after(mark), [Bar(done, mark.done), Bar(left, mark.open)]) for mark in found]
    return stacked_chart(_("Points after each sprint"), [done, left], rows, key="burnup-points",
                         head=_("Sprint"))  # fmt: skip


def money_chart(found: list[Mark], currency: str) -> SafeString:
    """Money accepted, and left of the order's value, after each accepted sprint."""
    paid, left = pgettext("money", "accepted"), pgettext("money", "left of the order")
    rows = [
        (_after(mark), [Bar(paid, mark.payable, show(mark.payable, currency)),
                        Bar(left, max(mark.left, 0), show(mark.left, currency))])
        for mark in found
    ]  # fmt: skip
    return stacked_chart(_("Money after each sprint"), [paid, left], rows, key="burnup-money",
                         head=_("Sprint"))  # fmt: skip


def _after(mark: Mark) -> str:
    return _("Sprint %(number)s") % {"number": mark.number}
