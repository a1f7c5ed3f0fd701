"""The time: the database's, moved only in demos and tests; working days; the account `clock`."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.apps import apps
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext_noop

if TYPE_CHECKING:
    from core.models import Institution, User

SATURDAY = 5
CLOCK_EMAIL = "clock@system.invalid"
CLOCK_NAME = gettext_noop("clock")
_shift: ContextVar[timedelta | None] = ContextVar("shift", default=None)


def now() -> datetime:
    """The present moment by the database's clock, read by a statement of its own, in UTC."""
    postgresql = connection.vendor == "postgresql"
    sql = "SELECT clock_timestamp()" if postgresql else "SELECT strftime('%Y-%m-%d %H:%M:%f','now')"
    with connection.cursor() as cursor:
        cursor.execute(sql)
        found = cursor.fetchone()[0]
    if not postgresql:
        found = datetime.fromisoformat(found)
    moment = found if found.tzinfo else found.replace(tzinfo=UTC)
    return moment.astimezone(UTC) + shift()


def shift() -> timedelta:
    """How far the clock is moved: not at all in production."""
    if not settings.CLOCK_MOVABLE:
        return timedelta()
    moved = _shift.get()
    return settings.CLOCK_SHIFT if moved is None else moved


@contextmanager
def move(delta: timedelta | None = None, *, to: datetime | None = None) -> Iterator[None]:
    """Move the clock by `delta` from where it stands, or to a moment; it runs on from there.

    Raises RuntimeError where the clock cannot be moved (production).
    """
    if not settings.CLOCK_MOVABLE:
        raise RuntimeError("The clock is moved in demos and tests only.")
    further = delta if delta is not None else (to - now() if to else timedelta())
    wanted = shift() + further
    token = _shift.set(wanted)
    try:
        yield
    finally:
        _shift.reset(token)


def zone(institution: "Institution | None" = None) -> ZoneInfo:
    """The time zone of an institution, or of the deployment."""
    return ZoneInfo(institution.zone if institution else settings.TIME_ZONE)


def today(institution: "Institution | None" = None) -> date:
    """The date it is now where the institution is."""
    return now().astimezone(zone(institution)).date()


def local_day(institution: "Institution | None" = None) -> date:
    """The date by this machine's clock, for what is shown, never for a deadline: no statement."""
    return (datetime.now(UTC) + shift()).astimezone(zone(institution)).date()


def end_of(day: date, institution: "Institution | None" = None) -> datetime:
    """24:00 of that day in the institution's zone: the moment at which a date is over."""
    return datetime.combine(day + timedelta(days=1), time(), zone(institution))


def working_days_after(day: date, count: int, institution: "Institution | None" = None) -> date:
    """The `count`-th working day after `day`: no weekend, no holiday of the institution or all."""
    free = (
        apps.get_model("core", "Holiday")
        .objects.filter(day__gt=day)
        .filter(Q(institution=None) | Q(institution=institution))
    )
    holidays = set(free.values_list("day", flat=True)[:1000])
    while count > 0:
        day += timedelta(days=1)
        if day.weekday() < SATURDAY and day not in holidays:
            count -= 1
    return day


def clock_account() -> "User":
    """The named account under which timers act; it cannot sign in."""
    people = apps.get_model("core", "User").objects
    found = people.filter(email=CLOCK_EMAIL).first()
    if found is None:  # two at once make one
        locked = {"name": CLOCK_NAME, "password": make_password(None)}
        found, _new = people.get_or_create(email=CLOCK_EMAIL, defaults=locked)
    return found
