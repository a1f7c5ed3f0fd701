"""Reading an e-mail file (.eml): who wrote to whom, when, what, and what came with it; no database.

Nothing of it is run or shown as HTML: a text part is taken as it is, an HTML part as its words.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.message import Message
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser

from django.utils.translation import gettext as _

from core.refusals import Refused

MOST_PARTS = 100
MOST_TEXT = 20_000
MOST_FILES = 30


@dataclass
class Read:
    """What an e-mail says; `files` are name and content of its attachments."""

    sender: str
    recipient: str
    subject: str
    sent: datetime | None
    text: str
    message_id: str
    replies_to: list[str]
    files: list[tuple[str, bytes]] = field(default_factory=list)


def read(content: bytes) -> Read:
    """Read an e-mail file; raises Refused when it is none."""
    try:
        message = message_from_bytes(content, policy=policy.default)
        parts = _parts(message)
        return Read(
            sender=_header(message, "from"),
            recipient=", ".join(filter(None, (_header(message, "to"), _header(message, "cc")))),
            subject=_header(message, "subject"), sent=_moment(message), text=_text(parts),
            message_id=_header(message, "message-id")[:120],
            replies_to=re.findall(r"<[^<>\s]+>", _header(message, "in-reply-to")
                                  + _header(message, "references")),
            files=_files(parts),
        )  # fmt: skip
    except Refused:
        raise
    except Exception as error:
        raise Refused(_unreadable()) from error


def _unreadable() -> str:
    return _("This is not an e-mail file. Save the message as .eml in your mail program, and "
             "choose that file.")  # fmt: skip


def _parts(message: Message) -> list[Message]:
    """The parts that are no containers; a message without sender and date is no message."""
    if not message.get("from") or not (message.get("date") or message.get("subject")):
        raise Refused(_unreadable())
    found = []
    for part in message.walk():
        if part.is_multipart():
            continue
        found.append(part)
        if len(found) > MOST_PARTS:
            raise Refused(
                _("The e-mail has more than %(most)s parts; register it by hand.")
                % {"most": MOST_PARTS}
            )
    return found


def _header(message: Message, name: str) -> str:
    try:
        value = message.get(name, "")
    except (ValueError, IndexError, KeyError, AttributeError):
        value = ""
    text = str(value or "")
    shown = "".join(sign for sign in text if sign.isprintable() or sign == " ")
    return " ".join(shown.split())


def _moment(message: Message) -> datetime | None:
    try:
        return parsedate_to_datetime(_header(message, "date"))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _text(parts: list[Message]) -> str:
    """The words of the message: its first plain text, or its first HTML without the tags."""
    for kind in ("text/plain", "text/html"):
        for part in parts:
            if part.get_content_type() == kind and not _is_file(part):
                words = _decoded(part)
                clean = _without_tags(words) if kind == "text/html" else words
                return clean.replace("\x00", "").strip()[:MOST_TEXT]
    return ""


def _decoded(part: Message) -> str:
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    try:
        return content.decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:
        return content.decode("utf-8", "replace")


def _is_file(part: Message) -> bool:
    return bool(part.get_filename()) or part.get_content_disposition() == "attachment"


def _files(parts: list[Message]) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for number, part in enumerate((p for p in parts if _is_file(p)), start=1):
        payload = part.get_payload(decode=True)
        if isinstance(payload, bytes) and payload and len(found) < MOST_FILES:
            found.append((part.get_filename() or f"file-{number}", payload))
    return found


class _Words(HTMLParser):
    """The words of HTML, without scripts and styles."""

    SILENT = ("script", "style", "head", "title")
    BREAKS = ("p", "br", "div", "li", "tr", "h1", "h2", "h3")

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.silent += tag in self.SILENT
        if tag in self.BREAKS:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in self.SILENT and self.silent > 0

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.words.append(data)


def _without_tags(html: str) -> str:
    reader = _Words()
    reader.feed(html)
    lines = (" ".join(line.split()) for line in "".join(reader.words).splitlines())
    return "\n".join(_once_empty(lines))


def _once_empty(lines: Iterator[str]) -> Iterator[str]:
    before = ""
    for line in lines:
        if line or before:
            yield line
        before = line
