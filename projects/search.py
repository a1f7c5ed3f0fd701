"""Finding projects by words, on SQLite (FTS5) and PostgreSQL (its own full text).

Accents, case and the order of words do not matter; the last word may be unfinished. What is
indexed is `Project.folded`, in which Python has taken the accents away, the same on both.
"""

import re
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from core.guards import MARK, statements
from projects.folding import words

MOST_WORDS = 12
_REFERENCE = re.compile(r"P-[0-9]+", re.IGNORECASE)
TABLE, INDEX = "projects_project", "projects_search"

_MATCH = {
    "sqlite": f"SELECT rowid FROM {INDEX} WHERE {INDEX} MATCH %s",  # noqa: S608
    # Its own plan: else a page's LIMIT tempts the planner to read the projects from the newest on.
    "postgresql": f"WITH found AS MATERIALIZED (SELECT id FROM {TABLE} "  # noqa: S608
    "WHERE words @@ to_tsquery('spanish', %s)) SELECT id FROM found",
}
_BEST = {
    "sqlite": f"SELECT rowid FROM {INDEX} WHERE {INDEX} MATCH %s "  # noqa: S608
    f"AND rowid <> %s ORDER BY bm25({INDEX}) LIMIT %s",
    "postgresql": f"SELECT id FROM {TABLE}, to_tsquery('spanish', %s) query "  # noqa: S608
    "WHERE words @@ query AND id <> %s ORDER BY ts_rank(words, query) DESC, id LIMIT %s",
}


def matching(queryset: QuerySet[Any], text: str) -> QuerySet[Any]:
    """The projects in which every word of a text occurs, the last one perhaps only begun.

    Whatever a person types is harmless: only its words count. Text without any word finds all;
    a reference finds its project.
    """
    found = words(text)[:MOST_WORDS]
    if not found:
        return queryset
    if _REFERENCE.fullmatch(text.strip()):
        return queryset.filter(ref=text.strip().upper())
    vendor = connections[queryset.db].vendor
    rows = RawSQL(_MATCH[vendor], [_all_of(found, vendor)])  # noqa: S611
    return queryset.filter(pk__in=rows)


def candidates(own_id: int, found: list[str], limit: int, using: str = "default") -> list[int]:
    """The ids of the projects that share most with these words, the best first, but this one."""
    if not found:
        return []
    connection = connections[using]
    with connection.cursor() as cursor:
        query = _any_of(found, connection.vendor)
        cursor.execute(_BEST[connection.vendor], [query, own_id, limit])
        return [row[0] for row in cursor.fetchall()]


def _all_of(found: list[str], vendor: str) -> str:
    if vendor == "postgresql":
        return " & ".join([*found[:-1], f"{found[-1]}:*"])
    return " ".join([*(f'"{word}"' for word in found[:-1]), f'"{found[-1]}"*'])


def _any_of(found: list[str], vendor: str) -> str:
    if vendor == "postgresql":
        return " | ".join(found)
    return " OR ".join(f'"{word}"' for word in found)


@statements
def search_index(connection: BaseDatabaseWrapper) -> list[str]:
    """The index behind the search: an FTS5 table kept by triggers, or a column with a GIN index.

    The column is PostgreSQL's own (generated), so the models do not know it.
    """
    if TABLE not in connection.introspection.table_names():
        return []
    if connection.vendor == "postgresql":
        return [
            f"ALTER TABLE {TABLE} ADD COLUMN IF NOT EXISTS words tsvector "
            "GENERATED ALWAYS AS (to_tsvector('spanish', folded)) STORED",
            f"CREATE INDEX IF NOT EXISTS {TABLE}_words ON {TABLE} USING gin (words)",
        ]
    return [
        f"CREATE VIRTUAL TABLE IF NOT EXISTS {INDEX} USING fts5(folded, content='{TABLE}', "
        "content_rowid='id', tokenize='unicode61 remove_diacritics 2')",
        *(_keep(when, doing) for when, doing in _KEPT.items()),
        f"INSERT INTO {INDEX}({INDEX}) VALUES ('rebuild')",  # noqa: S608
    ]


_OUT = f"INSERT INTO {INDEX}({INDEX}, rowid, folded) VALUES ('delete', OLD.id, OLD.folded);"  # noqa: S608
_IN = f"INSERT INTO {INDEX}(rowid, folded) VALUES (NEW.id, NEW.folded);"  # noqa: S608
_KEPT = {"INSERT": _IN, "UPDATE OF folded": f"{_OUT} {_IN}", "DELETE": _OUT}


def _keep(when: str, doing: str) -> str:
    name = f"{MARK}{INDEX}_{when.split(maxsplit=1)[0].lower()}"
    condition = "WHEN OLD.folded <> NEW.folded " if when.startswith("UPDATE") else ""
    return f'CREATE TRIGGER "{name}" AFTER {when} ON {TABLE} {condition}BEGIN {doing} END'
