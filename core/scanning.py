"""What a file really is: an allow-list by content and by ending, safe against ZIP bombs."""

import codecs
import re
import stat
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO

import filetype
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import scanning_xml

OFFICE_XML = "application/vnd.openxmlformats-officedocument."
OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
KINDS = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
    "csv": "text/csv",
    "txt": "text/plain",
    "md": "text/markdown",
    "json": "application/json",
    "xml": "application/xml",
    "docx": f"{OFFICE_XML}wordprocessingml.document",
    "xlsx": f"{OFFICE_XML}spreadsheetml.sheet",
    "pptx": f"{OFFICE_XML}presentationml.presentation",
    "odt": f"{OPEN_DOCUMENT}text",
    "ods": f"{OPEN_DOCUMENT}spreadsheet",
    "odp": f"{OPEN_DOCUMENT}presentation",
    "zip": "application/zip",
}
"""Endings that are accepted, each with the media type its content must have."""

TEXTS = {"csv", "txt", "md", "json"}
OFFICE = {"docx", "xlsx", "pptx", "odt", "ods", "odp"}
MACROS = {"docm", "dotm", "xlsm", "xltm", "xlam", "xlsb", "pptm", "potm", "ppsm", "ppam"}
OLD_OFFICE = {"doc", "dot", "xls", "xlt", "ppt", "pps", "pot", "msg", "pub", "vsd", "mpp"}

CHUNK = 64 * 1024
MEMBERS_MAX = 2_000
DIRECTORY_MAX = 1_000_000
UNPACKED_MAX = 250 * 1024 * 1024
RATIO_MAX = 150
RATIO_FROM = 1024 * 1024
ZIP64 = 76
"""Bytes of the two records that stand before the end of a large archive."""
DEPTH_MAX = 1
SHOWN = 100
"""Characters of a name that a sentence repeats."""

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PROGRAMS = (b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xfe\xed\xfa", b"#!/", b"#! /")
MARKUP = re.compile(
    rb"(?:\s|<\?xml[^>]*>|<!--.*?-->)*+"
    rb"<(?:!doctype\s+(?:html|svg)|(?:html|head|body|script|iframe|svg)\b)",
    re.IGNORECASE | re.DOTALL,
)
CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f]")
DAMAGED = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError,
           NotImplementedError, RuntimeError, OverflowError)  # fmt: skip


class Unacceptable(Exception):
    """A file that is not taken in, with the sentence that says why and what to do."""

    def __init__(self, sentence: str | Promise) -> None:
        super().__init__(sentence)
        self.sentence = str(sentence)


def ending(name: str) -> str:
    """The last ending of a file's name, lower case, without the dot; empty when there is none."""
    return name.rpartition(".")[2].strip().lower() if "." in name else ""


def examine(file: IO[bytes], name: str, depth: int = 0) -> str:
    """The media type of a file whose ending and content agree; raises Unacceptable."""
    kind = ending(name)
    _refuse_by_ending(kind, name)
    file.seek(0)
    head = file.read(8192)
    file.seek(0)
    if not head:
        raise Unacceptable(
            _("“%(name)s” is empty. Choose the file again.") % {"name": _short(name)}
        )
    _refuse_by_content(head)
    if kind in TEXTS:
        _examine_text(file, kind, name)
    elif kind == "xml":
        _examine_xml(file, name)
    elif kind in OFFICE or kind == "zip":
        _examine_package(file, kind, name, depth)
    else:
        found = filetype.guess(head)
        if found is None or found.mime != KINDS[kind]:
            raise _contradiction(name)
    file.seek(0)
    return KINDS[kind]


def _refuse_by_ending(kind: str, name: str) -> None:
    if kind in KINDS:
        return
    if kind in MACROS:
        raise Unacceptable(_macros())
    if kind in OLD_OFFICE:
        raise Unacceptable(_old_office())
    if kind in {"svg", "html", "htm", "xhtml", "mhtml"}:
        raise Unacceptable(_markup())
    raise Unacceptable(
        _("“%(name)s” is of a kind that is not accepted. Accepted are: %(kinds)s.")
        % {"name": _short(name), "kinds": ", ".join(KINDS)}
    )


