"""Who is told of change requests, of tiers that rise, and of proposals to ask less."""

from typing import Any

from core.models import User
from core.notices import notify
from projects.notices import holders, people_of


@notify("projects.changerequest.submit", "emails/change_moved.txt")
@notify("projects.changerequest.assess_impact", "emails/change_moved.txt")
@notify("projects.changerequest.return_to_draft", "emails/change_moved.txt")
@notify("projects.changerequest.approve_delegated", "emails/change_moved.txt")
@notify("projects.changerequest.approve", "emails/change_moved.txt")
@notify("projects.changerequest.reject", "emails/change_moved.txt")
@notify("projects.changerequest.implement", "emails/change_moved.txt")
@notify("projects.changerequest.withdraw", "emails/change_moved.txt")
def tell_of_a_change(change: Any) -> list[User | None]:
    """Manager, owner and whoever drafted it follow a change."""
    return [*people_of(change.project), change.drafted_by]


@notify("projects.changerequest.refer", "emails/change_referred.txt", urgent=True)
def tell_of_a_change_before_the_board(change: Any) -> list[User | None]:
    """The secretariat puts it to the board; the project learns that it is on hold."""
    return [*people_of(change.project), *holders("secretariat")]


@notify("projects.project.raise_tier", "emails/tier_raised.txt")
@notify("projects.project.lower_tier", "emails/tier_lowered.txt")
def tell_of_a_tier(project: Any) -> list[User | None]:
    """Manager, owner and secretariat learn that more, or less, is asked from now on."""
    return [*people_of(project), *holders("secretariat")]


@notify("projects.tailoring.create", "emails/tailoring_proposed.txt")
def tell_of_a_proposal(tailoring: Any) -> list[User | None]:
    """The secretariat puts it to a board."""
    return list(holders("secretariat"))


@notify("projects.tailoring.grant", "emails/tailoring_decided.txt")
@notify("projects.tailoring.refuse", "emails/tailoring_decided.txt")
def tell_of_a_decided_proposal(tailoring: Any) -> list[User | None]:
    """The project and whoever proposed it learn the decision."""
    return [*people_of(tailoring.project), tailoring.proposed_by]
