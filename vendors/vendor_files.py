"""Lists of vendors as files: CSV and YAML, read into rows of text, each with its line. Pure.

YAML is read as plain text without any types, so that a name such as `No` or `1789` stays a name,
and no file makes anything but texts of itself.
"""

import csv
import io
from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

import yaml
from django.utils.translation import gettext as _

from core.refusals import Refused
from vendors.naming import taken_apart, tidy

COLUMNS = (
    "name", "country", "tax_id", "size", "start_up", "social_enterprise", "region", "ownership",
)  # fmt: skip
"""The columns of the generic list, and of its template."""
MAPPINGS = {"generic": "", "bpa": "US"}
"""What a list is read as, and the country of its vendors where a row names none."""
HEADERS = {
    "name": "name vendor vendorname company companyname nombre razonsocial empresa proveedor "
            "denominacion nombreorazonsocial nombredelproveedor",
    "country": "country countrycode pais countryname codigodepais",
    "tax_id": "taxid taxnumber taxidentifier taxidnumber rfc tin nif cif ein nit cuit ruc rut cnpj "
              "vat idfiscal numerofiscal identificacionfiscal registrofiscal claverfc",
    "size": "size companysize tamano tamanodelaempresa estratificacion",
    "start_up": "startup isstartup empresaemergente emergente",
    "social_enterprise": "socialenterprise issocialenterprise empresasocial",
    "region": "region entidad entidadfederativa estadooregion",
    "ownership": "ownership ownershipflags propiedad titularidad",
}  # fmt: skip
"""How columns may be called, folded; in English and Spanish."""
NAMES = {alias: column for column, aliases in HEADERS.items() for alias in aliases.split()}
DELIMITERS = ",;\t|"
LONGEST_RECORD = 50
"""Lines that one record may span: more is a quotation mark that nobody closed."""


class Row(NamedTuple):
    """A row as it stood: its line in the file, its texts by column, and a code if it is broken."""

    line: int
    cells: dict[str, str]
    fault: str = ""


class Table(NamedTuple):
    """What was read of a file: its rows, and the columns that mean nothing to us."""

    rows: list[Row]
    unused: list[str]


def read(content: bytes, name: str) -> Table:
    """Read a list by the ending of its name; raises Refused when it cannot be read as one."""
    if not content.strip():
        raise Refused(_("The file is empty."))
    text = _decoded(content)
    return _yaml(text) if name.lower().endswith((".yml", ".yaml")) else _csv(text)


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "cp1252", "latin-1")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused(_("The file is not text in UTF-8 or Windows-1252."))


def _column(header: str) -> str | None:
    folded = "".join(taken_apart(header).words)
    return NAMES.get(folded)


# CSV


def _csv(text: str) -> Table:
    lines = [line for line in io.StringIO(text, newline="")]  # noqa: C416  keeps the line ends
    start = next((number for number, line in enumerate(lines) if line.strip(" \t\r\n,;|")), None)
    if start is None:
        raise Refused(_("The file is empty."))
    delimiter = _delimiter(lines[start])
    header, used = _record(lines, start, delimiter)
    columns = _columns(header)
    rows = list(_rows(lines, start + used, delimiter, columns))
    unused = [tidy(cell) for cell, column in zip(header, columns, strict=True)
              if column is None and tidy(cell)]  # fmt: skip
    return Table(rows, unused)


def _delimiter(line: str) -> str:
    """The sign that parts the most columns that we know."""

    def known(sign: str) -> int:
        cells = next(csv.reader([line], delimiter=sign), [])
        return len({_column(cell) for cell in cells} - {None})

    return max(DELIMITERS, key=known)


def _columns(header: list[str]) -> list[str | None]:
    columns = [_column(cell) for cell in header]
    known = [column for column in columns if column]
    if "name" not in known:
        raise Refused(
            _("The file has no column “name”. Its first line names the columns: %(columns)s.")
            % {"columns": ", ".join(COLUMNS)}
        )
    if twice := next((column for column in known if known.count(column) > 1), None):
        raise Refused(_("The column “%(column)s” stands there twice.") % {"column": twice})
    return columns


def _record(lines: list[str], start: int, delimiter: str) -> tuple[list[str], int]:
    """The record that begins at a line, and how many lines it spans."""
    reader = csv.reader(islice(lines, start, start + LONGEST_RECORD), delimiter=delimiter)
    try:
        return next(reader, []), max(reader.line_num, 1)
    except csv.Error:
        return [], LONGEST_RECORD


def _rows(lines: list[str], start: int, delimiter: str,
          columns: list[str | None]) -> Iterator[Row]:  # fmt: skip
    while start < len(lines):
        cells, used = _record(lines, start, delimiter)
        line, fault = start + 1, ""
        if used > 1 and len(cells) != len(columns):
            cells, fault, used = [lines[start].strip()], "quotes", 1
        elif any(cell.strip() for cell in cells[len(columns) :]):
            fault = "cells"
        start += used
        if any(cell.strip() for cell in cells):
            found = zip(columns, cells, strict=False)
            yield Row(line, {column: cell for column, cell in found if column}, fault)


# YAML


def _yaml(text: str) -> Table:
    try:
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        sentence = _("The file is not readable as YAML: line %(line)s.") % {"line": line}
        raise Refused(sentence) from error
    items = _list(tree)
    unused: dict[str, None] = {}
    rows = [_item(node, unused) for node in items]
    return Table([row for row in rows if row.cells or row.fault], list(unused))


def _list(tree: Any) -> list[Any]:
    """The list of vendors: the document itself, or what stands under `vendors` or the like."""
    if isinstance(tree, yaml.MappingNode):
        lists = [value for _key, value in tree.value if isinstance(value, yaml.SequenceNode)]
        if len(lists) == 1:
            return list(lists[0].value)
    if isinstance(tree, yaml.SequenceNode):
        return list(tree.value)
    raise Refused(_("The file holds no list of vendors."))


def _item(node: Any, unused: dict[str, None]) -> Row:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.ScalarNode):
        return Row(line, {"name": node.value})
    if not isinstance(node, yaml.MappingNode):
        return Row(line, {}, "shape")
    cells: dict[str, str] = {}
    for key, value in node.value:
        column = _column(str(key.value)) if isinstance(key, yaml.ScalarNode) else None
        if column is None:
            unused[str(getattr(key, "value", ""))[:40]] = None
        elif column in cells:
            return Row(line, cells, "twice")
        elif (text := _text(value)) is None:
            return Row(line, cells, "shape")
        else:
            cells[column] = text
    return Row(line, cells) if cells else Row(line, {}, "shape")


def _text(node: Any) -> str | None:
    """A text as it stands there, or a list of texts parted by semicolons; None for the rest."""
    if isinstance(node, yaml.ScalarNode):
        null = node.tag == "tag:yaml.org,2002:null"
        return "" if null else str(node.value)
    if isinstance(node, yaml.SequenceNode):
        parts = [part.value for part in node.value if isinstance(part, yaml.ScalarNode)]
        return "; ".join(parts) if len(parts) == len(node.value) else None
    return None
