"""Addresses of bidders' repositories and live pages: which may be visited, and at which machine.

An address is visited only if all that its name stands for lies outside: otherwise a bidder could
make the server knock at doors of its own network. What was resolved is what is connected to, so
that a name cannot stand for another machine a moment later.
"""

import ipaddress
import re
import socket
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from core.refusals import Refused
from procurement.prototypes.wording import LIVE

LONGEST = 400
SSH_SHORT = re.compile(r"(?P<user>[A-Za-z0-9_.-]+)@(?P<host>[A-Za-z0-9.-]+):(?P<path>[^:].*)")
HOST = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(\.(?!-)[A-Za-z0-9-]{1,63})*\.?")
PORTS = {"https": 443, "http": 80, "ssh": 22}
TRANSLATED = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("2002::/16"))
"""Ranges in which an IPv6 address carries an IPv4 one, perhaps of an inner network."""


class NotVisited(Refused):
    """An address that is not visited; `code` says why, to be kept and read in any language."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(LIVE[code])


@dataclass(frozen=True)
class Place:
    """An address that may be visited: its parts, and the machine that its name stood for."""

    scheme: str
    host: str
    port: int
    path: str
    user: str
    machine: str

    @property
    def url(self) -> str:
        """The address in its long form, without a query."""
        user = f"{self.user}@" if self.user else ""
        port = "" if PORTS[self.scheme] == self.port else f":{self.port}"
        return f"{self.scheme}://{user}{self.host}{port}{self.path}"


def repository(text: str) -> Place:
    """The place of a git repository, by https or ssh.

    Raises Refused with a sentence for anything else, or where the name stands for a machine inside.
    """
    return _resolved(*_repository(text))


def check_repository(text: str) -> str:
    """The repository's address in its long form, checked without asking the name service.

    Raises Refused with a sentence; a bid is written with it, and resolved only when visited.
    """
    scheme, host, port, path, user = _repository(text)
    _refuse_literal(host)
    return Place(scheme, host, port, path, user, "").url


def page(text: str) -> Place:
    """The place of a live page, by https or http; raises Refused as `repository` does."""
    scheme, host, port, path, user = _parts(text, ("https", "http"))
    if user:
        raise Refused(_("An address with a name or a password in it is not visited."))
    return _resolved(scheme, host, port, path, user)


def check_page(text: str) -> str:
    """The live page's address, by https, checked without asking the name service; raises Refused.

    The page of a test may be there by http; what is visited later may also lead on to http.
    """
    schemes = ("https", "http") if _allowed() else ("https",)
    scheme, host, port, path, user = _parts(text, schemes)
    if user:
        raise Refused(_("An address with a name or a password in it is not visited."))
    _refuse_literal(host)
    return Place(scheme, host, port, path, user, "").url


def _repository(text: str) -> tuple[str, str, int, str, str]:
    short = SSH_SHORT.fullmatch(text.strip())
    if short and "://" not in text:
        text = f"ssh://{short['user']}@{short['host']}/{short['path'].lstrip('/')}"
    schemes = ("https", "ssh", "http") if _allowed() else ("https", "ssh")
    scheme, host, port, path, user = _parts(text, schemes)
    if user and scheme != "ssh":
        raise Refused(_("An address with a name or a password in it is not visited."))
    if not path.strip("/") or path.startswith(("/-", "/.")):
        raise Refused(_("The address names no repository: it ends after the host."))
    return scheme, host, port, path, user


def _parts(text: str, schemes: tuple[str, ...]) -> tuple[str, str, int, str, str]:
    text = text.strip()
    if not text or len(text) > LONGEST or not text.isprintable() or " " in text or "\\" in text:
        raise Refused(_("Enter an address such as https://example.org/team/prototype.git"))
    try:
        parts = urlsplit(text)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        raise Refused(
            _("Enter an address such as https://example.org/team/prototype.git")
        ) from None
    scheme = parts.scheme.lower()
    if scheme not in schemes:
        raise Refused(_("The address begins with one of these: %(schemes)s.")
                      % {"schemes": ", ".join(f"{name}://" for name in schemes)})  # fmt: skip
    if parts.password or not host:
        raise Refused(_("An address with a name or a password in it is not visited.")
                      if host else _("The address names no host."))  # fmt: skip
    if not HOST.fullmatch(host) and not _literal(host):
        raise Refused(_("The address names no host that exists outside."))
    return scheme, host.lower(), port or PORTS[scheme], parts.path or "/", parts.username or ""


def _literal(host: str) -> Any:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _allowed() -> tuple[str, ...]:
    """`host:port` that tests may visit although they lie inside; production knows none."""
    return tuple(getattr(settings, "PROTOTYPE_HOSTS", ()))


def _refuse_literal(host: str) -> None:
    found = _literal(host)
    allowed = any(name.rpartition(":")[0] == host for name in _allowed())
    inside = found is not None and not _outside(found)
    if (inside or host == "localhost" or host.endswith((".localhost", ".local"))) and not allowed:
        raise NotVisited("inside")


def _resolved(scheme: str, host: str, port: int, path: str, user: str) -> Place:
    """The place with the machine it stands for; every address of the name must lie outside."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotVisited("unknown_name") from None
    machines = list(dict.fromkeys(str(row[4][0]) for row in found))
    known = f"{host}:{port}" in _allowed()
    if not known and not all(map(_outside, map(_address, machines))):
        raise NotVisited("inside")
    return Place(scheme, host, port, path, user, machines[0])


def _address(machine: str) -> Any:
    return ipaddress.ip_address(machine.partition("%")[0])


def _outside(address: Any) -> bool:
    """Whether an address is reached over the open Internet, and is one machine's own."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if inner is not None:
            return bool(_outside(inner))
        if any(address in network for network in TRANSLATED):
            return False
    return bool(address.is_global and not address.is_multicast and not address.is_reserved)
