"""What is known of a competition: its states, its rules as data, its deadlines."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import clock
from core.machines import Machine, State
from core.models import User
from core.money import MinorUnitsField
from procurement import hooks


class CompetitionState(models.TextChoices):
    """Where a competition stands. *Published* and *closed* follow from the database's clock:
    guards ask `Competition.phase`, a job only records."""

    DRAFT = "draft", pgettext_lazy("competition", "draft")
    IN_REVIEW = "in_review", pgettext_lazy("competition", "in review")
    PUBLISHED = "published", pgettext_lazy("competition", "published")
    CLOSED = "closed", pgettext_lazy("competition", "closed")
    OPENING = "opening", _("being opened")
    OPENED = "opened", pgettext_lazy("competition", "opened")
    COMPLIANCE = "compliance", _("compliance check")
    TECHNICAL_INDIVIDUAL = "technical_individual", _("individual scoring")
    TECHNICAL_CONSENSUS = "technical_consensus", _("consensus of the panel")
    INTERVIEW = "interview", _("interviews")
    PRICE_OPENING = "price_opening", _("prices being opened")
    PRICE_OPENED = "price_opened", _("prices opened")
    RANKED = "ranked", _("ranked")
    APPROVAL = "approval", _("before oversight")
    STANDSTILL = "standstill", _("standstill")
    AWARDED = "awarded", pgettext_lazy("competition", "awarded")
    CONTRACTED = "contracted", _("contracted")
    CANCELLED = "cancelled", pgettext_lazy("competition", "cancelled")
    UNSUCCESSFUL = "unsuccessful", _("unsuccessful")
    SUSPENDED = "suspended", _("suspended by a court or authority")


States = CompetitionState
BEFORE = (States.DRAFT, States.IN_REVIEW)
"""States that the public does not see."""
OVER = (States.CONTRACTED, States.CANCELLED, States.UNSUCCESSFUL)
"""States in which nothing happens any more."""
RETURNS = (States.COMPLIANCE, States.TECHNICAL_INDIVIDUAL, States.TECHNICAL_CONSENSUS,
           States.PRICE_OPENED, States.RANKED)  # fmt: skip
"""Steps to which oversight or an upheld challenge may send a competition back."""
SUSPENDABLE = tuple(state for state in States if state not in (*BEFORE, *OVER, States.SUSPENDED))
"""States that a court or authority may suspend."""


class Sealing(models.TextChoices):
    """Who holds the key to the bids."""

    SHARES = "shares", _("key shares of several people")
    SERVER = "server", _("a key held by the server, labelled so")


class PriceBasis(models.TextChoices):
    """What a bid's price is."""

    HOURS = "hours", _("a fixed basket of hours at the rates of the bid")
    SPRINT = "sprint", _("a fixed price per sprint")


class TaxBasis(models.TextChoices):
    """Whether prices are compared with their tax."""

    WITHOUT = "without_tax", _("prices without tax")
    WITH = "with_tax", _("prices with tax")


class DayKind(models.TextChoices):
    """How the days of a standstill are counted."""

    CALENDAR = "calendar", _("calendar days")
    WORKING = "working", _("working days")


