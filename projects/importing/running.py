"""The way of a file: taken in, read, shown, confirmed, written; in the background or at once."""

import hashlib
import io
import logging
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import IO, Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from core import clock, documents, due, history, outbox
from core.models import User
from core.refusals import Refused
from core.steps import allow, create, perform
from projects import permissions
from projects.importing import mapping as mappings
from projects.importing import reading
from projects.importing.loading import in_batches, load_batch
from projects.importing.mapping import Mapping
from projects.importing.planning import Decision, decide, tally
from projects.importing.rows import Judge, Row
from projects.importing.tables import Table, filled, unused
from projects.models import ImportBatch, ImportRun
from projects.models.imports import COUNTS

FIRST, MOST_SHOWN = 50, 200
MIMES = {b"PK": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
States = ImportRun.States
log = logging.getLogger(__name__)


def receive(uploaded: Any, mapping: Mapping, *, by: User) -> ImportRun:
    """Take in a file for an import; a worker reads it. Raises Refused when it is too large."""
    allow(permissions.imports, None, by)
    reading.refuse_size(uploaded.size)
    documents.refuse_infected(uploaded)
    digest, size = _digest(uploaded.file)
    uploaded.seek(0)
    mime = MIMES.get(uploaded.read(2), "text/csv")
    uploaded.examined = documents.Examined(digest, size, mime)  # by our own limit and rules
    with transaction.atomic():
        run = open_run(uploaded.name, size, digest, mapping, by)
        run.document = documents.store(uploaded, by=by, dossier=run.dossier)
        run.save(update_fields=["document"])
        outbox.later(f"import:{run.pk}:read", "projects.import_read", {"run": run.pk})
    return run


@transaction.atomic
def open_run(name: str, size: int, sha256: str, mapping: Mapping, by: User) -> ImportRun:
    """A new run with its case file."""
    ref = ImportRun.next_ref()
    run = ImportRun(
        dossier=history.open_dossier("import", ref), ref=ref, name=Path(name).name[-200:],
        size=size, sha256=sha256, source=mapping.code, mapping=mapping.text, started_by=by,
        started_at=clock.now(),
    )  # fmt: skip
    details = {"file": run.name, "sha256": sha256, "mapping": mapping.code}
    return create(run, by=by, details=details)


def judged(table: Table, mapping: Mapping) -> Iterator[Row]:
    """The filled lines of a table as rows, in their order."""
    judge = Judge(mapping, table.header, table.date_forms)
    return (judge.judge(line) for line in table.lines if filled(line.cells))


class Finding:
    """What a file would do, gathered batch by batch: numbers, and examples for the preview."""

    def __init__(self) -> None:
        self.rows = 0
        self.counts: Counter[str] = Counter(dict.fromkeys(COUNTS, 0))
        self.total: Counter[str] = Counter()
        self.first: list[dict[str, Any]] = []
        self.faulty: list[dict[str, Any]] = []
        self.incomplete: list[dict[str, Any]] = []

    def add(self, decisions: list[Decision]) -> None:
        """Count these decisions, and keep some of them as examples."""
        counts, total = tally(decisions)
        self.rows += len(decisions)
        self.counts.update(counts)
        self.total.update(total)
        for decision in decisions:
            if decision.row.faults and len(self.faulty) < MOST_SHOWN:
                self.faulty.append(shown_faults(decision))
            if decision.gaps and len(self.incomplete) < MOST_SHOWN:
                self.incomplete.append(shown(decision))
            if len(self.first) < FIRST:
                self.first.append(shown(decision))


def shown(decision: Decision) -> dict[str, Any]:
    """A row as the preview shows it: plain values that JSON keeps."""
    dates = {name: str(decision.after(name) or "") for name in ("starts_on", "ends_on")}
    values = {} if decision.row.faults else decision.row.values
    return {
        "row": decision.row.number, "key": decision.row.key, "outcome": decision.outcome,
        "title": str(values.get("title", "")), "currency": str(values.get("currency", "")),
        "cost": values.get("cost"), "gaps": decision.gaps, "note": decision.note,
        **(dates if values else dict.fromkeys(dates, "")),
    }  # fmt: skip


def shown_faults(decision: Decision) -> dict[str, Any]:
    """A faulty row as the preview shows it."""
    faults = [fault.as_data() for fault in decision.row.faults]
    return {"row": decision.row.number, "key": decision.row.key, "faults": faults,
            "outcome": decision.outcome}  # fmt: skip


def survey(table: Table, mapping: Mapping, tell: Any = lambda rows: None) -> Finding:
    """Decide on every row and write nothing; `tell` hears how many rows are done."""
    finding = Finding()
    for _number, rows in in_batches(judged(table, mapping)):
        finding.add(decide(rows, mapping.code))
        tell(finding.rows)
    return finding


@contextmanager
def kept_file(run: ImportRun) -> Iterator[IO[bytes]]:
    """The file of a run as a local one that can be sought in."""
    if run.document is None or run.document.blob.removed:
        raise Refused(_("The file of this import was removed."))
    with default_storage.open(run.document.blob.path, "rb") as stored:
        if isinstance(getattr(stored, "file", None), io.BufferedReader):
            yield stored
            return
        with tempfile.TemporaryFile() as copy:
            for chunk in stored.chunks():
                copy.write(chunk)
            yield copy


def read_in_background(key: int) -> None:
    """Read the file of a run and keep its preview; may be repeated after a crash."""
    run = _run(key)
    clerk = clock.clock_account()
    with translation.override(run.started_by.language):
        if run.state == States.UPLOADED:
            run = perform(run, "read", by=clerk)
        if run.state != States.READING:
            return
        try:
            with kept_file(run) as file:
                mapping = mappings.parse(run.mapping)
                table = reading.open_table(file, run.name, mapping)
                ImportRun.objects.filter(pk=run.pk).update(rows=table.estimate)
                finding = survey(table, mapping, lambda rows: _tell(run, rows))
        except Refused as refused:
            _step(run, "fail", " ".join(refused.reasons))
            return
    _show(run, table, mapping, finding)


@transaction.atomic
def _show(run: ImportRun, table: Table, mapping: Mapping, finding: Finding) -> None:
    names = [column.header for column in mapping.columns]
    ImportRun.objects.filter(pk=run.pk).update(
        header=table.header, how=table.how[:200], rows=finding.rows, progress=finding.rows,
        preview={
            "counts": finding.counts, "total": finding.total, "first": finding.first,
            "faulty": finding.faulty, "incomplete": finding.incomplete,
            "unused": unused(table.header, names),
        },
    )  # fmt: skip
    _step(run, "show")


def load_in_background(key: int) -> None:
    """Write a confirmed run, batch by batch; after a crash it goes on where it was."""
    run = _run(key)
    if run.state != States.LOADING or run.confirmed_by is None:
        return
    mapping, by = mappings.parse(run.mapping), run.confirmed_by
    try:
        with kept_file(run) as file:
            load(run, reading.open_table(file, run.name, mapping), mapping, by)
    except Refused as refused:
        _step(run, "fail", " ".join(refused.reasons))


def load(run: ImportRun, table: Table, mapping: Mapping, by: User) -> ImportRun:
    """Write every batch of a run that is not yet written, and close the run."""
    done = set(ImportBatch.objects.filter(run=run).values_list("number", flat=True))
    for number, rows in in_batches(judged(table, mapping)):
        if number not in done:
            load_batch(run, number, rows, mapping, by)
    return finish(run)


@transaction.atomic
def finish(run: ImportRun) -> ImportRun:
    """Add the batches up and close the run; nothing when another worker has done so."""
    history.lock(run.dossier)
    run = _run(run.pk)
    if run.state != States.LOADING:
        return run
    counts: Counter[str] = Counter(dict.fromkeys(COUNTS, 0))
    total: Counter[str] = Counter()
    for found in ImportBatch.objects.filter(run=run).values("counts", "total"):
        counts.update(found["counts"])
        total.update(found["total"])
    run.counts, run.total, run.finished_at = dict(counts), dict(total), clock.now()
    run.rows = run.progress
    run.save(update_fields=["counts", "total", "finished_at", "rows"])
    return perform(run, "finish", by=clock.clock_account())


def load_now(file: IO[bytes], name: str, mapping: Mapping, *, by: User,
             told: Callable[[Table], None] = lambda table: None) -> ImportRun:  # fmt: skip
    """Read and write a file at once, as the command does; raises Refused before it writes."""
    digest, size = _digest(file)
    table = reading.open_table(file, name, mapping)
    told(table)
    clerk = clock.clock_account()
    with transaction.atomic():
        run = open_run(name, size, digest, mapping, by)
        run.header, run.how = table.header, table.how[:200]
        run.save(update_fields=["header", "how"])
        for step, actor in (("read", clerk), ("show", clerk), ("load", by)):
            run = perform(run, step, by=actor)
    return load(run, table, mapping, by)


LEASE = timedelta(minutes=15)
"""After so long without a sign of life, an import that no worker takes up again was killed."""


def killed(now: datetime) -> Iterable[due.Due]:
    """Imports of the command that were killed: they are closed as failed, to be run once more.

    Those of a worker go on by themselves, for the outbox gives the job to the next one.
    """
    states = (States.READING, States.LOADING)
    rows = ImportRun.objects.filter(state__in=states, document=None).select_related("dossier")
    for run in rows.filter(Q(alive_at__lte=now - LEASE) | Q(alive_at=None)):
        began = (run.alive_at or run.started_at) + LEASE
        if began <= now:
            yield due.Due(began, f"projects.importrun:fail:{run.pk}", partial(_give_up, run))


def _give_up(run: ImportRun) -> bool:
    with translation.override(run.started_by.language):
        because = _("The import was interrupted. What was written stays; run the same file again, "
                    "and it goes on: rows that were written are recognised.")  # fmt: skip
    _step(run, "fail", because)
    return True


due.falls_due(killed)


def _digest(file: IO[bytes]) -> tuple[str, int]:
    size = file.seek(0, io.SEEK_END)
    reading.refuse_size(size)
    file.seek(0)
    return hashlib.file_digest(file, "sha256").hexdigest(), size  # type: ignore[arg-type]


def _run(key: int) -> ImportRun:
    related = ("dossier", "document__blob", "started_by", "confirmed_by")
    return ImportRun.objects.select_related(*related).get(pk=key)


def _tell(run: ImportRun, rows: int) -> None:
    ImportRun.objects.filter(pk=run.pk).update(progress=rows, alive_at=clock.now())


def _step(run: ImportRun, name: str, because: str = "") -> None:
    """Take a step of the worker's; a run that was cancelled meanwhile stays so."""
    try:
        perform(run, name, by=clock.clock_account(), because=because)
    except Refused as refused:
        log.info("Import %s: %s", run.ref, refused)
