"""Rows of historical call-off orders as they stand in a file, and what is wrong with them. Pure.

The form is that of the orders under 18F's agile blanket purchase agreement (RFQ 4QTFHS150004).
"""

import hashlib
import json
import re
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from core.money import CURRENCIES, exponent, to_minor
from projects.dates import nonsense
from vendors.naming import tidy

NEEDED = ["rfq_id", "title", "agency", "solicitation_date", "award_vendor_raw", "award_date"]
DATES = ("solicitation_date", "date_posted", "date_updated", "award_date")
AMOUNT = re.compile(r"award_amount_([a-z]{3})")
OPTIONAL = ["office", "state", "date_posted", "date_updated", "repository", "award_amount_raw",
            "lot"]  # fmt: skip
SIGNS = {"€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "R$": "BRL", "MX$": "MXN", "CA$": "CAD"}
NAMED = re.compile(r"\b([A-Z]{3})[ $]{0,2}\d|\d ?([A-Z]{3})\b")
NUMBER = re.compile(r"\d+(\.\d+)?")
GROUPED = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?")
TITLE, REF = 200, 60
MOST = 10**17
"""An order of so many minor units or more cannot be right (and would not fit the column)."""


@dataclass
class Row:
    """One row: its line in the file, its cells by column, what was read, and its faults."""

    number: int
    cells: dict[str, str]
    key: str = ""
    title: str = ""
    agency: str = ""
    vendor_name: str = ""
    value: int = 0
    solicited_on: date | None = None
    awarded_on: date | None = None
    delivered: bool = False
    lot: str = ""
    faults: list[str] = field(default_factory=list)

    @property
    def digest(self) -> str:
        """Recognises a row that comes again unchanged."""
        text = json.dumps(self.cells, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def currency_of(column: str) -> str:
    """The currency that a column of amounts names, `award_amount_usd`; empty for any other."""
    found = AMOUNT.fullmatch(column)
    code = found.group(1).upper() if found else ""
    return code if code in CURRENCIES else ""


def judge(number: int, cells: dict[str, str], currency: str) -> Row:
    """Read one row for a framework of that currency; what is wrong stands in its `faults`."""
    row = Row(number, cells)
    row.key = tidy(cells.get("rfq_id", ""))
    row.title = tidy(cells.get("title", ""))
    row.agency = tidy(cells.get("agency", ""))
    row.vendor_name = tidy(cells.get("award_vendor_raw", ""))
    row.delivered = tidy(cells.get("state", "")).casefold() in ("delivered", "completed", "closed")
    row.lot = tidy(cells.get("lot", ""))
    _read_texts(row)
    _read_dates(row)
    _read_amount(row, currency)
    return row


def _read_texts(row: Row) -> None:
    said = {
        "rfq_id": (row.key, _("The row has no number of its request (rfq_id).")),
        "title": (row.title, _("The row has no title.")),
        "agency": (row.agency, _("The row names no buying institution (agency).")),
        "vendor": (row.vendor_name, _("The row names no vendor (award_vendor_raw).")),
    }
    row.faults += [sentence for text, sentence in said.values() if not text]
    if len(row.key) > REF:
        row.faults.append(_("The number of the request has more than %(most)s signs.")
                          % {"most": REF})  # fmt: skip
    if len(row.title) > TITLE:
        row.faults.append(_("The title has more than %(most)s signs.") % {"most": TITLE})


def _read_dates(row: Row) -> None:
    found: dict[str, date | None] = {}
    for name in DATES:
        text = tidy(row.cells.get(name, ""))
        found[name] = _day(text)
        if text and found[name] is None:
            row.faults.append(_("The date “%(text)s” (%(column)s) cannot be read: write it as "
                                "YYYY-MM-DD.") % {"text": text[:60], "column": name})  # fmt: skip
    row.solicited_on, row.awarded_on = found["solicitation_date"], found["award_date"]
    if not tidy(row.cells.get("award_date", "")):
        row.faults.append(_("The row has no date of the award (award_date)."))
    if row.solicited_on and row.awarded_on and row.awarded_on < row.solicited_on:
        row.faults.append(_("The order was awarded on %(awarded)s, before it was solicited on "
                            "%(solicited)s.")
                          % {"awarded": row.awarded_on.isoformat(),
                             "solicited": row.solicited_on.isoformat()})  # fmt: skip


def _day(text: str) -> date | None:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2})?)?", text):
        return None
    try:
        day = datetime.fromisoformat(text).date()
    except ValueError:
        return None
    return None if nonsense(day) else day


def _read_amount(row: Row, currency: str) -> None:
    columns = [name for name in row.cells if currency_of(name)]
    filled = [name for name in columns if tidy(row.cells[name])] or columns
    if len(filled) != 1:
        row.faults.append(_("The row gives no amount, or more than one."))
        return
    others = {currency_of(filled[0])} | foreign(row.cells.get("award_amount_raw", ""), currency)
    if others != {currency}:
        shown = ", ".join(sorted(others - {currency}))
        row.faults.append(_("The amount is in %(other)s; the framework is in %(currency)s.")
                          % {"other": shown, "currency": currency})  # fmt: skip
        return
    text = tidy(row.cells[filled[0]])
    value = amount(text, currency)
    if value is None:
        row.faults.append(_("The amount “%(text)s” cannot be read: write digits with a point, at "
                            "most %(places)s decimals.")
                          % {"text": text[:60], "places": exponent(currency)})  # fmt: skip
    elif not 0 < value < MOST:
        row.faults.append(_("The amount “%(text)s” cannot be right.") % {"text": text[:60]})
    else:
        row.value = value


def foreign(text: str, currency: str) -> set[str]:
    """The currencies that a text of an amount names, by signs, or by codes beside a number; the own
    one is always in."""
    found = {code for sign, code in SIGNS.items() if sign in text}
    named = {code for pair in NAMED.findall(text) for code in pair}
    found |= {code for code in named if code in CURRENCIES}
    return found | {currency}


def amount(text: str, currency: str) -> int | None:
    """An amount in minor units, exactly; None for what is no amount of that currency."""
    plain = text.removeprefix("$").strip()
    negative = plain.startswith("-")
    plain = plain.removeprefix("-")
    if GROUPED.fullmatch(plain):
        plain = plain.replace(",", "")
    if not NUMBER.fullmatch(plain) or len(plain) > REF:
        return None
    try:
        value = Decimal(plain)
    except InvalidOperation:
        return None
    minor = to_minor(value, currency)
    if Decimal(minor).scaleb(-exponent(currency)) != value:
        return None
    return -minor if negative else minor


def as_cells(header: list[str], cells: list[str]) -> dict[str, str]:
    """The cells of a line by the names of their columns, as JSON keeps them."""
    names = [" ".join(name.replace("\ufeff", "").split()).casefold() for name in header]
    padded: list[Any] = [*cells, *[""] * (len(names) - len(cells))]
    return {name: str(cell) for name, cell in zip(names, padded, strict=False) if name}
