"""One row of a foreign file, judged: what it says, what contradicts itself, and what it lacks."""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache
from hashlib import blake2b
from time import strptime
from typing import Any
from zlib import crc32

from core import money
from projects.importing.faults import GAPS, NO_TEXT, Fault
from projects.importing.mapping import UNITS, Column, Mapping
from projects.importing.tables import Line, norm

LIMITS = {"title": 250, "life_event": 60, "licence": 80, "source_url": 400}
YEARS, REMEMBERED_DATES = range(1950, 2200), 50_000
MOST_DIGITS, HIGHEST, LOWEST = 40, 16, -10
LONGEST, KEY_LIMIT, CODE_LIMIT, NAME_LIMIT = 20_000, 100, 40, 200
SHEET_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"})
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,4})?", re.ASCII)
SHOWN = {"%Y": "YYYY", "%m": "MM", "%d": "DD", "%H": "hh", "%M": "mm", "%S": "ss", "%y": "YY"}
INSTITUTION_CODE = re.compile(r"[\w.-]+")


@dataclass(slots=True)
class Row:
    """What one line of the file says as a project; faults keep it out, gaps leave it a draft."""

    number: int
    cells: list[str]
    key: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    digest: str = ""

    @property
    def gaps(self) -> list[str]:
        """Which of title, cost and dates the row does not give."""
        return [name for name in GAPS if self.values.get(name) in (None, "")]

    @property
    def repeats(self) -> bool:
        """Whether the row's key belongs to an earlier row of the file."""
        return any(fault.code == "key_repeated" for fault in self.faults)


