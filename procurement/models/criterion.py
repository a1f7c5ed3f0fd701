"""By what bids are scored: criteria, each with its weight and, where wanted, its minimum."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import guards


class StandingManager(models.Manager):
    """Only the criteria of the version in force."""

    def get_queryset(self) -> Any:
        return super().get_queryset().filter(dropped=False)


@guards.kept
class Criterion(models.Model):
    """A criterion: `weight` in percent, `minimum` in units of the competition's scale.

    `competition.criteria` are those in force; what an addendum drops stays for the record.
    """

    class Phase(models.TextChoices):
        PROTOTYPE = "prototype", _("prototype and proposal")
        INTERVIEW = "interview", _("interview")

    competition = models.ForeignKey(
        "procurement.Competition", models.PROTECT, related_name="criteria"
    )
    code = models.SlugField(_("code"), max_length=40)
    title = models.CharField(_("title"), max_length=200)
    text = models.TextField(_("what is looked at"), blank=True)
    weight = models.DecimalField(_("weight, percent"), max_digits=5, decimal_places=2)
    minimum = models.DecimalField(_("minimum"), max_digits=9, decimal_places=3, null=True,
                                  blank=True)  # fmt: skip
    phase = models.CharField(_("judged by"), max_length=10, choices=Phase.choices,
                             default=Phase.PROTOTYPE)  # fmt: skip
    place = models.PositiveSmallIntegerField(_("place"), default=0)
    dropped = models.BooleanField(_("no longer asked"), default=False)

    objects = StandingManager()
    ever = models.Manager()

    class Meta:
        ordering = ["place", "pk"]
        base_manager_name = "ever"
        verbose_name = _("criterion")
        verbose_name_plural = _("criteria")
        constraints = [
            models.UniqueConstraint(
                fields=["competition", "code"], name="procurement_criterion_code"
            ),
            models.CheckConstraint(
                condition=Q(weight__gte=0, weight__lte=100), name="procurement_criterion_weight"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def dossier(self) -> Any:
        return self.competition.dossier
