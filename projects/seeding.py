"""The defaults of tiers, thresholds and rates: put in where they are missing, never overwritten.

Numbers are Compuerta's own defaults (domain, section 1): an administrator edits them.
"""

from typing import Any

from django.apps import apps
from django.db.models.signals import post_migrate

from core.money import to_minor
from projects.models.tier import DiscountRate, Tier, TierBand

TIERS: dict[str, dict[str, Any]] = {
    "small": {
        "name": "Small", "rank": 1, "decider": "chair", "factual_check": False, "papers_days": 0,
        "merged_gates": [["G1", "G2"], ["G2", "G3"]], "disciplines": ["desk"],
        "team_roles": ["product_manager", "technical_lead"],
        "holdback_percent": 0, "sealing": "server", "clawback_percent": 100,
    },
    "medium": {
        "name": "Medium", "rank": 2, "decider": "board", "factual_check": True, "papers_days": 5,
        "merged_gates": [], "disciplines": ["service", "technology"],
        "team_roles": ["product_manager", "delivery_manager", "user_researcher", "technical_lead"],
        "holdback_percent": 5, "sealing": "server", "clawback_percent": 100,
    },
    "large": {
        "name": "Large", "rank": 3, "decider": "board", "factual_check": True, "papers_days": 5,
        "merged_gates": [],
        "disciplines": ["service", "technology", "security", "accessibility"],
        "team_roles": ["product_manager", "delivery_manager", "user_researcher", "technical_lead",
                       "security", "accessibility"],
        "holdback_percent": 10, "sealing": "shares", "clawback_percent": 100,
    },
}  # fmt: skip

# Currency: from which whole-life cost medium and large apply, and the three discovery allowances.
BANDS = {
    "MXN": (10_000_000, 100_000_000, 500_000, 2_000_000, 10_000_000),
    "USD": (500_000, 5_000_000, 25_000, 100_000, 500_000),
    "EUR": (500_000, 5_000_000, 25_000, 100_000, 500_000),
    "GBP": (500_000, 5_000_000, 25_000, 100_000, 500_000),
}

RATES = {
    "MXN": (1000, "SHCP: tasa social de descuento, 10 % anual"),
    "USD": (700, "OMB Circular A-94 (1992), 7 % real"),
    "EUR": (300, "European Commission, Better Regulation Toolbox, 3 %"),
    "GBP": (350, "HM Treasury, The Green Book, 3.5 %"),
}
DEFAULT_RATE = 1000
"""Hundredths of a percent, for currencies that have no rate of their own."""


def rate_for(currency: str) -> int:
    """The discount rate proposed for a currency, in hundredths of a percent a year."""
    found = DiscountRate.objects.filter(currency=currency).first()
    return DEFAULT_RATE if found is None else found.basis_points


def seed(sender: Any = None, **_: Any) -> None:
    """Put in the tiers, thresholds and rates that are missing."""
    tiers = {
        code: Tier.objects.get_or_create(code=code, defaults=values)[0]
        for code, values in TIERS.items()
    }
    for currency, (medium, large, *caps) in BANDS.items():
        starts = (0, medium, large)
        for code, start, cap in zip(tiers, starts, caps, strict=True):
            TierBand.objects.get_or_create(
                tier=tiers[code], currency=currency,
                defaults={"from_cost": to_minor(start, currency),
                          "discovery_cap": to_minor(cap, currency)},
            )  # fmt: skip
    for currency, (points, source) in RATES.items():
        DiscountRate.objects.get_or_create(
            currency=currency, defaults={"basis_points": points, "source": source}
        )


post_migrate.connect(seed, sender=apps.get_app_config("projects"), dispatch_uid="projects.seeding")
