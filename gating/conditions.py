"""What is done with conditions beside their steps: the answer, and what the clock finds due."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, documents, history
from core.models import User
from core.refusals import Refused
from core.steps import MOVED_ON, allow, blockers, perform, step
from gating import permissions_boards as permissions
from gating.models import Condition


@transaction.atomic
def answer(condition: Condition, response: str, evidence: Iterable[Any] = (), file: Any = None, *,
           by: User) -> Condition:  # fmt: skip
    """Write how a condition is met, with evidence of the project or a file; still a draft.

    Raises Refused when it is not the owner's turn, or the file is not acceptable.
    """
    history.lock(condition.dossier)
    rows = Condition.objects.select_for_update(of=("self",))
    condition = rows.select_related(*Condition.step_related).get(pk=condition.pk)
    allow(permissions.owes, condition, by)
    if condition.state not in Condition.OWED:
        raise Refused(MOVED_ON())
    chosen = list(evidence)
    if any(row.project_id != condition.review.project_id for row in chosen):
        raise Refused(_("Choose evidence of this project."))
    condition.response = response.strip()
    if file:
        condition.document = documents.store(file, by=by, dossier=condition.dossier)
    condition.save(update_fields=["response", "document"])
    condition.evidence.set(chosen)
    details = {"response": condition.response, "evidence": sorted(row.pk for row in chosen),
               "document": condition.document_id}  # fmt: skip
    history.record("gating.condition.answer", condition, by=by, details=details)
    return condition


def fall_due() -> int:
    """The clock's work: what is overdue, breached or no longer waived; returns how many moved."""
    day, moved = clock.today(), 0
    rows = Condition.objects.select_related(*Condition.step_related)
    wanted = [("fall_overdue", rows.falling_overdue(day)),
              ("breach", rows.falling_into_breach(day)),
              ("revive", rows.filter(state="waived", waived_until__lte=day))]  # fmt: skip
    for name, found in wanted:
        for condition in found:
            moved += _take(condition, name)
    return moved


def _take(condition: Condition, name: str) -> int:
    """Take a step of the clock, unless its minute has not come where the institution is."""
    found = step(condition, name)
    if found is None or blockers(condition, found):
        return 0
    try:
        perform(condition, name, by=clock.clock_account())
    except Refused:
        return 0  # somebody was faster: the row has moved on
    return 1
