"""Forecast reports: asked by the clock, written, their lights set; and what is due of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from core import clock, due, history, reminders
from core.models import Reminder, User
from core.people import on_behalf_of
from core.refusals import Refused
from core.steps import allow, create
from projects import lights, permissions_reports
from projects.models import forecast, outlook
from projects.models.case import Baseline
from projects.models.project import Project
from projects.models.report import OPEN, ForecastReport
from projects.models.reporting import (
    RULES,
    ForecastVersion,
    Kind,
    Light,
    LightSetting,
    Outlook,
    ReportingRule,
    rule_for,
)
from projects.reporting import counts, period_of

RUNNING = ("alpha", "beta", "live", "closing")
"""The stages in which a project reports."""
MARKS = (7, 1)
"""Days before the due day at which the manager is reminded."""
TEXTS = ("progress", "risks", "next_steps", "conditions_text")


# What people do


@transaction.atomic
def write(report: ForecastReport, values: dict[str, Any], *, by: User) -> ForecastReport:
    """Keep the draft: cost in minor units, end, texts, `benefits` as {benefit: (forecast, note)}.

    Raises Denied for anybody but the manager, Refused once it is handed over.
    """
    history.lock(report.dossier)
    report = _fresh(report)
    allow(permissions_reports.manages_report, report, by)
    if not report.writable:
        raise Refused(_("The report was handed over; take it back to write on it."))
    version = report.version
    for name in ("cost", "ends_on", *TEXTS):
        if name in values:
            setattr(version, name, values[name])
    if "benefits" in values:
        version.benefits = [
            {"benefit": key, "forecast": None if figure is None else str(figure), "note": note}
            for key, (figure, note) in values["benefits"].items()
        ]
    forecast.compute(report, version)
    history.record(
        "projects.forecastreport.write", report, by=by, details={"version": version.number},
        on_behalf_of=on_behalf_of(permissions_reports.manages_report, report, by),
    )  # fmt: skip
    return report


@transaction.atomic
def set_light(report: ForecastReport, kind: str, light: str, *, by: User,
              because: str = "") -> LightSetting:  # fmt: skip
    """Set a light beside the computed one: a worse one freely, a better one with its reason.

    Raises Denied for who may not at this state, Refused for a better light without a reason, or
    where the light stands so already.
    """
    history.lock(report.dossier)
    report = _fresh(report)
    allow(permissions_reports.sets_light, report, by)
    computed = report.version.computed.get(kind, "")
    setting = outlook.settings_of(report).get(kind)
    if kind not in Kind.values or light not in lights.LIGHTS:
        raise Refused(_("Choose one of the lights."))
    if light == outlook.shown(computed, setting):
        raise Refused(_("The light is %(light)s already.") % {"light": Light(light).label})
    if computed and lights.better(light, computed) and not because.strip():
        raise Refused(_("A light better than the computed one needs a reason: write why."))
    made = LightSetting.objects.create(
        report=report, kind=kind, light=light, computed=computed, because=because.strip(), by=by,
        at=clock.now(),
    )  # fmt: skip
    details = {"kind": kind, "light": light, "computed": computed}
    history.record("projects.forecastreport.set_light", report, by=by, because=because,
                   details=details)  # fmt: skip
    outlook.refresh(report.project)
    return made


@transaction.atomic
def set_rule(values: dict[str, Any], *, by: User) -> ReportingRule:
    """Set how often which projects report from a day on; periods asked already stay as they are.

    Raises Denied for anybody but an administrator, Refused for a day that is over.
    """
    allow(permissions_reports.sets_reporting, None, by)
    case = history.standing_dossier("settings", RULES)
    history.lock(case)
    if values["starts_on"] < clock.today():
        raise Refused(_("A rule begins today or later; what was asked before is not changed."))
    rule = ReportingRule(**values, set_by=by, set_at=clock.now())
    rule.save()
    _ask_earlier(rule)
    plain = {name: str(value) for name, value in values.items() if value is not None}
    history.record("projects.reportingrule.create", rule, by=by, details=plain)
    return rule


def _ask_earlier(rule: ReportingRule) -> None:
    """Where a rule makes periods shorter, the next report is asked at the end of the first."""
    rows = Outlook.objects.filter(next_at__isnull=False, project__stage__in=RUNNING)
    if rule.institution_id:
        rows = rows.filter(project__institution=rule.institution_id)
    if rule.tier_id:
        rows = rows.filter(project__tier=rule.tier_id)
    for kept in rows.select_related("project__institution"):
        earlier = _asked_next(kept.project, rule.starts_on)
        if kept.next_at is not None and earlier < kept.next_at:
            Outlook.objects.filter(pk=kept.pk).update(next_at=earlier)


def _fresh(report: ForecastReport) -> ForecastReport:
    rows = ForecastReport.objects.select_for_update(of=("self",))
    return rows.select_related(*ForecastReport.step_related).get(pk=report.pk)


# What pages show


@dataclass(frozen=True)
class ShownLight:
    """One light of a report: as computed, as a person set it, and the one that counts."""

    kind: str
    label: Any
    computed: str
    shown: str
    setting: LightSetting | None

    @property
    def computed_label(self) -> Any:
        """The computed light in words."""
        return Light(self.computed).label if self.computed else "–"

    @property
    def shown_label(self) -> Any:
        """The light that counts, in words."""
        return Light(self.shown).label if self.shown else "–"

    @property
    def improved(self) -> bool:
        """Whether a person made it better than computed."""
        return bool(self.computed) and lights.better(self.shown, self.computed)


def lights_of(report: ForecastReport, version: ForecastVersion) -> list[ShownLight]:
    """The four lights of a report, computed and set, as its version has them."""
    said = outlook.settings_of(report)
    return [
        ShownLight(kind, label, version.computed.get(kind, ""),
                   outlook.shown(version.computed.get(kind, ""), said.get(kind)), said.get(kind))
        for kind, label in Kind.choices
    ]  # fmt: skip


def outlook_lights(kept: Any) -> list[tuple[Any, str, Any]]:
    """The kept lights of a project: what each is about, its value, and in words."""
    if kept is None:
        return []
    words = dict(Light.choices)
    return [(label, value, words.get(value, _("not known yet")))
            for kind, label in Kind.choices for value in [getattr(kept, kind)]]  # fmt: skip


def overdue(now: datetime) -> QuerySet[ForecastReport]:
    """The reports whose day is over by the deployment's zone and that no owner answers for."""
    today = now.astimezone(clock.zone()).date()
    return ForecastReport.objects.filter(state__in=OPEN, due_on__lt=today).exclude(
        project__stage__in=("closed", "stopped", "withdrawn")
    )


