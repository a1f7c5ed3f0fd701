"""The steps in which two officers open the bids, and later their prices."""

from django.utils.translation import gettext_lazy as _
from django_fsm import GET_STATE

from core import clock
from core.machines import transition
from core.models import User
from procurement import hooks
from procurement import permissions_competitions as who
from procurement.models.conditions_evaluation import consensus_agreed, interviews_scored
from procurement.models.conditions_opening import (
    bids_can_open,
    deadline_passed,
    prices_can_open,
    questions_settled,
)
from procurement.models.facts import CompetitionFacts
from procurement.models.facts import CompetitionState as States


def before_prices(competition: "Opening", **_acted: object) -> str:
    """Where the opening of prices began: after the interviews, where there are any."""
    return States.INTERVIEW if competition.interview else States.TECHNICAL_CONSENSUS


class Opening(CompetitionFacts):
    """Each opening is begun by one officer and finished by another."""

    class Meta:
        abstract = True

    @transition("state", source=[States.PUBLISHED, States.CLOSED], target=States.OPENING,
                permission=who.acts_as_officer, conditions=[deadline_passed, questions_settled],
                custom={"label": _("Begin the opening of the bids"), "offered": True,
                        "note": _("A second officer finishes it, when the custodians have "
                                  "entered their shares.")})  # fmt: skip
    def begin_opening(self, *, by: User, because: str) -> None:
        """The first officer begins the sitting."""
        if self.closed_at is None:  # faster than the clock's record
            self.record_closing(by=by, because=because)
        self.opening_first = by
        hooks.run("begin_opening", self, by=by, because=because)

    @transition("state", source=States.OPENING, target=States.CLOSED,
                permission=who.opened_first,
                custom={"label": _("Break the opening off"), "offered": True,
                        "reason": True})  # fmt: skip
    def abandon_opening(self, *, by: User, because: str) -> None:
        """The sitting ends without an opening; shares entered so far are forgotten."""
        self.opening_first = None
        hooks.run("abandon_opening", self, by=by, because=because)

    @transition("state", source=States.OPENING, target=States.OPENED,
                permission=who.opens_second,
                conditions=[deadline_passed, questions_settled, bids_can_open],
                custom={"label": _("Open the bids"), "offered": True, "danger": True,
                        "note": _("What was sealed becomes readable to those who need it; the "
                                  "prices stay sealed.")})  # fmt: skip
    def open(self, *, by: User, because: str) -> None:
        """The second officer opens: from now on it is known who bid."""
        self.opened_at = clock.now()
        hooks.run("open", self, by=by, because=because)

    @transition("state", source=[States.TECHNICAL_CONSENSUS, States.INTERVIEW],
                target=States.PRICE_OPENING, permission=who.acts_as_officer,
                conditions=[consensus_agreed, interviews_scored],
                custom={"label": _("Begin the opening of the prices"), "offered": True,
                        "note": _("The agreed scores are locked. A second officer finishes "
                                  "it.")})  # fmt: skip
    def begin_price_opening(self, *, by: User, because: str) -> None:
        """The first officer begins the sitting; sheets and agreed scores are locked."""
        self.price_first = by
        hooks.run("begin_price_opening", self, by=by, because=because)

    @transition("state", source=States.PRICE_OPENING,
                target=GET_STATE(before_prices, [States.INTERVIEW, States.TECHNICAL_CONSENSUS]),
                permission=who.opened_price_first,
                custom={"label": _("Break the opening of the prices off"), "offered": True,
                        "reason": True})  # fmt: skip
    def abandon_price_opening(self, *, by: User, because: str) -> None:
        """The sitting ends without an opening; shares entered so far are forgotten."""
        self.price_first = None
        hooks.run("abandon_price_opening", self, by=by, because=because)

    @transition("state", source=States.PRICE_OPENING, target=States.PRICE_OPENED,
                permission=who.opens_price_second, conditions=[prices_can_open],
                custom={"label": _("Open the prices"), "offered": True,
                        "danger": True})  # fmt: skip
    def open_price(self, *, by: User, because: str) -> None:
        """The second officer opens the prices of the bids that are still in."""
        self.prices_opened_at = clock.now()
        hooks.run("open_price", self, by=by, because=because)
