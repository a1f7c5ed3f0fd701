"""Small pieces of pages, built in Python because tables use them by the thousand."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

import segno
from django.core.paginator import Page
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

TONES: dict[str, tuple[str, ...]] = {
    "calm": (
        "draft", "drafted", "planned", "proposed", "scheduled", "collecting", "uploaded",
        "kept",
    ),
    "moving": (
        "triaged", "business_case", "alpha", "beta", "submitted", "resubmitted",
        "in_assessment", "reserved", "noticed", "in_session", "tabled", "invited", "declared",
        "release_requested", "evidence_submitted", "admissible", "evaluating", "evaluated",
        "impact_assessed", "asked", "requested", "supported", "reading", "loading", "hearing",
        "appealed", "in_review", "opening", "opened", "compliance", "technical_individual",
        "technical_consensus", "interview", "price_opening", "price_opened", "ranked",
        "delivering", "vendors.order.signed",
        "applied", "assessing", "named", "signed", "checking", "shortlisted", "registering",
        "matched", "delivered", "inspecting", "rework",
    ),
    "waiting": (
        "prepared", "report_drafted", "factual_check", "before_board", "decided", "queried",
        "returned", "deferred", "release_prepared", "committed", "closing", "open", "previewed",
        "removal_proposed", "feedback", "before_subcommission", "renewal_due", "under_review",
        "amber", "abstain", "medium", "waiting", "incomplete", "due", "handed_in", "referred",
        "upheld", "owed", "approval", "standstill", "suspended",
        "funded",
        "admitted", "to_match", "lodged", "curing", "disputed",
    ),
    "good": (
        "in_force", "exercised", "final", "live", "accepted", "verified", "published",
        "released", "accounted", "settled", "carried", "active", "approved",
        "approved_delegated", "implemented", "in_effect", "confirmed", "sealed", "done",
        "minutes_approved", "certified", "reviewed", "projects.forecastreport.frozen", "imported",
        "granted",
        "regularised", "registered", "made", "green", "for", "low", "gating.condition.closed",
        "recovered", "awarded", "contracted", "answered",
        "completed",
        "loaded", "concluded", "compliant", "preferred", "clear", "rehearsed", "locked", "paid",
        "accepted_with_debt", "other",
    ),
    "bad": (
        "refused", "rejected", "expired", "rescinded", "stopped", "overdue", "breached",
        "frozen", "lost", "tied", "inquorate", "quarantined", "failed", "conflicted",
        "declined", "red", "inadmissible", "not_granted", "revoked", "against", "high",
        "projects.hold.active", "unsuccessful",
        "terminated", "unreadable", "excluded", "debarred",
    ),
    "over": (
        "closed", "withdrawn", "superseded", "renewed", "retired", "lapsed", "cancelled",
        "waived", "ended", "lifted", "dismissed", "replaced", "removed", "not_applicable",
        "not_assessed", "recused", "absent", "dropped", "annulled", "written_off", "undone",
        "left", "joined", "same",
        "discarded",
    ),
}  # fmt: skip
TONE_OF: dict[str, str] = {state: tone for tone, states in TONES.items() for state in states}
"""The tone of every state, by its name, or by `app.model.state` where a name means two things."""


def tag(state: str, text: str | Promise, tone: str = "") -> SafeString:
    """A state as a coloured word; its text says what the colour says."""
    chosen = tone or TONE_OF.get(state, "calm")
    return format_html('<strong class="govuk-tag c-tag--{}">{}</strong>', chosen, text)


def tags(choices: Any, of: str = "") -> dict[str, SafeString]:
    """Each state of a machine (`of`: its label) as a coloured word, for rows written once each."""
    return {value: tag(value, label, TONE_OF.get(f"{of}.{value}", "")) for value, label in choices}


def state(instance: Any, field: str = "state") -> SafeString:
    """The state of a machine as a coloured word: `{% state project "stage" %}`."""
    now = getattr(instance, field)
    words = getattr(instance, f"get_{field}_display")()
    return tag(now, words, TONE_OF.get(f"{instance._meta.label_lower}.{now}", ""))


def progress(value: int, maximum: int, label: str) -> SafeString:
    """How far something is, as a bar and in words; the bar is named by its words."""
    return format_html(
        '<div class="c-progress"><span class="c-progress__label">{}</span>'
        '<progress class="c-progress__bar" max="{}" value="{}" aria-label="{}"></progress>'
        '<span class="c-progress__text">{}</span></div>',
        label, max(maximum, 1), value, label,
        _("%(value)s of %(maximum)s") % {"value": value, "maximum": maximum},
    )  # fmt: skip


def query_with(query: QueryDict | dict[str, Any], **changes: Any) -> str:
    """The query string with some parameters replaced, or taken out where they are None."""
    pairs = list(query.lists()) if isinstance(query, QueryDict) else [
        (key, value if isinstance(value, list) else [value]) for key, value in query.items()
    ]  # fmt: skip
    kept = [(key, values) for key, values in pairs if key not in changes]
    added = [(key, [value]) for key, value in changes.items() if value is not None]
    return "?" + urlencode(kept + added, doseq=True)


def sort_header(
    query: QueryDict, name: str, label: str | Promise, *, param: str = "sort", number: bool = False
) -> SafeString:
    """A column's head that sorts by it; its link keeps the filters and starts at page one."""
    now = query.get(param, "")
    ways = {name: ("ascending", f"-{name}", "▲"), f"-{name}": ("descending", name, "▼")}
    way, after, arrow = ways.get(now, ("none", name, "↕"))
    return format_html(
        '<th scope="col" class="govuk-table__header{}" aria-sort="{}">'
        '<a class="c-sort" href="{}">{}<span class="c-sort__arrow" aria-hidden="true">{}</span>'
        "</a></th>",
        " govuk-table__header--numeric" if number else "", way,
        query_with(query, **{param: after, "page": None}), label, arrow,
    )  # fmt: skip


