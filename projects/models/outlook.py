"""Keeping the lights of a project: from its newest certified report and its open conditions."""

from datetime import datetime
from typing import Any

from django.db.models import Q

from core import clock
from projects import lights
from projects.models.reporting import LightSetting, Outlook

CERTIFIED = ("certified", "reviewed", "frozen")
"""The states of a report whose owner answers for what it says."""


def shown(computed: str, setting: LightSetting | None) -> str:
    """The light that counts: what a person set, unless it is better than what is computed anew."""
    if setting is None:
        return computed
    light: str = setting.light
    if lights.better(light, computed) and setting.computed != computed:
        return computed  # the reason was given for another figure
    return light


def settings_of(report: Any) -> dict[str, LightSetting]:
    """What people set, the newest of each light."""
    return {setting.kind: setting for setting in report.light_settings.select_related("by")}


def dues(project: Any) -> list[datetime | None]:
    """When the open conditions of a project fall due."""
    rows = project.obligations.filter(open=True, kind="condition")
    return list(rows.values_list("due", flat=True).distinct())


def refresh(project: Any, *, gained: Any = None, lost: Any = None) -> Outlook:
    """Bring the kept lights in line with reports and conditions; inside the act that moved them.

    `gained` is a report that its step certifies, `lost` one whose step takes that back.
    """
    now, sure = clock.now(), Q(state__in=CERTIFIED) | Q(pk=gained and gained.pk)
    rows = project.forecast_reports.filter(sure).exclude(pk=lost and lost.pk)
    report = rows.order_by("period_to").last()
    computed, said = {}, {}
    if report is not None:
        computed, said = dict(report.certified_version.computed), settings_of(report)
    open_until = dues(project)
    computed["conditions"] = lights.conditions(open_until, now)
    found = {kind: shown(computed.get(kind, ""), said.get(kind)) for kind in lights.KINDS}
    values: dict[str, Any] = {
        **found, "report": report, "overall": lights.worst(found.values()),
        "look_again_at": _next_change(open_until, now),
    }  # fmt: skip
    return Outlook.objects.update_or_create(project=project, defaults=values)[0]


def _next_change(dues: list[datetime | None], now: datetime) -> datetime | None:
    """When time alone moves the light of the conditions: near a due date, and at it."""
    moments = [due - ahead for due in dues if due for ahead in (lights.SOON, lights.SOON * 0)]
    return min((moment for moment in moments if moment > now), default=None)