def _refuse_by_content(head: bytes) -> None:
    if head.startswith(OLE):
        raise Unacceptable(_old_office())
    if head.startswith(PROGRAMS) or (head.startswith(b"MZ") and b"\x00" in head):
        raise Unacceptable(_("This is a program. Programs are not accepted."))
    if MARKUP.match(head.removeprefix(codecs.BOM_UTF8)):
        raise Unacceptable(_markup())


def _macros() -> str:
    return _("Files with macros are not accepted. Save it without macros (docx, xlsx, pptx).")


def _old_office() -> str:
    return _(
        "Office files in the old format, or locked with a password, are not accepted. "
        "Save it as docx, xlsx, pptx or PDF, without a password."
    )


def _markup() -> str:
    return _(
        "Web pages and SVG drawings can carry programs and are not accepted. "
        "Send a PDF or a PNG instead."
    )


def _contradiction(name: str) -> Unacceptable:
    return Unacceptable(
        _(
            "What “%(name)s” holds is not what its ending says. "
            "Save it again in the format you want, or correct its ending."
        )
        % {"name": _short(name)}
    )


def _short(name: str) -> str:
    printable = "".join(c if c.isprintable() else "�" for c in name)
    return printable if len(printable) <= SHOWN else f"{printable[: SHOWN - 1]}…"


# Text


def _examine_text(file: IO[bytes], kind: str, name: str) -> None:
    """Text must be UTF-8 or Windows-1252 throughout, and hold no control characters."""
    for encoding in ("utf-8-sig", "cp1252"):
        file.seek(0)
        try:
            outer = _outer_characters(file, encoding)
        except UnicodeDecodeError:
            continue
        if outer is None:
            break
        if kind == "json" and outer not in {("{", "}"), ("[", "]")}:
            raise Unacceptable(
                _("“%(name)s” holds no JSON object or list.") % {"name": _short(name)}
            )
        return
    raise Unacceptable(
        _("“%(name)s” is not plain text. Save it as text in UTF-8.") % {"name": _short(name)}
    )


def _outer_characters(file: IO[bytes], encoding: str) -> tuple[str, str] | None:
    """First and last character that is no space; nothing if there are control characters."""
    decoder = codecs.getincrementaldecoder(encoding)()
    first = last = ""
    while True:
        chunk = file.read(CHUNK)
        text = decoder.decode(chunk, final=not chunk)
        if CONTROL.search(text):
            return None
        if stripped := text.strip():
            first, last = first or stripped[0], stripped[-1]
        if not chunk:
            return first, last


def _examine_xml(file: IO[bytes], name: str) -> None:
    """XML must be data: well formed, and nothing that a browser would run or unfold."""
    try:
        scanning_xml.examine(file)
    except scanning_xml.NotData as error:
        raise Unacceptable(_markup()) from error
    except ValueError as error:
        raise _contradiction(name) from error


# Packages: ZIP archives, and office files, which are ZIP archives with a table of contents


def _examine_package(file: IO[bytes], kind: str, name: str, depth: int) -> None:
    if depth > DEPTH_MAX or (depth and kind == "zip"):
        raise Unacceptable(
            _("The archive holds another archive, “%(name)s”. Unpack it and send its files.")
            % {"name": _short(name)}
        )
    if not file.read(4) == b"PK\x03\x04":
        raise _contradiction(name)
    try:
        if _directory_size(file) > DIRECTORY_MAX:
            raise Unacceptable(_too_many())
        with zipfile.ZipFile(file) as package:
            members = _listed(package)
            if kind in OFFICE:
                _examine_office(package, members, kind, name)
            for member, content in _unpacked(package, members):
                _examine_member(member, content, kind, depth)
    except DAMAGED as error:
        raise Unacceptable(
            _("“%(name)s” is damaged. Save it again, check that it opens, and send it once more.")
            % {"name": _short(name)}
        ) from error


def _directory_size(file: IO[bytes]) -> int:
    """Bytes of the table of contents as declared, so that a huge one is never read."""
    file.seek(0, 2)
    length = file.tell()
    file.seek(max(0, length - 65_557 - ZIP64))
    tail = file.read()
    file.seek(0)
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) < end + 22:
        raise zipfile.BadZipFile("no end of the table of contents")
    sizes = [struct.unpack_from("<L", tail, end + 12)[0]]
    if end >= ZIP64 and tail[end - 20 : end - 16] == b"PK\x06\x07":
        sizes.append(struct.unpack_from("<Q", tail, end - 36)[0])
    return int(max(sizes))


