"""How the baselines of a project are written down: the first, and each that a change sets."""

from datetime import date
from typing import Any

from core import clock, history
from core.models import User
from projects.models.case import Baseline


def freeze_first(project: Any, cost: int, starts_on: date, ends_on: date, *, by: User,
                 because: str) -> Baseline:  # fmt: skip
    """Write baseline v0 (cost in minor units of the project's currency) and its event."""
    return _freeze(project, 0, (cost, starts_on, ends_on), by, because)


def freeze_next(project: Any, *, by: User, because: str) -> Baseline:
    """Write the next baseline from the project as a decided change has just left it."""
    last = Baseline.objects.filter(project=project).order_by("-number").values_list("number")
    return _freeze(project, last[0][0] + 1, (project.cost, project.starts_on, project.ends_on), by,
                   because)  # fmt: skip


def _freeze(project: Any, number: int, figures: tuple[int, date, date], by: User,
            because: str) -> Baseline:  # fmt: skip
    cost, starts_on, ends_on = figures
    made = Baseline.objects.create(
        project=project, number=number, cost=cost, starts_on=starts_on, ends_on=ends_on,
        benefits=[_benefit(benefit) for benefit in project.benefits.all()],
        because=because, set_by=by, set_at=clock.now(),
    )  # fmt: skip
    history.record(
        "projects.project.set_baseline", project, by=by, because=because,
        details={"number": number, "cost": cost, "starts_on": starts_on, "ends_on": ends_on},
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