def missing(project: Any) -> list[ForecastReport]:
    """The reports of a project that are overdue now, the oldest first."""
    rows = project.forecast_reports.filter(state__in=OPEN).order_by("period_to")
    return [row for row in rows.select_related("project__institution") if row.overdue]


# The clock


def _asked_next(project: Any, after: Any) -> datetime:
    """24:00 of the last day of the period in which a day lies: when its report is asked."""
    period = period_of(after, rule_for(project, after).months)
    return clock.end_of(period.last, project.institution)


@due.falls_due
def first_periods(now: datetime) -> Iterable[due.Due]:
    """Projects that are measured since their first baseline, and wait for their first period."""
    rows = Baseline.objects.filter(number=0, project__stage__in=RUNNING).filter(
        Q(project__outlook=None) | Q(project__outlook__next_at=None)
    )
    for row in rows.select_related("project__institution", "project__dossier")[:2000]:
        yield due.Due(row.set_at, f"projects.outlook:{row.project_id}", _begin(row))


def _begin(baseline: Baseline) -> Any:
    def act() -> bool:
        project = baseline.project
        with transaction.atomic():
            history.lock(project.dossier)
            kept = outlook.refresh(project)
            began = baseline.set_at.astimezone(clock.zone(project.institution)).date()
            kept.next_at = _asked_next(project, began)
            kept.save(update_fields=["next_at"])
        return True

    return act


@due.falls_due
def reports_to_ask(now: datetime) -> Iterable[due.Due]:
    """Periods that are over: each asks for its report, once."""
    rows = Outlook.objects.filter(next_at__lte=now, project__stage__in=RUNNING)
    for row in rows.select_related("project__institution", "project__dossier"):
        if row.next_at is not None:
            key = f"projects.forecastreport:{row.project_id}:{row.next_at.isoformat()}"
            yield due.Due(row.next_at, key, _ask(row.pk))


def _ask(key: int) -> Any:
    def act() -> bool:
        with transaction.atomic():
            project = Project.objects.select_related("dossier", "institution", "tier").get(pk=key)
            history.lock(project.dossier)
            return ask(project) is not None

    return act


