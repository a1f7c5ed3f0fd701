"""Preparing entries that a second person of finance confirms: the first half of their acts."""

from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core import acts, clock, history, turns
from core.machines import Guard
from core.models import User
from core.people import on_behalf_of
from core.refusals import Refused
from core.steps import allow, create
from projects import permissions_money as who
from projects.models import continuity
from projects.models.claim import DUE_DAYS, STANDING, Claim, ClaimState
from projects.models.prepared import CONDITIONS, EntryKind, PreparedEntry
from projects.models.tranche import Tranche, TrancheState

__all__ = ["clawback", "continue_", "next_allowance", "settle", "surrender"]
CAPACITY = "prepares_release"


def clawback(claim: Claim, *, due_on: date | None = None, reference: str, by: User,
             note: str = "") -> PreparedEntry:  # fmt: skip
    """Prepare the entry of an upheld claim, payable until `due_on` (default: in 30 days)."""
    today = clock.today(claim.project.institution)
    entry = PreparedEntry(
        project=claim.project, kind=EntryKind.CLAWBACK, claim=claim, amount=claim.amount,
        due_on=due_on or today + timedelta(days=DUE_DAYS), reference=reference, note=note,
    )  # fmt: skip
    return _prepare(entry, by, (ClaimState.UPHELD,))


def settle(claim: Claim, kind: str, amount: int, **said: Any) -> PreparedEntry:
    """Prepare that part of a claim is recovered (`recover`) or written off (`write_off`).

    `amount` is in minor units. A write-off names the outside `authority` on whose word it is given
    up and needs its `document`. Raises Refused for more than is outstanding.
    """
    by = said.pop("by")
    if kind == EntryKind.WRITE_OFF:
        if not said.get("authority", "").strip():
            raise Refused(_("Name the outside authority on whose word it is written off."))
        if said.get("document") is None:
            raise Refused(_("Attach the decision of that authority."))
    entry = PreparedEntry(project=claim.project, kind=kind, claim=claim, amount=amount, **said)
    return _prepare(entry, by, STANDING)


def surrender(project: Any, account: str, amount: int, **said: Any) -> PreparedEntry:
    """Prepare that approved or recovered money, in minor units, goes back to the treasury."""
    by = said.pop("by")
    entry = PreparedEntry(project=project, kind=EntryKind.SURRENDER, account=account,
                          amount=amount, **said)  # fmt: skip
    return _prepare(entry, by)


def continue_(tranche: Tranche, amount: int, **said: Any) -> PreparedEntry:
    """Prepare a continuity allowance, in minor units, ahead of a tranche under review."""
    by = said.pop("by")
    entry = PreparedEntry(project=tranche.project, kind=EntryKind.CONTINUITY, tranche=tranche,
                          amount=amount, **said)  # fmt: skip
    return _prepare(entry, by)


def next_allowance(project: Any) -> tuple[Tranche, int] | None:
    """The tranche of which an allowance may be released now, and how much; None where none may."""
    rows = project.tranches.filter(state=TrancheState.RESERVED, amount__gt=0).order_by("number")
    tranche = rows.select_related("project__institution", "project__dossier").first()
    if tranche is None or not continuity.under_review(tranche):
        return None
    taken = tranche.prepared.filter(kind=EntryKind.CONTINUITY, state__in=["prepared", "made"])
    return None if taken.exists() else (tranche, continuity.most(tranche))


@transaction.atomic
def _prepare(entry: PreparedEntry, by: User, states: tuple[str, ...] = ()) -> PreparedEntry:
    """Save the entry after all that will be asked of it when it is confirmed.

    Raises Denied for anybody but a finance preparer whom nothing bars, Refused with every reason.
    """
    project, claim = entry.project, entry.claim
    history.lock(project.dossier)
    allow(who.prepares_entry, project, by)
    acts.refuse_if_barred(by, project.dossier, CAPACITY)
    entry.reference = " ".join(entry.reference.split())
    entry.prepared_by = by
    if claim is not None:
        claim = entry.claim = Claim.objects.select_related(*Claim.step_related).get(pk=claim.pk)
        if claim.state not in states:
            raise Refused(_("This has moved on since you opened the page."))
    _refuse(entry)
    try:
        with transaction.atomic():
            create(entry, by=by, because=entry.note,
                   details={"kind": entry.kind, "amount": entry.amount})  # fmt: skip
    except IntegrityError as error:
        raise Refused(_("An entry of this kind waits for its second person already.")) from error
    lender = on_behalf_of(who.prepares_entry, project, by)
    acts.remember(by, project.dossier, CAPACITY, entry, lender)
    if claim is not None:
        turns.refresh(claim)
    return entry


def _refuse(entry: PreparedEntry) -> None:
    reasons = [] if entry.reference else [_("Name the document behind it by its reference.")]
    if entry.amount <= 0:
        reasons.append(_("Enter an amount above zero."))
    for condition in CONDITIONS:
        reasons += Guard(condition).reasons(entry)
    if reasons:
        raise Refused(*reasons)
