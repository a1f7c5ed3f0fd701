"""Change requests before a board: deviations by motion, critical ones by running the gate again."""

import copy
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from core import money, turns
from core.machines import running
from core.models import User
from core.steps import perform
from core.waits import Wait, turn
from gating import effects, matters
from gating.models import GateReview
from gating.models.board import competent_board
from gating.models.review import UNDECIDED
from projects.models import ChangeRequest, tier_rise
from projects.models.change import Band, Rule, board_waits
from projects.routing_changes import CRITICAL, DEVIATION

WAITING = ChangeRequest.States.BEFORE_BOARD
DECIDING = (*UNDECIDED, "decided")
"""States of a review that may still decide the change that its gate is run again for."""
ENDING = ("withdraw", "expire", "refuse", "stop", "rescind")


@matters.register("projects.changerequest")
class ChangeMatter(matters.Matter):
    """A deviation goes to the board competent for the project as it would be after the change."""

    outcomes = ("approve", "refuse")

    def row(self, pk: int) -> ChangeRequest:
        """The change with its project and case."""
        rows = ChangeRequest.objects.select_related(*ChangeRequest.step_related)
        return rows.get(pk=pk)

    def faults(self, row: ChangeRequest) -> list[str]:
        """A motion decides a deviation while it waits; a critical change is the gate's."""
        if row.state != WAITING:
            return [_("The change does not wait for a board.")]
        if row.band != DEVIATION:
            gate = {"gate": row.gate}
            return [_("A critical change is decided by running gate %(gate)s again.") % gate]
        return []

    def boards(self, row: ChangeRequest) -> list[tuple[Any, dict[str, Any]]]:
        """The board competent for the whole-life cost, and the tier, that the change leads to."""
        return [competent_board(grown(row))]

    def excluded(self, row: ChangeRequest) -> dict[int, str]:
        """Whoever wrote or submitted it has no vote on it."""
        return dict.fromkeys({row.drafted_by_id, *row.submitters}, "submits")

    def effect(self, motion: Any, row: ChangeRequest, *, by: User) -> None:
        """Approve or reject it, as carried."""
        name = "approve" if motion.outcome == motion.Outcome.APPROVE else "reject"
        perform(row, name, by=by, because=motion.ref)

    def facts(self, row: ChangeRequest) -> dict[str, Any]:
        """What is decided: the differences and the route that led to the board."""
        return {
            "ref": row.ref, "title": row.title, "reason": row.reason, "cost": row.cost,
            "currency": row.project.currency, "days": row.days, "undermined": row.undermined,
            "band": row.band, "rule": row.rule, "cost_pct": row.route.get("cost_pct", ""),
            "growth_days": row.route.get("days", 0),
        }  # fmt: skip

    def told(self, facts: dict[str, Any]) -> list[tuple[str, str]]:
        """The same in words."""
        rows = [
            (_("Change"), facts["title"]), (_("Why it changes"), facts["reason"]),
            (_("Change of the whole-life cost"), money.show(facts["cost"], facts["currency"])),
            (_("Change of the end, days"), str(facts["days"])),
            (_("A benefit is undermined"), _("yes") if facts["undermined"] else _("no")),
            (_("Band"), str(Band(facts["band"]).label)),
            (_("Sent there by"), str(Rule(facts["rule"]).label)),
            (_("Growth, percent"), facts["cost_pct"]),
            (_("Growth, days"), str(facts["growth_days"])),
        ]  # fmt: skip
        return rows


def grown(change: ChangeRequest) -> Any:
    """The project as it would be after the change; a copy that is never saved."""
    project: Any = copy.copy(change.project)
    was = tier_rise.Size.of(project)
    project.cost = project.cost + change.cost
    project.ends_on = project.ends_on + timedelta(days=change.days)
    project.tier = tier_rise.outgrown(project, was) or project.tier
    return project


def waits(change: ChangeRequest) -> Iterable[Wait]:
    """Whose turn it is while a change is before a board: the secretariat's, or the manager's."""
    if change.band != CRITICAL:
        yield from matters.turns_of(change)
    elif change.project.manager_id and not deciding(change):
        url = reverse("gating:review_create", kwargs={"ref": change.project.ref})
        yield turn("plan_review", f"user:{change.project.manager_id}:manager", url=url)


def deciding(change: ChangeRequest) -> bool:
    """Whether a review of the gate that decides a critical change is under way."""
    over = [row.pk for row in running.get()
            if isinstance(row, GateReview) and row.taking in ENDING]  # fmt: skip
    rows = GateReview.objects.filter(project=change.project_id, gate__code=change.gate)
    return rows.filter(state__in=DECIDING).exclude(pk__in=over).exists()


def refresh(review: Any) -> None:
    """A review of the deciding gate begins or ends: whose turn it is on the change may move on."""
    rows = ChangeRequest.objects.filter(project=review.project_id, state=WAITING, band=CRITICAL)
    for change in rows.select_related(*ChangeRequest.step_related):
        turns.refresh(change)


if waits not in board_waits:
    board_waits.append(waits)
if refresh not in effects.moved:
    effects.moved.append(refresh)
