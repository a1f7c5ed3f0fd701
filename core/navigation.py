"""What stands in the header for whom; every room registers its own pages."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, order=True)
class Item:
    """One entry of the header: where it leads, who sees it, and how much waits behind it."""

    order: int
    url_name: str
    label: Any
    who: Callable[[Any], bool]
    count: Callable[[Any], int | str] | None = None


_items: dict[str, Item] = {}


def anyone(user: Any) -> bool:
    """Everybody who is signed in."""
    return bool(user.is_authenticated)


def register(
    order: int,
    label: Any,
    url_name: str,
    *,
    who: Callable[[Any], bool] = anyone,
    count: Callable[[Any], int | str] | None = None,
) -> None:
    """Put a page into the header for those of whom `who` is true; `count` shows as a badge."""
    _items[url_name] = Item(order, url_name, label, who, count)


def items_for(user: Any) -> list[Item]:
    """The entries that this person sees, in their order; none for somebody not signed in."""
    if not user.is_authenticated:
        return []
    return [item for item in sorted(_items.values()) if item.who(user)]
