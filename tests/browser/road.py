"""A road that people walk in their browsers, and that everybody else tries before each of them."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from core.models import Event
from tests.browser.crawl import kind_of
from tests.browser.looking import NARROW, WIDE, off_the_side, violations
from tests.browser.windows import SUBMIT, Window, Windows
from tests.browser.wrong_people import Everybody

WAITING = "/waiting/"


class Road:
    """Acts one after the other; each is refused to whoever may not, then done by who may."""

    def __init__(self, windows: Windows, everybody: Everybody) -> None:
        self.windows, self.everybody = windows, everybody
        self.acts = 0
        self.looked: set[str] = set()
        self.faults: list[str] = []

    def act(
        self, who: str, path: str, values: dict[str, Any] | None = None, *,
        start: str | list[str] = WAITING, right: Iterable[str] = (), press: str = SUBMIT,
        file: tuple[str, Path] | None = None, on_record: bool = True,
    ) -> None:  # fmt: skip
        """`who` goes from `start` by links to `path`, fills in the form there and sends it.

        Where `start` is `path` itself, it is opened by its address. Before it is sent everybody but
        `who` and `right` tries the same. `file` is a field with the file chosen there. What stands
        `on_record` has left at least one event.
        """
        window = self.windows[who]
        first, *others = [start] if isinstance(start, str) else start
        window.go(first)
        for further in [*others, path] if first != path else []:
            window.follow(further)
        self.look(window, path)
        files = {file[0]: (file[1].name, file[1].read_bytes())} if file else {}
        window.fill({**(values or {}), **({file[0]: file[1]} if file else {})})
        self.everybody.refused(path, window.would_send(press), {who, *right}, files)
        events = Event.objects.count()
        window.press(press)
        assert Event.objects.count() > events or not on_record, f"{who} {path}: nothing on record"
        self.acts += 1

    def look(self, window: Window, path: str) -> None:
        """Look at a page as axe and a narrow window see it, once for each kind of page."""
        kind = str(kind_of(path))
        if kind not in self.looked:
            self.looked.add(kind)
            found = [*violations(window.page), *off_the_side(window.page, NARROW)]
            self.faults += [f"{kind} {path}: {line}" for line in found]
            window.page.set_viewport_size({"width": WIDE, "height": 900})

    def step(
        self, who: str, row: Any, name: str, *, start: str | list[str] = WAITING,
        right: Iterable[str] = (), reaches: str,
    ) -> Any:  # fmt: skip
        """`who` takes a step of a row, from what waits for them by way of the row's page.

        Returns the row as it stands then, in the state that it `reaches`.
        """
        page = row.get_absolute_url()
        ways = [start] if isinstance(start, str) else [*start]
        self.act(who, row.get_step_url(name), start=[*ways, *([page] if page not in ways else [])],
                 right=right)  # fmt: skip
        fresh = type(row)._default_manager.get(pk=row.pk)
        assert fresh.current == reaches, f"{name}: {fresh.current}"
        return fresh
