"""Team, benefits and business case: saved as drafts whenever, each change in the history."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, history
from core.models import User
from core.people import on_behalf_of
from core.refusals import Refused
from projects import entries, permissions
from projects.appraisal import Worth, worth
from projects.models.case import Benefit, BusinessCase, Option, OptionYear, TeamRole
from projects.models.project import Project
from projects.seeding import rate_for

TEXTS = ("strategic", "economic", "commercial", "financial", "management")
Rows = Iterable[dict[str, Any]]


def _open(project: Project, by: User) -> Project:
    """The project's row, its case locked, if this person may edit its entry."""
    history.lock(project.dossier)
    project = Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
    entries.refuse_unless_editor(project, by)
    return project


def _record(project: Project, what: str, before: Any, after: Any, by: User) -> None:
    if before != after:
        history.record(
            f"projects.project.{what}", project, by=by, details={"before": before, "after": after},
            on_behalf_of=on_behalf_of(permissions.edits, project, by),
        )  # fmt: skip


@transaction.atomic
def save_team(project: Project, rows: Rows, *, by: User) -> None:
    """Set who fills which role of the team: rows of role, person and name.

    Raises Denied for anybody but the entry's editors, Refused when the project is over.
    """
    project = _open(project, by)
    before = _plain(project.team.all(), ("role", "person", "name"))
    project.team.all().delete()
    TeamRole.objects.bulk_create(TeamRole(project=project, **row) for row in rows)
    _record(
        project, "edit_team", before, _plain(project.team.all(), ("role", "person", "name")), by
    )


BENEFIT = ("kind", "title", "measure", "unit", "baseline", "target", "owner", "due")


@transaction.atomic
def save_benefits(project: Project, rows: Rows, *, by: User) -> None:
    """Set the benefits promised; after the first baseline only a decided change alters them.

    Raises Denied for anybody but the entry's editors, Refused when they are closed.
    """
    project = _open(project, by)
    if reasons := benefits_closed(project):
        raise Refused(*reasons)
    before = _plain(project.benefits.all(), BENEFIT)
    project.benefits.all().delete()
    Benefit.objects.bulk_create(Benefit(project=project, **row) for row in rows)
    _record(project, "edit_benefits", before, _plain(project.benefits.all(), BENEFIT), by)


def benefits_closed(project: Project) -> list[str]:
    """Why the benefits may not be edited now, a sentence each."""
    if project.baselines.exists():
        return [_("The benefits stand in the first baseline; only a decided change alters them.")]
    return entries.frozen(project)


def case_closed(project: Project) -> list[str]:
    """Why the business case may not be edited now, a sentence each."""
    if project.baselines.exists():
        return [_("The business case was decided with the first baseline; it is kept as it was.")]
    return entries.frozen(project)


def case_of(project: Project) -> BusinessCase:
    """The project's business case, or a new one, not saved, with the rate of its currency."""
    found = BusinessCase.objects.filter(project=project).first()
    if found is not None:
        return found
    year = (project.starts_on or clock.today(project.institution)).year
    return BusinessCase(
        project=project, discount_rate_bp=rate_for(project.currency), base_year=year
    )


@transaction.atomic
def save_case(project: Project, values: dict[str, Any], options: Rows, *, by: User) -> BusinessCase:
    """Save the five texts, rate, base year and the options with their years (minor units).

    Each option: title, is_do_nothing, preferred, years as (year, cost, benefit). Raises Denied for
    anybody but the entry's editors; Refused when it is closed, a year lies before the base year,
    more than one option is preferred, or one option has a year twice.
    """
    project = _open(project, by)
    kept = [row for row in options if row["title"].strip()]
    if reasons := [*case_closed(project), *_nonsense(kept, values["base_year"])]:
        raise Refused(*reasons)
    case = case_of(project)
    before = plain_case(case)
    for name, value in values.items():
        setattr(case, name, value)
    case.save()
    case.options.all().delete()
    for row in kept:
        _add_option(case, row)
    _record(project, "edit_case", before, plain_case(case), by)
    return case


def _add_option(case: BusinessCase, row: dict[str, Any]) -> None:
    option = Option.objects.create(
        case=case,
        title=row["title"],
        is_do_nothing=row["is_do_nothing"],
        preferred=row["preferred"],
    )
    OptionYear.objects.bulk_create(
        OptionYear(option=option, year=year, cost=cost, benefit=benefit)
        for year, cost, benefit in row["years"]
    )


def _nonsense(options: list[dict[str, Any]], base_year: int) -> list[str]:
    reasons = []
    if sum(row["preferred"] for row in options) > 1:
        reasons.append(_("Only one option is the preferred one."))
    if sum(row["is_do_nothing"] for row in options) > 1:
        reasons.append(_("Only one option is doing nothing."))
    for row in options:
        years = [year for year, _cost, _benefit in row["years"]]
        if len(years) != len(set(years)):
            reasons.append(_("Option “%(option)s” has a year twice.") % {"option": row["title"]})
        if any(year < base_year for year in years):
            reasons.append(
                _("Option “%(option)s” has a year before the base year %(year)s.")
                % {"option": row["title"], "year": base_year}
            )
    return reasons


@dataclass(frozen=True)
class Appraised:
    """An option with its figures at the case's rate."""

    option: Option
    worth: Worth


def appraised(case: BusinessCase) -> list[Appraised]:
    """The options of a saved case with NPV and ratio, in the order they were entered."""
    rate = Decimal(case.discount_rate_bp) / 100
    options = case.options.prefetch_related("years") if case.pk else []
    return [
        Appraised(option, worth(
            [(row.year, row.cost, row.benefit) for row in option.years.all()], case.base_year, rate
        ))
        for option in options
    ]  # fmt: skip


def plain_case(case: BusinessCase) -> dict[str, Any]:
    """A business case as it stands in the history."""
    if case.pk is None:
        return {}
    found: dict[str, Any] = {name: getattr(case, name) for name in TEXTS}
    found |= {"rate_bp": case.discount_rate_bp, "base_year": case.base_year}
    found["options"] = [
        {"title": option.title, "is_do_nothing": option.is_do_nothing,
         "preferred": option.preferred,
         "years": [[row.year, row.cost, row.benefit] for row in option.years.all()]}
        for option in case.options.prefetch_related("years")
    ]  # fmt: skip
    return found


def _plain(rows: Iterable[Any], names: tuple[str, ...]) -> list[dict[str, Any]]:
    return [{name: entries.plain(getattr(row, name)) for name in names} for row in rows]
