"""What is done with motions beside their steps: drafting, conditions, recusal, the vote itself."""

import secrets
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import acts, clock, history, turns
from core.models import Role, RoleGrant, User
from core.people import on_behalf_of
from core.refusals import Denied, Refused, requires
from core.steps import MOVED_ON, allow, create
from gating import balloting, matters, seeing
from gating import permissions_boards as permissions
from gating.models import Motion, MotionCondition, MotionSeat, Recusal, Vote
from gating.models.board import competent_board
from gating.models.meeting import meeting_for
from gating.models.vote import Choice, Why


@requires(gettext_lazy("Only who sits in a seat of this motion, present and not recused, votes."))
def votes(motion: Any, user: Any) -> bool:
    return motion.seats.filter(user=user.pk, standing=MotionSeat.Standing.ELIGIBLE).exists()


def boards_for(review: Any) -> list[tuple[Any, dict[str, Any]]]:
    """The boards to which a motion on a review may be put, each with the rule that says so.

    That is the competent one; once it voted without a result, the ones above it too, and only
    those where recusals leave it no quorum.
    """
    board, rule = competent_board(review.project, review.last_gate)
    found = [(board, rule)]
    nothing = [motion for motion in review.motions.all() if motion.came_to_nothing]
    if nothing:
        stuck = nothing[-1].board == board and balloting.quorum_out_of_reach(nothing[-1])
        above = {"why": "quorum" if stuck else "above", "below": board.code}
        higher = [(row, {**rule, **above, "board": row.code}) for row in board.ancestors()]
        found = higher if stuck and higher else found + higher
    return found


@transaction.atomic
def draft(review: Any, board: Any, *, by: User, **values: Any) -> Motion:
    """Draft a motion on a review that is before the board; `values` are its outcome and text.

    Raises Refused when one is drafted or open already, or the board is not competent.
    """
    history.lock(review.dossier)
    review.refresh_from_db()
    motion = Motion(
        project=review.project, review=review, board=board, meeting=meeting_for(review, board),
        drafted_by=by, drafted_at=clock.now(), **values,
    )  # fmt: skip
    allow(permissions.prepares_motions, motion, by)
    faults = balloting.awaits_decision(motion)
    if review.motions.undecided().exists():
        faults.append(_("There is a motion on this review already: change it, or withdraw it."))
    motion.rule = next((rule for row, rule in boards_for(review) if row == board), {})
    if not motion.rule:
        faults.append(_("This board is not competent for the project."))
    if faults:
        raise Refused(*faults)
    if review.board_id != board.pk:
        refer(review, board, by)
    create(motion, by=by, details={"outcome": motion.outcome, "board": board.code})
    _quiet_earlier(motion)
    return motion


def refer(review: Any, board: Any, by: User) -> None:
    """The review goes to the board above: its people read the papers from now on."""
    review.board = board
    review.save(update_fields=["board"])
    history.record("gating.gatereview.refer", review, by=by, details={"board": board.code})


def _quiet_earlier(motion: Motion) -> None:
    """What waited on earlier motions, or on there being none, waits no longer."""
    review = motion.subject
    turns.refresh(review)
    for earlier in review.motions.exclude(pk=motion.pk).select_related("review", "project"):
        turns.refresh(earlier)


def boards_for_matter(row: Any) -> list[tuple[Any, dict[str, Any]]]:
    """The boards to which a motion on another room's row may be put, each with its rule.

    Once a board voted without a result, the ones above it too. Raises Refused without any board.
    """
    matter = matters.find(row._meta.label_lower)
    if matter is None:
        raise Refused(_("This is not decided by motion."))
    found = matter.boards(row)
    if found is None:
        found = [competent_board(matter.project(row))]
    if any(motion.came_to_nothing for motion in matters.motions_of(row)):
        board, rule = found[0]
        known = {board.pk for board, _rule in found}
        above = {"why": "above", "below": board.code}
        found = found + [(one, {**rule, **above, "board": one.code}) for one in board.ancestors()
                         if one.pk not in known]  # fmt: skip
    return found


