"""The continuity allowance: a little of the next tranche while a review of its gate is undecided.

Upper rooms say whether a review is undecided; the money is committed and released ahead, and
counted against the tranche when that is committed and released itself.
"""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from core import money
from core.models import User
from projects import permissions
from projects.models.booking import post
from projects.models.drawing import GUARDS, gate_exercised, unmet
from projects.models.ledger import Posting, PostingLine

PERCENT = 10
"""Of the next tranche, so much at most (domain, §3)."""
KEY = permissions.AHEAD

undecided: list[Callable[[Any, str], bool]] = []
"""Upper rooms say here whether a project's review at a gate is under way and undecided."""


def under_review(tranche: Any) -> bool:
    """Whether the review that the tranche waits for is handed in and undecided."""
    return any(asks(tranche.project, tranche.gate) for asks in undecided)


def most(tranche: Any) -> int:
    """The allowance at most, in minor units: ten percent, never more than is not held back."""
    return min(int(tranche.amount) * PERCENT // 100, int(tranche.amount) - int(tranche.holdback))


def advanced(tranche: Any) -> int:
    """What was released ahead of the tranche, in minor units."""
    lines = PostingLine.objects.filter(
        posting__tranche=tranche, posting__kind="release", posting__key__startswith=KEY
    )
    return sum(lines.values_list("amount", flat=True))


def refusals(tranche: Any, amount: int) -> list[str]:
    """Why so much may not be released ahead of a tranche now; nothing where it may."""
    reasons = []
    if tranche.state != "reserved":
        reasons.append(_("Only a tranche that is reserved and not yet committed has a continuity "
                         "allowance."))  # fmt: skip
    elif not under_review(tranche):
        reasons.append(_("No review of gate %(gate)s is handed in and undecided.")
                       % {"gate": tranche.gate})  # fmt: skip
    if amount > most(tranche):
        shown = {"most": money.show(most(tranche), tranche.project.currency), "percent": PERCENT}
        reasons.append(_("The continuity allowance is %(most)s at most: %(percent)s percent of "
                         "the tranche.") % shown)  # fmt: skip
    others = [guard for guard in GUARDS if guard is not gate_exercised]
    return reasons + [str(found) for found in unmet(tranche, others)]


def release(tranche: Any, amount: int, number: int, *, by: User, because: str) -> Posting:
    """Commit and release the allowance; returns the posting that released it."""
    acted = {"by": by, "because": because, "tranche": tranche}
    post(tranche.project, "commit", amount, key=f"{KEY}{number}:commit", **acted)
    lines = [("committed", "released", amount)]
    return post(tranche.project, "release", lines, key=f"{KEY}{number}:release", **acted)
