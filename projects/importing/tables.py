"""What a readable file is to the rest of the import: a header and numbered lines of texts."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.translation import gettext as _

from core.refusals import Refused

MEGABYTE = 1024 * 1024


class Line(NamedTuple):
    """One row as it stands in the file: its number there (the header's is usually 1), its cells."""

    number: int
    cells: list[str]
    broken: bool = False


@dataclass
class Table:
    """A readable file: its header, how it was read, and its lines, to be walked through once.

    `estimate` is about how many lines there are, for a progress bar.
    """

    header: list[str]
    lines: Iterator[Line]
    how: str
    date_forms: tuple[str, ...] = ()
    estimate: int = 0


def norm(header: str) -> str:
    """A header as it is compared: without regard to case and to superfluous spaces."""
    return " ".join(header.replace("\ufeff", "").split()).casefold()


def filled(cells: list[str]) -> bool:
    """Whether any cell of a line holds something."""
    return any(cell and not cell.isspace() for cell in cells)


def fit(header: list[str], names: list[str]) -> int:
    """How many of the names stand in the header."""
    return len({norm(name) for name in header} & {norm(name) for name in names})


def unused(header: list[str], columns: list[str]) -> list[str]:
    """The columns of the file that no part of the mapping reads."""
    read = {norm(column) for column in columns}
    return [name for name in header if name.strip() and norm(name) not in read]


def refuse_missing(header: list[str], wanted: list[str]) -> None:
    """Raise Refused, naming them, when wanted columns are not in the header."""
    names = {norm(name) for name in header}
    if missing := [name for name in wanted if norm(name) not in names]:
        raise Refused(
            _("The file lacks these columns: %(names)s. Its first row must hold the column names.")
            % {"names": ", ".join(missing)}
        )


def refuse_repeated(header: list[str], read: list[str]) -> None:
    """Raise Refused when a column that is read stands in the header more than once."""
    names = [norm(name) for name in header]
    if twice := [name for name in read if names.count(norm(name)) > 1]:
        raise Refused(
            _("The column %(name)s stands in the file more than once. Keep one of them.")
            % {"name": twice[0]}
        )


def refuse_empty() -> Refused:
    """What is said of a file without a single filled row."""
    return Refused(_("The file is empty. Choose the file with the rows."))
