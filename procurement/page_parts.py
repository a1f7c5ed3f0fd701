"""What later phases add to the pages of a competition: sections, and links to what one may do.

A module that takes part (`apps.MODULES`) registers functions of a competition and a person:

    @page_parts.section(40)
    def keys(competition, user) -> Section | None: ...

    @page_parts.act
    def bid(competition, user) -> list[tuple[str, str]]: ...   # label, address

`public=True` puts them on the page that everybody may open; the person may be anonymous there.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Section:
    """A part of a page: its template, and what that needs besides `competition` and `user`."""

    template: str
    context: dict[str, Any] = field(default_factory=dict)


SectionOf = Callable[[Any, Any], Section | None]
ActsOf = Callable[[Any, Any], list[tuple[str, str]]]

_sections: dict[bool, list[tuple[int, SectionOf]]] = {False: [], True: []}
_acts: dict[bool, list[ActsOf]] = {False: [], True: []}


def section(order: int, *, public: bool = False) -> Callable[[SectionOf], SectionOf]:
    """Add a section; smaller orders stand higher."""

    def declare(function: SectionOf) -> SectionOf:
        if (order, function) not in _sections[public]:
            _sections[public].append((order, function))
        return function

    return declare


def act(function: ActsOf) -> ActsOf:
    """Add links to what a person may do, on the page of officers, panel and oversight."""
    if function not in _acts[False]:
        _acts[False].append(function)
    return function


def public_act(function: ActsOf) -> ActsOf:
    """Add links to what a person may do, on the public page."""
    if function not in _acts[True]:
        _acts[True].append(function)
    return function


def sections(competition: Any, user: Any, *, public: bool = False) -> list[Section]:
    """The sections of a page, in their order."""
    rows = sorted(_sections[public], key=lambda row: row[0])
    return [found for _order, make in rows if (found := make(competition, user)) is not None]


def acts(competition: Any, user: Any, *, public: bool = False) -> list[tuple[str, str]]:
    """What a person may do beside the steps: labels and addresses."""
    return [link for make in _acts[public] for link in make(competition, user)]
