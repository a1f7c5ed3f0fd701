"""Sealing a bid, replacing, withdrawing and confirming it: the database's clock decides.

What takes time (composing, encrypting) is done before the competition's row is locked; under the
lock the clock is read by a statement of its own, and a few pages are written. No event is recorded,
nobody is told and no job is written: all that would tell that somebody bids. Acts stand in the slot
and enter the history at the opening.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, deadlines
from core.models import User
from core.refusals import Refused
from procurement import drafts, eligibility, envelopes, keys, receipts, slots
from procurement.models import Competition, CompetitionState
from procurement.models.sealing import Part
from procurement.receipts import Receipt
from vendors.models import Vendor

ACTS_MAX = 200
"""So many acts have room in a slot; nobody needs more before one deadline."""
AFTER = (CompetitionState.PUBLISHED, CompetitionState.CLOSED, CompetitionState.OPENING)
"""States before the opening in which an attempt after the deadline is noted."""
LATE_MAX = 50
TECHNICAL_SIZE = slots.ROOM * len(slots.TECHNICAL)
PRICE_SIZE = slots.ROOM * len(slots.PRICE)


@dataclass(frozen=True)
class Prepared:
    """A bid made ready outside the lock: both envelopes, and the hashes that they bind to."""

    number: int
    technical: bytes
    price: bytes
    digests: dict[str, str]
    keys: dict[str, int]
    files: list[str]


@dataclass(frozen=True)
class Status:
    """What a vendor may know of its own slot."""

    head: slots.Head
    material: int
    """The version that the last material addendum made; 0 without one."""

    @property
    def sealed(self) -> bool:
        """Whether a bid is sealed that stands."""
        return self.head.standing

    @property
    def to_confirm(self) -> bool:
        """Whether the bid must be confirmed after a material addendum, or lapses."""
        return self.sealed and (self.head.bid or {})["version"] < self.material

    @property
    def withdrawn(self) -> bool:
        """Whether there was a bid, and it was withdrawn."""
        return self.head.bid is not None and not self.head.standing


def material_version(competition: Any) -> int:
    """The version that the last material addendum made, or 0."""
    rows = competition.addenda.filter(state="published", material=True)
    return int(rows.order_by("-version").values_list("version", flat=True).first() or 0)


def status(competition: Any, vendor: Any, *, by: User) -> Status:
    """How the vendor's own bid stands. Raises Denied for anybody else."""
    slot = drafts.slot_of(competition, vendor, by)
    return Status(slot.head(), material_version(competition))


def seal(competition: Any, vendor: Any, *, by: User, seen: int | None = None) -> Receipt:
    """Seal the draft as the vendor's one bid; what was sealed before is replaced.

    Raises Denied for anybody who does not bid for the vendor, Refused with all that is missing, or
    when the deadline has passed: then only moment, vendor and hash are noted.
    """
    slot = drafts.slot_of(competition, vendor, by)
    draft = slot.draft()
    if not draft:
        raise Refused(_("There is no draft to be sealed."))
    if seen is not None and seen != draft["number"]:
        raise Refused(_("The draft changed since you opened this page. Look at it again."))
    prepared = prepare(competition, slot, draft)
    reasons = drafts.composed(competition, draft).sentences()
    with transaction.atomic():
        row, now = _locked(competition, slot)
        late = is_late(row, now)
        if late:
            _note_late(row, slot, prepared.digests["whole"], now)
        else:
            _refuse(row, vendor, reasons)
            receipt = _seal(row, slot, prepared, now, by)
    if late:
        raise Refused(too_late(row, now))
    return receipt


def prepare(competition: Any, slot: slots.Slot, draft: dict[str, Any]) -> Prepared:
    """Encrypt both parts of a draft to the keys of the competition, and hash them."""
    found = drafts.composed(competition, draft)
    salt = draft["salt"]
    digests = {
        Part.TECHNICAL.value: receipts.part_digest(salt, Part.TECHNICAL, found.technical),
        Part.PRICE.value: receipts.part_digest(salt, Part.PRICE, found.price),
        "whole": receipts.digest(salt, found.technical, found.price),
    }
    known = keys.of(competition)
    return Prepared(
        number=draft["number"], digests=digests,
        technical=_envelope(known, slot, Part.TECHNICAL, salt, found.technical),
        price=_envelope(known, slot, Part.PRICE, salt, found.price),
        keys={part: key.pk for part, key in known.items()},
        files=[file["id"] for file in draft["files"]],
    )  # fmt: skip


def _envelope(
    known: dict[str, Any], slot: slots.Slot, part: str, salt: str, content: dict[str, Any]
) -> bytes:
    size = TECHNICAL_SIZE if part == Part.TECHNICAL else PRICE_SIZE
    try:
        return envelopes.seal(
            receipts.canonical({"salt": salt, "content": content}),
            bytes.fromhex(known[part].public), drafts.place(slot, part), size=size,
        )  # fmt: skip
    except ValueError as error:
        raise Refused(_("The bid is too long. Put details into an attachment.")) from error


def _locked(competition: Any, slot: slots.Slot) -> tuple[Any, datetime]:
    """Hold the competition, then the slot; then read the clock by a statement of its own."""
    rows = Competition.objects.select_for_update(of=("self",))
    row = rows.select_related("project__institution", "lot").get(pk=competition.pk)
    slots.held(slot)
    return row, clock.now()


