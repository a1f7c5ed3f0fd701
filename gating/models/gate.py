"""Gates as data: what they open, which standards they ask, who assesses and who decides."""

from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class GateQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> "GateQuerySet":
        """Gates are no secret: whoever is signed in reads them."""
        return self


class Gate(models.Model):
    """A gate between two stages of a project."""

    dossier = models.OneToOneField("core.Dossier", models.PROTECT, related_name="gate")
    code = models.CharField(_("code"), max_length=4, unique=True)
    position = models.PositiveSmallIntegerField(_("position"), unique=True)
    name = models.CharField(_("name"), max_length=100)
    stage = models.CharField(_("stage of the project before it"), max_length=20)
    opens = models.CharField(_("stage that it opens"), max_length=20)
    leaves = models.JSONField(_("criteria asked: those of the stages"), default=list)
    tranche = models.PositiveSmallIntegerField(_("tranche that it commits"), null=True)
    valid_days = models.PositiveSmallIntegerField(_("decision valid, days"), default=180)

    objects = GateQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        verbose_name = _("gate")
        verbose_name_plural = _("gates")

    def __str__(self) -> str:
        return self.code

    @property
    def label(self) -> str:
        """Its name in the language of the reader."""
        return gettext(self.name)

    def get_absolute_url(self) -> str:
        return reverse("gating:gate_detail", kwargs={"code": self.code})


class GateStandard(models.Model):
    """A standard that a gate asks: of every tier, or of one."""

    gate = models.ForeignKey(Gate, models.CASCADE, related_name="standards")
    standard = models.ForeignKey("gating.Standard", models.PROTECT, related_name="gates")
    mandatory = models.BooleanField(_("its criteria are mandatory"), default=True)
    tier = models.ForeignKey(
        "projects.Tier", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("only for the tier"),
    )  # fmt: skip

    class Meta:
        ordering = ["gate", "pk"]
        verbose_name = _("standard of a gate")
        verbose_name_plural = _("standards of gates")
        constraints = [
            models.UniqueConstraint(
                fields=["gate", "standard", "tier"], condition=models.Q(tier__isnull=False),
                name="gating_gatestandard_once_a_tier",
            ),
            models.UniqueConstraint(
                fields=["gate", "standard"], condition=models.Q(tier__isnull=True),
                name="gating_gatestandard_once",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.gate} · {self.standard}"


class GateRule(models.Model):
    """Who assesses and who decides at a gate in one tier. The tier itself says whether there is a
    factual check and how many days before the meeting the papers are frozen."""

    gate = models.ForeignKey(Gate, models.CASCADE, related_name="rules")
    tier = models.ForeignKey("projects.Tier", models.PROTECT, related_name="gate_rules")
    board = models.ForeignKey(
        "gating.Board", models.PROTECT, null=True, blank=True, related_name="gate_rules",
        verbose_name=_("board"),
    )  # fmt: skip
    disciplines = models.JSONField(_("disciplines"), default=list, blank=True)

    class Meta:
        ordering = ["gate", "tier"]
        verbose_name = _("rule of a gate")
        verbose_name_plural = _("rules of gates")
        constraints = [
            models.UniqueConstraint(fields=["gate", "tier"], name="gating_gaterule_once")
        ]

    def __str__(self) -> str:
        return f"{self.gate} · {self.tier}"
