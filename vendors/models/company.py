"""Vendors: companies that may supply, the people who act for them, and their documents."""

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import clock, guards
from core.machines import Machine, State, transition
from core.models import User
from core.refusals import requires
from projects.models import Register
from vendors import naming
from vendors import permissions_companies as who
from vendors.tax_numbers import Standing


class VendorState(models.TextChoices):
    """Where a company stands with the government."""

    REGISTERING = "registering", _("registering")
    TO_MATCH = "to_match", _("being compared with known vendors")
    ACTIVE = "active", pgettext_lazy("vendor", "active")
    SUSPENDED = "suspended", pgettext_lazy("vendor", "suspended")
    DEBARRED = "debarred", pgettext_lazy("vendor", "debarred")
    JOINED = "joined", _("known already: its people joined that vendor")
    WITHDRAWN = "withdrawn", pgettext_lazy("registration", "withdrawn")
    DECLINED = "declined", pgettext_lazy("registration", "declined")


STANDING = (VendorState.ACTIVE, VendorState.SUSPENDED, VendorState.DEBARRED)
"""States in which a vendor is registered: its tax number is nobody else's."""


class Size(models.TextChoices):
    """The size of a company, as the law of its country has it."""

    MICRO = "micro", _("micro")
    SMALL = "small", _("small")
    MEDIUM = "medium", _("medium")
    LARGE = "large", _("large")


class Ownership(models.TextChoices):
    """Who owns a company, where a policy asks for it."""

    WOMEN = "women", _("owned by women")
    INDIGENOUS = "indigenous", _("owned by indigenous people")
    DISABILITY = "disability", _("owned by people with a disability")
    YOUTH = "youth", _("owned by young people")
    MINORITY = "minority", _("owned by a minority")
    VETERAN = "veteran", _("owned by veterans")
    COOPERATIVE = "cooperative", _("cooperative")
    FOREIGN = "foreign", _("owned from abroad")


FLAGS = ("size", "start_up", "social_enterprise", "region", "ownership")
"""What a company declares of itself and an officer verifies: `verified_…` beside each."""


class SeatRole(models.TextChoices):
    """What a person may do for a company."""

    MANAGER = "manager", _("manages the company here")
    BIDDER = "bidder", _("applies and bids")
    BILLING = "billing", _("sends invoices")


@requires(_("Say the name of the company, its country and its tax number first."))
def company_complete(vendor: Any) -> bool:
    return bool(vendor.key and vendor.country and vendor.tax_standing in
                (Standing.CHECKED, Standing.GENERIC, Standing.UNCHECKABLE))  # fmt: skip


@requires(_("Another vendor is registered with this tax number."))
def number_free(vendor: Any) -> bool:
    return not Vendor.objects.of_number(vendor.country, vendor.tax_id, vendor.tax_standing).exclude(
        pk=vendor.pk
    ).exists()  # fmt: skip


class VendorQuerySet(models.QuerySet):
    """Vendors, and who sees them."""

    def visible_to(self, user: Any) -> "VendorQuerySet":
        """All for those who read vendors; else those whom this person acts for."""
        if who.reads_vendors(user):
            return self
        return self.filter(pk__in=VendorSeat.objects.open().filter(user=user.pk).values("vendor"))

    def standing(self) -> "VendorQuerySet":
        """Those registered: active, suspended or debarred."""
        return self.filter(state__in=STANDING)

    def public(self) -> "VendorQuerySet":
        """Those whose profile anybody may read."""
        return self.standing()

    def of_number(self, country: str, tax_id: str, standing: str) -> "VendorQuerySet":
        """The registered vendor of a number that identifies; none for generic numbers."""
        if not country or not tax_id or standing not in (Standing.CHECKED, Standing.UNCHECKABLE):
            return self.none()
        return self.standing().filter(country=country, tax_id=tax_id).exclude(
            tax_standing=Standing.GENERIC
        )  # fmt: skip


