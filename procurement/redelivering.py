"""Shares were lost below the threshold: bidders deliver again what their receipts bind them to.

Two officers say so. Then every member of the lot is told, and for three working days whoever had
sealed a bid may hand in the copy that was saved at sealing, with the files. Only content that
matches the receipt's salted hash is taken, so nothing can be changed with what was learnt since. It
is sealed to a key of the server until the opening.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, deadlines, history
from core.models import User
from core.refusals import Denied, Refused
from core.steps import allow, create, perform
from procurement import bidding, drafts, envelopes, hooks, keys, receipts, slots
from procurement import permissions_sealing as who
from procurement.models import Bid, BidPrice, Competition, CompetitionState, Sealing
from procurement.models.sealing import CompetitionKey, Part, Redelivery
from procurement.receipts import Receipt

DAYS = 3
"""Working days in which bidders may deliver again (fixed)."""
PHASES = {
    Part.TECHNICAL: (CompetitionState.CLOSED, CompetitionState.OPENING),
    Part.PRICE: (CompetitionState.TECHNICAL_CONSENSUS, CompetitionState.INTERVIEW,
                 CompetitionState.PRICE_OPENING),
}  # fmt: skip
"""In which states a part may be delivered again: before it is opened."""


@transaction.atomic
def propose(competition: Any, part: str, *, by: User, because: str) -> Redelivery:
    """The first of two officers says that shares of a key are lost, and how.

    Raises Denied for anybody else, Refused outside the phase, or without a reason.
    """
    row = _held(competition)
    allow(who.lets_redeliver, row, by)
    if row.state not in PHASES[Part(part)] or keys.of(row)[part].by_server:
        raise Refused(_("This part cannot be delivered again now."))
    if not because.strip():
        raise Refused(_("Say what happened to the shares."))
    if Redelivery.objects.filter(competition=row, part=part).exists():
        raise Refused(_("It was proposed already."))
    found = Redelivery.objects.create(
        competition=row, part=part, because=because.strip(), proposed_by=by,
        proposed_at=clock.now(),
    )  # fmt: skip
    history.record("procurement.redelivery.propose", found, by=by, because=because,
                   details={"part": part})  # fmt: skip
    return found


@transaction.atomic
def confirm(redelivery: Redelivery, *, by: User) -> Redelivery:
    """The second officer agrees: a key of the server takes the lost one's place, and the days run.

    Raises Denied for the first officer, Refused when it is confirmed or the phase is over.
    """
    row = _held(redelivery.competition)
    allow(who.lets_redeliver, row, by)
    found = Redelivery.objects.select_for_update(of=("self",)).get(pk=redelivery.pk)
    if found.proposed_by_id == by.pk:
        raise Denied(str(who.lets_redeliver.reason))  # type: ignore[attr-defined]
    if found.confirmed_at is not None or row.state not in PHASES[Part(found.part)]:
        raise Refused(_("This has moved on since you opened the page."))
    perform(keys.of(row)[found.part], "replace", by=by, because=found.because)
    _server_key(row, found.part, by)
    found.confirmed_by, found.confirmed_at = by, clock.now()
    place = row.institution
    last = clock.working_days_after(clock.today(place), DAYS, place)
    found.until = clock.end_of(last, place)
    found.save(update_fields=["confirmed_by", "confirmed_at", "until"])
    history.record("procurement.redelivery.confirm", found, by=by, because=found.because,
                   details={"part": found.part, "until": history.stamp(found.until)})  # fmt: skip
    return found


def _held(competition: Any) -> Any:
    history.lock(competition.dossier)
    rows = Competition.objects.select_for_update(of=("self",))
    return rows.select_related("project__institution", "dossier").get(pk=competition.pk)


def _server_key(competition: Any, part: str, by: User) -> CompetitionKey:
    """A key that the server holds, already in force: it only bridges the days until the opening."""
    key = CompetitionKey(
        competition=competition, part=part, mode=Sealing.SERVER, salt=receipts.new_salt(),
        made_at=clock.now(), made_by=by,
    )  # fmt: skip
    key.public = keys.server_pair(key).public.hex()
    key = create(key, by=by, details={"part": part, "mode": key.mode, "public": key.public})
    return perform(key, "rehearse", by=by)


def current(competition: Any) -> Redelivery | None:
    """The redelivery whose days run, or None."""
    rows = Redelivery.objects.filter(competition=competition, until__gte=clock.now())
    return rows.order_by("-pk").first()


def deliver(
    competition: Any, vendor: Any, copy: bytes, files: Mapping[str, bytes], *, by: User
) -> Receipt:
    """Hand in the vendor's own copy, and its files by their SHA-256, while the days run.

    Raises Denied for anybody who does not bid for the vendor; Refused where nothing had been
    sealed, for content that is not what the receipt says, or after the days.
    """
    allow(who.bids_for, vendor, by)
    found = drafts.read_copy(competition, vendor, copy)
    by_hash = {hashlib.sha256(content).hexdigest(): content for content in files.values()}
    with transaction.atomic():
        rows = Competition.objects.select_for_update(of=("self",))
        row = rows.select_related("project__institution").get(pk=competition.pk)
        now = clock.now()
        redelivery = Redelivery.objects.filter(competition=row, until__gte=now).last()
        if redelivery is None:
            raise Refused(_("Nothing is to be delivered again now."))
        if redelivery.part == Part.PRICE:
            return _price_again(row, vendor, found, now)
        return _all_again(row, vendor, found, by_hash, now=now, by=by)


def _refuse_other(found: dict[str, Any], digest: str) -> None:
    again = receipts.digest(found["salt"], found["technical"], found["price"])
    if again != digest:
        raise Refused(
            _("This is not what you sealed: its hash is %(found)s, your receipt says %(sealed)s. "
              "Only the very content is taken.") % {"found": again[:16], "sealed": digest[:16]}
        )  # fmt: skip


def _all_again(
    row: Any, vendor: Any, found: dict[str, Any], by_hash: dict[str, bytes], *, now: datetime,
    by: User,
) -> Receipt:  # fmt: skip
    slot = slots.of(row, vendor)
    place_row = slots.held(slot)
    head = slot.head()
    if not head.standing or head.bid is None:
        raise Refused(_("No bid of yours was sealed, so none can be delivered again."))
    _refuse_other(found, head.bid["digests"]["whole"])
    key = keys.of(row)[Part.TECHNICAL]
    head.bid["files"] = {}
    for file in found["technical"]["files"]:
        if file["sha256"] not in by_hash:
            raise Refused(_("“%(name)s” is missing, or is not the file that you sealed.")
                          % {"name": file["name"]})  # fmt: skip
        free = slot.free(head, place_row)
        head.bid["files"][file["id"]] = drafts.put(key, slot, free, file, by_hash[file["sha256"]])
    content = {"salt": found["salt"], "content": found["technical"]}
    slot.write(slots.TECHNICAL, envelopes.seal(
        receipts.canonical(content), bytes.fromhex(key.public),
        drafts.place(slot, Part.TECHNICAL), size=bidding.TECHNICAL_SIZE,
    ))  # fmt: skip
    head.bid["keys"]["technical"] = key.pk
    return bidding.noted(row, slot, head, "redeliver", now=now, by=by)


def _price_again(row: Any, vendor: Any, found: dict[str, Any], now: datetime) -> Receipt:
    bid = Bid.objects.filter(competition=row, vendor=vendor).first()
    price = BidPrice.objects.filter(bid=bid).first()
    if bid is None or price is None:
        raise Refused(_("No bid of yours was sealed, so none can be delivered again."))
    _refuse_other(found, bid.digest)
    slot, key = slots.of(row, vendor), keys.of(row)[Part.PRICE]
    content = {"salt": found["salt"], "content": found["price"]}
    price.envelope = envelopes.seal(
        receipts.canonical(content), bytes.fromhex(key.public), drafts.place(slot, Part.PRICE),
        size=bidding.PRICE_SIZE,
    )  # fmt: skip
    price.key = key
    price.save(update_fields=["envelope", "key"])
    return Receipt("redeliver", row.pk, vendor.pk, now, bid.digest)


def _running(competition: Any, part: str) -> list[str]:
    now = clock.now()
    found = Redelivery.objects.filter(competition=competition, part=part, until__gt=now).first()
    if found is None:
        return []
    return [_("Bidders may deliver again until %(moment)s.")
            % {"moment": deadlines.told(found.until)}]  # fmt: skip


@hooks.asked("bids_can_open")
def technical_delivered(competition: Any) -> list[str]:
    """Nothing is opened while bidders may deliver again."""
    return _running(competition, Part.TECHNICAL)


@hooks.asked("prices_can_open")
def prices_delivered(competition: Any) -> list[str]:
    """The same, for the prices."""
    return _running(competition, Part.PRICE)
