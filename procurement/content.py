"""What a competition says, as one dictionary: read from its rows, written to them, hashed.

Drafts and addenda are edited in this form. Decimals are strings without trailing zeros, moments
are UTC to the second, amounts are minor units.
"""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from core.history import canonical

TEXTS = ("title", "background", "users_and_needs", "outcomes", "constraints", "order_terms")
DATA = ("compliance_items", "prototype", "quality_plan", "price_basket", "scale", "tie_chain")
PLAIN = ("estimate", "stipend", "stipend_cap", "joint_bids", "tax_basis", "price_basis",
         "price_formula", "top_n", "interview", "sprints", "sprint_days", "standstill_days",
         "standstill_kind", "sealing")  # fmt: skip
DECIMALS = ("price_weight", "spread_limit")
MOMENTS = ("questions_until", "closes_at")
COLUMNS = (*TEXTS, *DATA, *PLAIN, *DECIMALS, *MOMENTS)
CRITERION = ("code", "title", "text", "weight", "minimum", "phase")
RULES = ("criteria", "price_weight", "price_formula", "price_basis", "price_basket", "scale",
         "tie_chain", "top_n", "interview", "spread_limit")  # fmt: skip
"""The parts by which bids are ranked: frozen with a hash of their own."""

Content = dict[str, Any]


def read(competition: Any) -> Content:
    """All that a competition says and that may be edited, as it stands in its rows."""
    found: Content = {name: getattr(competition, name) for name in (*TEXTS, *DATA, *PLAIN)}
    found |= {name: plain(getattr(competition, name)) for name in DECIMALS}
    found |= {name: stamp(getattr(competition, name)) for name in MOMENTS}
    found["criteria"] = [
        {"code": row.code, "title": row.title, "text": row.text, "weight": plain(row.weight),
         "minimum": plain(row.minimum), "phase": row.phase}
        for row in competition.criteria.all()
    ]  # fmt: skip
    return found


def whole(competition: Any, content: Content) -> Content:
    """The content with what it stands on: what is frozen as a version."""
    return {
        **content, "ref": competition.ref, "project": competition.project.ref,
        "lot": str(competition.lot or ""),
        "currency": competition.currency, "template": competition.template,
        "template_version": competition.template_version, "rules": competition.rules,
        "seed_commitment": competition.seed_commitment,
    }  # fmt: skip


def write(competition: Any, content: Mapping[str, Any]) -> None:
    """Set columns and criteria to what the content says; parts that it lacks stay as they are.

    The row itself is not saved. Criteria are saved: changed by code, added, or dropped.
    """
    for name in COLUMNS:
        if name in content:
            value = content[name]
            if name in DECIMALS:
                value = Decimal(value)
            elif name in MOMENTS:
                value = moment(value)
            setattr(competition, name, value)
    if "criteria" in content:
        _write_criteria(competition, content["criteria"])


def _write_criteria(competition: Any, rows: list[dict[str, Any]]) -> None:
    model = competition._meta.get_field("criteria").related_model
    known = {row.code: row for row in model.ever.filter(competition=competition)}
    for place, said in enumerate(rows, start=1):
        row = known.pop(said["code"], None) or model(competition=competition, code=said["code"])
        row.title, row.text, row.phase = said["title"], said["text"], said["phase"]
        row.weight = Decimal(said["weight"])
        row.minimum = None if said["minimum"] is None else Decimal(said["minimum"])
        row.place, row.dropped = place, False
        row.save()
    for row in known.values():
        if not row.dropped:
            row.dropped = True
            row.save(update_fields=["dropped"])


def rules_of(content: Mapping[str, Any]) -> Content:
    """The part of a content by which bids are ranked; texts of criteria are no part of it."""
    found = {name: content[name] for name in RULES}
    found["criteria"] = [
        {name: row[name] for name in ("code", "weight", "minimum", "phase")}
        for row in content["criteria"]
    ]
    return found


def digest(value: Any) -> str:
    """SHA-256 of the canonical JSON of a value, in hex."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def plain(value: Decimal | None) -> str | None:
    """A decimal without trailing zeros and without exponent; None stays None."""
    if value is None:
        return None
    return f"{Decimal(value).normalize() + 0:f}"


def stamp(value: datetime | None) -> str | None:
    """A moment in UTC to the second, as text."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if value else None


def moment(text: str | None) -> datetime | None:
    """The moment that a text names."""
    if not text:
        return None
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
