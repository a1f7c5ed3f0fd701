"""Whose turn it is in a competition, state by state."""

from collections.abc import Iterable
from typing import Any

from core.waits import Wait, turn
from procurement import hooks
from procurement.models.facts import CompetitionState as States

OFFICERS = "role:procurement_officer"
NEXT: dict[str, tuple[str, str, str, str]] = {
    States.IN_REVIEW: ("publish", OFFICERS, "", "author_id"),
    States.CLOSED: ("begin_opening", OFFICERS, "", ""),
    States.OPENING: ("open", OFFICERS, "", "opening_first_id"),
    States.OPENED: ("begin_compliance", OFFICERS, "", ""),
    States.COMPLIANCE: ("begin_scoring", OFFICERS, "", ""),
    States.PRICE_OPENING: ("open_price", OFFICERS, "", "price_first_id"),
    States.PRICE_OPENED: ("rank", OFFICERS, "", ""),
    States.RANKED: ("submit_for_approval", OFFICERS, "", ""),
    States.APPROVAL: ("approve", "role:secretariat", "", "author_id"),
    States.STANDSTILL: ("award", OFFICERS, "standstill_ends", ""),
}
"""By state: the step that waits, whom it waits for, the column of its date, who is excluded."""
FOR_CHAIR = {
    States.TECHNICAL_INDIVIDUAL: ("begin_consensus", ""),
    States.TECHNICAL_CONSENSUS: ("agree_scores", "consensus_agreed"),
    States.INTERVIEW: ("score_interviews", "interviews_scored"),
}
"""What waits for the chair of the panel, and the question that ends it once nothing speaks against:
then the interviews follow, or officers open the prices."""
IN_SITTING = (States.IN_REVIEW, States.OPENING, States.PRICE_OPENING)
"""States in which custodians may be asked to enter their shares."""


def turns_of(competition: Any) -> Iterable[Wait]:
    """Who has to act on a competition as it stands."""
    state = competition.state
    if state in IN_SITTING:
        yield from _of_custodians(competition)
    if state == States.DRAFT:
        yield turn("finish_draft", f"user:{competition.author_id}")
    elif state == States.PUBLISHED:
        if competition.questions.filter(settled_at=None).exists():
            yield turn("answer_questions", OFFICERS, competition.answers_due)
    elif state in FOR_CHAIR:
        yield from _of_panel(competition)
    elif state in NEXT:
        step, audience, due, excluded = NEXT[state]
        yield turn(step, audience, getattr(competition, due) if due else None,
                   not_for=getattr(competition, excluded) if excluded else None)  # fmt: skip


def _of_panel(competition: Any) -> Iterable[Wait]:
    """The chair's turn, until everything is agreed and officers may open the prices."""
    step, question = FOR_CHAIR[competition.state]
    if question and not hooks.against(question, competition):
        if competition.state == States.INTERVIEW or not competition.interview:
            yield turn("begin_price_opening", OFFICERS)
            return
        step = "begin_interviews"
    for seat in competition.panel.filter(role="chair"):
        yield turn(step, f"user:{seat.user_id}")


def _of_custodians(competition: Any) -> Iterable[Wait]:
    """Custodians see and confirm their shares in review, and enter them while a sitting is held."""
    custodians = competition.custodians.filter(ended_at=None)
    if competition.state == States.IN_REVIEW:
        for row in custodians.filter(confirmed_at=None):
            yield turn("confirm_shares", f"user:{row.user_id}", url=row.get_absolute_url())
    sitting = competition.sittings.filter(ended_at=None).first()
    if sitting is None:
        return
    entered = set(sitting.entries.exclude(sealed=None).values_list("custodian", flat=True))
    needed = competition.keys.exclude(state="replaced").values_list("threshold", flat=True)
    if len(entered) < max(needed, default=0):
        for row in custodians.exclude(pk__in=entered):
            yield turn("enter_share", f"user:{row.user_id}", sitting.until,
                       url=sitting.get_absolute_url())  # fmt: skip
