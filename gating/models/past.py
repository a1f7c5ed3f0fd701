"""Assessments of the past, loaded from files as history: apart from live reviews, never judged."""

from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import guards


class PastQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> "PastQuerySet":
        """They were published: whoever is signed in reads them."""
        return self


@guards.kept
class PastAssessment(models.Model):
    """One published assessment of a service against one version of a standard, as its file says."""

    class Final(models.TextChoices):
        PASSED = "passed", pgettext_lazy("assessment", "passed")
        CONDITIONS = "passed_with_conditions", pgettext_lazy("assessment", "passed with conditions")
        FAILED = "failed", pgettext_lazy("assessment", "failed")
        UNPARSED = "unparsed", pgettext_lazy("assessment", "unclear")

    dossier = models.ForeignKey("core.Dossier", models.PROTECT, related_name="past_assessments")
    institution = models.ForeignKey("core.Institution", models.PROTECT, related_name="+")
    code = models.CharField(_("code"), max_length=100)
    standard = models.ForeignKey(
        "gating.Standard", models.PROTECT, null=True, blank=True, related_name="past_assessments",
        verbose_name=_("standard"),
    )  # fmt: skip
    service = models.CharField(_("service"), max_length=300)
    department = models.CharField(_("department"), max_length=200, blank=True)
    stage = models.CharField(_("stage"), max_length=60, blank=True)
    source_url = models.CharField(_("source"), max_length=500, blank=True)
    raw = models.JSONField(_("as it stands in the file"), default=dict)
    day = models.DateField(_("date"), null=True, blank=True)
    again_on = models.DateField(_("reassessed on"), null=True, blank=True)
    reassessed = models.BooleanField(_("reassessed"), default=False)
    final = models.CharField(_("final result"), max_length=24, choices=Final.choices)
    points = models.PositiveSmallIntegerField(_("criteria recorded"), default=0)
    unmet = models.PositiveSmallIntegerField(_("criteria not met"), default=0)
    doubts = models.JSONField(_("unclear"), default=list, blank=True)
    unclear = models.BooleanField(_("something is unclear"), default=False)
    content_hash = models.CharField(_("SHA-256 of its content"), max_length=64)

    objects = PastQuerySet.as_manager()

    class Meta:
        ordering = ["-day", "code"]
        verbose_name = _("past assessment")
        verbose_name_plural = _("past assessments")
        indexes = [models.Index(fields=["final", "day"])]
        constraints = [
            models.UniqueConstraint(fields=["institution", "code"], name="gating_past_once")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.service}"

    def get_absolute_url(self) -> str:
        return reverse("gating:past_detail", kwargs={"pk": self.pk})


class PastPoint(models.Model):
    """What a past assessment found on one criterion; nothing where its file is unclear."""

    assessment = models.ForeignKey(PastAssessment, models.PROTECT, related_name="results")
    criterion = models.ForeignKey(
        "gating.Criterion", models.PROTECT, null=True, blank=True, related_name="past_results"
    )
    number = models.CharField(_("criterion"), max_length=40)
    position = models.PositiveSmallIntegerField(_("position"))
    raw = models.CharField(_("as it stands in the file"), max_length=200, blank=True)
    met = models.BooleanField(_("met"), null=True, blank=True)

    class Meta:
        ordering = ["assessment", "position"]
        verbose_name = _("criterion of a past assessment")
        verbose_name_plural = _("criteria of past assessments")
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "number"], name="gating_pastpoint_once"
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.assessment.code} · {self.number}"
