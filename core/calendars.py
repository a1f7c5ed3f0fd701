"""A person's dates as a calendar that other programs read (iCalendar, RFC 5545); no sign-in.

The address holds a secret; only its hash is kept, so it is shown once, when it is made. Titles say
the reference of a case and what is to be done, nothing else: calendars lie on other people's
machines.
"""

import hashlib
import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from core import absence, clock, history, turns
from core.machines import wait_label
from core.models import CalendarFeed, Dossier, User

OCTETS = 75
MOST = 300
PRODUCT = "-//Compuerta//Compuerta//ES"


@dataclass(frozen=True)
class Entry:
    """One date: `uid` names it for good; a day without an hour, or a moment with its end."""

    uid: str
    title: str
    start: date | datetime
    stamp: datetime
    end: datetime | None = None
    url: str = ""
    place: str = ""


Source = Callable[[User], Iterable[Entry]]
_sources: list[Source] = []


def dates(source: Source) -> Source:
    """Put what the decorated function finds for a person into their calendar."""
    if source not in _sources:
        _sources.append(source)
    return source


# The secret address


@transaction.atomic
def make(person: User) -> str:
    """Make a new secret address, the only one from now on; returns the secret, shown once."""
    token = secrets.token_urlsafe(32)
    CalendarFeed.objects.update_or_create(
        person=person, defaults={"token_hash": hashed(token), "made_at": clock.now()}
    )
    _record(person, "make_calendar")
    return token


@transaction.atomic
def revoke(person: User) -> None:
    """No address leads to the calendar any more; nothing happens where none did."""
    if CalendarFeed.objects.filter(person=person).delete()[0]:
        _record(person, "revoke_calendar")


def _record(person: User, act: str) -> None:
    person.dossier = absence.person_dossier(person)
    history.record(f"core.user.{act}", person, by=person)


def hashed(token: str) -> str:
    """The hash under which a secret is kept."""
    return hashlib.sha256(token.encode()).hexdigest()


def reader(token: str) -> User | None:
    """Whose calendar a secret opens; nobody's when it was revoked, or the person left."""
    feeds = CalendarFeed.objects.filter(token_hash=hashed(token), person__is_active=True)
    found = feeds.select_related("person__institution").first()
    return found.person if found else None


# The calendar


@dates
def waits(person: User) -> Iterator[Entry]:
    """The deadlines of what waits for a person, on their day."""
    found = [turn for turn in turns.page_for(person, 0, MOST) if turn.due is not None]
    refs = dict(Dossier.objects.filter(pk__in={turn.dossier_id for turn in found})
                .values_list("pk", "ref"))  # fmt: skip
    for turn in found:
        label = wait_label(turn.target_label, turn.step)
        yield Entry(
            uid=f"turn-{turn.target_label}-{turn.target_id}-{turn.step}",
            title=f"{refs[turn.dossier_id]}: {label}", start=day_of(turn.due or turn.since, person),
            stamp=turn.since, url=turn.url,
        )  # fmt: skip


def day_of(moment: datetime, person: User) -> date:
    """The day on which a deadline ends: 24:00 belongs to the day before."""
    local = moment.astimezone(clock.zone(person.institution))
    return (local - timedelta(days=1)).date() if local.time() == time() else local.date()


def calendar(person: User) -> str:
    """The whole calendar of a person as text, in their language, entries in order."""
    with translation.override(person.language):
        found = {entry.uid: entry for source in _sources for entry in source(person)}
        entries = sorted(found.values(), key=lambda entry: (_sortable(entry.start), entry.uid))
        lines = [
            "BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "CALSCALE:GREGORIAN",
            "METHOD:PUBLISH", f"X-WR-CALNAME:{escaped(_('Compuerta: my dates'))}",
            "REFRESH-INTERVAL;VALUE=DURATION:PT1H", "X-PUBLISHED-TTL:PT1H",
            *(line for entry in entries for line in _event(entry)), "END:VCALENDAR",
        ]  # fmt: skip
    return "".join(f"{folded(line)}\r\n" for line in lines)


def _sortable(start: date | datetime) -> str:
    return start.astimezone(UTC).isoformat() if isinstance(start, datetime) else start.isoformat()


def _event(entry: Entry) -> Iterator[str]:
    host = urlsplit(settings.BASE_URL).hostname
    yield from ("BEGIN:VEVENT", f"UID:{entry.uid}@{host}", f"DTSTAMP:{utc(entry.stamp)}")
    if isinstance(entry.start, datetime):
        yield f"DTSTART:{utc(entry.start)}"
        yield f"DTEND:{utc(entry.end or entry.start + timedelta(hours=1))}"
    else:
        yield f"DTSTART;VALUE=DATE:{entry.start:%Y%m%d}"
        yield f"DTEND;VALUE=DATE:{entry.start + timedelta(days=1):%Y%m%d}"
        yield "TRANSP:TRANSPARENT"
    yield f"SUMMARY:{escaped(entry.title)}"
    if entry.place:
        yield f"LOCATION:{escaped(entry.place)}"
    if entry.url:
        yield f"URL:{settings.BASE_URL}{entry.url}"
    yield from ("CLASS:CONFIDENTIAL", "END:VEVENT")


def utc(moment: datetime) -> str:
    """A moment in UTC, as the calendar writes it."""
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def escaped(text: Any) -> str:
    """A text value: backslash, semicolon, comma and line breaks escaped, no other control sign."""
    found = str(text).replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    found = found.replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "\\n")
    return "".join(sign for sign in found if sign.isprintable() or sign == "\t")


def folded(line: str) -> str:
    """A line in pieces of 75 octets at most, each further one after a space; no sign is split."""
    pieces, piece, size = [], "", 0
    for sign in line:
        width = len(sign.encode())
        if size + width > OCTETS:
            pieces.append(piece)
            piece, size = " ", 1
        piece, size = piece + sign, size + width
    return "\r\n".join([*pieces, piece])
