"""Statements: what the books said on a past date, reproduced from the entries recorded by then.

Nothing kept is read, only entries: what is recorded later, whatever day it takes effect, is not in
it, so a statement of a date that is over says the same for ever. Its canonical text names accounts
and kinds by their codes, so that it depends on no language; its SHA-256 stands on every copy.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from core import clock, money
from core.history import stamp
from core.refusals import Refused
from projects.accounts import OUTSIDE, Account, Books, Line
from projects.models.ledger import PostingLine
from projects.models.project import Project

PORTFOLIO = "portfolio"
"""What the statement of everything is asked for by."""
ISO = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)
COLUMNS = (
    "posting__project__ref", "posting__project__currency", "posting__number", "posting__kind",
    "posting__recorded_at", "posting__effective_on", "posting__because",
    "posting__reverses__number", "posting__tranche__number", "source", "target", "amount",
)  # fmt: skip


@dataclass
class Movement:
    """One entry of one ledger as it stood: `reversed_by` only if it was reversed by then."""

    ref: str
    currency: str
    number: int
    kind: str
    recorded_at: datetime
    effective_on: date
    because: str
    reverses: int | None
    tranche: int | None
    lines: list[Line] = field(default_factory=list)
    reversed_by: int | None = None


@dataclass
class Sheet:
    """The accounts of one currency, in minor units: before, in, out, and at the end."""

    currency: str
    opening: dict[str, int] = field(default_factory=lambda: dict.fromkeys(Account.values, 0))
    came: dict[str, int] = field(default_factory=lambda: dict.fromkeys(Account.values, 0))
    went: dict[str, int] = field(default_factory=lambda: dict.fromkeys(Account.values, 0))
    movements: list[Movement] = field(default_factory=list)
    books: Books = field(default_factory=Books)

    @property
    def closing(self) -> dict[str, int]:
        return self.books.balances

    @property
    def inside(self) -> int:
        """What stands on all accounts but the treasury."""
        return sum(amount for account, amount in self.closing.items() if account != OUTSIDE)

    @property
    def approved(self) -> int:
        """What was ever approved, less what was reversed of it."""
        return self.books.net(OUTSIDE, "approved")

    @property
    def surrendered(self) -> int:
        """What ever went back to the treasury, less what was reversed of it."""
        return self.books.net("approved", OUTSIDE) + self.books.net("recovered", OUTSIDE)

    @property
    def broken(self) -> str:
        """The invariant that does not hold, or nothing."""
        below = [name for name, amount in self.closing.items() if amount < 0 and name != OUTSIDE]
        return f"below zero: {', '.join(below)}" if below else self.books.broken()

    def rows(self) -> list[tuple[str, int, int, int, int]]:
        """Each account with opening balance, what came, what went, closing balance."""
        return [
            (name, self.opening[name], self.came[name], self.went[name], self.closing[name])
            for name in Account.values
        ]


@dataclass
class Statement:
    """What the books of one project, or of all, said at the end of a day; by currency."""

    of: str
    on: date
    since: date | None
    zone: str
    until: datetime
    sheets: list[Sheet]

    @property
    def text(self) -> str:
        """The canonical text: the same bytes whenever and in whatever language it is asked for."""
        return "".join(f"{line}\n" for line in written(self))

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical text, in hex."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def count(self) -> int:
        return sum(len(sheet.movements) for sheet in self.sheets)


def day_of(text: str) -> date:
    """A date as people write it for a machine, YYYY-MM-DD; raises Refused for anything else."""
    try:
        if ISO.match(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise Refused(_("“%(text)s” is not a date; write it like 2026-03-31.") % {"text": text})


def make(project: Project | None, on: date, since: date | None = None) -> Statement:
    """The statement of a project, or of all (None), as recorded at the end of a day.

    The day ends at 24:00 in the zone of the project's institution; for all projects, of the
    deployment. `since` begins with the balances of that morning. Raises Refused for days to come.
    """
    place = project.institution if project else None
    if on > clock.today(place):
        raise Refused(_("This day is still to come; a statement says what was recorded."))
    if since is not None and since > on:
        raise Refused(_("The statement would begin after its end."))
    until = clock.end_of(on, place)
    start = clock.end_of(since - timedelta(days=1), place) if since else None
    rows = PostingLine.objects.filter(posting__recorded_at__lt=until)
    if project is not None:
        rows = rows.filter(posting__project=project)
    return Statement(
        of=project.ref if project else PORTFOLIO, on=on, since=since,
        zone=place.zone if place else settings.TIME_ZONE, until=until,
        sheets=_sheets(_movements(rows), start),
    )  # fmt: skip


def _movements(rows: Any) -> list[Movement]:
    """The entries with their lines, in the order in which they were recorded."""
    found: dict[tuple[str, int], Movement] = {}
    order = ("posting__project__ref", "posting__number", "position")
    for ref, currency, number, *said, source, target, amount in (
        rows.order_by(*order).values_list(*COLUMNS).iterator(chunk_size=2000)
    ):  # fmt: skip
        entry = found.get((ref, number))
        if entry is None:
            entry = found[ref, number] = Movement(ref, currency, number, *said)
            undone = found.get((ref, entry.reverses)) if entry.reverses else None
            if undone is not None:
                undone.reversed_by = number
        entry.lines.append((source, target, amount))
    return sorted(found.values(), key=lambda entry: (entry.recorded_at, entry.ref, entry.number))


def _sheets(movements: Iterable[Movement], start: datetime | None) -> list[Sheet]:
    sheets: dict[str, Sheet] = {}
    for entry in movements:
        sheet = sheets.setdefault(entry.currency, Sheet(entry.currency))
        sheet.books.apply(entry.kind, entry.lines)
        if start is not None and entry.recorded_at < start:
            sheet.opening.update(sheet.books.balances)
            continue
        sheet.movements.append(entry)
        for source, target, amount in entry.lines:
            sheet.went[source] += amount
            sheet.came[target] += amount
    return [sheets[currency] for currency in sorted(sheets)]


# The canonical text

WIDE = 22


def written(statement: Statement) -> Iterator[str]:
    """The lines of the canonical text, without their ends."""
    yield f"statement of {statement.of}"
    yield f"on           {statement.on.isoformat()}"
    yield f"from         {statement.since.isoformat() if statement.since else 'the beginning'}"
    yield f"zone         {statement.zone}"
    yield f"recorded     before {stamp(statement.until)}"
    if not statement.sheets:
        yield ""
        yield "no entries"
    for sheet in statement.sheets:
        yield from _balances(sheet)
        yield from _entries(sheet)
    yield ""
    for sheet in statement.sheets:
        yield from _totals(sheet)
    yield f"total        entries={statement.count} currencies={len(statement.sheets)}"
    broken = [f"{sheet.currency} {sheet.broken}" for sheet in statement.sheets if sheet.broken]
    yield f"invariant    {'does not hold: ' + '; '.join(broken) if broken else 'holds'}"


def _balances(sheet: Sheet) -> Iterator[str]:
    yield ""
    yield f"currency {sheet.currency}"
    heads = "".join(f"{head:>{WIDE}}" for head in ("opening", "in", "out", "closing"))
    yield f"{'account':<12}{heads}"
    for account, *amounts in sheet.rows():
        shown = "".join(f"{money.plain(amount, sheet.currency):>{WIDE}}" for amount in amounts)
        yield f"{account:<12}{shown}"


def _entries(sheet: Sheet) -> Iterator[str]:
    yield ""
    yield "project entry recorded effective kind tranche mark: why"
    for entry in sheet.movements:
        tranche = "-" if entry.tranche is None else f"T{entry.tranche}"
        yield (
            f"{entry.ref} {entry.number} {stamp(entry.recorded_at)} "
            f"{entry.effective_on.isoformat()} {entry.kind} {tranche} {_mark(entry)}: "
            f"{' '.join(entry.because.split())}"
        ).rstrip()
        for source, target, amount in entry.lines:
            yield f"    {source} -> {target} {money.plain(amount, entry.currency)}"


def _mark(entry: Movement) -> str:
    if entry.reverses:
        return f"reverses-{entry.reverses}"
    return f"reversed-by-{entry.reversed_by}" if entry.reversed_by else "-"


def _totals(sheet: Sheet) -> Iterator[str]:
    yield (
        f"total        {sheet.currency} inside={money.plain(sheet.inside, sheet.currency)} "
        f"approved={money.plain(sheet.approved, sheet.currency)} "
        f"surrendered={money.plain(sheet.surrendered, sheet.currency)}"
    )
