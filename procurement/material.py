"""Whether a change of a published competition looks material: it asks, an officer decides.

Material is what could have changed whether somebody bids, or what they bid. No database here.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

Content = Mapping[str, Any]

ASKS = {
    "dates": _("Deadlines change."),
    "weights": _("Weights of criteria or of the price change."),
    "criteria": _("Criteria are added, dropped, or say something else."),
    "minimums": _("A minimum or the shortlist changes: other bids may stay in."),
    "scale": _("Scale, formula or tie chain change: other bids may win."),
    "price": _("What the price is made of changes."),
    "requirements": _("Needs, outcomes or constraints change."),
    "prototype": _("The rules of the prototype, or what a bid must contain, change."),
    "terms": _("The terms of the order change."),
    "money": _("The estimate or the stipend changes."),
}
"""What is found, and the sentence with which the officer is asked."""
PARTS = {
    "dates": ("questions_until", "closes_at"),
    "scale": ("scale", "price_formula", "tie_chain", "interview", "spread_limit"),
    "price": ("price_basis", "price_basket", "tax_basis", "sprints", "sprint_days"),
    "requirements": ("users_and_needs", "outcomes", "constraints"),
    "prototype": ("prototype", "compliance_items", "sealing", "joint_bids"),
    "terms": ("order_terms", "quality_plan", "standstill_days", "standstill_kind"),
    "money": ("estimate", "stipend", "stipend_cap"),
}


def findings(before: Content, after: Content) -> list[str]:
    """What looks material in a change: codes of `ASKS`, in their order."""
    found = {code for code, parts in PARTS.items() if any(_differ(before, after, p) for p in parts)}
    old, new = _by_code(before), _by_code(after)
    both = old.keys() & new.keys()
    weighed = any(old[code]["weight"] != new[code]["weight"] for code in both)
    if weighed or _differ(before, after, "price_weight"):
        found.add("weights")
    if old.keys() != new.keys() or any(
        _words(old[code][part]) != _words(new[code][part])
        for code in both
        for part in ("title", "text", "phase")
    ):
        found.add("criteria")
    if any(old[code]["minimum"] != new[code]["minimum"] for code in both) or _differ(
        before, after, "top_n"
    ):
        found.add("minimums")
    return [code for code in ASKS if code in found]


def sentences(codes: list[str]) -> list[str]:
    """The questions that the officer is asked, for what was found."""
    return [str(ASKS[code]) for code in codes if code in ASKS]


def unanswered(material: bool | None, codes: list[str], answer: str) -> list[str]:
    """What the officer still owes: a word, and a reason where it goes against the detector."""
    if material is None:
        return [gettext("Say whether the change is material.")]
    if not material and codes and not answer.strip():
        return [gettext("The change looks material. Say why it is not, or that it is.")]
    return []


def _by_code(said: Content) -> dict[str, Mapping[str, Any]]:
    return {row["code"]: row for row in said["criteria"]}


def _differ(before: Content, after: Content, part: str) -> bool:
    return bool(_words(before[part]) != _words(after[part]))


def _words(value: Any) -> Any:
    """A text without its spacing, so that a new line break alone is no change."""
    return " ".join(value.split()) if isinstance(value, str) else value
