"""When a motion cannot be decided where it stands: the board above it, or a meeting instead."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, turns
from core.models import User
from core.refusals import Refused
from core.steps import create, perform
from gating import balloting, motions
from gating.models import AgendaItem, Meeting, Motion, MotionCondition, Objection, Recusal

DRAFT = ("kind", "text", "owner", "verifier", "due", "non_waivable")
"""What a drafted condition says."""


@transaction.atomic
def hand_up(motion: Motion, *, by: User) -> Motion:
    """Withdraw a motion that too few may decide, and draft it before the board above.

    Raises Refused while a quorum can be reached, or where no board stands above.
    """
    above = motion.board.ancestors()
    if not above:
        raise Refused(_("No board stands above this one: name more alternates for its seats."))
    motion = perform(motion, "hand_up", by=by)
    rule = {**motion.rule, "why": "quorum", "below": motion.board.code, "board": above[0].code}
    return _again(motion, above[0], rule, by)


@transaction.atomic
def recuse(motion: Motion, reason: str, *, by: User) -> Recusal:
    """Take no part in a motion; where too few are left to decide, the board above gets it."""
    recusal = motions.recuse(motion, reason, by=by)
    motion = Motion.objects.select_related(*Motion.step_related).get(pk=motion.pk)
    hand_up_if_needed(motion)
    return recusal


def hand_up_if_needed(motion: Motion) -> Motion | None:
    """After a recusal: hand the motion up at once when no quorum can be reached any more."""
    movable = motion.state in (Motion.States.DRAFTED, Motion.States.TABLED)
    if not movable or motion.board.parent_id is None or not balloting.quorum_out_of_reach(motion):
        return None
    return hand_up(motion, by=clock.clock_account())


@transaction.atomic
def object_to_writing(motion: Motion, reason: str, *, by: User) -> Motion:
    """One seat's objection ends the written procedure; the motion is drafted for a meeting.

    Raises Refused without a reason or after the deadline, Denied for whoever has no seat in it.
    """
    if not reason.strip():
        raise Refused(_("Say why a meeting must decide this; it stands in the minutes."))
    if motion.meeting is not None and motion.meeting.written and motion.meeting.at <= clock.now():
        raise Refused(_("The time to object is over."))
    motion = perform(motion, "object", by=by, because=reason.strip())
    Objection(motion=motion, user=by, reason=reason.strip(), at=clock.now()).save()
    return _again(motion, motion.board, _unopened(motion.rule), by)


def _unopened(rule: dict[str, Any]) -> dict[str, Any]:
    """What made the board competent, without the rule of counting fixed at an opening."""
    counted = ("seats", "minimum", "quorum", "majority", "casting")
    return {name: value for name, value in rule.items() if name not in counted}


def _again(motion: Motion, board: Any, rule: dict[str, Any], by: User) -> Motion:
    """The same motion drafted anew, with its conditions, before a board, for no meeting yet."""
    again = Motion(
        project=motion.project, case=motion.case, review=motion.review, condition=motion.condition,
        matter=motion.matter, matter_id=motion.matter_id, board=board, outcome=motion.outcome,
        text=motion.text, risk_owner=motion.risk_owner, waived_until=motion.waived_until,
        rule=_unopened(rule), drafted_by=motion.drafted_by, drafted_at=clock.now(), follows=motion,
    )  # fmt: skip
    if again.review is not None and again.review.board_id != board.pk:
        motions.refer(again.review, board, by)
    live = AgendaItem.objects.filter(meeting__state__in=Meeting.LIVE)
    about = {"review": motion.review_id} if motion.review_id else {"motion": motion.pk}
    live.filter(**about).delete()
    create(again, by=by, details={"outcome": again.outcome, "board": board.code,
                                  "follows": motion.ref})  # fmt: skip
    for draft in motion.drafts.all():
        MotionCondition.objects.create(
            motion=again, **{name: getattr(draft, name) for name in DRAFT}
        )
    turns.refresh(again)
    if again.review is not None:
        turns.refresh(again.review)
    return again
