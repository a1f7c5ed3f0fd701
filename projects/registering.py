"""Many projects at once: as many case files, first events and kept numbers, in a few statements."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db import connection, transaction

from core import clock, history, turns
from core.models import Dossier, Event, Turn, User
from projects import totals
from projects.folding import fold
from projects.models import Project, Register

PIECE = 500


@transaction.atomic
def register_many(
    projects: Iterable[Project],
    *,
    by: User,
    because: str = "",
    details: Callable[[Project], dict[str, Any]] = lambda project: {},
) -> list[Project]:
    """Enter new drafts in the catalogue, each with its case file and first event.

    The projects are not saved yet; references are given here, in the order of the projects. The
    same rows result as from registering each by itself with `core.steps.create`.
    """
    found = list(projects)
    if not found:
        return []
    now, keys = clock.now(), _reserve(Project, len(found))
    for project, ref, key in zip(found, Register.take(len(found)), keys, strict=True):
        project.pk, project.ref, project.registered_by = key, ref, project.registered_by or by
        project.folded = fold(project.title, project.problem, *project.tags)
        project.dossier = Dossier(ref=ref, kind="project", opened_at=now)
    verb = f"{Project._meta.label_lower}.create"
    firsts = ((verb, p, {**details(p), "to": p.current}) for p in found)
    events = history.record_first(firsts, by=by, because=because)
    Dossier.objects.bulk_create([project.dossier for project in found], batch_size=PIECE)
    Project.objects.bulk_create(found, batch_size=PIECE)
    Event.objects.bulk_create(events, batch_size=PIECE)
    waits = [wait for project in found for wait in turns.expected(project, now)]
    Turn.objects.bulk_create(waits, batch_size=PIECE)
    totals.entered(found)
    return found


def _reserve(model: Any, count: int) -> list[int]:
    """Keys for so many rows to come: an event names its target before the target is saved."""
    table, column = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
                [table, column, count],
            )
            return [key for (key,) in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = (cursor.fetchone() or (0,))[0]
    return list(range(last + 1, last + 1 + count))
