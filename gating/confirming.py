"""An auditor's urgent hold before the board: confirmed by motion, it no longer ends by itself."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from core.models import User
from core.steps import blockers, perform, step
from core.waits import Wait
from gating import matters
from projects.models import Hold
from projects.models.hold import confirming


@matters.register("projects.hold")
class HoldMatter(matters.Matter):
    """The board competent for the project confirms an urgent hold, or lets it end."""

    outcomes = ("confirm",)

    def row(self, pk: int) -> Hold:
        """The hold with its project and case."""
        return Hold.objects.select_related("project__dossier").get(pk=pk)

    def faults(self, row: Hold) -> list[str]:
        """Why no motion may be put on it; one that is open already may always be closed."""
        confirm = step(row, "confirm")
        if confirm is not None and not blockers(row, confirm):
            return []
        if matters.motions_of(row).filter(state="open").exists():
            return []
        return [_("Only an urgent hold that is in force is put to the board to confirm it.")]

    def excluded(self, row: Hold) -> dict[int, str]:
        """Who placed the hold has no vote on it."""
        return {row.placed_by_id: "conflict"}

    def effect(self, motion: Any, row: Hold, *, by: User) -> None:
        """The hold no longer ends by itself; one that is over stays over."""
        confirm = step(row, "confirm")
        if confirm is not None and not blockers(row, confirm):
            perform(row, "confirm", by=by, because=motion.ref)

    def facts(self, row: Hold) -> dict[str, Any]:
        """What is confirmed: the reason, and what ends the hold."""
        return {"ref": row.project.ref, "reason": row.reason, "cure": row.cure,
                "placed_at": row.placed_at.isoformat()}  # fmt: skip


def turns_to_confirm(hold: Hold) -> Iterable[Wait]:
    """The secretariat puts an urgent hold to the board before its days are over."""
    return [replace(wait, due=hold.ends_at) for wait in matters.turns_of(hold)]


if turns_to_confirm not in confirming:
    confirming.append(turns_to_confirm)
