"""Rows that many tests begin with: made once by the real rules, put back for the next test.

Most of a test's time is the road to where it begins: a published competition takes some forty
steps. A factory marked `@stocked` goes that road when it is called; what it has changed in the
database is read off and, for a minute or so, put back instead when a later test of the process
calls it at the same place. The same place means: since the test began nothing was written but by
such factories, called in the same order with the same arguments, in the same language, at the same
shift of the clock. A test that has written anything of its own gets no row from here, nor does one
that commits, or that changes settings or code.
"""

import datetime
import itertools
import pickle
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache, wraps
from types import SimpleNamespace
from typing import Any

from django.apps import apps
from django.db import DatabaseError, connection, models
from django.utils.translation import get_language

from core import clock

SECONDS = 90.0
"""So long rows are put back: they carry the moment at which they were made."""
TABLE = re.compile(
    r'\s*(?:INSERT\s+(?:OR\s+\w+\s+)?INTO|REPLACE\s+INTO|UPDATE|DELETE\s+FROM)\s+"?(\w+)"?', re.I
)
POINT = re.compile(r'\s*(SAVEPOINT|ROLLBACK TO SAVEPOINT)\s+"?(\w+)"?')
HARMLESS = ("SELECT", "RELEASE", "PRAGMA", "SET ", "EXPLAIN", "BEGIN", "COMMIT")
UNFIT = {"transactional_db", "live_server", "settings", "monkeypatch",
         "django_capture_on_commit_callbacks"}  # fmt: skip
"""Fixtures whose tests build everything themselves."""
PLAIN = (str, int, bytes, float, Decimal, datetime.date, datetime.timedelta, type(None))


@dataclass
class Making:
    """A factory at work: the tables that it has written to, as they were before."""

    before: dict[str, dict[Any, Any]] = field(default_factory=dict)
    unknown: bool = False


@dataclass
class Place:
    """Where a test stands: the number of what it was last given, or that it has gone on from it."""

    number: int = 0
    clean: bool = True
    making: list[Making] = field(default_factory=list)
    points: list[tuple[str, int, bool]] = field(default_factory=list)


@dataclass(frozen=True)
class Same:
    """The factory returned what it was given, at this place."""

    place: int


@dataclass(frozen=True)
class Made:
    """What a factory has changed, table by table, and what it returned."""

    number: int
    at: float
    changes: list[tuple[str, list, list, list]]
    result: bytes
    """What it returned, and what it set on the rows and people that it was given; pickled."""


_place: Place | None = None
_stock: dict[tuple, Made] = {}
_numbers = itertools.count(1)


@contextmanager
def at_hand() -> Iterator[None]:
    """Let the factories of one test use the stock."""
    global _place  # noqa: PLW0603
    _place, late = Place(), time.monotonic() - SECONDS
    for key in [key for key, made in _stock.items() if made.at < late]:
        del _stock[key]
    try:
        with connection.execute_wrapper(_watch):
            yield
    finally:
        _place = None


def stocked(factory: Callable) -> Callable:
    """Mark a factory whose rows may be put back."""

    @wraps(factory)
    def call(*args: Any, **said: Any) -> Any:
        place = _place
        if place is None or not place.clean:
            return factory(*args, **said)
        try:
            asked = (factory, get_language(), clock.shift(), _key(args), _key(said))
        except TypeError:
            return factory(*args, **said)
        given = [one for one in (*args, *said.values())
                 if isinstance(one, models.Model | SimpleNamespace)]  # fmt: skip
        return _given(place, (place.number, *asked), given, lambda: factory(*args, **said))

    return call


def _given(place: Place, key: tuple, given: list, work: Callable[[], Any]) -> Any:
    """What is in stock, put back, or made now."""
    made = _stock.get(key)
    if made is None or time.monotonic() - made.at > SECONDS or not _put_back(place, made):
        return _make(place, key, given, work)
    place.number = made.number
    result, after = pickle.loads(made.result)
    for one, known in zip(given, after, strict=True):
        vars(one).update(known)
    return given[result.place] if isinstance(result, Same) else result


def _make(place: Place, key: tuple, given: list, work: Callable[[], Any]) -> Any:
    making, before = Making(), [dict(vars(one)) for one in given]
    place.making.append(making)
    try:
        result = work()
    finally:
        place.making.pop()
    place.number, place.clean = next(_numbers), True
    same = [Same(number) for number, one in enumerate(given) if one is result]
    after = [{name: value for name, value in vars(one).items()
              if name not in known or known[name] is not value}
             for one, known in zip(given, before, strict=True)]  # fmt: skip
    try:
        kept = pickle.dumps((same[0] if same else result, after))
    except (TypeError, AttributeError, pickle.PicklingError):
        making.unknown = True
    if making.unknown:
        place.clean = False
    else:
        _stock[key] = Made(place.number, time.monotonic(), _changes(making), kept)
    return result


