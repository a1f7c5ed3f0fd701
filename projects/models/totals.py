"""Kept totals over the portfolio: deltas written with every change, folded by the clock."""

from django.db import models

from core.money import MinorUnitsField

MEASURES = (
    "count", "cost", "approved", "reserved", "committed", "released", "held", "spent",
    "receivable", "recovered", "written_off",
)  # fmt: skip
KEYS = ("institution_id", "stage", "tier_id", "currency")


class Totals(models.Model):
    """Numbers for one institution, stage, tier and currency; amounts in its minor units."""

    institution = models.ForeignKey("core.Institution", models.PROTECT, null=True, related_name="+")
    stage = models.CharField(max_length=30)
    tier = models.ForeignKey("projects.Tier", models.PROTECT, null=True, related_name="+")
    currency = models.CharField(max_length=3, blank=True)
    count = models.BigIntegerField(default=0)
    cost = MinorUnitsField(default=0)
    approved = MinorUnitsField(default=0)
    reserved = MinorUnitsField(default=0)
    committed = MinorUnitsField(default=0)
    released = MinorUnitsField(default=0)
    held = MinorUnitsField(default=0)
    spent = MinorUnitsField(default=0)
    receivable = MinorUnitsField(default=0)
    recovered = MinorUnitsField(default=0)
    written_off = MinorUnitsField(default=0)

    class Meta:
        abstract = True


class TotalsDelta(Totals):
    """What one change added or took away; kept until the clock folds it into the total."""

    def __str__(self) -> str:
        return f"{self.stage} {self.currency} {self.count:+d}"


class PortfolioTotal(Totals):
    """What all changes folded so far add up to; read together with the deltas not yet folded."""

    key = models.CharField(max_length=80, unique=True)

    def __str__(self) -> str:
        return f"{self.stage} {self.currency}"
