"""Who may bid in a competition, what it asks of a bid, and slots for all who may."""

import time
from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import due, outbox
from core.models import User
from core.refusals import Refused
from procurement import hooks, slots
from procurement import permissions_sealing as who
from procurement.bid_content import Asked
from procurement.members import eligible
from procurement.models import Competition, CompetitionState, PriceBasis
from procurement.models.sealing import BidSlot
from vendors import barring
from vendors.models import Vendor

FILL = "procurement.fill_slots"
CLEAR = "procurement.clear_slots"
AT_ONCE = 128 * 1024 * 1024
"""Bytes of pages that are made within one request; more are made in the background."""
PATIENCE = 15.0
"""Seconds that a request waits for pages to be made."""


def against(competition: Any, vendor: Any) -> list[str]:
    """Why a vendor may not bid now: no member in force, suspended or debarred."""
    if competition.lot_id is None:
        return [_("The competition names no lot.")]
    rows = competition.lot.memberships.in_force().filter(vendor=vendor)
    member = rows.select_related("lot__framework__institution").first()
    if member is None or not member.in_force():
        return [_("%(vendor)s is no member in force of the lot.") % {"vendor": vendor}]
    return [str(reason) for reason in barring.reasons(vendor)]


def vendors_of(competition: Any, user: User) -> list[Any]:
    """The vendors for which this person may look at a bid here: those that have a slot."""
    rows = Vendor.objects.filter(pk__in=who.seats_of(user)).order_by("name", "pk")
    slotted = BidSlot.objects.filter(competition=competition).values("vendor")
    return list(rows.filter(pk__in=slotted))


def asked_of(competition: Any) -> Asked:
    """What the competition asks of a bid, the lot's maximum rates included."""
    known = {}
    if competition.lot_id is not None:
        known = {row.code: row for row in competition.lot.categories.all()}
    basket = [
        (code, known[code].name if code in known else _plain(code), int(row["hours"]),
         known[code].max_rate if code in known else None)
        for row in competition.price_basket for code in [str(row["category"])]
    ]  # fmt: skip
    by_hours = competition.price_basis == PriceBasis.HOURS
    criteria = competition.criteria.filter(phase="prototype").values_list("code", "title")
    return Asked(
        currency=competition.currency, basis=competition.price_basis, tax=competition.tax_basis,
        criteria=tuple(criteria), basket=tuple(basket) if by_hours else (),
        sprints=competition.sprints, words=competition.prototype.get("word_limits") or {},
        prototype=competition.prototype, joint=competition.joint_bids,
    )  # fmt: skip


def _plain(code: str) -> str:
    return code.replace("_", " ").replace("-", " ").capitalize()


# Slots for all of them


@hooks.within("publish")
def make_slots(competition: Any, *, by: User, because: str) -> None:
    """A slot for every member in force, whole at once where that is little; else the pages for
    files follow in the background."""
    _make(competition, "begin")


def _make(competition: Any, place: str) -> int:
    made = slots.make(competition, eligible(competition))
    if _slots(competition) * slots.file_pages() * slots.PAGE <= AT_ONCE:
        while slots.complete_some(competition):
            pass
    else:
        _go_on(FILL, competition.pk, place)
    return made


def _go_on(name: str, key: int, place: object) -> None:
    outbox.later(f"{name}:{key}:{place}", name, {"competition": key})


@outbox.handler(FILL)
def fill(payload: dict[str, Any]) -> None:
    """Make the pages for files of some slots, and go on until every slot is complete."""
    competition = Competition.objects.get(pk=payload["competition"])
    open_ones = (CompetitionState.PUBLISHED, CompetitionState.SUSPENDED)
    if competition.state in open_ones and slots.complete_some(competition):
        left = BidSlot.objects.filter(competition=competition, pages=slots.FIRST_FILE).count()
        _go_on(FILL, competition.pk, f"{_slots(competition)}:{left}")


def _slots(competition: Any) -> int:
    return BidSlot.objects.filter(competition=competition).count()


def complete_all(competition: Any) -> None:
    """Make the pages for files that slots still lack: of all of them, so that nobody can tell who
    was in need of one. Raises Refused when that takes longer than a request may."""
    until = time.monotonic() + PATIENCE
    while slots.complete_some(competition, 1):
        if time.monotonic() > until:
            raise Refused(_("The place for files is still being prepared. Try again in a minute."))


@due.falls_due
def late_joiners(now: datetime) -> Iterable[due.Due]:
    """Members that came into force while bids are taken get slots like everybody."""
    for row in Competition.objects.filter(state=CompetitionState.PUBLISHED, closes_at__gt=now):
        lacking = eligible(row).exclude(
            pk__in=BidSlot.objects.filter(competition=row).values("vendor")
        )
        if lacking.exists():
            yield due.Due(now, f"slots:{row.pk}", partial(join, row.pk))


@transaction.atomic
def join(key: int) -> int:
    """Make the slots that lack in a competition that takes bids; how many were made."""
    competition = Competition.objects.select_for_update().get(pk=key)
    if competition.state != CompetitionState.PUBLISHED:
        return 0
    return _make(competition, f"joined:{_slots(competition)}")


@outbox.handler(CLEAR)
def clear(payload: dict[str, Any]) -> None:
    """Remove the pages of a competition after its opening, or when it was cancelled."""
    slots.clear(Competition.objects.get(pk=payload["competition"]))


@hooks.within("cancel")
def of_no_use(competition: Any, *, by: User, because: str) -> None:
    """What was sealed is never opened: its pages are removed."""
    if competition.opened_at is None:
        clear_later(competition)


def clear_later(competition: Any) -> None:
    """Have the pages removed after this transaction."""
    _go_on(CLEAR, competition.pk, "all")
