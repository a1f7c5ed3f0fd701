"""The steps of a competition from its draft to its deadline, and the ways out of it."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django_fsm import GET_STATE

from core import clock
from core.machines import transition
from core.models import User
from core.permissions import by_clock
from procurement import hooks
from procurement import permissions_competitions as who
from procurement.models.conditions_award import no_signed_order
from procurement.models.conditions_drafting import PUBLICATION, REVIEW
from procurement.models.conditions_opening import deadline_passed
from procurement.models.facts import SUSPENDABLE, CompetitionFacts
from procurement.models.facts import CompetitionState as States


class Drafting(CompetitionFacts):
    """Drafted by one officer, published by another; closed by the clock."""

    class Meta:
        abstract = True

    @transition("state", source=States.DRAFT, target=States.IN_REVIEW,
                permission=who.authors, conditions=REVIEW,
                custom={"label": _("Ask a second officer to review it"), "offered": True,
                        "note": _("It cannot be changed while it is reviewed. The keys to the "
                                  "bids are made and rehearsed meanwhile.")})  # fmt: skip
    def submit_for_review(self, *, by: User, because: str) -> None:
        """The author asks another officer to look and to publish."""
        hooks.run("submit_for_review", self, by=by, because=because)

    @transition("state", source=States.IN_REVIEW, target=States.DRAFT,
                permission=who.authors,
                custom={"label": _("Take it back"), "offered": True})  # fmt: skip
    def take_back(self, *, by: User, because: str) -> None:
        """The author goes on drafting; what depends on the text is made again."""
        hooks.run("back_to_draft", self, by=by, because=because)

    @transition("state", source=States.IN_REVIEW, target=States.DRAFT,
                permission=who.publishes,
                custom={"label": _("Give it back to its author"), "offered": True,
                        "reason": True})  # fmt: skip
    def give_back(self, *, by: User, because: str) -> None:
        """The second officer does not publish it as it is."""
        hooks.run("back_to_draft", self, by=by, because=because)

    @transition("state", source=States.IN_REVIEW, target=States.PUBLISHED,
                permission=who.publishes, conditions=PUBLICATION,
                custom={"label": _("Publish"), "offered": True, "danger": True,
                        "note": _("Everything is frozen with its hash, stands on a public page, "
                                  "and every member of the lot is told. Later only an addendum "
                                  "changes it.")})  # fmt: skip
    def publish(self, *, by: User, because: str) -> None:
        """Version 1 is frozen; the secret of the draw is committed; everybody may read it."""
        self.publisher, self.published_at = by, clock.now()
        hooks.run("publish", self, by=by, because=because)

    @transition("state", source=States.PUBLISHED, target=States.CLOSED,
                permission=by_clock, conditions=[deadline_passed],
                custom={"label": _("Record the closing"), "offered": False})  # fmt: skip
    def close(self, *, by: User, because: str) -> None:
        """The deadline has passed. It had closed by itself; this only records it."""
        self.record_closing(by=by, because=because)

    @transition("state", source=[States.DRAFT, States.IN_REVIEW, States.PUBLISHED, States.CLOSED,
                                 States.OPENING, States.OPENED, States.COMPLIANCE,
                                 States.TECHNICAL_INDIVIDUAL, States.TECHNICAL_CONSENSUS,
                                 States.INTERVIEW, States.PRICE_OPENING, States.PRICE_OPENED,
                                 States.RANKED, States.APPROVAL, States.STANDSTILL,
                                 States.AWARDED, States.SUSPENDED],
                target=States.CANCELLED, permission=who.cancels, conditions=[no_signed_order],
                custom={"label": _("Cancel the competition"), "offered": True, "reason": True,
                        "danger": True,
                        "note": _("Your reason is public once the competition was. A re-run may "
                                  "start from a copy.")})  # fmt: skip
    def cancel(self, *, by: User, because: str) -> None:
        """It ends without an order, with a reason that everybody may read."""
        self.ended_at, self.ended_because = clock.now(), because
        hooks.run("cancel", self, by=by, because=because)

    @transition("state", source=[States.OPENED, States.COMPLIANCE, States.TECHNICAL_INDIVIDUAL,
                                 States.TECHNICAL_CONSENSUS, States.INTERVIEW,
                                 States.PRICE_OPENED, States.RANKED],
                target=States.UNSUCCESSFUL, permission=who.acts_as_officer,
                custom={"label": _("Declare it unsuccessful"), "offered": True, "reason": True,
                        "danger": True,
                        "note": _("No bid came, or none can be awarded. Your reason is "
                                  "public.")})  # fmt: skip
    def declare_unsuccessful(self, *, by: User, because: str) -> None:
        """No bid can be awarded; the reason is public."""
        self.ended_at, self.ended_because = clock.now(), because
        hooks.run("declare_unsuccessful", self, by=by, because=because)

    @transition("state", source=list(SUSPENDABLE), target=States.SUSPENDED,
                permission=who.enters_orders,
                custom={"label": _("Enter a suspension by a court or authority"), "offered": True,
                        "reason": True, "danger": True,
                        "note": _("Name the court or authority and the number of its order. "
                                  "Deadlines stand still until it goes on.")})  # fmt: skip
    def suspend(self, *, by: User, because: str) -> None:
        """A court or authority stops it where it is."""
        now = clock.now()
        self.closes_at = self.deadline(now)
        self.suspended_from, self.suspended_at = self.state, now
        hooks.run("suspend", self, by=by, because=because)

    @transition("state", source=States.SUSPENDED,
                target=GET_STATE(lambda row, **_acted: row.suspended_from, SUSPENDABLE),
                permission=who.enters_orders,
                custom={"label": _("Go on after the suspension"), "offered": True, "reason": True,
                        "note": _("It returns to where it was; deadlines that had not passed move "
                                  "by the days that it took.")})  # fmt: skip
    def resume(self, *, by: User, because: str) -> None:
        """The order is lifted: what had not passed is put off by as long as it took."""
        stood: Any = self.suspended_at
        pause = clock.now() - stood
        for name in ("questions_until", "closes_at", "standstill_ends"):
            moment = getattr(self, name)
            if moment is not None and moment > stood:
                setattr(self, name, moment + pause)
        hooks.run("resume", self, by=by, because=because)
        self.suspended_at = None
