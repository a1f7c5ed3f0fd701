"""Changes, routes, baselines and variance as people read them, and the same for other programs."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.money import from_minor, show
from projects.models.change import Band, ChangeRequest, Rule
from projects.models.rule_version import RuleVersion, label
from projects.variance import Variance, percent

TONES = {"tolerance": "good", "deviation": "waiting", "critical": "bad"}
"""The tone of a band."""


def pct(value: Decimal | str | None, *, sign: bool = False) -> str:
    """A percentage in the reader's format, without zeros at its end; a dash when unknown."""
    if value is None:
        return "–"
    number = Decimal(value)
    text = number_format(Decimal(f"{abs(number).normalize():f}"), force_grouping=True)
    return f"{_mark(number, sign)}{text}\xa0%"


def days(value: int | None, *, sign: bool = False) -> str:
    """A number of days in words; a dash when unknown."""
    if value is None:
        return "–"
    words = ngettext("%(n)s day", "%(n)s days", abs(value))
    return _mark(value, sign) + words % {"n": number_format(abs(value), force_grouping=True)}


def amount(value: int, currency: str) -> str:
    """A difference of cost with its sign."""
    return f"{'+' if value > 0 else ''}{show(value, currency)}"


def _mark(value: Decimal | int, sign: bool) -> str:
    return "−" if value < 0 else "+" if sign and value > 0 else ""


@dataclass(frozen=True)
class Row:
    """One measure of a route, in words."""

    label: str
    against: str
    cost: str
    days: str
    band: str
    tone: str
    decisive: bool
    note: str


@dataclass(frozen=True)
class Told:
    """A route in words: its band, the sentence that says why, and its measures."""

    band: str
    tone: str
    why: str
    who: str
    rows: list[Row]
    on: date


def told(route: dict[str, Any], currency: str) -> Told | None:
    """A kept route in the reader's language; None while there is none."""
    if not route:
        return None
    return Told(
        str(Band(route["band"]).label), TONES[route["band"]], _why(route), _who(route["band"]),
        [_row(one, route, currency) for one in route["measures"]],
        date.fromisoformat(route["on"]),
    )  # fmt: skip


def _row(one: dict[str, Any], route: dict[str, Any], currency: str) -> Row:
    base = show(one["base"], currency)
    if one["name"] == "v0":
        against = _("first baseline, %(cost)s") % {"cost": base}
    else:
        against = _("current baseline, %(cost)s") % {"cost": base}
    note = "" if one["counts"] else _("not counted: this change reaches no higher band")
    return Row(str(Rule(one["name"]).label), against, pct(one["cost_pct"]), days(one["days"]),
               str(Band(one["band"]).label), TONES[one["band"]], one["name"] == route["by"],
               note)  # fmt: skip


def _why(route: dict[str, Any]) -> str:
    low, high = route["limits"]["tolerance"], route["limits"]["deviation"]
    known = {
        "rule": Rule(route["by"]).label, "cost": pct(route["cost_pct"]),
        "days": days(route["days"]), "low_cost": pct(low[0]), "low_days": days(low[1]),
        "high_cost": pct(high[0]), "high_days": days(high[1]),
    }  # fmt: skip
    if route["by"] == "benefit":
        return _("A benefit is undermined: such a change is critical, whatever its figures.")
    if route["band"] == "tolerance":
        return _("No measure goes beyond %(low_cost)s and %(low_days)s.") % known
    if route["band"] == "deviation":
        return _(
            "Decisive is the measure “%(rule)s”: growth of %(cost)s and %(days)s, beyond "
            "%(low_cost)s or %(low_days)s."
        ) % known  # fmt: skip
    return _(
        "Decisive is the measure “%(rule)s”: growth of %(cost)s and %(days)s, beyond "
        "%(high_cost)s or %(high_days)s."
    ) % known  # fmt: skip


def _who(band: str) -> str:
    return {
        "tolerance": _("The project decides it itself: one person submits it, another records it."),
        "deviation": _("The board decides it by motion; the project is on hold until then, and "
                       "a new baseline is set."),
        "critical": _("The gate that was passed last is run again, and may stop the project; the "
                      "project is on hold until then, and a new baseline is set."),
    }[band]  # fmt: skip


@dataclass(frozen=True)
class BaselineRow:
    """A baseline with its differences from the one before it and from v0, in words."""

    baseline: Any
    cost: str
    end: str
    from_last: str
    from_first: str
    change: Any


def baselines(project: Any) -> list[BaselineRow]:
    """The baselines of a project, the newest first, each with its differences."""
    rows = list(project.baselines.order_by("number").select_related("set_by"))
    changes = {row.baseline_id: row for row in project.changes.exclude(baseline=None)}
    for row in changes.values():
        row.project = project
    found = [
        BaselineRow(row, show(row.cost, project.currency), row.ends_on, _differs(rows[n - 1], row),
                    _differs(rows[0], row), changes.get(row.pk))
        if n else BaselineRow(row, show(row.cost, project.currency), row.ends_on, "–", "–", None)
        for n, row in enumerate(rows)
    ]  # fmt: skip
    return found[::-1]


