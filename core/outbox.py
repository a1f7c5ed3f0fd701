"""The outbox: the database is the queue of record, a broker only hurries it.

A job is written in the transaction that causes it, and marked done in that of its effect.
So neither a dead broker nor a worker killed at any point loses or doubles anything in the database.
"""

import json
import logging
import time
from collections.abc import Callable, Container
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from celery import current_app
from django.db import connection, transaction
from django.db.models import F
from kombu.exceptions import LimitExceeded, OperationalError
from kombu.pools import producers

from core import clock
from core.models import Job

LEASE = timedelta(seconds=60)
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=1)
QUIET_SECONDS = 30.0
"""After a failed nudge the broker is left alone for so long: no request waits for a dead one."""

PATIENCE = 1.0
ONE_TRY = {"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0,
           "socket_connect_timeout": PATIENCE, "socket_timeout": PATIENCE}  # fmt: skip
MESSAGE: dict[str, Any] = {"retry": False, "ignore_result": True, "expires": 60}

Handler = Callable[[dict[str, Any]], None]
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Entry:
    function: Handler
    outside: bool


_handlers: dict[str, _Entry] = {}
_ticks: list[Callable[[], None]] = []
_quiet = {"until": 0.0}


def handler(name: str, *, outside: bool = False) -> Callable[[Handler], Handler]:
    """Register what does the jobs of this name, within the transaction that marks them done.

    `outside` is for effects beyond the database (a mail): no transaction is open while they last,
    and after a crash they happen again, so they must bear being repeated.
    """

    def declare(function: Handler) -> Handler:
        _handlers[name] = _Entry(function, outside)
        return function

    return declare


def at_each_tick(function: Callable[[], None]) -> Callable[[], None]:
    """Call this function every minute: the clock's own work; it must bear being repeated."""
    if function not in _ticks:
        _ticks.append(function)
    return function


def tick(without: Container[Callable[[], None]] = ()) -> int:
    """Do the clock's work of every room, each for itself; returns how many of them failed."""
    failures = 0
    for function in (function for function in _ticks if function not in without):
        try:
            function()
        except Exception:
            failures += 1
            log.exception("The clock's work %s.%s failed", function.__module__, function.__name__)
    return failures


def later(key: str, name: str, payload: dict[str, Any], due: datetime | None = None) -> None:
    """Write down a job in the present transaction, unless one with this key is known already."""
    job = Job(key=key, name=name, payload=json.dumps(payload, sort_keys=True), due=due)
    Job.objects.bulk_create([job], ignore_conflicts=True)
    hooks = getattr(connection, "run_on_commit", ())
    if due is None and not any(hook[1] is nudge for hook in hooks):
        transaction.on_commit(nudge)


def nudge() -> None:
    """Ask a worker to drain now. When the broker is away beat drains within seconds anyway."""
    if time.monotonic() < _quiet["until"]:
        return
    try:
        line = _line(str(current_app.conf.broker_write_url))
        with producers[line].acquire(block=True, timeout=PATIENCE) as producer:
            current_app.send_task("core.tasks.drain", producer=producer, **MESSAGE)
    except (OperationalError, LimitExceeded, OSError) as error:
        _quiet["until"] = time.monotonic() + QUIET_SECONDS
        log.warning("The broker is away (%s); jobs wait for the next drain", error)


@lru_cache(maxsize=4)
def _line(url: str) -> Any:
    """A line to the broker that is tried once; kombu itself would try again for many seconds."""
    options = {**current_app.conf.broker_transport_options, **ONE_TRY}
    return current_app.connection_for_write(
        url, connect_timeout=PATIENCE, transport_options=options
    )


def drain(seconds: float = 30.0) -> int:
    """Do the jobs that are due, the oldest first, for so many seconds at most; returns how many."""
    done, until = 0, time.monotonic() + seconds
    while time.monotonic() < until:
        job = claim()
        if job is None:
            break
        done += do(job)
    return done


def claim() -> Job | None:
    """Take the oldest due job into one's hands for the length of a lease."""
    now = clock.now()
    if not Job.objects.claimable(now).exists():
        return None
    with transaction.atomic():
        rows = Job.objects.claimable(now).select_for_update(skip_locked=True)
        job = rows.order_by("pk").first()
        if job is None:
            return None
        mine = Job.objects.claimable(now).filter(pk=job.pk, attempts=job.attempts)
        if not mine.update(attempts=F("attempts") + 1, lease_until=now + LEASE):
            return None
        job.attempts += 1
    return job


def do(job: Job) -> bool:
    """Do one claimed job and mark it done; on failure keep the error and try again later."""
    try:
        entry = _handlers[job.name]
        if entry.outside:
            entry.function(json.loads(job.payload))
            return bool(_mine(job).update(done_at=clock.now(), lease_until=None, last_error=""))
        with transaction.atomic():
            if not _mine(job).select_for_update().exists():
                return False
            entry.function(json.loads(job.payload))
            _mine(job).update(done_at=clock.now(), lease_until=None, last_error="")
        return True
    except Exception as error:
        log.exception("Job %s failed, attempt %d", job.key, job.attempts)
        _put_off(job, error)
        return False


def _mine(job: Job) -> Any:
    """The job's row, as long as nobody has claimed it after us."""
    return Job.objects.filter(pk=job.pk, attempts=job.attempts, done_at=None)


def _put_off(job: Job, error: Exception) -> None:
    wait = min(FIRST_WAIT * 2 ** min(job.attempts - 1, 20), LONGEST_WAIT)
    text = f"{type(error).__name__}: {error}"[:2000]
    _mine(job).update(due=clock.now() + wait, lease_until=None, last_error=text)