def _key(value: Any) -> Any:
    """An argument as something to be compared. Raises TypeError for what has no simple value."""
    if isinstance(value, models.Model):
        return value._meta.label, value.pk
    if isinstance(value, PLAIN):
        return type(value).__name__, value
    if isinstance(value, SimpleNamespace):
        value = vars(value)
    if isinstance(value, dict):
        return tuple((name, _key(one)) for name, one in value.items())
    if isinstance(value, list | tuple):
        return tuple(map(_key, value))
    raise TypeError


# What is written


def _watch(execute: Callable, sql: str, params: Any, many: bool, context: dict) -> Any:
    """Notice what a test writes, and where it goes back to."""
    if (place := _place) is not None and not sql.lstrip().startswith(HARMLESS):
        if point := POINT.match(sql):
            _point(place, *point.groups())
        else:
            _written(place, TABLE.match(sql))
    return execute(sql, params, many, context)


def _point(place: Place, verb: str, name: str) -> None:
    if verb == "SAVEPOINT":
        place.points.append((name, place.number, place.clean))
        return
    while place.points and place.points[-1][0] != name:
        place.points.pop()
    if place.points:
        _name, place.number, place.clean = place.points[-1]


def _written(place: Place, found: re.Match | None) -> None:
    place.clean = False
    _note(place, found[1] if found else "")


def _note(place: Place, table: str) -> None:
    """Before a table is written to: how it is now, for every factory at work."""
    for making in place.making:
        if table not in _tables():
            making.unknown = True
        elif table not in making.before:
            making.before[table] = _rows(table)


@cache
def _tables() -> dict[str, tuple[str, list[str]]]:
    """Every table: its key and its columns."""
    found = apps.get_models(include_auto_created=True)
    return {
        model._meta.db_table: (
            model._meta.pk.column, [one.column for one in model._meta.concrete_fields],
        )
        for model in found if model._meta.managed and not model._meta.proxy
    }  # fmt: skip


def _rows(table: str) -> dict[Any, Any]:
    """All rows of a table as the database keeps them, by their keys."""
    key, columns = _tables()[table]
    if connection.vendor == "postgresql":
        sql = f'SELECT t."{key}", row_to_json(t)::text FROM "{table}" t ORDER BY 1'
        return dict(_run(sql).fetchall())
    plain = ", ".join(f'+"{column}"' for column in columns)
    at = columns.index(key)
    return {row[at]: row for row in _run(f'SELECT {plain} FROM "{table}" ORDER BY 1')}


def _changes(making: Making) -> list[tuple[str, list, list, list]]:
    """Per table: the keys that are gone, the rows that differ, the rows that are new."""
    found = []
    for table, before in making.before.items():
        after = _rows(table)
        gone = [key for key in before if key not in after]
        other = [row for key, row in after.items() if key in before and before[key] != row]
        new = [row for key, row in after.items() if key not in before]
        if gone or other or new:
            found.append((table, gone, other, new))
    return found


# What is put back


def _put_back(place: Place, made: Made) -> bool:
    """Write what was made; False, and nothing, where the database refuses it in one piece."""
    for table, *_rest in made.changes:
        _note(place, table)
    _run("SAVEPOINT stock")
    try:
        for table, gone, other, new in made.changes:
            for key in gone:
                _run(f'DELETE FROM "{table}" WHERE "{_tables()[table][0]}" = {_mark()}', [key])
            for row in other:
                _update(table, row)
            if new:
                _insert(table, new)
    except (DatabaseError, connection.Database.Error):
        _run("ROLLBACK TO SAVEPOINT stock")
        return False
    finally:
        _run("RELEASE SAVEPOINT stock")
    return True


def _insert(table: str, rows: list) -> None:
    columns = _tables()[table][1]
    named = ", ".join(f'"{column}"' for column in columns)
    if connection.vendor == "postgresql":
        sql = f'INSERT INTO "{table}" ({named}) SELECT {named} FROM {_recordset(table)}'
        _run(sql, [f"[{','.join(rows)}]"])
        return
    marks = ", ".join("?" * len(columns))
    connection.connection.executemany(f'INSERT INTO "{table}" ({named}) VALUES ({marks})', rows)


def _update(table: str, row: Any) -> None:
    key, columns = _tables()[table]
    if connection.vendor == "postgresql":
        sets = ", ".join(f'"{column}" = r."{column}"' for column in columns)
        where = f'{_recordset(table)} r WHERE t."{key}" = r."{key}"'
        _run(f'UPDATE "{table}" t SET {sets} FROM {where}', [f"[{row}]"])
        return
    sets = ", ".join(f'"{column}" = ?' for column in columns)
    _run(f'UPDATE "{table}" SET {sets} WHERE "{key}" = ?', [*row, row[columns.index(key)]])


def _recordset(table: str) -> str:
    return f'json_populate_recordset(NULL::"{table}", %s::json)'


def _mark() -> str:
    return "%s" if connection.vendor == "postgresql" else "?"


def _run(sql: str, params: Any = ()) -> Any:
    """A statement past Django, so that values stay as they are kept, and it is not watched."""
    return connection.connection.cursor().execute(sql, params)
