"""`manage.py prepare_database`: bring a database to the tables of this version.

An empty one gets all of them at once, as they stand, and counts as migrated: the road through
every migration takes a minute and leads to the same (a test compares the two). Any other database
is migrated, exactly as by `manage.py migrate`.
"""

from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.core.management.sql import emit_post_migrate_signal, emit_pre_migrate_signal
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder


class Command(BaseCommand):
    help = "Creates all tables of an empty database at once; migrates any other."

    def handle(self, *args: Any, **options: Any) -> None:
        verbosity = options["verbosity"]
        if connection.introspection.table_names():
            call_command("migrate", verbosity=verbosity)
            return
        emit_pre_migrate_signal(verbosity, interactive=False, db=connection.alias)
        create_all()
        emit_post_migrate_signal(verbosity, interactive=False, db=connection.alias)


def create_all() -> None:
    """Every table of every model, and the names of all migrations, in one transaction."""
    known = MigrationLoader(connection).disk_migrations
    with connection.schema_editor() as editor:
        for model in apps.get_models(include_auto_created=True):
            if model._meta.can_migrate(connection) and not model._meta.auto_created:
                editor.create_model(model)
        editor.create_model(MigrationRecorder.Migration)
        recorder = MigrationRecorder(connection)
        for app, name in known:
            recorder.migration_qs.create(app=app, name=name)
