"""The crosswalk: which criteria of two standards ask the same, wholly or in part, since when."""

from datetime import date
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import guards


class CrosswalkQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> "CrosswalkQuerySet":
        """Crosswalks are no secret: whoever is signed in reads them."""
        return self


@guards.kept
class Crosswalk(models.Model):
    """The page of two standards: what is declared equivalent between them, and its history."""

    dossier = models.OneToOneField("core.Dossier", models.PROTECT, related_name="crosswalk")
    first = models.CharField(_("one standard"), max_length=50)
    second = models.CharField(_("other standard"), max_length=50)

    objects = CrosswalkQuerySet.as_manager()

    class Meta:
        ordering = ["first", "second"]
        verbose_name = _("crosswalk")
        verbose_name_plural = _("crosswalks")
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="gating_crosswalk_once"),
            models.CheckConstraint(
                condition=Q(first__lt=F("second")), name="gating_crosswalk_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first} ↔ {self.second}"

    def get_absolute_url(self) -> str:
        return reverse("gating:crosswalk_detail", kwargs={"pk": self.pk})


class EquivalenceQuerySet(models.QuerySet):
    def on(self, day: date) -> "EquivalenceQuerySet":
        """Those in force on a day; the last day counts."""
        return self.filter(starts__lte=day).filter(Q(ends=None) | Q(ends__gte=day))


@guards.kept
class Equivalence(models.Model):
    """Evidence for one criterion also shows another: wholly (both ways), or a part of it (one way).

    It holds for every version of the two standards in which the criteria say the same.
    """

    class Extent(models.TextChoices):
        WHOLE = "whole", _("wholly")
        PARTLY = "partly", _("partly")

    crosswalk = models.ForeignKey(Crosswalk, models.PROTECT, related_name="equivalences")
    source = models.ForeignKey(
        "gating.Criterion", models.PROTECT, related_name="covers",
        verbose_name=_("evidence shown for"),
    )  # fmt: skip
    target = models.ForeignKey(
        "gating.Criterion", models.PROTECT, related_name="covered_by",
        verbose_name=_("also shows"),
    )  # fmt: skip
    extent = models.CharField(_("extent"), max_length=6, choices=Extent.choices)
    reason = models.TextField(_("reason"))
    starts = models.DateField(_("from"))
    ends = models.DateField(_("until"), null=True, blank=True)
    by = models.ForeignKey("core.User", models.PROTECT, related_name="+")
    at = models.DateTimeField(_("declared"))

    objects = EquivalenceQuerySet.as_manager()

    class Meta:
        ordering = ["source__position", "target__position", "pk"]
        verbose_name = _("equivalence")
        verbose_name_plural = _("equivalences")
        constraints = [
            models.CheckConstraint(
                condition=~Q(source=F("target")), name="gating_equivalence_of_two"
            ),
            models.CheckConstraint(
                condition=Q(ends=None) | Q(ends__gte=F("starts")), name="gating_equivalence_period"
            ),
        ]
        indexes = [models.Index(fields=["starts", "ends"])]

    def __str__(self) -> str:
        return f"{self.source.code} → {self.target.code}"

    @property
    def dossier(self) -> Any:
        return self.crosswalk.dossier

    def get_absolute_url(self) -> str:
        return self.crosswalk.get_absolute_url()
