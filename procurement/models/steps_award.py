"""The steps from the ranking to the contract: approval, standstill, award, and the ways back."""

from django.utils.translation import gettext_lazy as _
from django_fsm import GET_STATE

from core import clock
from core.machines import transition
from core.models import User
from core.permissions import as_consequence
from procurement import hooks
from procurement import permissions_competitions as who
from procurement.models.conditions_award import (
    everybody_told,
    no_open_challenge,
    order_possible,
    order_signed,
    ranking_stands,
    return_named,
    standstill_over,
)
from procurement.models.facts import RETURNS, CompetitionFacts
from procurement.models.facts import CompetitionState as States


class Award(CompetitionFacts):
    """Oversight approves rank 1 or sends back; nobody overrides the ranking."""

    class Meta:
        abstract = True

    @transition("state", source=States.RANKED, target=States.APPROVAL,
                permission=who.acts_as_officer, conditions=[ranking_stands],
                custom={"label": _("Put the ranking before oversight"), "offered": True}
    )  # fmt: skip
    def submit_for_approval(self, *, by: User, because: str) -> None:
        """Oversight is asked to approve rank 1."""
        self.return_to = ""
        hooks.run("submit_for_approval", self, by=by, because=because)

    @transition("state", source=States.APPROVAL, target=States.STANDSTILL,
                permission=who.approves, conditions=[ranking_stands],
                custom={"label": _("Approve rank 1"), "offered": True, "danger": True,
                        "note": _("Every bidder is told at once who is on rank 1 and why; the "
                                  "standstill counts from the day after.")})  # fmt: skip
    def approve(self, *, by: User, because: str) -> None:
        """Rank 1 is preferred; every bidder is told, and the standstill begins."""
        self.approver = by
        hooks.run("approve", self, by=by, because=because)

    @transition("state", source=States.APPROVAL,
                target=GET_STATE(lambda row, **_acted: row.return_to, RETURNS),
                permission=who.approves, conditions=[return_named],
                custom={"label": _("Send it back"), "offered": True, "reason": True})  # fmt: skip
    def send_back(self, *, by: User, because: str) -> None:
        """Oversight does not approve: it goes back to the step it names."""
        hooks.run("send_back", self, by=by, because=because)

    @transition("state", source=[States.RANKED, States.APPROVAL, States.STANDSTILL,
                                 States.AWARDED],
                target=States.RANKED, permission=as_consequence,
                custom={"label": _("Rank anew after an exclusion"), "offered": False})  # fmt: skip
    def rerank(self, *, by: User, because: str) -> None:
        """A bid was excluded: the others are ranked anew, with new notices and standstill."""
        self.standstill_ends, self.approver = None, None
        hooks.run("rerank", self, by=by, because=because)

    @transition("state", source=[States.APPROVAL, States.STANDSTILL, States.AWARDED],
                target=GET_STATE(lambda row, **_acted: row.return_to, RETURNS),
                permission=who.follows_challenge, conditions=[return_named],
                custom={"label": _("Go back after a challenge"), "offered": False})  # fmt: skip
    def go_back(self, *, by: User, because: str) -> None:
        """A challenge was upheld: it goes back to the step that the decision names."""
        self.standstill_ends, self.approver = None, None
        hooks.run("go_back", self, by=by, because=because)

    @transition("state", source=States.STANDSTILL, target=States.AWARDED,
                permission=who.acts_as_officer,
                conditions=[everybody_told, standstill_over, no_open_challenge, order_possible],
                custom={"label": _("Award"), "offered": True, "danger": True,
                        "note": _("An order is drafted from the bid on rank 1.")})  # fmt: skip
    def award(self, *, by: User, because: str) -> None:
        """The award binds to rank 1 and drafts the order."""
        hooks.run("award", self, by=by, because=because)

    @transition("state", source=States.AWARDED, target=States.CONTRACTED,
                permission=who.by_clock, conditions=[order_signed],
                custom={"label": _("Conclude: the order is signed"), "offered": False})  # fmt: skip
    def conclude(self, *, by: User, because: str) -> None:
        """The order is signed by both sides: the competition has done its work."""
        self.ended_at = clock.now()
        hooks.run("conclude", self, by=by, because=because)
