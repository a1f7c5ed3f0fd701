"""Recomputing the history: every event, every head, every checkpoint, every state, row by row.

Triggers keep honest programs honest; this finds what somebody changed behind their back, for the
key with which everything is sealed lies outside the database.
"""

import json
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from core import checkpoints, guards, history, merkle
from core.machines import Machine, machines
from core.models import Act, Checkpoint, CheckpointLeaf, Dossier, Event

BATCH = 2000
IN = 500
EVENT_COLUMNS = (
    "dossier_id, number, verb, target_label, target_id, actor_id, on_behalf_of_id, because, "
    "details, at, previous, mac"
)
DOSSIER_COLUMNS = "id, ref, kind, opened_at, count, head, seal"


class Misfit(Exception):
    """The first row that does not fit, and how."""


@dataclass
class Count:
    """What was recomputed."""

    events: int = 0
    dossiers: int = 0
    checkpoints: int = 0
    states: int = 0

    def __str__(self) -> str:
        return (
            f"events={self.events} dossiers={self.dossiers} checkpoints={self.checkpoints} "
            f"states={self.states}"
        )


@dataclass
class Target:
    """A row as its history tells it: the event that last touched it, and its last state."""

    ref: str
    number: int
    details: list[str] = field(default_factory=list)


Targets = dict[tuple[str, int], Target]
Acts = dict[int, dict[tuple[int, str], tuple[str, int]]]
"""By case: who acted in which capacity, and the event that says so (reference, number)."""


def verify(ref: str = "") -> Count:
    """Recompute the whole history, or that of one case; raises Misfit with the first wrong row."""
    count = Count()
    with one_moment():
        only = _dossier(ref) if ref else None
        _verify_chains(count, only)
        _verify_checkpoints(count, only)
        if only is None:
            _verify_rows_have_history()
    return count


