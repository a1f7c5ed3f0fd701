"""Handing over: the conditions of somebody who leaves pass to a successor in one act."""

from typing import Any

from core import absence, history
from core.models import User
from gating.models import Condition

OVER = (Condition.States.CLOSED, Condition.States.WAIVED)


def conditions_of(leaver: User, successor: User, by: User, because: str) -> list[Any]:
    """Put the successor in the leaver's place on every condition that is not over.

    Where that would make one person owner and verifier, it stays: the secretariat names another.
    """
    moved = []
    for role, other in (("owner", "verifier_id"), ("verifier", "owner_id")):
        rows = Condition.objects.filter(**{role: leaver}).exclude(state__in=OVER)
        for condition in rows.select_related(*Condition.step_related):
            if getattr(condition, other) == successor.pk:
                continue
            history.lock(condition.dossier)
            setattr(condition, role, successor)
            condition.save(update_fields=[role])
            if role == "owner":
                condition.oblige()
            history.record(
                "gating.condition.hand_over", condition, by=by, because=because,
                details={"role": role, "before": leaver.pk, "after": successor.pk},
            )  # fmt: skip
            moved.append(condition)
    return moved


absence.movers.append(conditions_of)
