"""Who is told between the ranking and the contract: oversight, officers, and every bidder alike."""

from typing import Any

from core.models import User
from core.notices import notify
from procurement import debriefing
from procurement.models import Bid, Competition
from projects.notices import holders, people_of

OFFICER = "procurement_officer"


def bidders_of(competition: Competition) -> list[User | None]:
    """Everybody who bids for a company whose bid was opened."""
    bids = competition.bids.evaluated().select_related("vendor").order_by("pk")
    return [person for bid in bids for person in debriefing.readers(bid)]


@notify("procurement.competition.submit_for_approval", "emails/ranking_to_approve.txt")
def ask_oversight(competition: Any) -> list[User | None]:
    """The secretariat approves rank 1, or sends it back."""
    return [*holders("secretariat")]


@notify("procurement.competition.send_back", "emails/ranking_sent_back.txt")
def tell_who_evaluates(competition: Any) -> list[User | None]:
    """Officers and the panel learn where it goes back to, and why."""
    panel = [seat.user for seat in competition.panel.select_related("user")]
    return [*holders(OFFICER), *panel]


@notify("procurement.awardnotice.sent", "emails/award_notice_kept.txt")
def keep_in_the_inbox(notice: Any) -> list[User | None]:
    """The notice stands in the inbox of the company's people too."""
    return [*debriefing.readers(notice.bid)]


@notify("procurement.awardnotice.undeliverable", "emails/award_notice_stuck.txt", urgent=True)
def ask_for_another_way(notice: Any) -> list[User | None]:
    """Officers deliver it another way: until then no standstill begins."""
    return [*holders(OFFICER)]


@notify("procurement.challenge.create", "emails/challenge_lodged.txt", urgent=True)
def ask_for_a_decision(challenge: Any) -> list[User | None]:
    """The secretariat decides; officers and the project know that the award waits."""
    return [*holders("secretariat", OFFICER), *people_of(challenge.competition.project)]


@notify("procurement.challenge.admit", "emails/challenge_moved.txt")
@notify("procurement.challenge.dismiss", "emails/challenge_moved.txt", urgent=True)
@notify("procurement.challenge.withdraw", "emails/challenge_moved.txt")
def tell_of_the_challenge(challenge: Any) -> list[User | None]:
    """The company and the officers learn how it goes on."""
    return [*debriefing.readers(challenge.bid), *holders(OFFICER)]


@notify("procurement.challenge.uphold", "emails/challenge_upheld.txt", urgent=True)
def tell_everybody(challenge: Any) -> list[User | None]:
    """Every bidder learns that the ranking is void; officers and the panel go on."""
    panel = [seat.user for seat in challenge.competition.panel.select_related("user")]
    return [*bidders_of(challenge.competition), *holders(OFFICER), *panel]


@notify("procurement.competition.award", "emails/competition_awarded.txt", urgent=True)
def tell_of_the_award(competition: Any) -> list[User | None]:
    """Every bidder and the project's people learn who won."""
    return [*bidders_of(competition), *people_of(competition.project)]


@notify("procurement.bid.exclude", "emails/bid_excluded.txt", urgent=True)
def tell_who_was_excluded(bid: Bid) -> list[User | None]:
    """The company learns on which ground."""
    return [*debriefing.readers(bid)]
