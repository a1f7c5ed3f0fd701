"""Kept totals over the portfolio: deltas written with every change, folded by the clock."""

from collections.abc import Iterable
from typing import Any

from django.db import models

from core.money import MinorUnitsField

MEASURES = (
    "count", "cost", "approved", "reserved", "committed", "released", "held", "spent",
    "receivable", "recovered", "written_off",
)  # fmt: skip
LEDGER = MEASURES[2:]
KEYS = ("institution_id", "stage", "tier_id", "currency")


class Totals(models.Model):
    """Numbers for one institution, stage, tier and currency; amounts in its minor units."""

    institution = models.ForeignKey("core.Institution", models.PROTECT, null=True, related_name="+")
    stage = models.CharField(max_length=30)
    tier = models.ForeignKey("projects.Tier", models.PROTECT, null=True, related_name="+")
    currency = models.CharField(max_length=3, blank=True)
    count = models.BigIntegerField(default=0)
    cost = MinorUnitsField(default=0)
    approved = MinorUnitsField(default=0)
    reserved = MinorUnitsField(default=0)
    committed = MinorUnitsField(default=0)
    released = MinorUnitsField(default=0)
    held = MinorUnitsField(default=0)
    spent = MinorUnitsField(default=0)
    receivable = MinorUnitsField(default=0)
    recovered = MinorUnitsField(default=0)
    written_off = MinorUnitsField(default=0)

    class Meta:
        abstract = True


class TotalsDelta(Totals):
    """What one change added or took away; kept until the clock folds it into the total."""

    def __str__(self) -> str:
        return f"{self.stage} {self.currency} {self.count:+d}"


class PortfolioTotal(Totals):
    """What all changes folded so far add up to; read together with the deltas not yet folded."""

    key = models.CharField(max_length=80, unique=True)

    def __str__(self) -> str:
        return f"{self.stage} {self.currency}"


Key = tuple[int | None, str, int | None, str]


def key_of(project: Any) -> Key:
    """Under which institution, stage, tier and currency a project counts."""
    return (project.institution_id, project.stage, project.tier_id, project.currency)


def add(project: Any, **deltas: int) -> None:
    """Count what changed on a project's accounts, in minor units, in the transaction that did it.

    Where it counts is read from its row: in the middle of a step the instance is ahead of it.
    """
    rows = type(project)._base_manager.filter(pk=project.pk)
    _write([(rows.values_list(*KEYS).get(), deltas)])


def entered(projects: Iterable[Any]) -> None:
    """Count projects that were inserted in bulk, whose `save` was not called."""
    found: dict[Key, dict[str, int]] = {}
    for project in projects:
        sums = found.setdefault(key_of(project), {"count": 0, "cost": 0})
        sums["count"] += 1
        sums["cost"] += project.cost or 0
    _write(found.items())


def changed(project: Any, before: tuple[Any, ...] | None) -> None:
    """Count a project's move from what it was (its key and its cost) to what it is now.

    `before` is None for a new one. With its key, its whole ledger moves to the other total.
    """
    now, cost = key_of(project), project.cost or 0
    if before is None:
        _write([(now, {"count": 1, "cost": cost})])
        return
    then, cost_then = tuple(before[:4]), before[4] or 0
    if then == now:
        if cost != cost_then:
            _write([(now, {"cost": cost - cost_then})])
        return
    money = dict(
        project.balances.filter(account__in=LEDGER).values_list("account", "amount")
    )  # fmt: skip
    left = {"count": -1, "cost": -cost_then, **{name: -amount for name, amount in money.items()}}
    _write([(then, left), (now, {"count": 1, "cost": cost, **money})])


def _write(rows: Iterable[tuple[Any, dict[str, int]]]) -> None:
    made = [
        TotalsDelta(**dict(zip(KEYS, key, strict=True)), **deltas)
        for key, deltas in rows
        if any(deltas.values())
    ]
    if made:
        TotalsDelta.objects.bulk_create(made)
