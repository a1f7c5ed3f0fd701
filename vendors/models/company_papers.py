"""What belongs to a vendor: invitations of its people, and documents with their expiry."""

from datetime import date, datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock, guards
from vendors.models.company import SeatRole, Vendor


class OfVendor(models.QuerySet):
    """Rows of a vendor, seen by whoever sees the vendor."""

    def visible_to(self, user: Any) -> Any:
        return self.filter(vendor__in=Vendor.objects.visible_to(user).order_by().values("pk"))


@guards.kept
class VendorInvitation(models.Model):
    """A person asked by e-mail to act for a vendor; the link is signed and lives some days.

    `nonce` is part of the link, so that an invitation taken back or sent anew ends the older link.
    """

    vendor = models.ForeignKey(Vendor, models.PROTECT, related_name="invitations")
    email = models.EmailField(_("e-mail address"))
    role = models.CharField(_("role"), max_length=10, choices=SeatRole.choices)
    nonce = models.CharField(max_length=32)
    invited_by = models.ForeignKey("core.User", models.PROTECT, related_name="+")
    invited_at = models.DateTimeField(_("invited"))
    expires_at = models.DateTimeField(_("valid until"))
    accepted_at = models.DateTimeField(_("accepted"), null=True)
    accepted_by = models.ForeignKey("core.User", models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(_("taken back"), null=True)

    objects = OfVendor.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.UniqueConstraint(
                fields=["vendor", "email", "role"], name="vendors_invitation_once",
                condition=Q(accepted_at=None, withdrawn_at=None),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.email} · {self.vendor}"

    @property
    def dossier(self) -> Any:
        return self.vendor.dossier

    def is_open(self, now: datetime) -> bool:
        """Whether it can still be accepted at a moment."""
        return self.accepted_at is None and self.withdrawn_at is None and now < self.expires_at


class PaperKind(models.TextChoices):
    """What a document of a company proves."""

    INCORPORATION = "incorporation", _("articles of incorporation")
    POWER = "power", _("power of attorney of a representative")
    TAX = "tax", _("tax certificate")
    TAX_OPINION = "tax_opinion", _("opinion on tax duties")
    SOCIAL_SECURITY = "social_security", _("opinion on social security duties")
    INSURANCE = "insurance", _("insurance or bond")
    CERTIFICATE = "certificate", _("certificate of quality or security")
    SIZE = "size", _("proof of size or ownership")
    BANK = "bank", _("bank account")
    OTHER = "other", _("other document")


class VendorDocumentQuerySet(OfVendor):
    """Documents of vendors."""

    def current(self) -> "VendorDocumentQuerySet":
        """Those neither replaced nor taken back."""
        return self.filter(withdrawn_at=None)


@guards.kept
class VendorDocument(models.Model):
    """A document of a company; valid until 24:00 of its last day, or without an end."""

    vendor = models.ForeignKey(Vendor, models.PROTECT, related_name="papers")
    kind = models.CharField(_("kind"), max_length=20, choices=PaperKind.choices)
    title = models.CharField(_("what it is"), max_length=200)
    document = models.ForeignKey(
        "core.Document", models.PROTECT, related_name="+", verbose_name=_("file")
    )
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    added_by = models.ForeignKey("core.User", models.PROTECT, related_name="+")
    added_at = models.DateTimeField(_("added"))
    withdrawn_at = models.DateTimeField(_("taken back"), null=True)
    replaced_by = models.ForeignKey("self", models.PROTECT, null=True, related_name="replaces")

    objects = VendorDocumentQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("document of a vendor")
        verbose_name_plural = _("documents of vendors")
        indexes = [models.Index(fields=["valid_until"])]

    def __str__(self) -> str:
        return self.title

    @property
    def dossier(self) -> Any:
        return self.vendor.dossier

    def title_for_people(self) -> str:
        return f"{self.title} · {self.vendor}"

    def get_absolute_url(self) -> str:
        return reverse("vendors:vendor_detail", kwargs={"ref": self.vendor.ref})

    @property
    def expires_at(self) -> datetime | None:
        """The moment from which it proves nothing more; None for one without an end."""
        return clock.end_of(self.valid_until) if self.valid_until else None

    def days_left(self, today: date) -> int | None:
        """Whole days until its last day; below zero when that is over."""
        return (self.valid_until - today).days if self.valid_until else None
