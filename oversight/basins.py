"""The sluice of a project: how full each basin is, and how each gate stands."""

from collections.abc import Iterable
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.money import show
from gating.models import GateReview
from oversight.sluice import Basin, Gate
from projects.models import Project, Tranche

STAGES = (("business_case", _("Business case")), ("alpha", _("Alpha")), ("beta", _("Beta")),
          ("live", _("Live")))  # fmt: skip
GATES = ("G1", "G2", "G3", "G4")
AFTER = {"G1": ("alpha", "beta", "live", "closing", "closed"), "G2": ("beta", "live", "closing",
         "closed"), "G3": ("live", "closing", "closed"), "G4": ("closing", "closed")}  # fmt: skip
APPROVED = ("reserved", "committed", "release_requested", "release_prepared", "released",
            "accounted", "settled", "frozen")  # fmt: skip
COMMITTED = APPROVED[1:]
RELEASED = ("released", "accounted", "settled")
OVER = ("superseded", "withdrawn", "refused", "expired", "rescinded")


def basins(project: Project, tranches: Iterable[Tranche], balances: dict[str, int]) -> list[Basin]:
    """One basin a stage: its tranche as planned, and how much of it is approved … spent.

    What is spent fills the basins in the order in which their tranches were released.
    """
    spent, found = balances.get("spent", 0), []
    by_number = {tranche.number: tranche for tranche in tranches}
    for number, (stage, label) in enumerate(STAGES):
        tranche = by_number.get(number)
        planned = tranche.amount if tranche else 0
        state = tranche.state if tranche else ""
        drawn = planned if state in RELEASED else 0
        used = min(spent, drawn)
        spent -= used
        found.append(
            _basin(label, project.currency, planned, state, drawn=drawn, used=used,
                   here=project.stage == stage)
        )  # fmt: skip
    return found


def _basin(
    label: str | Promise, currency: str, planned: int, state: str, *, drawn: int, used: int,
    here: bool,
) -> Basin:  # fmt: skip
    parts = {
        "approved": planned if state in APPROVED else 0,
        "committed": planned if state in COMMITTED else 0,
        "released": drawn,
        "spent": used,
    }
    return Basin(
        label=label, planned=show(planned, currency) if planned else "–", here=here,
        levels={name: (amount / planned if planned else 0, show(amount, currency))
                for name, amount in parts.items()},
    )  # fmt: skip


def gates(project: Project, newest: dict[str, GateReview], locks: dict[int, int]) -> list[Gate]:
    """Each gate: open once its stage is reached, waiting while a review is under way, else shut.

    `newest` holds the newest review by gate, `locks` the open conditions by review.
    """
    found = []
    for code in GATES:
        review = newest.get(code)
        passed = project.stage in AFTER[code]
        moving = review is not None and review.state not in (*OVER, "exercised", "planned")
        state = "open" if passed else "waiting" if moving else "closed"
        url = review.get_absolute_url() if review else ""
        found.append(Gate(label=code, state=state, url=url,
                          locks=locks.get(review.pk, 0) if review else 0))  # fmt: skip
    return found


def newest_reviews(reviews: Iterable[GateReview]) -> dict[str, Any]:
    """The newest review of each gate, given all of a project."""
    found: dict[str, GateReview] = {}
    for review in sorted(reviews, key=lambda row: row.pk):
        found[review.gate.code] = review
    return found
