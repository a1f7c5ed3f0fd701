"""Whether a bid is let to the panel: rule by rule, by two people; and exclusions after that."""

from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import clock, guards
from core.machines import Machine, State, transition
from core.refusals import requires
from core.steps import perform
from core.waits import turn
from procurement import hooks
from procurement import permissions_evaluation as who
from procurement.permissions_sealing import seats_of

OFFICERS = "role:procurement_officer"


class Ground(models.TextChoices):
    """Why a bid may be excluded: the list, and nothing else (Directive 2014/24/EU, art. 57 and
    69; LAASSP, art. 29, 50 and 60)."""

    COMPLIANCE = "compliance", _("it does not meet a rule of the competition")
    FALSE_STATEMENT = "false_statement", _("a statement in it is false")
    BARRED = "barred", _("the bidder is suspended or debarred")
    CONFLICT = "conflict", _("a conflict of interest that nothing else removes")
    COLLUSION = "collusion", _("it was agreed with another bidder")
    LOW_PRICE = "low_price", _("its abnormally low price was not explained")
    PROTOTYPE = "prototype", _("the prototype is not the bidder's own work as declared")
    CONTACT = "contact", _("the bidder sought to influence the panel")
    UNSIGNED = "unsigned", _("the bidder does not sign the order in time")


class OfBidQuerySet(models.QuerySet):
    """What officers find about a bid: never shown to the panel, which knows aliases only."""

    def visible_to(self, user: Any) -> "OfBidQuerySet":
        """Those who read every evaluation, but where they sit on the panel themselves; bidders
        their own, once two people have found it."""
        model: Any = self.model
        rows = self.select_related(*model.step_related)
        if not who.reads_scores(user):
            return rows.filter(bid__vendor__in=seats_of(user), state="confirmed")
        seats: Any = apps.get_model("procurement", "PanelMember")
        mine = seats.objects.filter(user=user.pk).order_by().values("competition")
        return rows.exclude(bid__competition__in=mine)


@requires(_("Compliance is checked while the competition is at that step."))
def at_compliance(check: Any) -> bool:
    return bool(check.competition.state == "compliance")


@requires(_("Say of every rule whether the bid meets it, and give the reason where it does not."))
def all_checked(check: Any) -> bool:
    rows = list(check.items.all())
    return all(row.result and (row.result == "met" or row.reason.strip()) for row in rows)


@requires(_("A rule is not met whose fault may be cured: ask for the cure first."))
def cure_offered(check: Any) -> bool:
    return not (check.lacking().filter(curable=True).exists() and check.cure_until is None)


@requires(_("There is no fault that the rules let a bidder cure, or it was asked once already."),
          quiet=True)  # fmt: skip
def curable(check: Any) -> bool:
    return bool(check.cure_until is None and check.lacking().filter(curable=True).exists())


@requires(_("The time to cure is over."))
def in_time_to_cure(check: Any) -> bool:
    return bool(check.cure_until and clock.now() < check.cure_until)


@requires(_("Write what cures the fault, or add a file."))
def cure_written(check: Any) -> bool:
    return bool(check.cure_answer.strip() or check.cure_document_id)


@requires(_("The time to cure is not over."))
def cure_over(check: Any) -> bool:
    return not in_time_to_cure(check)


