"""Bids as they stand after the opening: before it there are none, only equal pages in slots."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import guards
from core.machines import Machine, State, transition
from core.models import User
from core.models.history import AppendOnly
from core.money import MinorUnitsField
from procurement import permissions_sealing as who
from procurement.models.conditions_bid import bid_in, may_be_compliant, may_be_excluded


class BidState(models.TextChoices):
    """Where a bid stands after the opening; what it was before that is nobody's to know."""

    OPENED = "opened", pgettext_lazy("bid", "opened")
    UNREADABLE = "unreadable", pgettext_lazy("bid", "could not be opened")
    WITHDRAWN = "withdrawn", pgettext_lazy("bid", "withdrawn before the deadline")
    LAPSED = "lapsed", pgettext_lazy("bid", "lapsed: not confirmed after a material change")
    COMPLIANT = "compliant", pgettext_lazy("bid", "compliant")
    EXCLUDED = "excluded", pgettext_lazy("bid", "excluded")
    SHORTLISTED = "shortlisted", pgettext_lazy("bid", "shortlisted")
    RANKED = "ranked", pgettext_lazy("bid", "ranked")
    PREFERRED = "preferred", pgettext_lazy("bid", "preferred")
    AWARDED = "awarded", pgettext_lazy("bid", "awarded")
    UNSUCCESSFUL = "unsuccessful", pgettext_lazy("bid", "not successful")


States = BidState
NEVER_IN = (States.UNREADABLE, States.WITHDRAWN, States.LAPSED)
"""States of what was sealed once and never became a bid that is evaluated."""
IN = (States.OPENED, States.COMPLIANT, States.SHORTLISTED, States.RANKED, States.PREFERRED)
"""States in which a bid may still win."""
EXCLUDABLE = (*IN, States.AWARDED)
"""States in which a bid may be excluded: after the award too, until its order is signed."""


class BidQuerySet(models.QuerySet):
    """Opened bids, and who sees them with the bidder's name."""

    def visible_to(self, user: Any) -> "BidQuerySet":
        """Officers, secretariat and auditors see all; vendors their own. The panel sees bids by
        their aliases, on pages of its own."""
        rows = self.select_related("competition__project__institution", "vendor",
                                   "competition__dossier")  # fmt: skip
        if who.reads_bids(user):
            return rows
        return rows.filter(vendor__in=who.seats_of(user))

    def evaluated(self) -> "BidQuerySet":
        """Those that were opened and are part of the evaluation, excluded ones too."""
        return self.exclude(state__in=NEVER_IN)

    def still_in(self) -> "BidQuerySet":
        """Those that may still win."""
        return self.filter(state__in=IN)


