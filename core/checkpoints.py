"""Daily checkpoints: one root over the heads of all chains, published and kept elsewhere too.

Whoever holds yesterday's root can tell whether the history before it was written anew, even by
somebody who holds the key: the head that was under the root must still be found in its chain.
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from core import clock, history, merkle, outbox
from core.models import Checkpoint, CheckpointLeaf, Dossier

ANCHOR = "CHECKPOINTS"
BATCH = 2000
HOW = (
    "Merkle tree of RFC 6962 over SHA-256. Leaf n is the text 'n:count:head' in ASCII: place, "
    "number of events and seal of the newest event of one case. 'changed' lists place and leaf "
    "hash of the cases that are new or moved since the checkpoint before; the others stand."
)


def anchor() -> Dossier:
    """The case file that records the checkpoints themselves; opened with the first."""
    found = Dossier.objects.filter(ref=ANCHOR).first()
    return found or history.open_dossier("checkpoint", ANCHOR)


def seal_of(checkpoint: Checkpoint) -> str:
    """The seal over a checkpoint's columns, with the key outside the database."""
    return history.seal(
        "checkpoint", checkpoint.day.isoformat(), checkpoint.root, checkpoint.leaves,
        checkpoint.previous, history.stamp(checkpoint.at),
    )  # fmt: skip


def leaf_of(position: int, count: int, head: str) -> bytes:
    """The hash under which the head of one chain stands in the tree."""
    return merkle.leaf(f"{position}:{count}:{head}")


@transaction.atomic
def take() -> Checkpoint:
    """Take the checkpoint of this day (UTC), if there is none yet, and write its file."""
    case = history.lock(anchor())
    now = clock.now()
    last = Checkpoint.objects.order_by("day").last()
    if last is not None and last.day >= now.date():
        return last
    tree, latest = _tree_of(latest_leaves())
    changed = []
    for dossier in _moved(latest):
        position = latest[dossier.pk].position if dossier.pk in latest else len(tree)
        tree.put(position, leaf_of(position, dossier.count, dossier.head))
        changed.append(CheckpointLeaf(dossier=dossier, position=position, count=dossier.count,
                                      head=dossier.head))  # fmt: skip
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
    hashes = [leaf_of(row.position, row.count, row.head) for row in latest.values()]
    return merkle.Tree(hashes), latest


def _moved(latest: dict[int, CheckpointLeaf]) -> Iterator[Dossier]:
    """The cases whose head is another than at the last checkpoint; one statement, one moment."""
    for dossier in Dossier.objects.filter(count__gt=0).order_by("pk").iterator(BATCH):
        known = latest.get(dossier.pk)
        if known is None or (known.count, known.head) != (dossier.count, dossier.head):
            yield dossier


def published(checkpoint: Checkpoint) -> dict[str, Any]:
    """What anyone may read of a checkpoint: no names, no references, no seals of events."""
    rows = checkpoint.changed.order_by("position").values_list("position", "count", "head")
    return {
        "day": checkpoint.day.isoformat(),
        "at": history.stamp(checkpoint.at),
        "root": checkpoint.root,
        "previous": checkpoint.previous,
        "leaves": checkpoint.leaves,
        "mac": checkpoint.mac,
        "how": HOW,
        "changed": [
            [position, leaf_of(position, count, head).hex()]
            for position, count, head in rows.iterator(BATCH)
        ],
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
    if row is None:
        return None
    tree, _latest = _tree_of(latest_leaves(row.checkpoint.day))
    return {
        "day": row.checkpoint.day.isoformat(),
        "root": row.checkpoint.root,
        "leaf": f"{row.position}:{row.count}:{row.head}",
        "path": [{"side": side, "hash": neighbour} for side, neighbour in tree.path(row.position)],
        "how": HOW,
    }
