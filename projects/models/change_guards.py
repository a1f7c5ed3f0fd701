"""What must be so before a change request goes on: conditions of its steps, with sentences."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import money
from core.refusals import Refused, requires
from projects.models import plan, replan
from projects.models.change_course import route_of
from projects.routing_changes import BANDS

RUNNING = ("alpha", "beta", "live")
"""Stages in which what was promised may change."""
MANAGER = gettext_lazy("project manager")


@requires(gettext_lazy("A change is asked for while the project runs: in alpha, beta or live."))
def going_on(change: Any) -> bool:
    return change.project.stage in RUNNING


@requires(gettext_lazy("There is a first baseline to measure against."), who=MANAGER)
def measurable(change: Any) -> list[str]:
    try:
        route_of(change)
    except Refused as refused:
        return list(refused.reasons)
    return []


@requires(gettext_lazy("The change says what it is, why, and how its impact was estimated."),
          who=MANAGER)  # fmt: skip
def whole(change: Any) -> list[str]:
    found = []
    if not change.reason.strip():
        found.append(_("Say why it changes."))
    if not change.options.strip():
        found.append(_("Name the options that were considered, also that of changing nothing."))
    if change.cost and not change.cost_measure.strip():
        found.append(_("Say how the change of the cost was estimated."))
    if change.days and not change.days_measure.strip():
        found.append(_("Say how the change of the end was estimated."))
    touched = change.undermined or change.benefit_id or change.benefit_target is not None
    if touched and not change.benefit_measure.strip():
        found.append(_("Say what it means for the benefits, and how that was measured."))
    if change.benefit_target is not None and change.benefit_id is None:
        found.append(_("Choose the benefit whose target changes."))
    if not change.cost and not change.days and not touched:
        found.append(_("It changes neither cost, end nor benefit: as a matter of the backlog it "
                       "needs no request."))  # fmt: skip
    return found


@requires(gettext_lazy("The project can carry the change out."), who=MANAGER)
def feasible(change: Any) -> list[str]:
    """A sentence for each thing that would not hold any more once it is carried out."""
    project, found = change.project, []
    coming = _still_to_come(change)
    cost = project.cost + change.cost + sum(row.cost for row in coming)
    days = change.days + sum(row.days for row in coming)
    if cost <= 0:
        found.append(_("Nothing would be left of the whole-life cost."))
    planned = sum(tranche.amount for tranche in plan.live_tranches(project))
    if change.cost < 0 and cost < planned:
        found.append(
            _("The tranches add up to %(planned)s, more than the whole-life cost of %(cost)s that "
              "would be left.") % {"planned": money.show(planned, project.currency),
                                   "cost": money.show(cost, project.currency)}
        )  # fmt: skip
    if days < (project.starts_on - project.ends_on).days:
        found.append(_("The end would lie before the start."))
    if change.tranche is not None and change.cost > 0:
        open_ones = {tranche.number for tranche in replan.growing(project)}
        if change.tranche not in open_ones:
            found.append(_("Tranche %(number)s is promised already; a change adds to one that is "
                           "not.") % {"number": change.tranche})  # fmt: skip
    return found


def _still_to_come(change: Any) -> list[Any]:
    """Other changes that are approved and not carried out yet, of those before this one."""
    rows = change.project.changes.exclude(place=None).exclude(state="implemented")
    rows = rows.exclude(pk=change.pk)
    return list(rows if change.place is None else rows.filter(place__lt=change.place))


@requires(gettext_lazy("No other change of the project is before the board."))
def none_before_board(change: Any) -> list[str]:
    others = change.project.changes.filter(state="before_board").exclude(pk=change.pk)
    return [
        _("%(change)s is before the board: wait until it is decided.") % {"change": other.ref}
        for other in others.select_related("project")
    ]


@requires(gettext_lazy("The measures are still what they were when the impact was assessed."),
          who=MANAGER)  # fmt: skip
def route_stands(change: Any) -> list[str]:
    """Changes that were approved meanwhile may have moved it into a worse band."""
    if not change.band:
        return [_("Assess the impact first.")]
    if BANDS.index(route_of(change).band) > BANDS.index(change.band):
        return [_("Other changes were approved since: assess the impact again.")]
    return []


@requires(gettext_lazy("Changes are implemented in the order in which they were approved."),
          who=MANAGER)  # fmt: skip
def earlier_implemented(change: Any) -> list[str]:
    earlier = change.project.changes.filter(place__lt=change.place).exclude(state="implemented")
    return [
        _("Implement %(change)s first: it was approved earlier.") % {"change": other.ref}
        for other in earlier.order_by("place").select_related("project")
    ]
