"""Workbooks (.xlsx): one sheet of plain values; formulas, macros and bombs are refused."""

import json
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime
from itertools import islice
from typing import IO, Any
from xml.parsers import expat

import openpyxl
from django.conf import settings
from django.utils.translation import gettext as _

from core.refusals import Refused
from projects.importing.tables import (
    MEGABYTE,
    Line,
    Table,
    filled,
    fit,
    norm,
    refuse_empty,
    refuse_missing,
)

DATE_FORMS = ("%Y-%m-%d", "%Y-%m-%dT%H:%M:%S")
MOST_PARTS, EXACT = 5000, 1e15


def open_workbook(file: IO[bytes], wanted: list[str], sheet: str) -> Table:
    """The fitting sheet of a workbook as a table; raises Refused when there is none, or not one."""
    with_formulas = _inspect(file)
    file.seek(0)
    found = _fitting_sheet(_load(file), wanted, sheet)
    if with_formulas:
        _refuse_formulas(found)
    lines = _spooled(found)
    estimate = next(lines).number  # now the sheet has been read to its end
    header = [cell.strip() for cell in next(line.cells for line in lines if filled(line.cells))]
    while header and not header[-1]:
        header.pop()
    padded = (_padded(line, len(header)) for line in lines)
    how = _("workbook, sheet “%(name)s”") % {"name": found.title}
    return Table(header, padded, how, DATE_FORMS, estimate)


def _damaged() -> Refused:
    return Refused(
        _("The workbook is damaged. Open it, save it again as .xlsx, and try once more.")
    )


def _no_workbook() -> Refused:
    return Refused(_("The file is no .xlsx workbook. Save it as .xlsx or as CSV."))


def _load(file: IO[bytes]) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return openpyxl.load_workbook(file, read_only=True, keep_links=False)
        except Exception as error:  # openpyxl raises whatever its parsers raise
            raise _damaged() from error


def _inspect(file: IO[bytes]) -> bool:
    """Refuse what is no sound plain workbook; True when a sheet of it has a formula."""
    limit = settings.IMPORT_UNPACKED_MB * MEGABYTE
    formulas = False
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
            if "xl/workbook.xml" not in names or len(names) > MOST_PARTS:
                raise _no_workbook()
            if any(name.lower().endswith("vbaproject.bin") for name in names):
                raise Refused(_("The workbook contains macros. Save it as .xlsx without macros."))
            for name in names:
                with archive.open(name) as part:
                    limit, found = _inspect_part(part, limit, name)
                    formulas = formulas or found
    except (zipfile.BadZipFile, expat.ExpatError, EOFError, OSError, ValueError,
            NotImplementedError, RuntimeError) as error:  # fmt: skip
        raise _damaged() from error
    return formulas


def _inspect_part(part: IO[bytes], limit: int, name: str) -> tuple[int, bool]:
    formulas: list[str] = []
    written = name.endswith((".xml", ".rels"))
    parser = _parser(formulas if name.startswith("xl/worksheets/") else None)
    while piece := part.read(MEGABYTE):
        limit -= len(piece)
        if limit < 0:
            raise Refused(
                _("The workbook unpacks to more than is read. Save the one sheet as CSV.")
            )
        if written:
            parser.Parse(piece)
    if written:
        parser.Parse(b"", 1)
    return limit, bool(formulas)


def _parser(formulas: list[str] | None) -> Any:
    parser = expat.ParserCreate()

    def refuse(*args: Any) -> None:
        raise _no_workbook()

    def notice(name: str, attributes: Any) -> None:
        if formulas is not None and (name == "f" or name.endswith(":f")):
            formulas.append(name)
            parser.StartElementHandler = None

    parser.StartDoctypeDeclHandler = refuse
    if formulas is not None:
        parser.StartElementHandler = notice
    return parser


def _fitting_sheet(book: Any, wanted: list[str], name: str) -> Any:
    """The one sheet whose first filled row has the wanted columns; raises Refused."""
    sheets = [sheet for sheet in book.worksheets if not name or norm(sheet.title) == norm(name)]
    if not sheets:
        raise Refused(_("The workbook has no sheet “%(name)s”.") % {"name": name})
    headers = []
    for sheet in sheets:
        sheet.reset_dimensions()
        headers.append(next((line.cells for line in _lines(sheet) if filled(line.cells)), []))
    if not any(headers):
        raise refuse_empty()
    fits = [fit(header, wanted) for header in headers]
    best = [sheet for sheet, found in zip(sheets, fits, strict=True) if found == max(fits)]
    refuse_missing(headers[fits.index(max(fits))], wanted)
    if len(best) > 1:
        raise Refused(
            _("Several sheets of the workbook have these columns: %(names)s. Keep one of them.")
            % {"names": ", ".join(sheet.title for sheet in best)}
        )
    return best[0]


def _refuse_formulas(sheet: Any) -> None:
    for row in _quietly(sheet.iter_rows()):
        for cell in row:
            if getattr(cell, "data_type", "") == "f":
                raise Refused(
                    _(
                        "Cell %(cell)s of the sheet “%(sheet)s” is a formula. "
                        "Save the sheet as values, or as CSV."
                    )
                    % {"cell": cell.coordinate, "sheet": sheet.title}
                )


def _spooled(sheet: Any) -> Iterator[Line]:
    """A line with the last number, once the sheet is read to its end; then all its lines."""
    with tempfile.SpooledTemporaryFile(16 * MEGABYTE, "w+", encoding="utf-8") as spool:
        count = 0
        for line in _lines(sheet):
            spool.write(json.dumps(line.cells) + "\n")
            count = line.number
        yield Line(count, [])
        spool.seek(0)
        for number, text in enumerate(spool, start=1):
            yield Line(number, json.loads(text))


def _lines(sheet: Any) -> Iterator[Line]:
    for number, row in enumerate(_quietly(sheet.iter_rows(values_only=True)), start=1):
        yield Line(number, [_shown(value) for value in row])


def _quietly(rows: Iterator[Any]) -> Iterator[Any]:
    """The rows of a sheet, without the reader's warnings about what it does not know."""
    while True:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                piece = list(islice(rows, 500))
            except Exception as error:  # openpyxl raises whatever its parsers raise
                raise _damaged() from error
        if not piece:
            return
        yield from piece


def _shown(value: Any) -> str:
    shown: Callable[[Any], str] = _SHOWN.get(type(value), str)
    return shown(value)


def _shown_moment(value: datetime) -> str:
    whole_day = not (value.hour or value.minute or value.second or value.microsecond)
    return value.date().isoformat() if whole_day else value.isoformat(timespec="seconds")


def _shown_number(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < EXACT else repr(value)


_SHOWN: dict[type, Callable[[Any], str]] = {
    type(None): lambda value: "",
    str: lambda value: value,
    float: _shown_number,
    bool: lambda value: "TRUE" if value else "FALSE",
    datetime: _shown_moment,
    date: date.isoformat,
}


def _padded(line: Line, width: int) -> Line:
    cells = line.cells
    while len(cells) > width and not cells[-1].strip():
        cells.pop()
    return Line(line.number, cells + [""] * (width - len(cells)))
