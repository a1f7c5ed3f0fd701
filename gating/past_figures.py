"""What past assessments come to: results by department and version, and what is met most seldom."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from gating.models.past import PastAssessment, PastPoint

SELDOM = 10
"""So many criteria stand in the table of those met most seldom."""


@dataclass(frozen=True)
class Share:
    """A part of a whole, in whole percent, half up."""

    label: str
    part: int
    whole: int
    extra: str = ""
    language: str = ""

    @property
    def percent(self) -> int:
        return (self.part * 200 + self.whole) // (2 * self.whole) if self.whole else 0


def results(rows: QuerySet[PastAssessment]) -> list[tuple[str, str, int]]:
    """Result, its name, and how many assessments came to it; all four, also when none."""
    counted = dict(rows.order_by().values_list("final").annotate(n=Count("pk")))
    return [(value, str(label), counted.get(value, 0))
            for value, label in PastAssessment.Final.choices]  # fmt: skip


def by_version(rows: QuerySet[PastAssessment]) -> list[Share]:
    """How many of each version of the standard passed in the end, with or without conditions."""
    return [
        Share(found["standard__version"] or _("version unknown"), found["good"], found["n"],
              language="en" if found["standard__version"] else "")
        for found in rows.order_by().values("standard__version").annotate(
            n=Count("pk"), good=Count("pk", filter=Q(final__startswith="passed"))
        ).order_by("-standard__version")
    ]  # fmt: skip


def seldom_met(rows: QuerySet[PastAssessment], language: str) -> list[Share]:
    """The criteria that the fewest assessments met, of those that say yes or no."""
    points = PastPoint.objects.filter(
        assessment__in=rows.order_by().values("pk"), met__isnull=False
    )
    found = points.order_by().values(
        "number", "criterion__title", "criterion__facts", "assessment__standard__version"
    ).annotate(n=Count("pk"), unmet=Count("pk", filter=Q(met=False)))  # fmt: skip
    shares = [_share(dict(row), language) for row in found if row["unmet"]]
    return sorted(shares, key=lambda row: (-row.part / row.whole, -row.part, row.label))[:SELDOM]


def _share(row: dict[str, Any], language: str) -> Share:
    facts = row["criterion__facts"] or {}
    own = str(facts.get(f"title_{language}") or row["criterion__title"] or "")
    label = own if own.endswith(f" {row['number']}") else f"{row['number']} {own}".strip()
    return Share(label, row["unmet"], row["n"],
                 extra=row["assessment__standard__version"] or "")  # fmt: skip


def doubts() -> dict[str, str]:
    """What may be unclear in a row, in words."""
    return {
        "no_id": _("The row has no id of its own."),
        "no_result": _("No result is recorded."),
        "no_first": _("The first result is not recorded, only that of the reassessment."),
        "result": _("The result says neither passed nor not passed."),
        "result_differs": _("The result and its cleaned form say different things."),
        "reassessment_result_differs": _(
            "The result of the reassessment and its cleaned form say different things."
        ),
        "date": _("The date is unclear; it is kept as it stands."),
        "no_date": _("No date is recorded."),
        "reassessment_date": _("The date of the reassessment is unclear; it is kept as it stands."),
        "no_reassessment_date": _("The date of the reassessment is not recorded."),
        "backwards": _("The reassessment is dated before the assessment."),
        "no_points": _("No criterion is recorded."),
        "points_missing": _("The file says another number of criteria than it holds."),
        "points_unclear": _("A criterion says neither yes nor no, or both."),
    }
