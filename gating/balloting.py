"""From seats and votes to a result: what a motion needs, how it stands, how it is counted.

Counting itself is `gating.counting`; here a motion's rows become its figures.
"""

import hashlib
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.refusals import requires
from gating import counting, matters, seating

ESCALATION_DAYS = 30
"""Days after which a review that a board voted on without a result goes to the one above."""
LIVE = ("scheduled", "noticed", "in_session")
"""States of a meeting that is not over."""
SECRETARIAT = gettext_lazy("the secretariat")
CHAIR = gettext_lazy("who presides")


# What a motion needs


@requires(gettext_lazy("The motion has its text, and the conditions that fit its outcome."),
          who=SECRETARIAT)  # fmt: skip
def motion_whole(motion: Any) -> list[str]:
    found, drafts = [], list(motion.drafts.all())
    if not motion.text.strip():
        found.append(_("Write the text of the motion."))
    if motion.outcome == "approve_with_conditions" and not drafts:
        found.append(_("Add the conditions, or propose to approve without them."))
    if motion.outcome != "approve_with_conditions" and drafts:
        found.append(_("Only an approval with conditions has conditions: remove them."))
    if motion.outcome == "waive" and not (motion.risk_owner_id and motion.waived_until):
        found.append(_("Name who bears the risk, and until when the condition is waived."))
    if motion.matter:
        matter = matters.of(motion)
        found += matter.whole(motion)
        if matter.asks_risk and not (motion.risk_owner_id and motion.waived_until):
            found.append(_("Name who bears the risk, and until when."))
    for draft in drafts:
        found += condition_faults(draft)
    return found


def condition_faults(draft: Any) -> list[str]:
    """What is wrong with a drafted condition, as sentences."""
    found = []
    if draft.kind == "subsequent" and draft.due is None:
        found.append(_("A subsequent condition needs the day by which it is due."))
    if draft.owner_id is not None and draft.owner_id == draft.verifier_id:
        found.append(_("The owner of a condition does not verify it: name somebody else."))
    return found


@requires(gettext_lazy("What it is about waits for this board's decision."), who=SECRETARIAT)
def awaits_decision(motion: Any) -> list[str]:
    if motion.matter:
        return matters.of(motion).faults(motion.matter_row)
    if motion.condition is not None:
        return (
            [] if motion.condition.waivable else [_("The condition cannot be waived (any more).")]
        )
    if motion.review.state != "before_board":
        return [_("The review is not before the board.")]
    return []


@requires(gettext_lazy("The meeting is in session."), who=CHAIR)
def meeting_in_session(motion: Any) -> bool:
    return motion.meeting is None or motion.meeting.state == "in_session"


@requires(gettext_lazy("The deadline of the votes in writing lies ahead."), who=SECRETARIAT)
def before_deadline(motion: Any) -> bool:
    return not _in_writing(motion) or motion.meeting.at > clock.now()


@requires(gettext_lazy("Votes in writing are closed by the clock, when their deadline has come."))
def after_deadline(motion: Any) -> bool:
    return not _in_writing(motion) or motion.meeting.at <= clock.now()


def _in_writing(motion: Any) -> bool:
    return bool(motion.meeting is not None and motion.meeting.written)


@requires(gettext_lazy("Enough seats that may vote are there."), who=CHAIR)
def quorum_there(motion: Any) -> list[str]:
    standing = quorum_of(motion)
    if standing["present"] >= standing["required"]:
        return []
    found = _("There is no quorum: %(present)s seats may vote here, and %(required)s are required.")
    reasons = [found % standing]
    if names := alternates_to_call(motion):
        call = _("Call the alternates who may still come: %(names)s.")
        reasons.append(call % {"names": ", ".join(names)})
    return reasons


def alternates_to_call(motion: Any) -> list[str]:
    """Alternates of seats in which nobody sits now, who themselves take part."""
    empty = {sitting.seat for sitting in motion.sittings() if sitting.user is None}
    excluded, seats = motion.excluded(), motion.board.seats_on(clock.today())
    able = [seat for seat in seats if seat.alternate_id and seat.alternate_id not in excluded]
    return [str(seat.alternate) for seat in able if seat.pk in empty]


def quorum_of(motion: Any) -> dict[str, int]:
    """How many seats that may vote are there now, of how many, and how many are required."""
    sittings, board = motion.sittings(), motion.board
    there = sum(sitting.standing == seating.ELIGIBLE for sitting in sittings)
    required = counting.required(len(sittings), board.minimum, board.quorum)
    return {"present": there, "required": required, "seats": len(sittings)}


@requires(gettext_lazy("So many take no part that the alternates do not make up a quorum."))
def quorum_out_of_reach(motion: Any) -> bool:
    """Whether no quorum can be reached even if everybody named attends, for want of who may vote.

    Seats that nobody fills are no reason: an administrator fills them.
    """
    board, places = motion.board, motion.board.places_on(clock.today())
    needed = counting.required(len(places), board.minimum, board.quorum)
    able = seating.sit(places, None, motion.excluded())
    there = sum(sitting.standing == seating.ELIGIBLE for sitting in able)
    return there < needed <= len(places)


# How seats stand


def rule_of(board: Any, seats: int) -> dict[str, Any]:
    """The rule by which a board's votes count, as it is now, to be stored with the motion."""
    return {"seats": seats, "minimum": board.minimum, "quorum": board.quorum,
            "majority": board.majority, "casting": board.casting_vote}  # fmt: skip