@guards.kept
class ComplianceCheck(Machine):
    """The compliance of one bid: an officer goes through the rules, a second one confirms.

    Where no rule is left unmet the bid is compliant, otherwise it is excluded: nobody chooses.
    A fault that the rules let cure is asked for once, until `cure_until`.
    """

    class States(models.TextChoices):
        CHECKING = "checking", _("being checked")
        CURING = "curing", _("the bidder may cure a fault")
        PROPOSED = "proposed", pgettext_lazy("compliance", "checked, to be confirmed")
        CONFIRMED = "confirmed", pgettext_lazy("compliance", "confirmed")

    step_related = ("bid__competition__project__institution", "bid__competition__dossier",
                    "bid__vendor")  # fmt: skip
    step_url_name = "procurement:compliance_step"
    wait_labels = {"check": _("Check the compliance of the bid")}

    bid = models.OneToOneField("procurement.Bid", models.PROTECT, related_name="compliance",
                               verbose_name=_("bid"))  # fmt: skip
    begun_at = models.DateTimeField(_("begun"))
    checked_by = models.ForeignKey("core.User", models.PROTECT, null=True, related_name="+",
                                   verbose_name=_("checked by"))  # fmt: skip
    confirmed_by = models.ForeignKey("core.User", models.PROTECT, null=True, related_name="+",
                                     verbose_name=_("confirmed by"))  # fmt: skip
    confirmed_at = models.DateTimeField(_("confirmed"), null=True)
    cure_until = models.DateTimeField(_("may be cured until"), null=True)
    cured_at = models.DateTimeField(_("answered"), null=True)
    cure_answer = models.TextField(_("answer of the bidder"), blank=True)
    cure_document = models.ForeignKey("core.Document", models.PROTECT, null=True,
                                      related_name="+", verbose_name=_("file"))  # fmt: skip
    state = State(States, default=States.CHECKING)

    objects = OfBidQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("compliance check")
        verbose_name_plural = _("compliance checks")

    def __str__(self) -> str:
        return str(self.bid)

    @property
    def competition(self) -> Any:
        return self.bid.competition

    @property
    def dossier(self) -> Any:
        return self.bid.competition.dossier

    def lacking(self) -> Any:
        """The rules that the bid does not meet."""
        return self.items.filter(result=ComplianceItem.Result.UNMET)

    def title_for_people(self) -> str:
        return str(self.bid)

    def get_absolute_url(self) -> str:
        return reverse("procurement:compliance_detail", kwargs={"pk": self.pk})

    def turns(self) -> list[Any]:
        if self.state == self.States.CHECKING:
            return [turn("check", OFFICERS)]
        if self.state == self.States.PROPOSED:
            return [turn("confirm", OFFICERS, not_for=self.checked_by_id)]
        return []

    @transition(state, source=States.CHECKING, target=States.CURING, permission=who.checks,
                conditions=[at_compliance, all_checked, curable],
                custom={"label": _("Let the bidder cure it"), "offered": True,
                        "note": _("The bidder is told what is missing and until when it may be "
                                  "added. This happens once.")})  # fmt: skip
    def ask_cure(self, *, by: Any, because: str) -> None:
        """The bidder may add what is missing, once, within the days that the rules give."""
        competition = self.competition
        place = competition.institution
        days = competition.rule("cure_days", 3)
        day = clock.working_days_after(clock.today(place), days, place)
        self.cure_until = clock.end_of(day, place)

    @transition(state, source=States.CURING, target=States.CHECKING,
                permission=who.answers_cure, conditions=[in_time_to_cure, cure_written],
                custom={"label": _("Send what was missing"), "offered": True})  # fmt: skip
    def cure(self, *, by: Any, because: str) -> None:
        """The bidder answered: the officers look at it again."""
        self.cured_at = clock.now()

    @transition(state, source=States.CURING, target=States.CHECKING, permission=who.by_clock,
                conditions=[cure_over],
                custom={"label": _("End the time to cure"), "offered": False})  # fmt: skip
    def end_cure(self, *, by: Any, because: str) -> None:
        """Nobody answered in time: the fault stands as it is."""

    @transition(
        state,
        source=States.CHECKING,
        target=States.PROPOSED,
        permission=who.checks,
        conditions=[at_compliance, all_checked, cure_offered],
        custom={"label": _("Hand the check to a second person"), "offered": True},
    )
    def propose(self, *, by: Any, because: str) -> None:
        """The first officer is done: a second one looks at it."""
        self.checked_by = by

    @transition(state, source=States.PROPOSED, target=States.CHECKING,
                permission=who.confirms_check,
                custom={"label": _("Give the check back"), "offered": True,
                        "reason": True})  # fmt: skip
    def give_back(self, *, by: Any, because: str) -> None:
        """The second person sees it otherwise: it is checked again."""
        self.checked_by = None

    @transition(
        state,
        source=States.PROPOSED,
        target=States.CONFIRMED,
        permission=who.confirms_check,
        conditions=[at_compliance],
        custom={
            "label": _("Confirm the check"),
            "offered": True,
            "danger": True,
            "note": _(
                "Where a rule is not met, the bid is excluded and its bidder "
                "told the reasons; otherwise it goes to the panel."
            ),
        },
    )
    def confirm(self, *, by: Any, because: str) -> None:
        """Two people found it: the bid is compliant, or excluded for what it lacks."""
        self.confirmed_by, self.confirmed_at = by, clock.now()
        self.save(update_fields=["confirmed_by", "confirmed_at"])
        lacking = [f"{row.title}: {row.reason}" for row in self.lacking()]
        if not lacking:
            if self.bid.state == "opened":
                self.bid = perform(self.bid, "comply", by=by)
            return
        self.bid.ground = Ground.COMPLIANCE
        self.bid.save(update_fields=["ground"])
        self.bid = perform(self.bid, "exclude", by=by, because="\n".join(lacking))

    @transition(state, source=[States.PROPOSED, States.CONFIRMED], target=States.CHECKING,
                permission=who.as_consequence,
                custom={"label": _("Check again"), "offered": False})  # fmt: skip
    def reopen(self, *, by: Any, because: str) -> None:
        """The competition went back to this step."""
        self.checked_by = self.confirmed_by = self.confirmed_at = None


