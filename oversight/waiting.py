"""What waits for a person, ready for the page: labels in their language, lateness, the link."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from core import clock, turns
from core.machines import wait_label
from core.models import Turn, User

SOON = timedelta(days=3)


@dataclass(frozen=True)
class Row:
    """One turn as people read it."""

    label: str
    title: str
    url: str
    due: datetime | None
    late: bool
    soon: bool
    since: datetime


def rows(found: Any) -> list[Row]:
    """The turns of a page or slice, each with its label and how near its deadline is."""
    now = clock.now()
    return [row(turn, now) for turn in found]


def row(turn: Turn, now: datetime) -> Row:
    """One turn, with its label in the language of the reader."""
    due = turn.due
    return Row(
        label=wait_label(turn.target_label, turn.step), title=turn.title, url=turn.url, due=due,
        late=due is not None and due < now, soon=due is not None and now <= due < now + SOON,
        since=turn.since,
    )  # fmt: skip


def badge(user: User) -> str:
    """How much waits, for the header: nothing, a number, or 99+."""
    count = turns.count_for(user)
    return "" if not count else _("99+") if count > 99 else str(count)
