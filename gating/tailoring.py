"""Tailorings before a board: a tier is lowered, and gates are taken together, by motion only."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from core import history, turns
from core.models import User
from core.steps import perform
from core.waits import Wait
from gating import matters
from gating.models import GateReview
from gating.outgrowing import COLLECTING
from projects.models import Tailoring
from projects.models.tailoring import board_waits, faults_of, lowered

OUTCOMES = {"lower_tier": "lower_tier", "merge_gates": "merge_gates"}
"""Which decision a proposal of each kind asks for."""


@matters.register("projects.tailoring")
class TailoringMatter(matters.Matter):
    """The board competent for the project as it is decides how much less is asked of it."""

    outcomes = ("lower_tier", "merge_gates", "refuse")

    def row(self, pk: int) -> Tailoring:
        """The proposal with its project and case."""
        return Tailoring.objects.select_related(*Tailoring.step_related).get(pk=pk)

    def faults(self, row: Tailoring) -> list[str]:
        """It waits, and still fits the project."""
        if row.state != Tailoring.States.PROPOSED:
            return [_("The proposal does not wait for a decision.")]
        return faults_of(row)

    def whole(self, motion: Any) -> list[str]:
        """The motion decides what is proposed, or refuses it."""
        if motion.outcome in (OUTCOMES[motion.matter_row.kind], "refuse"):
            return []
        return [_("Propose what was asked for: “%(what)s”, or to refuse it.")
                % {"what": motion.matter_row.what}]  # fmt: skip

    def excluded(self, row: Tailoring) -> dict[int, str]:
        """Who proposed it has no vote on it."""
        return {row.proposed_by_id: "submits"}

    def effect(self, motion: Any, row: Tailoring, *, by: User) -> None:
        """Grant or refuse it, as carried."""
        name = "refuse" if motion.outcome == motion.Outcome.REFUSE else "grant"
        perform(row, name, by=by, because=motion.ref)

    def facts(self, row: Tailoring) -> dict[str, Any]:
        """What is decided, with its scope and its reason."""
        return {"ref": row.ref, "kind": row.kind, "tier": row.tier.code if row.tier else "",
                "gates": f"{row.first_gate} {row.second_gate}".strip(), "scope": row.scope,
                "reason": row.reason}  # fmt: skip

    def told(self, facts: dict[str, Any]) -> list[tuple[str, str]]:
        """The same in words."""
        labels = {"kind": _("What is asked for"), "tier": _("Tier to fall to"),
                  "gates": _("Gates taken together"),
                  "scope": _("What is left out or taken together"),
                  "reason": _("Why less proof is enough")}  # fmt: skip
        words = {**facts, "kind": str(Tailoring.Kind(facts["kind"]).label)}
        return [(label, str(words[name])) for name, label in labels.items() if words[name]]


def waits(row: Tailoring) -> Iterable[Wait]:
    """The secretariat drafts the motion."""
    return matters.turns_of(row)


def ask_less(project: Any, *, by: User, because: str) -> None:
    """Reviews that nobody judges yet take the lower tier; their criteria stay as they are."""
    rows = GateReview.objects.filter(project=project, state__in=COLLECTING).order_by("pk")
    for review in rows.select_related(*GateReview.step_related):
        review.project, review.tier = project, project.tier
        review.save(update_fields=["tier"])
        history.record("gating.gatereview.ask_less", review, by=by, because=because,
                       details={"tier": project.tier.code})  # fmt: skip
        turns.refresh(review)


if waits not in board_waits:
    board_waits.append(waits)
if ask_less not in lowered:
    lowered.append(ask_less)
