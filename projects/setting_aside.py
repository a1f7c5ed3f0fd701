"""Money set apart from the next tranche for an emergency: taken out of it, released, given back.

The tranche shrinks by what is set apart, so that no unit of money is promised twice and every
rule of the ledger holds as it does for any other posting.
"""

from typing import Any

from django.utils.translation import gettext as _

from core import history
from core.models import User
from core.refusals import Refused
from core.steps import create, perform
from projects.accounts import APPROVED, COMMITTED, release_lines
from projects.models import booking
from projects.models.plan import live_tranches
from projects.models.tranche import Tranche, TrancheState

UNDER_WAY = (TrancheState.RELEASE_REQUESTED, TrancheState.RELEASE_PREPARED)
FIRM = (TrancheState.COMMITTED, TrancheState.FROZEN)


def next_tranche(project: Any) -> Tranche | None:
    """The tranche whose money would come next: what an emergency draws on."""
    drawn = ("released", "accounted", "settled")
    waiting = live_tranches(project).exclude(state__in=drawn).filter(amount__gt=0)
    return waiting.select_related("project__institution", "project__dossier").first()


def take(project: Any, tranche: Tranche | None, amount: int, *, by: User, because: str,
         key: str) -> None:  # fmt: skip
    """Take an amount, in minor units, out of a tranche and commit it by itself.

    Only within the step that grants it. Raises Refused when the tranche holds less, or its own
    release is under way.
    """
    if tranche is None or not 0 < amount <= tranche.amount:
        raise Refused(_("The tranche does not hold so much."))
    if tranche.state in UNDER_WAY:
        raise Refused(_("A release of the tranche is under way; take it back first."))
    planned = tranche.state == TrancheState.PLANNED
    _resize(tranche, -amount, by, because)
    if planned:
        booking.post(project, "approve", amount, by=by, because=because, key=f"{key}:approve")
    booking.post(project, "reserve", amount, by=by, because=because, key=f"{key}:reserve")
    booking.post(project, "commit", amount, by=by, because=because, key=f"{key}:commit")


def release(project: Any, amount: int, *, by: User, because: str, key: str) -> None:
    """Release what was set apart, with the holdback of the project's tier."""
    percent = project.tier.holdback_percent if project.tier else 0
    lines = release_lines(amount, percent)
    booking.post(project, "release", lines, by=by, because=because, key=f"{key}:release")


def give_back(project: Any, number: int, amount: int, *, by: User, because: str,
              key: str) -> None:  # fmt: skip
    """What was set apart and not released is free again, and its tranche is as large as before.

    A tranche that has gone on since stays as it is: the money is approved, and may be planned anew.
    """
    if booking.balances(project)[COMMITTED] < amount:
        return  # the project has ended meanwhile, and everything with it
    lines = [(COMMITTED, APPROVED, amount)]
    booking.post(project, "lapse", lines, by=by, because=because, key=f"{key}:lapse")
    tranche = live_tranches(project).filter(number=number).first()
    if tranche is not None and tranche.state in (TrancheState.PLANNED, TrancheState.RESERVED):
        _resize(tranche, amount, by, because)


def _resize(tranche: Tranche, change: int, by: User, because: str) -> None:
    """Make a tranche larger or smaller: a plan is changed, what is reserved is reserved anew."""
    amount = tranche.amount + change
    if tranche.state == TrancheState.PLANNED:
        told = {"amount": [tranche.amount, amount]}
        tranche.amount = amount
        tranche.save(update_fields=["amount"])
        history.record("projects.tranche.plan", tranche, by=by, because=because, details=told)
        return
    firm = tranche.state in FIRM
    perform(tranche, "cancel", by=by, because=because)
    if amount:
        _again(tranche, amount, firm, by, because)


def _again(old: Tranche, amount: int, firm: bool, by: User, because: str) -> None:
    """The tranche anew with another amount, brought to where the old one stood."""
    project = old.project
    made = create(
        Tranche(project=project, number=old.number, gate=old.gate, amount=amount,
                holdback_percent=old.holdback_percent, valid_until=old.valid_until),
        by=by, because=because, details={"amount": amount, "instead_of": old.pk},
    )  # fmt: skip
    made = perform(made, "reserve", by=by, because=because)
    if firm:
        made = perform(made, "commit", by=by, because=because)
        if project.holds_active().exists():
            perform(made, "freeze", by=by, because=because)
