"""From the ranking to the contract: advantages, notices to every bidder, standstill, the order.

The standstill counts from the day after the last notice was sent. Who sends is a job: while the
mail server is away no standstill begins, so no bidder loses a day.
"""

import hashlib
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, history, notices, outbox, turns
from core.models import User
from core.refusals import Refused
from core.steps import allow, perform
from procurement import debriefing, hooks, ranking
from procurement import permissions_award as who
from procurement.models import (
    RETURNS,
    AdvantageStatement,
    AwardNotice,
    Bid,
    BidState,
    Competition,
    CompetitionState,
    DayKind,
)
from vendors import ordering
from vendors.models import Membership

States = CompetitionState
NOBODY = "nobody"
"""Trouble of a notice: the company has nobody who could be written to."""


# Before oversight


@transaction.atomic
def state_advantages(competition: Competition, text: str, *, by: User) -> AdvantageStatement:
    """Say what puts the bid on rank 1 first; every bidder will read it.

    Raises Denied for anybody but an officer, Refused without a text, or where no bid stands first.
    """
    history.lock(competition.dossier)
    competition = _fresh(competition)
    allow(who.states_advantages, competition, by)
    if competition.state not in (States.RANKED, States.APPROVAL):
        raise Refused(_("Rank 1 is described between the ranking and its approval."))
    first = ranking.bid_of(competition, 1)
    if first is None:
        raise Refused(_("No bid stands on rank 1."))
    if not text.strip():
        raise Refused(_("Say what puts rank 1 first; every bidder reads it."))
    made = AdvantageStatement.objects.create(
        competition=competition, bid=first, text=text.strip(), by=by, at=clock.now()
    )
    history.record("procurement.advantagestatement.create", made, by=by,
                   details={"bid": first.alias})  # fmt: skip
    return made


@hooks.asked("ranking_stands")
def advantages_stated(competition: Competition) -> list[str]:
    """Oversight approves what bidders will be told, so it is written before."""
    if ranking.lacks(competition) or debriefing.statement(competition) is not None:
        return []
    return [_("Write what puts rank 1 first: every bidder is told its relative advantages.")]


@transaction.atomic
def name_return(competition: Competition, step: str, *, by: User) -> Competition:
    """Name the step to which oversight sends a competition back; the step itself follows.

    Raises Denied for anybody but oversight, Refused for a step that is none of those.
    """
    history.lock(competition.dossier)
    competition = _fresh(competition)
    allow(who.approves, competition, by)
    if competition.state != States.APPROVAL or step not in RETURNS:
        raise Refused(_("Choose one of the steps to which it may go back."))
    Competition.objects.filter(pk=competition.pk).update(return_to=step)
    competition = _fresh(competition)
    history.record("procurement.competition.name_return", competition, by=by,
                   details={"to": step})  # fmt: skip
    return competition


# Notices and standstill


@hooks.within("approve")
def notify_bidders(competition: Competition, *, by: User, because: str) -> None:
    """Every bidder is told in the same moment: who stands first and why, and the own scores."""
    told = debriefing.facts_for(competition)
    last = competition.award_notices.order_by("-round").first()
    number = last.round + 1 if last else 1
    winner = ranking.bid_of(competition, 1)
    for bid in competition.bids.evaluated().filter(pk__in=told).order_by("pk"):
        facts = told[bid.pk]
        notice = AwardNotice.objects.create(
            competition=competition, round=number, bid=bid, winner=winner, facts=facts,
            digest=hashlib.sha256(history.canonical(facts).encode()).hexdigest(),
            created_at=clock.now(),
        )  # fmt: skip
        history.record("procurement.awardnotice.create", notice, by=by,
                       details={"round": number, "bid": bid.alias,
                                "sha256": notice.digest})  # fmt: skip
        outbox.later(f"awardnotice:{notice.pk}", "procurement.award_notice", {"pk": notice.pk})