def _listed(package: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The members, refused by what the table of contents says, before anything is unpacked."""
    members = package.infolist()
    if len(members) > MEMBERS_MAX:
        raise Unacceptable(_too_many())
    if not any(not member.is_dir() for member in members):
        raise Unacceptable(_("The archive is empty."))
    total = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if total > UNPACKED_MAX or _is_bomb(total, packed):
        raise Unacceptable(_bomb())
    for member in members:
        _refuse_member(member)
    return members


def _refuse_member(member: zipfile.ZipInfo) -> None:
    name = member.filename.replace("\\", "/")
    if name.startswith("/") or ":" in name.split("/")[0] or ".." in name.split("/"):
        raise Unacceptable(
            _("The archive holds “%(name)s”, a path that leads out of its folder. Pack it again.")
            % {"name": _short(member.filename)}
        )
    if member.flag_bits & 0x1:
        raise Unacceptable(_("The archive is locked with a password. Send it without one."))
    if member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise Unacceptable(
            _("The archive is packed in an unusual way. Pack it as an ordinary ZIP.")
        )
    if stat.S_ISLNK(member.external_attr >> 16):
        raise Unacceptable(
            _("The archive holds “%(name)s”, which is a link and not a file. Pack it again.")
            % {"name": _short(member.filename)}
        )
    if _is_bomb(member.file_size, member.compress_size):
        raise Unacceptable(_bomb())


def _is_bomb(size: int, packed: int) -> bool:
    return size > RATIO_FROM and size > packed * RATIO_MAX


def _bomb() -> str:
    return _("The archive would unpack to far more than its size. Send its files one by one.")


def _too_many() -> str:
    return _("The archive holds more than %(count)d files. Split it up.") % {"count": MEMBERS_MAX}


def _unpacked(
    package: zipfile.ZipFile, members: list[zipfile.ZipInfo]
) -> Iterator[tuple[zipfile.ZipInfo, IO[bytes]]]:
    """Each file of the package in turn; what lies about its size fails its checksum here."""
    for member in members:
        if member.is_dir():
            continue
        with package.open(member) as source, tempfile.SpooledTemporaryFile(CHUNK * 16) as copy:
            while chunk := source.read(CHUNK):
                copy.write(chunk)
            copy.seek(0)
            yield member, copy


def _examine_member(member: zipfile.ZipInfo, content: IO[bytes], kind: str, depth: int) -> None:
    """Files of an archive must be acceptable themselves; of an office file, embedded ones."""
    if kind in OFFICE and ending(member.filename) not in OFFICE | MACROS:
        return
    try:
        examine(content, member.filename, depth + 1)
    except Unacceptable as refusal:
        raise Unacceptable(
            _("“%(name)s” inside the file is refused. %(reason)s")
            % {"name": _short(member.filename), "reason": refusal.sentence}
        ) from refusal


def _examine_office(
    package: zipfile.ZipFile, members: list[zipfile.ZipInfo], kind: str, name: str
) -> None:
    paths = {member.filename.lower() for member in members}
    if kind.startswith("od"):
        declared = _read(package, "mimetype").decode("ascii", "replace").strip()
        macros = any(path.startswith(("basic/", "scripts/")) for path in paths)
        locked = b"encryption-data" in _read(package, "META-INF/manifest.xml")
    else:
        contents = _read(package, "[Content_Types].xml").decode("utf-8", "replace")
        declared = KINDS[kind] if f"{KINDS[kind]}.main+xml" in contents else ""
        macros = "macroEnabled" in contents or any(
            path.endswith(("vbaproject.bin", "vbadata.xml")) or "/macrosheets/" in path
            for path in paths
        )
        locked = False
    if macros:
        raise Unacceptable(_macros())
    if locked:
        raise Unacceptable(_("The file is locked with a password. Send it without one."))
    if declared != KINDS[kind]:
        raise _contradiction(name)


def _read(package: zipfile.ZipFile, path: str) -> bytes:
    """At most a megabyte of one member; nothing if the package has none of that name."""
    try:
        with package.open(path) as member:
            return member.read(RATIO_FROM)
    except KeyError:
        return b""


ACCEPTED = gettext_lazy(
    "PDF, PNG, JPEG, WebP, CSV, text, Markdown, JSON, XML, Word, Excel, PowerPoint, OpenDocument "
    "or ZIP."
)
"""The kinds accepted, in a sentence for hints under file fields."""
