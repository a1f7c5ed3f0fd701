"""How far a project stands from its current baseline and from v0: the one place that says so."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.apps import apps

PLACES = 4


@dataclass(frozen=True)
class Variance:
    """Growth of cost in percent (four places, half away from zero) and of the end in days.

    Against the current baseline and against v0, always both; None where there is no baseline or
    nothing to measure. Less and earlier are negative.
    """

    cost_pct_current: Decimal | None = None
    days_current: int | None = None
    cost_pct_v0: Decimal | None = None
    days_v0: int | None = None
    number: int | None = None

    @property
    def known(self) -> bool:
        """Whether there is a baseline at all."""
        return self.number is not None

    def cells(self) -> list[Any]:
        """The four figures as the columns of an export."""
        return [self.cost_pct_current, self.days_current, self.cost_pct_v0, self.days_v0]


NOTHING = Variance()


def of(project: Any, *, cost: int | None = None, ends_on: date | None = None) -> Variance:
    """The variance of a project, or of a forecast of it (cost in minor units, end)."""
    rows = list(project.baselines.order_by("number").values_list("number", "cost", "ends_on"))
    cost = project.cost if cost is None else cost
    return _between(rows, cost, project.ends_on if ends_on is None else ends_on)


def of_many(projects: Iterable[int]) -> dict[int, Variance]:
    """The variance of many projects by their keys, in two queries."""
    keys = list(projects)
    project_model: Any = apps.get_model("projects", "Project")
    baseline_model: Any = apps.get_model("projects", "Baseline")
    rows = baseline_model.objects.filter(project__in=keys).order_by("project", "number")
    found: dict[int, list[Any]] = {}
    for project, *row in rows.values_list("project_id", "number", "cost", "ends_on"):
        found.setdefault(project, []).append(row)
    now = project_model._base_manager.filter(pk__in=found).values_list("pk", "cost", "ends_on")
    known = {pk: _between(found[pk], cost, ends_on) for pk, cost, ends_on in now}
    return {key: known.get(key, NOTHING) for key in keys}


def _between(rows: list[Any], cost: int | None, ends_on: date | None) -> Variance:
    """Against the first and the last of the baselines (number, cost, end), in their order."""
    if not rows:
        return NOTHING
    (_zero, first_cost, first_end), (number, last_cost, last_end) = rows[0], rows[-1]
    return Variance(
        percent(cost, last_cost), _days(ends_on, last_end),
        percent(cost, first_cost), _days(ends_on, first_end), number,
    )  # fmt: skip


def percent(cost: int | None, base: int) -> Decimal | None:
    """How much larger a cost is than a baseline's, in percent; None where there is no base."""
    if cost is None or base <= 0:
        return None
    parts = abs(Fraction((cost - base) * 100 * 10**PLACES, base)) + Fraction(1, 2)
    found = Decimal(int(parts)).scaleb(-PLACES)
    return -found if cost < base else found


def _days(ends_on: date | None, base: date) -> int | None:
    return None if ends_on is None else (ends_on - base).days
