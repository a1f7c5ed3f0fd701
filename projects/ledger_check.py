"""Recomputing the ledger: every entry, every balance, every rule of domain, §3, project by project.

Triggers keep honest programs honest; this finds what somebody changed behind their back, for the
key with which entries are sealed lies outside the database. Rows are streamed, never loaded whole.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from core.history import canonical, seal, stamp
from core.models import Event
from core.verification import Misfit, one_moment
from projects import ledger_rows, totals
from projects.accounts import Account, Books, Kind, Line, mirror, misrouted
from projects.models import (
    Balance,
    Book,
    Claim,
    ClosedPeriod,
    ExcusedDays,
    Posting,
    PostingLine,
    PreparedEntry,
    Project,
    Tranche,
)

CHUNK = 2000
Row = tuple[Any, ...]


@dataclass
class Count:
    """What was recomputed."""

    postings: int = 0
    projects: int = 0

    def __str__(self) -> str:
        return f"postings={self.postings} projects={self.projects}"


@dataclass
class Entry:
    """A posting as its row has it, with its lines and its event."""

    pk: int
    number: int
    kind: str
    key: str
    effective_on: date
    recorded_at: datetime
    by: int
    because: str
    reverses: int | None
    tranche: int | None
    line_count: int
    event_number: int
    previous: str
    mac: str
    lines: list[Line] = field(default_factory=list)

    def sealed(self, project: int) -> str:
        """The seal that the row as it stands would bear."""
        return seal(
            "posting", project, self.number, self.kind, self.key, self.effective_on.isoformat(),
            stamp(self.recorded_at), self.by, self.because, self.reverses, self.tranche,
            self.line_count, self.event_number, self.previous,
            [list(line) for line in self.lines],
        )  # fmt: skip

    def told(self) -> str:
        """What its event says of it, when nothing was altered."""
        return canonical({
            "number": self.number, "kind": self.kind, "key": self.key,
            "effective_on": self.effective_on.isoformat(), "tranche": self.tranche,
            "reverses": self.reverses, "lines": [list(line) for line in self.lines],
        })  # fmt: skip


class Stream:
    """Rows in the order of their project, handed out project by project."""

    def __init__(self, rule: str, rows: QuerySet[Any]) -> None:
        self.rule, self.rows = rule, rows.iterator(chunk_size=CHUNK)
        self.next: Row | None = next(self.rows, None)

    def take(self, project: int) -> list[Row]:
        """The rows of a project; rows of one that is no more are a misfit."""
        found = []
        while self.next is not None and self.next[0] == project:
            found.append(self.next[1:])
            self.next = next(self.rows, None)
        if self.next is not None and (self.next[0] is None or self.next[0] < project):
            self.end()
        return found

    def end(self) -> None:
        """Nothing may be left."""
        if self.next is not None:
            raise Misfit(f"project {self.next[0]}: {self.rule}: rows of a project that is gone")


def _excused(rows: Any) -> QuerySet[Any]:
    """The excused days of all tranches, project by project."""
    columns = ("tranche_id", "pk", "state", "days", "valid_before", "valid_after")
    found: QuerySet[Any] = rows(ExcusedDays, "tranche__project_id", *columns)
    return found


class Streams:
    """All rows of the ledger, of every project or of one, each in the order of projects."""

    def __init__(self, only: int | None) -> None:
        def rows(model: Any, path: str, *columns: str) -> QuerySet[Any]:
            found = model.objects.order_by(path, *columns[:2]).values_list(path, *columns)
            return found if only is None else found.filter(**{path: only})

        self.postings = Stream("number", rows(
            Posting, "project_id", "number", "pk", "kind", "key", "effective_on", "recorded_at",
            "by_id", "because", "reverses_id", "tranche_id", "line_count", "event_number",
            "previous", "mac",
        ))  # fmt: skip
        self.lines = Stream("route", rows(
            PostingLine, "posting__project_id", "posting_id", "position", "source", "target",
            "amount",
        ))  # fmt: skip
        events = rows(Event, "dossier__project__pk", "number", "verb", "target_id", "actor_id",
                      "because", "details")  # fmt: skip
        self.events = Stream("event", events.filter(target_label="projects.posting"))
        self.balances = Stream("balance", rows(Balance, "project_id", "account", "amount"))
        self.books = Stream("end", rows(Book, "project_id", "count", "head", "seal"))
        self.tranches = Stream("tranche", rows(
            Tranche, "project_id", "number", "pk", "state", "amount", "holdback_percent",
            "valid_until",
        ))  # fmt: skip
        self.prepared = Stream("prepared", rows(
            PreparedEntry, "project_id", "pk", "state", "kind", "amount", "posting_id", "claim_id"
        ))  # fmt: skip
        self.claims = Stream("claim", rows(Claim, "project_id", "number", "pk", "state", "amount"))
        self.excused = Stream("excused", _excused(rows))

    def end(self) -> None:
        for stream in vars(self).values():
            stream.end()


def verify(ref: str = "") -> Count:
    """Recompute the ledger of all projects, or of one; raises Misfit with project and rule."""
    count = Count()
    with one_moment():
        projects = Project._base_manager.order_by("pk").values_list("pk", "ref")
        if ref:
            projects = projects.filter(ref=ref)
            if not projects.exists():
                raise Misfit(f"{ref}: there is no project of this reference")
        streams = Streams(projects[0][0] if ref else None)
        closed = list(ClosedPeriod.objects.values_list("until", "at"))
        lines = 0
        for project, name in projects.iterator(chunk_size=CHUNK):
            entries = _verify_project(project, name, streams, closed)
            count.postings += len(entries)
            count.projects += 1
            lines += sum(len(entry.lines) for entry in entries)
        streams.end()
        if not ref:
            _verify_whole(lines)
    return count


def _verify_whole(lines: int) -> None:
    """What no single project shows: lines of postings that are gone, and the kept totals."""
    if PostingLine.objects.count() != lines:
        raise Misfit("the whole ledger: route: lines of a posting that is gone")
    if Event.objects.filter(target_label="projects.posting", dossier__project=None).exists():
        raise Misfit("the whole ledger: event: an entry was told in a case that is no project")
    for kept, real in totals.verify():
        raise Misfit(f"the whole ledger: totals: kept are {kept}, the rows say {real}")


def _verify_project(
    project: int, name: str, streams: Streams, closed: list[tuple[date, datetime]]
) -> list[Entry]:
    entries = _entries(streams.postings.take(project))
    lines, events = streams.lines.take(project), streams.events.take(project)
    balances, books = streams.balances.take(project), streams.books.take(project)
    tranches = streams.tranches.take(project)
    prepared, claims = streams.prepared.take(project), streams.claims.take(project)
    excused = streams.excused.take(project)
    try:
        _verify_numbers(entries)
        _attach(entries, lines)
        _verify_routes(entries)
        _verify_seals(project, entries, books)
        _verify_events(entries, events)
        _verify_periods(entries, closed)
        _verify_balances(entries, balances)
        ledger_rows.verify_tranches(entries, tranches)
        ledger_rows.verify_prepared(entries, prepared)
        ledger_rows.verify_claims(claims, prepared)
        ledger_rows.verify_excused(entries, tranches, excused)
    except Misfit as misfit:
        raise Misfit(f"{name}: {misfit}") from None
    return entries


def _entries(rows: Iterable[Row]) -> list[Entry]:
    return [Entry(row[1], row[0], *row[2:]) for row in rows]


def _verify_numbers(entries: list[Entry]) -> None:
    keys: set[str] = set()
    for place, entry in enumerate(entries, start=1):
        if entry.number != place:
            raise Misfit(f"number: entry {place} is missing, found is {entry.number}")
        if entry.key in keys:
            raise Misfit(f"key: entry {place} has the key of an earlier one")
        keys.add(entry.key)


def _attach(entries: list[Entry], lines: list[Row]) -> None:
    """Put the lines to their entries; each place once, from 1 on."""
    found = {entry.pk: entry for entry in entries}
    for posting, position, source, target, amount in lines:
        entry = found[posting]
        if position != len(entry.lines) + 1:
            raise Misfit(f"route: entry {entry.number} lacks a line before line {position}")
        entry.lines.append((source, target, amount))
    for entry in entries:
        if len(entry.lines) != entry.line_count:
            raise Misfit(f"route: entry {entry.number} has {len(entry.lines)} lines of "
                         f"{entry.line_count}")  # fmt: skip


def _verify_routes(entries: list[Entry]) -> None:
    """Each line goes a way of its kind; a reversal mirrors one earlier entry, once."""
    earlier: dict[int, Entry] = {}
    for entry in entries:
        if entry.kind not in Kind.values:
            raise Misfit(f"route: entry {entry.number} is of no known kind")
        if (entry.kind == Kind.REVERSAL) != (entry.reverses is not None):
            raise Misfit(f"mirror: entry {entry.number} is a reversal of nothing, or none of one")
        if entry.reverses is None:
            earlier[entry.pk] = entry
            if misrouted(entry.kind, entry.lines):
                raise Misfit(f"route: entry {entry.number} goes a way that its kind does not have")
            continue
        undone = earlier.pop(entry.reverses, None)
        if undone is None:
            raise Misfit(f"mirror: entry {entry.number} reverses no earlier entry, or one twice")
        if entry.lines != mirror(undone.lines) or entry.tranche != undone.tranche:
            raise Misfit(f"mirror: entry {entry.number} is not the mirror of {undone.number}")


def _verify_seals(project: int, entries: list[Entry], books: list[Row]) -> None:
    """Each entry is what was sealed, follows on the one before, and the last one ends the book."""
    previous = ""
    for entry in entries:
        if entry.previous != previous:
            raise Misfit(f"seal: entry {entry.number} does not follow on the one before it")
        if _sealed(entry, project) != entry.mac:
            raise Misfit(f"seal: entry {entry.number} is not what was sealed")
        previous = entry.mac
    count, head, sealed = books[0] if books else (0, "", "")
    if (count, head) != (len(entries), previous):
        raise Misfit(f"end: the ledger ends at entry {count}, found are {len(entries)}")
    if books and seal("book", project, count, head) != sealed:
        raise Misfit(f"end: the seal after entry {count} does not fit; newer entries were removed")


def _sealed(entry: Entry, project: int) -> str:
    try:
        return entry.sealed(project)
    except (AttributeError, ValueError):  # a date that is none any more
        return ""


def _verify_events(entries: list[Entry], events: list[Row]) -> None:
    """Each entry stands in the history once, with the same lines; and nothing else does."""
    told = {event[0]: event[1:] for event in events}
    for entry in entries:
        wanted = (f"projects.posting.{entry.kind}", entry.pk, entry.by, entry.because,
                  entry.told())  # fmt: skip
        if told.pop(entry.event_number, None) != wanted:
            raise Misfit(f"event: entry {entry.number} is not what the history says")
    for number in sorted(told):
        raise Misfit(f"event: event {number} tells of an entry that is gone")


def _verify_periods(entries: list[Entry], closed: list[tuple[date, datetime]]) -> None:
    for entry in entries:
        late = any(entry.effective_on <= until and entry.recorded_at > at for until, at in closed)
        if late and entry.kind != Kind.REVERSAL:
            raise Misfit(f"period: entry {entry.number} is dated in books that were closed")


def _verify_balances(entries: list[Entry], balances: list[Row]) -> None:
    """No account falls below zero at any time; what is kept is what the lines add up to."""
    books = Books()
    for entry in entries:
        if below := books.apply(entry.kind, entry.lines):
            raise Misfit(f"overdraft: entry {entry.number} takes {below} below zero")
        if broken := books.broken():
            raise Misfit(f"{broken}: does not hold after entry {entry.number}")
    kept: dict[str, int] = dict(balances)
    for account in Account.values:
        if kept.pop(account, 0) != books.balances[account]:
            raise Misfit(f"balance: {account} does not stand at what its lines add up to")
    for account in kept:
        raise Misfit(f"balance: there is no account {account}")


__all__ = ["Count", "Misfit", "verify"]
