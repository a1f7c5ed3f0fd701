"""What belongs to a case file when it leaves the house: walked over all models, by declaration.

A row belongs to the case whose dossier its model names: by a key to the dossier itself, by its
project, or by the first row it cannot be without. So a new room is part of the export without a
word; it says here only what is withheld (`withheld`, `only`), left blank (`blank`), or belongs to
a case in another way (`owned`). Drafts of machines are left out: they are nobody else's yet.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from typing import Any

from django.apps import apps
from django.db.models import ForeignKey, Model, Q, QuerySet
from django.utils.functional import Promise

from core import history
from core.machines import Machine
from core.models import Dossier

ROOMS = ("core", "projects", "vendors", "procurement", "gating", "oversight", "publishing")
DRAFTS = ("draft", "drafted")
SECRET_WORDS = ("token", "secret", "password")
IN = 500

Only = Callable[[QuerySet[Any]], QuerySet[Any]]
When = Callable[[Any], bool]


@dataclass(frozen=True)
class Blank:
    """Fields of a row that are nobody else's yet while `when` is true of it."""

    fields: tuple[str, ...]
    when: When
    why: Any


@dataclass(frozen=True)
class Limit:
    """Which rows of a model leave the house, and why not the others."""

    only: Only
    why: Any


_withheld: dict[str, Any] = {}
_limits: dict[str, Limit] = {}
_blanks: dict[str, Blank] = {}
_owners: dict[str, tuple[str, ...]] = {}
_with_drafts: set[str] = set()
_described: dict[str, tuple[str, ...]] = {}
_more: dict[str, Callable[[Any], dict[str, Any]]] = {}


def withheld(label: str, why: Promise | str) -> None:
    """Rows of this model are part of no case file, and why: they follow from others, or are
    somebody's own."""
    _withheld[label.lower()] = why


def only(label: str, why: Promise | str) -> Callable[[Only], Only]:
    """Of this model only the rows that the decorated function leaves in a queryset; `why` says
    what speaks against the others."""

    def declare(function: Only) -> Only:
        _limits[label.lower()] = Limit(function, why)
        return function

    return declare


def blank(label: str, fields: Iterable[str], when: When, why: Promise | str) -> None:
    """These fields are left empty in rows of which `when` is true."""
    _blanks[label.lower()] = Blank(tuple(fields), when, why)


def owned(label: str, *by: str) -> None:
    """Rows of this model belong to the case of the row that the key `by` names: of several keys,
    the first that is not empty."""
    _owners[label.lower()] = by


def with_drafts(label: str) -> None:
    """Drafts of this machine are part of the case (the project itself)."""
    _with_drafts.add(label.lower())


def described(label: str, *fields: str) -> None:
    """Rows of this model, where a case refers to them, are told by these fields besides their
    name."""
    _described[label.lower()] = fields


def more(label: str) -> Callable[..., Callable[[Any], dict[str, Any]]]:
    """Add what the decorated function returns to each row of this model."""

    def declare(function: Callable[[Any], dict[str, Any]]) -> Callable[[Any], dict[str, Any]]:
        _more[label.lower()] = function
        return function

    return declare


def reasons() -> list[tuple[str, str]]:
    """What no case file contains, or not yet: the model, and the sentence why."""
    found = [(label, str(why)) for label, why in _withheld.items()]
    found += [(label, str(limit.why)) for label, limit in _limits.items()]
    found += [(label, str(rule.why)) for label, rule in _blanks.items()]
    return sorted(found)


def states() -> dict[str, list[str]]:
    """The states of every machine whose rows belong to cases, and the column they stand in."""
    return {
        model._meta.label_lower: [model.state_field, *_choices(model)]
        for model in paths()
        if issubclass(model, Machine)
    }


def _choices(model: type[Machine]) -> list[str]:
    state: Any = model._meta.get_field(model.state_field)
    return [str(value) for value, _name in state.flatchoices]


# Which models belong to a case, and how


@cache
def paths() -> dict[type[Model], tuple[str, ...]]:
    """Every model whose rows belong to cases: the ways from a row to its dossier, one or more."""
    ours = [m for room in ROOMS if apps.is_installed(room) for m in apps.get_app_config(room)
            .get_models() if m._meta.label_lower not in _withheld and m is not Dossier]  # fmt: skip
    found: dict[type[Model], tuple[str, ...]] = {}
    patient = True
    while True:
        waited = {model for model in ours if model not in found} if patient else set()
        new: dict[type[Model], tuple[str, ...]] = {}
        for model in ours:
            if model not in found and (path := _path(model, {**found, **new}, waited - {*new})):
                new[model] = path
        found |= new
        if not new and not patient:
            return found
        patient = bool(new)


