"""Scales of scores and chains that break ties, as data; exact, no database here."""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

TIES = {
    "technical": _("the higher technical score"),
    "price": _("the lower price"),
    "size": _("the smaller firm"),
    "draw": _("the draw, by the secret that was committed at publication"),
}
"""What may break a tie. Never a name, never who came first."""


def number(value: Any) -> Decimal | None:
    """A decimal number as it is written in data, or None."""
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def bounds(scale: Mapping[str, Any]) -> tuple[Decimal, Decimal] | None:
    """The lowest and the highest score of a scale; None where it has none, or the wrong way."""
    low, high = number(scale.get("min")), number(scale.get("max"))
    if low is None or high is None or high <= low:
        return None
    return low, high


def ratings(scale: Mapping[str, Any]) -> list[tuple[Decimal, str]]:
    """The words of a scale with their numbers, the best first; empty where points are given."""
    found = [
        (value, str(row.get("label", "")))
        for row in scale.get("ratings") or []
        if (value := number(row.get("value"))) is not None
    ]
    return sorted(found, reverse=True)


def faults(scale: Mapping[str, Any], minimums: Mapping[str, Decimal | None]) -> list[str]:
    """What is wrong with a scale, or with the minimums of criteria (by title) on it."""
    span = bounds(scale)
    if span is None:
        return [gettext("The scale needs a lowest and a higher highest score.")]
    low, high = span
    found = []
    if scale.get("kind") == "ratings":
        words = ratings(scale)
        values = {value for value, _label in words}
        if len(words) < 2 or len(values) < len(words):  # noqa: PLR2004  a choice needs two
            found.append(gettext("A scale of words needs two at least, each with its own number."))
        if any(not low <= value <= high for value in values):
            found.append(gettext("A word of the scale has a number off the scale."))
    for title, minimum in minimums.items():
        if minimum is not None and not low <= minimum <= high:
            found.append(gettext("The minimum of “%(title)s” is off the scale.") % {"title": title})
    return found


def chain_faults(chain: Sequence[str]) -> list[str]:
    """What is wrong with a chain that breaks ties: it must end in the draw, each link once."""
    if not chain or chain[-1] != "draw":
        return [gettext("The chain that breaks ties must end in the draw.")]
    if len(set(chain)) < len(chain) or not set(chain) <= set(TIES):
        return [gettext("The chain that breaks ties names something twice, or unknown.")]
    return []
