"""Challenges: a bidder says that the ranking is wrong, and somebody apart decides."""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import guards
from core.machines import Machine, State, transition
from core.models import User
from core.refusals import requires
from core.steps import perform
from core.waits import Wait, turn
from procurement import permissions_award as who
from procurement.models.facts import RETURNS


class ChallengeState(models.TextChoices):
    """Where a challenge stands; until it is decided nothing is awarded."""

    LODGED = "lodged", pgettext_lazy("challenge", "lodged")
    ADMITTED = "admitted", pgettext_lazy("challenge", "admitted")
    UPHELD = "upheld", pgettext_lazy("challenge", "upheld")
    DISMISSED = "dismissed", pgettext_lazy("challenge", "dismissed")
    WITHDRAWN = "withdrawn", pgettext_lazy("challenge", "withdrawn")


States = ChallengeState
OPEN = (States.LODGED, States.ADMITTED)
"""States of a challenge that keeps the award waiting."""


@requires(_("Name first the step to which the competition goes back."))
def return_named(challenge: Any) -> bool:
    return bool(challenge.return_to)


class ChallengeQuerySet(models.QuerySet):
    """Challenges, and who sees them: officers and oversight all, a company its own."""

    def visible_to(self, user: Any) -> "ChallengeQuerySet":
        rows = self.select_related("competition__project__institution", "competition__dossier",
                                   "bid__vendor")  # fmt: skip
        if who.reads_bids(user):
            return rows
        return rows.filter(bid__vendor__in=who.seats_of(user))

    def undecided(self) -> "ChallengeQuerySet":
        return self.filter(state__in=OPEN)


@guards.kept
class Challenge(Machine):
    """A bidder's challenge against a ranking, lodged before the standstill ends.

    Upheld, the competition goes back to the step that the decision names; new sheets then stand
    beside the old.
    """

    States = ChallengeState

    competition = models.ForeignKey(
        "procurement.Competition", models.PROTECT, related_name="challenges",
        verbose_name=_("competition"),
    )  # fmt: skip
    number = models.PositiveSmallIntegerField(_("number"))
    bid = models.ForeignKey(
        "procurement.Bid", models.PROTECT, related_name="challenges", verbose_name=_("bid")
    )
    grounds = models.TextField(_("grounds"))
    document = models.ForeignKey("core.Document", models.PROTECT, null=True, related_name="+",
                                 verbose_name=_("document"))  # fmt: skip
    lodged_by = models.ForeignKey("core.User", models.PROTECT, related_name="+",
                                  verbose_name=_("lodged by"))  # fmt: skip
    lodged_at = models.DateTimeField(_("lodged"))
    return_to = models.CharField(_("goes back to"), max_length=30, blank=True,
                                 choices=[(s.value, s.label) for s in RETURNS])  # fmt: skip
    decision = models.TextField(_("decision"), blank=True)
    decided_by = models.ForeignKey("core.User", models.PROTECT, null=True, related_name="+",
                                   verbose_name=_("decided by"))  # fmt: skip
    state = State(ChallengeState, default=ChallengeState.LODGED)

    objects = ChallengeQuerySet.as_manager()
    step_related = ("competition__project__institution", "competition__dossier", "bid__vendor")

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("challenge")
        verbose_name_plural = _("challenges")
        constraints = [
            models.UniqueConstraint(
                fields=["competition", "number"], name="procurement_challenge_number"
            )
        ]

    def __str__(self) -> str:
        return f"{self.competition.ref} · R{self.number}"

    @property
    def dossier(self) -> Any:
        return self.competition.dossier

    def title_for_people(self) -> str:
        return f"{self} · {self.bid.vendor}"

    def get_absolute_url(self) -> str:
        return reverse("procurement:challenge_detail", kwargs={"pk": self.pk})

    def turns(self) -> Iterable[Wait]:
        excluded = self.competition.approver_id
        if self.state == States.LODGED:
            yield turn("admit", "role:secretariat", not_for=excluded)
        elif self.state == States.ADMITTED:
            yield turn("uphold", "role:secretariat", not_for=excluded)

    @transition(state, source=States.LODGED, target=States.ADMITTED,
                permission=who.decides_challenge,
                custom={"label": _("Admit the challenge"), "offered": True})  # fmt: skip
    def admit(self, *, by: User, because: str) -> None:
        """It was lodged in time, by a bidder, with grounds: it is decided on its merits."""

    @transition(state, source=[States.LODGED, States.ADMITTED], target=States.DISMISSED,
                permission=who.decides_challenge,
                custom={"label": _("Dismiss the challenge"), "offered": True,
                        "reason": True})  # fmt: skip
    def dismiss(self, *, by: User, because: str) -> None:
        """The ranking stands."""
        self.decision, self.decided_by = because, by

    @transition(state, source=States.ADMITTED, target=States.UPHELD,
                permission=who.decides_challenge, conditions=[return_named],
                custom={"label": _("Uphold the challenge"), "offered": True, "reason": True,
                        "danger": True,
                        "note": _("The competition goes back to the step that you named; notices "
                                  "and standstill are void.")})  # fmt: skip
    def uphold(self, *, by: User, because: str) -> None:
        """The competition goes back, and what follows is done anew beside the old."""
        self.decision, self.decided_by = because, by
        competitions: Any = apps.get_model("procurement", "Competition")._base_manager
        competitions.filter(pk=self.competition_id).update(return_to=self.return_to)
        self.competition = perform(self.competition, "go_back", by=by, because=because)

    @transition(state, source=[States.LODGED, States.ADMITTED], target=States.WITHDRAWN,
                permission=who.withdraws_challenge,
                custom={"label": _("Withdraw the challenge"), "offered": True})  # fmt: skip
    def withdraw(self, *, by: User, because: str) -> None:
        """The company no longer challenges the ranking."""
