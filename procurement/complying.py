"""Compliance: rule by rule, cured where the rules allow; exclusions on a ground of the list."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from core import clock, documents, due, history
from core.models import User
from core.refusals import Refused
from core.steps import allow, create, perform
from procurement import drawing, hooks
from procurement import permissions_evaluation as who
from procurement.models import Bid, Competition, ComplianceCheck, ComplianceItem, Exclusion, Ground
from procurement.models.bid import EXCLUDABLE


@hooks.within("begin_compliance")
def begin(competition: Competition, *, by: User, because: str) -> None:
    """Reveal the draw, give the aliases, and lay out every rule for every bid."""
    drawing.reveal(competition, by=by)
    for bid in competition.bids.filter(state=Bid.States.OPENED):
        lay_out(bid, by=by)


def lay_out(bid: Bid, *, by: User) -> ComplianceCheck:
    """The check of one bid, with the rules as they were published."""
    known = ComplianceCheck.objects.filter(bid=bid).first()
    if known is not None:
        return known
    check = create(ComplianceCheck(bid=bid, begun_at=clock.now()), by=by)
    ComplianceItem.objects.bulk_create(
        ComplianceItem(check_of=check, place=place, code=str(row["code"])[:60],
                       title=str(row.get("text") or row["code"])[:500],
                       curable=bool(row.get("curable")))
        for place, row in enumerate(bid.competition.compliance_items)
    )  # fmt: skip
    return check


@transaction.atomic
def write(check: ComplianceCheck, rows: Iterable[dict[str, Any]], *, by: User) -> None:
    """Keep what an officer found: a row is `item`, `result`, `reason`.

    Raises Refused once the check was handed on.
    """
    check = _held(check)
    allow(who.checks, check, by)
    if check.state != ComplianceCheck.States.CHECKING:
        raise Refused(_("This check was handed on already."))
    for row in rows:
        item: ComplianceItem = row["item"]
        item.result, item.reason = row["result"], row["reason"]
        item.save(update_fields=["result", "reason"])
    history.record("procurement.compliancecheck.check", check, by=by)


@transaction.atomic
def answer(check: ComplianceCheck, text: str, file: Any, *, by: User) -> ComplianceCheck:
    """The bidder adds what was missing, and sends it; raises Refused when the time is over."""
    check = _held(check)
    allow(who.answers_cure, check, by)
    check.cure_answer = text
    if file is not None:
        check.cure_document = documents.store(file, by=by, dossier=check.dossier)
    check.save(update_fields=["cure_answer", "cure_document"])
    return perform(check, "cure", by=by)


@transaction.atomic
def propose_exclusion(bid: Bid, ground: str, reason: str, *, by: User) -> Exclusion:
    """Propose that a bid is excluded, on a ground of the list; a second person decides."""
    history.lock(bid.dossier)
    bid = Bid.objects.select_related(*Bid.step_related).get(pk=bid.pk)
    allow(who.proposes_exclusion, bid.competition, by)
    if bid.state not in EXCLUDABLE:
        raise Refused(_("This bid is not in the evaluation any more."))
    if bid.exclusions.filter(state=Exclusion.States.PROPOSED).exists():
        raise Refused(_("Its exclusion is proposed already."))
    row = Exclusion(bid=bid, ground=ground, reason=reason, proposed_by=by, proposed_at=clock.now())
    return create(row, by=by, because=reason, details={"ground": ground})


def _held(check: ComplianceCheck) -> ComplianceCheck:
    history.lock(check.dossier)
    rows = ComplianceCheck.objects.select_related(*ComplianceCheck.step_related)
    return rows.select_for_update(of=("self",)).get(pk=check.pk)


@hooks.asked("bid_excludable")
def listed_ground(bid: Bid) -> list[str]:
    if bid.ground in Ground.values:
        return []
    return [_("A bid is excluded on a ground of the list only.")]


@hooks.asked("compliance_decided")
def decided(competition: Competition) -> list[str]:
    """Every bid is compliant or excluded, and one at least is compliant."""
    unconfirmed = Q(compliance=None) | ~Q(compliance__state=ComplianceCheck.States.CONFIRMED)
    still_in = competition.bids.still_in().filter(Q(state=Bid.States.OPENED) | unconfirmed)
    open_ones = still_in.order_by("alias")
    found = [_("Bid %(alias)s is neither found compliant nor excluded.") % {"alias": bid.alias}
             for bid in open_ones]  # fmt: skip
    if not found and not competition.bids.filter(state=Bid.States.COMPLIANT).exists():
        found.append(_("No bid is compliant: end the competition as unsuccessful."))
    return found


@hooks.asked("ranking_stands")
@hooks.asked("order_possible")
def exclusions_decided(competition: Competition) -> list[str]:
    """An exclusion that is proposed may change rank 1: it is decided before approval and award."""
    rows = Exclusion.objects.filter(bid__competition=competition, state=Exclusion.States.PROPOSED)
    return [_("The exclusion of bid %(alias)s is proposed and not decided.") % {"alias": alias}
            for alias in rows.order_by("bid__alias").values_list("bid__alias", flat=True)
            ]  # fmt: skip


@hooks.within("send_back", "go_back")
def again(competition: Competition, *, by: User, because: str) -> None:
    """Where a competition goes back to the compliance check, every bid is checked again."""
    if competition.return_to != "compliance":
        return
    for check in ComplianceCheck.objects.filter(
        bid__competition=competition, state__in=["proposed", "confirmed"]
    ):
        perform(check, "reopen", by=by, because=because)
    for bid in competition.bids.filter(state=Bid.States.EXCLUDED, ground=Ground.COMPLIANCE):
        perform(bid, "readmit", by=by, because=because)


@due.falls_due
def cures_over(_now: datetime) -> list[due.Due]:
    """The time in which a bidder may cure a fault ends."""
    rows = ComplianceCheck.objects.filter(state=ComplianceCheck.States.CURING)
    return due.steps(rows.select_related(*ComplianceCheck.step_related), "end_cure",
                     at=lambda check: check.cure_until)  # fmt: skip