@outbox.handler("procurement.award_notice", outside=True)
def send(payload: dict[str, Any]) -> None:
    """Write to everybody who bids for the company; sent twice after a crash, it is the same."""
    notice = _notice(payload["pk"])
    if notice.sent_at is not None:
        return
    people = debriefing.readers(notice.bid)
    if not people:
        _trouble(notice)
        return
    for person in people:
        subject, text = notices.render("emails/award_notice.txt", person, {
            "notice": notice, "url": notices.absolute(notice.get_absolute_url()),
        })  # fmt: skip
        sign = f"<award-{notice.pk}-{person.pk}@{urlsplit(settings.BASE_URL).hostname}>"
        headers = {"Message-ID": sign, "Auto-Submitted": "auto-generated"}
        EmailMessage(subject, text, to=[person.email], headers=headers).send()
    _sent(notice, f"{len(people)} e-mail", by=clock.clock_account())


@transaction.atomic
def _trouble(notice: AwardNotice) -> None:
    """Nobody can be written to: an officer delivers it another way, and records it."""
    history.lock(notice.dossier)
    if not AwardNotice.objects.filter(pk=notice.pk, trouble="").update(trouble=NOBODY):
        return
    history.record("procurement.awardnotice.undeliverable", _notice(notice.pk),
                   by=clock.clock_account())  # fmt: skip


@transaction.atomic
def record_delivery(notice: AwardNotice, how: str, *, by: User) -> AwardNotice:
    """Record that a notice was delivered by other means. Raises Denied for anybody but an officer,
    Refused without saying how, or once it was sent."""
    allow(who.records_delivery, notice, by)
    if not how.strip():
        raise Refused(_("Say how and to whom it was delivered."))
    if not _sent(notice, how.strip()[:300], by=by):
        raise Refused(_("It was sent already."))
    return _notice(notice.pk)


@transaction.atomic
def _sent(notice: AwardNotice, how: str, *, by: User) -> bool:
    """Mark a notice as sent; after the last one of its round the standstill begins."""
    history.lock(notice.dossier)
    now = clock.now()
    rows = AwardNotice.objects.filter(pk=notice.pk, sent_at=None)
    if not rows.update(sent_at=now, delivery=how, trouble=""):
        return False
    notice = _notice(notice.pk)
    history.record("procurement.awardnotice.sent", notice, by=by, details={"how": how})
    competition = _fresh(notice.competition)
    waiting = competition.award_notices.filter(round=notice.round, sent_at=None).exists()
    newest = not competition.award_notices.filter(round__gt=notice.round).exists()
    if not waiting and newest and competition.state == States.STANDSTILL:
        _begin_standstill(competition, now)
    return True


def _begin_standstill(competition: Competition, sent: datetime) -> None:
    ends = standstill_end(competition, sent)
    Competition.objects.filter(pk=competition.pk).update(standstill_ends=ends)
    competition = _fresh(competition)
    history.record("procurement.competition.begin_standstill", competition,
                   by=clock.clock_account(),
                   details={"ends": history.stamp(ends), "days": competition.standstill_days,
                            "kind": competition.standstill_kind})  # fmt: skip
    turns.refresh(competition)


def standstill_end(competition: Competition, sent: datetime) -> datetime:
    """24:00 of the last day of a standstill whose last notice was sent at this moment.

    The first day is the one after, where the institution is; days are of the calendar or working
    days, as the competition was published.
    """
    place, days = competition.institution, competition.standstill_days
    day = sent.astimezone(clock.zone(place)).date()
    if competition.standstill_kind == DayKind.WORKING:
        last = clock.working_days_after(day, days, place)
    else:
        last = day.fromordinal(day.toordinal() + days)
    return clock.end_of(last, place)


@hooks.asked("everybody_told")
def everybody_told(competition: Competition) -> list[str]:
    """Whom the notice of this round has not reached."""
    last = competition.award_notices.order_by("-round").first()
    if last is None:
        return [_("No bidder was told.")]
    rows = competition.award_notices.filter(round=last.round, sent_at=None)
    return [_("%(vendor)s was not told yet.") % {"vendor": row.bid.vendor}
            for row in rows.select_related("bid__vendor")]  # fmt: skip


