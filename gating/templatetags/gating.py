"""Words of the gates in templates."""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from core.components import tag
from gating.standard_tables import why
from gating.tables import disciplines as in_words
from projects.models import Stage

register = template.Library()
SHORT = 300


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


@register.filter
def points(version: str) -> str:
    """The version of a past standard in words: how many points it has."""
    number, _space, rest = str(version).partition(" ")
    if rest != "points" or not number.isdigit():
        return str(version)
    return ngettext("%(n)s point", "%(n)s points", int(number)) % {"n": number}


FINAL_TONES = {"passed": "good", "passed_with_conditions": "waiting", "failed": "bad",
               "unparsed": "over"}  # fmt: skip


@register.filter
def final_tag(past: Any) -> SafeString:
    """The final result of a past assessment as a coloured word."""
    return tag(past.final, past.get_final_display(), FINAL_TONES[past.final])


@register.simple_tag
def criterion_title(criterion: Any) -> SafeString:
    """A criterion's title in the reader's language where there is one, else as delivered."""
    text, language = criterion.title_in(get_language() or "")
    return format_html('<span lang="{}">{}</span>', language, text)


@register.simple_tag
def criterion_name(criterion: Any) -> SafeString:
    """A criterion's code and title, the title in the reader's language where there is one."""
    text, language = criterion.title_in(get_language() or "")
    return format_html('<span lang="{}">{} · {}</span>', language, criterion.code, text)


@register.simple_tag
def standard_title(standard: Any) -> SafeString:
    """A standard's title in the reader's language where there is one, else as delivered."""
    text, language = standard.title_in(get_language() or "")
    return format_html('<span lang="{}">{}</span>', language, text)


@register.filter
def further(criterion: Any) -> list[tuple[str, str]]:
    """What a checklist says of a criterion beside its own fields: label and text."""
    labels = {
        "requirement": _("Requirement"), "phase": _("Stage of the checklist"),
        "topic": _("Topic"), "legal_basis": _("Legal basis"), "help": _("Help"),
        "profile": _("Profile"), "question": _("Questions"),
        "level_as_written": _("Level, as written"),
    }  # fmt: skip
    found = [(label, str(criterion.facts[name])) for name, label in labels.items()
             if criterion.facts.get(name)]  # fmt: skip
    return found + list(dict(criterion.facts.get("further") or {}).items())


@register.filter
def unused_row(row: dict[str, Any]) -> SafeString:
    """A row of a file that was not used: why, and what stands in it."""
    said = " | ".join(cell for cell in row.get("cells", ()) if str(cell).strip())
    short = said if len(said) <= SHORT else f"{said[: SHORT - 1]}…"
    return format_html('{} <span class="c-soft">{}</span>', why(row), short)
