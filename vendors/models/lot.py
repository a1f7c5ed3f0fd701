"""Lots of a framework: what is called off from them, by whom, up to which sum and which rates."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import clock, guards
from core.models.history import AppendOnly
from core.money import MinorUnitsField
from vendors import permissions_frameworks as who
from vendors.models.framework import Framework

LEAST_VENDORS = 3
"""With fewer vendors than this a lot is flagged, where the officer sets no other number."""


class LotQuerySet(models.QuerySet):
    """Lots, and who sees them: who sees their framework."""

    def visible_to(self, user: Any) -> "LotQuerySet":
        rows = self.select_related("framework__institution", "framework__dossier")
        return rows if who.oversees(user) else rows.exclude(framework__state="draft")


@guards.kept
class Lot(models.Model):
    """A part of a framework. Amounts are minor units of the framework's currency.

    `ceiling` is the most that all its orders together may cost. A direct order, without a
    competition, is allowed below `orders_start_below` (0: never). With fewer than `least_vendors`
    members in force the lot is flagged, and no order is called off until an officer confirms.
    Set-asides: `for_sizes` empty, or the sizes that may apply; the others where they are true.
    """

    framework = models.ForeignKey(Framework, models.PROTECT, related_name="lots")
    number = models.PositiveSmallIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    ceiling = MinorUnitsField(_("ceiling of all orders"))
    orders_start_below = MinorUnitsField(_("direct orders below"), default=0)
    least_vendors = models.PositiveSmallIntegerField(
        _("flagged with fewer vendors than"), default=LEAST_VENDORS
    )
    for_sizes = models.JSONField(_("only for companies of these sizes"), default=list, blank=True)
    for_start_ups = models.BooleanField(_("only for start-ups"), default=False)
    for_social = models.BooleanField(_("only for social enterprises"), default=False)

    objects = LotQuerySet.as_manager()

    class Meta:
        ordering = ["framework", "number"]
        verbose_name = _("lot")
        verbose_name_plural = _("lots")
        constraints = [
            models.UniqueConstraint(fields=["framework", "number"], name="vendors_lot_number"),
            models.CheckConstraint(
                condition=Q(ceiling__gt=0, orders_start_below__gte=0), name="vendors_lot_sane"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.framework.ref} · {self.number} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("vendors:lot_detail",
                       kwargs={"ref": self.framework.ref, "number": self.number})  # fmt: skip

    @property
    def dossier(self) -> Any:
        return self.framework.dossier

    @property
    def currency(self) -> str:
        return self.framework.currency

    @property
    def reserved(self) -> bool:
        """Whether only some vendors may apply."""
        return bool(self.for_sizes or self.for_start_ups or self.for_social)

    def in_force(self) -> int:
        """How many vendors may take orders from it now."""
        return int(self.memberships.filter(state="active").count())

    def thin(self, members: int | None = None) -> bool:
        """Whether it has fewer vendors in force than its threshold."""
        return (self.in_force() if members is None else members) < self.least_vendors

    def confirmed_for(self, members: int) -> Any:
        """The confirmation that it may be used with so few vendors, or None."""
        return self.confirmations.filter(members__lte=members).order_by("-pk").first()

    def usable_reasons(self) -> list[str]:
        """The sentences that speak against calling off from this lot now; none when it may be."""
        if not self.framework.in_force(clock.now()):
            return [gettext("The framework is not in force.")]
        members = self.in_force()
        if not members:
            return [gettext("No vendor of lot %(lot)s is in force.") % {"lot": self.number}]
        if not self.thin(members) or self.confirmed_for(members):
            return []
        said = {"lot": self.number, "count": members, "least": self.least_vendors}
        return [gettext("Lot %(lot)s has %(count)s vendors in force, fewer than the %(least)s that "
                        "it should have. A procurement officer confirms with a reason that it may "
                        "be used all the same.") % said]  # fmt: skip


@guards.kept
class LabourCategory(models.Model):
    """A kind of work and the most that an hour of it may cost, in the framework's minor units."""

    lot = models.ForeignKey(Lot, models.PROTECT, related_name="categories")
    code = models.SlugField(_("code"), max_length=40)
    name = models.CharField(_("category of labour"), max_length=120)
    max_rate = MinorUnitsField(_("maximum rate per hour"))

    class Meta:
        ordering = ["lot", "code"]
        verbose_name = _("category of labour")
        verbose_name_plural = _("categories of labour")
        constraints = [
            models.UniqueConstraint(fields=["lot", "code"], name="vendors_category_code"),
            models.CheckConstraint(condition=Q(max_rate__gt=0), name="vendors_category_sane"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def dossier(self) -> Any:
        return self.lot.dossier


@guards.append_only
class ThinLotConfirmation(AppendOnly):
    """An officer's word, with the reason, that a lot may be used with so few vendors in force."""

    lot = models.ForeignKey(Lot, models.PROTECT, related_name="confirmations")
    members = models.PositiveSmallIntegerField(_("vendors in force"))
    reason = models.TextField(_("reason"))
    confirmed_by = models.ForeignKey(
        "core.User", models.PROTECT, related_name="+", verbose_name=_("confirmed by")
    )
    confirmed_at = models.DateTimeField(_("confirmed"))

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("confirmation of a lot with few vendors")
        verbose_name_plural = _("confirmations of lots with few vendors")

    def __str__(self) -> str:
        return f"{self.lot} · {self.members}"

    @property
    def dossier(self) -> Any:
        return self.lot.dossier
