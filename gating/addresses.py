"""Addresses of services, in the one form by which they are compared.

People type an address with or without scheme, `www.`, slash at its end, capitals or the Punycode of
an international name; all of these name the same service.
"""

import re
import unicodedata
from urllib.parse import SplitResult, quote, unquote, urlsplit

import idna

LONGEST = 500
PORTS = (None, 80, 443)
HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+")


def normal(text: str) -> str:
    """The address without scheme, `www.`, case and slash at its end; empty where it is none."""
    parts = _parts(unicodedata.normalize("NFC", text.strip()))
    if parts is None:
        return ""
    host = _host(parts.hostname or "")
    if not host:
        return ""
    port = "" if parts.port in PORTS else f":{parts.port}"
    path = re.sub("/+", "/", _plain(parts.path)).rstrip("/")
    query = f"?{_plain(parts.query)}" if parts.query else ""
    found = f"{host}{port}{path}{query}"
    return found if len(found) <= LONGEST else ""


def _parts(text: str) -> SplitResult | None:
    """The parts of what was typed; None where it is no address of the web."""
    if not text or len(text) > LONGEST or not text.isprintable() or " " in text:
        return None
    try:
        parts = urlsplit(text if "://" in text else f"https://{text.lstrip('/')}")
        parts.port  # noqa: B018  reading it is what checks it
    except ValueError:
        return None
    wrong = parts.scheme.lower() not in ("http", "https") or parts.username or parts.password
    return None if wrong else parts


def _host(name: str) -> str:
    """A host in Punycode and small letters, without `www.`; empty where it is no public name."""
    try:
        plain = idna.encode(name.rstrip("."), uts46=True, transitional=False).decode()
    except (idna.IDNAError, UnicodeError):
        plain = name.rstrip(".").lower()
    short = plain.removeprefix("www.")
    plain = short if "." in short else plain
    return plain if HOST.fullmatch(plain) else ""


def _plain(text: str) -> str:
    """A path or query with each sign written in one way, in small letters."""
    whole = unicodedata.normalize("NFC", unquote(text)).lower()
    return quote(whole, safe="/=&+,;:@!$'()*~-._")
