"""Who is told what boards do: seats, the project's people, owners and verifiers of conditions."""

from collections.abc import Iterable
from typing import Any

from core import clock
from core.models import RoleGrant, User
from core.notices import notify


def _seated(board: Any) -> list[User]:
    """Holders and alternates of the seats in force today."""
    seats = board.seats_on(clock.today())
    return [person for seat in seats for person in (seat.user, seat.alternate) if person]


def _project_people(project: Any) -> list[User | None]:
    return [project.manager, project.owner]


def _secretariat() -> list[User]:
    rows = RoleGrant.objects.on(clock.today()).filter(role="secretariat").select_related("user")
    return [row.user for row in rows]


@notify("gating.meeting.notice", "emails/meeting_noticed.txt")
def tell_seats_of_meeting(meeting: Any) -> Iterable[User | None]:
    return _seated(meeting.board)


@notify("gating.meeting.cancel", "emails/meeting_cancelled.txt")
def tell_seats_of_cancelling(meeting: Any) -> Iterable[User | None]:
    return _seated(meeting.board) if meeting.papers_frozen_at else []


@notify("gating.motion.open", "emails/motion_opened.txt", urgent=True)
def tell_voters(motion: Any) -> Iterable[User | None]:
    return [seat.user for seat in motion.seats.select_related("user") if seat.user]


@notify("gating.motion.close", "emails/motion_decided.txt")
def tell_of_decision(motion: Any) -> Iterable[User | None]:
    return _project_people(motion.project) if motion.project else []


@notify("gating.motion.escalate", "emails/motion_escalated.txt")
def tell_the_board_above(motion: Any) -> Iterable[User | None]:
    above = motion.board.ancestors()
    chairs = User.objects.filter(pk__in=above[0].chairing()) if above else []
    return [*_secretariat(), *chairs]


@notify("gating.motion.object", "emails/motion_objected.txt", urgent=True)
def tell_of_objection(motion: Any) -> Iterable[User | None]:
    return [*_secretariat(), *_seated(motion.board)]


@notify("gating.motion.hand_up", "emails/motion_handed_up.txt", urgent=True)
def tell_of_handing_up(motion: Any) -> Iterable[User | None]:
    return tell_the_board_above(motion)


@notify("gating.condition.create", "emails/condition_raised.txt")
def tell_of_condition(condition: Any) -> Iterable[User | None]:
    return [condition.owner, condition.verifier]


@notify("gating.condition.submit_evidence", "emails/condition_to_verify.txt")
def tell_the_verifier(condition: Any) -> Iterable[User | None]:
    return [condition.verifier]


@notify("gating.condition.send_back", "emails/condition_returned.txt")
def tell_of_return(condition: Any) -> Iterable[User | None]:
    return [condition.owner]


@notify("gating.condition.close", "emails/condition_closed.txt")
def tell_of_closing(condition: Any) -> Iterable[User | None]:
    return [condition.owner, *_project_people(condition.project)]


@notify("gating.condition.waive", "emails/condition_waived.txt")
def tell_of_waiver(condition: Any) -> Iterable[User | None]:
    return [condition.owner, condition.risk_owner, *_project_people(condition.project)]


@notify("gating.condition.fall_overdue", "emails/condition_overdue.txt", urgent=True)
def tell_of_delay(condition: Any) -> Iterable[User | None]:
    return [condition.owner, *_project_people(condition.project), *_secretariat()]


@notify("gating.condition.breach", "emails/condition_breached.txt", urgent=True)
def tell_of_breach(condition: Any) -> Iterable[User | None]:
    return [condition.owner, *_project_people(condition.project), *_secretariat()]


@notify("gating.condition.revive", "emails/condition_revived.txt")
def tell_of_revival(condition: Any) -> Iterable[User | None]:
    return [condition.owner, condition.risk_owner, *_project_people(condition.project)]
