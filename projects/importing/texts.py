"""Delimited text: its encoding, its separator, and lines that survive a misplaced quote."""

import codecs
import csv
import io
import re
from collections import deque
from collections.abc import Iterator
from typing import IO, Any

from django.utils.translation import gettext as _

from core.refusals import Refused
from projects.importing.tables import (
    MEGABYTE,
    Line,
    Table,
    filled,
    fit,
    refuse_empty,
    refuse_missing,
)

SEPARATORS = (",", ";", "\t")
PIECE = 4 * MEGABYTE
CONTROL = re.compile("[\x00-\x08\x0e-\x1f]")
ENCODINGS = {"utf-8-sig": "UTF-8", "utf-16": "UTF-16", "cp1252": "Windows-1252"}


def open_text(file: IO[bytes], wanted: list[str], optional: list[str]) -> Table:
    """A delimited text as a table; raises Refused when its encoding or its header does not fit."""
    encoding = _encoding(file)
    headers = {separator: _header(file, encoding, separator) for separator in SEPARATORS}
    separator = max(
        SEPARATORS,
        key=lambda sign: (fit(headers[sign], [*wanted, *optional]), len(headers[sign])),
    )
    header = headers[separator]
    if not header:
        raise refuse_empty()
    if CONTROL.search("".join(header)):
        raise Refused(_("The file is no table: save it as CSV in UTF-8, or as .xlsx."))
    refuse_missing(header, wanted)
    breaks = _count_breaks(file)
    lines = _lines(file, encoding, separator)
    next(line for line in lines if filled(line.cells))
    signs = {",": _("commas"), ";": _("semicolons"), "\t": _("tabs")}
    how = f"CSV, {ENCODINGS[encoding]}, {signs[separator]}"
    return Table(header, lines, how, estimate=breaks)


def _encoding(file: IO[bytes]) -> str:
    """Which of UTF-8, UTF-16 with its mark, or Windows-1252 the whole file is; raises Refused."""
    start = file.read(4)
    wide = start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    wider = start.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE))
    if wide and not wider:
        if _decodes(file, "utf-16"):
            return "utf-16"
        raise _unknown_encoding()
    if _decodes(file, "utf-8-sig"):
        return "utf-8-sig"
    if wider or _mostly_utf8(file) or not _decodes(file, "cp1252"):
        raise _unknown_encoding()
    return "cp1252"


def _unknown_encoding() -> Refused:
    return Refused(
        _(
            "The characters of the file cannot be read: it is neither UTF-8 nor UTF-16 "
            "nor Windows-1252. Save it as CSV in UTF-8."
        )
    )


def _decodes(file: IO[bytes], encoding: str) -> bool:
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while piece := file.read(PIECE):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _mostly_utf8(file: IO[bytes]) -> bool:
    """Whether broken bytes stand among more whole signs of UTF-8: then it is not Windows-1252."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")(errors="surrogateescape")
    good = broken = 0
    while piece := file.read(PIECE):
        text = decoder.decode(piece)
        signs = len(re.findall("[\udc80-\udcff]", text))
        broken += signs
        good += len(re.findall("[^\x00-\x7f]", text)) - signs
    return good > broken


def _count_breaks(file: IO[bytes]) -> int:
    file.seek(0)
    return sum(piece.count(b"\n") for piece in iter(lambda: file.read(PIECE), b""))


class _Physical:
    """Physical lines that can be given back: a misplaced quotation mark must not eat the rest."""

    def __init__(self, source: Iterator[str]) -> None:
        self._source, self._again = source, deque[str]()
        self.taken: list[str] = []

    def __iter__(self) -> "_Physical":
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._source)
        self.taken.append(line)
        return line

    def keep_first(self) -> str:
        """Give back all lines of the present record but its first, which is returned."""
        first, *rest = self.taken
        self._again.extendleft(reversed(rest))
        return first


class _Bytes(io.RawIOBase):
    """A view on a file that leaves the file open when the text layer above it is closed."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        found = self._file.read(len(buffer))
        buffer[: len(found)] = found
        return len(found)


def _lines(file: IO[bytes], encoding: str, separator: str) -> Iterator[Line]:
    file.seek(0)
    text = io.TextIOWrapper(io.BufferedReader(_Bytes(file), MEGABYTE), encoding, newline="")
    physical = _Physical(iter(text))
    reader = csv.reader(physical, delimiter=separator, strict=True)
    number = 0
    while True:
        physical.taken.clear()
        number += 1
        try:
            yield Line(number, next(reader))
        except StopIteration:
            return
        except csv.Error:
            yield Line(number, [physical.keep_first().rstrip("\r\n")], broken=True)


def _header(file: IO[bytes], encoding: str, separator: str) -> list[str]:
    for line in _lines(file, encoding, separator):
        if filled(line.cells):
            return [cell.replace("\ufeff", "").strip() for cell in line.cells]
    return []
