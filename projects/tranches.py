"""Acting on tranches: planning them, what decisions and the clock do to them, what is unmet."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, due, history
from core.due import Due, falls_due
from core.models import User
from core.refusals import Refused
from core.steps import allow, create
from projects import permissions
from projects.models.drawing import OVER, Unmet, unmet
from projects.models.plan import (
    approve_plan,
    close_books,
    commit,
    free_holdback,
    freeze,
    live_tranches,
    open_books,
    open_discovery,
    over_allowance,
    shown,
    thaw,
)
from projects.models.tranche import Tranche, TrancheState

__all__ = ["approve_plan", "close_books", "commit", "free_holdback", "freeze", "live_tranches",
           "next_to_draw", "open_books", "open_discovery", "plan", "release_guards",
           "thaw"]  # fmt: skip

NUMBERS = (0, 1, 2, 3)
"""The discovery allowance, and one tranche for each of the gates G1 to G3."""


def gate_of(number: int) -> str:
    """The gate whose exercise commits the tranche of that number; none for the allowance."""
    return f"G{number}" if number else ""


@transaction.atomic
def plan(project: Any, amounts: dict[int, int], *, by: User, because: str = "") -> list[Tranche]:
    """Set the planned tranches, by number, in minor units; those not planned any more are zero.

    Raises Denied for anybody but the manager; Refused when a tranche is reserved already, an
    amount is negative, or the sum exceeds the whole-life cost or the tier's discovery allowance.
    """
    history.lock(project.dossier)
    allow(permissions.manages, project, by)
    live = {tranche.number: tranche for tranche in live_tranches(project)}
    if reasons := _implausible(project, amounts, live):
        raise Refused(*reasons)
    for number, amount in sorted(amounts.items()):
        tranche = live.get(number)
        if tranche is None and amount:
            live[number] = create(
                Tranche(project=project, number=number, gate=gate_of(number), amount=amount),
                by=by, because=because, details={"amount": amount},
            )  # fmt: skip
        elif tranche is not None and amount != tranche.amount:
            change = {"amount": [tranche.amount, amount]}
            tranche.amount = amount
            tranche.save(update_fields=["amount"])
            history.record("projects.tranche.plan", tranche, by=by, because=because,
                           details=change)  # fmt: skip
    return [live[number] for number in sorted(live)]


def _implausible(project: Any, amounts: dict[int, int], live: dict[int, Tranche]) -> list[str]:
    if not project.currency or project.cost is None:
        return [_("Enter the currency and the whole-life cost of the project first.")]
    reasons = []
    for number, amount in amounts.items():
        there = live.get(number)
        if amount < 0:
            reasons.append(_("The amount of tranche %(number)s is negative.") % {"number": number})
        if there and there.state != TrancheState.PLANNED and there.amount != amount:
            reasons.append(_("Tranche %(number)s is reserved already; a change is decided, not "
                             "edited.") % {"number": number})  # fmt: skip
    total = sum(({n: t.amount for n, t in live.items()} | amounts).values())
    if total > project.cost:
        reasons.append(_("The tranches add up to %(total)s, more than the whole-life cost of "
                         "%(cost)s.") % shown(project, total=total, cost=project.cost))  # fmt: skip
    return reasons + over_allowance(project, amounts.get(0, 0))


@falls_due
def tranches_not_drawn(now: datetime) -> Iterable[Due]:
    """Every tranche that was not drawn by the end of its last valid day lapses."""
    near = now.astimezone(clock.zone()).date() + timedelta(days=1)  # it may be later elsewhere
    rows = Tranche.objects.lapsing(near).select_related("project__institution", "project__dossier")
    return due.steps(rows, "lapse", at=lambda tranche: tranche.valid_to)


def next_to_draw(project: Any) -> Tranche | None:
    """The tranche whose money comes next, or None where the plan has no more."""
    waiting = live_tranches(project).exclude(state__in=OVER).filter(amount__gt=0)
    return waiting.select_related("project__institution", "project__dossier").first()


def release_guards(tranche: Tranche) -> list[Unmet]:
    """Every unmet guard between a tranche and its release: sentence, who, where, by when."""
    return unmet(tranche)
