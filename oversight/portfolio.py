"""The portfolio: rows as people read them, the same rows for other programs, kept figures."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet, Sum
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.components import tag, tags
from core.money import from_minor, show
from projects import variance
from projects.models import Project, Stage
from projects.models.reporting import Kind, Light
from projects.tables_changes import variance_header, variance_short

COLUMNS = ("ref", "title", "stage", "currency", "cost", "updated_at", "institution__name",
           "tier__code", "declared_not_gated", "invented_budget", "outlook__overall")  # fmt: skip
MOVING = ("business_case", "alpha", "beta", "live")
AT_ONCE = 2000
"""So many rows of an export are read at a time."""
ACCOUNTS = ("approved", "reserved", "committed", "released", "held", "spent")


class KeptPaginator(Paginator):
    """Pages whose number comes from the kept totals, where these know it."""

    def __init__(self, *args: Any, known: int | None = None, **kwargs: Any) -> None:
        self.known = known
        super().__init__(*args, **kwargs)

    @cached_property
    def count(self) -> int:  # type: ignore[override]
        return super().count if self.known is None else self.known


def lines(page: Iterable[dict[str, Any]], held: set[int]) -> list[SafeString]:
    """The rows of a page of the table, written once each: no tag, no query a row."""
    stages, lights = tags(Stage.choices), tags(Light.choices)
    tiers = {None: "–", "small": _("small"), "medium": _("medium"), "large": _("large")}
    hold = format_html(" {}", tag("on_hold", _("on hold")))
    page = list(page)
    found = variance.of_many(row["pk"] for row in page)
    return [
        format_html(
            '<tr class="govuk-table__row"><td class="govuk-table__cell c-soft">{}</td>'
            '<th scope="row" class="govuk-table__header">'
            '<a class="govuk-link" href="/projects/{}/">{}</a></th>'
            '<td class="govuk-table__cell">{}</td><td class="govuk-table__cell">{}{}</td>'
            '<td class="govuk-table__cell">{}</td><td class="govuk-table__cell">{}</td>'
            '<td class="govuk-table__cell govuk-table__cell--numeric">{}</td>'
            '<td class="govuk-table__cell govuk-table__cell--numeric">{}</td></tr>',
            row["ref"], row["ref"], row["title"], row["institution__name"] or "–",
            stages[row["stage"]], hold if row["pk"] in held else "",
            lights.get(row["outlook__overall"], "–"), tiers[row["tier__code"]],
            show(row["cost"], row["currency"]), variance_short(found[row["pk"]]),
        )
        for row in page
    ]  # fmt: skip


@dataclass(frozen=True)
class Sums:
    """What a narrowed portfolio adds up to: a number of projects, and one line a currency."""

    count: int
    lines: list[dict[str, Any]]


def sums(queryset: QuerySet[Project], kept: list[dict[str, Any]] | None) -> Sums:
    """The totals by currency: from kept figures where these know the narrowing, else counted."""
    if kept is None:
        found = queryset.order_by().values("currency").annotate(cost=Sum("cost"))
        rows = [row for row in found if row["currency"]]
        return Sums(queryset.count(), [_line(row) for row in rows])  # type: ignore[arg-type]
    by_currency: dict[str, dict[str, Any]] = {}
    for row in kept:
        line = by_currency.setdefault(row["currency"], {"currency": row["currency"]})
        for name in ("cost", "approved", "committed", "released", "spent"):
            line[name] = line.get(name, 0) + row[name]
    known = [by_currency[code] for code in sorted(by_currency) if code]
    return Sums(sum(row["count"] for row in kept), [_line(row) for row in known])


def _line(row: dict[str, Any]) -> dict[str, Any]:
    money = {name: show(row.get(name), row["currency"]) for name in row if name != "currency"}
    return {"currency": row["currency"], **money}


def export(queryset: QuerySet[Project]) -> tuple[list[str], Iterator[list[Any]]]:
    """Header and rows of the narrowed portfolio for other programs; amounts in whole units."""
    header = [
        _("Reference"), _("Title"), _("Institution"), _("Stage"), _("Tier"), _("Currency"),
        _("Whole-life cost"), _("Start"), _("End"), _("Manager"), _("Owner"),
        _("Declared, not gated"), _("Invented budget"), _("Overall light"),
        *(str(label) for label in Kind.labels),
    ]  # fmt: skip
    stages = dict(Stage.choices)
    rows = queryset.values_list(
        "pk", "ref", "title", "institution__name", "stage", "tier__code", "currency", "cost",
        "starts_on", "ends_on", "manager__name", "owner__name", "declared_not_gated",
        "invented_budget", "outlook__overall",
        *(f"outlook__{kind}" for kind in Kind.values),
    )  # fmt: skip
    words: dict[Any, Any] = {None: "", "": "", **dict(Light.choices)}
    yes, no = _("yes"), _("no")
    return [*header, *variance_header()], (
        [
            ref, title, institution, stages[stage], tier, currency,
            None if cost is None or not currency else from_minor(cost, currency),
            starts, ends, manager, owner, yes if declared else no, yes if invented else no,
            *(words[light] for light in shown), *found.cells(),
        ]
        for found, (ref, title, institution, stage, tier, currency, cost, starts, ends, manager,
                    owner, declared, invented, *shown) in _with_variance(rows)
    )  # fmt: skip


def _with_variance(rows: Any) -> Iterator[tuple[variance.Variance, list[Any]]]:
    """Rows that begin with a project's key, each with its variance; two queries for 2000."""
    whole = rows.iterator(AT_ONCE)
    while batch := list(islice(whole, AT_ONCE)):
        found = variance.of_many(row[0] for row in batch)
        for key, *row in batch:
            yield found[key], row


def funnel(kept: list[dict[str, Any]]) -> list[tuple[str, int, str, str]]:
    """How many projects stand in each stage, as rows of a chart that lead to the list."""
    counts: dict[str, int] = {}
    for row in kept:
        counts[row["stage"]] = counts.get(row["stage"], 0) + row["count"]
    return [
        (str(label), counts.get(value, 0), str(counts.get(value, 0)), f"/portfolio/?stage={value}")
        for value, label in Stage.choices
        if counts.get(value) or value in MOVING
    ]


def money_by_stage(kept: list[dict[str, Any]]) -> list[tuple[str, list[Any]]]:
    """For each currency, its stages with what is approved, committed, released and spent.

    The four parts do not overlap: the accounts hold each unit of money once.
    """
    charts: dict[str, dict[str, dict[str, int]]] = {}
    for row in kept:
        if row["currency"]:
            stage = charts.setdefault(row["currency"], {}).setdefault(row["stage"], {})
            for name in ACCOUNTS:
                stage[name] = stage.get(name, 0) + row[name]
    labels = {"approved": _("approved"), "reserved": _("reserved"), "committed": _("committed"),
              "released": _("released"), "held": _("held back"), "spent": _("spent")}  # fmt: skip
    stages = dict(Stage.choices)
    return [
        (currency, [
            (str(stages[stage]), [(labels[name], max(amount, 0), show(amount, currency))
                                  for name, amount in parts.items()])
            for stage, parts in by_stage.items() if any(parts.values())
        ])
        for currency, by_stage in sorted(charts.items())
    ]  # fmt: skip
