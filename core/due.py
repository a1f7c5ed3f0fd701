"""What falls due by the clock: found by every room, acted on once, in the order in which it did.

A room registers a source with `falls_due`; it yields what is due at a moment, each with the moment
at which it fell due. After an outage the clock so goes through everything in the order in which it
would have happened, whatever room it lies in.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from core import clock
from core.outbox import at_each_tick
from core.refusals import Refused
from core.steps import perform

ROUNDS = 2000
"""How often one tick looks again at most; each time for what its own acts have made due."""
AT_ONCE = timedelta(hours=1)
"""After an outage so much of the past is done at once, before looking again at what is due."""
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Due:
    """Something that fell due at a moment; `act` does it, in a transaction of its own.

    `act` must bear being repeated: another worker may be faster, or have been killed in between.
    It returns something true when it did something.
    `key` names the thing once and for all, and decides the order among those of the same moment.
    """

    at: datetime
    key: str
    act: Callable[[], object]


class Outcome(NamedTuple):
    """How many things were done, and how many could not be (each is in the log)."""

    done: int
    failed: int


Source = Callable[[datetime], Iterable[Due]]
_sources: list[Source] = []


def falls_due(source: Source) -> Source:
    """Register a source of what falls due; it is asked with the present moment, in UTC."""
    if source not in _sources:
        _sources.append(source)
    return source


def steps(rows: Iterable[Any], name: str, *, at: Callable[[Any], datetime | None]) -> list[Due]:
    """A step of the clock for each row whose moment `at(row)` has come; None never comes.

    A row that somebody else moved meanwhile, or whose guard says no, stays as it is.
    """
    now, found = clock.now(), []
    for row in rows:
        moment = at(row)
        if moment is not None and moment <= now:
            key = f"{row._meta.label_lower}:{name}:{row.pk}"
            found.append(Due(moment, key, _step(row, name)))
    return found


def _step(row: Any, name: str) -> Callable[[], object]:
    def take() -> object:
        try:
            return perform(row, name, by=clock.clock_account())
        except Refused:  # its guard says no, or somebody was faster
            return None

    return take


def act() -> Outcome:
    """Do what is due now, the oldest first, and what that makes due.

    The past is gone through hour by hour, so that what an act makes due keeps its place in order.
    A failure is logged and leaves the others to be done; it is tried again at the next tick.
    """
    tried: set[str] = set()
    done = failed = 0
    for _round in range(ROUNDS):
        found, broken = _collect(tried)
        failed += broken
        if not found:
            break
        for due in [due for due in found if due.at <= found[0].at + AT_ONCE]:
            tried.add(due.key)
            try:
                done += bool(due.act())
            except Exception:
                failed += 1
                log.exception("The clock's work %s failed", due.key)
    return Outcome(done, failed)


def _collect(tried: set[str]) -> tuple[list[Due], int]:
    """What is due and was not tried yet in this tick, the oldest first; how many could not say."""
    now, broken = clock.now(), 0
    found: dict[str, Due] = {}
    for source in _sources:
        name = f"{source.__module__}.{source.__qualname__}"
        if name in tried:
            continue
        try:
            found.update({due.key: due for due in source(now) if due.key not in tried})
        except Exception:
            broken += 1
            tried.add(name)
            log.exception("The clock could not ask %s what is due", name)
    return sorted(found.values(), key=lambda due: (due.at, due.key)), broken


class Failed(RuntimeError):
    """Some of what was due could not be done; each is in the log."""


@at_each_tick
def all_that_is_due() -> None:
    """Everything that fell due, in its order; raises Failed when something could not be done."""
    if failed := act().failed:
        raise Failed(f"{failed} of what was due failed")
