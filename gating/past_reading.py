"""Assessments of the past as their files state them: read by the letter, judged, never guessed."""

import csv
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from core.refusals import Refused
from projects.importing.tables import Line, Table, filled, refuse_repeated
from projects.importing.texts import SEPARATORS, open_text

PASSED, CONDITIONS, FAILED, UNCLEAR = "passed", "passed_with_conditions", "failed", "unparsed"
YES = {"pass", "passed", "met", "yes", "y", "true", "1", "si", "cumple", "aprobado", "aprobada"}
NO = {"not pass", "not passed", "not met", "unmet", "no", "n", "false", "0", "fail", "failed",
      "did not pass", "did not meet", "does not meet", "no cumple", "no aprobado",
      "no aprobada", "didn t pass", "notpass", "notpassed", "notmet"}  # fmt: skip
WITH = {"pass with conditions", "passed with conditions", "conditional pass",
        "conditionally passed", "met with conditions", "aprobado con condiciones"}  # fmt: skip
NOTHING = {"", "n a", "na", "none", "null", "nil"}
"""Words that say that nothing is recorded."""
NEEDED = ("assessment_id", "service")
EITHER = (("result", "result_raw"), ("reassessment_result", "reassessment_result_raw"))
OPTIONAL = ("title", "department", "stage", "stage_raw", "date", "date_raw", "reassessment_date",
            "reassessment_date_raw", "moving_to", "source_url", "criteria_recorded",
            "criteria_not_passed")  # fmt: skip
POINTS = ("assessment_id", "criterion", "passed")
MONTHS = {name: number for number, name in enumerate(
    "january february march april may june july august september october november december".split(),
    1)}  # fmt: skip
MOST_POINTS = 500


@dataclass
class Point:
    """One criterion of one assessment: its number, what stands there, and what that means."""

    number: str
    raw: str
    met: bool | None
    line: int
    doubt: str = ""


@dataclass
class Past:
    """One assessment as the files state it, and what follows from them."""

    code: str
    line: int
    raw: dict[str, str]
    doubts: list[str] = field(default_factory=list)
    points: list[Point] = field(default_factory=list)
    first: str = ""
    again: str = ""
    reassessed: bool = False
    final: str = UNCLEAR
    day: date | None = None
    again_on: date | None = None

    @property
    def unmet(self) -> int:
        return sum(point.met is False for point in self.points)

    @property
    def asked(self) -> int | None:
        """How many points its version of the standard has, as far as the files say."""
        numbers = [int(point.number) for point in self.points if point.number.isdigit()]
        said = self.raw.get("criteria_recorded", "").strip()
        most = max([*numbers, len(self.points)], default=0)
        if said.isascii() and said.isdigit() and most <= int(said) <= MOST_POINTS:
            return int(said) or None
        return most if 0 < most <= MOST_POINTS else None


def words(text: str) -> str:
    """A cell as it is compared: no accents, case, marks or superfluous spaces."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return " ".join(re.sub(r"[^0-9a-z]+", " ", plain).split())


def verdict(text: str) -> str:
    """What a result says: passed, passed with conditions, failed, unparsed; or nothing."""
    said = words(text)
    if said in NOTHING:
        return ""
    for known, meaning in ((YES, PASSED), (WITH, CONDITIONS), (NO, FAILED)):
        if said in known:
            return meaning
    return UNCLEAR


def read(assessments: Path, criteria: Path) -> tuple[list[Past], list[str]]:
    """The assessments of two files, judged, and a sentence for every row that could not be used.

    Raises Refused when a file cannot be read, lacks a column, or names two different assessments
    alike.
    """
    notes: list[str] = []
    found = _assessments(assessments, notes)
    _add_points(criteria, found, notes)
    for past in found.values():
        _judge(past)
    return list(found.values()), notes


def _rows(
    path: Path, wanted: Iterable[str], notes: list[str]
) -> Iterator[tuple[int, dict[str, str]]]:
    """Number and cells by column of every filled line; broken ones become notes."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise Refused(
            _("%(file)s cannot be opened: %(error)s.")
            % {"file": path.name, "error": error.strerror}
        ) from error
    with file:
        table = _table(path, file, list(wanted))
        names = [_column(name) for name in table.header]
        try:
            yield from _cells(path, table.lines, names, notes)
        except UnicodeError as error:
            raise Refused(_("%(file)s: its signs cannot be read.") % {"file": path.name}) from error


