"""What the steps of a review bring about: whose turn it is, the service clock, the opened gate."""

import secrets
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from django.urls import reverse

from core import clock
from core.steps import create, perform
from gating import seeing
from projects import baselines, holds, tranches

FIRST_STAGE = "alpha"
"""The stage whose gate decides the budget and freezes the first baseline."""
CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Signs of a record's code: none that is mistaken for another."""


moved: list[Callable[[Any], None]] = []
"""What looks again when a review begins or ends: called with the review."""
opening: list[Callable[..., None]] = []
"""What else happens when a gate is exercised, before its tranche is committed: called with the
review, `by` and `because`."""


def turns_of(review: Any, turn: Callable[..., Any]) -> list[Any]:
    """Whose turn it is while a review is as it is."""
    rows = _TURNS.get(review.state)
    return list(rows(review, turn)) if rows else []


def _manager(review: Any) -> str:
    return f"user:{review.project.manager_id}:manager"


def _owner(review: Any) -> str:
    return f"user:{review.project.owner_id}:owner"


def _lead(review: Any) -> str:
    found = review.assessments.filter(lead=True, state__in=seeing.ADMITTED).first()
    return f"user:{found.assessor_id}" if found else "role:secretariat"


def _rating(review: Any, turn: Callable[..., Any]) -> Iterator[Any]:
    leaving = getattr(review, "sheet_leaving", None)
    if review.sheets_in_at is not None:
        url = reverse("gating:assessment_report", kwargs={"pk": review.pk})
        yield turn("draft_report", _lead(review), url=url, capacity="assesses")
        return
    for row in review.assessments.filter(state="declared").exclude(pk=leaving):
        row.review = review
        url = reverse("gating:assessment_sheet", kwargs={"pk": row.pk})
        yield turn("rate", f"user:{row.assessor_id}", row.due_at, url=url, capacity="assesses")


def _facts(review: Any, turn: Callable[..., Any]) -> Iterator[Any]:
    if review.facts == "challenged":
        yield turn("answer_challenge", _lead(review))
    elif review.facts:
        yield turn("table", "role:secretariat")
    else:
        yield turn("accept_facts", _manager(review), review.factual_ends)


def _reported(review: Any, turn: Callable[..., Any]) -> Iterator[Any]:
    if review.tier.factual_check:
        yield turn("begin_factual_check", _lead(review))
    else:
        yield turn("table", "role:secretariat")


def _one(name: str, audience: Callable[[Any], str], capacity: str = "") -> Callable[..., Any]:
    def rows(review: Any, turn: Callable[..., Any]) -> Iterator[Any]:
        yield turn(name, audience(review), capacity=capacity)

    return rows


def _secretariat(review: Any) -> str:
    return "role:secretariat"


def _open_gate(review: Any, turn: Callable[..., Any]) -> Iterator[Any]:
    yield turn("exercise", _owner(review), review.valid_ends)


def _motion(review: Any, turn: Callable[..., Any]) -> Iterator[Any]:
    if not review.motions.exists():
        url = reverse("gating:motion_create", kwargs={"pk": review.pk})
        yield turn("draft_motion", "role:secretariat", url=url)


_TURNS: dict[str, Callable[..., Iterator[Any]]] = {
    "planned": _one("begin", _manager),
    "collecting": _one("prepare", _manager, "submits"),
    "prepared": _one("certify", _owner, "certifies"),
    "submitted": _one("start_assessment", _secretariat),
    "in_assessment": _rating,
    "report_drafted": _reported,
    "factual_check": _facts,
    "returned": _one("resume", _manager),
    "deferred": _one("resume", _manager),
    "before_board": _motion,
    "in_force": _open_gate,
}


def stop_clock(review: Any) -> None:
    """The service clock stops; what ran so far is kept in seconds."""
    if review.served_since is not None:
        ran = clock.now() - review.served_since
        review.served_seconds += max(0, int(ran.total_seconds()))
        review.served_since = None


def dissent_of(review: Any) -> str:
    """What assessors wrote against the report, each under their name."""
    rows = review.assessments.filter(state="sealed").exclude(dissent="").select_related("assessor")
    return "\n\n".join(f"{row.assessor}: {row.dissent}" for row in rows)