def is_late(row: Any, now: datetime) -> bool:
    """Whether the deadline has passed; the moment of the deadline itself is in time."""
    deadline = row.deadline(now)
    return row.state in AFTER and deadline is not None and now > deadline


def _refuse(row: Any, vendor: Any, reasons: list[str]) -> None:
    if row.state != CompetitionState.PUBLISHED:
        raise Refused(_("This competition takes no bids now."))
    if found := [*reasons, *eligibility.against(row, vendor)]:
        raise Refused(*found)


def too_late(row: Any, now: datetime) -> str:
    """What a vendor is told at once after the deadline."""
    return _(
        "Too late: bids were taken until %(deadline)s, and the database's clock showed %(now)s. "
        "Nothing of your bid was kept; the moment, your company and the hash of what you sent "
        "stand in the register of late attempts."
    ) % {"deadline": deadlines.told(row.deadline(now)), "now": row.local(now).strftime(
        "%H:%M:%S.%f")}  # fmt: skip


def _note_late(row: Any, slot: slots.Slot, digest: str, now: datetime) -> None:
    head = slot.head()
    if len(head.late) < LATE_MAX:
        head.late.append({"at": stamped(now), "digest": digest,
                          "deadline": stamped(row.deadline(now))})  # fmt: skip
        slot.keep(head)


def stamped(moment: datetime) -> str:
    """A moment to the microsecond, as text."""
    return moment.isoformat(timespec="microseconds")


def _seal(row: Any, slot: slots.Slot, made: Prepared, now: datetime, by: User) -> Receipt:
    head, draft = slot.head(), slot.draft()
    if draft.get("number") != made.number:
        raise Refused(_("The draft changed since you opened this page. Look at it again."))
    slot.write(slots.TECHNICAL, made.technical)
    slot.write(slots.PRICE, made.price)
    slot.keep_draft(None)
    head.bid = {
        "at": stamped(now), "by": by.pk, "version": row.version, "digests": made.digests,
        "keys": made.keys, "files": {name: head.files[name] for name in made.files},
    }  # fmt: skip
    head.files = {}
    return noted(row, slot, head, "seal", now=now, by=by)


def noted(
    row: Any, slot: slots.Slot, head: slots.Head, act: str, *, now: datetime, by: User
) -> Receipt:
    """Note an act in the slot, and give the receipt of it."""
    if len(head.acts) >= ACTS_MAX:
        raise Refused(_("This bid was changed too often; what is sealed stands."))
    digest = (head.bid or {})["digests"]["whole"]
    head.acts.append({"act": act, "at": stamped(now), "by": by.pk, "digest": digest,
                      "version": row.version})  # fmt: skip
    slot.keep(head)
    return Receipt(act, slot.competition, slot.vendor, now, digest)


def receipt_of(slot: slots.Slot, act: dict[str, Any]) -> Receipt:
    """The receipt of an act that stands in a slot."""
    moment = datetime.fromisoformat(act["at"])
    return Receipt(act["act"], slot.competition, slot.vendor, moment, act["digest"])


def withdraw(competition: Any, vendor: Any, *, by: User, seen: int | None = None) -> Receipt:
    """Withdraw the bid: what was sealed is overwritten. Until the deadline another may be sealed.

    Raises Denied, or Refused where none stands, or after the deadline.
    """
    return _change(competition, vendor, "withdraw", by, seen)


def reconfirm(competition: Any, vendor: Any, *, by: User, seen: int | None = None) -> Receipt:
    """Confirm the bid as it is after a material addendum, or it lapses.

    Raises Denied, or Refused where none stands or needs it, or after the deadline.
    """
    return _change(competition, vendor, "reconfirm", by, seen)


def _change(competition: Any, vendor: Any, act: str, by: User, seen: int | None) -> Receipt:
    slot = drafts.slot_of(competition, vendor, by)
    with transaction.atomic():
        row, now = _locked(competition, slot)
        head = slot.head()
        if seen is not None and seen != head.number:
            raise Refused(_("This has moved on since you opened the page."))
        if late := is_late(row, now):
            digest = (head.bid or {"digests": {"whole": "0" * 64}})["digests"]["whole"]
            _note_late(row, slot, digest, now)
        else:
            receipt = _changed(row, slot, head, act, now=now, by=by)
    if late:
        raise Refused(too_late(row, now))
    return receipt


def _changed(
    row: Any, slot: slots.Slot, head: slots.Head, act: str, *, now: datetime, by: User
) -> Receipt:
    if row.state != CompetitionState.PUBLISHED:
        raise Refused(_("This competition takes no bids now."))
    if not head.standing or head.bid is None:
        raise Refused(_("No bid of yours is sealed."))
    if act == "reconfirm":
        if head.bid["version"] >= material_version(row):
            raise Refused(_("Nothing material changed since you sealed or confirmed the bid."))
        _refuse(row, _vendor(slot), [])
        head.bid["version"] = row.version
        return noted(row, slot, head, act, now=now, by=by)
    receipt = noted(row, slot, head, act, now=now, by=by)
    head.bid |= {"withdrawn": stamped(now), "files": {}}
    slot.write(slots.TECHNICAL, b"")
    slot.write(slots.PRICE, b"")
    slot.keep(head)
    return receipt


def _vendor(slot: slots.Slot) -> Any:
    return Vendor.objects.get(pk=slot.vendor)