@transaction.atomic
def propose(row: Any, board: Any, *, by: User, outcome: str, text: str = "",
            **values: Any) -> Motion:  # fmt: skip
    """Draft a motion on another room's row that waits for a board (`gating.matters`).

    `values` may be `meeting`, `risk_owner` and `waived_until`. Raises Refused when the row does
    not wait for a decision, has a motion already, or the board or outcome does not fit it.
    """
    matter = matters.find(row._meta.label_lower)
    if matter is None:
        raise Refused(_("This is not decided by motion."))
    project, case = matter.project(row), matter.case(row)
    history.lock(case)
    row = matter.row(row.pk)
    motion = Motion(
        project=project, case=None if project else case, matter=matter.label, matter_id=row.pk,
        board=board, outcome=outcome, text=text, drafted_by=by, drafted_at=clock.now(), **values,
    )  # fmt: skip
    allow(permissions.prepares_motions, motion, by)
    motion.rule = next((rule for one, rule in boards_for_matter(row) if one == board), {})
    if faults := _proposal_faults(matter, row, motion):
        raise Refused(*faults)
    create(motion, by=by, details={"outcome": outcome, "board": board.code, "matter": matter.label})
    turns.refresh(row)
    return motion


def _proposal_faults(matter: matters.Matter, row: Any, motion: Motion) -> list[str]:
    """Why no such motion may be drafted on another room's row, as sentences."""
    faults = list(matter.faults(row))
    if matters.motions_of(row).undecided().exists():
        faults.append(_("There is a motion on this already: change it, or withdraw it."))
    if not motion.rule:
        faults.append(_("This board is not competent for it."))
    if motion.outcome not in matter.outcomes:
        faults.append(_("Propose one of the decisions that are open here."))
    return faults


@transaction.atomic
def propose_waiver(condition: Any, board: Any, *, by: User, **values: Any) -> Motion:
    """Draft a motion to waive a condition, before its own board or one above it.

    Raises Refused when the condition is never waived, is met, or the board is below its own.
    """
    history.lock(condition.dossier)
    condition.refresh_from_db()
    motion = Motion(project=condition.project, condition=condition, board=board,
                    outcome=Motion.Outcome.WAIVE, drafted_by=by, drafted_at=clock.now(),
                    **values)  # fmt: skip
    allow(permissions.prepares_motions, motion, by)
    faults = balloting.awaits_decision(motion)
    own = condition.motion.board
    if board not in (own, *own.ancestors()):
        faults.append(_("A condition is waived by the board that set it, or by one above it."))
    if condition.waivers.undecided().exists():
        faults.append(_("There is a motion to waive this condition already."))
    if faults:
        raise Refused(*faults)
    motion.rule = {"why": "waiver", "board": board.code, "condition": condition.ref}
    return create(motion, by=by, details={"outcome": motion.outcome, "board": board.code})


@transaction.atomic
def change(motion: Motion, *, by: User, **values: Any) -> Motion:
    """Change what a drafted motion says, or its meeting; raises Refused once it is tabled."""
    motion = _hold(motion, Motion.States.DRAFTED)
    allow(permissions.prepares_motions, motion, by)
    told = {name: str(getattr(value, "pk", value)) for name, value in values.items()}
    for name, value in values.items():
        setattr(motion, name, value)
    motion.save(update_fields=[*values])
    history.record("gating.motion.change", motion, by=by, details=told)
    return motion


def verifiers_for(motion: Motion) -> set[int]:
    """Who may be named to verify a condition: the secretariat, and the review's assessors."""
    office = RoleGrant.objects.on(clock.today()).filter(role=Role.SECRETARIAT)
    found = set(office.values_list("user_id", flat=True))
    if motion.review is not None:
        assessed = motion.review.assessments.filter(state__in=seeing.ADMITTED)
        found |= set(assessed.values_list("assessor_id", flat=True))
    project = motion.project
    return found - {project.manager_id, project.owner_id} if project else found