def report_of(review: Any) -> dict[str, Any]:
    """The finished report with its ratings, as the history keeps it for good."""
    ratings = review.items.values_list("criterion__code", "rating", "rating_reason", "action",
                                       "action_due")  # fmt: skip
    return {
        "report": review.report, "overall": review.overall, "computed": review.computed,
        "reason": review.overall_reason, "dissent": review.dissent,
        "ratings": [[str(part or "") for part in row] for row in ratings],
    }  # fmt: skip


def new_round(review: Any, *, by: Any, because: str) -> None:
    """After a deferral sealed sheets give way to new ones by the same people; ratings are cleared.

    What the first round said stands in the history and on its sheets.
    """
    sealed = review.assessments.filter(state="sealed")
    review.return_reason = ""
    review.items.exclude(return_reason="").update(return_reason="")
    if not sealed.exists():
        return
    for row in review.assessments.filter(state__in=["invited", "declared", "sealed"]):
        done = perform(row, "end_round", by=by, because=because)
        create(
            type(row)(review=review, assessor=done.assessor, disciplines=done.disciplines,
                      lead=done.lead, invited_by=by, invited_at=clock.now()),
            by=by, because=because,
        )  # fmt: skip
    review.items.update(rating="", rating_reason="", action="", action_due=None)
    review.sheets_in_at = review.reported_by = review.reported_at = None
    review.factual_due = review.facts_at = review.decided_at = review.valid_until = None
    for name in ("report", "overall", "computed", "overall_reason", "dissent", "facts",
                 "challenge", "challenge_answer", "outcome", "record_code"):  # fmt: skip
        setattr(review, name, "")


def settle(review: Any, outcome: str) -> None:
    """The board has decided: outcome, moment, last day and the code of the record."""
    stop_clock(review)
    review.outcome, review.decided_at = outcome, clock.now()
    review.record_code = "".join(secrets.choice(CODE_ALPHABET) for _sign in range(24))
    today = clock.today(review.project.institution)
    review.valid_until = today + timedelta(days=review.gate.valid_days)
    if review.budget is None and review.gate.opens == FIRST_STAGE:
        review.budget = review.project.cost


def cure_holds(review: Any, *, by: Any, because: str) -> None:
    """Holds that name this gate as their cure end, and the change that it decides is approved."""
    for gate in review.gates:
        holds.cured_by_gate(review.project, gate.code, by=by, because=because)
    decide_change(review, "approve", by=by, because=because)


def look_again(review: Any) -> None:
    """Whose turn it is elsewhere may have moved on with this review."""
    for look in moved:
        look(review)


def decide_change(review: Any, name: str, *, by: Any, because: str) -> None:
    """Approve or reject the critical change for which the gate is run again, if there is one."""
    waiting = review.project.changes.filter(state="before_board", band="critical")
    for change in waiting.filter(gate__in=[gate.code for gate in review.gates]):
        perform(change, name, by=by, because=because or review.ref)


def hold_for_gate(review: Any, *, by: Any, because: str) -> None:
    """The project is held until it passes the gate again."""
    holds.place(review.project, reason=because or review.ref, cure="gate", by=by,
                gate=review.gate.code, cure_ref=review.ref)  # fmt: skip


def open_gate(review: Any, *, by: Any, because: str) -> None:
    """The project enters its next stage and the gate's tranche is committed.

    The first time through G1 the first baseline is set and the decided budget approved.
    """
    for also in opening:
        also(review, by=by, because=because)
    project, last = review.project, review.last_gate
    again = project.stage == last.opens
    name = "begin_closing" if last.opens == "closing" else f"open_{last.opens}"
    project = review.project = perform(project, name, by=by, because=because)
    if review.gate.opens == FIRST_STAGE and not again:
        baselines.set_first(project, by=by, because=because)
        tranches.approve_plan(project, by=by, because=because, amount=review.budget)
    for gate in review.gates:
        if not again or _planned_anew(project, gate):
            tranches.commit(project, gate.code, by=by, because=because)


def _planned_anew(project: Any, gate: Any) -> bool:
    """Whether a gate that is run again has a tranche waiting: the first one lapsed."""
    waiting = tranches.live_tranches(project).filter(gate=gate.code, amount__gt=0)
    return bool(waiting.filter(state__in=("planned", "reserved")).exists())
