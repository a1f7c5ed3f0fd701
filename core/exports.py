"""Tables for other programs: CSV and XLSX whose cells never turn into formulas."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.http import HttpResponse, StreamingHttpResponse

NUMBER = re.compile(r"[+-]?\d+(\.\d+)?\Z")
EXACT = 15
"""So many digits a spreadsheet keeps; a longer amount is written as text."""
RISKY = ("=", "+", "-", "@", "\t", "\r")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def safe(value: Any) -> str:
    """A cell as text; one that a spreadsheet would run as a formula gets an apostrophe first."""
    text = "" if value is None else str(value)
    if text.startswith(RISKY) and not NUMBER.match(text):
        return "'" + text
    return text


class _Echo:
    def write(self, text: str) -> str:
        return text


def csv_lines(header: Iterable[Any], rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """The lines of a CSV file, one at a time, after a byte order mark that spreadsheets want."""
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow([safe(cell) for cell in header])
    for row in rows:
        yield writer.writerow([safe(cell) for cell in row])


def csv_response(name: str, header: Iterable[Any], rows: Iterable[Iterable[Any]]) -> Any:
    """A CSV file as a download, sent while it is written."""
    response = StreamingHttpResponse(
        csv_lines(header, rows), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def xlsx_response(name: str, header: Iterable[Any], rows: Iterable[Iterable[Any]]) -> HttpResponse:
    """An XLSX file as a download; amounts and dates as such, no text as a formula or a link."""
    content = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "constant_memory": True}
    with xlsxwriter.Workbook(content, options) as book:
        bold = book.add_format({"bold": True})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        amount = book.add_format({"num_format": "#,##0.00##"})
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, [str(cell) for cell in header], bold)
        for number, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                _write(sheet, (number, column), cell, day, amount)
    response = HttpResponse(content.getvalue(), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return response


def _write(sheet: Any, place: tuple[int, int], cell: Any, day: Any, amount: Any) -> None:
    if isinstance(cell, datetime):
        cell = cell.replace(tzinfo=None)
    if isinstance(cell, date):
        sheet.write_datetime(*place, cell, day)
    elif isinstance(cell, Decimal) and len(cell.as_tuple().digits) <= EXACT:
        sheet.write_number(*place, cell, amount)
    elif cell is not None:
        sheet.write_string(*place, str(cell))