@contextmanager
def one_moment() -> Iterator[None]:
    """Read the database as it stands at one moment, without keeping anybody from writing."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
    else:
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")


def _dossier(ref: str) -> Dossier:
    found = Dossier.objects.filter(ref=ref).first()
    if found is None:
        raise Misfit(f"{ref}: there is no case file of this reference")
    return found


# Chains


def _verify_chains(count: Count, only: Dossier | None) -> None:
    """Walk dossiers and events side by side, both in the order of the dossiers."""
    of_events = _rows(Event._meta.db_table, EVENT_COLUMNS, "dossier_id, number", "dossier_id", only)
    of_dossiers = _rows(Dossier._meta.db_table, DOSSIER_COLUMNS, "id", "id", only)
    targets: Targets = {}
    acts: Acts = {}
    with closing(of_events) as events, closing(of_dossiers) as dossiers:
        event = next(events, None)
        for dossier in dossiers:
            number, head = 0, ""
            while event is not None and event[0] <= dossier[0]:
                number += 1
                _verify_event(dossier, number, head, event)
                _note(targets, acts, dossier[1], event)
                head = event[11]
                event = next(events, None)
            _verify_head(dossier, number, head)
            count.events += number
            count.dossiers += 1
            if len(targets) >= BATCH:
                _verify_targets(count, targets)
                _verify_acts(acts)
        if event is not None:
            raise Misfit(f"event {event[1]} ({event[2]}): belongs to a case file that is gone")
    _verify_targets(count, targets)
    _verify_acts(acts)


def _rows(
    table: str, columns: str, order: str, key: str, only: Dossier | None
) -> Generator[tuple[Any, ...], None, None]:
    """Plain rows as the database has them, streamed."""
    where = f"WHERE {key} = %s" if only else ""
    with connection.chunked_cursor() as cursor:
        cursor.execute(
            f"SELECT {columns} FROM {table} {where} ORDER BY {order}",  # noqa: S608  own names
            [only.pk] if only else [],
        )
        while rows := cursor.fetchmany(BATCH):
            yield from rows


def _verify_event(
    dossier: tuple[Any, ...], number: int, previous: str, event: tuple[Any, ...]
) -> None:
    """One event stands at its place, follows on the one before it, and is what was sealed."""
    ref = dossier[1]
    if event[0] != dossier[0]:
        raise Misfit(f"event {event[1]} ({event[2]}): belongs to a case file that is gone")
    if event[1] != number:
        raise Misfit(f"{ref} event {number}: is missing (found {event[1]} in its place)")
    if event[10] != previous:
        raise Misfit(f"{ref} event {number} ({event[2]}): does not follow on the event before it")
    sealed = history.seal(ref, *event[1:9], _stamp(event[9]), event[10])
    if sealed != event[11]:
        raise Misfit(f"{ref} event {number} ({event[2]}): is not what was sealed")


def _stamp(moment: Any) -> str:
    """The text of a moment as it was sealed, from what the database gives."""
    if isinstance(moment, datetime):
        whole = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return history.stamp(whole)
    text = str(moment).replace(" ", "T", 1)
    seconds, _dot, fraction = text.partition(".")
    return f"{seconds}.{fraction.ljust(6, '0')}Z"


def _verify_head(dossier: tuple[Any, ...], number: int, head: str) -> None:
    """The case file names as many events as there are, the newest one, and bears its seal."""
    _key, ref, kind, opened_at, count, named, sealed = dossier
    if count != number:
        raise Misfit(f"{ref} event {min(count, number) + 1}: the case file counts {count} events, "
                     f"found are {number}")  # fmt: skip
    if named != head:
        raise Misfit(f"{ref} event {number}: is not the head that the case file names")
    if history.seal("head", ref, kind, _stamp(opened_at), count, named) != sealed:
        raise Misfit(f"{ref} event {number + 1}: the seal of the case file does not fit; it was "
                     "altered, or newer events were removed")  # fmt: skip


# States: what the rows say against what their history says


def _note(targets: Targets, acts: Acts, ref: str, event: tuple[Any, ...]) -> None:
    key = (event[3], event[4])
    target = targets.get(key)
    if target is None:
        target = targets[key] = Target(ref, event[1])
    target.number = event[1]
    if '"to":' in event[8] and event[2].startswith(event[3]):
        target.details.append(event[8])
    if '"capacity":' in event[8]:
        capacity = _told(event[8], "capacity")
        for person in {event[5], event[6] or event[5]}:
            acts.setdefault(event[0], {})[(person, capacity)] = (ref, event[1])


def _verify_targets(count: Count, targets: Targets) -> None:
    """Every row that the history speaks of is there, and in the state its last step led to."""
    labels: dict[str, list[int]] = {}
    for label, key in targets:
        labels.setdefault(label, []).append(key)
    for label, keys in labels.items():
        model = _model(label)
        if model is None:
            continue
        for start in range(0, len(keys), IN):
            chunk = keys[start : start + IN]
            _verify_chunk(model, chunk, targets)
            count.states += len(chunk) if issubclass(model, Machine) else 0
    targets.clear()


def _model(label: str) -> Any:
    """The model of a label, if its rows stay for good; rows of others may come and go."""
    try:
        model = apps.get_model(label)
    except (LookupError, ValueError):
        return None
    return model if issubclass(model, Machine) or guards.stays(model) else None


def _verify_chunk(model: Any, keys: list[int], targets: Targets) -> None:
    label = model._meta.label_lower
    state = model.state_field if issubclass(model, Machine) else "pk"
    found = dict(model._base_manager.filter(pk__in=keys).values_list("pk", state))
    states = {value for value, _name in model._meta.get_field(state).flatchoices} \
        if state != "pk" else set()  # fmt: skip
    for key in keys:
        target = targets[(label, key)]
        if key not in found:
            raise Misfit(
                f"{target.ref} event {target.number}: speaks of {label} {key}, which is gone"
            )
        if state == "pk":
            continue
        told = [to for to in (_told(text, "to") for text in target.details) if to in states]
        if not told or told[-1] != found[key]:
            last = told[-1] if told else "none"
            raise Misfit(f"{target.ref} event {target.number}: {label} {key} stands at "
                         f"“{found[key]}”, its history says “{last}”")  # fmt: skip


def _told(details: str, key: str) -> Any:
    found = json.loads(details)
    return found.get(key) if isinstance(found, dict) else None


def _verify_acts(acts: Acts) -> None:
    """What separation of duties remembers holds everybody whom the history names in a capacity."""
    cases = sorted(acts)
    for start in range(0, len(cases), IN):
        chunk = cases[start : start + IN]
        rows = Act.objects.filter(dossier__in=chunk).values_list("dossier", "user", "capacity")
        kept = set(rows)
        for case in chunk:
            for (person, capacity), (ref, number) in acts[case].items():
                if (case, person, capacity) not in kept:
                    raise Misfit(f"{ref} event {number}: that person {person} {capacity} is no "
                                 "longer remembered for the separation of duties")  # fmt: skip
    acts.clear()


def _verify_rows_have_history() -> None:
    """No row of a state machine came into being beside the history."""
    for model in machines():
        told = Event.objects.filter(target_label=model._meta.label_lower, target_id=OuterRef("pk"))
        found = model._base_manager.filter(~Exists(told)).order_by("pk").values_list("pk").first()
        if found is not None:
            raise Misfit(f"{model._meta.label_lower} {found[0]}: no event tells how it came to be")


# Checkpoints


def _verify_checkpoints(count: Count, only: Dossier | None) -> None:
    """Each checkpoint bears its seal, follows on the one before, and is the root of its leaves."""
    _verify_leaves(only)
    if only is not None:
        return
    tree, previous = merkle.Tree(), ""
    for checkpoint in Checkpoint.objects.order_by("day").select_related("dossier"):
        day = checkpoint.day.isoformat()
        if checkpoints.seal_of(checkpoint) != checkpoint.mac:
            raise Misfit(f"checkpoint {day}: is not what was sealed")
        if checkpoint.previous != previous:
            raise Misfit(f"checkpoint {day}: does not follow on the checkpoint before it")
        _plant(tree, checkpoint)
        if (tree.root(), len(tree)) != (checkpoint.root, checkpoint.leaves):
            raise Misfit(f"checkpoint {day}: its leaves do not lead to its root")
        _verify_file(checkpoint)
        previous = checkpoint.root
        count.checkpoints += 1
    _verify_no_file_is_left()


def _verify_leaves(only: Dossier | None) -> None:
    """Every head that was once under a root still stands in its chain."""
    event, leaf = Event._meta.db_table, CheckpointLeaf._meta.db_table
    where = "AND l.dossier_id = %s" if only else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT l.dossier_id, l.count FROM {leaf} l LEFT JOIN {event} e "  # noqa: S608
            "ON e.dossier_id = l.dossier_id AND e.number = l.count "
            f"WHERE (e.mac IS NULL OR e.mac <> l.head) {where} ORDER BY l.id LIMIT 1",
            [only.pk] if only else [],
        )
        found = cursor.fetchone()
    if found is not None:
        name = Dossier.objects.filter(pk=found[0]).values_list("ref", flat=True).first()
        raise Misfit(f"{name or found[0]} event {found[1]}: is not the one that a checkpoint saw")


def _plant(tree: merkle.Tree, checkpoint: Checkpoint) -> None:
    rows = CheckpointLeaf.objects.filter(checkpoint=checkpoint).order_by("position")
    for row in list(rows):
        try:
            tree.put(row.position, checkpoints.leaf_of(row))
        except (IndexError, TypeError) as error:
            raise Misfit(
                f"checkpoint {checkpoint.day}: a leaf before {row.position} is gone"
            ) from error


def _verify_file(checkpoint: Checkpoint) -> None:
    """The file outside the database, if it is there, says the same as the rows."""
    path = checkpoints.folder(checkpoint.dossier) / f"{checkpoint.day.isoformat()}.json"
    if not path.exists():
        return
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        told = None
    if told != checkpoints.published(checkpoint):
        raise Misfit(f"checkpoint {checkpoint.day}: its file {path.name} says otherwise")


def _verify_no_file_is_left() -> None:
    """No file tells of a checkpoint that the database lost."""
    root = settings.VAR / "checkpoints"
    case = Dossier.objects.filter(ref=checkpoints.ANCHOR).first()
    if case is None:
        left = sorted(root.glob("*/*.json")) if settings.PRODUCTION else []
    else:
        days = {day.isoformat() for day in Checkpoint.objects.values_list("day", flat=True)}
        left = [p for p in sorted(checkpoints.folder(case).glob("*.json")) if p.stem not in days]
    if left:
        raise Misfit(f"checkpoint {left[0].stem}: is gone, its file is still there")