@transaction.atomic
def add_condition(motion: Motion, draft: MotionCondition, *, by: User) -> MotionCondition:
    """Add a condition to a drafted motion, or change one; raises Refused with what is wrong."""
    motion = _hold(motion, Motion.States.DRAFTED)
    allow(permissions.prepares_motions, motion, by)
    if faults := balloting.condition_faults(draft):
        raise Refused(*faults)
    draft.motion = motion
    draft.save()
    details = {"condition": draft.pk, "kind": draft.kind, "text": draft.text,
               "due": str(draft.due or "")}  # fmt: skip
    history.record("gating.motion.condition", motion, by=by, details=details)
    return draft


@transaction.atomic
def drop_condition(draft: MotionCondition, *, by: User) -> None:
    """Take a condition off a drafted motion."""
    motion = _hold(draft.motion, Motion.States.DRAFTED)
    allow(permissions.prepares_motions, motion, by)
    details = {"dropped": draft.pk, "text": draft.text}
    history.record("gating.motion.condition", motion, by=by, details=details)
    draft.delete()


def _hold(motion: Motion, *states: str) -> Motion:
    """The motion as it stands now, its case held; raises Refused when it has moved on."""
    history.lock(motion.dossier)
    rows = Motion.objects.select_for_update(of=("self",)).select_related(*Motion.step_related)
    motion = rows.get(pk=motion.pk)
    if motion.state not in states:
        raise Refused(MOVED_ON())
    return motion


# The vote


@transaction.atomic
def cast(motion: Motion, choice: str, *, by: User) -> Vote:
    """Cast, or change, the vote of the seat in which this person sits: one vote a seat.

    The history keeps a salted hash; the choice is told at the closing. Raises Refused when voting
    is over, Denied for whoever does not sit in the motion or is excluded.
    """
    motion = _hold(motion, Motion.States.OPEN)
    allow(votes, motion, by)
    acts.refuse_if_barred(by, motion.dossier, "votes")
    if choice not in Choice.values:
        raise Refused(_("Vote for, against, or abstain."))
    seat = motion.seats.get(user=by.pk, standing=MotionSeat.Standing.ELIGIBLE)
    return _write(motion, seat, choice, by)


def _write(motion: Motion, seat: MotionSeat, choice: str, by: User) -> Vote:
    salt = secrets.token_hex(16)
    values = {"choice": choice, "salt": salt, "cast_by": by, "at": clock.now()}
    vote, _new = Vote.objects.update_or_create(motion=motion, seat=seat.seat, defaults=values)
    details = {"motion": motion.pk, "seat": seat.seat_id, "capacity": "votes",
               "sealed": balloting.sealed(salt, motion.pk, seat.seat_id, choice)}  # fmt: skip
    history.record("gating.vote.cast", vote, by=by, details=details)
    acts.remember(by, motion.dossier, "votes", motion, on_behalf_of(votes, motion, by))
    turns.refresh(motion)
    return vote


def own_vote(motion: Motion, user: User) -> str:
    """What this person's seat has said so far; empty when nothing."""
    found = motion.votes.filter(cast_by=user.pk, seat__in=motion.seats.filter(user=user.pk)
                                .values("seat")).first()  # fmt: skip
    return found.choice if found else ""


def roll_call(motion: Motion) -> list[dict[str, Any]]:
    """Each seat with who sat, its standing and, once the vote is closed, what it said.

    The one reader of votes: while a motion is open, it tells only which seats have voted.
    """
    said = {vote.seat_id: vote for vote in motion.votes.all()}
    known = motion.decided_at is not None
    return [
        {"row": row, "voted": bool(row.seat_id in said and said[row.seat_id].choice),
         "choice": said[row.seat_id].get_choice_display() if known and row.seat_id in said else "",
         "code": said[row.seat_id].choice if known and row.seat_id in said else ""}
        for row in motion.seats.select_related("seat__user", "seat__alternate", "user")
    ]  # fmt: skip


def outlook(motion: Motion) -> list[dict[str, Any]]:
    """How each seat would stand if the vote were opened now, with names, and why not."""
    excluded, sittings = motion.excluded(), {s.seat: s for s in motion.sittings()}
    standings = dict(MotionSeat.Standing.choices)
    return [
        {"seat": seat, "standing": sittings[seat.pk].standing,
         "label": standings[sittings[seat.pk].standing],
         "user": seat.user if sittings[seat.pk].user == seat.user_id else seat.alternate,
         "why": Why(excluded[seat.user_id]).label if seat.user_id in excluded else ""}
        for seat in motion.board.seats_on(clock.today())
        if seat.pk in sittings
    ]  # fmt: skip


