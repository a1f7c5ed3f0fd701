"""A project's tier rises by itself when the project grows past a threshold; it never falls so.

Source: Denmark's state IT project model, where a project that outgrows its category owes what the
higher one asks. Falling needs a decision (`projects.models.tailoring`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core import history
from core.models import User
from core.refusals import Refused
from projects.models.tier import Tier, tier_for

risen: list[Callable[..., None]] = []
"""Upper rooms say here what a project owes once its tier has risen: `(project, by=, because=)`."""


@dataclass(frozen=True)
class Size:
    """What a tier follows from: whole-life cost in minor units, currency and risk."""

    cost: int | None
    currency: str
    risk: str

    @classmethod
    def of(cls, project: Any) -> "Size":
        return cls(project.cost, project.currency, project.risk)

    def tier(self) -> Tier | None:
        """The tier that follows from it, or None while it cannot be computed."""
        try:
            return tier_for(self.cost, self.currency, self.risk)
        except Refused:
            return None


def outgrown(project: Any, was: Size) -> Tier | None:
    """The higher tier into which a project has grown since it was of another size, if into any.

    A tier that was lowered by decision stays until a further threshold is passed.
    """
    before, now = was.tier(), Size.of(project).tier()
    if project.tier is None or now is None or now.rank <= project.tier.rank:
        return None
    return now if before is None or now.rank > before.rank else None


def _hold_back(project: Any, by: User, because: str) -> None:
    """Tranches that are not promised yet hold back what the higher tier does."""
    percent = project.tier.holdback_percent
    waiting = project.tranches.filter(
        state__in=("planned", "reserved"), holdback_percent__lt=percent
    )
    for tranche in waiting.order_by("number"):
        change = {"holdback_percent": [tranche.holdback_percent, percent]}
        tranche.holdback_percent = percent
        tranche.save(update_fields=["holdback_percent"])
        history.record("projects.tranche.plan", tranche, by=by, because=because, details=change)


def rise(project: Any, was: Size, *, by: User, because: str) -> bool:
    """Raise the tier of a project that outgrew it, and let the rooms above ask for what it owes."""
    now, before = outgrown(project, was), project.tier
    if now is None:
        return False
    project.tier = now
    project.save()
    history.record("projects.project.raise_tier", project, by=by, because=because,
                   details={"before": before.code, "after": now.code})  # fmt: skip
    _hold_back(project, by, because)
    for owes in risen:
        owes(project, by=by, because=because)
    return True
