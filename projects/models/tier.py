"""Proportion as data: tiers, the costs from which they apply, who decides how much, rates."""

from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.models import Dossier
from core.money import MinorUnitsField
from core.refusals import Refused

TIERS = "tiers"
"""The reference of the case file in which changes of tiers are recorded."""


class TierCode(models.TextChoices):
    """The three tiers, from the least to the most proof asked for."""

    SMALL = "small", _("small")
    MEDIUM = "medium", _("medium")
    LARGE = "large", _("large")


DISCIPLINES = {
    "service": _("service design"), "user_research": _("user research"),
    "technology": _("technology"), "security": _("security"), "accessibility": _("accessibility"),
    "finance": _("finance"), "data": _("data"), "delivery": _("delivery"), "design": _("design"),
    "performance": _("performance"), "desk": _("desk review"), "legal": _("legal"),
}  # fmt: skip


def discipline_name(code: str) -> str:
    """A discipline in words; one that we do not know stays as it is written."""
    return str(DISCIPLINES.get(code, code))


class Tier(models.Model):
    """How much proof a project of this size and risk owes: every number may be edited."""

    class Decider(models.TextChoices):
        CHAIR = "chair", _("the chair alone, who reports to the next meeting")
        BOARD = "board", _("the board, by motion")

    class Sealing(models.TextChoices):
        SERVER = "server", _("a key held by the server, labelled so")
        SHARES = "shares", _("key shares of several people")

    code = models.CharField(_("code"), max_length=10, choices=TierCode.choices, unique=True)
    name = models.CharField(_("name"), max_length=60)
    rank = models.PositiveSmallIntegerField(_("rank"), unique=True)
    decider = models.CharField(_("who decides"), max_length=10, choices=Decider.choices)
    factual_check = models.BooleanField(_("factual check of the report"), default=True)
    papers_days = models.PositiveSmallIntegerField(_("papers, days before the meeting"), default=5)
    merged_gates = models.JSONField(_("gates taken together"), default=list, blank=True)
    disciplines = models.JSONField(_("disciplines that assess"), default=list, blank=True)
    team_roles = models.JSONField(_("team roles to be filled"), default=list, blank=True)
    holdback_percent = models.PositiveSmallIntegerField(
        _("holdback, percent"), default=10, validators=[MaxValueValidator(100)]
    )
    sealing = models.CharField(_("sealing of bids"), max_length=10, choices=Sealing.choices)
    clawback_percent = models.PositiveSmallIntegerField(
        _("clawback, percent"), default=100, validators=[MaxValueValidator(100)]
    )

    class Meta:
        ordering = ["rank"]
        verbose_name = _("tier")
        verbose_name_plural = _("tiers")

    def __str__(self) -> str:
        return str(self.get_code_display())

    @property
    def discipline_names(self) -> list[str]:
        """The disciplines that assess, in words."""
        return [discipline_name(code) for code in self.disciplines]

    @property
    def dossier(self) -> Dossier:
        """The case file of all tiers and thresholds: what was changed, by whom."""
        return Dossier.objects.get(ref=TIERS)


class TierBand(models.Model):
    """From which whole-life cost a tier applies in one currency, and its discovery allowance."""

    tier = models.ForeignKey(Tier, models.PROTECT, related_name="bands", verbose_name=_("tier"))
    currency = models.CharField(_("currency"), max_length=3)
    from_cost = MinorUnitsField(_("from whole-life cost"))
    discovery_cap = MinorUnitsField(_("discovery allowance at most"))

    class Meta:
        ordering = ["currency", "from_cost"]
        verbose_name = _("threshold of a tier")
        verbose_name_plural = _("thresholds of tiers")
        constraints = [
            models.UniqueConstraint(fields=["tier", "currency"], name="projects_tierband_once"),
            models.CheckConstraint(
                condition=models.Q(from_cost__gte=0, discovery_cap__gte=0),
                name="projects_tierband_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tier} · {self.currency}"


class DiscountRate(models.Model):
    """The social discount rate proposed for business cases in one currency, and who says so."""

    currency = models.CharField(_("currency"), max_length=3, unique=True)
    basis_points = models.PositiveIntegerField(
        _("rate, hundredths of a percent"), validators=[MinValueValidator(0)]
    )
    source = models.CharField(_("source"), max_length=250, blank=True)

    class Meta:
        ordering = ["currency"]
        verbose_name = _("discount rate")
        verbose_name_plural = _("discount rates")

    def __str__(self) -> str:
        return self.currency

    @property
    def percent(self) -> Decimal:
        """The rate in percent a year."""
        return Decimal(self.basis_points) / 100

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.currency = self.currency.upper()
        super().save(*args, **kwargs)


def tier_for(cost: int | None, currency: str, risk: str) -> Tier:
    """The tier of a project: by whole-life cost in minor units; high risk lifts it by one.

    Raises Refused with a sentence for each thing that is missing: the project's own figures, or
    the thresholds of its currency, which an administrator sets; amounts are never converted.
    """
    if cost is None or not currency or not risk:
        raise Refused(gettext("The tier follows from cost, currency and risk: enter all three."))
    bands = list(TierBand.objects.filter(currency=currency).select_related("tier"))
    reached = [band.tier for band in bands if band.from_cost <= cost]
    if not reached:
        raise Refused(
            gettext("There are no thresholds of tiers in %(currency)s that cover this cost; an "
               "administrator must set them on the page “Tiers”.") % {"currency": currency}
        )  # fmt: skip
    rank = max(tier.rank for tier in reached)
    if risk == "high":
        rank = min(rank + 1, max(band.tier.rank for band in bands))
    return next(band.tier for band in bands if band.tier.rank == rank)


def discovery_cap(tier: Tier, currency: str) -> int:
    """The discovery allowance at most, in minor units of the currency; 0 where none is set."""
    band = tier.bands.filter(currency=currency).first()
    return band.discovery_cap if band else 0