def _differs(before: Any, after: Any) -> str:
    late = (after.ends_on - before.ends_on).days
    return f"{pct(percent(after.cost, before.cost), sign=True)}, {days(late, sign=True)}"


def variance_html(found: Variance) -> SafeString:
    """Both variances side by side: against the current baseline, and against v0."""
    if not found.known:
        return format_html('<span class="c-soft">{}</span>', _("no baseline yet"))
    return format_html(
        '<span class="c-variance"><span class="c-variance__one">{} <strong>{}</strong>, {}</span>'
        ' · <span class="c-variance__one{}">{} <strong>{}</strong>, {}</span></span>',
        _("current (v%(n)s):") % {"n": found.number}, pct(found.cost_pct_current, sign=True),
        days(found.days_current, sign=True), _late(found), _("first (v0):"),
        pct(found.cost_pct_v0, sign=True), days(found.days_v0, sign=True),
    )  # fmt: skip


def _late(found: Variance) -> str:
    """A first baseline that is left far behind is marked, in colour and weight."""
    far = (found.cost_pct_v0 or 0) > 10 or (found.days_v0 or 0) > 90  # noqa: PLR2004 -- the lights' limits
    return " c-late" if far else ""


def variance_short(found: Variance) -> str:
    """Both variances of cost and days in a cell: current · v0."""
    if not found.known:
        return "–"
    return (
        f"{pct(found.cost_pct_current, sign=True)}, {days(found.days_current, sign=True)} · "
        f"v0: {pct(found.cost_pct_v0, sign=True)}, {days(found.days_v0, sign=True)}"
    )


def told_short(cost: str | None, late: str | None, cost_v0: str | None,
               late_v0: str | None) -> str:  # fmt: skip
    """The figures of a kept variance, as text, in one line: current · v0."""
    now, first = (None if text is None else int(text) for text in (late, late_v0))
    return (f"{pct(cost, sign=True)}, {days(now, sign=True)} · "
            f"v0: {pct(cost_v0, sign=True)}, {days(first, sign=True)}")  # fmt: skip


def variance_header() -> list[str]:
    """The heads of the four columns of a variance in an export."""
    return [
        _("Cost against the current baseline, percent"),
        _("End against the current baseline, days"),
        _("Cost against v0, percent"), _("End against v0, days"),
    ]  # fmt: skip


def export(changes: Iterable[ChangeRequest]) -> tuple[list[str], Iterator[list[Any]]]:
    """Header and rows of change requests for other programs; amounts in whole units."""
    header = [
        _("Reference"), _("Project"), _("Title"), _("State"), _("Currency"),
        _("Change of the whole-life cost"), _("Change of the end, days"),
        _("A benefit is undermined"), _("Band"), _("Sent there by"), _("Growth, percent"),
        _("Growth, days"), _("Decided on"), _("Baseline that it set"),
    ]  # fmt: skip
    yes, no = _("yes"), _("no")
    return header, (
        [
            row.ref, row.project.title, row.title, row.get_state_display(), row.project.currency,
            from_minor(row.cost, row.project.currency), row.days, yes if row.undermined else no,
            row.get_band_display(), row.get_rule_display(), row.route.get("cost_pct"),
            row.route.get("days"), row.decided_on, row.baseline and row.baseline.number,
        ]
        for row in changes
    )  # fmt: skip


def limits_told(limits: dict[str, Any]) -> list[tuple[str, str]]:
    """Limits of changes in words: who decides, and up to where."""
    (low, low_days), (high, high_days) = limits["tolerance"], limits["deviation"]
    reach = _("up to %(cost)s and %(days)s")
    return [
        (_("The project itself"), reach % {"cost": pct(low), "days": days(low_days)}),
        (_("The board, by motion"), reach % {"cost": pct(high), "days": days(high_days)}),
        (_("The gate, run again"), _("all that lies above, and when a benefit is undermined")),
    ]


def version_told(version: RuleVersion) -> list[tuple[str, str, str]]:
    """What a version of a rule changes, in words: name, before, after."""
    money = version.kind == RuleVersion.Kind.BANDS

    def words(value: Any) -> str:
        if value is None:
            return "–"
        if money:
            return show(value, version.key)
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if isinstance(value, list):
            return ", ".join("+".join(one) if isinstance(one, list) else str(one)
                             for one in value) or "–"  # fmt: skip
        return str(value)

    return [(label(version.kind, name), words(was), words(now))
            for name, was, now in version.changed()]  # fmt: skip