class Judge:
    """Reads the lines of one file by one mapping; knows which keys stood in it before."""

    def __init__(self, mapping: Mapping, header: list[str], date_forms: Iterable[str] = ()) -> None:
        self.mapping, self.header = mapping, header
        self._extra_forms = tuple(date_forms)
        self._places = {norm(name): place for place, name in reversed(list(enumerate(header)))}
        self._seen: dict[str, int] = {}
        self._currencies = frozenset(money.CURRENCIES)
        self._faulty: dict[tuple[str, ...], int] = {}
        self._dates: dict[tuple[str, str], date | Fault] = {}
        self._key = self._place(mapping.key)
        self._currency = self._place(mapping.currency_column)
        self._parts = [
            (name, column, place, self._reader(name))
            for name, column in mapping.fields.items()
            if name != "cost" and (place := self._place(column)) is not None
        ]
        self._cost = self._place(mapping.fields.get("cost"))
        self._institution = self._institution_places()

    def judge(self, line: Line) -> Row:
        """The row that a line is, with every fault that it has; a faulty one gets its digest."""
        row = Row(line.number, line.cells)
        if self._whole(line, row):
            self._read(line, row)
        if row.faults:
            times = self._faulty[tuple(row.cells)] = self._faulty.get(tuple(row.cells), 0) + 1
            row.digest = digest([*row.cells, str(times)])
        return row

    def _read(self, line: Line, row: Row) -> None:
        cells = [cell.strip() for cell in line.cells]
        whole = "".join(cells)
        plain = whole.isprintable() and "#" not in whole
        self._read_key(cells, row)
        for name, column, place, read in self._parts:
            text = cells[place]
            found = (None if plain else _unfit(column.header, text)) or read(column, text)
            if type(found) is Fault:
                row.faults.append(found)
            else:
                row.values[name] = found
        self._read_money(cells, row)
        self._read_institution(cells, row)
        self._add_constants(row)
        _compare_dates(row, self.mapping)

    def _place(self, column: Column | None) -> int | None:
        return None if column is None else self._places.get(norm(column.header))

    def _reader(self, name: str) -> Callable[[Column, str], Any]:
        special = {"starts_on": self._date, "ends_on": self._date, "risk": _choice,
                   "tags": _tags, "source_url": _address}  # fmt: skip
        if name in special:
            return special[name]
        limit = LIMITS.get(name, LONGEST)
        return lambda column, text: _fitting(column, text, limit)

    def _institution_places(self) -> tuple[int | None, int | None]:
        columns = self.mapping.institution
        if columns is None:
            return None, None
        return self._place(columns.code), self._place(columns.name)

    def _whole(self, line: Line, row: Row) -> bool:
        found, expected = len(line.cells), len(self.header)
        if line.broken:
            row.faults.append(Fault("quotes"))
            return False
        if found == expected:
            return True
        if found > expected and not any(cell.strip() for cell in line.cells[expected:]):
            return True
        detail = {"found": found, "expected": expected}
        row.faults.append(Fault("too_many" if found > expected else "too_few", detail=detail))
        if self._key is not None and self._key < found:
            row.key = _without_controls(line.cells[self._key].strip()[:KEY_LIMIT])
        return False

    def _read_key(self, cells: list[str], row: Row) -> None:
        header, key = self.mapping.key.header, cells[self._key or 0]
        if unfit := _unfit(header, key) or _too_long(header, key, KEY_LIMIT):
            row.faults.append(unfit)
            key = _without_controls(key[:KEY_LIMIT])
        elif not key:
            row.faults.append(Fault("key_missing", header))
        elif (first := self._seen.setdefault(key, row.number)) != row.number:
            row.faults.append(Fault("key_repeated", header, key, {"row": first}))
        row.key = key

    def _date(self, column: Column, text: str) -> date | Fault | None:
        if not text:
            return None
        found = self._dates.get((column.header, text))
        if found is None:
            if len(self._dates) > REMEMBERED_DATES:
                self._dates.clear()
            found = _day(column, text, self._extra_forms)
            self._dates[column.header, text] = found
        return found

    def _read_money(self, cells: list[str], row: Row) -> None:
        mapping, currency = self.mapping, self.mapping.currency
        if self._currency is not None and mapping.currency_column:
            header, currency = mapping.currency_column.header, cells[self._currency].upper()
            if currency and currency not in self._currencies:
                row.faults.append(Fault("currency_unknown", header, cells[self._currency][:80]))
                return
        row.values["currency"] = currency
        if self._cost is None:
            return
        column, text = mapping.fields["cost"], cells[self._cost]
        row.values["cost"] = None
        if text and not currency:
            header = mapping.currency_column.header if mapping.currency_column else ""
            row.faults.append(Fault("currency_missing", header))
        elif text:
            found = amount(column, text, currency, mapping.decimal, mapping.grouping)
            if isinstance(found, Fault):
                row.faults.append(found)
            else:
                row.values["cost"] = found

    def _read_institution(self, cells: list[str], row: Row) -> None:
        columns = self.mapping.institution
        if columns is None:
            return
        at_code, at_name = self._institution
        code = cells[at_code] if at_code is not None else ""
        name = cells[at_name] if at_name is not None else ""
        if (
            columns.code
            and code
            and not (INSTITUTION_CODE.fullmatch(code) and len(columns.prefix + code) <= CODE_LIMIT)
        ):
            row.faults.append(Fault("code", columns.code.header, code[:80]))
        if columns.name and (unfit := _unfit(columns.name.header, name)
                             or _too_long(columns.name.header, name, NAME_LIMIT)):  # fmt: skip
            row.faults.append(unfit)
        name = name or columns.names.get(code, "")
        row.values["institution"] = (columns.prefix + code if code else "", name)

    def _add_constants(self, row: Row) -> None:
        for name, constant in self.mapping.constants.items():
            if name == "tags":
                row.values["tags"] = _once([*row.values.get("tags", []), *constant])
            elif not row.values.get(name):
                row.values[name] = constant


def amount(
    column: Column, text: str, currency: str, decimal: str = ".", grouping: str = ""
) -> int | Fault:
    """The minor units that a text says in the column's unit, exact, rounded once half to even."""
    plain = text.replace(grouping, "") if grouping else text
    if (decimal != "." and "." in plain) or (grouping and not _grouped(text, decimal, grouping)):
        plain = ""
    plain = plain.replace(decimal, ".")
    if not NUMBER.fullmatch(plain):
        detail = {"example": f"1250{decimal}50"}
        return Fault("number", column.header, text[:80], detail)
    sign, digits, power = Decimal(plain).as_tuple()
    cents, unit = _exponent(currency), UNITS[column.unit]
    value = Decimal((sign, digits, int(power) + (-cents if unit is None else unit)))
    if (value and value.adjusted() > HIGHEST) or len(digits) > MOST_DIGITS:
        return Fault("too_large", column.header, text[:80])
    if value < 0:
        return Fault("negative", column.header, text[:80])
    if value.adjusted() < LOWEST:
        return 0
    exact = Decimal((sign, digits, int(power) + (0 if unit is None else unit + cents)))
    minor = int(exact) if exact == int(exact) else money.to_minor(value, currency)
    return minor if minor < 2**62 else Fault("too_large", column.header, text[:80])


