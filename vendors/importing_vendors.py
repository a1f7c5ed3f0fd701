"""Taking in a list of vendors: each row is a known vendor, a new one, a doubt, or in quarantine.

A list read twice creates nothing the second time and adds nothing to the queue. A row of the same
file counts as known as soon as it is taken in.
"""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, documents, history
from core.models import User
from core.refusals import Refused
from core.steps import allow, create, perform
from vendors import entering, matching, vendor_files
from vendors import permissions_companies as who
from vendors.matching import Index, Named
from vendors.models.company import Vendor
from vendors.models.match import Match, MatchSource, MatchState
from vendors.models.vendor_import import COUNTS, VendorImport
from vendors.vendor_rows import Read, read_row

Line = dict[str, Any]


@dataclass
class Taking:
    """One file being taken in: what is known, and what its earlier rows have said."""

    by: User
    place: str
    index: Index = field(default_factory=Index.load)
    said: dict[int, tuple[int, dict[str, Any]]] = field(default_factory=dict)
    """By vendor: the line that spoke of it first, and what the rows so far declare."""

    def __post_init__(self) -> None:
        rows = Match.objects.filter(source=MatchSource.VENDORS)
        found = rows.order_by("pk").values_list("digest", "pk", "state", "vendor")
        self.queued: dict[str, tuple[int, str, int | None]] = {
            digest: (pk, state, vendor) for digest, pk, state, vendor in found
        }

    def take(self, line: int, row: Read) -> Line:
        """Take one row in, and say what became of it."""
        told: Line = {"line": line, "name": row.name}
        if row.faults:
            return told | {"outcome": "quarantined"}
        named = Named(row.name, row.country, row.tax_id, row.tax_standing)
        match, state, vendor = self.queued.get(matching.digest_of(named), (None, "", None))
        if state == MatchState.DISMISSED:
            return told | {"outcome": "unchanged", "match": match, "dismissed": True}
        if vendor is None or state == MatchState.WAITING:
            verdict = self.index.judge(named)
            if verdict.is_new and match is None:
                return told | self._enter(line, named, row.declared)
            if verdict.vendor is None:
                return told | self._queue(line, named, row.declared, verdict.grounds)
            vendor = verdict.vendor
        return told | self._known(line, vendor, named, row.declared)

    def _enter(self, line: int, named: Named, declared: dict[str, Any]) -> Line:
        vendor = entering.enter(named, declared, by=self.by, because=self.place, imported=True)
        self.index.add(Named(named.name, named.country, named.tax_id, named.tax_standing,
                             vendor.pk))  # fmt: skip
        self.said[vendor.pk] = (line, dict(declared))
        return {"outcome": "created", "vendor": vendor.ref}

    def _queue(self, line: int, named: Named, declared: dict[str, Any],
               grounds: list[tuple[int | None, str]]) -> Line:  # fmt: skip
        match = matching.queue(named, grounds, by=self.by, source=MatchSource.VENDORS,
                               place=f"{self.place}: {line}", values=declared)  # fmt: skip
        digest = match.digest
        if digest not in self.queued:
            self.queued[digest] = (match.pk, str(match.state), None)
            self.index.add(Named(named.name, named.country, named.tax_id, named.tax_standing,
                                 waits=True))  # fmt: skip
        rows = Vendor.objects.in_bulk([key for key, _ground in grounds if key])
        why = [[rows[key].title_for_people() if key in rows else "", str(ground)]
               for key, ground in grounds]  # fmt: skip
        return {"outcome": "to_match", "match": match.pk, "grounds": why}

    def _known(self, line: int, key: int, named: Named, declared: dict[str, Any]) -> Line:
        vendor = Vendor.objects.select_related("dossier").get(pk=key)
        first, said = self.said.setdefault(key, (line, {}))
        if any(flag in said and said[flag] != value for flag, value in declared.items()):
            return {"outcome": "quarantined", "vendor": vendor.ref, "contradicts": first}
        said.update(declared)
        changed = {flag: value for flag, value in declared.items()
                   if getattr(vendor, flag) != value}  # fmt: skip
        if named.number and not vendor.tax_id:
            changed |= {"tax_id": named.tax_id, "tax_standing": named.tax_standing}
        if not changed:
            return {"outcome": "unchanged", "vendor": vendor.ref}
        before = {name: getattr(vendor, name) for name in changed}
        for name, value in changed.items():
            setattr(vendor, name, value)
        vendor.save(update_fields=[*changed])
        history.record("vendors.vendor.update_from_import", vendor, by=self.by, because=self.place,
                       details={"before": before, "after": changed})  # fmt: skip
        return {"outcome": "updated", "vendor": vendor.ref}


