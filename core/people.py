"""What a person holds today: roles of their own, and roles they stand in for."""

from collections.abc import Callable
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.models import User

audience_providers: list[Callable[["User"], set[str]]] = []
"""Upper rooms add audiences of their own here (boards' seats), as functions of a person."""


class Standing:
    """The roles of one person on one day; `lenders` are those they stand in for, by role."""

    def __init__(
        self, user: "User", day: date, roles: dict[str, set[int]], lenders: dict[str, set[int]]
    ) -> None:
        self.user, self.day, self.roles, self.lenders = user, day, roles, lenders

    def holders(self, role: str) -> set[int]:
        """Whose holding of a global role counts for this person: their own id, or a lender's."""
        return self.roles.get(role, set())

    def audiences(self) -> set[str]:
        """The audiences of turns that speak to this person."""
        me = self.user.pk
        found = {f"user:{me}"} | {f"role:{role}" for role in self.roles}
        for role, people in self.lenders.items():
            found |= {f"user:{person}:{role}" for person in people}
        own = {role for role, people in self.roles.items() if me in people}
        found |= {f"user:{me}:{role}" for role in {"manager", "owner", "product_owner"} | own}
        for provider in audience_providers:
            found |= provider(self.user)
        return found


def holds(user: "User", *roles: str) -> bool:
    """Whether this person holds one of these global roles today, of their own or lent to them."""
    return bool(user.pk) and any(user.standing.holders(role) for role in roles)


def acts_for(user: "User", person_id: int | None, role: str) -> bool:
    """Whether this person is the one named in that role, or stands in for them in it today."""
    if person_id is None or user.pk is None:
        return False
    standing = user.standing
    own = person_id == user.pk and not getattr(standing, "narrowed", False)
    return own or person_id in standing.lenders.get(role, set())


def identities(user: "User") -> set[int]:
    """This person and all they stand in for today: separation of duties is tested on each."""
    return {user.pk}.union(*user.standing.lenders.values())


def on_behalf_of(permission: Any, instance: Any, user: "User") -> int | None:
    """The lender whose role lets this person pass, or None when their own standing does."""
    if not user.standing.lenders:
        return None
    with _narrowed(user, None):
        if permission(instance, user):
            return None
    for lender in sorted(set().union(*user.standing.lenders.values())):
        with _narrowed(user, lender):
            if permission(instance, user):
                return lender
    return None


@contextmanager
def _narrowed(user: "User", lender: int | None) -> "Iterator[None]":
    """Look at a person as if they held only their own roles, or only those of one lender."""
    whole = user.standing
    keep = {user.pk} if lender is None else {lender}
    roles = {role: people & keep for role, people in whole.roles.items() if people & keep}
    lent = {role: people & keep for role, people in whole.lenders.items() if people & keep}
    part = Standing(user, whole.day, roles, {} if lender is None else lent)
    part.narrowed = lender is not None  # type: ignore[attr-defined]
    user.standing = part
    try:
        yield
    finally:
        user.standing = whole
