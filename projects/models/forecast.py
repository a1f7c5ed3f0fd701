"""What a version of a forecast says: what it lacks, what is computed from it, and its seal."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from core import clock, money
from core.models import User
from projects import lights, variance
from projects.accounts import Account
from projects.models import booking, outlook
from projects.models.reporting import ForecastVersion, rule_for


def lacks(version: ForecastVersion) -> list[str]:
    """A sentence for each thing that a complete forecast has and this one does not."""
    found = []
    if version.cost is None:
        found.append(_("The forecast cost at completion is missing."))
    if version.ends_on is None:
        found.append(_("The forecast end is missing."))
    found += _impossible(version)
    for name, sentence in (
        ("progress", _("What was done in the period is not said.")),
        ("risks", _("The risks are not said; if there are none, write so.")),
        ("next_steps", _("The next steps are not said.")),
    ):
        if not getattr(version, name).strip():
            found.append(sentence)
    for row in benefit_rows(version):
        if row["forecast"] in (None, ""):
            text = _("The forecast of the benefit “%(benefit)s” is missing.")
            found.append(text % {"benefit": row["title"]})
    return found


def _impossible(version: ForecastVersion) -> list[str]:
    """What cannot be: less cost than is spent, an end before the period that is reported on."""
    found, report = [], version.report
    gone = spent(report.project, report.period_to)
    if version.cost is not None and version.cost < gone:
        text = _("The forecast cost at completion is lower than the %(spent)s spent already.")
        found.append(text % {"spent": money.show(gone, report.project.currency)})
    over = report.project.stage in ("closing", "closed")
    if version.ends_on is not None and version.ends_on < report.period_from and not over:
        found.append(_("The forecast end lies before the period of this report."))
    return found


def benefit_rows(version: ForecastVersion) -> list[dict[str, Any]]:
    """The benefits of the project as they stand, each with the forecast written for it.

    A sealed version keeps the benefits as they stood when it was certified.
    """
    if version.sealed_at is not None:
        return list(version.benefits)
    written = {row["benefit"]: row for row in version.benefits}
    return [
        {
            "benefit": benefit.pk, "title": benefit.title, "kind": benefit.kind,
            "measure": benefit.measure, "unit": benefit.unit, "baseline": _text(benefit.baseline),
            "target": _text(benefit.target),
            "forecast": written.get(benefit.pk, {}).get("forecast"),
            "note": written.get(benefit.pk, {}).get("note", ""),
        }
        for benefit in version.report.project.benefits.all()
    ]  # fmt: skip


def _text(figure: Decimal | None) -> str | None:
    return None if figure is None else str(figure)


def compute(report: Any, version: ForecastVersion) -> None:
    """Put into a draft what follows from it: spending, variance, conditions, lights; and save."""
    project = report.project
    version.spent, version.spent_until = spent(project, report.period_to), report.period_to
    version.benefits = benefit_rows(version)
    version.conditions = open_conditions(project)
    found = variance.of(project, cost=version.cost, ends_on=version.ends_on)
    version.variance = {
        "cost_pct_current": _text(found.cost_pct_current), "days_current": found.days_current,
        "cost_pct_v0": _text(found.cost_pct_v0), "days_v0": found.days_v0,
    }  # fmt: skip
    version.computed = _lights(report, version)
    version.save()


def _lights(report: Any, version: ForecastVersion) -> dict[str, str]:
    """Cost and time against the current baseline and v0, the benefits, the conditions."""
    said = version.variance
    limits = rule_for(report.project, report.period_to).limits
    cost, first = (said[name] and Decimal(said[name]) for name in
                   ("cost_pct_current", "cost_pct_v0"))  # fmt: skip
    known = version.cost is not None, version.ends_on is not None
    return {
        "cost": lights.growth(cost, first, limits.cost_percent) if known[0] else "",
        "time": lights.growth(said["days_current"], said["days_v0"], limits.days)
        if known[1] else "",
        "benefit": lights.benefit(version.benefits, limits),
        "conditions": lights.conditions(outlook.dues(report.project), clock.now()),
    }  # fmt: skip


def spent(project: Any, until: date) -> int:
    """What the ledger says was spent until a day, in minor units, net of what was reversed."""
    moved = booking.flows(project, Q(posting__effective_on__lte=until))
    here = Account.SPENT.value
    coming = sum(amount for (_source, target), amount in moved.items() if target == here)
    return coming - sum(amount for (source, _target), amount in moved.items() if source == here)


def open_conditions(project: Any) -> list[dict[str, Any]]:
    """The open conditions as they stand: what is owed, until when, and whether that is over."""
    now, found = clock.now(), {}
    for row in project.obligations.filter(open=True, kind="condition").order_by("due", "pk"):
        found[row.source_id] = {
            "title": row.title, "due": row.due and row.due.isoformat(),
            "overdue": bool(row.due and row.due <= now),
        }  # fmt: skip
    return list(found.values())


def seal(version: ForecastVersion, *, by: User) -> None:
    """Close a version for good, with the hash of what it says."""
    version.sealed_at, version.sealed_by, version.sha256 = clock.now(), by, version.hash()
    version.save()
