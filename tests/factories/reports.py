"""Forecast reports as tests need them, asked, written and certified through the real rules."""

from decimal import Decimal

from core import clock, due
from core.steps import perform
from projects import closing, reports
from projects.models import ClosureReport, ForecastReport, Outlook, Project
from tests.factories import projects
from tests.stock import stocked

CLOSURE = {
    "delivered": "The certificate online.",
    "lessons": "Start with the users.",
    "residual": "Nothing.",
    "documentation": "With the registry, in its repository.",
}


@stocked
def asked(cast, project: Project | None = None) -> ForecastReport:
    """The report that the clock asks for when the first half-year after v0 is over."""
    project = project or projects.measured(cast)
    due.act()  # the first period begins
    for _period in range(2):  # of the first the project may have seen too little
        kept = Outlook.objects.get(project=project)
        with clock.move(to=kept.next_at + clock.timedelta(minutes=1)):
            due.act()
        if ForecastReport.objects.filter(project=project).exists():
            break
    return ForecastReport.objects.get(project=project)


@stocked
def write(report: ForecastReport, cast, **values) -> ForecastReport:
    """The manager's forecast, whole; figures as the project's own where nothing else is said."""
    project = report.project
    said = {"cost": project.cost, "ends_on": project.ends_on, "progress": "Two releases.",
            "risks": "None.", "next_steps": "The third release.", **values}  # fmt: skip
    said.setdefault("benefits", {
        row.pk: (row.target if row.target is not None else Decimal(1), "")
        for row in project.benefits.all()
    })  # fmt: skip
    return reports.write(report, said, by=cast.manager)


@stocked
def certified(report: ForecastReport, cast, **values) -> ForecastReport:
    """The same, handed over and certified."""
    if report.state != "prepared":
        report = perform(write(report, cast, **values), "prepare", by=cast.manager)
    return perform(report, "certify", by=cast.owner)


@stocked
def up_to_date(project: Project, cast) -> None:
    """Write and certify whatever report is asked of a project by now."""
    due.act()
    for report in project.forecast_reports.filter(state__in=("draft", "prepared", "returned")):
        certified(report, cast)


@stocked
def closure(project: Project, cast) -> ClosureReport:
    """An accepted closure report."""
    row = closing.write_closure(project, CLOSURE, by=cast.manager)
    row = perform(row, "hand_in", by=cast.manager)
    return perform(row, "accept", by=cast.owner)