def take_in(content: bytes, name: str, mapping: str, *, by: User) -> list[Line]:
    """Take a file in within the caller's transaction; what became of each row, in their order.

    Raises Refused when the file cannot be read as a list of vendors.
    """
    table = vendor_files.read(content, name)
    matching.hold()
    taking = Taking(by, name)
    country = vendor_files.MAPPINGS[mapping]
    lines = []
    for row in table.rows:
        line = taking.take(row.line, read_row(row, country))
        if line["outcome"] == "quarantined":
            line |= {"cells": row.cells, "fault": row.fault}
        lines.append(line)
    return lines


def counted(lines: list[Line]) -> dict[str, int]:
    """How many rows became what."""
    found = Counter(line["outcome"] for line in lines)
    return {outcome: found[outcome] for outcome in COUNTS}


@transaction.atomic
def import_now(content: bytes, name: str, mapping: str, *, by: User) -> VendorImport:
    """Take a file in at once; raises Denied, or Refused when it cannot be read."""
    allow(who.imports_vendors, None, by)
    run = _run(content, name, mapping, by)
    run.lines = take_in(content, run.name, mapping, by=by)
    run.counts, run.finished_at = counted(run.lines), clock.now()
    run = VendorImport(**_values(run), state=VendorImport.States.DONE)
    return create(run, by=by, details={"file": run.name, "sha256": run.sha256, **run.counts})


def _values(run: VendorImport) -> dict[str, Any]:
    fields = [field for field in run._meta.concrete_fields if field.name not in ("id", "state")]
    return {field.attname: getattr(run, field.attname) for field in fields}


def receive(uploaded: Any, mapping: str, *, by: User) -> VendorImport:
    """Keep a file and see what it would do; nothing is written yet. Raises Denied, Refused."""
    allow(who.imports_vendors, None, by)
    documents.refuse_infected(uploaded)
    uploaded.seek(0)
    content = uploaded.read()
    digest = hashlib.sha256(content).hexdigest()
    uploaded.examined = documents.Examined(digest, len(content), "text/plain")  # by our own rules
    with transaction.atomic():
        lines = take_in(content, uploaded.name, mapping, by=by)
        transaction.set_rollback(True)
    with transaction.atomic():
        run = _run(content, uploaded.name, mapping, by)
        run.document = documents.store(uploaded, by=by, dossier=run.case)
        run.lines, run.counts = lines, counted(lines)
        for line in run.lines:
            line.pop("match", None)
            if line["outcome"] == "created":
                line.pop("vendor")
        return create(run, by=by, details={"file": run.name, "sha256": run.sha256})


@transaction.atomic
def confirm(run: VendorImport, *, by: User) -> VendorImport:
    """Write what was shown; what has become known meanwhile counts. Raises Denied, Refused."""
    run = perform(run, "finish", by=by)
    if run.document is None:
        raise Refused(_("The file of this import is not kept."))
    with default_storage.open(run.document.blob.path, "rb") as file:
        content = file.read()
    run.lines = take_in(content, run.name, run.mapping, by=by)
    run.counts, run.finished_at = counted(run.lines), clock.now()
    run.save(update_fields=["lines", "counts", "finished_at"])
    return run


def _run(content: bytes, name: str, mapping: str, by: User) -> VendorImport:
    if len(content) > settings.IMPORT_MB * 1024 * 1024:
        raise Refused(_("The file is larger than %(limit)d MB.") % {"limit": settings.IMPORT_MB})
    return VendorImport(
        case=matching.hold(), name=PurePath(name).name[-200:], mapping=mapping,
        sha256=hashlib.sha256(content).hexdigest(), started_by=by, started_at=clock.now(),
    )  # fmt: skip
