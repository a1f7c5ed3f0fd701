"""What a decision record says: every fact of a decision, in one form that does not change.

Codes stay codes (outcome, rating, standing) and amounts minor units, so that the text and its hash
are the same in every language.
"""

from typing import Any

from core.history import stamp
from gating import balloting, matters
from projects import variance

FORM = "compuerta decision record 1"


def facts(motion: Any, *, code: str, case: Any) -> dict[str, Any]:
    """The facts of a carried motion; `case` is the dossier, whose head seals what came before."""
    found = {
        "form": FORM, "code": code, "motion": motion.ref, "outcome": motion.outcome,
        "text": motion.text, "decided_at": stamp(motion.decided_at),
        "project": _project(motion.project) if motion.project else None, "board": _board(motion),
        "review": review_facts(motion.review) if motion.review else None,
        "conditions": _conditions(motion), "waiver": _waiver(motion),
        "rule": motion.rule, "tally": motion.tally, "seats": _seats(motion),
        "recusals": _recusals(motion), "tranche": _tranche(motion),
        "chain": {"case": case.ref, "events": case.count, "head": case.head},
    }  # fmt: skip
    if motion.matter:
        told = matters.of(motion).facts(motion.matter_row)
        until = str(motion.waived_until or "")
        found["matter"] = {"kind": motion.matter, "facts": told, "until": until,
                           "risk_owner": str(motion.risk_owner or "")}  # fmt: skip
    return found


def _project(project: Any) -> dict[str, Any]:
    where = project.institution
    return {"ref": project.ref, "title": project.title, "institution": str(where or ""),
            "cost": project.cost, "currency": project.currency,
            "tier": project.tier.code if project.tier else "",
            "variance": [cell if cell is None else str(cell)
                         for cell in variance.of(project).cells()]}  # fmt: skip


def _board(motion: Any) -> dict[str, Any]:
    meeting = motion.meeting
    return {"code": motion.board.code, "name": motion.board.name,
            "meeting": stamp(meeting.at) if meeting else "",
            "place": meeting.place if meeting else ""}  # fmt: skip


def review_facts(review: Any) -> dict[str, Any]:
    items = review.items.select_related("criterion__standard").order_by("position")
    return {
        "ref": review.ref, "attempt": review.attempt,
        "gate": " ".join(gate.code for gate in review.gates),
        "submitted_at": stamp(review.submitted_at) if review.submitted_at else "",
        "bundle_hash": review.bundle_hash, "overall": review.overall,
        "computed": review.computed, "overall_reason": review.overall_reason,
        "dissent": review.dissent, "facts": review.facts, "challenge": review.challenge,
        "challenge_answer": review.challenge_answer, "report": review.report,
        "valid_until": str(review.valid_until or ""), "ratings": [_rating(item) for item in items],
    }  # fmt: skip


def _rating(item: Any) -> dict[str, Any]:
    criterion = item.criterion
    return {
        "standard": criterion.standard.code, "criterion": criterion.code, "title": criterion.title,
        "mandatory": item.mandatory, "exempt": item.exempt, "rating": item.rating,
        "reason": item.rating_reason, "action": item.action,
        "action_due": str(item.action_due or ""),
    }  # fmt: skip


def _conditions(motion: Any) -> list[dict[str, Any]]:
    rows = motion.conditions.select_related("owner", "verifier").order_by("number")
    return [
        {"number": row.number, "kind": row.kind, "text": row.text, "owner": str(row.owner),
         "verifier": str(row.verifier), "due": str(row.due or ""),
         "non_waivable": row.non_waivable}
        for row in rows
    ]  # fmt: skip


def _waiver(motion: Any) -> dict[str, Any] | None:
    if motion.condition is None:
        return None
    return {"condition": motion.condition.ref, "text": motion.condition.text,
            "risk_owner": str(motion.risk_owner), "until": str(motion.waived_until)}  # fmt: skip


def _seats(motion: Any) -> list[dict[str, Any]]:
    """The roll call with names: who sat, how the seat stood, and what it said."""
    said = {row["seat"]: row.get("choice", "") for row in balloting.roll_call(motion)}
    rows = motion.seats.select_related("seat__user", "user")
    return [
        {"seat": row.seat_id, "chair": row.chair, "holder": str(row.seat.user),
         "sat": str(row.user or ""), "standing": row.standing, "why": row.why,
         "vote": said[row.seat_id]}
        for row in rows
    ]  # fmt: skip


def _recusals(motion: Any) -> list[dict[str, Any]]:
    rows = motion.recusals.select_related("user")
    return [{"person": str(row.user), "reason": row.reason} for row in rows]


def _tranche(motion: Any) -> dict[str, Any] | None:
    """The tranche that the gate commits when its owner accepts the terms."""
    if motion.review is None or not motion.outcome.startswith("approve"):
        return None
    gate = motion.review.gate.code
    found = motion.project.tranches.filter(gate=gate).exclude(
        state__in=("lapsed", "cancelled")
    ).order_by("-pk").first()  # fmt: skip
    if found is None:
        return None
    return {"number": found.number, "amount": found.amount, "currency": motion.project.currency,
            "holdback_percent": found.holdback_percent}  # fmt: skip
