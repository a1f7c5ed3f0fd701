"""Two versions of a competition side by side, part by part and line by line; no database here."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.deadlines import told
from procurement import content

LABELS = {
    "title": _("Title"),
    "background": _("The problem to be solved"),
    "users_and_needs": _("Users and their needs"),
    "outcomes": _("Outcomes wanted"),
    "constraints": _("Constraints that are given"),
    "criteria": _("Criteria"),
    "price_weight": _("Weight of the price, percent"),
    "price_formula": _("Formula of the price score"),
    "price_basis": _("Price"),
    "price_basket": _("Basket of hours"),
    "scale": _("Scale of the scores"),
    "spread_limit": _("Spread that the panel must talk about, percent of the scale"),
    "tie_chain": _("How ties are broken"),
    "top_n": _("Bids shortlisted"),
    "interview": _("Interviews"),
    "questions_until": _("Questions until"),
    "closes_at": _("Bids until"),
    "prototype": _("Rules of the prototype"),
    "compliance_items": _("What a bid must contain"),
    "estimate": _("Estimated value"),
    "stipend": _("Stipend per compliant bidder"),
    "stipend_cap": _("Bidders paid at most"),
    "joint_bids": _("Joint bids are possible"),
    "tax_basis": _("Tax"),
    "sprints": _("Sprints foreseen"),
    "sprint_days": _("Days of a sprint"),
    "quality_plan": _("Quality plan of the order"),
    "order_terms": _("Terms of the order"),
    "standstill_days": _("Days of standstill"),
    "standstill_kind": _("Days counted as"),
    "sealing": _("Key to the bids"),
}
"""The parts of a content in the order in which people read them."""


@dataclass(frozen=True)
class Line:
    """One line of both texts beside each other; `kind` is same, changed, added or removed."""

    kind: str
    before: str
    after: str


@dataclass(frozen=True)
class Part:
    """A part that differs: its name, its label, and its lines."""

    name: str
    label: str
    lines: tuple[Line, ...]


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Part]:
    """The parts that differ between two contents, each with its lines side by side."""
    found = []
    for name, label in LABELS.items():
        old, new = before.get(name), after.get(name)
        if old != new:
            lines = tuple(side_by_side(told_lines(name, old), told_lines(name, new)))
            found.append(Part(name, str(label), lines))
    return found


def side_by_side(before: list[str], after: list[str]) -> Iterable[Line]:
    """The lines of two texts beside each other, as few of them changed as possible."""
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        old, new = before[a:b], after[c:d]
        if tag == "equal":
            yield from (Line("same", line, line) for line in old)
            continue
        for place in range(max(len(old), len(new))):
            left = old[place] if place < len(old) else ""
            right = new[place] if place < len(new) else ""
            kind = "changed"
            if place >= len(old):
                kind = "added"
            elif place >= len(new):
                kind = "removed"
            yield Line(kind, left, right)


def told_lines(name: str, value: Any) -> list[str]:
    """A part of a content as lines that people read."""
    if value in (None, "", [], {}):
        return []
    if name in content.MOMENTS:
        return [told(content.moment(value))]
    if isinstance(value, dict):
        return [f"{key}: {_short(part)}" for key, part in value.items()]
    if isinstance(value, list):
        return [_row(part) for part in value]
    return _short(value).splitlines()


def _row(value: Any) -> str:
    if not isinstance(value, dict):
        return _short(value)
    first = value.get("title") or value.get("text") or value.get("category") or value.get("code")
    rest = [
        f"{key} {_short(part)}"
        for key, part in value.items()
        if key in ("weight", "minimum", "phase", "hours", "value", "curable", "measure")
    ]
    text = f" – {value['text']}" if value.get("title") and value.get("text") else ""
    return f"{first} ({', '.join(rest)}){text}" if rest else f"{first}{text}"


def _short(value: Any) -> str:
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, str):
        return value
    return "–" if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)
