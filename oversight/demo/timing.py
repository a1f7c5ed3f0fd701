"""Plays in time: each waits its days, all go on in the order of the simulated clock."""

import heapq
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta

from core import clock, digest, outbox

Play = Iterator[float]
"""A play acts, then yields how many days pass before it goes on."""
FROM_THE_CLOCK = 5.0
"""Days between two rounds of the clock's own work."""


def run(plays: Iterable[tuple[float, Play]], *, days: float, tell: Callable[[str], None]) -> None:
    """Let plays begin so many days after the start, `days` ago, and go on until today.

    A play that would go on after today stays as it is: that is the state it shows.
    """
    now = clock.now().astimezone(UTC)
    start = now - timedelta(days=days)
    waiting = [(begin, number, play) for number, (begin, play) in enumerate(plays)]
    waiting.append((FROM_THE_CLOCK, -1, _clock()))
    heapq.heapify(waiting)
    while waiting:
        at, number, play = heapq.heappop(waiting)
        moment = start + timedelta(days=at)
        if moment >= now:
            break
        pause = _go_on(play, moment)
        if pause is not None:
            heapq.heappush(waiting, (at + pause, number, play))
    tell(f"{days:.0f} days")


def _go_on(play: Play, moment: datetime) -> float | None:
    with clock.move(to=moment):
        return next(play, None)


def _clock() -> Play:
    """What the clock does by itself: timers, and telling people what happened.

    Digests of days long past are left out: everybody gets one, of everything, at the end.
    """
    while True:
        outbox.tick(without=[digest.make_due])
        outbox.drain()
        yield FROM_THE_CLOCK