Known = dict[type[Model], tuple[str, ...]]


def _path(model: type[Model], known: Known, waited: set[type[Model]]) -> tuple[str, ...]:
    """The ways from a row of this model to its dossier, as far as they are known; empty for none.

    The first row it cannot be without counts, also where that one's own way is found later
    (`waited`). A key to a dossier, or to a project, that may be empty leaves the other as well.
    """
    keys = [f for f in model._meta.concrete_fields if isinstance(f, ForeignKey)]
    declared = _owners.get(model._meta.label_lower, ())
    if declared:
        keys = [f for f in keys if f.name in declared]
    if len(declared) > 1:
        targets: list[Any] = [model._meta.get_field(name).related_model for name in declared]
        if not all(target in known for target in targets):
            return ()
        return tuple(f"{name}__{way}" for name, target in zip(declared, targets, strict=True)
                     for way in known[target])  # fmt: skip
    sure = next((f.name for f in keys if f.related_model is Dossier and not f.null), "")
    if sure:
        return (sure,)
    maybe = tuple(f.name for f in keys if f.related_model is Dossier)
    projects = [f for f in keys if f.name == "project" and (maybe or not f.null)]
    for key in [*projects, *(f for f in keys if declared or not f.null)]:
        target: Any = key.related_model
        if target in known:
            return maybe + tuple(f"{key.name}__{way}" for way in known[target])
        if target in waited and target is not model:
            return ()
    return maybe


# The rows of one case


@dataclass
class Contents:
    """All rows of one case that leave the house, by model, and whom they refer to."""

    rows: dict[str, list[Any]] = field(default_factory=dict)
    left_out: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))

    def of(self, label: str) -> list[Any]:
        return self.rows.get(label, [])


def contents(dossier: Dossier) -> Contents:
    """Read every row of a case, one query a model; what hangs on a row left out is left out."""
    found = Contents()
    ordered = sorted(paths(), key=lambda model: (paths()[model][0].count("__"), model._meta.label))
    whole: dict[str, list[Any]] = {}
    for model in ordered:
        label = model._meta.label_lower
        whole[label] = _rows(model, dossier)
        found.left_out[label] = _left_out(model, whole[label])
    for model in ordered:
        label = model._meta.label_lower
        gone = found.left_out[label]
        found.rows[label] = [row for row in whole[label] if row.pk not in gone]
        _follow(model, found)
    _leave_out_files(whole, found)
    return found


def _rows(model: type[Model], dossier: Dossier) -> list[Any]:
    """The rows of a case; where a row names a dossier itself, its project's does not count."""
    ways, wanted = paths()[model], Q()
    for place, way in enumerate(ways):
        earlier = {f"{before}__isnull": True for before in ways[:place]}
        wanted |= Q(**{way: dossier}, **earlier)
    rows = model._base_manager.filter(wanted).order_by("pk")
    nearest = ways[-1].rpartition("__")[0]
    return list(rows.select_related(nearest) if nearest else rows)


def _leave_out_files(whole: dict[str, list[Any]], found: Contents) -> None:
    """Leave out the files that only rows left out refer to."""
    label = "core.document"
    named: dict[bool, set[int]] = {True: set(), False: set()}
    for of, rows in whole.items():
        for row in rows:
            named[row.pk in found.left_out[of]] |= {
                key for model, key in _keys(row) if model._meta.label_lower == label
            }
    lost = named[True] - named[False]
    found.left_out[label] |= lost
    found.rows[label] = [row for row in found.of(label) if row.pk not in lost]


def _left_out(model: type[Model], rows: list[Any]) -> set[int]:
    label = model._meta.label_lower
    gone: set[int] = set()
    if issubclass(model, Machine) and label not in _with_drafts:
        gone = {row.pk for row in rows if row.current in DRAFTS}
    limit = _limits.get(label)
    if limit is not None and rows:
        kept = limit.only(model._base_manager.filter(pk__in=[row.pk for row in rows]))
        gone |= {row.pk for row in rows} - set(kept.values_list("pk", flat=True))
    return gone


