"""Lights: what the figures of a forecast say, before people say more; pure.

Cost and time are Denmark's (red beyond 10 percent, red beyond 90 days). They are measured against
the current baseline. What rebaselining took up does not vanish with it: growth since the first
baseline beyond the red limit keeps a light from green.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

GREEN, AMBER, RED = LIGHTS = ("green", "amber", "red")
"""From the best to the worst. An empty text is a light of which nothing is known."""
KINDS = ("cost", "time", "benefit", "conditions")
SOON = timedelta(days=14)
"""An open condition that falls due within so much makes its light amber."""
_ORDER = {"": 0, GREEN: 1, AMBER: 2, RED: 3}


@dataclass(frozen=True)
class Limits:
    """Beyond what a light is red: percent of cost, days, percent of a promised benefit missed."""

    cost_percent: Decimal = Decimal(10)
    days: int = 90
    benefit_percent: Decimal = Decimal(25)


def growth(now: Decimal | int | None, since_first: Decimal | int | None,
           limit: Decimal | int) -> str:  # fmt: skip
    """Red beyond the limit, amber for any growth, or where v0 is exceeded beyond the limit."""
    if now is None:
        return ""
    if now > limit:
        return RED
    if now > 0 or (since_first is not None and since_first > limit):
        return AMBER
    return GREEN


def missed(baseline: Decimal, target: Decimal, forecast: Decimal) -> Decimal:
    """How many percent of the promised improvement will be missing; 0 where it is reached.

    A benefit whose target is where it stands already is missed whole by any other figure.
    """
    promised = target - baseline
    if promised == 0:
        return Decimal(0) if forecast == target else Decimal(100)
    return max(Decimal(0), (target - forecast) / promised * 100)


def benefit(rows: Iterable[dict[str, Any]], limits: Limits) -> str:
    """The worst of the benefits: red beyond the limit missed, amber for anything missed."""
    found = ""
    for row in rows:
        figures = [row.get(name) for name in ("baseline", "target", "forecast")]
        if any(figure in (None, "") for figure in figures):
            continue
        share = missed(*(Decimal(str(figure)) for figure in figures))
        light = RED if share > limits.benefit_percent else AMBER if share > 0 else GREEN
        found = worst([found, light])
    return found


def conditions(dues: Iterable[datetime | None], now: datetime) -> str:
    """Red when an open condition is overdue, amber when one is due soon, else green."""
    moments = [due for due in dues if due is not None]
    if any(due <= now for due in moments):
        return RED
    return AMBER if any(due <= now + SOON for due in moments) else GREEN


def worst(lights: Iterable[str]) -> str:
    """The worst of some lights; unknown ones do not count."""
    return max(lights, key=_ORDER.__getitem__, default="")


def better(light: str, than: str) -> bool:
    """Whether a light is better than another."""
    return _ORDER[light] < _ORDER[than]
