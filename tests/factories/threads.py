"""Several at the same moment, each in a thread and on a connection of its own."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection, connections
from django.utils import translation

from core.refusals import Denied, Refused


def many(most: int = 20) -> int:
    """How many at once: so many on PostgreSQL, eight on SQLite, which lets one write at a time."""
    return most if connection.vendor == "postgresql" else min(most, 8)


def at_once(act: Callable[[int], Any], count: int = 8) -> list[Any]:
    """What came of doing it with each number, all let go at the same moment; a "no" is a result.

    In the order of the numbers. Any other exception is raised: none is lost in its thread.
    """
    gate = Barrier(count)

    def run(number: int) -> Any:
        gate.wait()
        try:
            with translation.override("en"):  # a thread begins in the deployment's language
                return act(number)
        except (Refused, Denied) as no:
            return no
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def each_at_once(acts: Sequence[Callable[[], Any]]) -> list[Any]:
    """What came of each of several acts, all let go at the same moment."""
    return at_once(lambda number: acts[number](), len(acts))


def done(results: list[Any]) -> list[Any]:
    """What was not refused."""
    return [result for result in results if not isinstance(result, (Refused, Denied))]
