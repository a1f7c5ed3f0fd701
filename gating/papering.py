"""What a paper of a board says, in one form that does not change: codes, minor units, hashes."""

from typing import Any

from core.history import stamp
from gating import decisions, matters

FORM = "compuerta board paper 1"


def of_review(review: Any) -> dict[str, Any]:
    """The paper of a review: its assessment with ratings, and the evidence with its hashes."""
    project = review.project
    rows = review.items.prefetch_related("links__evidence__document__blob")
    evidence: dict[int, dict[str, Any]] = {}
    for item in rows.select_related("criterion"):
        for link in item.links.all():
            found = evidence.setdefault(link.evidence_id, _evidence(link.evidence))
            found["criteria"].append(item.criterion.code)
    return {
        "form": FORM, "kind": "review", "ref": review.ref, "title": project.title,
        "project": _project(project), "review": decisions.review_facts(review),
        "evidence": list(evidence.values()),
    }  # fmt: skip


def of_motion(motion: Any) -> dict[str, Any]:
    """The paper of a motion: what is proposed, its text, its conditions, why this board."""
    return {
        "form": FORM, "kind": "motion", "ref": motion.ref, "title": motion.about,
        "project": _project(motion.project) if motion.project else None,
        "matter": _matter(motion), "outcome": motion.outcome, "text": motion.text,
        "rule": motion.rule,
        "conditions": [
            {"kind": row.kind, "text": row.text, "owner": str(row.owner),
             "verifier": str(row.verifier), "due": str(row.due or "")}
            for row in motion.drafts.select_related("owner", "verifier")
        ],
        "waived_until": str(motion.waived_until or ""), "risk_owner": str(motion.risk_owner or ""),
    }  # fmt: skip


def _matter(motion: Any) -> dict[str, Any] | None:
    """What a motion on another room's row is about, and what is to be read of it."""
    if not motion.matter:
        return None
    matter, row = matters.of(motion), motion.matter_row
    return {"kind": motion.matter, "facts": matter.facts(row), "text": matter.paper(row)}


def _project(project: Any) -> dict[str, Any]:
    return {"ref": project.ref, "title": project.title,
            "institution": str(project.institution or ""), "cost": project.cost,
            "currency": project.currency}  # fmt: skip


def _evidence(evidence: Any) -> dict[str, Any]:
    document = evidence.document
    return {
        "id": evidence.pk, "kind": evidence.kind, "title": evidence.title,
        "state": evidence.state, "criteria": [],
        "valid_until": str(evidence.valid_until or ""),
        "file": document.name if document else "",
        "sha256": document.blob.sha256 if document else "",
        "submitted_at": stamp(evidence.submitted_at) if evidence.submitted_at else "",
    }  # fmt: skip
