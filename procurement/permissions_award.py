"""Who may, from the ranking to the contract: plain functions, each with its sentence."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from core.people import holds, identities
from core.refusals import requires
from procurement.permissions_competitions import (
    acts_as_officer,
    approves,
    follows_challenge,
)
from procurement.permissions_sealing import reads_bids, seats_of
from vendors.permissions_companies import represents


@requires(_("Only a procurement officer without a seat on the panel says what puts rank 1 first."))
def states_advantages(competition: Any, user: Any) -> bool:
    return acts_as_officer(competition, user)


@requires(_("Only a procurement officer without a seat on the panel records how it was delivered."))
def records_delivery(notice: Any, user: Any) -> bool:
    return acts_as_officer(notice.competition, user)


@requires(_("Only somebody who bids or manages for a company that took part may do this."))
def lodges_challenge(bid: Any, user: Any) -> bool:
    return represents(user, bid.vendor, "bidder")


@requires(_("Only the company that lodged the challenge withdraws it."))
def withdraws_challenge(challenge: Any, user: Any) -> bool:
    return represents(user, challenge.bid.vendor, "bidder")


@requires(
    _(
        "The secretariat decides on a challenge: never who approved the ranking, drafted or "
        "published the competition, sits on its panel, or has a part in the company."
    )
)
def decides_challenge(challenge: Any, user: Any) -> bool:
    competition = challenge.competition
    own = competition.approver_id in identities(user) or represents(user, challenge.bid.vendor)
    return approves(competition, user) and not own


@requires(_("A bidder reads its own debrief; officers, the secretariat and auditors read all."))
def reads_debrief(bid: Any, user: Any) -> bool:
    return reads_bids(user) or represents(user, bid.vendor)


__all__ = [
    "acts_as_officer", "approves", "decides_challenge", "follows_challenge", "holds",
    "lodges_challenge", "reads_bids", "reads_debrief", "records_delivery", "represents",
    "seats_of", "states_advantages", "withdraws_challenge",
]  # fmt: skip
