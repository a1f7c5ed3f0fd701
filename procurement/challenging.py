"""Challenges: lodged before the standstill ends, by whoever bid; nothing is awarded meanwhile."""

from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from core import clock, deadlines, documents, history
from core.models import User
from core.refusals import Refused
from core.steps import allow, create
from procurement import hooks
from procurement import permissions_award as who
from procurement.models import RETURNS, Bid, Challenge, Competition, CompetitionState

States = CompetitionState


@transaction.atomic
def lodge(bid: Bid, grounds: str, *, by: User, file: Any = None) -> Challenge:
    """Lodge a challenge against the ranking that a bidder was told of.

    The clock is read after the case is held. Raises Denied for who does not bid for the company,
    Refused outside the standstill, without grounds, or while another one of the company is open.
    """
    history.lock(bid.dossier)
    bid = Bid.objects.select_related(*Bid.step_related).get(pk=bid.pk)
    allow(who.lodges_challenge, bid, by)
    if reasons := too_late(bid.competition):
        raise Refused(*reasons)
    if not grounds.strip():
        raise Refused(_("Say what is wrong with the ranking, and why."))
    if bid.challenges.undecided().exists():
        raise Refused(_("Your earlier challenge is not decided yet."))
    number = bid.competition.challenges.aggregate(last=Max("number"))["last"] or 0
    document = documents.store(file, by=by, dossier=bid.dossier) if file else None
    row = Challenge(competition=bid.competition, number=number + 1, bid=bid,
                    grounds=grounds.strip(), document=document, lodged_by=by,
                    lodged_at=clock.now())  # fmt: skip
    return create(row, by=by, details={"number": row.number, "bid": bid.alias})


def too_late(competition: Competition) -> list[str]:
    """Why no challenge is taken at this moment; nothing while it is."""
    if competition.state != States.STANDSTILL:
        return [_("A challenge is lodged during the standstill.")]
    ends = competition.standstill_ends
    if ends is not None and ends <= clock.now():
        return [_("The standstill ended at %(moment)s.") % {"moment": deadlines.told(ends)}]
    return []


@transaction.atomic
def name_return(challenge: Challenge, step: str, *, by: User) -> Challenge:
    """Name the step to which the competition goes back when the challenge is upheld.

    Raises Denied for who may not decide, Refused for a step that is none of those.
    """
    history.lock(challenge.dossier)
    rows = Challenge.objects.select_related(*Challenge.step_related)
    challenge = rows.get(pk=challenge.pk)
    allow(who.decides_challenge, challenge, by)
    if challenge.state != Challenge.States.ADMITTED or step not in RETURNS:
        raise Refused(_("Choose one of the steps to which it may go back."))
    Challenge.objects.filter(pk=challenge.pk).update(return_to=step)
    challenge = rows.get(pk=challenge.pk)
    history.record("procurement.challenge.name_return", challenge, by=by, details={"to": step})
    return challenge


@hooks.asked("no_open_challenge")
def no_open_challenge(competition: Competition) -> list[str]:
    """Every challenge that keeps the award waiting."""
    return [
        _("Challenge %(challenge)s is not decided.") % {"challenge": row}
        for row in competition.challenges.undecided().select_related("competition")
    ]
