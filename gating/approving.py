"""The minutes of a meeting are approved by a motion of the next one: one vote a seat."""

import hashlib
from typing import Any

from django.utils.translation import gettext as _

from core.steps import perform
from gating import matters
from gating.models import Meeting


@matters.register("gating.meeting")
class MinutesMatter(matters.Matter):
    """A meeting whose minutes are drafted and wait for the board's approval."""

    outcomes = ("approve",)
    without_project = True

    def row(self, pk: int) -> Any:
        return Meeting.objects.select_related("board__dossier").get(pk=pk)

    def faults(self, row: Any) -> list[str]:
        """Only minutes that are drafted, and not approved yet, are put to the vote."""
        if row.state != Meeting.States.CLOSED:
            return [_("There are no minutes that wait for approval.")]
        return [] if row.minutes.strip() else [_("Write the minutes first.")]

    def boards(self, row: Any) -> list[tuple[Any, dict[str, Any]]]:
        return [(row.board, {"why": "own_minutes", "board": row.board.code})]

    def effect(self, motion: Any, row: Any, *, by: Any) -> None:
        perform(row, "approve_minutes", by=by, because=motion.ref)

    def title(self, row: Any) -> str:
        return _("Minutes of the meeting of %(day)s") % {"day": row.day.isoformat()}

    def paper(self, row: Any) -> str:
        return str(row.minutes)

    def facts(self, row: Any) -> dict[str, Any]:
        return {"ref": str(row), "minutes_sha256": minutes_hash(row)}

    def told(self, facts: dict[str, Any]) -> list[tuple[str, str]]:
        return [(_("SHA-256 of the minutes"), facts["minutes_sha256"])]


def minutes_hash(meeting: Any) -> str:
    """SHA-256 of the minutes as they stand, in hex."""
    return hashlib.sha256(meeting.minutes.encode()).hexdigest()