def pagination(page: Page, query: QueryDict, *, param: str = "page") -> SafeString:
    """Links to the pages of a list, with all its filters; nothing for a list of one page."""
    if not page.has_other_pages():
        return SafeString("")
    total = page.paginator.num_pages
    near = {1, page.number - 1, page.number, page.number + 1, total}
    numbers = [number for number in sorted(near) if 1 <= number <= total]
    items, last = [], 0
    for number in numbers:
        if number > last + 1:
            items.append(_ELLIPSIS)
        items.append(_page_link(number, page, query_with(query, **{param: number})))
        last = number
    return format_html(
        '<nav class="govuk-pagination" aria-label="{}">{}<ul class="govuk-pagination__list">{}</ul>'
        "{}</nav>",
        _("Pages of this list"),
        _neighbour("prev", page, query, param) if page.has_previous() else "",
        format_html_join("", "{}", ((item,) for item in items)),
        _neighbour("next", page, query, param) if page.has_next() else "",
    )


_ELLIPSIS = SafeString('<li class="govuk-pagination__item govuk-pagination__item--ellipses">⋯</li>')


def _page_link(number: int, page: Page, url: str) -> SafeString:
    here = number == page.number
    return format_html(
        '<li class="govuk-pagination__item{}"><a class="govuk-link govuk-pagination__link" '
        'href="{}" aria-label="{}"{}>{}</a></li>',
        " govuk-pagination__item--current" if here else "", url,
        _("Page %(number)s") % {"number": number},
        SafeString(' aria-current="page"') if here else "", number,
    )  # fmt: skip


def _neighbour(way: str, page: Page, query: QueryDict, param: str) -> SafeString:
    number = page.number - 1 if way == "prev" else page.number + 1
    words = _("Previous page") if way == "prev" else _("Next page")
    return format_html(
        '<div class="govuk-pagination__{}"><a class="govuk-link govuk-pagination__link" href="{}" '
        'rel="{}">{}</a></div>',
        way, query_with(query, **{param: number}), way, words,
    )  # fmt: skip


def facts(rows: Iterable[tuple[Any, Any]]) -> SafeString:
    """A summary list of labels and values; an unknown value is a dash, never a guess."""
    return format_html(
        '<dl class="govuk-summary-list c-facts">{}</dl>',
        format_html_join(
            "",
            '<div class="govuk-summary-list__row"><dt class="govuk-summary-list__key">{}</dt>'
            '<dd class="govuk-summary-list__value">{}</dd></div>',
            ((label, "–" if value in (None, "") else value) for label, value in rows),
        ),
    )


def qr(text: str, label: str | Promise) -> SafeString:
    """A QR code as SVG on white ground, named for those who cannot see it."""
    code = segno.make(text, error="m", micro=False)
    drawn = code.svg_inline(scale=4, border=2, svgclass="c-qr", lineclass=None, light="#ffffff")
    named = format_html('<svg role="img" aria-label="{}" ', label)
    return SafeString(drawn.replace("<svg ", named, 1))


def sentences(reasons: Iterable[Any]) -> SafeString:
    """Reasons, each a sentence, as a list; a single one as a paragraph."""
    texts = [conditional_escape(reason) for reason in reasons]
    if len(texts) == 1:
        return format_html('<p class="why-not">{}</p>', texts[0])
    items = format_html_join("", "<li>{}</li>", ((text,) for text in texts))
    return format_html('<ul class="why-not">{}</ul>', items) if texts else SafeString("")
