"""The page of an archive that people read without a network: the case in words, row by row."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import DateField, DateTimeField, ForeignKey
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.formats import date_format

from core import clock, exporting
from core.models import Dossier, Event
from core.telling import told

LANGUAGES = ("es", "en")
NAMES = {"es": "index.html", "en": "index.en.html"}
TITLES = ("ref", "number", "title", "subject", "name", "code", "kind", "account", "text")
Items = list[tuple[Any, ...]]
Part = Callable[[exporting.Contents, dict[str, Any]], Items]
_parts: list[tuple[int, Part]] = []
_titles: dict[str, Any] = {}


def entitle(label: str, title: Any) -> None:
    """What the rows of a model are called above them, where the model itself has no such name."""
    _titles[label.lower()] = title


def part(order: int) -> Callable[[Part], Part]:
    """Show what the decorated function returns (as `core.pdf` takes it) above the rows.

    It is given the contents of the case and the names of what they refer to.
    """

    def declare(function: Part) -> Part:
        _parts.append((order, function))
        return function

    return declare


@dataclass(frozen=True)
class Row:
    """One row in words."""

    anchor: str
    title: str
    values: list[tuple[str, str, str]]


@dataclass(frozen=True)
class Section:
    """All rows of one model in words."""

    anchor: str
    title: str
    rows: list[Row]


def page(dossier: Dossier, found: exporting.Contents, events: list[Event],
         names: dict[str, Any], language: str) -> str:  # fmt: skip
    """The page in one language; in the deployment's time zone, whoever exports."""
    zone = clock.zone()
    with translation.override(language), timezone.override(zone):
        items = [item for _order, show in sorted(_parts, key=lambda p: p[0])
                 for item in show(found, names)]  # fmt: skip
        context = {
            "dossier": dossier, "language": language, "zone": settings.TIME_ZONE,
            "other": next(NAMES[other] for other in LANGUAGES if other != language),
            "items": [(*item, None, None)[:3] for item in items], "events": told(events),
            "sections": _sections(found, names), "left_out": exporting.reasons(),
            "files": [exporting.plain(row) for row in found.of("core.document")],
        }  # fmt: skip
        return render_to_string("core/archive.html", context)


def _sections(found: exporting.Contents, names: dict[str, Any]) -> list[Section]:
    sections = []
    for label, rows in sorted(found.rows.items()):
        if rows:
            title = str(_titles.get(label, apps.get_model(label)._meta.verbose_name_plural))
            lines = [_row(row, found, names) for row in rows]
            sections.append(Section(label.replace(".", "-"), title.capitalize(), lines))
    return sorted(sections, key=lambda section: section.title)


def _row(row: Any, found: exporting.Contents, names: dict[str, Any]) -> Row:
    plain, values, said = exporting.plain(row), [], {}
    for column in row._meta.concrete_fields:
        value = plain.get(column.attname)
        if not column.primary_key and value not in (None, "", [], {}):
            text, link = _shown(row, column, value, found, names)
            values.append((_label(column), text, link))
            said[column.name] = text
    title = [said[name] for name in TITLES if name in said] or list(said.values())[:3]
    called = " · ".join(title)[:160] or str(row.pk)
    return Row(anchor(row._meta.label_lower, row.pk), called, values)


def _label(column: Any) -> str:
    """The name of a column; of a key without one, that of what it leads to; else as it is kept."""
    named = str(column.verbose_name)
    if named != column.name.replace("_", " "):
        return named.capitalize()
    if isinstance(column, ForeignKey):
        return str(column.related_model._meta.verbose_name).capitalize()  # type: ignore[union-attr]
    return str(column.name)


def anchor(label: str, key: Any) -> str:
    """Where a row stands on the page."""
    return f"{label.replace('.', '-')}-{key}"


def _shown(row: Any, column: Any, value: Any, found: exporting.Contents,
           names: dict[str, Any]) -> tuple[str, str]:  # fmt: skip
    """A value in words, and where on the page it leads."""
    if isinstance(column, ForeignKey):
        return _referred(column, value, names)
    if column.choices:
        return str(getattr(row, f"get_{column.name}_display")()), ""
    if isinstance(column, DateTimeField):
        return moment(getattr(row, column.attname)), ""
    if isinstance(column, DateField):
        return date_format(getattr(row, column.attname), "SHORT_DATE_FORMAT"), ""
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, sort_keys=True), ""
    return str(value), ""


def _referred(column: Any, key: int, names: dict[str, Any]) -> tuple[str, str]:
    label = column.related_model._meta.label_lower
    named = names.get(label, {}).get(str(key))
    if named is not None:
        return str(named["name"]), ""
    noun = str(column.related_model._meta.verbose_name)
    link = "" if label == "core.dossier" else f"#{anchor(label, key)}"
    return f"{noun} {key}", link


def moment(when: Any) -> str:
    """A moment in the deployment's zone."""
    return date_format(timezone.localtime(when), "SHORT_DATETIME_FORMAT")
