"""The administration pages of the gates: to look at, never to change; sheets are not shown."""

from typing import Any

from django.contrib import admin

from gating.models import (
    Criterion,
    Gate,
    GateReview,
    GateRule,
    GateStandard,
    ReviewItem,
    Standard,
)


class ReadOnly(admin.ModelAdmin):
    """Rows to look at. Ratings, votes and clarifications are registered nowhere."""

    def has_add_permission(self, request: Any) -> bool:
        return False

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        return False


WITHHELD = {
    "bundle", "rating", "rating_reason", "action", "action_due", "report", "overall", "computed",
    "overall_reason", "dissent", "challenge", "challenge_answer",
}  # fmt: skip
"""What administrators do not read: evidence's content, and what the lead writes."""


class WithoutDrafts(ReadOnly):
    """A review's rows without what the lead writes before the report is finished."""

    def get_fields(self, request: Any, obj: Any = None) -> Any:
        return [name for name in super().get_fields(request, obj) if name not in WITHHELD]


admin.site.register([Standard, Criterion, Gate, GateStandard, GateRule], ReadOnly)
admin.site.register([GateReview, ReviewItem], WithoutDrafts)