def why_of(seat: Any, sitting: seating.Sitting, excluded: dict[int, str]) -> str:
    """Why the holder of a seat does not sit there; empty where they do."""
    return "" if sitting.user == seat.user_id else str(excluded.get(seat.user_id, ""))


def seats_of(rows: Iterable[Any]) -> list[dict[str, Any]]:
    """The standing of each seat for the history."""
    return [{"seat": row.seat_id, "user": row.user_id, "standing": row.standing, "why": row.why}
            for row in rows]  # fmt: skip


def may_sit(seat: Any, person: int) -> bool:
    """Whether this person sits in the seat of a motion and may vote."""
    return bool(seat.standing == seating.ELIGIBLE and seat.user_id == person)


# Counting


def case_of(motion: Any) -> dict[str, Any]:
    """The motion's seats and votes as the figures that `counting.count` takes."""
    rule, sittings = motion.rule, motion.sittings()
    choices = {vote.seat_id: vote.choice for vote in motion.votes.all()}
    votes = dict.fromkeys(counting.STANDINGS, 0)
    for sitting in sittings:
        votes[_said(sitting, choices)] += 1
    return {"seats": len(sittings), "minimum": rule["minimum"], "quorum": rule["quorum"],
            "majority": rule["majority"], "casting_vote": _casting(rule, sittings, choices),
            "votes": votes}  # fmt: skip


def _said(sitting: seating.Sitting, choices: dict[int, str]) -> str:
    if sitting.standing == seating.ELIGIBLE:
        return choices.get(sitting.seat) or "absent"
    return sitting.standing


def _casting(
    rule: dict[str, Any], sittings: list[seating.Sitting], choices: dict[int, str]
) -> str | None:
    """The casting vote: fixed by the board's rule, or that of who presides."""
    if rule["casting"] != "chair":
        return rule["casting"] or None
    person = seating.president(sittings)
    said = next((choices.get(s.seat) for s in sittings if s.user == person and person), None)
    return said if said in ("for", "against") else None


def tally_of(motion: Any) -> dict[str, Any]:
    """The count of a motion with its figures, without the sentence, which is told when read."""
    case = case_of(motion)
    found = counting.count(**case)
    del found["why"]
    return {**found, "case": case}


def result_of(motion: Any, **_acted: Any) -> str:
    """The state that the votes lead to."""
    return str(counting.count(**case_of(motion))["result"])


def reason_of(motion: Any) -> str:
    """Why the result is what it is, in the reader's language; empty before the closing."""
    case = motion.tally.get("case")
    return str(counting.count(**case)["why"]) if case else ""


def sealed(salt: str, motion: int, seat: int, choice: str) -> str:
    """The salted hash by which the history knows a vote before its choice is told."""
    return hashlib.sha256(f"{salt}:{motion}:{seat}:{choice}".encode()).hexdigest()


def roll_call(motion: Any) -> list[dict[str, Any]]:
    """Each seat with its standing, its vote, and the salt that opens the hash kept before."""
    votes = {vote.seat_id: vote for vote in motion.votes.all()}
    found = seats_of(motion.seats.all())
    for row in found:
        vote = votes.get(row["seat"])
        if vote is not None:
            row |= {"choice": vote.choice, "salt": vote.salt, "by": vote.cast_by_id}
    return found


# Whose turn it is


def turns_of(motion: Any, turn: Callable[..., Any]) -> list[Any]:
    """Whose turn it is while a motion is as it is."""
    if motion.state in ("drafted", "tabled") and _goes_up(motion):
        url = reverse("gating:motion_hand_up", kwargs={"pk": motion.pk})
        return [turn("hand_up", "role:secretariat", url=url)]
    if motion.state == "drafted":
        return [turn("table", "role:secretariat")]
    if motion.state == "tabled":
        return _opening(motion, turn)
    if motion.state == "open":
        return _voting(motion, turn)
    found = []
    if motion.state not in ("published", "withdrawn"):
        found.append(turn("publish", "role:secretariat"))
    return found + _again(motion, turn)


def _goes_up(motion: Any) -> bool:
    return motion.board.parent_id is not None and quorum_out_of_reach(motion)


def _again(motion: Any, turn: Callable[..., Any]) -> list[Any]:
    """What was not decided is put to the board again; after 30 days, to the one above it."""
    if not motion.still_waits() or motion.result == "carried":
        return []
    if motion.matter:
        return []  # the row itself says that a motion is to be drafted
    url = reverse("gating:motion_create", kwargs={"pk": motion.review_id})
    if motion.decided_at is None:
        return [turn("draft_motion", "role:secretariat", url=url)]
    due = motion.decided_at
    if not _goes_up(motion):
        due += timedelta(days=ESCALATION_DAYS)
    return [turn("refer", "role:secretariat", due, url=url)]


def _opening(motion: Any, turn: Callable[..., Any]) -> list[Any]:
    if motion.meeting is not None and motion.meeting.state not in LIVE:
        return [turn("take_back", "role:secretariat")]
    if _in_writing(motion):
        return []
    person = motion.president()
    due = motion.meeting.at if motion.meeting else None
    return [turn("open", f"user:{person}" if person else "role:secretariat", due)]


def _voting(motion: Any, turn: Callable[..., Any]) -> list[Any]:
    voted = {vote.seat_id for vote in motion.votes.all() if vote.choice}
    open_seats = [s for s in motion.sittings() if s.user and s.seat not in voted]
    due = motion.meeting.at if _in_writing(motion) else None
    found = [turn("vote", f"user:{s.user}", due, capacity="votes") for s in open_seats]
    if _in_writing(motion):
        return found
    person = motion.president()
    return found + ([turn("close", f"user:{person}")] if person else [])
