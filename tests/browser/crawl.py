"""Which pages there are for whom: every role follows the links of its pages, without a browser."""

import html
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.test import Client
from django.urls import Resolver404, resolve

from core.cast import CAST
from core.models import User
from tests.browser.wrong_people import says_no

LINK = re.compile(r'<a\b[^>]*\shref="([^"]*)"')
IN_THE_WAY = re.compile(r'<section[^>]* id="draw".*?</section>', re.DOTALL)
"""What stands in the way of money is told to all, with links for those who can mend it."""
LIKE_OTHERS = {"assessor2", "member2", "member3", "secretariat2"}
"""People of the cast who have the same roles as somebody else."""
EXAMPLES = 1
"""How many examples of one kind of page each person opens."""
DOORS = ("/", "/waiting/", "/portfolio/", "/inbox/", "/accounts/2fa/")
PUBLIC_DOORS = ("/accounts/login/", "/history/checkpoints/")


@dataclass(frozen=True)
class Kind:
    """What tells pages apart: the name of the address, the step or kind asked for, the state."""

    name: str
    step: str = ""
    state: str = ""

    def __str__(self) -> str:
        return " ".join(part for part in (self.name, self.step, self.state) if part)


@dataclass
class Site:
    """What was found: an example of each kind of page with who saw it, and dead links."""

    pages: dict[Kind, tuple[str, str]] = field(default_factory=dict)
    dead: list[str] = field(default_factory=list)
    names: set[str] = field(default_factory=set)


def walk() -> Site:
    """Let everybody of the cast, and a stranger, follow the links from the doors."""
    site = Site()
    for member in CAST:
        if member.local not in LIKE_OTHERS:
            client = Client(headers={"accept-language": "es"})
            person = User.objects.get(email=member.email)
            client.force_login(person, settings.AUTHENTICATION_BACKENDS[-1])
            Visit(site, member.local, client).start(DOORS)
    Visit(site, "", Client(headers={"accept-language": "es"})).start(PUBLIC_DOORS)
    return site


class Visit:
    """One person's walk from page to page."""

    def __init__(self, site: Site, local: str, client: Client) -> None:
        self.site, self.local, self.client = site, local, client
        self.opened: dict[Kind, int] = {}
        self.known: set[str] = set()
        self.ahead: deque[tuple[str, str, bool]] = deque()

    def start(self, doors: tuple[str, ...]) -> None:
        for door in doors:
            self._put(door, "the door")
        while self.ahead:
            self._open(*self.ahead.popleft())

    def _put(self, path: str, origin: str, *, for_others: bool = False) -> None:
        if path not in self.known:
            self.known.add(path)
            self.ahead.append((path, origin, for_others))

    def _open(self, path: str, origin: str, for_others: bool) -> None:
        kind = kind_of(path)
        if kind is None or self.opened.get(kind, 0) >= EXAMPLES:
            return
        self.opened[kind] = self.opened.get(kind, 0) + 1
        answer = self.client.get(path)
        if answer.status_code in (301, 302):
            if not urlsplit(answer["Location"]).netloc:
                self._put(answer["Location"], path)
        elif answer.status_code == 200:
            self.site.names.add(kind.name)
            self._read(kind, path, answer)
        elif not (for_others and answer.status_code == 403 and says_no(answer)):
            who = self.local or "nobody"
            self.site.dead.append(f"{who}: {path} on {origin}: {answer.status_code}")
        answer.close()

    def _read(self, kind: Kind, path: str, answer: Any) -> None:
        if not answer["Content-Type"].startswith("text/html"):
            return
        self.site.pages.setdefault(kind, (self.local, path))
        page = answer.content.decode()
        for link in links(path, IN_THE_WAY.sub("", page)):
            self._put(link, path)
        for part in IN_THE_WAY.findall(page):
            for link in links(path, part):
                self._put(link, path, for_others=True)


def links(path: str, page: str) -> Iterator[str]:
    """The addresses of ours to which a page leads."""
    for found in LINK.findall(page):
        link = html.unescape(found).partition("#")[0]
        if link.startswith("?"):
            link = path.partition("?")[0] + link
        if link.startswith("/") and not link.startswith(("//", "/static/")):
            yield link


def kind_of(path: str) -> Kind | None:
    """What kind of page an address leads to; None for Django's own administration."""
    try:
        found = resolve(path.partition("?")[0])
    except Resolver404:
        return Kind(path)
    if found.app_names[:1] == ["admin"]:
        return None
    asked = re.search(r"[?&](?:kind|format)=(\w+)", path)
    step = found.kwargs.get("step", "") or (asked.group(1) if asked else "")
    return Kind(found.view_name, step, "" if asked else _state(found))


def _state(found: Any) -> str:
    """The state of the row that a page is about, where its row has one; each board is its own."""
    if found.view_name == "gating:board_detail":
        return str(found.kwargs["code"])
    model = getattr(getattr(found.func, "view_class", None), "model", None)
    if not hasattr(model, "state_field") or not found.view_name.endswith("_detail"):
        return ""
    rows = model._base_manager.filter(**found.kwargs)
    return str(rows.values_list(model.state_field, flat=True).first() or "")