_exponent = cache(money.exponent)


def fingerprint(values: dict[str, Any]) -> str:
    """What was taken from a row, in short: one digest of all, and one small one a field.

    A later import compares it with the file to know which fields the *file* has changed.
    """
    texts = [str(value).encode() for value in values.values()]
    whole = blake2b(b"\0".join(texts), digest_size=12).hexdigest()
    parts = zip(values, texts, strict=True)
    return whole + "".join(f" {name}:{crc32(text):08x}" for name, text in parts)


def changed_fields(before: str, after: str) -> set[str]:
    """The fields whose text differs between two fingerprints; a field that is new counts."""
    if before == after:
        return set()
    old = dict(part.split(":") for part in before.split(" ")[1:])
    new = dict(part.split(":") for part in after.split(" ")[1:])
    found = {name for name, digest in new.items() if old.get(name) != digest}
    return found or (set(new) if set(new) <= set(old) else set())


def digest(cells: list[str]) -> str:
    """What a kept row is recognised by when the same file comes again."""
    return blake2b(json.dumps(cells).encode(), digest_size=16).hexdigest()


def _unfit(header: str, text: str) -> Fault | None:
    if text.isprintable() and not text.startswith("#"):
        return None
    if text in SHEET_ERRORS:
        return Fault("sheet_error", header, text)
    return Fault("control", header) if NO_TEXT.search(text) else None


def _without_controls(text: str) -> str:
    return NO_TEXT.sub("\ufffd", text)


def _too_long(header: str, text: str, limit: int) -> Fault | None:
    if len(text) <= limit:
        return None
    return Fault("too_long", header, text[:80], {"found": len(text), "limit": limit})


def _fitting(column: Column, text: str, limit: int) -> str | Fault:
    return _too_long(column.header, text, limit) or text


def _day(column: Column, text: str, extra: tuple[str, ...]) -> date | Fault:
    forms = (*column.dates, *extra)
    for form in forms:
        try:
            found = date(*strptime(text, form)[:3]) if text.isascii() else None
        except ValueError:
            continue
        if found and found.year in YEARS:
            return found
        if found:
            return Fault("year", column.header, text[:80])
    shown = ", ".join(dict.fromkeys(form_shown(form) for form in column.dates))
    return Fault("date", column.header, text[:80], {"forms": shown})


def form_shown(form: str) -> str:
    """A form of dates as people read it: `%Y-%m-%d` is YYYY-MM-DD."""
    for sign, words in SHOWN.items():
        form = form.replace(sign, words)
    return form


def _choice(column: Column, text: str) -> str | Fault:
    if not text:
        return ""
    values = column.values or {"low": "low", "medium": "medium", "high": "high"}
    found = values.get(text.casefold())
    return found or Fault("choice", column.header, text[:80], {"choices": ", ".join(values)})


def _tags(column: Column, text: str) -> list[str] | Fault:
    found = _once(part.strip() for part in text.split(column.separator) if part.strip())
    longest = max(found, key=len, default="")
    return _too_long(column.header, longest, 200) or found


def _address(column: Column, text: str) -> str | Fault:
    if text and not re.fullmatch(r"https?://[^\s<>\"]+", text):
        return Fault("address", column.header, text[:80])
    return _fitting(column, text, LIMITS["source_url"])


def _compare_dates(row: Row, mapping: Mapping) -> None:
    starts, ends = row.values.get("starts_on"), row.values.get("ends_on")
    if starts and ends and ends < starts:
        detail = {"starts": starts.isoformat(), "ends": ends.isoformat()}
        header = mapping.fields["ends_on"].header
        row.faults.append(Fault("ends_first", header, ends.isoformat(), detail))


def _grouped(text: str, decimal: str, grouping: str) -> bool:
    whole = text.lstrip("+-").partition(decimal)[0]
    sign = re.escape(grouping)
    return re.fullmatch(rf"\d*|\d{{1,3}}({sign}\d{{3}})+", whole, re.ASCII) is not None


def _once(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(texts))
