"""Daily checkpoints: one root over the heads of all chains, published and kept elsewhere too.

Whoever holds yesterday's root can tell whether the history before it was written anew, even by
somebody who holds the key: the head that was under the root must still be found in its chain.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from core import clock, history, merkle, outbox
from core.models import Checkpoint, CheckpointLeaf, Dossier, Event

ANCHOR = "CHECKPOINTS"
BATCH = 2000
IN = 500
HOW = (
    "Merkle tree of RFC 6962 over SHA-256. Leaf n is the text 'n:count:head:digest' in ASCII: "
    "place, number of events, seal of the newest event of one case, and the end of its chain "
    "without a key (SHA-256 over each event and the end before it; older leaves have none). "
    "'changed' lists place and leaf hash of the cases that are new or moved since the checkpoint "
    "before; the others stand."
)


def anchor() -> Dossier:
    """The case file that records the checkpoints themselves; opened with the first."""
    return history.standing_dossier("checkpoint", ANCHOR)


def seal_of(checkpoint: Checkpoint) -> str:
    """The seal over a checkpoint's columns, with the key outside the database."""
    return history.seal(
        "checkpoint", checkpoint.day.isoformat(), checkpoint.root, checkpoint.leaves,
        checkpoint.previous, history.stamp(checkpoint.at),
    )  # fmt: skip


def leaf_text(row: CheckpointLeaf) -> str:
    """What a leaf says of a case; the end of the chain without a key where it is known."""
    text = f"{row.position}:{row.count}:{row.head}"
    return f"{text}:{row.digest}" if row.digest else text


def leaf_of(row: CheckpointLeaf) -> bytes:
    """The hash under which the head of one chain stands in the tree."""
    return merkle.leaf(leaf_text(row))


CHAINED = ("number", "verb", "target_label", "target_id", "actor_id", "on_behalf_of_id", "because",
           "details", "at", "previous", "mac")  # fmt: skip


def digests(cases: Iterable[Dossier]) -> dict[int, str]:
    """The end of the chain without a key of each of these cases, as far as its head, by case."""
    refs = {case.pk: (case.ref, case.count) for case in cases}
    found = dict.fromkeys(refs, "")
    rows = Event.objects.filter(dossier__in=refs).order_by("dossier_id", "number")
    for key, *columns in rows.values_list("dossier_id", *CHAINED).iterator(BATCH):
        ref, count = refs[key]
        if columns[0] <= count:
            columns[8] = history.stamp(columns[8])
            found[key] = history.chain(found[key], ref, columns)
    return found


@transaction.atomic
def take() -> Checkpoint:
    """Take the checkpoint of this day (UTC), if there is none yet, and write its file."""
    case = history.lock(anchor())
    now = clock.now()
    last = Checkpoint.objects.order_by("day").last()
    if last is not None and last.day >= now.date():
        return last
    tree, latest = _tree_of(latest_leaves())
    changed = _changed(tree, latest)
    checkpoint = Checkpoint(dossier=case, day=now.date(), root=tree.root(), leaves=len(tree),
                            previous=last.root if last else "", at=now)  # fmt: skip
    checkpoint.mac = seal_of(checkpoint)
    checkpoint.save()
    for row in changed:
        row.checkpoint = checkpoint
    CheckpointLeaf.objects.bulk_create(changed, batch_size=BATCH)
    history.record("core.checkpoint.take", checkpoint, by=clock.clock_account(),
                   details={"root": checkpoint.root, "cases": checkpoint.leaves})  # fmt: skip
    transaction.on_commit(lambda: write(checkpoint))
    return checkpoint


def _changed(tree: merkle.Tree, latest: dict[int, CheckpointLeaf]) -> list[CheckpointLeaf]:
    """The leaves of the cases that moved since the last checkpoint, put into the tree."""
    moved, changed = list(_moved(latest)), []
    for start in range(0, len(moved), IN):
        part = moved[start : start + IN]
        ends = digests(part)
        for dossier in part:
            position = latest[dossier.pk].position if dossier.pk in latest else len(tree)
            row = CheckpointLeaf(dossier=dossier, position=position, count=dossier.count,
                                 head=dossier.head, digest=ends[dossier.pk])  # fmt: skip
            tree.put(position, leaf_of(row))
            changed.append(row)
    return changed


