"""What the database itself refuses: triggers kept outside migrations, installed after each.

SQLite rebuilds a table to alter it and drops its triggers; `REPLACE` deletes rows without
delete triggers. So the triggers are (re)created after every `migrate`, and inserts are guarded too.
"""

from collections.abc import Callable
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

MARK = "compuerta_"
_append_only: list[type[Model]] = []
_keep: list[type[Model]] = []
_more: list[Callable[[BaseDatabaseWrapper], list[str]]] = []


def append_only(model: type[Model]) -> type[Model]:
    """Rows of this model may be inserted, never changed or removed: by nobody, with any SQL."""
    _append_only.append(model)
    return model


def kept(model: type[Model]) -> type[Model]:
    """Rows of this model may change, but are never removed."""
    _keep.append(model)
    return model


def stays(model: type[Model]) -> bool:
    """Whether rows of this model are never removed."""
    return model in _append_only or model in _keep


def statements(maker: Callable[[BaseDatabaseWrapper], list[str]]) -> Callable[..., list[str]]:
    """Register a maker of further SQL (triggers, search tables) for one connection; idempotent."""
    _more.append(maker)
    return maker


def refusal(connection: BaseDatabaseWrapper, table: str, name: str, event: str, *, when: str,
            sentence: str) -> list[str]:  # fmt: skip
    """SQL of a guard that refuses an event (INSERT, UPDATE or DELETE) on rows of a table.

    `when` is a condition on OLD and NEW that both databases read alike.
    """
    guard, put = f'"{MARK}{table}_{name}"', f'BEFORE {event} ON "{table}"'
    if connection.vendor != "postgresql":
        body = f"BEGIN SELECT RAISE(ABORT, '{sentence}'); END"
        return [f"CREATE TRIGGER {guard} {put} WHEN {when} {body}"]
    row = "OLD" if event == "DELETE" else "NEW"
    return [
        f"CREATE OR REPLACE FUNCTION {guard}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {when} THEN RAISE EXCEPTION '{sentence}'; END IF; RETURN {row}; END $$",
        f"CREATE TRIGGER {guard} {put} FOR EACH ROW EXECUTE FUNCTION {guard}()",
    ]


def closed(connection: BaseDatabaseWrapper, table: str, condition: str,
           sentence: str) -> list[str]:  # fmt: skip
    """SQL of guards: rows of a table are neither changed, removed nor joined while a condition
    holds, in which `{0}` stands for the row; nothing where there is no such table yet."""
    if table not in connection.introspection.table_names():
        return []
    old, new = condition.format("OLD"), condition.format("NEW")
    events = {"INSERT": new, "UPDATE": f"{old} OR {new}", "DELETE": old}
    found = []
    for event, when in events.items():
        name = f"closed_{event.lower()}"
        found += refusal(connection, table, name, event, when=when, sentence=sentence)
    return found


def install(using: str = "default", **_: Any) -> None:
    """Create every guard that the tables of this database lack; drop and renew what is there."""
    connection = connections[using]
    drop(using)
    tables = set(connection.introspection.table_names())
    wanted: list[str] = []
    for model in _append_only:
        if model._meta.db_table in tables:
            wanted += _guards(connection, model, changes=True)
    for model in _keep:
        if model._meta.db_table in tables:
            wanted += _guards(connection, model, changes=False)
    with connection.cursor() as cursor:
        for statement in wanted:
            cursor.execute(statement)
        for maker in _more:
            for statement in maker(connection):
                cursor.execute(statement)


def drop(using: str = "default") -> None:
    """Remove all guards (before tables are emptied between tests, or rebuilt by a migration)."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for name, table in installed(using):
            if connection.vendor == "postgresql":
                cursor.execute(f'DROP TRIGGER IF EXISTS "{name}" ON "{table}"')
            else:
                cursor.execute(f'DROP TRIGGER IF EXISTS "{name}"')


def step_aside(using: str = "default", plan: Any = (), **_signal: Any) -> None:
    """Let migrations through, if there are any to apply: they rebuild tables that guards name.

    `install` puts every guard back when the migrations are done.
    """
    if plan:
        drop(using)


def installed(using: str = "default") -> list[tuple[str, str]]:
    """Name and table of every guard present in the database, in the order of their names."""
    connection = connections[using]
    if connection.vendor == "postgresql":
        sql = (
            "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT t.tgisinternal "
            "AND n.nspname = current_schema() AND t.tgname LIKE %s ORDER BY 1, 2"
        )
    else:
        sql = (
            "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger' "
            "AND name LIKE %s ORDER BY 1, 2"
        )
    with connection.cursor() as cursor:
        cursor.execute(sql, [f"{MARK}%"])
        return [(name, table) for name, table in cursor.fetchall()]


def _guards(connection: BaseDatabaseWrapper, model: type[Model], *, changes: bool) -> list[str]:
    table, key = model._meta.db_table, str(model._meta.pk.column)
    if connection.vendor == "postgresql":
        return _postgresql(table, changes)
    return _sqlite(table, key, _unique_columns(model), changes)


def _postgresql(table: str, changes: bool) -> list[str]:
    refuse = (
        "CREATE OR REPLACE FUNCTION compuerta_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'rows of % are kept as they are', TG_TABLE_NAME; END $$"
    )
    rows = "UPDATE OR DELETE" if changes else "DELETE"
    return [
        refuse,
        f'CREATE TRIGGER "{MARK}{table}_rows" BEFORE {rows} ON "{table}" '
        "FOR EACH ROW EXECUTE FUNCTION compuerta_refuse()",
        f'CREATE TRIGGER "{MARK}{table}_truncate" BEFORE TRUNCATE ON "{table}" '
        "FOR EACH STATEMENT EXECUTE FUNCTION compuerta_refuse()",
    ]


def _sqlite(table: str, key: str, unique: list[list[str]], changes: bool) -> list[str]:
    refuse = f"SELECT RAISE(ABORT, 'rows of {table} are kept as they are'); END"
    taken = [f'"{key}" = NEW."{key}"']
    taken += [" AND ".join(f'"{c}" = NEW."{c}"' for c in columns) for columns in unique]
    # one question for each unique key: each is one look into its own index
    asked = [f'EXISTS (SELECT 1 FROM "{table}" WHERE {one})' for one in taken]  # noqa: S608
    found = " OR ".join(asked)
    result = [
        f'CREATE TRIGGER "{MARK}{table}_delete" BEFORE DELETE ON "{table}" BEGIN {refuse}',
        f'CREATE TRIGGER "{MARK}{table}_replace" BEFORE INSERT ON "{table}" '
        f"WHEN {found} BEGIN {refuse}",
    ]
    if changes:
        result.append(
            f'CREATE TRIGGER "{MARK}{table}_update" BEFORE UPDATE ON "{table}" BEGIN {refuse}'
        )
    return result


def _unique_columns(model: type[Model]) -> list[list[str]]:
    fields = model._meta.concrete_fields
    names = {field.name: str(field.column) for field in fields}
    columns = [[names[field.name]] for field in fields if field.unique and not field.primary_key]
    for constraint in model._meta.total_unique_constraints:
        columns.append([names[name] for name in constraint.fields])
    return columns
