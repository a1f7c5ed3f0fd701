"""Totals over the portfolio: read without touching the projects, folded by the clock, verified."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Count, QuerySet, Sum, Value

from core.outbox import at_each_tick
from projects.models.ledger import Balance
from projects.models.project import Project, Register
from projects.models.totals import (
    KEYS,
    LEDGER,
    MEASURES,
    PortfolioTotal,
    TotalsDelta,
    add,
    changed,
    entered,
)

__all__ = ["KEYS", "MEASURES", "add", "changed", "entered", "fold", "read", "verify"]

FOLD_AT_ONCE = 5000
Row = dict[str, Any]


def read(*by: str, **filters: Any) -> list[Row]:
    """The totals by some of `KEYS`, in one statement; amounts in minor units of `currency`.

    `filters` are conditions on the keys (`institution=…`, `stage__in=…`). Amounts of different
    currencies add up to nonsense, so ask by currency, or filter to one.
    """
    kept = _sums(PortfolioTotal.objects.filter(**filters), by)
    fresh = _sums(TotalsDelta.objects.filter(**filters), by)
    return _added(kept.union(fresh, all=True), by)


def _sums(rows: QuerySet[Any], by: tuple[str, ...]) -> QuerySet[Any]:
    sums = {f"sum_{name}": Sum(name) for name in MEASURES}
    grouped = rows.order_by().annotate(all=Value(1)).values("all", *by)
    return grouped.annotate(**sums).values(*by, *sums)


def _added(rows: Iterable[Row], by: tuple[str, ...]) -> list[Row]:
    found: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        key = tuple(row[name] for name in by)
        total = found.setdefault(
            key, {**dict(zip(by, key, strict=True)), **dict.fromkeys(MEASURES, 0)}
        )
        for name in MEASURES:
            total[name] += row[f"sum_{name}"] or 0
    used = [total for total in found.values() if any(total[name] for name in MEASURES)]
    return sorted(used, key=lambda total: [str(total[name]) for name in by])


@at_each_tick
@transaction.atomic
def fold() -> None:
    """Add the deltas of the last minute to the kept totals and drop them."""
    Register.objects.get_or_create(name="totals")
    Register.objects.select_for_update().get(name="totals")
    keys = list(TotalsDelta.objects.order_by("pk").values_list("pk", flat=True)[:FOLD_AT_ONCE])
    if not keys:
        return
    rows = TotalsDelta.objects.filter(pk__in=keys)
    for total in _added(_sums(rows, KEYS), KEYS):
        _fold_in(total)
    rows.delete()


def _fold_in(total: Row) -> None:
    place = {name: total[name] for name in KEYS}
    key = "|".join("" if value is None else str(value) for value in place.values())
    kept, _new = PortfolioTotal.objects.get_or_create(key=key, defaults=place)
    for name in MEASURES:
        setattr(kept, name, getattr(kept, name) + total[name])
    kept.save()


def verify() -> list[tuple[Row, Row]]:
    """Recompute every total from the rows; returns the pairs (kept, recomputed) that differ."""
    kept = {_key(row): row for row in read(*KEYS)}
    real = {_key(row): row for row in recomputed()}
    return [
        (kept.get(key, {}), real.get(key, {}))
        for key in sorted({*kept, *real}, key=str)
        if kept.get(key) != real.get(key)
    ]


def recomputed() -> list[Row]:
    """The totals by all keys, from the projects and their balances themselves."""
    projects = Project._base_manager.order_by().values(*KEYS)
    found = {
        _key(row): {**{name: row[name] for name in KEYS}, **dict.fromkeys(MEASURES, 0),
                    "count": row["n"], "cost": row["c"] or 0}
        for row in projects.annotate(n=Count("pk"), c=Sum("cost"))
    }  # fmt: skip
    by = [f"project__{name}" for name in KEYS]
    balances = Balance.objects.filter(account__in=LEDGER).order_by().values(*by, "account")
    for row in balances.annotate(s=Sum("amount")):
        found[tuple(row[name] for name in by)][row["account"]] = row["s"]
    return list(found.values())


def _key(row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in KEYS)
