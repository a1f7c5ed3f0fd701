"""Who is told of what comes near, and of more time: owners, verifiers, deciders, risk owners."""

from collections.abc import Iterable
from typing import Any

from core.models import User
from core.notices import notify
from projects.notices import holders, people_of


@notify("gating.condition.remind", "emails/condition_due_soon.txt")
def remind_of_the_due_date(condition: Any) -> Iterable[User | None]:
    """Who owes it, and who verifies what was handed in already."""
    if condition.state == "evidence_submitted":
        return [condition.verifier]
    return [condition.owner, condition.project.manager]


@notify("gating.condition.remind_waiver", "emails/condition_waiver_ends.txt")
def remind_of_the_end_of_a_waiver(condition: Any) -> Iterable[User | None]:
    return [condition.owner, condition.risk_owner, *people_of(condition.project)]


@notify("gating.condition.name_verifier", "emails/condition_verifier.txt")
def tell_the_new_verifier(condition: Any) -> Iterable[User | None]:
    return [condition.verifier, condition.owner]


@notify("gating.condition.confirm_check", "emails/condition_checked.txt")
def tell_of_a_check(condition: Any) -> Iterable[User | None]:
    return [condition.owner, condition.project.owner]


@notify("gating.extension.create", "emails/extension_asked.txt")
def ask_for_a_decision_on_more_time(extension: Any) -> Iterable[User | None]:
    """The chair who decides alone, or the secretariat that puts it to the board."""
    board = extension.condition.motion.board
    if board.single_decider:
        return User.objects.filter(pk__in=board.chairing())
    return holders("secretariat")


@notify("gating.extension.grant", "emails/extension_decided.txt")
@notify("gating.extension.refuse", "emails/extension_decided.txt")
@notify("gating.extension.grant_by_motion", "emails/extension_decided.txt")
@notify("gating.extension.refuse_by_motion", "emails/extension_decided.txt")
def tell_of_the_decision_on_more_time(extension: Any) -> Iterable[User | None]:
    condition = extension.condition
    return [condition.owner, condition.verifier, *people_of(extension.project)]