@guards.kept
class Vendor(Machine):
    """A company: its name and number, what it declares of itself, and what of it is verified.

    `key` is its name as names are compared. `tax_id` is the number in its one form; among those
    registered a country's number stands once, unless it is generic. `ownership` holds codes of
    `Ownership`, or words of a file as they stood there. Unknown declarations are empty or None.
    """

    States = VendorState

    dossier = models.OneToOneField("core.Dossier", models.PROTECT, related_name="+")  # type: ignore[assignment]
    ref = models.CharField(_("reference"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=200)
    legal_name = models.CharField(_("legal name"), max_length=250, blank=True)
    key = models.CharField(max_length=250, db_index=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    tax_id = models.CharField(_("tax number"), max_length=40, blank=True)
    tax_standing = models.CharField(
        _("what is known of the tax number"), max_length=12, choices=Standing.choices,
        default=Standing.NONE,
    )  # fmt: skip
    size = models.CharField(_("size"), max_length=10, choices=Size.choices, blank=True)
    start_up = models.BooleanField(_("start-up"), null=True)
    social_enterprise = models.BooleanField(_("social enterprise"), null=True)
    region = models.CharField(_("region"), max_length=120, blank=True)
    ownership = models.JSONField(_("ownership"), default=list, blank=True)
    verified_size = models.CharField(max_length=10, choices=Size.choices, blank=True)
    verified_start_up = models.BooleanField(null=True)
    verified_social_enterprise = models.BooleanField(null=True)
    verified_region = models.CharField(max_length=120, blank=True)
    verified_ownership = models.JSONField(null=True, blank=True)
    verified_on = models.DateField(_("verified on"), null=True)
    categories = models.JSONField(_("categories"), default=list, blank=True)
    website = models.URLField(_("website"), max_length=300, blank=True)
    description = models.TextField(_("what the company does"), blank=True)
    registered_by = models.ForeignKey(
        "core.User", models.PROTECT, related_name="+", verbose_name=_("registered by")
    )
    registered_at = models.DateTimeField(_("registered"))
    imported = models.BooleanField(_("from an imported list"), default=False)
    joined_to = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="joined", verbose_name=_("joined to")
    )
    state = State(VendorState, default=VendorState.REGISTERING)

    objects = VendorQuerySet.as_manager()
    step_related = ("dossier",)

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("vendor")
        verbose_name_plural = _("vendors")
        indexes = [
            models.Index(fields=["country", "tax_id"]),
            models.Index(fields=["state", "name", "id"]),
            models.Index(fields=["name", "id"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["country", "tax_id"], name="vendors_vendor_number_once",
                condition=Q(state__in=[str(state) for state in STANDING])
                & ~Q(country="") & ~Q(tax_id="") & ~Q(tax_standing="generic"),
            ),
            models.CheckConstraint(
                condition=~Q(tax_standing="invalid"), name="vendors_vendor_number_valid"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.key = naming.key(self.name)
        super().save(*args, **kwargs)

    def title_for_people(self) -> str:
        return f"{self.ref} · {self.name}"

    def get_absolute_url(self) -> str:
        return reverse("vendors:vendor_detail", kwargs={"ref": self.ref})

    def get_step_url(self, name: str) -> str:
        return reverse("vendors:vendor_step", kwargs={"ref": self.ref, "step": name})

    @property
    def is_standing(self) -> bool:
        """Whether it is registered: active, suspended or debarred."""
        return self.state in STANDING

    @property
    def audience(self) -> str:
        """The audience of turns that wait for whoever manages the company here."""
        return f"vendor:{self.pk}:{SeatRole.MANAGER}"

    def stated(self, flag: str) -> Any:
        """A flag as verified, else as declared."""
        verified = getattr(self, f"verified_{flag}")
        return getattr(self, flag) if verified in ("", None) else verified

    @classmethod
    def next_refs(cls, count: int = 1) -> list[str]:
        """The next free references, in order; held until the transaction ends."""
        Register.objects.get_or_create(name="vendor")
        row = Register.objects.select_for_update().get(name="vendor")
        first, row.last = row.last + 1, row.last + count
        row.save(update_fields=["last"])
        return [f"V-{number:06d}" for number in range(first, row.last + 1)]

    # Steps

    @transition(state, source=VendorState.REGISTERING, target=VendorState.ACTIVE,
                permission=who.manages_company, conditions=[company_complete, number_free],
                custom={"label": _("Register the company"), "offered": False})  # fmt: skip
    def enter(self, *, by: User, because: str) -> None:
        """Nobody like it is known: it may apply, bid and take orders."""
        self.registered_at = clock.now()

    @transition(state, source=VendorState.REGISTERING, target=VendorState.TO_MATCH,
                permission=who.manages_company, conditions=[company_complete],
                custom={"label": _("Compare with known vendors"), "offered": False})  # fmt: skip
    def await_match(self, *, by: User, because: str) -> None:
        """Somebody of its number or name is known: a person decides whether it is the same."""

    @transition(state, source=VendorState.TO_MATCH, target=VendorState.ACTIVE,
                permission=who.follows_match, conditions=[company_complete, number_free],
                custom={"label": _("Register as another company"), "offered": False})  # fmt: skip
    def admit(self, *, by: User, because: str) -> None:
        """A person found that it is none of those known."""
        self.registered_at = clock.now()

    @transition(state, source=VendorState.TO_MATCH, target=VendorState.JOINED,
                permission=who.follows_match,
                custom={"label": _("Join the known vendor"), "offered": False})  # fmt: skip
    def join(self, *, by: User, because: str) -> None:
        """A person found that it is known: its people act for that vendor from now on."""

    @transition(state, source=VendorState.TO_MATCH, target=VendorState.DECLINED,
                permission=who.follows_match,
                custom={"label": _("Decline the registration"), "offered": False})  # fmt: skip
    def decline(self, *, by: User, because: str) -> None:
        """A person found that it must not be registered; the reason is told."""

    @transition(state, source=VendorState.REGISTERING, target=VendorState.WITHDRAWN,
                permission=who.manages_company,
                custom={"label": _("Give up the registration"), "offered": True,
                        "danger": True})  # fmt: skip
    def withdraw(self, *, by: User, because: str) -> None:
        """Who registers it does not go on."""

    @transition(state, source=VendorState.ACTIVE, target=VendorState.SUSPENDED,
                permission=who.follows_barring,
                custom={"label": _("Suspend the vendor"), "offered": False})  # fmt: skip
    def suspend(self, *, by: User, because: str) -> None:
        """It takes no new business for a time; what runs goes on."""

    @transition(state, source=[VendorState.ACTIVE, VendorState.SUSPENDED],
                target=VendorState.DEBARRED, permission=who.follows_barring,
                custom={"label": _("Debar the vendor"), "offered": False})  # fmt: skip
    def debar(self, *, by: User, because: str) -> None:
        """It is excluded from new business until the day that the decision names."""

    @transition(state, source=[VendorState.SUSPENDED, VendorState.DEBARRED],
                target=VendorState.ACTIVE, permission=who.follows_barring,
                custom={"label": _("Reinstate the vendor"), "offered": False})  # fmt: skip
    def reinstate(self, *, by: User, because: str) -> None:
        """No suspension or debarment is in force any more."""


class VendorSeatQuerySet(models.QuerySet):
    """Seats, past and present."""

    def open(self) -> "VendorSeatQuerySet":
        """Those not ended."""
        return self.filter(ends_at=None)

    def visible_to(self, user: Any) -> "VendorSeatQuerySet":
        return self.filter(vendor__in=Vendor.objects.visible_to(user).order_by().values("pk"))


@guards.kept
class VendorSeat(models.Model):
    """A person who acts for a vendor in one role, from a moment until it is ended."""

    vendor = models.ForeignKey(Vendor, models.PROTECT, related_name="seats")
    user = models.ForeignKey(
        "core.User", models.PROTECT, related_name="vendor_seats", verbose_name=_("person")
    )
    role = models.CharField(_("role"), max_length=10, choices=SeatRole.choices)
    starts_at = models.DateTimeField(_("since"))
    ends_at = models.DateTimeField(_("ended"), null=True)
    given_by = models.ForeignKey("core.User", models.PROTECT, related_name="+")

    objects = VendorSeatQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("representative")
        verbose_name_plural = _("representatives")
        indexes = [models.Index(fields=["user", "ends_at"])]
        constraints = [
            models.UniqueConstraint(
                fields=["vendor", "user", "role"], condition=Q(ends_at=None),
                name="vendors_seat_once",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.user} · {self.vendor} · {self.get_role_display()}"

    @property
    def dossier(self) -> Any:
        return self.vendor.dossier


def managers(vendor: Any) -> Iterable[User]:
    """The people who manage a company here and are active."""
    seats = VendorSeat.objects.open().filter(vendor=vendor, role=SeatRole.MANAGER)
    return User.objects.filter(is_active=True, pk__in=seats.values("user"))
