"""What decisions, holds and endings do to a project's tranches and books, within their steps."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from core import history, money
from core.models import User
from core.refusals import Refused
from core.steps import perform
from projects.accounts import (
    APPROVED,
    HELD,
    OUTSIDE,
    RECOVERED,
    RELEASED,
    UNSPENT,
    opening_steps,
)
from projects.models import booking
from projects.models.drawing import OVER
from projects.models.ledger import Posting
from projects.models.tier import TierBand
from projects.models.tranche import ENDED, UNDRAWN, Tranche, TrancheState


def over_allowance(project: Any, amount: int) -> list[str]:
    if not amount or project.tier is None:
        return []
    band = TierBand.objects.filter(tier=project.tier, currency=project.currency).first()
    cap = band.discovery_cap if band else 0
    if amount <= cap:
        return []
    return [_("The discovery allowance of %(amount)s exceeds the %(cap)s that the tier allows.")
            % shown(project, amount=amount, cap=cap)]  # fmt: skip


def shown(project: Any, **amounts: int) -> dict[str, str]:
    return {name: money.show(amount, project.currency) for name, amount in amounts.items()}


def live_tranches(project: Any) -> Any:
    """The tranches of a project that have neither lapsed nor been cancelled, in their order."""
    return Tranche.objects.filter(project=project).exclude(state__in=ENDED).order_by("number")


def open_discovery(project: Any, *, by: User, because: str) -> None:
    """Approve, reserve and commit the discovery allowance, where one is planned (at triage).

    Raises Refused when it exceeds what the project's tier allows.
    """
    allowances = live_tranches(project).filter(number=0, amount__gt=0)
    tranche = allowances.filter(state=TrancheState.PLANNED).first()
    if tranche is None:
        return
    if reasons := over_allowance(project, tranche.amount):
        raise Refused(*reasons)
    _approve(project, tranche.amount, by, because)
    perform(_reserve(project, tranche, by, because), "commit", by=by, because=because)


def _reserve(project: Any, tranche: Tranche, by: User, because: str) -> Tranche:
    """Reserve with the holdback of the tier as the step that causes it has just set it."""
    tranche.holdback_percent = project.tier.holdback_percent if project.tier else 0
    tranche.save(update_fields=["holdback_percent"])
    return perform(tranche, "reserve", by=by, because=because)


def approve_plan(project: Any, *, by: User, because: str, amount: int | None = None) -> None:
    """Approve what the decided budget adds to what is approved, and reserve each planned tranche.

    `amount` is the whole decided budget in minor units, the discovery allowance included; without
    one, what the plan needs is approved. Raises Refused when the budget does not cover the plan.
    """
    waiting = live_tranches(project).filter(number__gt=0, state=TrancheState.PLANNED, amount__gt=0)
    planned = list(waiting)
    needed = sum(tranche.amount for tranche in planned)
    there = booking.balances(project)[APPROVED]
    more = needed - there
    if amount is not None:
        more = amount - booking.flows(project).get((OUTSIDE, APPROVED), 0)
        if there + max(more, 0) < needed:
            raise Refused(
                _("The decided budget of %(amount)s does not cover the planned tranches of "
                  "%(needed)s.") % shown(project, amount=amount, needed=needed)
            )  # fmt: skip
    if more > 0:
        _approve(project, more, by, because)
    for tranche in planned:
        _reserve(project, tranche, by, because)


def _approve(project: Any, amount: int, by: User, because: str) -> Posting:
    turn_number = project.postings.filter(kind="approve").count() + 1
    return booking.post(project, "approve", amount, by=by, because=because,
                        key=f"approve:{turn_number}")  # fmt: skip


def commit(project: Any, gate_code: str, *, by: User, because: str,
           valid_until: date | None = None) -> Tranche | None:  # fmt: skip
    """Free the holdback of earlier tranches and commit the tranche of a gate now exercised.

    Returns the tranche, or None where the plan has none for the gate, or it is committed already
    (a gate exercised again only confirms the stage).
    """
    history.lock(project.dossier)
    free_holdback(project, by=by, because=because)
    waiting = (TrancheState.PLANNED, TrancheState.RESERVED)
    tranche = live_tranches(project).filter(gate=gate_code, state__in=waiting, amount__gt=0).first()
    if tranche is None:
        return None
    if valid_until is not None:
        tranche.valid_until = valid_until
        tranche.save(update_fields=["valid_until"])
    if tranche.state == TrancheState.PLANNED:
        tranche = _reserve(project, tranche, by, because)
    return perform(tranche, "commit", by=by, because=because)


def free_holdback(project: Any, *, by: User, because: str) -> None:
    """Release what is held back of every tranche drawn so far: the next gate is exercised."""
    for number, tranche in _holding(project):
        held = _held(project, tranche)
        if held > 0:
            turn_number = project.postings.filter(kind="holdback_release").count() + 1
            booking.post(
                project, "holdback_release", held, by=by, because=because, tranche=tranche,
                key=f"holdback:{number}:{turn_number}",
            )  # fmt: skip


def _holding(project: Any) -> Iterable[tuple[str, Tranche | None]]:
    if not booking.balances(project)[HELD]:
        return []
    drawn = Tranche.objects.filter(project=project, state__in=OVER).order_by("number", "pk")
    return [("opening", None), *((str(tranche.pk), tranche) for tranche in drawn)]


def _held(project: Any, tranche: Tranche | None) -> int:
    moved = booking.flows(project, Q(posting__tranche=tranche))
    came = sum(amount for (_source, target), amount in moved.items() if target == HELD)
    return came - sum(amount for (source, _target), amount in moved.items() if source == HELD)


def freeze(project: Any, *, by: User, because: str) -> None:
    """Freeze what is committed and not drawn: a hold is in force."""
    moving = (TrancheState.COMMITTED, TrancheState.RELEASE_REQUESTED, TrancheState.RELEASE_PREPARED)
    for tranche in live_tranches(project).filter(state__in=moving):
        perform(tranche, "freeze", by=by, because=because)


def thaw(project: Any, *, by: User, because: str) -> None:
    """Free what was frozen, once no hold is in force any more."""
    if project.holds_active().exists():
        return
    for tranche in live_tranches(project).filter(state=TrancheState.FROZEN):
        perform(tranche, "thaw", by=by, because=because)


def open_books(project: Any, opening: dict[str, int], *, by: User, because: str,
               effective_on: date | None = None) -> None:  # fmt: skip
    """Bring a project that is taken on to its opening balances, in minor units, by account."""
    for kind, lines in opening_steps(opening):
        booking.post(project, kind, lines, by=by, because=because, key=f"opening:{kind}",
                     effective_on=effective_on)  # fmt: skip


def owed(project: Any) -> int:
    """What is owed to others for work that they did, in minor units."""
    rows = project.obligations.filter(open=True)
    return int(rows.aggregate(sum=Sum("amount"))["sum"] or 0)


def close_books(project: Any, *, kind: str, by: User, because: str) -> None:
    """End a project's money: cancel what was not drawn, take back what was not spent, surrender.

    `kind` is `cancel` (stop, withdrawal) or `lapse` (closing). What is spent, to be recovered or
    written off stays; recovered money goes back to the treasury. What is owed for work that others
    did stays released until it is paid.
    """
    for tranche in live_tranches(project):
        if tranche.state == TrancheState.PLANNED:
            perform(tranche, "drop", by=by, because=because)
        elif tranche.state in UNDRAWN:
            perform(tranche, "cancel", by=by, because=because)
    left = booking.balances(project)
    left[RELEASED] -= min(owed(project), left[RELEASED])
    lines = [(source, target, left[source]) for source, target in UNSPENT if left[source]]
    if lines:
        booking.post(project, kind, lines, by=by, because=because, key=f"end:{kind}")
    left = booking.balances(project)
    back = [(source, OUTSIDE, left[source]) for source in (APPROVED, RECOVERED) if left[source]]
    if back:
        booking.post(project, "surrender", back, by=by, because=because, key="end:surrender")
