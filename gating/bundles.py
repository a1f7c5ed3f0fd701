"""What was submitted, as one canonical text with its hash: frozen when the owner certifies."""

import hashlib
from typing import Any

from core.history import canonical
from gating.proofs import content_of


def bundle_of(review: Any) -> dict[str, Any]:
    """Criteria with the version of their standard, exemptions, and evidence by version and hash."""
    items = review.items.select_related("criterion__standard").prefetch_related(
        "evidence__document__blob", "evidence__redacted__blob"
    )
    return {
        "review": review.ref,
        "gate": " ".join(gate.code for gate in review.gates),
        "tier": review.tier.code,
        "criteria": [_criterion(item) for item in items],
    }


def _criterion(item: Any) -> dict[str, Any]:
    standard = item.criterion.standard
    shown = [proof for proof in item.evidence.all() if proof.state not in ("draft", "superseded")]
    return {
        "standard": standard.code, "version": standard.version, "content": standard.content_hash,
        "code": item.criterion.code, "mandatory": item.mandatory, "exempt": item.exempt,
        "evidence": [_proof(proof) for proof in sorted(shown, key=lambda proof: proof.pk)],
    }  # fmt: skip


def _proof(proof: Any) -> dict[str, Any]:
    redacted = proof.redacted.blob.sha256 if proof.redacted else ""
    return {
        "id": proof.pk, "version": proof.version, "state": proof.state,
        "sha256": proof.content_hash, "redacted": redacted, **content_of(proof),
    }  # fmt: skip


def text_of(review: Any) -> str:
    """The canonical JSON of what a review submits."""
    return canonical(bundle_of(review))


def hash_of(text: str) -> str:
    """SHA-256 of a canonical text, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()
