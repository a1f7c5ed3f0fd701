"""Writing what was decided: batch by batch, each whole or not at all, and none of them twice."""

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import F

from core import clock, history, turns
from core.models import User
from core.steps import perform
from projects.importing.institutions import Institutions
from projects.importing.mapping import Mapping
from projects.importing.planning import (
    CREATED,
    QUARANTINED,
    UPDATED,
    Decision,
    decide,
    tally,
)
from projects.importing.rows import Row, fingerprint
from projects.models import ImportBatch, ImportRun, QuarantinedRow, Register
from projects.registering import register_many

BATCH = 4000
UPDATE = "projects.project.update_from_import"
KEEP = "projects.quarantinedrow.create"


def in_batches(rows: Iterable[Row]) -> Iterator[tuple[int, list[Row]]]:
    """Consecutive rows in batches, numbered from 0."""
    walk, number = iter(rows), 0
    while batch := list(islice(walk, BATCH)):
        yield number, batch
        number += 1


@transaction.atomic
def load_batch(run: ImportRun, number: int, rows: list[Row], mapping: Mapping, by: User) -> None:
    """Write one batch of a run that is being loaded; does nothing when it is written already."""
    hold_imports(run)
    written = ImportBatch.objects.filter(run=run, number=number).exists()
    loading = ImportRun.objects.filter(pk=run.pk, state=ImportRun.States.LOADING).exists()
    if written or not loading:
        return
    because, source = str(run), run.source
    decisions = decide(rows, source, hold=True)
    institutions = Institutions(mapping, by, because)
    create(run, [d for d in decisions if d.outcome == CREATED], institutions, by)
    for decision in decisions:
        if decision.outcome == UPDATED:
            decision.changes = with_institution(decision.changes, institutions)
    update(run, [d for d in decisions if d.outcome == UPDATED], by)
    _close(decisions, by, because)
    _quarantine(run, [d for d in decisions if d.outcome == QUARANTINED and not d.known], by)
    counts, total = tally(decisions)
    ImportBatch.objects.create(
        run=run, number=number, counts=counts, total=total,
        lines=json.dumps([line_of(decision) for decision in decisions], ensure_ascii=False),
    )  # fmt: skip
    ImportRun.objects.filter(pk=run.pk).update(
        progress=F("progress") + len(rows), alive_at=clock.now()
    )


def hold_imports(run: ImportRun) -> None:
    """One batch of any import at a time: two files with the same rows must not meet."""
    Register.objects.get_or_create(name="import")
    Register.objects.select_for_update().get(name="import")
    history.lock(run.dossier)


def create(run: ImportRun, decisions: list[Decision], institutions: Institutions, by: User) -> None:
    """Register a project for each decision, its event naming file, mapping and row."""
    drafts = [
        {**_columns(d.row.values, institutions), "source": run.source, "source_key": d.row.key,
         "source_print": fingerprint(d.row.values)}
        for d in decisions
    ]  # fmt: skip

    def details(place: int) -> dict[str, Any]:
        return _origin(run, decisions[place].row.number)

    made = register_many(drafts, by=by, because=str(run), details=details)
    for decision, place in zip(decisions, made, strict=True):
        decision.made = place


def update(run: ImportRun, decisions: list[Decision], by: User) -> None:
    """Write the fields that a file changed in drafts; each event holds them before and after."""
    events = []
    for decision in decisions:
        project = decision.project
        if project is None:
            continue
        before = {name: _plain(getattr(project, name)) for name in decision.changes}
        for name, value in decision.changes.items():
            setattr(project, name, value)
        project.source_print = fingerprint(decision.row.values)
        after = {name: _plain(value) for name, value in decision.changes.items()}
        details = {**_origin(run, decision.row.number), "before": before, "after": after}
        events.append((UPDATE, project, details))
    if events:
        history.record_many(events, by=by, because=str(run))
    for _verb, project, _details in events:
        project.save()
        turns.refresh(project)


def _columns(values: dict[str, Any], institutions: Institutions) -> dict[str, Any]:
    found = dict(values)
    if "institution" in found:
        institution = institutions.find(found.pop("institution"))
        found["institution_id"] = institution.pk if institution else None
    return found


def with_institution(values: dict[str, Any], institutions: Institutions) -> dict[str, Any]:
    """The values of a row with the institution itself in place of its code and name."""
    if "institution" not in values or not isinstance(values["institution"], tuple):
        return values
    return {**values, "institution": institutions.find(values["institution"])}


def _origin(run: ImportRun, number: int) -> dict[str, Any]:
    return {"import": run.ref, "mapping": run.source, "sha256": run.sha256, "row": number}


def _plain(value: Any) -> Any:
    return value if isinstance(value, int | str | list | None) else str(value)


def _close(decisions: list[Decision], by: User, because: str) -> None:
    """Rows in quarantine whose place a row of this file takes are closed."""
    for decision in decisions:
        for kept in decision.closes:
            key = decision.made[0] if decision.made else getattr(decision.project, "pk", None)
            QuarantinedRow.objects.filter(pk=kept.pk).update(project=key)
            perform(kept, "replace", by=by, because=because)


def _quarantine(run: ImportRun, decisions: list[Decision], by: User) -> None:
    """Keep new faulty rows whole."""
    made = [
        QuarantinedRow(
            run=run, source=run.source, key=d.row.key, number=d.row.number, digest=d.row.digest,
            cells=json.dumps(d.row.cells, ensure_ascii=False),
            faults=[fault.as_data() for fault in d.row.faults], project=d.project,
        )
        for d in decisions
    ]  # fmt: skip
    QuarantinedRow.objects.bulk_create(made, batch_size=500)
    events = [
        (KEEP, row, {"to": row.state, "row": row.number, "key": row.key, "digest": row.digest})
        for row in made
    ]
    if events:
        history.record_many(events, by=by, because=str(run))


def line_of(decision: Decision) -> dict[str, Any]:
    """What the report says of a row; kept without words."""
    row, project = decision.row, decision.project
    line: dict[str, Any] = {"row": row.number, "key": row.key, "outcome": decision.outcome}
    if decision.made:
        line["project"] = decision.made[1]
    elif project:
        line["project"] = project.ref
    if decision.gaps:
        line["gaps"] = decision.gaps
    if decision.outcome == UPDATED:
        line["changes"] = decision.shown
    if decision.note:
        line |= {"note": decision.note, "fields": decision.fields}
    if row.faults:
        line["faults"] = [fault.as_data() for fault in row.faults]
    return line
