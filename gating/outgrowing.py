"""A project outgrew its tier: its open reviews ask what the higher tier asks."""

from typing import Any

from core import history, turns
from core.models import User
from gating import opening
from gating.models import GateReview
from gating.models.review import UNDECIDED
from projects.models import tier_rise

COLLECTING = ("planned", "collecting", "prepared", "returned", "deferred")
"""States in which the project can still show evidence for what is asked anew."""


def ask_more(project: Any, *, by: User, because: str) -> None:
    """Undecided reviews take the new tier: disciplines, factual check, and criteria as they may.

    Criteria are added while evidence can still be shown; after that the new disciplines assess
    what was submitted, and the report waits for them.
    """
    rows = GateReview.objects.filter(project=project, state__in=UNDECIDED).order_by("pk")
    for review in rows.select_related(*GateReview.step_related):
        review.project, review.tier = project, project.tier
        review.save(update_fields=["tier"])
        added = opening.add_missing(review) if review.state in COLLECTING else []
        history.record("gating.gatereview.ask_more", review, by=by, because=because,
                       details={"tier": project.tier.code, "standards": added})  # fmt: skip
        turns.refresh(review)


if ask_more not in tier_rise.risen:
    tier_rise.risen.append(ask_more)
