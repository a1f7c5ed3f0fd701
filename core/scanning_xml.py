"""XML as data (electronic invoices): well formed, without entities, style sheets or web pages."""

from typing import IO
from xml.parsers import expat

CHUNK = 64 * 1024
WEB = ("http://www.w3.org/1999/xhtml", "http://www.w3.org/2000/svg")
"""Name spaces whose elements a browser would run."""


class NotData(Exception):
    """XML that declares a document type or carries what a browser runs."""


def examine(file: IO[bytes]) -> None:
    """Read it through once; raises NotData, or ValueError when it is not well formed."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = _element
    parser.ProcessingInstructionHandler = refuse
    file.seek(0)
    try:
        while chunk := file.read(CHUNK):
            parser.Parse(chunk, False)  # noqa: FBT003
        parser.Parse(b"", True)  # noqa: FBT003
    except expat.ExpatError as error:
        raise ValueError(str(error)) from error


def refuse(*_what: object) -> None:
    """Document types (they define entities) and processing instructions (style sheets): never."""
    raise NotData


def _element(name: str, _attributes: dict[str, str]) -> None:
    space, _gap, local = name.rpartition(" ")
    if space in WEB or local.lower() in ("script", "html", "svg"):
        raise NotData
