"""How a machine says whose turn it is."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Wait:
    """A step that waits for an audience until a moment (or without one)."""

    step: str
    audience: str
    due: datetime | None = None
    title: str = ""
    url: str = ""
    capacity: str = ""
    not_for: int | None = None


def turn(step: str, audience: str, due: datetime | None = None, *, title: str = "", url: str = "",
         capacity: str = "", not_for: int | None = None) -> Wait:  # fmt: skip
    """Declare, in `Machine.turns`, that a step waits for `user:ID`, `user:ID:manager`, `role:NAME`
    or another room's audience. `user:ID:ROLE` speaks to that person and to their stand-ins;
    `not_for` is a person whom the audience includes but the step excludes: who acted first."""
    return Wait(step, audience, due, title, url, capacity, not_for)
