"""Up to which value an order may be direct, and an officer signs it alone: versions by day."""

from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import guards
from core.models import Dossier
from core.models.history import AppendOnly, AppendOnlyQuerySet
from core.money import MinorUnitsField

CASE = "ORDERS"
"""The reference of the case file in which thresholds and limits of orders are recorded."""

DELIVERED = {"MXN": (600_000_00, 2_000_000_00), "USD": (25_000_00, 250_000_00),
             "EUR": (30_000_00, 221_000_00)}  # fmt: skip
"""Before the first version of a currency: direct up to, and signed by an officer alone up to."""


class PurchaseLimitsQuerySet(AppendOnlyQuerySet):
    """Versions of the limits."""

    def on(self, day: date, currency: str) -> "PurchaseLimits | None":
        """The version in effect on a day; of several for one day the newest counts.

        The delivered one before the first; None for a currency that has neither.
        """
        rows = self.filter(currency=currency, from_day__lte=day)
        found: Any = rows.order_by("-from_day", "-pk").first()
        if found is None and currency in DELIVERED:
            direct, officer = DELIVERED[currency]
            return PurchaseLimits(currency=currency, direct_up_to=direct, officer_up_to=officer)
        return found  # type: ignore[no-any-return]


@guards.append_only
class PurchaseLimits(AppendOnly):
    """Thresholds of orders in one currency, in its minor units, from a day until the next version.

    `direct_up_to` is the most that linked direct orders of one project and vendor may cost
    together; above `officer_up_to` the project's owner signs beside the officer.
    """

    currency = models.CharField(_("currency"), max_length=3)
    direct_up_to = MinorUnitsField(_("direct orders up to"))
    officer_up_to = MinorUnitsField(_("signed by an officer alone up to"))
    from_day = models.DateField(_("in effect from"))
    because = models.TextField(_("why"), blank=True)
    set_by = models.ForeignKey("core.User", models.PROTECT, related_name="+")
    set_at = models.DateTimeField(_("set"))

    objects = PurchaseLimitsQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        ordering = ["currency", "-from_day", "-pk"]
        verbose_name = _("limits of orders")
        verbose_name_plural = _("limits of orders")
        constraints = [
            models.CheckConstraint(
                condition=Q(direct_up_to__gte=0, officer_up_to__gte=0),
                name="vendors_purchaselimits_sane",
            )
        ]

    def __str__(self) -> str:
        return f"{self.currency} · {self.from_day}"

    @property
    def dossier(self) -> Dossier:
        """The case file of all thresholds and limits of orders."""
        return Dossier.objects.get(ref=CASE)
