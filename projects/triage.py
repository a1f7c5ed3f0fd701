"""Proportion: which tier a project is in, and what its discovery allowance may be."""

from projects.models.tier import discovery_cap, tier_for

__all__ = ["discovery_cap", "tier_for"]
