"""A prototype's live page: whether it answers, how, and over what kind of connection.

Each redirect is a new address, checked like the first; the connection goes to the very machine that
the address was found to stand for.
"""

import http.client
import re
import socket
import ssl
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

from core.refusals import Refused
from procurement.prototypes.locating import NotVisited, Place, page

SECONDS = 15.0
"""How long all of a visit may take."""
LARGEST = 2 * 1024 * 1024
"""So many bytes of a page are read."""
REDIRECTS = 4
TITLE = re.compile(rb"<title[^>]*>([^<]{0,300})", re.IGNORECASE)


@dataclass
class Visit:
    """What a page answered: status, last address, redirects, connection, or why it did not."""

    url: str
    status: int = 0
    redirects: list[str] = field(default_factory=list)
    tls: str = ""
    valid_until: str = ""
    title: str = ""
    html: bytes = field(default=b"", repr=False)
    """What was read, where it is HTML; never kept."""
    bytes: int = 0
    trouble: str = ""

    def told(self) -> dict[str, Any]:
        """What is kept of a visit."""
        return {key: value for key, value in vars(self).items() if key != "html"}


class _Plain(http.client.HTTPConnection):
    """A connection to one machine, whatever the name service says by now."""

    def __init__(self, place: Place, timeout: float) -> None:
        super().__init__(place.host, place.port, timeout=timeout)
        self.machine = place.machine

    def connect(self) -> None:
        self.sock = socket.create_connection((self.machine, self.port), self.timeout)


class _Secure(_Plain):
    """The same with TLS; the certificate must be valid for the name of the address."""

    def connect(self) -> None:
        super().connect()
        context = ssl.create_default_context()
        self.sock = context.wrap_socket(self.sock, server_hostname=self.host)


def visit(address: str) -> Visit:
    """Visit a live page once. Never raises: what went wrong stands in `trouble` as a code of
    `wording.LIVE`."""
    found, until = Visit(address), time.monotonic() + SECONDS
    try:
        for _hop in range(REDIRECTS + 1):
            onward = _answer(found, page(found.url), until)
            if not onward:
                return found
            found.redirects.append(found.url)
            found.url = urljoin(found.url, onward)
        found.trouble = "redirects"
    except NotVisited as refused:
        found.trouble = refused.code
    except Refused:
        found.trouble = "address"
    except ssl.SSLError:
        found.trouble = "connection"
    except TimeoutError:
        found.trouble = "slow"
    except (OSError, http.client.HTTPException, ValueError):
        found.trouble = "away"
    return found


def _answer(found: Visit, place: Place, until: float) -> str:
    """Read one answer into the visit; where it leads on to, or nothing."""
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    line = (_Secure if place.scheme == "https" else _Plain)(place, left)
    try:
        line.request("GET", place.path, headers={
            "Accept": "text/html", "Accept-Encoding": "identity", "Connection": "close",
            "User-Agent": "Compuerta (prototype check)",
        })  # fmt: skip
        _see_tls(found, line)
        answer = line.getresponse()
        found.status = answer.status
        if answer.status in (301, 302, 303, 307, 308):
            return answer.getheader("Location") or ""
        body = _read(line, answer, until)
        found.bytes = len(body)
        if "html" in (answer.getheader("Content-Type") or "").lower():
            found.html = body
        if title := TITLE.search(body):
            found.title = " ".join(title[1].decode(errors="replace").split())
        return ""
    finally:
        line.close()


def _see_tls(found: Visit, line: _Plain) -> None:
    if isinstance(line.sock, ssl.SSLSocket):
        found.tls = line.sock.version() or ""
        certificate = line.sock.getpeercert() or {}
        found.valid_until = str(certificate.get("notAfter", ""))


def _read(line: _Plain, answer: http.client.HTTPResponse, until: float) -> bytes:
    """The body up to a limit; a page that drips is left when the time of the visit is over."""
    parts, size = [], 0
    while size < LARGEST:
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        if line.sock is not None:
            line.sock.settimeout(left)
        part = answer.read1(65536)
        if not part:
            break
        parts.append(part)
        size += len(part)
    return b"".join(parts)
