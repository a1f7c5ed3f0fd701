"""What the gates tell the ledger: whether a review is handed in and nobody has decided it."""

from typing import Any

from gating.models import GateReview
from projects.models import continuity

BEFORE_DECISION = (
    "submitted", "in_assessment", "report_drafted", "factual_check", "before_board",
)  # fmt: skip
"""The project has done its part; others assess and decide."""


def review_undecided(project: Any, gate: str) -> bool:
    """Whether the project's review at this gate waits for its assessment or its decision."""
    rows = GateReview.objects.filter(project=project, gate__code=gate, state__in=BEFORE_DECISION)
    return bool(rows.exists())


if review_undecided not in continuity.undecided:
    continuity.undecided.append(review_undecided)