@outbox.at_each_tick
def take_if_due() -> None:
    """Take the day's checkpoint in its first minutes, or when the worker is back."""
    if not Checkpoint.objects.filter(day__gte=clock.now().date()).exists():
        take()


def latest_leaves(until: date | None = None) -> Iterator[CheckpointLeaf]:
    """The last leaf of every case, by place; with `until`, as it stood at that checkpoint."""
    rows = (
        CheckpointLeaf.objects.all()
        if until is None
        else CheckpointLeaf.objects.filter(checkpoint__day__lte=until)
    )
    newest = rows.order_by().values("dossier").annotate(newest=Max("pk")).values("newest")
    return CheckpointLeaf.objects.filter(pk__in=newest).order_by("position").iterator(BATCH)


def _tree_of(leaves: Iterator[CheckpointLeaf]) -> tuple[merkle.Tree, dict[int, CheckpointLeaf]]:
    latest = {row.dossier_id: row for row in leaves}
    hashes = [leaf_of(row) for row in latest.values()]
    return merkle.Tree(hashes), latest


def _moved(latest: dict[int, CheckpointLeaf]) -> Iterator[Dossier]:
    """The cases whose head is another than at the last checkpoint; one statement, one moment."""
    for dossier in Dossier.objects.filter(count__gt=0).order_by("pk").iterator(BATCH):
        known = latest.get(dossier.pk)
        if known is None or (known.count, known.head) != (dossier.count, dossier.head):
            yield dossier


def published(checkpoint: Checkpoint) -> dict[str, Any]:
    """What anyone may read of a checkpoint: no names, no references, no seals of events."""
    rows = checkpoint.changed.order_by("position")
    return {
        "day": checkpoint.day.isoformat(),
        "at": history.stamp(checkpoint.at),
        "root": checkpoint.root,
        "previous": checkpoint.previous,
        "leaves": checkpoint.leaves,
        "mac": checkpoint.mac,
        "how": HOW,
        "changed": [[row.position, leaf_of(row).hex()] for row in rows.iterator(BATCH)],
    }


def folder(case: Dossier) -> Path:
    """Where this database's checkpoints lie outside it: named for the moment it began."""
    began = hashlib.sha256(f"{case.ref} {history.stamp(case.opened_at)}".encode()).hexdigest()
    return settings.VAR / "checkpoints" / began[:16]


def write(checkpoint: Checkpoint) -> Path:
    """Write a checkpoint to its file outside the database; a file once written is left alone."""
    path = folder(checkpoint.dossier) / f"{checkpoint.day.isoformat()}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        part = path.with_suffix(".part")
        part.write_text(json.dumps(published(checkpoint)) + "\n", encoding="utf-8")
        part.rename(path)
    return path


def seen(dossier: Dossier) -> CheckpointLeaf | None:
    """The head under which a checkpoint last saw a case; its proof: `core:checkpoint_proof`."""
    leaves = CheckpointLeaf.objects.filter(dossier=dossier).select_related("checkpoint")
    return leaves.order_by("-checkpoint").first()


def proof_of(head: str) -> dict[str, Any] | None:
    """The proof that the chain that had this head stands under the root of the day that saw it.

    None while no checkpoint has seen that head. Raises nothing; the head itself is the permission.
    """
    row = CheckpointLeaf.objects.filter(head=head).select_related("checkpoint").first()
    return None if row is None else proof(row)


def proof(row: CheckpointLeaf) -> dict[str, Any]:
    """The way from one leaf to the root of its day."""
    tree, _latest = _tree_of(latest_leaves(row.checkpoint.day))
    return {
        "day": row.checkpoint.day.isoformat(),
        "root": row.checkpoint.root,
        "leaf": leaf_text(row),
        "path": [{"side": side, "hash": neighbour} for side, neighbour in tree.path(row.position)],
        "how": HOW,
    }
