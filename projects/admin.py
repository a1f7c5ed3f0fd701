"""The administration pages of projects: to look at, never to change."""

from typing import Any

from django.contrib import admin
from django.db import models

from projects.models import (
    Baseline,
    Benefit,
    BusinessCase,
    DiscountRate,
    Finding,
    Hold,
    Obligation,
    Posting,
    Project,
    TakeOn,
    TeamRole,
    Tier,
    TierBand,
    Tranche,
)


class ReadOnly(admin.ModelAdmin):
    """Rows to look at: what changes them is a step or a rule, on record."""

    show_full_result_count = False
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}

    def has_add_permission(self, request: Any) -> bool:
        return False

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        return False


admin.site.register(
    [Baseline, Benefit, BusinessCase, DiscountRate, Finding, Hold, Obligation, Posting, Project,
     TakeOn, TeamRole, Tier, TierBand, Tranche],
    ReadOnly,
)  # fmt: skip
