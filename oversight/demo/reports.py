"""Forecast reports in the demo: written, certified and reviewed; some late, some in red."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

from core import clock
from core.steps import perform
from oversight.demo.company import institution, who
from oversight.demo.timing import Play
from projects import closing, reports
from projects.models import BenefitsReview, ForecastReport, Project, Tier

GROWTH = (100, 104, 100, 113)
"""The forecast cost in percent of the planned one, by turns."""
LATE = (0, 0, 45, 120)
"""The forecast end in days after the planned one, by turns."""
SLOW = 5
"""Of so many reports one is left to fall overdue."""
ROUND = 9
"""Days between two rounds of those who write reports."""


def up_to_date(project: Project) -> None:
    """Write and certify what is overdue, so that a gate review may be submitted."""
    for report in reports.missing(project):
        _certified(report)


def _written(report: ForecastReport, number: int) -> ForecastReport:
    project = report.project
    cost = project.cost * GROWTH[number % len(GROWTH)] // 100 if project.cost else None
    ends_on = project.ends_on and project.ends_on + timedelta(days=LATE[number % len(LATE)])
    benefits = {row.pk: (_expected(row, number), "") for row in project.benefits.all()}
    values: dict[str, Any] = {
        "cost": cost, "ends_on": ends_on, "benefits": benefits,
        "progress": "Dos entregas en uso; pruebas con personas de tres estados.",
        "risks": "La interoperabilidad con el padrón depende de otra dependencia.",
        "next_steps": "Abrir el servicio a la mitad de las ventanillas.",
    }  # fmt: skip
    return reports.write(report, values, by=who("manager"))


def _expected(benefit: Any, number: int) -> Decimal | None:
    if benefit.target is None or benefit.baseline is None or number % 3:
        found: Decimal | None = benefit.target
        return found
    tenth = (benefit.target - benefit.baseline) / 10
    return round(benefit.target - tenth, 4)


def _certified(report: ForecastReport) -> ForecastReport:
    if report.state in ("draft", "returned"):
        report = perform(_written(report, report.pk), "prepare", by=who("manager"))
    return perform(report, "certify", by=who("owner"))


def desk() -> Play:
    """Every few days the manager writes, the owner certifies, the secretariat reviews."""
    while True:
        yield ROUND
        for report in _waiting("draft"):
            if report.pk % SLOW:
                _worded(_written(report, report.pk))
        for report in _waiting("certified"):
            if report.pk % 2:
                perform(report, "review", by=who("secretariat"))
        for report in _waiting("prepared"):
            if report.pk % 4:
                perform(report, "certify", by=who("owner"))


def _worded(report: ForecastReport) -> None:
    """Sometimes a person knows better than the figures: worse freely, better with a reason."""
    computed = report.version.computed
    if computed["cost"] == "red":
        reports.set_light(report, "cost", "amber", by=who("manager"),
                          because="El aumento lo paga un donativo ya firmado.")  # fmt: skip
    elif report.pk % 3 == 0 and computed["time"] == "green":
        reports.set_light(report, "time", "amber", by=who("manager"),
                          because="La licitación de equipos puede retrasarse.")  # fmt: skip
    perform(ForecastReport.objects.get(pk=report.pk), "prepare", by=who("manager"))


def _waiting(state: str) -> Iterator[ForecastReport]:
    rows = ForecastReport.objects.filter(state=state, project__manager=who("manager"))
    yield from rows.select_related(*ForecastReport.step_related).order_by("pk")


def rules() -> Play:
    """One institution reports every month, the others every half-year."""
    reports.set_rule(
        {"institution": institution("SEP"), "tier": None, "months": 1, "due_days": 20,
         "cost_percent": Decimal(10), "days": 90, "benefit_percent": Decimal(25),
         "starts_on": clock.today()},
        by=who("admin"),
    )  # fmt: skip
    reports.set_rule(
        {"institution": None, "tier": Tier.objects.get(code="small"), "months": 12, "due_days": 20,
         "cost_percent": Decimal(10), "days": 90, "benefit_percent": Decimal(25),
         "starts_on": clock.today()},
        by=who("admin"),
    )  # fmt: skip
    yield 1


def close(project: Project) -> None:
    """The manager writes what the project leaves, the owner accepts it, the office closes it."""
    parts = {
        "delivered": "Seis retos resueltos; dos soluciones en uso en 340 ventanillas.",
        "lessons": "Probar con usuarios desde la primera semana ahorró una etapa entera.",
        "residual": "El mantenimiento queda en la Dirección de Sistemas hasta 2028.",
        "documentation": "Código y manuales entregados; están en el repositorio institucional.",
    }
    closure = closing.write_closure(project, parts, by=who("manager"))
    closure = perform(closure, "hand_in", by=who("manager"))
    perform(closure, "accept", by=who("owner"))
    perform(Project.objects.get(pk=project.pk), "close", by=who("secretariat"))


def follow_benefits(project: Project) -> None:
    """Who follows the benefits says what they became; the secretariat confirms and publishes."""
    review = BenefitsReview.objects.get(project=project)
    if review.state != BenefitsReview.States.DUE:
        return
    said = [{"actual": Decimal("70"), "note": ""}, {"actual": Decimal("0.5"), "note": ""}]
    closing.write_review(review, said[: len(review.results)],
                         "El trámite cuesta menos de la mitad y casi nadie vuelve a ventanilla.",
                         by=who("product"))  # fmt: skip
    review = perform(review, "hand_in", by=who("product"))
    review = perform(review, "confirm", by=who("secretariat"))
    perform(review, "publish", by=who("secretariat"))


PROGRAMME = [(1, rules), (2, desk)]
