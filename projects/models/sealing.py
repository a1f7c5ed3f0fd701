"""Columns that the database itself keeps as they are while a row stands in certain states."""

from typing import Any

from django.db.models import Model

from core import guards


def sealed_while(model: type[Model], states: tuple[str, ...], columns: tuple[str, ...]) -> None:
    """Let the database refuse any change of these columns of rows in these states."""

    def trigger(connection: Any) -> list[str]:
        table = model._meta.db_table
        if table not in connection.introspection.table_names():
            return []
        name, among = f"{guards.MARK}{table}_content", ", ".join(f"'{state}'" for state in states)
        postgresql = connection.vendor == "postgresql"
        differs = "IS DISTINCT FROM" if postgresql else "IS NOT"
        changed = " OR ".join(f'NEW."{name}" {differs} OLD."{name}"' for name in columns)
        when = f"OLD.state IN ({among}) AND NEW.state IN ({among}) AND ({changed})"
        if postgresql:
            return [f'CREATE TRIGGER "{name}" BEFORE UPDATE ON "{table}" FOR EACH ROW '
                    f"WHEN ({when}) EXECUTE FUNCTION compuerta_refuse()"]  # fmt: skip
        return [f'CREATE TRIGGER "{name}" BEFORE UPDATE ON "{table}" WHEN {when} '
                f"BEGIN SELECT RAISE(ABORT, 'rows of {table} stay as they are'); END"]  # fmt: skip

    guards.statements(trigger)
