"""What is kept of forecasts beside the report itself: rules, versions, lights set, the outlook."""

import hashlib
import json
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import guards
from core.models import Dossier
from core.models.history import AppendOnly
from core.money import field as money_field
from projects import reporting
from projects.lights import Limits

RULES = "reporting"
"""The reference of the case file in which changes of the rules of reporting are recorded."""


class Light(models.TextChoices):
    """What a light says."""

    GREEN = "green", _("green")
    AMBER = "amber", _("amber")
    RED = "red", _("red")


class Kind(models.TextChoices):
    """What a light is about."""

    COST = "cost", _("cost")
    TIME = "time", _("time")
    BENEFIT = "benefit", _("benefit")
    CONDITIONS = "conditions", _("conditions")


@guards.append_only
class ReportingRule(AppendOnly):
    """How often which projects report, and beyond what their lights are red, from a day on.

    Without institution or tier it is for all; the rule for an institution goes before that for a
    tier, and of equals the one that began last. What is set is never changed: a new rule follows.
    """

    class Months(models.IntegerChoices):
        ONE = 1, _("every month")
        TWO = 2, _("every two months")
        THREE = 3, _("every quarter")
        FOUR = 4, _("every four months")
        SIX = 6, _("every half-year")
        TWELVE = 12, _("every year")

    institution = models.ForeignKey(
        "core.Institution", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("institution"),
    )  # fmt: skip
    tier = models.ForeignKey(
        "projects.Tier", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("tier"),
    )  # fmt: skip
    months = models.PositiveSmallIntegerField(
        _("how often"), choices=Months.choices, default=reporting.DEFAULT_MONTHS
    )
    due_days = models.PositiveSmallIntegerField(
        _("due, working days after the period"), default=reporting.DEFAULT_DUE_DAYS
    )
    cost_percent = models.DecimalField(
        _("cost is red beyond, percent"), max_digits=6, decimal_places=2, default=Decimal(10)
    )
    days = models.PositiveSmallIntegerField(_("time is red beyond, days"), default=90)
    benefit_percent = models.DecimalField(
        _("a benefit is red when more is missed, percent"), max_digits=6, decimal_places=2,
        default=Decimal(25),
    )  # fmt: skip
    starts_on = models.DateField(_("from"))
    set_by = models.ForeignKey("core.User", models.PROTECT, related_name="+")
    set_at = models.DateTimeField(_("set"))

    class Meta:
        ordering = ["-starts_on", "-pk"]
        verbose_name = _("rule of reporting")
        verbose_name_plural = _("rules of reporting")
        constraints = [
            models.CheckConstraint(
                condition=Q(months__in=reporting.LENGTHS), name="projects_reportingrule_months"
            )
        ]

    def __str__(self) -> str:
        return f"{self.institution or '–'} · {self.tier or '–'} · {self.starts_on}"

    @property
    def dossier(self) -> Dossier:
        return Dossier.objects.get(ref=RULES)

    def get_absolute_url(self) -> str:
        return reverse("projects:reporting_rules")

    @property
    def limits(self) -> Limits:
        """Beyond what the lights are red."""
        return Limits(Decimal(self.cost_percent), self.days, Decimal(self.benefit_percent))


def rule_for(project: Any, day: date) -> ReportingRule:
    """The rule that holds for a project on a day; where nothing is set, the default, not saved."""
    rows = ReportingRule.objects.filter(
        Q(institution=None) | Q(institution=project.institution_id),
        Q(tier=None) | Q(tier=project.tier_id), starts_on__lte=day,
    )  # fmt: skip
    found = max(
        rows, default=None,
        key=lambda row: (row.institution_id is not None, row.tier_id is not None,
                         row.starts_on, row.pk),
    )  # fmt: skip
    return found or ReportingRule(starts_on=date.min)


CONTENT = ("cost", "ends_on", "spent", "spent_until", "benefits", "conditions", "progress",
           "risks", "next_steps", "conditions_text", "variance", "computed")  # fmt: skip
"""What a version says: all of it is sealed when the owner certifies."""


