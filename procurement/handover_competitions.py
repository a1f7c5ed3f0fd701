"""Handing over: drafts of competitions and addenda pass to a successor in one act."""

from typing import Any

from core import absence, history
from core.models import User
from procurement.models import BEFORE, Addendum, AddendumState, Competition

AUTHORED = {"author": (Competition, BEFORE), "drafted_by": (Addendum, (AddendumState.DRAFTED,))}
"""By column: whose drafts, and in which states they are handed over."""


def drafts_of(leaver: User, successor: User, by: User, because: str) -> list[Any]:
    """Let the successor go on with what the leaver drafts; each case gets its own event.

    Whoever has written a draft stays on record, and neither of them publishes it.
    """
    moved = []
    for column, (model, states) in AUTHORED.items():
        manager: Any = model._default_manager
        rows: Any = manager.filter(state__in=states, **{column: leaver})
        for row in rows.select_related(*model.step_related):
            history.lock(row.dossier)
            setattr(row, column, successor)
            row.save(update_fields=[column])
            history.record(f"{row._meta.label_lower}.hand_over", row, by=by, because=because,
                           details={"before": leaver.pk, "after": successor.pk})  # fmt: skip
            moved.append(row)
    return moved


absence.movers.append(drafts_of)