class CompetitionFacts(Machine):
    """The columns of a competition. Amounts are minor units of `currency`; weights are percent.

    `criteria` and `price_weight` total 100. What is JSON here is described in
    `templates_data/README.md`, the shape in which templates bring it.
    """

    dossier = models.OneToOneField("core.Dossier", models.PROTECT, related_name="competition")  # type: ignore[assignment]
    ref = models.CharField(_("reference"), max_length=20, unique=True)
    state = State(CompetitionState, default=CompetitionState.DRAFT)
    title = models.CharField(_("title"), max_length=200)
    project = models.ForeignKey("projects.Project", models.PROTECT, related_name="competitions",
                                verbose_name=_("project"))  # fmt: skip
    lot = models.ForeignKey("vendors.Lot", models.PROTECT, null=True, blank=True,
                            related_name="competitions", verbose_name=_("lot"))  # fmt: skip
    author = models.ForeignKey("core.User", models.PROTECT, related_name="+",
                               verbose_name=_("drafted by"))  # fmt: skip
    publisher = models.ForeignKey("core.User", models.PROTECT, null=True, related_name="+",
                                  verbose_name=_("published by"))  # fmt: skip
    template = models.CharField(_("template"), max_length=40)
    template_version = models.CharField(_("version of the template"), max_length=20)
    rerun_of = models.ForeignKey("self", models.PROTECT, null=True, related_name="reruns",
                                 verbose_name=_("re-run of"))  # fmt: skip

    background = models.TextField(_("the problem to be solved"), blank=True)
    users_and_needs = models.TextField(_("users and their needs"), blank=True)
    outcomes = models.TextField(_("outcomes wanted"), blank=True)
    constraints = models.TextField(_("constraints that are given"), blank=True)
    order_terms = models.TextField(_("terms of the order"), blank=True)
    compliance_items = models.JSONField(_("what a bid must contain"), default=list)
    prototype = models.JSONField(_("rules of the prototype"), default=dict)
    quality_plan = models.JSONField(_("quality plan of the order"), default=list)
    rules = models.JSONField(_("rules of the template"), default=dict)

    currency = models.CharField(_("currency"), max_length=3)
    estimate = MinorUnitsField(_("estimated value"), null=True, blank=True)
    stipend = MinorUnitsField(_("stipend per compliant bidder"), default=0)
    stipend_cap = models.PositiveSmallIntegerField(_("bidders paid at most"), default=0)
    joint_bids = models.BooleanField(_("joint bids are possible"), default=True)
    tax_basis = models.CharField(_("tax"), max_length=12, choices=TaxBasis.choices,
                                 default=TaxBasis.WITHOUT)  # fmt: skip
    price_basis = models.CharField(_("price"), max_length=8, choices=PriceBasis.choices,
                                   default=PriceBasis.HOURS)  # fmt: skip
    price_basket = models.JSONField(_("basket of hours"), default=list)
    price_weight = models.DecimalField(_("weight of the price, percent"), max_digits=5,
                                       decimal_places=2, default=Decimal(0))  # fmt: skip
    price_formula = models.CharField(_("formula of the price score"), max_length=20,
                                     default="lowest")  # fmt: skip
    scale = models.JSONField(_("scale of the scores"), default=dict)
    spread_limit = models.DecimalField(
        _("spread that the panel must talk about, percent of the scale"), max_digits=5,
        decimal_places=2, default=Decimal(30),
    )  # fmt: skip
    tie_chain = models.JSONField(_("how ties are broken"), default=list)
    top_n = models.PositiveSmallIntegerField(_("bids shortlisted"), null=True, blank=True)
    interview = models.BooleanField(_("interviews"), default=False)
    sprints = models.PositiveSmallIntegerField(_("sprints foreseen"), default=0)
    sprint_days = models.PositiveSmallIntegerField(_("days of a sprint"), default=14)
    standstill_days = models.PositiveSmallIntegerField(_("days of standstill"), default=10)
    standstill_kind = models.CharField(_("counted as"), max_length=10, choices=DayKind.choices,
                                       default=DayKind.CALENDAR)  # fmt: skip
    sealing = models.CharField(_("key to the bids"), max_length=8, choices=Sealing.choices,
                               default=Sealing.SHARES)  # fmt: skip

    questions_until = models.DateTimeField(_("questions until"), null=True, blank=True)
    closes_at = models.DateTimeField(_("bids until"), null=True, blank=True)
    version = models.PositiveSmallIntegerField(_("version"), default=0)
    frozen_hash = models.CharField(_("hash of all that was published"), max_length=64, blank=True)
    rules_hash = models.CharField(_("hash of criteria, formula and tie chain"), max_length=64,
                                  blank=True)  # fmt: skip
    seed_commitment = models.CharField(_("hash of the secret of the draw"), max_length=64,
                                       blank=True)  # fmt: skip
    receipts_hash = models.CharField(_("hash of all receipts"), max_length=64, blank=True)
    published_at = models.DateTimeField(_("published"), null=True)
    closed_at = models.DateTimeField(_("closing recorded"), null=True)
    opening_first = models.ForeignKey("core.User", models.PROTECT, null=True, related_name="+",
                                      verbose_name=_("first officer of the opening"))  # fmt: skip
    opened_at = models.DateTimeField(_("opened"), null=True)
    price_first = models.ForeignKey("core.User", models.PROTECT, null=True, related_name="+",
                                    verbose_name=_("first officer of the prices"))  # fmt: skip
    prices_opened_at = models.DateTimeField(_("prices opened"), null=True)
    approver = models.ForeignKey("core.User", models.PROTECT, null=True, related_name="+",
                                 verbose_name=_("approved by"))  # fmt: skip
    standstill_ends = models.DateTimeField(_("standstill ends"), null=True)
    return_to = models.CharField(_("to be sent back to"), max_length=30, blank=True,
                                 choices=[(s.value, s.label) for s in RETURNS])  # fmt: skip
    suspended_from = models.CharField(_("suspended in"), max_length=30, blank=True)
    suspended_at = models.DateTimeField(_("suspended"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    ended_because = models.TextField(_("reason of the end"), blank=True)
    created_at = models.DateTimeField(_("begun"), auto_now_add=True)
    updated_at = models.DateTimeField(_("last changed"), auto_now=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.ref} {self.title}"

    def title_for_people(self) -> str:
        return f"{self.ref} · {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("procurement:competition_detail", kwargs={"ref": self.ref})

    def get_public_url(self) -> str:
        """The page that everybody may open, once it is published."""
        return reverse("procurement:public_detail", kwargs={"ref": self.ref})

    def get_step_url(self, name: str) -> str:
        return reverse("procurement:competition_step", kwargs={"ref": self.ref, "step": name})

    def deadline(self, now: datetime) -> datetime | None:
        """Until when bids are taken, as it stands at this moment."""
        raise NotImplementedError

    def record_closing(self, *, by: User, because: str) -> None:
        """Store the deadline that held, whoever comes first after it."""
        self.closed_at = clock.now()
        self.closes_at = self.deadline(self.closed_at)
        hooks.run("close", self, by=by, because=because)

    @property
    def institution(self) -> Any:
        """Whose competition it is: its zone and holidays count."""
        return self.project.institution

    @property
    def is_public(self) -> bool:
        """Whether it has been published, whatever became of it."""
        return self.published_at is not None

    @property
    def blind(self) -> bool:
        """Whether the panel cannot learn names from prototypes before it has scored."""
        return bool(self.prototype.get("public_from") != "start")

    @property
    def stipends(self) -> int:
        """What stipends may cost in all, in minor units."""
        return self.stipend * self.stipend_cap

    def rule(self, name: str, default: int = 0) -> int:
        """A whole number among the rules that its template gave it (days, percent)."""
        return int(self.rules.get(name, default))

    def local(self, moment: datetime | None) -> datetime | None:
        """A moment in the zone of the institution."""
        return moment.astimezone(clock.zone(self.institution)) if moment else None