def ask(project: Project) -> ForecastReport | None:
    """Ask for the report on the period that is over, unless it was hardly under way in it."""
    kept = Outlook.objects.select_for_update().get(pk=project.pk)
    if kept.next_at is None or kept.next_at > clock.now():
        return None
    where = project.institution
    last = kept.next_at.astimezone(clock.zone(where)).date() - clock.timedelta(days=1)
    rule = rule_for(project, last)
    period = period_of(last, rule.months)
    over = period.last <= last  # a rule that makes periods longer may have begun meanwhile
    kept.next_at = _asked_next(project, period.next if over else period.last)
    kept.save(update_fields=["next_at"])
    if not over:
        return None
    first = project.baselines.filter(number=0).first()
    since = first.set_at.astimezone(clock.zone(where)).date() if first else period.first
    if not counts(period, since) or project.forecast_reports.filter(period_to=period.last).exists():
        return None
    report = ForecastReport(
        project=project, period_from=period.first, period_to=period.last,
        due_on=clock.working_days_after(period.last, rule.due_days, where),
    )  # fmt: skip
    create(report, by=clock.clock_account(), details={"due": str(report.due_on)})
    version = ForecastVersion(report=report, cost=project.cost, ends_on=project.ends_on)
    forecast.compute(report, version)
    return report


@due.falls_due
def reports_overdue(now: datetime) -> Iterable[due.Due]:
    """Reports whose due day is over are told of once."""
    rows = ForecastReport.objects.filter(
        state__in=OPEN, overdue_at=None,
        due_on__lte=now.astimezone(clock.zone()).date() + clock.timedelta(days=1),
    ).exclude(project__stage__in=("closed", "stopped", "withdrawn"))  # fmt: skip
    return due.steps(rows.select_related(*ForecastReport.step_related), "fall_overdue",
                     at=lambda report: report.due_at)  # fmt: skip


@due.falls_due
def reports_to_freeze(now: datetime) -> Iterable[due.Due]:
    """Reviewed reports whose days are over are frozen."""
    rows = ForecastReport.objects.filter(state="reviewed", freeze_on__isnull=False)
    return due.steps(rows.select_related(*ForecastReport.step_related), "freeze",
                     at=lambda report: report.freeze_at)  # fmt: skip


@due.falls_due
def reports_to_drop(now: datetime) -> Iterable[due.Due]:
    """Reports of projects that are over are needed no more."""
    rows = ForecastReport.objects.filter(
        state__in=OPEN, project__stage__in=("closed", "stopped", "withdrawn")
    )
    return due.steps(rows.select_related(*ForecastReport.step_related), "drop",
                     at=lambda report: report.project.updated_at)  # fmt: skip


@due.falls_due
def lights_to_look_at(now: datetime) -> Iterable[due.Due]:
    """Lights that time alone changes: a condition comes near, or is overdue."""
    rows = Outlook.objects.filter(look_again_at__lte=now).select_related("project__dossier")
    for row in rows:
        if row.look_again_at is not None:
            key = f"projects.outlook:look:{row.pk}:{row.look_again_at.isoformat()}"
            yield due.Due(row.look_again_at, key, _look_again(row.project))


def _look_again(project: Any) -> Any:
    def act() -> bool:
        with transaction.atomic():
            history.lock(project.dossier)
            outlook.refresh(project)
        return True

    return act


@due.falls_due
def reminders_to_send(now: datetime) -> Iterable[due.Due]:
    """Managers are reminded some days before their report is due, each mark once."""
    soon = now.astimezone(clock.zone()).date() + clock.timedelta(days=max(MARKS) + 1)
    rows = ForecastReport.objects.filter(state__in=("draft", "returned"), due_on__lte=soon)
    label = ForecastReport._meta.label_lower
    told = Reminder.objects.filter(source_label=label, due__gte=soon - clock.timedelta(days=60))
    sent = set(told.values_list("source_id", "due", "mark"))
    for row in rows.select_related(*ForecastReport.step_related).filter(overdue_at=None):
        today = clock.today(row.project.institution)
        mark = reminders.due_mark((row.due_on - today).days, MARKS)
        if mark is None or (row.pk, row.due_on, mark) in sent:
            continue
        yield due.Due(now, f"projects.forecastreport:remind:{row.pk}:{today}",
                      _remind(row, today))  # fmt: skip


def _remind(report: ForecastReport, today: Any) -> Any:
    verb = "projects.forecastreport.remind"
    return lambda: reminders.remind(report, report.due_on, MARKS, verb=verb, today=today)
