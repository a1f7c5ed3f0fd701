"""Changing the numbers of proportion: tiers and thresholds, by an administrator, on record."""

from typing import Any

from django.db import transaction

from core import history
from core.models import Dossier, User
from core.steps import allow
from projects import permissions
from projects.models.tier import TIERS, Tier, TierBand, TierCode


def _case() -> Dossier:
    return Dossier.objects.filter(ref=TIERS).first() or history.open_dossier("settings", TIERS)


@transaction.atomic
def save_tier(tier: Tier, values: dict[str, Any], *, by: User) -> Tier:
    """Change numbers of a tier, from now on; raises Denied for anybody but an administrator."""
    allow(permissions.edits_tiers, tier, by)
    history.lock(_case())
    tier = Tier.objects.select_for_update().get(pk=tier.pk)
    changed = {
        name: [getattr(tier, name), value]
        for name, value in values.items()
        if getattr(tier, name) != value
    }
    if changed:
        for name, value in values.items():
            setattr(tier, name, value)
        tier.save()
        history.record("projects.tier.update", tier, by=by, details={"changed": changed})
    return tier


@transaction.atomic
def save_bands(currency: str, values: dict[str, int], *, by: User) -> None:
    """Set the thresholds and allowances of a currency, in its minor units, from now on.

    `values` has medium, large, cap_small, cap_medium, cap_large; small begins at zero. Projects
    already triaged keep their tier. Raises Denied for anybody but an administrator.
    """
    allow(permissions.edits_tiers, None, by)
    history.lock(_case())
    before = bands_of(currency)
    starts = {"small": 0, "medium": values["medium"], "large": values["large"]}
    tiers = Tier.objects.in_bulk(TierCode.values, field_name="code")
    for code, start in starts.items():
        TierBand.objects.update_or_create(
            tier=tiers[code], currency=currency,
            defaults={"from_cost": start, "discovery_cap": values[f"cap_{code}"]},
        )  # fmt: skip
    if before != values:
        history.record(
            "projects.tier.update_thresholds", tiers["small"], by=by,
            details={"currency": currency, "before": before, "after": values},
        )  # fmt: skip


def bands_of(currency: str) -> dict[str, int]:
    """The thresholds and allowances of a currency in its minor units; empty where none are set."""
    found: dict[str, int] = {}
    for band in TierBand.objects.filter(currency=currency).select_related("tier"):
        if band.tier.code != TierCode.SMALL:
            found[band.tier.code] = band.from_cost
        found[f"cap_{band.tier.code}"] = band.discovery_cap
    return found