@guards.kept
class ForecastVersion(models.Model):
    """What a report says: written as a draft, sealed for good when the owner certifies it.

    `cost` is the forecast cost at completion and `spent` what the ledger says was spent until
    `spent_until`, both in minor units; `variance` holds percent and days against the current
    baseline and v0; `benefits` a row each with measure, baseline, target, forecast and note.
    """

    report = models.ForeignKey("projects.ForecastReport", models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField(_("version"), default=1)
    cost = money_field(verbose_name=_("forecast cost at completion"))
    ends_on = models.DateField(_("forecast end"), null=True)
    spent = money_field(verbose_name=_("spent to date"))
    spent_until = models.DateField(_("spent until"), null=True)
    benefits = models.JSONField(_("benefits"), default=list)
    conditions = models.JSONField(_("open conditions"), default=list)
    progress = models.TextField(_("what was done"), blank=True)
    risks = models.TextField(_("risks"), blank=True)
    next_steps = models.TextField(_("next steps"), blank=True)
    conditions_text = models.TextField(_("remarks on the conditions"), blank=True)
    variance = models.JSONField(_("variance"), default=dict)
    computed = models.JSONField(_("computed lights"), default=dict)
    written_at = models.DateTimeField(_("written"), auto_now=True)
    sealed_at = models.DateTimeField(_("certified"), null=True)
    sealed_by = models.ForeignKey("core.User", models.PROTECT, null=True, related_name="+")
    sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["report", "number"]
        verbose_name = _("version of a forecast report")
        verbose_name_plural = _("versions of forecast reports")
        constraints = [
            models.UniqueConstraint(
                fields=["report", "number"], name="projects_forecastversion_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.report} · {self.number}"

    def text(self) -> str:
        """The content in one canonical form, of which the hash is taken."""
        found = {name: getattr(self, name) for name in CONTENT}
        return json.dumps(found, sort_keys=True, ensure_ascii=False, default=str)

    def hash(self) -> str:
        """SHA-256 of the content."""
        return hashlib.sha256(self.text().encode()).hexdigest()

    def copy(self) -> "ForecastVersion":
        """The next version, with the same content, to be written on."""
        values = {name: getattr(self, name) for name in CONTENT}
        return ForecastVersion(report=self.report, number=self.number + 1, **values)


@guards.statements
def sealed_versions(connection: Any) -> list[str]:
    """The database itself refuses to change a version that is sealed."""
    table = ForecastVersion._meta.db_table
    if table not in connection.introspection.table_names():
        return []
    name = f"{guards.MARK}{table}_sealed"
    if connection.vendor == "postgresql":
        return [f'CREATE TRIGGER "{name}" BEFORE UPDATE ON "{table}" FOR EACH ROW '
                "WHEN (OLD.sealed_at IS NOT NULL) EXECUTE FUNCTION compuerta_refuse()"]  # fmt: skip
    return [f'CREATE TRIGGER "{name}" BEFORE UPDATE ON "{table}" WHEN OLD.sealed_at IS NOT NULL '
            "BEGIN SELECT RAISE(ABORT, 'a certified forecast is kept as it is'); END"]  # fmt: skip


@guards.append_only
class LightSetting(AppendOnly):
    """A light that a person set beside the computed one: worse freely, better with a reason."""

    report = models.ForeignKey(
        "projects.ForecastReport", models.PROTECT, related_name="light_settings"
    )
    kind = models.CharField(_("light"), max_length=12, choices=Kind.choices)
    light = models.CharField(_("set"), max_length=6, choices=Light.choices)
    computed = models.CharField(_("computed"), max_length=6, choices=Light.choices, blank=True)
    because = models.TextField(_("why"), blank=True)
    by = models.ForeignKey("core.User", models.PROTECT, related_name="+")
    at = models.DateTimeField(_("when"))

    class Meta:
        ordering = ["pk"]
        verbose_name = _("light set by a person")
        verbose_name_plural = _("lights set by people")

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.get_light_display()}"


@guards.kept
class Outlook(models.Model):
    """The lights of a project as they stand, kept for lists; and when its next report is asked.

    Cost, time and benefit are those of the newest certified report; conditions follow the open
    obligations. `look_again_at` is the moment at which the clock alone changes them.
    """

    project = models.OneToOneField(
        "projects.Project", models.PROTECT, primary_key=True, related_name="outlook"
    )
    report = models.ForeignKey(
        "projects.ForecastReport", models.PROTECT, null=True, related_name="+"
    )
    cost = models.CharField(_("cost"), max_length=6, choices=Light.choices, blank=True)
    time = models.CharField(_("time"), max_length=6, choices=Light.choices, blank=True)
    benefit = models.CharField(_("benefit"), max_length=6, choices=Light.choices, blank=True)
    conditions = models.CharField(_("conditions"), max_length=6, choices=Light.choices, blank=True)
    overall = models.CharField(
        _("overall"), max_length=6, choices=Light.choices, blank=True, db_index=True
    )
    look_again_at = models.DateTimeField(null=True, db_index=True)
    next_at = models.DateTimeField(null=True, db_index=True)

    class Meta:
        verbose_name = _("lights of a project")
        verbose_name_plural = _("lights of projects")

    def __str__(self) -> str:
        return f"{self.project} · {self.overall}"
