"""What the steps of a change request bring about: its route, its hold, the new baseline."""

from datetime import timedelta
from typing import Any

from django.db.models import Max, Q
from django.utils.translation import gettext as _

from core import clock, history
from core.models import User
from core.steps import create, perform
from projects.models import plan, replan, tier_rise
from projects.models.baseline import freeze_next
from projects.models.change_course import course_of, route_of
from projects.models.hold import Hold
from projects.models.limits import as_text
from projects.routing_changes import CRITICAL, TOLERANCE, Measure, Route, four_places

GATE_OF = {"alpha": "G1", "beta": "G2", "live": "G3"}
"""The gate that opened a stage: it is run again when what it decided no longer holds."""


def route(change: Any) -> Route:
    """Take the three measures as of today, and keep them with the change."""
    found = route_of(change)
    change.band, change.rule = found.band, found.by
    change.gate = GATE_OF.get(change.project.stage, "") if found.band == CRITICAL else ""
    change.route = written(found, change.project)
    return found


def written(found: Route, project: Any) -> dict[str, Any]:
    """A route as it is kept: figures, limits and the day, so that it can be read for ever."""
    day = clock.today(project.institution)
    course = course_of(project, day)
    bases = {"v0": course.v0}
    return {
        "on": day.isoformat(), "band": found.band, "by": found.by,
        "cost_pct": four_places(found.decisive.percent), "days": found.decisive.days,
        "limits": as_text(course.limits),
        "measures": [_measure(one, bases.get(one.name, course.current)) for one in found.measures],
    }  # fmt: skip


def _measure(measure: Measure, base: Any) -> dict[str, Any]:
    return {"name": measure.name, "cost_pct": four_places(measure.percent), "days": measure.days,
            "band": measure.band, "counts": measure.counts, "base": int(base)}  # fmt: skip


def count(change: Any) -> None:
    """The change is approved: from now on it counts for those that come after it."""
    last = type(change)._base_manager.filter(project=change.project).aggregate(last=Max("place"))
    change.place = (last["last"] or 0) + 1
    change.decided_on = clock.today(change.project.institution)


def hold(change: Any, *, by: User) -> None:
    """Stop the project until the change is decided: by motion, or by the gate run again."""
    reason = _("%(change)s “%(title)s” is before the board.") % {
        "change": change.ref, "title": change.title,
    }  # fmt: skip
    cure = Hold.Cure.GATE if change.band == CRITICAL else Hold.Cure.CHANGE
    row = Hold(project=change.project, reason=reason, cure=cure, gate=change.gate,
               cure_ref=change.ref, placed_by=by, placed_at=clock.now())  # fmt: skip
    create(row, by=by, because=reason, details={"cure": row.cure, "gate": row.gate})
    plan.freeze(change.project, by=by, because=reason)


def free(change: Any, *, by: User, because: str) -> None:
    """End the holds that waited for this change, or for any change once one is decided."""
    waited = Q(cure_ref=change.ref)
    if change.taking != "withdraw":
        waited |= Q(cure=Hold.Cure.CHANGE, cure_ref="")
    for row in change.project.holds.active().filter(waited):
        perform(row, "cure_by_gate", by=by, because=because or change.ref)


def carry_out(change: Any, *, by: User, because: str) -> None:
    """Move cost, dates, benefit, tier and plan; beyond tolerance set a new baseline."""
    rows = type(change.project)._base_manager.select_for_update()
    project = change.project = rows.select_related(None).get(pk=change.project.pk)
    before = {"cost": project.cost, "ends_on": project.ends_on.isoformat()}
    was = tier_rise.Size.of(project)
    project.cost += change.cost
    project.ends_on += timedelta(days=change.days)
    project.save()
    _retarget(change)
    after = {"cost": project.cost, "ends_on": project.ends_on.isoformat()}
    changed = {name: [before[name], after[name]] for name in before if before[name] != after[name]}
    details = {"change": change.ref, "changed": changed}
    history.record("projects.project.apply_change", project, by=by, because=because,
                   details=details)  # fmt: skip
    tier_rise.rise(project, was, by=by, because=because)
    key = f"change:{change.number}"
    replan.grow(project, change.cost, change.tranche, key=key, by=by, because=because)
    if change.band != TOLERANCE:
        change.baseline = freeze_next(project, by=by, because=f"{change.ref}: {because}")


def _retarget(change: Any) -> None:
    benefit = change.benefit
    if benefit is not None and change.benefit_target is not None:
        benefit.target = change.benefit_target
        benefit.save(update_fields=["target"])


__all__ = ["carry_out", "count", "free", "hold", "route", "written"]
