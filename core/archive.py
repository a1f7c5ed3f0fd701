"""The ZIP of a whole case: rows, events, proofs and files, each with its hash, always the same.

The same case gives the same bytes: times in the ZIP are fixed, rows stand in the order of their
keys, and exports that nothing followed are left out of the events (they stand in the house).
"""

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from core import archive_pages, checkpoints, exporting, history
from core.models import CheckpointLeaf, Dossier, Event, User
from core.refusals import Refused
from core.verification import one_moment

FORM = "compuerta dossier export 1"
EXPORT = "core.dossier.export"
BEGINNING = (1980, 1, 1, 0, 0, 0)
CHUNK = 64 * 1024
CHECKER = settings.BASE_DIR / "court" / "check.py"


More = Callable[[Dossier], dict[str, bytes]]
_more: dict[str, list[More]] = {}


def more(kind: str) -> Callable[[More], More]:
    """Put the files that the decorated function returns, by name, into archives of this kind."""

    def declare(function: More) -> More:
        _more.setdefault(kind, []).append(function)
        return function

    return declare


@dataclass(frozen=True)
class Made:
    """What an archive holds: how many events and files, and the hashes that name it."""

    events: int
    files: int
    sha256: str
    manifest: str


class Writer:
    """Files into a ZIP, each hashed as it is written, with fixed times."""

    def __init__(self, target: IO[bytes]) -> None:
        self.zip = zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6)
        self.files: dict[str, dict[str, Any]] = {}

    def add(self, name: str, pieces: Iterator[bytes] | bytes) -> None:
        digest, size = hashlib.sha256(), 0
        info = zipfile.ZipInfo(name, BEGINNING)
        info.compress_type, info.external_attr, info.create_system = 8, 0o644 << 16, 3
        with self.zip.open(info, "w", force_zip64=True) as file:
            for piece in (pieces,) if isinstance(pieces, bytes) else pieces:
                digest.update(piece)
                size += len(piece)
                file.write(piece)
        self.files[name] = {"sha256": digest.hexdigest(), "size": size}

    def json(self, name: str, value: Any) -> None:
        text = json.dumps(value, sort_keys=True, indent=1, ensure_ascii=False)
        self.add(name, f"{text}\n".encode())

    def lines(self, name: str, rows: Iterator[dict[str, Any]]) -> None:
        self.add(name, (f"{history.canonical(row)}\n".encode() for row in rows))


def export(dossier: Dossier, target: IO[bytes], *, by: User) -> Made:
    """Write the archive of a case into a file, and record that it left the house.

    Raises Refused when the storage does not hold a file of the case any more.
    """
    with one_moment():
        made = write(dossier, target)
    with transaction.atomic():
        subject = Subject(dossier)
        details = {"sha256": made.sha256, "manifest": made.manifest, "events": made.events,
                   "files": made.files}  # fmt: skip
        history.record(EXPORT, subject, by=by, details=details)
    return made


class Subject:
    """A case file as what an event is about."""

    _meta = Dossier._meta

    def __init__(self, dossier: Dossier) -> None:
        self.dossier, self.pk = dossier, dossier.pk


def write(dossier: Dossier, target: IO[bytes]) -> Made:
    """Write the archive of a case as it stands, and say what it holds; names are in Spanish."""
    with translation.override("es"):
        return _write(dossier, target)


def _write(dossier: Dossier, target: IO[bytes]) -> Made:
    dossier = Dossier.objects.get(pk=dossier.pk)
    writer, found = Writer(target), exporting.contents(dossier)
    events = _events(dossier)
    people = {key for event in events for key in (event.actor_id, event.on_behalf_of_id) if key}
    names = exporting.references(found, people)
    _write_case(writer, dossier, events)
    rows = _write_rows(writer, found)
    writer.json("references.json", names)
    for record in found.of("gating.record"):
        writer.add(f"records/{record.code}.json", record.text.encode())
    for document in found.of("core.document"):
        _write_file(writer, document, rows)
    for language in archive_pages.LANGUAGES:
        page = archive_pages.page(dossier, found, events, names, language)
        writer.add(archive_pages.NAMES[language], page.encode())
    for function in _more.get(dossier.kind, []):
        for name, content in sorted(function(dossier).items()):
            writer.add(name, content)
    writer.add("check.py", CHECKER.read_bytes())
    return _finish(writer, target, dossier, len(events))


