"""Copies of a statement for people and other programs: rows of a table, and a tagged PDF."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core import money, pdf
from projects.accounts import Account, Kind
from projects.statements import PORTFOLIO, Movement, Sheet, Statement

PDF_AT_MOST = 2000
"""Entries that one PDF holds; longer statements are taken as CSV or XLSX, or begun later."""


def name(statement: Statement) -> str:
    """The name of a file that holds the statement, without its ending."""
    since = f"{statement.since.isoformat()}-" if statement.since else ""
    return f"{statement.of}-statement-{since}{statement.on.isoformat()}"


def title(statement: Statement) -> str:
    """What the statement is of, and of which day."""
    day = _day(statement.on)
    if statement.of == PORTFOLIO:
        return _("Statement of the whole portfolio on %(day)s") % {"day": day}
    return _("Statement of %(ref)s on %(day)s") % {"ref": statement.of, "day": day}


def mark(entry: Movement) -> str:
    """Whether an entry reverses another or was reversed by the date, in words."""
    if entry.reverses:
        return _("reverses entry %(number)s") % {"number": entry.reverses}
    if entry.reversed_by:
        return _("reversed by entry %(number)s") % {"number": entry.reversed_by}
    return ""


def holds(sheet: Sheet) -> str:
    """Whether the invariant of the ledger holds, in a sentence."""
    if sheet.broken:
        return _("The figures contradict one another: %(rule)s.") % {"rule": sheet.broken}
    return _("What stands within is what was approved less what was surrendered.")


def header() -> list[str]:
    """The heads of the columns of the table for other programs."""
    return [
        _("Part"), _("Currency"), _("Account, or from"), _("To"), _("Opening"), _("In"), _("Out"),
        _("Closing"), _("Amount"), _("Project"), _("Entry"), _("Recorded"), _("Effective on"),
        _("Kind"), _("Tranche"), _("Mark"), _("Why"),
    ]  # fmt: skip


def rows(statement: Statement, *, exact: bool = False) -> Iterator[list[Any]]:
    """Balances, entries line by line, totals and the seal; amounts as text, or exact numbers."""
    amount = money.from_minor if exact else money.plain
    for sheet in statement.sheets:
        for account, *figures in sheet.rows():
            shown = [amount(figure, sheet.currency) for figure in figures]
            yield [_("balance"), sheet.currency, Account(account).label, "", *shown, *[""] * 9]
        yield from _lines(sheet, amount)
        for label, figure in figures_of(sheet):
            yield [_("total"), sheet.currency, label, *[""] * 5, amount(figure, sheet.currency),
                   *[""] * 8]  # fmt: skip
    yield [_("seal"), "", "SHA-256", *[""] * 13, statement.digest]


def _lines(sheet: Sheet, amount: Any) -> Iterator[list[Any]]:
    for entry in sheet.movements:
        for source, target, value in entry.lines:
            yield [
                _("entry"), sheet.currency, Account(source).label, Account(target).label,
                *[""] * 4, amount(value, sheet.currency), entry.ref, entry.number,
                entry.recorded_at.isoformat(), entry.effective_on.isoformat(),
                Kind(entry.kind).label, "" if entry.tranche is None else entry.tranche,
                mark(entry), entry.because,
            ]  # fmt: skip


def figures_of(sheet: Sheet) -> list[tuple[str, int]]:
    """The totals of a currency with what they are called, in minor units."""
    return [
        (_("within the ledger"), sheet.inside),
        (_("approved in all"), sheet.approved),
        (_("surrendered in all"), sheet.surrendered),
    ]


def as_pdf(statement: Statement, address: str) -> bytes:
    """The statement as a tagged PDF in the reader's language; its seal stands on every page."""
    items: list[pdf.Item] = [("h1", title(statement)), ("facts", facts(statement))]
    if not statement.sheets:
        items.append(("p", _("Nothing was recorded by then.")))
    for sheet in statement.sheets:
        items += _sheet(sheet, statement.of == PORTFOLIO)
    items.append(("p", address))
    return pdf.build(title(statement), items, language=get_language() or "es",
                     footer=f"SHA-256 {statement.digest}")  # fmt: skip


def facts(statement: Statement) -> list[tuple[str, str]]:
    """What the statement rests on: its day, its zone, its beginning, its seal."""
    since = _day(statement.since) if statement.since else _("the beginning")
    return [
        (_("On"), f"{_day(statement.on)} 24:00 ({statement.zone})"),
        (_("Entries from"), since),
        (_("Entries"), str(statement.count)),
        (_("SHA-256 of its text"), statement.digest),
    ]


def _sheet(sheet: Sheet, whole: bool) -> list[pdf.Item]:
    show = money.show
    balances = [
        [Account(account).label, *(show(figure, sheet.currency) for figure in figures)]
        for account, *figures in sheet.rows()
    ]
    totals = [(label, show(figure, sheet.currency)) for label, figure in figures_of(sheet)]
    items: list[pdf.Item] = [
        ("h2", sheet.currency),
        ("table", [_("Account"), _("Opening"), _("In"), _("Out"), _("Closing")], balances),
        ("facts", totals), ("p", holds(sheet)),
    ]  # fmt: skip
    if sheet.movements:
        head = [_("Entry"), _("Recorded"), _("Effective on"), _("What"), _("From and to"),
                _("Amount"), _("Why")]  # fmt: skip
        items.append(("table", head, [_entry(entry, whole) for entry in sheet.movements]))
    return items


def _entry(entry: Movement, whole: bool) -> list[str]:
    ways = [f"{Account(source).label} → {Account(target).label}" for source, target, _a in
            entry.lines]  # fmt: skip
    amounts = [money.show(value, entry.currency) for _s, _t, value in entry.lines]
    what = [str(Kind(entry.kind).label), mark(entry)]
    if entry.tranche is not None:
        what.append(f"T{entry.tranche}")
    return [
        f"{entry.ref} · {entry.number}" if whole else str(entry.number),
        date_format(timezone.localtime(entry.recorded_at), "SHORT_DATETIME_FORMAT"),
        _day(entry.effective_on), "\n".join(part for part in what if part), "\n".join(ways),
        "\n".join(amounts), entry.because,
    ]  # fmt: skip


def _day(day: date) -> str:
    return str(date_format(day, "SHORT_DATE_FORMAT"))
