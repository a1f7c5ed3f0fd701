"""Who takes no part in a motion, and why: by their own word, or by the separation of duties."""

from typing import Any

from core import clock
from core.acts import CONFLICTS
from core.models import Act, Loan
from gating import matters

BY_ACT = ("submits", "certifies")
"""Acts in a case that are their own reason; every other one counts as releasing money."""


def of(motion: Any) -> dict[int, str]:
    """The people who take no part, each with a value of `gating.models.vote.Why`."""
    found: dict[int, str] = {}
    acts = Act.objects.filter(dossier=motion.dossier.pk, capacity__in=CONFLICTS["votes"])
    for person, capacity in acts.values_list("user_id", "capacity").distinct():
        found[person] = capacity if capacity in BY_ACT else "releases"
    found = _concerned(motion) | found
    if motion.review is not None:
        for person, state in motion.review.assessments.values_list("assessor_id", "state"):
            if state != "withdrawn":
                found[person] = "conflict" if state == "conflicted" else "assessed"
    if motion.matter:
        found |= matters.of(motion).excluded(motion.matter_row)
    if motion.pk:
        found.update(dict.fromkeys(motion.recusals.values_list("user_id", flat=True), "declared"))
    found.pop(None, None)  # type: ignore[call-overload]
    lent = Loan.objects.on(clock.today()).filter(state=Loan.States.ACTIVE, lender__in=found)
    for borrower in lent.values_list("borrower_id", flat=True):
        found.setdefault(borrower, "stands_in")
    return found


def _concerned(motion: Any) -> dict[int, str]:
    """Those whose own affair it is: the project's people, who owns the condition."""
    names = ("manager_id", "owner_id", "product_owner_id") if motion.project else ()
    found: dict[int, str] = {getattr(motion.project, name): "project" for name in names}
    if motion.condition is not None:
        found = {motion.condition.owner_id: "condition"} | found
    return found
