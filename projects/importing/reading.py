"""Files as tables: CSV in the encodings people really save, and XLSX; no value is interpreted.

A file that cannot be read whole is refused with a sentence before its first row is used; a line
that is broken in itself is handed on as it stands.
"""

import io
from pathlib import PurePath
from typing import IO

from django.conf import settings
from django.utils.translation import gettext as _

from core.refusals import Refused
from projects.importing.mapping import Mapping
from projects.importing.tables import MEGABYTE, Table, refuse_empty, refuse_repeated
from projects.importing.texts import open_text
from projects.importing.workbooks import open_workbook

OLD_OFFICE, ZIP = b"\xd0\xcf\x11\xe0", b"PK"


def open_table(file: IO[bytes], name: str, mapping: Mapping) -> Table:
    """Open a file that has the columns of a mapping; raises Refused, with a sentence, otherwise.

    `file` can be sought in; it is read twice, in pieces: once to see that it is whole.
    """
    size = file.seek(0, io.SEEK_END)
    refuse_size(size)
    file.seek(0)
    start = file.read(8)
    file.seek(0)
    if not size:
        raise refuse_empty()
    wanted = [column.header for column in mapping.columns if not column.optional]
    optional = [column.header for column in mapping.columns if column.optional]
    if start.startswith(OLD_OFFICE):
        raise Refused(
            _(
                "This is an old .xls workbook or one with a password. "
                "Save it as .xlsx without a password, or as CSV."
            )
        )
    if start.startswith(ZIP):
        table = open_workbook(file, wanted, mapping.sheet)
    elif PurePath(name).suffix.lower() == ".xlsx":
        raise Refused(_("The file is called .xlsx but is no workbook. Save it again, or as CSV."))
    else:
        table = open_text(file, wanted, optional)
    refuse_repeated(table.header, [*wanted, *optional])
    return table


def refuse_size(size: int) -> None:
    """Raise Refused when a file of so many bytes is more than an import takes."""
    limit = settings.IMPORT_MB
    if size > limit * MEGABYTE:
        raise Refused(
            _("The file has %(size)s MB; at most %(limit)s MB are read. Divide it in parts.")
            % {"size": -(-size // MEGABYTE), "limit": limit}
        )