@guards.kept
class Bid(Machine):
    """What one vendor sealed, opened: its technical part. The price has a table of its own.

    `content` is described in `bid_content`. `digest` is the receipt's salted SHA-256 over technical
    part and price; `acts` what was done before the deadline, with the moments, oldest first. The
    alias is given by the evaluation.
    """

    States = BidState

    competition = models.ForeignKey(
        "procurement.Competition", models.PROTECT, related_name="bids",
        verbose_name=_("competition"),
    )  # fmt: skip
    vendor = models.ForeignKey(
        "vendors.Vendor", models.PROTECT, related_name="bids", verbose_name=_("vendor")
    )
    alias = models.CharField(_("alias"), max_length=40, blank=True)
    state = State(BidState, default=BidState.OPENED)
    content = models.JSONField(_("technical part"), default=dict)
    salt = models.CharField(max_length=64)
    digest = models.CharField(_("hash of the receipt"), max_length=64)
    technical_digest = models.CharField(max_length=64)
    price_digest = models.CharField(max_length=64)
    acts = models.JSONField(_("before the deadline"), default=list)
    sealed_at = models.DateTimeField(_("sealed"))
    sealed_by = models.ForeignKey("core.User", models.PROTECT, related_name="+",
                                  verbose_name=_("sealed by"))  # fmt: skip
    version = models.PositiveSmallIntegerField(_("version of the competition"))
    because = models.TextField(_("reason"), blank=True)
    ground = models.CharField(_("ground of the exclusion"), max_length=40, blank=True)

    objects = BidQuerySet.as_manager()
    step_related = ("competition__project__institution", "competition__dossier", "vendor")

    class Meta:
        ordering = ["competition", "digest"]
        verbose_name = _("bid")
        verbose_name_plural = _("bids")
        constraints = [
            models.UniqueConstraint(
                fields=["competition", "vendor"], name="procurement_bid_one_a_vendor"
            ),
            models.UniqueConstraint(
                fields=["competition", "alias"], condition=~Q(alias=""),
                name="procurement_bid_alias",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.competition.ref} · {self.alias or self.digest[:8]}"

    def title_for_people(self) -> str:
        return str(self)

    @property
    def dossier(self) -> Any:
        return self.competition.dossier

    def get_absolute_url(self) -> str:
        return reverse("procurement:bid_detail", kwargs={"pk": self.pk})

    @property
    def prototype(self) -> dict[str, str]:
        """Repository, branch, commit and live address, as the bid names them."""
        return dict(self.content.get("prototype", {}))

    @property
    def bundle(self) -> Any:
        """The document that is its git bundle, or None."""
        file = self.files.filter(kind="bundle").select_related("document__blob").first()
        return file.document if file else None

    @transition(state, source=States.OPENED, target=States.COMPLIANT,
                permission=who.decides_on_bid, conditions=[may_be_compliant],
                custom={"label": _("The bid is compliant"), "offered": False})  # fmt: skip
    def comply(self, *, by: User, because: str) -> None:
        """It contains what it must, and goes to the panel."""
        self.because = because

    @transition(state, source=list(EXCLUDABLE), target=States.EXCLUDED,
                permission=who.decides_on_bid, conditions=[may_be_excluded],
                custom={"label": _("Exclude the bid"), "offered": False, "reason": True,
                        "danger": True})  # fmt: skip
    def exclude(self, *, by: User, because: str) -> None:
        """It is out, on the ground that is named; everything is computed anew."""
        self.because = because

    @transition(state, source=States.EXCLUDED, target=States.OPENED,
                permission=who.as_consequence,
                custom={"label": _("Take the bid in again"), "offered": False})  # fmt: skip
    def readmit(self, *, by: User, because: str) -> None:
        """A challenge against its exclusion was upheld: its compliance is decided again."""
        self.because, self.ground = "", ""

    @transition(state, source=States.COMPLIANT, target=States.SHORTLISTED,
                permission=who.as_consequence, conditions=[bid_in],
                custom={"label": _("Shortlist the bid"), "offered": False})  # fmt: skip
    def shortlist(self, *, by: User, because: str) -> None:
        """It meets the minimums and is among the best."""

    @transition(state, source=States.SHORTLISTED, target=States.RANKED,
                permission=who.as_consequence,
                custom={"label": _("Rank the bid"), "offered": False})  # fmt: skip
    def rank(self, *, by: User, because: str) -> None:
        """It has a place, price included."""

    @transition(state, source=States.RANKED, target=States.PREFERRED,
                permission=who.as_consequence,
                custom={"label": _("Prefer the bid"), "offered": False})  # fmt: skip
    def prefer(self, *, by: User, because: str) -> None:
        """It stands first, and is put to oversight."""

    @transition(state, source=States.PREFERRED, target=States.AWARDED,
                permission=who.as_consequence,
                custom={"label": _("Award to the bid"), "offered": False})  # fmt: skip
    def award(self, *, by: User, because: str) -> None:
        """It wins: the order follows."""

    @transition(state, source=[*IN, States.AWARDED], target=States.UNSUCCESSFUL,
                permission=who.as_consequence,
                custom={"label": _("The bid does not win"), "offered": False})  # fmt: skip
    def lose(self, *, by: User, because: str) -> None:
        """It was screened out, not shortlisted, another one won, or nobody does."""
        self.because = because

    @transition(state, source=[States.SHORTLISTED, States.RANKED, States.PREFERRED,
                               States.UNSUCCESSFUL], target=States.COMPLIANT,
                permission=who.as_consequence,
                custom={"label": _("Evaluate the bid again"), "offered": False})  # fmt: skip
    def step_back(self, *, by: User, because: str) -> None:
        """The competition went back to an earlier step, or an exclusion changes the ranking."""
        self.because = ""


@guards.kept
class BidPrice(models.Model):
    """The price of a bid: an envelope that only the price key opens, and what it held.

    Read by `prices.of` alone, and never before the prices are opened. `total` in minor units.
    """

    bid = models.OneToOneField(Bid, models.PROTECT, related_name="sealed_price")
    envelope = models.BinaryField()
    key = models.ForeignKey("procurement.CompetitionKey", models.PROTECT, related_name="+")
    content = models.JSONField(_("price"), null=True)
    total = MinorUnitsField(_("price"), null=True)
    opened_at = models.DateTimeField(_("opened"), null=True)
    failed = models.TextField(_("why it could not be opened"), blank=True)

    class Meta:
        verbose_name = _("price of a bid")
        verbose_name_plural = _("prices of bids")

    def __str__(self) -> str:
        return str(self.bid)

    @property
    def dossier(self) -> Any:
        return self.bid.dossier


@guards.append_only
class BidFile(AppendOnly):
    """A file that came with a bid, after the opening."""

    class Kind(models.TextChoices):
        BUNDLE = "bundle", _("git bundle")
        ATTACHMENT = "attachment", _("attachment")

    bid = models.ForeignKey(Bid, models.PROTECT, related_name="files")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=200)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    sha256 = models.CharField("SHA-256", max_length=64)
    document = models.ForeignKey("core.Document", models.PROTECT, null=True, related_name="+")
    failed = models.TextField(_("why it could not be opened"), blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("file of a bid")
        verbose_name_plural = _("files of bids")

    def __str__(self) -> str:
        return self.name

    @property
    def dossier(self) -> Any:
        return self.bid.dossier


@guards.append_only
class LateAttempt(AppendOnly):
    """Somebody tried after the deadline: the clock's moment, the vendor, the hash, nothing else.

    Kept in the slot until the opening, and readable from then on.
    """

    competition = models.ForeignKey(
        "procurement.Competition", models.PROTECT, related_name="late_attempts"
    )
    vendor = models.ForeignKey("vendors.Vendor", models.PROTECT, related_name="+",
                               verbose_name=_("vendor"))  # fmt: skip
    at = models.DateTimeField(_("when, by the database's clock"))
    deadline = models.DateTimeField(_("deadline"))
    digest = models.CharField(_("hash of what was sent"), max_length=64)

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = _("late attempt")
        verbose_name_plural = _("late attempts")

    def __str__(self) -> str:
        return f"{self.competition.ref} · {self.vendor} · {self.at}"

    @property
    def dossier(self) -> Any:
        return self.competition.dossier