def _table(path: Path, file: Any, wanted: list[str]) -> Table:
    start = file.read(4)
    file.seek(0)
    if start.startswith((b"PK", b"\xd0\xcf\x11\xe0")):
        raise Refused(_("%(file)s is a workbook; save it as CSV.") % {"file": path.name})
    try:
        table = open_text(file, [], [*wanted, *OPTIONAL])
    except Refused as refused:
        raise Refused(f"{path.name}: {refused}") from refused
    names = [_column(name) for name in table.header]
    missing = [name for name in wanted if name not in names]
    if wanted[0] == NEEDED[0] and tuple(wanted) != POINTS:
        missing += [pair[0] for pair in EITHER if not set(pair) & set(names)]
    if missing:
        raise Refused(
            _("%(file)s lacks these columns: %(names)s.")
            % {"file": path.name, "names": ", ".join(missing)}
        )
    try:
        refuse_repeated(names, [*wanted, *OPTIONAL, *(name for pair in EITHER for name in pair)])
    except Refused as refused:
        raise Refused(f"{path.name}: {refused}") from refused
    return table


def _column(header: str) -> str:
    return "_".join(words(header).split())


def _cells(
    path: Path, lines: Iterator[Line], names: list[str], notes: list[str]
) -> Iterator[tuple[int, dict[str, str]]]:
    for line in lines:
        if not filled(line.cells):
            continue
        cells = _mended(line, len(names)) if line.broken else line.cells
        if cells is None:
            notes.append(
                _("%(file)s, line %(line)s: a quotation mark is not closed; the row is not used.")
                % {"file": path.name, "line": line.number}
            )
            continue
        cells = [cell.replace("\x00", "") for cell in cells]
        if extra := [cell for cell in cells[len(names) :] if cell.strip()]:
            notes.append(
                _("%(file)s, line %(line)s: it has more cells than columns: %(cells)s.")
                % {"file": path.name, "line": line.number, "cells": " | ".join(extra)[:200]}
            )
        cells += [""] * (len(names) - len(cells))
        yield line.number, dict(zip(names, cells, strict=False))


def _mended(line: Line, width: int) -> list[str] | None:
    """The cells of a line with a stray quotation mark, if read loosely it has all of them."""
    for sign in SEPARATORS:
        cells = next(csv.reader(line.cells, delimiter=sign), [])
        if len(cells) == width:
            return cells
    return None


def _assessments(path: Path, notes: list[str]) -> dict[str, Past]:
    found: dict[str, Past] = {}
    for line, raw in _rows(path, NEEDED, notes):
        code, doubts = " ".join(raw["assessment_id"].split())[:100], []
        if not code:
            code, doubts = _("(line %(line)s)") % {"line": line}, ["no_id"]
        known = found.get(code)
        if known is None:
            found[code] = Past(code, line, raw, doubts)
        elif known.raw == raw:
            notes.append(
                _("%(file)s, line %(line)s: %(code)s stands there twice alike; it counts once.")
                % {"file": path.name, "line": line, "code": code}
            )
        else:
            raise Refused(
                _("%(file)s, line %(line)s, assessment_id: %(code)s stands in line %(first)s "
                  "already, with another content. Give each assessment an id of its own.")
                % {"file": path.name, "line": line, "code": code, "first": known.line}
            )  # fmt: skip
    return found


def _add_points(path: Path, found: dict[str, Past], notes: list[str]) -> None:
    strangers: Counter[str] = Counter()
    loosely: dict[str, Past | None] = {}
    for code, past in found.items():  # two that differ in case only are not told apart loosely
        loosely[code.casefold()] = None if code.casefold() in loosely else past
    for line, raw in _rows(path, POINTS, notes):
        code = " ".join(raw["assessment_id"].split())
        named = found.get(code) or loosely.get(code.casefold())
        number = _number(raw["criterion"])
        if named is None:
            strangers[code] += 1
            continue
        if not number:
            notes.append(
                _("%(file)s, line %(line)s, criterion: %(code)s names no criterion here.")
                % {"file": path.name, "line": line, "code": code}
            )
            continue
        _add_point(named, Point(number, raw["passed"].strip(), None, line), path, notes)
    for code, rows in strangers.items():
        notes.append(
            _("%(file)s: %(rows)s rows name the assessment “%(code)s”, which is not in the other "
              "file; they are not used.") % {"file": path.name, "rows": rows, "code": code}
        )  # fmt: skip


def _number(text: str) -> str:
    """`1`, ` 01 `, `1.0` and `Point 1` are the same number; other names stay as they are."""
    said = " ".join(text.split())
    plain = re.fullmatch(r"(?:[A-Za-z]+\s*)?0*(\d{1,4})(?:\.0+|\.)?", said)
    return (plain.group(1) if plain else said)[:40]


