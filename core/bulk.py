"""Many rows at once: plain values straight into a table, several times faster than by the models.

For rows whose every value is already right: no `save`, no signal, no validation but the database's.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from itertools import chain, islice
from typing import Any

from django.db import connection, models
from django.utils import timezone

Row = Sequence[Any]
VALUES = 5000
"""Values in one statement on SQLite: each statement, not each row, makes the search index sync."""


def reserve(model: type[models.Model], count: int) -> list[int]:
    """Keys for so many rows to come, in order; inside a transaction that then inserts them."""
    table, column = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
                [f'"{table}"', column, count],
            )
            return [key for (key,) in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = (cursor.fetchone() or (0,))[0]
    return list(range(last + 1, last + 1 + count))


def insert(
    model: type[models.Model], names: Sequence[str], rows: Iterable[Row], **fixed: Any
) -> None:
    """Insert rows of values in the order of `names` (column attributes).

    `fixed` are values that all rows share; every other column gets its field's default, and moments
    that a field sets by itself are now.
    """
    fields = {field.attname: field for field in model._meta.concrete_fields}
    rest = {name: field for name, field in fields.items() if name not in names}
    shared = {name: _default(field) for name, field in rest.items() if not field.primary_key}
    shared |= fixed
    constant = tuple(fields[name].get_db_prep_save(shared[name], connection) for name in shared)
    converters = [(place, convert) for place, name in enumerate(names)
                  if (convert := _converter(fields[name]))]  # fmt: skip
    columns = [str(fields[name].column) for name in [*names, *shared]]
    _write(model._meta.db_table, columns, (_ready(row, converters) + constant for row in rows))


def _ready(row: Row, converters: list[tuple[int, Callable[[Any], Any]]]) -> tuple[Any, ...]:
    values = list(row)
    for place, convert in converters:
        values[place] = convert(values[place])
    return tuple(values)


def _default(field: Any) -> Any:
    own = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    return timezone.now() if own else field.get_default()


def _converter(field: Any) -> Callable[[Any], Any] | None:
    """How a Python value of this field becomes what the driver takes; None when it is the same."""
    if isinstance(field, models.JSONField):
        return lambda value: None if value is None else json.dumps(value, cls=field.encoder)
    if isinstance(field, models.DateTimeField):
        return lambda value: field.get_db_prep_save(value, connection)
    if isinstance(field, models.DateField):
        return connection.ops.adapt_datefield_value
    return None


def _write(table: str, columns: list[str], rows: Iterable[Row]) -> None:
    named = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f'COPY "{table}" ({named}) FROM STDIN') as copy:  # type: ignore[attr-defined]
                for row in rows:
                    copy.write_row(row)
            return
        marks = f"({', '.join(['%s'] * len(columns))})"
        waiting = iter(rows)
        while piece := list(islice(waiting, max(1, VALUES // len(columns)))):
            values = ", ".join([marks] * len(piece))
            statement = f'INSERT INTO "{table}" ({named}) VALUES {values}'  # noqa: S608
            cursor.execute(statement, list(chain.from_iterable(piece)))