def may_recuse(motion: Motion, user: User) -> bool:
    """Whether this person is named for a seat, and is not recused from the motion yet."""
    if motion.state not in Motion.UNDECIDED:
        return False
    named = any(user.pk in place.named for place in motion.board.places_on(clock.today()))
    return named and not motion.recusals.filter(user=user.pk).exists()


@transaction.atomic
def recuse(motion: Motion, reason: str, *, by: User) -> Recusal:
    """Take no part in a motion, with the reason; while it is open the alternate steps in.

    Raises Refused once the vote is closed or without a reason, Denied for whoever has no seat.
    """
    states = Motion.States
    motion = _hold(motion, states.DRAFTED, states.TABLED, states.OPEN)
    if not any(by.pk in place.named for place in motion.board.places_on(clock.today())):
        raise Denied(
            _("Only who holds a seat of this board, or is the alternate of one, is recused.")
        )
    if not reason.strip():
        raise Refused(_("Say why you take no part; it stands in the minutes."))
    if motion.recusals.filter(user=by.pk).exists():
        raise Refused(_("You are recused from this motion already."))
    recusal = Recusal(motion=motion, user=by, reason=reason.strip(), at=clock.now())
    recusal.save()
    history.record("gating.motion.recuse", motion, by=by, because=reason)
    if motion.state == states.OPEN:
        _replace(motion, by)
    turns.refresh(motion)
    return recusal


def _replace(motion: Motion, by: User) -> None:
    """The seat of somebody recused while the vote is open: their vote goes, the alternate comes."""
    seat = motion.seats.filter(user=by.pk).select_related("seat").first()
    if seat is None:
        return
    excluded = motion.excluded()
    present = None if motion.meeting is None else motion.meeting.present()
    taken = set(motion.seats.exclude(user=None).values_list("user_id", flat=True))
    person = next((p for p in seat.seat.place.named if p not in excluded and p not in taken
                   and (present is None or p in present)), None)  # fmt: skip
    out = all(p in excluded for p in seat.seat.place.named)
    standings = MotionSeat.Standing
    seat.user_id = person
    seat.standing = standings.ELIGIBLE if person else standings.RECUSED if out else standings.ABSENT
    seat.why = str(excluded.get(seat.seat.user_id, ""))
    seat.save(update_fields=["user", "standing", "why"])
    if motion.votes.filter(seat=seat.seat_id).exclude(choice="").exists():
        _write(motion, seat, "", by)
    history.record("gating.motion.seats", motion, by=by,
                   details={"seats": balloting.seats_of([seat])})  # fmt: skip


# What the clock does


def due_for_escalation() -> Any:
    """Motions without a result for `ESCALATION_DAYS`, not escalated yet."""
    since = clock.now() - timedelta(days=balloting.ESCALATION_DAYS)
    waiting = Q(review__state="before_board") | Q(
        matter__gt="", tally__result__in=(Motion.States.TIED, Motion.States.INQUORATE)
    )
    rows = Motion.objects.filter(waiting, decided_at__lte=since, escalated_at=None)
    return rows.exclude(tally__result="carried").select_related(*Motion.step_related)


@transaction.atomic
def escalate(motion: Motion) -> bool:
    """Put what a board left without a result for 30 days before the one above; False if moot."""
    history.lock(motion.dossier)
    motion = Motion.objects.select_related(*Motion.step_related).get(pk=motion.pk)
    if motion.escalated_at is not None or not motion.came_to_nothing:
        return False
    motion.escalated_at = clock.now()
    motion.save(update_fields=["escalated_at"])
    above = motion.board.ancestors()
    details = {"board": above[0].code if above else motion.board.code}
    history.record("gating.motion.escalate", motion, by=clock.clock_account(), details=details)
    turns.refresh(motion)
    return True
