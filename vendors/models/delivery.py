"""Deliveries: what a vendor handed over at the end of a sprint, and the hours it took."""

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import guards
from core.money import MinorUnitsField

HUNDREDTHS = 100
"""An hour has so many of the parts in which hours are kept."""


def amount_of(rate: int, hundredths: int) -> int:
    """Rate per hour in minor units times hundredths of an hour, rounded once, half to even."""
    whole, rest = divmod(rate * hundredths, HUNDREDTHS)
    half = HUNDREDTHS // 2
    return whole + (rest > half or (rest == half and whole % 2 == 1))


@guards.kept
class Delivery(models.Model):
    """One delivery of a sprint: a draft until its sprint's step seals it; one more after rework.

    `commit` has 40 or 64 hexadecimal digits; a `tag` may stand in its place.
    """

    sprint = models.ForeignKey("vendors.Sprint", models.PROTECT, related_name="deliveries")
    number = models.PositiveSmallIntegerField(_("number"))
    repository = models.URLField(_("address of the repository"), max_length=500, blank=True)
    commit = models.CharField(_("commit"), max_length=64, blank=True)
    tag = models.CharField(_("tag"), max_length=120, blank=True)
    note = models.TextField(_("what was delivered"), blank=True)
    drafted_by = models.ForeignKey("core.User", models.PROTECT, related_name="+")
    delivered_by = models.ForeignKey(
        "core.User", models.PROTECT, null=True, related_name="+", verbose_name=_("delivered by")
    )
    delivered_at = models.DateTimeField(_("delivered"), null=True)

    class Meta:
        ordering = ["number"]
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            models.UniqueConstraint(fields=["sprint", "number"], name="vendors_delivery_number"),
            models.UniqueConstraint(
                fields=["sprint"], condition=Q(delivered_at=None), name="vendors_delivery_one_draft"
            ),
            models.CheckConstraint(
                condition=Q(delivered_at=None)
                | ~Q(repository="") & (~Q(commit="") | ~Q(tag="")) & Q(delivered_by__isnull=False),
                name="vendors_delivery_names_its_code",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sprint} · D{self.number}"

    @property
    def dossier(self) -> Any:
        return self.sprint.dossier

    @property
    def version(self) -> str:
        """The commit, or the tag where none is named."""
        return self.commit or self.tag

    @property
    def amount(self) -> int:
        """What its hours cost at the order's rates, in minor units."""
        return sum(line.amount for line in self.hours.all())


@guards.kept
class DeliveryProof(models.Model):
    """A file or an address that belongs to a delivery; taken out again only from a draft."""

    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="proofs")
    title = models.CharField(_("title"), max_length=200)
    document = models.ForeignKey(
        "core.Document", models.PROTECT, null=True, related_name="+", verbose_name=_("file")
    )
    url = models.URLField(_("address"), max_length=500, blank=True)
    removed = models.BooleanField(_("taken out"), default=False)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("evidence of a delivery")
        verbose_name_plural = _("evidence of deliveries")
        constraints = [
            models.CheckConstraint(
                condition=Q(document__isnull=False) | ~Q(url=""), name="vendors_proof_is_something"
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def dossier(self) -> Any:
        return self.delivery.dossier


@guards.kept
class DeliveryHours(models.Model):
    """Hours of one category of labour; `rate` per hour, in minor units, as the order had it."""

    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="hours")
    category = models.ForeignKey("vendors.LabourCategory", models.PROTECT, related_name="+")
    rate = MinorUnitsField(_("rate per hour"))
    hundredths = models.PositiveIntegerField(_("hundredths of an hour"))

    class Meta:
        ordering = ["pk"]
        verbose_name = _("hours of a delivery")
        verbose_name_plural = _("hours of deliveries")
        constraints = [
            models.UniqueConstraint(fields=["delivery", "category"], name="vendors_hours_once"),
            models.CheckConstraint(condition=Q(rate__gte=0), name="vendors_hours_rate"),
        ]

    def __str__(self) -> str:
        return f"{self.delivery} · {self.category}"

    @property
    def dossier(self) -> Any:
        return self.delivery.dossier

    @property
    def count(self) -> Decimal:
        """The hours as a number."""
        return Decimal(self.hundredths) / HUNDREDTHS

    @property
    def amount(self) -> int:
        """Hours times rate in minor units, rounded once, half to even."""
        return amount_of(self.rate, self.hundredths)
