"""Who may, with prototypes and what was found in them: plain functions, each with its sentence."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from core.people import holds
from core.refusals import requires
from procurement.permissions_competitions import acts_as_officer

READERS = ("procurement_officer", "secretariat", "auditor")
"""Global roles that read everything that was found, with names: after the opening."""
SCORING = ("technical_individual", "technical_consensus", "interview", "price_opening",
           "price_opened", "ranked", "approval", "standstill", "awarded", "contracted")  # fmt: skip
"""States of a competition in which its panel reads the facts, by alias."""
NEVER_SCORED = ("unreadable", "withdrawn", "lapsed", "opened", "excluded")
"""States of bids that the panel does not see."""
WATCHED = ("opened", "compliance", "technical_individual", "technical_consensus", "interview",
           "price_opening", "price_opened", "ranked", "approval", "standstill",
           "suspended")  # fmt: skip
"""States of a competition in which repositories are looked at every day: until the award."""


def reads_all(user: Any) -> bool:
    """Whether this person reads the facts of every prototype, with the bidder's name."""
    return holds(user, *READERS)


@requires(_("Only a procurement officer without a seat on the panel may do this."))
def examines(prototype: Any, user: Any) -> bool:
    return acts_as_officer(prototype.bid.competition, user)


@requires(_("Only a procurement officer without a seat on the panel says whether it matters."))
def decides_on_change(change: Any, user: Any) -> bool:
    return acts_as_officer(change.prototype.bid.competition, user)
