"""How a project has changed so far: what a new change is measured against."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _

from core import clock
from core.refusals import Refused
from projects.models.case import Baseline
from projects.models.limits import limits_on
from projects.routing_changes import Course, Delta, NoBaseline, Route, follow


def course_of(project: Any, day: date) -> Course:
    """The course of a project, by the limits in effect on a day; costs in minor units.

    What a project that was taken on had grown before counts against v0. Raises Refused where there
    is no first baseline with a cost above zero.
    """
    first = Baseline.objects.filter(project=project, number=0).first()
    if first is None:
        raise Refused(_("A change is measured against the first baseline, which gate G1 sets."))
    rows = list(_counted(project))
    done = [row for row in rows if row.state == "implemented"]
    grown = project.cost - first.cost - sum(row.cost for row in done)
    late = (project.ends_on - first.ends_on).days - sum(row.days for row in done)
    try:
        course = Course(first.cost, limits_on(day), cost=grown, days=late)
        return follow(course, ((delta_of(row, row.decided_on), row.band) for row in rows))
    except NoBaseline as error:
        raise Refused(_("The first baseline has no cost that growth could be measured "
                        "against.")) from error  # fmt: skip


def _counted(project: Any) -> Iterable[Any]:
    changes: Any = apps.get_model("projects.ChangeRequest")
    return changes.objects.filter(project=project).counted()


def delta_of(change: Any, day: date) -> Delta:
    """A change request as the rules of routing take it."""
    return Delta(day, change.cost, change.days, change.undermined)


def route_of(change: Any) -> Route:
    """Where a change request would go today. Raises Refused where nothing can be measured."""
    day = clock.today(change.project.institution)
    return course_of(change.project, day).route(delta_of(change, day))
