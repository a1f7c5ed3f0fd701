"""What the clock tells the panel: reminders of declarations and sheets that are due."""

from collections.abc import Callable
from typing import Any

from core import clock
from core.outbox import at_each_tick
from core.reminders import remind
from procurement.models import ConflictDeclaration, ScoreSheet

MARKS = (3, 1, 0)
"""Days before the last day on which a member of the panel is reminded."""


@at_each_tick
def remind_of_declarations() -> None:
    """Who has not declared is reminded."""
    rows = ConflictDeclaration.objects.filter(
        state=ConflictDeclaration.States.ASKED, member__left_at=None, due__isnull=False
    )
    _remind(rows.select_related(*ConflictDeclaration.step_related), lambda row: row.due)


@at_each_tick
def remind_of_sheets() -> None:
    """Who has not sealed a sheet is reminded."""
    rows = ScoreSheet.objects.filter(
        state=ScoreSheet.States.OPEN, round__superseded_at=None, round__due__isnull=False,
        round__competition__state__in=["technical_individual", "interview"],
    )  # fmt: skip
    _remind(rows.select_related(*ScoreSheet.step_related), lambda sheet: sheet.round.due)


def _remind(rows: Any, due: Callable[[Any], Any]) -> None:
    for row in rows:
        verb = f"{row._meta.label_lower}.remind"
        remind(row, due(row), MARKS, verb=verb, today=clock.today(row.competition.institution))
