"""Baselines: what a project is measured against. The first is set once and never changes."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, history
from core.models import User
from core.refusals import Refused
from projects.models.case import Baseline


@transaction.atomic
def set_first(project: Any, *, by: User, because: str = "") -> Baseline:
    """Freeze cost, dates and benefits as version 0: at the exercise of G1.

    A re-run of G1 finds it set and returns it unchanged. Raises Refused where cost or dates are
    unknown.
    """
    history.lock(project.dossier)
    if made := first(project):
        return made
    if project.cost is None or project.starts_on is None or project.ends_on is None:
        raise Refused(_("The first baseline needs the whole-life cost, the start and the end."))
    return freeze_first(project, project.cost, project.starts_on, project.ends_on, by=by,
                        because=because)  # fmt: skip


def first(project: Any) -> Baseline | None:
    """Baseline v0, if it is set."""
    return project.baselines.filter(number=0).first()


def current(project: Any) -> Baseline | None:
    """The newest baseline, if any is set."""
    return project.baselines.last()


def freeze_first(project: Any, cost: int, starts_on: date, ends_on: date, *, by: User,
                 because: str) -> Baseline:  # fmt: skip
    """Write baseline v0 (cost in minor units of the project's currency) and its event."""
    made = Baseline.objects.create(
        project=project, number=0, cost=cost, starts_on=starts_on, ends_on=ends_on,
        benefits=[_benefit(benefit) for benefit in project.benefits.all()],
        because=because, set_by=by, set_at=clock.now(),
    )  # fmt: skip
    history.record(
        "projects.project.set_baseline", project, by=by, because=because,
        details={"number": 0, "cost": cost, "starts_on": starts_on, "ends_on": ends_on},
    )  # fmt: skip
    return made


def _benefit(benefit: Any) -> dict[str, Any]:
    return {
        "kind": benefit.kind, "title": benefit.title, "measure": benefit.measure,
        "unit": benefit.unit, "baseline": _text(benefit.baseline), "target": _text(benefit.target),
        "owner": benefit.owner_id, "due": _text(benefit.due),
    }  # fmt: skip


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
