"""More time for conditions: asking for it, and what a board's motion on it brings about."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, history
from core.models import User
from core.refusals import Refused
from core.steps import allow, create, perform
from gating import matters
from gating import permissions_boards as permissions
from gating.models import Condition, Extension
from gating.models.extension import refusals


@transaction.atomic
def ask(condition: Condition, until: date, reason: str, *, by: User) -> Extension:
    """Ask for a later due date, as the condition's owner; whoever set it decides.

    Raises Refused without a reason, for a day that is not later, after two extensions, and once
    the condition is breached; Denied for anybody but its owner.
    """
    history.lock(condition.dossier)
    condition = Condition.objects.select_related(*Condition.step_related).get(pk=condition.pk)
    allow(permissions.owes, condition, by)
    faults = refusals(condition, until)
    if not reason.strip():
        faults.append(_("Say why more time is needed."))
    if condition.extensions.filter(state="asked").exists():
        faults.append(_("More time is asked for already; take that request back first."))
    if faults:
        raise Refused(*faults)
    asked = Extension(condition=condition, until=until, before=condition.due or until, asked_by=by,
                      reason=reason.strip(), asked_at=clock.now())  # fmt: skip
    details = {"until": str(until), "before": str(condition.due)}
    return create(asked, by=by, because=asked.reason, details=details)


@matters.register("gating.extension")
class ExtensionMatter(matters.Matter):
    """The board that set a condition, or one above it, decides on more time for it."""

    outcomes = ("extend",)

    def row(self, pk: int) -> Extension:
        """The request with its condition and case."""
        return Extension.objects.select_related(*Extension.step_related).get(pk=pk)

    def faults(self, row: Extension) -> list[str]:
        """Why no motion may be put on it; one that is open already may always be closed."""
        if row.state == Extension.States.ASKED:
            return refusals(row.condition, row.until)
        if matters.motions_of(row).filter(state="open").exists():
            return []
        return [_("The request for more time is decided, or of no use any more.")]

    def boards(self, row: Extension) -> list[tuple[Any, dict[str, Any]]]:
        """The board that set the condition, and those above it."""
        own = row.condition.motion.board
        rule = {"why": "extension", "condition": row.condition.ref}
        return [(board, {**rule, "board": board.code}) for board in (own, *own.ancestors())]

    def excluded(self, row: Extension) -> dict[int, str]:
        """The owner of the condition has no vote on it."""
        return {row.condition.owner_id: "condition"}

    def effect(self, motion: Any, row: Extension, *, by: User) -> None:
        """The condition gets its new due date."""
        if row.state == Extension.States.ASKED:
            perform(row, "grant_by_motion", by=by, because=motion.ref)

    def lost(self, motion: Any, row: Extension, *, by: User) -> None:
        """The due date stands."""
        if row.state == Extension.States.ASKED:
            perform(row, "refuse_by_motion", by=by, because=motion.ref)

    def facts(self, row: Extension) -> dict[str, Any]:
        """What was asked: for which condition, from which day to which, and why."""
        return {"ref": row.condition.ref, "text": row.condition.text, "reason": row.reason,
                "before": str(row.before), "until": str(row.until)}  # fmt: skip