# The award


@hooks.asked("order_possible")
def order_possible(competition: Competition) -> list[str]:
    """What keeps the bid on rank 1 from becoming an order."""
    bid = _preferred(competition)
    if bid is None:
        return [_("No bid is preferred.")]
    if _membership(competition, bid) is None:
        return [_("%(vendor)s is no active member of the lot.") % {"vendor": bid.vendor}]
    return []


@hooks.within("award")
def make_order(competition: Competition, *, by: User, because: str) -> None:
    """Rank 1 wins, the others do not, and an order is drafted with the terms of the bid."""
    bid = _preferred(competition)
    if bid is None:
        raise Refused(_("No bid is preferred."))
    perform(bid, "award", by=by, because=because)
    for other in competition.bids.still_in().exclude(pk=bid.pk).order_by("pk"):
        perform(other, "lose", by=by, because=_("Another bid won."))
    price: Any = bid.sealed_price
    membership = _membership(competition, bid)
    ordering.draft_from_award(
        competition_ref=competition.ref, project=competition.project, membership=membership,
        value=price.total, rates=_rates(competition, price.content), terms=_terms(competition, bid),
        by=by, because=because or str(competition),
    )  # fmt: skip


@hooks.within("cancel")
def release(competition: Competition, *, by: User, because: str) -> None:
    """The bid that had won wins nothing."""
    for bid in competition.bids.filter(state=BidState.AWARDED):
        perform(bid, "lose", by=by, because=_("The competition was cancelled."))


@hooks.within("rerank", "cancel")
def withdraw_order(competition: Competition, *, by: User, because: str) -> None:
    """The bid that had won is excluded, or the award is cancelled: its order, which is not signed
    by both sides yet, goes with it."""
    order = order_of(competition)
    if order is not None and order.state in ordering.OPEN:
        perform(order, "withdraw", by=by, because=because)


def _rates(competition: Competition, price: dict[str, Any]) -> list[tuple[Any, int, int | None]]:
    """The rates of the bid, by the lot's categories of labour."""
    lot: Any = competition.lot
    categories = {row.code: row for row in lot.categories.all()}
    hours = price.get("hours", {})
    return [(categories[code], int(rate), hours.get(code))
            for code, rate in sorted(price.get("rates", {}).items())
            if code in categories]  # fmt: skip


def _terms(competition: Competition, bid: Bid) -> dict[str, Any]:
    """What the order takes over from the competition and the bid."""
    price: dict[str, Any] = bid.sealed_price.content or {}
    by_sprint = price.get("basis") == "sprint"
    return {
        "title": competition.title, "description": competition.order_terms,
        "reason": _("Award of %(ref)s") % {"ref": competition.ref},
        "price_basis": "sprint" if by_sprint else "time",
        "sprint_price": price.get("sprint") if by_sprint else None,
        "sprint_days": competition.sprint_days, "quality_plan": competition.quality_plan,
        "product_owner": competition.project.product_owner,
    }  # fmt: skip


def _preferred(competition: Competition) -> Bid | None:
    found: Bid | None = (
        competition.bids.filter(state=Bid.States.PREFERRED)
        .select_related("vendor", "sealed_price").first()
    )  # fmt: skip
    return found


def _membership(competition: Competition, bid: Bid) -> Any:
    rows = Membership.objects.filter(lot=competition.lot, vendor=bid.vendor, state="active")
    return rows.select_related("lot__framework", "vendor").first()


def order_of(competition: Competition) -> Any:
    """The order that the award made, or None."""
    orders = competition.project.orders.filter(competition_ref=competition.ref)
    return orders.order_by("pk").last()


def _fresh(competition: Competition) -> Competition:
    rows = Competition.objects.select_related(*Competition.step_related)
    return rows.get(pk=competition.pk)


def _notice(pk: int) -> AwardNotice:
    rows = AwardNotice.objects.select_related(
        "competition__project__institution", "competition__dossier", "bid__vendor",
        "winner__vendor",
    )  # fmt: skip
    return rows.get(pk=pk)
