"""What an invoice asks money for: accepted sprints, once each, and interest on what came late."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import guards
from core.money import MinorUnitsField


@guards.kept
class InvoiceLine(models.Model):
    """One accepted sprint on an invoice, with its payable amount in minor units, without tax.

    A line lives as long as its invoice may be paid; the database lets a sprint stand on one living
    line only.
    """

    invoice = models.ForeignKey("vendors.Invoice", models.PROTECT, related_name="lines")
    sprint = models.ForeignKey("vendors.Sprint", models.PROTECT, related_name="invoice_lines")
    amount = MinorUnitsField(_("amount"))
    live = models.BooleanField(_("counts"), default=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("line of an invoice")
        verbose_name_plural = _("lines of invoices")
        constraints = [
            models.UniqueConstraint(
                fields=["sprint"], condition=Q(live=True), name="vendors_sprint_invoiced_once"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="vendors_invoiceline_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.invoice} · {self.sprint}"

    @property
    def dossier(self) -> Any:
        return self.invoice.dossier


@guards.kept
class InterestLine(models.Model):
    """The late interest of an earlier invoice, claimed on this one, in minor units; once each."""

    invoice = models.ForeignKey("vendors.Invoice", models.PROTECT, related_name="interest_lines")
    late = models.ForeignKey("vendors.Invoice", models.PROTECT, related_name="interest_claims")
    amount = MinorUnitsField(_("amount"))
    live = models.BooleanField(_("counts"), default=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("interest on an invoice")
        verbose_name_plural = _("interest on invoices")
        constraints = [
            models.UniqueConstraint(
                fields=["late"], condition=Q(live=True), name="vendors_interest_claimed_once"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="vendors_interest_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.invoice} · {self.late}"

    @property
    def dossier(self) -> Any:
        return self.invoice.dossier
