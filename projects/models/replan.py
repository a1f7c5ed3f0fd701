"""What a decided change does to a project's books and plan, within its step."""

from typing import Any

from django.utils.translation import gettext as _

from core import history
from core.models import User
from core.refusals import Refused
from projects.accounts import APPROVED
from projects.models import booking, plan
from projects.models.tranche import Tranche, TrancheState

OPEN = (TrancheState.PLANNED, TrancheState.RESERVED)
"""States in which a tranche may still grow: nobody was promised its money yet."""


def growing(project: Any) -> list[Tranche]:
    """The tranches that a change may add to, in their order."""
    waiting = plan.live_tranches(project).filter(state__in=OPEN, number__gt=0)
    return list(waiting.select_related("project__institution", "project__dossier"))


def grow(
    project: Any, amount: int, number: int | None, *, key: str, by: User, because: str
) -> None:
    """Approve what a change adds, in minor units, and reserve it with the tranche it goes to.

    Without a tranche it stays approved. What is less is never taken back here: money that was
    approved stays until the project ends. Raises Refused when the tranche is promised already.
    """
    if amount <= 0:
        return
    booking.post(project, "approve", amount, by=by, because=because, key=f"{key}:approve")
    if number is None:
        return
    tranche = next((row for row in growing(project) if row.number == number), None)
    if tranche is None:
        raise Refused(
            _("Tranche %(number)s is promised already; a change adds to one that is not.")
            % {"number": number}
        )
    change = {"amount": [tranche.amount, tranche.amount + amount], "change": key}
    tranche.amount += amount
    tranche.save(update_fields=["amount"])
    history.record("projects.tranche.plan", tranche, by=by, because=because, details=change)
    if tranche.state == TrancheState.RESERVED:
        turn = tranche.postings.filter(kind="reserve").count() + 1
        booking.post(project, "reserve", amount, by=by, because=because, tranche=tranche,
                     key=f"tranche:{tranche.pk}:reserve:{turn}")  # fmt: skip
    elif booking.balances(project)[APPROVED] >= tranche.amount:
        plan._reserve(project, tranche, by, because)
