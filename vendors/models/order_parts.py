"""What belongs to an order: its rates, and who declared what conflict of interest."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import guards
from core.models.history import AppendOnly
from core.money import MinorUnitsField
from vendors.models.order import Order


class OrderRate(models.Model):
    """What an hour of one kind of work costs in an order, in its minor units.

    `hours` is how many are foreseen, where the order says so; nothing is paid by it.
    """

    order = models.ForeignKey(Order, models.PROTECT, related_name="rates")
    category = models.ForeignKey(
        "vendors.LabourCategory", models.PROTECT, related_name="+",
        verbose_name=_("category of labour"),
    )  # fmt: skip
    rate = MinorUnitsField(_("rate per hour"))
    hours = models.PositiveIntegerField(_("hours foreseen"), null=True, blank=True)

    class Meta:
        ordering = ["category"]
        verbose_name = _("rate of an order")
        verbose_name_plural = _("rates of orders")
        constraints = [
            models.UniqueConstraint(fields=["order", "category"], name="vendors_orderrate_once"),
            models.CheckConstraint(condition=Q(rate__gt=0), name="vendors_orderrate_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} · {self.category}"

    @property
    def dossier(self) -> Any:
        return self.order.dossier


@guards.append_only
class OrderDeclaration(AppendOnly):
    """A person's word on a conflict of interest in one order; the newest of a person counts."""

    class Capacity(models.TextChoices):
        OFFICER = "officer", pgettext_lazy("capacity", "procurement officer")
        PRODUCT_OWNER = "product_owner", pgettext_lazy("capacity", "product owner")
        SIGNER = "signer", pgettext_lazy("capacity", "signs beside the officer")

    order = models.ForeignKey(Order, models.PROTECT, related_name="declarations")
    person = models.ForeignKey(
        "core.User", models.PROTECT, related_name="+", verbose_name=_("person")
    )
    capacity = models.CharField(_("takes part as"), max_length=14, choices=Capacity.choices)
    conflict = models.TextField(_("conflict of interest"), blank=True)
    declared_at = models.DateTimeField(_("declared"))

    class Meta:
        ordering = ["pk"]
        verbose_name = _("declaration of interests")
        verbose_name_plural = _("declarations of interests")
        indexes = [models.Index(fields=["order", "person"])]

    def __str__(self) -> str:
        return f"{self.order_id} · {self.person_id}"

    @property
    def dossier(self) -> Any:
        return self.order.dossier
