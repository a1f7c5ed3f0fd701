"""Keys of a competition and who holds their shares; slots of equal pages; sittings."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import guards
from core.machines import Machine, State, transition
from core.models import User
from procurement import permissions_sealing as who
from procurement.models.facts import Sealing


class Part(models.TextChoices):
    """The two parts of a bid, each with a key of its own."""

    TECHNICAL = "technical", _("technical part")
    PRICE = "price", _("price")


class KeyState(models.TextChoices):
    """Where a key stands until it is locked by the publication."""

    MADE = "made", pgettext_lazy("key", "made")
    REHEARSED = "rehearsed", pgettext_lazy("key", "rehearsed")
    LOCKED = "locked", pgettext_lazy("key", "locked")
    REPLACED = "replaced", pgettext_lazy("key", "replaced")


@guards.kept
class CompetitionKey(Machine):
    """The public key of one part. The private one exists as shares only, or follows from the slot
    key where the server holds it.
    """

    States = KeyState

    competition = models.ForeignKey("procurement.Competition", models.PROTECT, related_name="keys")
    part = models.CharField(_("part"), max_length=10, choices=Part.choices)
    mode = models.CharField(_("held by"), max_length=8, choices=Sealing.choices)
    public = models.CharField(_("public key"), max_length=64)
    salt = models.CharField(max_length=64)
    threshold = models.PositiveSmallIntegerField(_("shares needed"), default=0)
    state = State(KeyState, default=KeyState.MADE)
    made_at = models.DateTimeField(_("made"))
    made_by = models.ForeignKey("core.User", models.PROTECT, related_name="+")

    step_related = ("competition__project__institution", "competition__dossier")

    class Meta:
        ordering = ["competition", "-part", "pk"]
        verbose_name = _("key of a competition")
        verbose_name_plural = _("keys of competitions")
        constraints = [
            models.UniqueConstraint(
                fields=["competition", "part"], condition=~Q(state="replaced"),
                name="procurement_key_one_a_part",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.competition.ref} · {self.get_part_display()}"

    @property
    def dossier(self) -> Any:
        return self.competition.dossier

    def get_absolute_url(self) -> str:
        return reverse("procurement:keys", kwargs={"ref": self.competition.ref})

    @property
    def by_server(self) -> bool:
        """Whether the server itself holds it."""
        return self.mode == Sealing.SERVER

    @transition(state, source=KeyState.MADE, target=KeyState.REHEARSED,
                permission=who.follows_rehearsal,
                custom={"label": _("Rehearse the key"), "offered": False})  # fmt: skip
    def rehearse(self, *, by: User, because: str) -> None:
        """Enough shares were entered, and opened a test envelope."""

    @transition(state, source=KeyState.REHEARSED, target=KeyState.LOCKED,
                permission=who.as_consequence,
                custom={"label": _("Lock the key"), "offered": False})  # fmt: skip
    def lock(self, *, by: User, because: str) -> None:
        """The competition is published: bids are sealed to this key from now on."""

    @transition(state, source=[KeyState.MADE, KeyState.REHEARSED, KeyState.LOCKED],
                target=KeyState.REPLACED, permission=who.makes_or_replaces,
                custom={"label": _("Replace the key"), "offered": False})  # fmt: skip
    def replace(self, *, by: User, because: str) -> None:
        """Another key takes its place: made anew in review, or because its shares were lost."""


@guards.kept
class Custodian(models.Model):
    """Who holds one share of each key of a competition, and in which office.

    `parcel` holds the words under the slot key until the custodian has seen them once; then it is
    emptied. `confirmed_at` is when the words were typed back.
    """

    competition = models.ForeignKey(
        "procurement.Competition", models.PROTECT, related_name="custodians"
    )
    user = models.ForeignKey("core.User", models.PROTECT, related_name="key_shares",
                             verbose_name=_("custodian"))  # fmt: skip
    office = models.CharField(_("office"), max_length=120)
    number = models.PositiveSmallIntegerField(_("number"))
    parcel = models.BinaryField(null=True)
    shown_at = models.DateTimeField(_("shown"), null=True)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)

    class Meta:
        ordering = ["number"]
        verbose_name = _("custodian of a key")
        verbose_name_plural = _("custodians of keys")
        constraints = [
            models.UniqueConstraint(
                fields=["competition", "user"], condition=Q(ended_at=None),
                name="procurement_custodian_once",
            ),
            models.UniqueConstraint(
                fields=["competition", "number"], condition=Q(ended_at=None),
                name="procurement_custodian_number",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.user} ({self.office})"

    @property
    def dossier(self) -> Any:
        return self.competition.dossier

    def get_absolute_url(self) -> str:
        return reverse("procurement:keys", kwargs={"ref": self.competition.ref})


@guards.append_only
class KeyShare(models.Model):
    """By what the share of a custodian is known again: a salted hash, never the words."""

    key = models.ForeignKey(CompetitionKey, models.PROTECT, related_name="shares")
    custodian = models.ForeignKey(Custodian, models.PROTECT, related_name="shares")
    mark = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("share of a key")
        verbose_name_plural = _("shares of keys")
        constraints = [
            models.UniqueConstraint(fields=["key", "custodian"], name="procurement_share_once")
        ]

    def __str__(self) -> str:
        return f"{self.key} · {self.custodian}"

    @property
    def dossier(self) -> Any:
        return self.key.dossier


@guards.kept
class Sitting(models.Model):
    """One sitting in which custodians enter their shares: to rehearse, or to open one part."""

    class Purpose(models.TextChoices):
        REHEARSAL = "rehearsal", _("rehearsal")
        OPENING = "opening", _("opening")

    competition = models.ForeignKey(
        "procurement.Competition", models.PROTECT, related_name="sittings"
    )
    purpose = models.CharField(_("purpose"), max_length=10, choices=Purpose.choices)
    part = models.CharField(_("part"), max_length=10, choices=Part.choices, blank=True)
    begun_at = models.DateTimeField(_("begun"))
    begun_by = models.ForeignKey("core.User", models.PROTECT, related_name="+")
    until = models.DateTimeField(_("lasts until"))
    ended_at = models.DateTimeField(_("ended"), null=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("sitting")
        verbose_name_plural = _("sittings")
        constraints = [
            models.UniqueConstraint(
                fields=["competition"], condition=Q(ended_at=None),
                name="procurement_sitting_one_at_a_time",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.competition.ref} · {self.get_purpose_display()}"

    @property
    def dossier(self) -> Any:
        return self.competition.dossier

    def get_absolute_url(self) -> str:
        return reverse("procurement:sitting", kwargs={"ref": self.competition.ref})


@guards.kept
class SittingEntry(models.Model):
    """That a custodian entered a share; the words only under the slot key, and only until the
    sitting ends: then they are overwritten."""

    sitting = models.ForeignKey(Sitting, models.PROTECT, related_name="entries")
    custodian = models.ForeignKey(Custodian, models.PROTECT, related_name="+")
    part = models.CharField(max_length=10, choices=Part.choices)
    sealed = models.BinaryField(null=True)
    entered_at = models.DateTimeField(_("entered"))

    class Meta:
        ordering = ["pk"]
        verbose_name = _("share entered")
        verbose_name_plural = _("shares entered")
        constraints = [
            models.UniqueConstraint(
                fields=["sitting", "custodian", "part"], name="procurement_entry_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.sitting} · {self.custodian}"

    @property
    def dossier(self) -> Any:
        return self.sitting.dossier


@guards.kept
class Redelivery(models.Model):
    """Shares were lost: bidders deliver again what their receipts bind them to, until a moment."""

    competition = models.ForeignKey(
        "procurement.Competition", models.PROTECT, related_name="redeliveries"
    )
    part = models.CharField(_("part"), max_length=10, choices=Part.choices)
    because = models.TextField(_("what happened to the shares"))
    proposed_by = models.ForeignKey("core.User", models.PROTECT, related_name="+",
                                    verbose_name=_("proposed by"))  # fmt: skip
    proposed_at = models.DateTimeField(_("proposed"))
    confirmed_by = models.ForeignKey("core.User", models.PROTECT, null=True, related_name="+",
                                     verbose_name=_("confirmed by"))  # fmt: skip
    confirmed_at = models.DateTimeField(_("confirmed"), null=True)
    until = models.DateTimeField(_("deliver again until"), null=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("redelivery")
        verbose_name_plural = _("redeliveries")
        constraints = [
            models.UniqueConstraint(
                fields=["competition", "part"], name="procurement_redelivery_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.competition.ref} · {self.get_part_display()}"

    @property
    def dossier(self) -> Any:
        return self.competition.dossier

    def get_absolute_url(self) -> str:
        return reverse("procurement:redelivery", kwargs={"ref": self.competition.ref})


@guards.kept
class BidSlot(models.Model):
    """That pages were made for a vendor of the lot: for every one, whether it bids or not.

    `files` is so far as pages for files go; they are made in the background.
    """

    competition = models.ForeignKey("procurement.Competition", models.PROTECT, related_name="slots")
    vendor = models.ForeignKey("vendors.Vendor", models.PROTECT, related_name="+")
    pages = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("slot")
        verbose_name_plural = _("slots")
        constraints = [
            models.UniqueConstraint(fields=["competition", "vendor"], name="procurement_slot_once")
        ]

    def __str__(self) -> str:
        return f"{self.competition.ref} · {self.vendor}"

    @property
    def dossier(self) -> Any:
        return self.competition.dossier


class SealedPage(models.Model):
    """One of many equal pages, full of what looks like noise: whose it is, what kind, whether
    anything stands on it, and when it was written, is known with the slot key only.

    The identity follows from the slot key. No column may be added that a write would change.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    content = models.BinaryField()

    class Meta:
        verbose_name = _("sealed page")
        verbose_name_plural = _("sealed pages")

    def __str__(self) -> str:
        return str(self.pk)
