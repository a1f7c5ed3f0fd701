"""A road that people walk in their browsers, and that everybody else tries before each of them.

With `PICTURES=folder` each kind of page is also kept there as pictures, 360 and 1200 pixels wide.
"""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from core.models import Event
from tests.browser.crawl import kind_of
from tests.browser.looking import NARROW, WIDE, off_the_side, violations
from tests.browser.windows import SUBMIT, Window, Windows
from tests.browser.wrong_people import Everybody

WAITING = "/waiting/"
COLLEAGUES = {"secretariat": {"secretariat2"}}
"""People of the cast whose duties somebody else has too."""
PICTURES = os.environ.get("PICTURES", "")


class Road:
    """Acts one after the other; each is refused to whoever may not, then done by who may.

    On a road of many acts alike everybody tries each kind of act `once`: at the first address of
    its kind at which the same people may send the same fields.
    """

    once = False

    def __init__(self, windows: Windows, everybody: Everybody) -> None:
        self.windows, self.everybody = windows, everybody
        self.acts = 0
        self.tried: set[tuple[str, frozenset[str], frozenset[str]]] = set()
        self.looked: set[str] = set()
        self.faults: list[str] = []

    def act(
        self, who: str, path: str, values: dict[str, Any] | None = None, *,
        start: str | list[str] = WAITING, right: Iterable[str] = (), press: str = SUBMIT,
        file: tuple[str, Path] | None = None, on_record: bool = True, shows: str = "",
        others_try: bool = True,
    ) -> Window:  # fmt: skip
        """`who` goes from `start` by links to `path`, fills in the form there and sends it.

        Where `start` is `path` itself, it is opened by its address. Before it is sent everybody but
        `who` and `right` tries the same, at the address to which the form is sent. `file` is a
        field with the file chosen there. What stands `on_record` has left at least one event.
        `shows` is a button that only shows what would be. Of acts that differ in nothing but their
        row, the others try the first only (`others_try`).
        """
        ways = [start] if isinstance(start, str) else [*start]
        window = self.visit(who, *ways, *([path] if ways[0] != path else []))
        files = {file[0]: (file[1].name, file[1].read_bytes())} if file else {}
        may, typed = {who, *right}, values or {}
        may |= {other for person in may for other in COLLEAGUES.get(person, ())}
        at_once = window.saves_itself  # what is typed there changes something: others try before
        if others_try and at_once:
            self._tried_by_others(window, press, may, files, typed)
        window.fill({**typed, **({file[0]: file[1]} if file else {})})
        if shows:
            window.press(shows)
        if others_try and not at_once:
            self._tried_by_others(window, press, may, files)
        events = Event.objects.count()
        window.press(press)
        assert Event.objects.count() > events or not on_record, f"{who} {path}: nothing on record"
        self.acts += others_try
        return window

    def _tried_by_others(
        self, window: Window, press: str, may: set[str], files: dict[str, tuple[str, bytes]],
        typed: dict[str, Any] | None = None,
    ) -> None:  # fmt: skip
        path, sent = window.would_send_to(press), window.would_send(press)
        if typed:
            sent = [pair for pair in sent if pair[0] not in typed]
            sent += [(name, "on" if value is True else value) for name, value in typed.items()]
        names = frozenset(name for name, _value in sent)
        kind = str(kind_of(path)), frozenset(may), names
        if not self.once or kind not in self.tried:
            self.tried.add(kind)
            self.everybody.refused(path, sent, may, files)

    def visit(self, who: str, first: str, *further: str) -> Window:
        """`who` opens a page and follows links from there; each kind of page is looked at. Nobody
        in particular (""): somebody who has not signed in."""
        window = self.windows[who].go(first) if who else self.windows.stranger_at(first)
        self.look(window, first)
        for path in further:
            self.look(window.follow(path), path)
        return window

    def see(self, who: str, path: str, *, start: str | list[str] = WAITING) -> Window:
        """`who` goes from `start` by links to a page that is only read, and looks at it."""
        ways = [start] if isinstance(start, str) else [*start]
        return self.visit(who, *ways, *([path] if ways[0] != path else []))

    def walk(self, window: Window, path: str, start: str | list[str]) -> None:
        """Go from `start` by links to `path` in a window that is open."""
        first, *others = [start] if isinstance(start, str) else start
        window.go(first)
        for further in [*others, path] if first != path else []:
            window.follow(further)

    def look(self, window: Window, path: str, kind: str = "") -> None:
        """Look at a page as axe and a narrow window see it, once for each kind of page."""
        kind = kind or str(kind_of(path))
        if kind not in self.looked:
            self.looked.add(kind)
            found = [*violations(window.page), *off_the_side(window.page, NARROW)]
            self.faults += [f"{kind} {path}: {line}" for line in found]
            self._picture(window, kind, NARROW)
            window.page.set_viewport_size({"width": WIDE, "height": 900})
            self._picture(window, kind, WIDE)

    @staticmethod
    def _picture(window: Window, kind: str, width: int) -> None:
        if PICTURES:
            name = f"{kind.replace(':', '-').replace(' ', '-')}-{width}.png"
            window.page.screenshot(path=Path(PICTURES) / name, full_page=True)

    def step(
        self, who: str, row: Any, name: str, *, start: str | list[str] = WAITING,
        right: Iterable[str] = (), reaches: str, values: dict[str, Any] | None = None,
    ) -> Any:  # fmt: skip
        """`who` takes a step of a row, from what waits for them by way of the row's page.

        Returns the row as it stands then, in the state that it `reaches`.
        """
        page = row.get_absolute_url()
        ways = [start] if isinstance(start, str) else [*start]
        self.act(who, row.get_step_url(name), values, right=right,
                 start=[*ways, *([page] if page not in ways else [])])  # fmt: skip
        fresh = type(row)._default_manager.get(pk=row.pk)
        assert fresh.current == reaches, f"{name}: {fresh.current}"
        return fresh
