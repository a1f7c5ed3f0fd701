"""Words of the gates in templates."""

from typing import Any

from django import template

from gating.tables import disciplines as in_words
from projects.models import Stage

register = template.Library()


@register.filter
def disciplines(assessment: Any) -> str:
    """The disciplines of an assessment in words."""
    return in_words(assessment)


@register.filter
def timely(offers: list[dict[str, Any]], review: Any) -> list[dict[str, Any]]:
    """The steps offered, without those of a factual check that is answered already."""
    over = {"accept_facts", "challenge_facts"} if review.facts else set()
    if review.facts != review.Facts.CHALLENGED:
        over.add("answer_challenge")
    return [offer for offer in offers if offer["name"] not in over]


@register.filter
def stages(names: list[str]) -> str:
    """Codes of stages in words."""
    return ", ".join(str(Stage(name).label) for name in names)


@register.filter
def codes(names: list[str]) -> str:
    """Codes of disciplines in words."""
    return in_words(names)