@guards.kept
class ComplianceItem(models.Model):
    """One rule that a bid must meet, as published; and what the officers found."""

    class Result(models.TextChoices):
        MET = "met", _("met")
        UNMET = "unmet", _("not met")

    check_of = models.ForeignKey(ComplianceCheck, models.PROTECT, related_name="items")
    place = models.PositiveSmallIntegerField(_("place"))
    code = models.CharField(_("code"), max_length=60)
    title = models.CharField(_("rule"), max_length=500)
    curable = models.BooleanField(_("may be cured"), default=False)
    result = models.CharField(_("result"), max_length=5, choices=Result.choices, blank=True)
    reason = models.TextField(_("reason"), blank=True)

    class Meta:
        ordering = ["check_of", "place"]
        verbose_name = _("rule of compliance")
        verbose_name_plural = _("rules of compliance")
        constraints = [
            models.UniqueConstraint(
                fields=["check_of", "code"], name="procurement_complianceitem_once"
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def dossier(self) -> Any:
        return self.check_of.dossier


@requires(_("An exclusion is decided between the opening and the contract."))
def excludable(exclusion: Any) -> bool:
    return exclusion.competition.state in EXCLUDABLE


EXCLUDABLE = ("technical_individual", "technical_consensus", "interview", "price_opened", "ranked",
              "approval", "standstill", "awarded")  # fmt: skip


@guards.kept
class Exclusion(Machine):
    """An exclusion after the compliance check: one person proposes, a second one decides."""

    class States(models.TextChoices):
        PROPOSED = "proposed", pgettext_lazy("exclusion", "proposed")
        CONFIRMED = "confirmed", pgettext_lazy("exclusion", "the bid is excluded")
        REJECTED = "rejected", pgettext_lazy("exclusion", "rejected")

    step_related = ("bid__competition__project__institution", "bid__competition__dossier",
                    "bid__vendor")  # fmt: skip
    step_url_name = "procurement:exclusion_step"

    bid = models.ForeignKey("procurement.Bid", models.PROTECT, related_name="exclusions",
                            verbose_name=_("bid"))  # fmt: skip
    ground = models.CharField(_("ground"), max_length=20, choices=Ground.choices)
    reason = models.TextField(_("reasons"))
    proposed_by = models.ForeignKey("core.User", models.PROTECT, related_name="+",
                                    verbose_name=_("proposed by"))  # fmt: skip
    proposed_at = models.DateTimeField(_("proposed"))
    decided_by = models.ForeignKey("core.User", models.PROTECT, null=True, related_name="+",
                                   verbose_name=_("decided by"))  # fmt: skip
    decided_at = models.DateTimeField(_("decided"), null=True)
    state = State(States, default=States.PROPOSED)

    objects = OfBidQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("exclusion")
        verbose_name_plural = _("exclusions")
        constraints = [
            models.UniqueConstraint(
                fields=["bid"], condition=Q(state="proposed"),
                name="procurement_exclusion_one_at_a_time",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(self.bid)

    @property
    def competition(self) -> Any:
        return self.bid.competition

    @property
    def dossier(self) -> Any:
        return self.bid.competition.dossier

    def title_for_people(self) -> str:
        return str(self.bid)

    def get_absolute_url(self) -> str:
        return reverse("procurement:exclusion_detail", kwargs={"pk": self.pk})

    def turns(self) -> list[Any]:
        if self.state != self.States.PROPOSED:
            return []
        before_oversight = self.competition.state in ("approval", "standstill", "awarded")
        audience = "role:secretariat" if before_oversight else OFFICERS
        return [turn("confirm", audience, not_for=self.proposed_by_id)]

    @transition(state, source=States.PROPOSED, target=States.CONFIRMED,
                permission=who.confirms_exclusion, conditions=[excludable],
                custom={"label": _("Exclude the bid"), "offered": True, "danger": True,
                        "note": _("Everything is computed anew without it; after the notice of "
                                  "the result every bidder is told again, and the standstill "
                                  "begins anew.")})  # fmt: skip
    def confirm(self, *, by: Any, because: str) -> None:
        """The bid is out; whatever had been ranked is ranked anew."""
        self.decided_by, self.decided_at = by, clock.now()
        self.save(update_fields=["decided_by", "decided_at"])
        self.bid.ground = self.ground
        self.bid.save(update_fields=["ground"])
        self.bid = perform(self.bid, "exclude", by=by, because=self.reason)
        hooks.run("excluded", self.bid, by=by, because=self.reason)
        if self.competition.state in ("ranked", "approval", "standstill", "awarded"):
            self.bid.competition = perform(self.competition, "rerank", by=by, because=self.reason)

    @transition(state, source=States.PROPOSED, target=States.REJECTED,
                permission=who.confirms_exclusion,
                custom={"label": _("Reject the exclusion"), "offered": True,
                        "reason": True})  # fmt: skip
    def reject(self, *, by: Any, because: str) -> None:
        """The second person does not agree: the bid stays in."""
        self.decided_by, self.decided_at = by, clock.now()