def _follow(model: type[Model], found: Contents) -> None:
    """Leave out what cannot be without a row that is left out."""
    label = model._meta.label_lower
    for key in model._meta.concrete_fields:
        if not isinstance(key, ForeignKey) or key.null or not isinstance(key.related_model, type):
            continue
        gone = found.left_out.get(key.related_model._meta.label_lower)
        if gone:
            lost = {row.pk for row in found.rows[label] if getattr(row, key.attname) in gone}
            found.left_out[label] |= lost
            found.rows[label] = [row for row in found.rows[label] if row.pk not in lost]


# Rows as text


def plain(row: Any, many: dict[str, dict[int, list[int]]] | None = None) -> dict[str, Any]:
    """A row as JSON takes it: its key, its columns, the keys of what it is joined with."""
    label = row._meta.label_lower
    rule = _blanks.get(label)
    empty = rule.fields if rule is not None and rule.when(row) else ()
    found: dict[str, Any] = {"pk": row.pk}
    for column in row._meta.concrete_fields:
        if column.primary_key or any(word in column.name for word in SECRET_WORDS):
            continue
        value = getattr(row, column.attname)
        found[column.attname] = None if column.name in empty else told(value)
    for name, joined in (many or {}).items():
        found[name] = joined.get(row.pk, [])
    return {**found, **_more[label](row)} if label in _more else found


def told(value: Any) -> Any:
    """A value in its one form: moments in UTC, days and decimals as text, the rest as it is."""
    if isinstance(value, datetime):
        return history.stamp(value)
    if isinstance(value, date | time):
        return value.isoformat()
    if value is None or isinstance(value, bool | int | str | list | dict):
        return value
    return str(value) if not isinstance(value, Decimal) else format(value, "f")


def joined(model: type[Model], rows: list[Any]) -> dict[str, dict[int, list[int]]]:
    """What rows are joined with, many to many: name, row, keys; one query for each name."""
    found: dict[str, dict[int, list[int]]] = {}
    for many in model._meta.many_to_many:
        through: Any = many.remote_field.through  # type: ignore[attr-defined]
        here, there = many.m2m_field_name(), many.m2m_reverse_field_name()  # type: ignore[attr-defined]
        pairs = through._base_manager.filter(**{f"{here}__in": [row.pk for row in rows]})
        by_row = found.setdefault(many.name, {})
        for mine, other in pairs.order_by("pk").values_list(f"{here}_id", f"{there}_id"):
            by_row.setdefault(mine, []).append(other)
    return found


# Whom and what the rows refer to


def references(found: Contents, people: Iterable[int]) -> dict[str, dict[str, dict[str, Any]]]:
    """The names of what the rows refer to outside the case: people, boards, gates, criteria."""
    wanted: dict[type[Model], set[int]] = defaultdict(set)
    wanted[apps.get_model("core.user")] |= set(people)
    for label, rows in found.rows.items():
        for row in rows:
            for model, key in _keys(row):
                if model is not Dossier and key not in found.left_out.get(label, ()):
                    wanted[model].add(key)
    inside = {label: {row.pk for row in rows} for label, rows in found.rows.items()}
    told_of: dict[str, dict[str, dict[str, Any]]] = {}
    for model, keys in sorted(wanted.items(), key=lambda item: item[0]._meta.label):
        label = model._meta.label_lower
        outside = sorted(keys - inside.get(label, set()) - found.left_out.get(label, set()))
        if outside:
            told_of[label] = {str(row.pk): _named(row) for row in _by_key(model, outside)}
    return told_of


def _keys(row: Any) -> Iterator[tuple[type[Model], int]]:
    for column in row._meta.concrete_fields:
        key = getattr(row, column.attname)
        if isinstance(column, ForeignKey) and key is not None:
            yield column.related_model, key  # type: ignore[misc]


def _by_key(model: type[Model], keys: list[int]) -> Iterator[Any]:
    for start in range(0, len(keys), IN):
        yield from model._base_manager.filter(pk__in=keys[start : start + IN]).order_by("pk")


def _named(row: Any) -> dict[str, Any]:
    fields = _described.get(row._meta.label_lower, ())
    return {"name": str(row), **{name: told(getattr(row, name)) for name in fields}}
