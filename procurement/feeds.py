"""The feed of competitions for other programs: JSON by place, Atom for readers."""

from typing import Any
from xml.sax.saxutils import escape

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.history import stamp
from procurement.models import FeedEntry

MOST = 200
NEWEST = 50
KINDS = {
    "published": gettext_lazy("published"),
    "addendum": gettext_lazy("addendum"),
    "question": gettext_lazy("question answered or declined"),
    "deadline_moved": gettext_lazy("deadline moved"),
    "closed": gettext_lazy("closed"),
    "cancelled": gettext_lazy("cancelled"),
    "unsuccessful": gettext_lazy("unsuccessful"),
    "suspended": gettext_lazy("suspended"),
    "resumed": gettext_lazy("goes on"),
    "awarded": gettext_lazy("awarded"),
}
"""What an entry may be about, in words."""


def entries(after: int) -> dict[str, Any]:
    """Up to 200 entries after a place, the oldest first, and the place to ask after next.

    Places follow the commits: whoever asks after `next` misses nothing.
    """
    rows = list(FeedEntry.objects.filter(number__gt=after).order_by("number")
                .select_related("competition__project__institution")[: MOST + 1])  # fmt: skip
    found = rows[:MOST]
    return {
        "entries": [_entry(row) for row in found], "more": len(rows) > MOST,
        "next": found[-1].number if found else after,
    }  # fmt: skip


def _entry(row: FeedEntry) -> dict[str, Any]:
    competition = row.competition
    return {
        "place": row.number, "kind": row.kind, "at": stamp(row.at), "ref": competition.ref,
        "title": competition.title, "institution": competition.institution.code,
        "version": row.version, "url": _absolute(competition.get_public_url()),
        "details": row.details,
    }  # fmt: skip


def atom() -> str:
    """The newest entries as an Atom document, the newest first."""
    rows = list(FeedEntry.objects.order_by("-number").select_related("competition")[:NEWEST])
    updated = stamp(rows[0].at) if rows else "1970-01-01T00:00:00Z"
    here = _absolute(reverse("procurement:feed_atom"))
    parts = [
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">',
        f"<id>{here}</id><title>{escape(_('Competitions'))}</title>",
        f'<updated>{updated}</updated><link rel="self" href="{here}"/>',
        "<author><name>Compuerta</name></author>",
    ]
    return "\n".join([*parts, *(_atom_entry(row, here) for row in rows), "</feed>\n"])


def _atom_entry(row: FeedEntry, here: str) -> str:
    kind = str(KINDS.get(row.kind, row.kind))
    title = f"{row.competition.title_for_people()}: {kind}"
    reason = str(row.details.get("reason", ""))
    summary = f"<summary>{escape(_printable(reason))}</summary>" if reason else ""
    return (
        f"<entry><id>{here}#{row.number}</id><title>{escape(_printable(title))}</title>"
        f"<updated>{stamp(row.at)}</updated>"
        f'<link href="{_absolute(row.competition.get_public_url())}"/>{summary}</entry>'
    )


def _printable(text: str) -> str:
    """A text without the signs that XML does not know."""
    return "".join(sign for sign in text if sign.isprintable() or sign in "\n\t")


def _absolute(path: str) -> str:
    return f"{settings.BASE_URL}{path}"
