"""Names that may be those of a known vendor: kept in a queue until a person decides."""

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
from core.steps import perform
from core.waits import Wait, turn
from vendors import naming
from vendors import permissions_companies as who
from vendors.models.company import Vendor

CASE = "vendor-matching"
"""The case file of what was found in imported lists; its lock is that of all comparing."""


class MatchState(models.TextChoices):
    """What a person found."""

    WAITING = "waiting", _("waiting for a decision")
    SAME = "same", _("a known vendor")
    OTHER = "other", _("another company")
    DISMISSED = "dismissed", pgettext_lazy("match", "dismissed")


class MatchSource(models.TextChoices):
    """Where the name came from."""

    REGISTRATION = "registration", _("a registration")
    VENDORS = "vendors", _("an imported list of vendors")
    ORDERS = "orders", _("an imported list of orders")


class Ground(models.TextChoices):
    """Why a known vendor may be the same, or why it is not certain that it is."""

    SAME_NUMBER = "same_number", _("the same tax number")
    NUMBER_OTHER_NAME = "number_other_name", _("the same tax number under another name")
    SAME_NUMBER_WAITS = "same_number_waits", _("another registration or row with this number waits")
    NAME_OTHER_NUMBER = "name_other_number", _("the same name with another tax number")
    NAME_ONE_NUMBER = "name_one_number", _("the same name, and only one of both has a tax number")
    NAME_OTHER_COUNTRY = "name_other_country", _("the same name in another or an unknown country")
    NAME_OTHER_FORM = "name_other_form", _("the same name with another legal form")
    NAME_TWICE = "name_twice", _("several vendors have this name")
    SAME_NAME = "same_name", _("the same name")
    SIMILAR = "similar", _("a name that looks alike")
    UNKNOWN = "unknown", _("no vendor of this name is known")


@requires(_("Choose first which known vendor it is."))
def vendor_chosen(match: Any) -> bool:
    return match.vendor_id is not None and match.vendor.is_standing


@requires(_("The other company is not registered yet."))
def other_entered(match: Any) -> bool:
    return match.vendor_id is not None or match.applicant_id is not None


class MatchQuerySet(models.QuerySet):
    """The queue, which only oversight sees."""

    def visible_to(self, user: Any) -> Any:
        return self if who.reads_vendors(user) else self.none()

    def waiting(self) -> Any:
        return self.filter(state=MatchState.WAITING)


@guards.kept
class Match(Machine):
    """A company as a registration or a row of a file names it, and the vendors it may be.

    `values` is the row by column as it was read; `digest` recognises it when it comes again, so
    that a file read twice adds nothing. `vendor` is what a person chose, or what was entered anew.
    """

    States = MatchState

    source = models.CharField(_("from"), max_length=12, choices=MatchSource.choices)
    place = models.CharField(_("where it stood"), max_length=200, blank=True)
    name = models.CharField(_("name"), max_length=200)
    key = models.CharField(max_length=250, db_index=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    tax_id = models.CharField(_("tax number"), max_length=40, blank=True)
    tax_standing = models.CharField(max_length=12, default="none")
    values = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
    case = models.ForeignKey("core.Dossier", models.PROTECT, related_name="+")
    applicant = models.ForeignKey(
        Vendor, models.PROTECT, null=True, related_name="matches", verbose_name=_("registration")
    )
    vendor = models.ForeignKey(
        Vendor, models.PROTECT, null=True, related_name="+", verbose_name=_("vendor")
    )
    found_at = models.DateTimeField(_("found"))
    decided_at = models.DateTimeField(_("decided"), null=True)
    state = State(MatchState, default=MatchState.WAITING)

    objects = MatchQuerySet.as_manager()
    step_related = ("case", "applicant__dossier", "vendor__dossier")
    wait_labels = {"decide": _("Decide whether it is a known vendor")}

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("possible match")
        verbose_name_plural = _("possible matches")
        indexes = [models.Index(fields=["state", "-id"])]
        constraints = [
            models.UniqueConstraint(fields=["source", "digest"], name="vendors_match_once"),
            models.CheckConstraint(
                condition=~Q(state="same") | Q(vendor__isnull=False), name="vendors_match_same_has"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.key = naming.key(self.name)
        super().save(*args, **kwargs)

    @property
    def dossier(self) -> Any:
        return self.case

    def title_for_people(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("vendors:match_detail", kwargs={"pk": self.pk})

    def turns(self) -> Iterable[Wait]:
        if self.state == MatchState.WAITING:
            yield turn("decide", "role:procurement_officer")
            yield turn("decide", "role:secretariat")

    @transition(state, source=MatchState.WAITING, target=MatchState.SAME,
                permission=who.decides_match, conditions=[vendor_chosen],
                custom={"label": _("It is the chosen vendor"), "offered": False,
                        "reason": True})  # fmt: skip
    def join(self, *, by: User, because: str) -> None:
        """A person found that it is the vendor chosen; a registration's people join it."""
        self.decided_at = clock.now()
        if self.applicant is not None:
            self.applicant = perform(self.applicant, "join", by=by, because=because)
        elif self.vendor is not None and self.key != self.vendor.key:
            VendorAlias.objects.get_or_create(
                vendor=self.vendor, key=self.key,
                defaults={"name": self.name, "match": self, "added_at": self.decided_at},
            )  # fmt: skip

    @transition(state, source=MatchState.WAITING, target=MatchState.OTHER,
                permission=who.decides_match, conditions=[other_entered],
                custom={"label": _("It is another company"), "offered": False,
                        "reason": True})  # fmt: skip
    def separate(self, *, by: User, because: str) -> None:
        """A person found that it is none of those known: a registration becomes a vendor."""
        self.decided_at = clock.now()
        if self.applicant is not None:
            self.applicant = perform(self.applicant, "admit", by=by, because=because)

    @transition(state, source=MatchState.WAITING, target=MatchState.DISMISSED,
                permission=who.decides_match,
                custom={"label": _("Dismiss it"), "offered": False, "reason": True})  # fmt: skip
    def dismiss(self, *, by: User, because: str) -> None:
        """A person found that it is nothing to register."""
        self.decided_at = clock.now()
        if self.applicant is not None:
            self.applicant = perform(self.applicant, "decline", by=by, because=because)


@guards.kept
class MatchCandidate(models.Model):
    """A vendor that a name may be, and on which ground; without one, the ground stands alone."""

    match = models.ForeignKey(Match, models.PROTECT, related_name="candidates")
    vendor = models.ForeignKey(Vendor, models.PROTECT, null=True, related_name="+")
    ground = models.CharField(_("ground"), max_length=20, choices=Ground.choices)

    objects = models.Manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("candidate")
        verbose_name_plural = _("candidates")

    def __str__(self) -> str:
        return f"{self.vendor or ''} {self.get_ground_display()}".strip()


@guards.kept
class VendorAlias(models.Model):
    """Another name of a vendor, as a person has decided: it is found under it from now on."""

    vendor = models.ForeignKey(Vendor, models.PROTECT, related_name="aliases")
    name = models.CharField(_("name"), max_length=200)
    key = models.CharField(max_length=250, db_index=True)
    match = models.ForeignKey(Match, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(_("added"))

    class Meta:
        ordering = ["pk"]
        verbose_name = _("other name of a vendor")
        verbose_name_plural = _("other names of vendors")
        constraints = [models.UniqueConstraint(fields=["vendor", "key"], name="vendors_alias_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def dossier(self) -> Any:
        return self.vendor.dossier


__all__ = ["CASE", "Ground", "Match", "MatchCandidate", "MatchSource", "MatchState",
           "VendorAlias"]  # fmt: skip