def _events(dossier: Dossier) -> list[Event]:
    """The events of a case, but for exports at its end that no checkpoint has seen."""
    events = list(dossier.events.select_related("actor", "on_behalf_of").order_by("number"))
    seen = checkpoints.seen(dossier)
    least = seen.count if seen else 0
    while len(events) > least and events[-1].verb == EXPORT:
        events.pop()
    return events


def _write_case(writer: Writer, dossier: Dossier, events: list[Event]) -> None:
    """The events with their chain, what the case is, and its proofs in the checkpoints."""
    end, lines = "", []
    for event in events:
        columns = [getattr(event, name) for name in checkpoints.CHAINED]
        columns[8] = history.stamp(event.at)
        end = history.chain(end, dossier.ref, columns)
        named = dict(zip(checkpoints.CHAINED, columns, strict=True))
        lines.append({**named, "digest": end})
    writer.lines("events.jsonl", iter(lines))
    head = events[-1].mac if events else ""
    writer.json("case.json", {
        "form": FORM, "ref": dossier.ref, "kind": dossier.kind, "events": len(events),
        "opened_at": history.stamp(dossier.opened_at), "head": head, "digest": end,
        "left_out": [{"what": label, "why": why} for label, why in exporting.reasons()],
        "states": exporting.states(),
    })  # fmt: skip
    writer.json("proofs.json", _proofs(dossier, len(events)))


def _proofs(dossier: Dossier, events: int) -> dict[str, Any]:
    """Where checkpoints saw the case, the way to the newest root, and the roots until then."""
    leaves = CheckpointLeaf.objects.filter(dossier=dossier, count__lte=events)
    rows = list(leaves.select_related("checkpoint").order_by("checkpoint__day"))
    newest = rows[-1] if rows else None
    roots = []
    if newest is not None:
        earlier = type(newest.checkpoint).objects.filter(day__lte=newest.checkpoint.day)
        roots = [[row.day.isoformat(), row.root, row.previous] for row in earlier.order_by("day")]
    return {
        "how": checkpoints.HOW,
        "seen": [
            {"day": row.checkpoint.day.isoformat(), "position": row.position, "count": row.count,
             "head": row.head, "digest": row.digest}
            for row in rows
        ],
        "newest": checkpoints.proof(newest) if newest else None,
        "roots": roots,
    }  # fmt: skip


def _write_rows(writer: Writer, found: exporting.Contents) -> set[str]:
    """The rows of every model that has any; returns the names of the files they speak of."""
    files = set()
    for model in sorted(exporting.paths(), key=lambda model: model._meta.label_lower):
        label = model._meta.label_lower
        rows = found.of(label)
        if not rows:
            continue
        many = exporting.joined(model, rows)
        told = [exporting.plain(row, many) for row in rows]
        if label == "core.document":
            files = {row["file"] for row in told}
        writer.lines(f"rows/{label}.jsonl", iter(told))
    return files


def _write_file(writer: Writer, document: Any, wanted: set[str]) -> None:
    name = exporting.plain(document)["file"]
    if not name or name not in wanted:
        return
    writer.add(name, _content(document))
    if writer.files[name]["sha256"] != document.blob.sha256:
        raise _lost(document)


def _content(document: Any) -> Iterator[bytes]:
    try:
        with default_storage.open(document.blob.path, "rb") as file:
            while chunk := file.read(CHUNK):
                yield chunk
    except OSError as error:
        raise _lost(document) from error


def _lost(document: Any) -> Refused:
    return Refused(
        _("The storage does not hold “%(name)s” (document %(number)s) as it was sent. Restore it "
          "from the backup, then export again.")
        % {"name": document.name, "number": document.pk}
    )  # fmt: skip


def _finish(writer: Writer, target: IO[bytes], dossier: Dossier, events: int) -> Made:
    """The list of all files with their hashes, and the hash of the whole."""
    files = dict(sorted(writer.files.items()))
    writer.json("MANIFEST.json", {"form": FORM, "ref": dossier.ref, "files": files})
    writer.zip.close()
    target.seek(0)
    digest = hashlib.file_digest(target, "sha256").hexdigest()  # type: ignore[arg-type]
    manifest = writer.files["MANIFEST.json"]["sha256"]
    target.seek(0)
    return Made(events, len(files), digest, manifest)