def _add_point(past: Past, point: Point, path: Path, notes: list[str]) -> None:
    said = verdict(point.raw)
    point.met = {PASSED: True, FAILED: False}.get(said)
    place = {"file": path.name, "line": point.line, "code": past.code, "point": point.number,
             "text": point.raw}  # fmt: skip
    if point.met is None:
        point.doubt = "blank" if not said else "unclear"
        notes.append(
            _("%(file)s, line %(line)s, passed: %(code)s, criterion %(point)s says “%(text)s”, "
              "which is neither yes nor no; it is kept as it stands.") % place
        )  # fmt: skip
    known = next((row for row in past.points if row.number == point.number), None)
    if known is None:
        past.points.append(point)
        return
    if known.met is point.met:
        notes.append(
            _("%(file)s, line %(line)s: %(code)s, criterion %(point)s stands there twice; it "
              "counts once.") % place
        )  # fmt: skip
        return
    known.raw, known.doubt = f"{known.raw} | {point.raw}", "twice"
    known.met = False if False in (known.met, point.met) else None
    notes.append(
        _("%(file)s, line %(line)s: %(code)s, criterion %(point)s stands there twice with "
          "different answers; both are kept, and it does not count as met.") % place
    )  # fmt: skip


def _judge(past: Past) -> None:
    """Results, dates and doubts of one assessment."""
    past.first = verdict(_said(past, "result"))
    past.again = verdict(_said(past, "reassessment_result"))
    past.reassessed = bool(past.again)
    past.final = past.again or past.first or UNCLEAR
    if past.final == PASSED and not past.reassessed and past.unmet:
        past.final = CONDITIONS
    if past.final == UNCLEAR:
        past.doubts.append("result" if past.first or past.again else "no_result")
    elif not past.first:
        past.doubts.append("no_first")
    names = ("result", "reassessment_result")
    past.doubts += [f"{name}_differs" for name in names if _disagree(past.raw, name)]
    past.day = _day(past, "date")
    past.again_on = _day(past, "reassessment_date")
    if past.day and past.again_on and past.again_on < past.day:
        past.doubts.append("backwards")
    _doubt_points(past)


def _doubt_points(past: Past) -> None:
    """Mark what is unclear about the criteria of one assessment."""
    said = past.raw.get("criteria_recorded", "").strip()
    if not past.points:
        past.doubts.append("no_points")
    elif said and said != str(len(past.points)):
        past.doubts.append("points_missing")
    if any(point.doubt for point in past.points):
        past.doubts.append("points_unclear")


def _said(past: Past, name: str) -> str:
    return past.raw.get(name, past.raw.get(f"{name}_raw", ""))


def _disagree(raw: dict[str, str], name: str) -> bool:
    """Whether the cleaned column and the one as published say different things."""
    if name not in raw or f"{name}_raw" not in raw:
        return False
    return verdict(raw[name]) != verdict(raw[f"{name}_raw"])


def _day(past: Past, name: str) -> date | None:
    """The date of a row when it is clear; otherwise none, and the doubt is marked."""
    clean, said = past.raw.get(name, "").strip(), past.raw.get(f"{name}_raw", "").strip()
    clean = "" if words(clean) in NOTHING else clean
    said = "" if words(said) in NOTHING else said
    readings = _readings(said)
    if not clean and not said:
        if name == "date" or past.reassessed:
            past.doubts.append(f"no_{name}")
        return None
    days = _readings(clean) if clean else readings
    if len(days) != 1 or (clean and said and readings and not days & readings):
        past.doubts.append(name)
        return None
    if clean and said and not readings:
        past.doubts.append(name)
    return next(iter(days))


def _readings(text: str) -> set[date]:
    """Every day that a text may mean: none when it is no date, two when day and month may swap."""
    text = " ".join(text.split())
    if found := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00)?)?", text):
        year, month, day = map(int, found.groups())
        return _days((year, month, day))
    if found := re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", text):
        one, two, year = map(int, found.groups())
        return _days((year, two, one), (year, one, two))
    if found := re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th)?,? ([A-Za-z]{3,9}),? (\d{4})", text):
        day, name, year = int(found[1]), found[2].lower(), int(found[3])
        months = [number for month, number in MONTHS.items() if month.startswith(name[:3])
                  and (month.startswith(name) or name.startswith("sept"))]  # fmt: skip
        return _days(*((year, month, day) for month in months))
    return set()


def _days(*parts: tuple[int, int, int]) -> set[date]:
    found = set()
    for year, month, day in parts:
        try:
            found.add(date(year, month, day))
        except ValueError:
            continue
    return found


def tally(found: list[Past]) -> str:
    """The last line of the report: what the assessments come to."""
    finals = Counter(past.final for past in found)
    counts = {"assessments": len(found), **{name: finals[name] for name in
              (PASSED, CONDITIONS, FAILED)},
              "reassessed": sum(past.reassessed for past in found),
              UNCLEAR: finals[UNCLEAR]}  # fmt: skip
    return " ".join(f"{name}={count}" for name, count in counts.items())
