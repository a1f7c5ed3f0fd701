"""Two versions of a standard side by side: what was added, taken out, changed and moved."""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from gating.models.standard import Criterion, Standard

Part = tuple[str, str]
"""How it fares (`same`, `gone`, `new`) and the text."""


@dataclass
class Change:
    """One text of a criterion in both versions, in parts."""

    label: str
    before: list[Part]
    after: list[Part]


@dataclass
class Compared:
    """One criterion in both versions: `same`, `changed`, `added` or `removed`; moved or not."""

    code: str
    before: Criterion | None
    after: Criterion | None
    changes: list[Change] = field(default_factory=list)
    moved: bool = False

    @property
    def how(self) -> str:
        if self.before is None:
            return "added"
        if self.after is None:
            return "removed"
        return "changed" if self.changes else "same"

    @property
    def row(self) -> Criterion:
        found = self.after or self.before
        assert found is not None  # noqa: S101 — one of them is there
        return found


def compare(before: Standard, after: Standard) -> list[Compared]:
    """The criteria of the newer version in their order, then those taken out."""
    old = {row.code: row for row in before.criteria.all()}
    new = list(after.criteria.all())
    kept = [row.code for row in new if row.code in old]
    order = [code for code in old if code in set(kept)]
    still = _longest_in_order(kept, order)
    found = [
        Compared(row.code, old.get(row.code), row, list(_changes(old.get(row.code), row)),
                 moved=row.code in old and row.code not in still)
        for row in new
    ]  # fmt: skip
    there = {row.code for row in new}
    return found + [Compared(code, row, None) for code, row in old.items() if code not in there]


def _longest_in_order(kept: list[str], order: list[str]) -> set[str]:
    """The codes that stand in the same order in both: the others moved."""
    blocks = difflib.SequenceMatcher(None, order, kept, autojunk=False).get_matching_blocks()
    return {code for block in blocks for code in order[block.a : block.a + block.size]}


def _texts(row: Criterion) -> dict[str, str]:
    facts = row.facts
    return {
        _("Title"): row.title, _("In our words"): row.summary,
        _("Asked when leaving"): ", ".join(row.stages),
        _("Evidence expected"): "\n".join(row.evidence_expected),
        _("Never waived when leaving"): ", ".join(row.non_waivable_at),
        _("Topic"): row.topic, _("Level"): str(row.level if row.level is not None else ""),
        _("Stage of the checklist"): str(facts.get("phase", "")),
        _("Legal basis"): str(facts.get("legal_basis", "")), _("Help"): str(facts.get("help", "")),
        _("Profile"): str(facts.get("profile", "")),
        _("Questions"): str(facts.get("question", "")),
        _("Title in Spanish"): str(facts.get("title_es", "")),
        _("Verified at its source"): _("yes") if row.verified else _("no"),
    }  # fmt: skip


def _changes(before: Criterion | None, after: Criterion) -> Iterable[Change]:
    if before is None:
        return
    old = _texts(before)
    for label, text in _texts(after).items():
        if old[label] != text:
            yield Change(label, *_parts(old[label], text))


def _parts(before: str, after: str) -> tuple[list[Part], list[Part]]:
    """Both texts cut where they differ, word by word."""
    one, two = (re.findall(r"\s+|[^\s]+", text) for text in (before, after))
    left: list[Part] = []
    right: list[Part] = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, one, two, autojunk=False).get_opcodes():
        if a < b:
            left.append(("same" if tag == "equal" else "gone", "".join(one[a:b])))
        if c < d:
            right.append(("same" if tag == "equal" else "new", "".join(two[c:d])))
    return left, right


def counts(rows: list[Compared]) -> dict[str, Any]:
    """How many criteria fared how."""
    return {how: sum(row.how == how for row in rows)
            for how in ("added", "removed", "changed", "same")} | {
        "moved": sum(row.moved for row in rows)}  # fmt: skip
