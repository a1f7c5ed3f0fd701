"""What the gates tell the rooms beneath them: who else sees a project, what may not change now."""

from typing import Any

from django.utils.translation import gettext as _

from gating.models import GateReview
from gating.seeing import reviewed_projects
from projects import entries, permissions

BEFORE_OTHERS = (
    "prepared", "submitted", "in_assessment", "report_drafted", "factual_check", "before_board",
    "decided", "in_force",
)  # fmt: skip
"""The states of a review in which others judge what was handed in, or the decision waits."""


def figures_under_review(project: Any) -> list[str]:
    """Why cost, dates, benefits and business case may not change now: others judge them."""
    if GateReview.objects.filter(project=project, state__in=BEFORE_OTHERS).exists():
        return [
            _("A gate review judges this now: it may change when the review is returned or over.")
        ]
    return []


if reviewed_projects not in permissions.seen_through:
    permissions.seen_through.append(reviewed_projects)
if figures_under_review not in entries.freezes:
    entries.freezes.append(figures_under_review)
