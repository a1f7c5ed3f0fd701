"""Taxes, days to pay and late interest as data: in versions, with effect from a day."""

from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock, guards
from core.models.history import AppendOnly
from vendors import taxes
from vendors.interest import Terms

SERVICES = "services"
"""The category of work that invoices name where they name no other."""
ANYWHERE = ""
"""The country of a payment term that holds where a country has none of its own."""


class TaxKind(models.TextChoices):
    """Whether a tax is charged on top of the net amount, or kept back by the payer."""

    ADDED = taxes.ADDED, _("charged on top")
    WITHHELD = taxes.WITHHELD, _("withheld by the payer")


@guards.append_only
class TaxRule(AppendOnly):
    """One version of one tax of a country, for a category of work.

    `rate_ppm` is its share of the net amount in parts per million (16 % is 160,000). A rate of zero
    ends the tax. What an invoice owed when it came in stands on the invoice; a later version does
    not touch it.
    """

    country = models.CharField(_("country"), max_length=2)
    category = models.CharField(_("category of work"), max_length=40, default=SERVICES)
    kind = models.CharField(_("kind"), max_length=8, choices=TaxKind.choices)
    name = models.CharField(_("name of the tax"), max_length=40)
    rate_ppm = models.PositiveIntegerField(_("rate"))
    effective_from = models.DateField(_("in force from"))
    version = models.PositiveIntegerField(_("version"))
    source = models.CharField(_("source"), max_length=200, blank=True)
    by = models.ForeignKey("core.User", models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(_("entered"))

    class Meta:
        ordering = ["country", "category", "kind", "name", "-effective_from", "-version"]
        verbose_name = _("tax rule")
        verbose_name_plural = _("tax rules")
        constraints = [
            models.UniqueConstraint(
                fields=["country", "category", "kind", "name", "version"],
                name="vendors_taxrule_version",
            ),
            models.CheckConstraint(
                condition=Q(rate_ppm__lte=1_000_000), name="vendors_taxrule_at_most_all"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.country} · {self.category} · {self.name} · {self.version}"

    @property
    def rate(self) -> taxes.Rate:
        """The rule as arithmetic knows it."""
        return taxes.Rate(self.kind, self.name, self.rate_ppm, self.effective_from, self.version)


def rates_of(country: str, category: str) -> list[taxes.Rate]:
    """All versions of the taxes of a country for a category of work."""
    rows = TaxRule.objects.filter(country=country, category=category)
    return [rule.rate for rule in rows]


def categories(country: str) -> list[str]:
    """The categories of work that a country's taxes distinguish; services at least."""
    known = TaxRule.objects.filter(country=country).order_by()
    return sorted({SERVICES, *known.values_list("category", flat=True)})


@guards.append_only
class PaymentTerm(AppendOnly):
    """One version of a country's days to pay and of its late interest; "" is everywhere else.

    `days` count from the day after the invoice came in, in calendar or working days. `yearly_ppm`
    is the interest of a year in parts per million (8 % is 80,000), from the day after the due date.
    """

    class DayCount(models.IntegerChoices):
        """By how many days a yearly rate is divided."""

        COMMERCIAL = 360, "360"
        CALENDAR = 365, "365"

    country = models.CharField(_("country"), max_length=2, blank=True)
    days = models.PositiveSmallIntegerField(_("days to pay"))
    working_days = models.BooleanField(_("working days"), default=False)
    yearly_ppm = models.PositiveIntegerField(_("late interest a year"), default=0)
    day_count = models.PositiveSmallIntegerField(
        _("days of a year"), choices=DayCount.choices, default=DayCount.CALENDAR
    )
    effective_from = models.DateField(_("in force from"))
    version = models.PositiveIntegerField(_("version"))
    source = models.CharField(_("source"), max_length=200, blank=True)
    by = models.ForeignKey("core.User", models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(_("entered"))

    class Meta:
        ordering = ["country", "-effective_from", "-version"]
        verbose_name = _("payment term")
        verbose_name_plural = _("payment terms")
        constraints = [
            models.UniqueConstraint(
                fields=["country", "version"], name="vendors_paymentterm_version"
            ),
            models.CheckConstraint(
                condition=Q(day_count__in=(360, 365), days__gte=1),
                name="vendors_paymentterm_sane",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.country or '*'} · {self.version}"

    @property
    def terms(self) -> Terms:
        """The late interest as arithmetic knows it."""
        return Terms(self.yearly_ppm, self.day_count)

    def due_on(self, received_on: date, institution: Any) -> date:
        """The last day to pay what came in on a day."""
        if self.working_days:
            return clock.working_days_after(received_on, self.days, institution)
        return date.fromordinal(received_on.toordinal() + self.days)


def term_for(country: str, day: date) -> PaymentTerm | None:
    """The payment term in force in a country on a day: its own, else the one for everywhere."""
    rows = PaymentTerm.objects.filter(country__in=(country, ANYWHERE), effective_from__lte=day)
    return rows.order_by("-country", "-effective_from", "-version").first()
