"""Empties the database after a test that commits: only the tables that hold anything.

Django truncates every table, and on PostgreSQL two hundred truncated tables take seconds. The
guards that refuse to be emptied stay in place; they are passed by where the database can do that.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import apps
from django.core.management.sql import emit_post_migrate_signal
from django.db import connection, transaction
from django.db.models.signals import post_migrate

from core import guards

KEPT = {"django_migrations", "django_content_type", "auth_permission"}
"""What does not change while tests run."""


def empty() -> None:
    """Delete every row, and put back what a new database begins with."""
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")  # no trigger fires
            _delete(cursor)
        with _guards_untouched():
            _begin_anew()
    else:
        with connection.constraint_checks_disabled(), transaction.atomic():
            guards.drop()
            with connection.cursor() as cursor:
                _delete(cursor)
        _begin_anew()


def _delete(cursor) -> None:
    tables = [name for name in connection.introspection.django_table_names(only_existing=True)
              if name not in KEPT]  # fmt: skip
    asked = [f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM \"{name}\")" for name in tables]
    for start in range(0, len(asked), 100):
        cursor.execute(" UNION ALL ".join(asked[start : start + 100]))
        for (name,) in cursor.fetchall():
            cursor.execute(f'DELETE FROM "{name}"')


def _begin_anew() -> None:
    emit_post_migrate_signal(verbosity=0, interactive=False, db=connection.alias)


@contextmanager
def _guards_untouched() -> Iterator[None]:
    """The guards are all there: to renew them would take longer than all the rest."""
    said = {"sender": apps.get_app_config("core"), "dispatch_uid": "core.guards"}
    assert post_migrate.disconnect(**said)
    try:
        yield
    finally:
        post_migrate.connect(guards.install, **said)
