"""Opening: what stands in the slots becomes bids, when two officers and enough shares agree.

From here on it is known who bid, and what was done before the deadline enters the history with its
moments. The technical part is readable; the price stays an envelope until its own opening.
"""

import hashlib
import io
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.utils.translation import gettext as _

from core import documents
from core.models import Document, User
from core.refusals import Refused
from core.steps import create
from procurement import bidding, drafts, eligibility, envelopes, hooks, receipts, sittings
from procurement import slots as decks
from procurement.models import Bid, BidFile, BidPrice, BidState, LateAttempt
from procurement.models.sealing import BidSlot, CompetitionKey, Part
from vendors.models import Vendor

GIT_BUNDLE = "application/x-git-bundle"


@dataclass(frozen=True)
class Opened:
    """The technical part of a bid as it came out of its envelope."""

    salt: str
    content: dict[str, Any]


@hooks.asked("bids_can_open")
def bids_can_open(competition: Any) -> list[str]:
    """Whether enough shares of the technical key were entered in the sitting that is held."""
    return sittings.against_opening(competition, Part.TECHNICAL)


@hooks.within("open")
def open_bids(competition: Any, *, by: User, because: str) -> None:
    """Make bids of what stands in the slots, and the register of late attempts."""
    private = sittings.key_for_opening(competition, Part.TECHNICAL)
    material = bidding.material_version(competition)
    digests = []
    for row in BidSlot.objects.filter(competition=competition).select_related("vendor"):
        slot = decks.Slot(row.competition_id, row.vendor_id)
        head = slot.head()
        _late(competition, row.vendor, head)
        if head.bid is not None:
            bid = _bid(competition, slot, head, private, material, by=by)
            digests.append(bid.digest)
    competition.receipts_hash = hash_of(digests)
    eligibility.clear_later(competition)


def hash_of(digests: list[str]) -> str:
    """The SHA-256 over the hashes of all receipts, in the order of their letters."""
    return hashlib.sha256("\n".join(sorted(digests)).encode()).hexdigest()


def _late(competition: Any, vendor: Vendor, head: decks.Head) -> None:
    LateAttempt.objects.bulk_create(
        LateAttempt(competition=competition, vendor=vendor, digest=row["digest"],
                    at=datetime.fromisoformat(row["at"]),
                    deadline=datetime.fromisoformat(row["deadline"]))
        for row in head.late
    )  # fmt: skip


def _bid(competition: Any, slot: decks.Slot, head: decks.Head, private: bytes,
         material: int, *, by: User) -> Bid:  # fmt: skip
    """The bid of one slot: opened, or withdrawn, lapsed or unreadable."""
    sealed: dict[str, Any] = head.bid or {}
    state, because, found = BidState.OPENED, "", Opened("", {})
    if not head.standing:
        state = BidState.WITHDRAWN
    elif sealed["version"] < material:
        state = BidState.LAPSED
    else:
        try:
            found = _read(slot, sealed["digests"], private)
        except (envelopes.WillNotOpen, decks.Damaged) as error:
            state, because = BidState.UNREADABLE, str(error)
    bid = Bid(
        competition=competition, vendor_id=slot.vendor, digest=sealed["digests"]["whole"],
        technical_digest=sealed["digests"]["technical"], price_digest=sealed["digests"]["price"],
        acts=head.acts, sealed_at=datetime.fromisoformat(sealed["at"]), sealed_by_id=sealed["by"],
        version=sealed["version"], salt=found.salt, content=found.content, state=state,
        because=because,
    )  # fmt: skip
    create(bid, by=by, details={"digest": bid.digest, "acts": bid.acts, "why": because})
    if state == BidState.OPENED:
        key = CompetitionKey.objects.get(pk=sealed["keys"]["price"])
        BidPrice.objects.create(bid=bid, envelope=slot.read(decks.PRICE), key=key)
        _files(bid, slot, sealed["files"], private)
    return bid


def _read(slot: decks.Slot, digests: dict[str, str], private: bytes) -> Opened:
    """The technical part; raises WillNotOpen also when it is not what the receipt says."""
    found = opened_part(slot, Part.TECHNICAL, slot.read(decks.TECHNICAL), private)
    digest = receipts.part_digest(found.salt, Part.TECHNICAL, found.content)
    whole = receipts.joined(found.salt, digest, digests["price"])
    if (digest, whole) != (digests["technical"], digests["whole"]):
        raise envelopes.WillNotOpen(_("What was sealed is not what the receipt says."))
    return found


def opened_part(slot: decks.Slot, part: str, envelope: bytes, private: bytes) -> Opened:
    """One part of a bid out of its envelope; raises WillNotOpen anywhere but in its slot."""
    text = envelopes.open_envelope(envelope, private, drafts.place(slot, part))
    found = json.loads(text)
    return Opened(found["salt"], found["content"])


# Files


def _files(bid: Bid, slot: decks.Slot, stored: dict[str, Any], private: bytes) -> None:
    for file in bid.content.get("files", []):
        row = BidFile(bid=bid, kind=file["kind"], name=file["name"], size=file["size"],
                      sha256=file["sha256"])  # fmt: skip
        try:
            row.document = _document(bid, slot, file, stored, private)
        except (Refused, envelopes.WillNotOpen, decks.Damaged, KeyError) as error:
            row.failed = str(error) or _("It was not found.")
        row.save()


def _document(bid: Bid, slot: decks.Slot, file: dict[str, Any], stored: dict[str, Any],
              private: bytes) -> Document:  # fmt: skip
    sealed = slot.read(stored[file["id"]]["pages"])
    content = envelopes.open_envelope(sealed, private, drafts.place(slot, f"file:{file['id']}"))
    return take_in(bid, file, content)


def take_in(bid: Bid, file: dict[str, Any], content: bytes) -> Document:
    """Keep a file of a bid in the case, examined as every upload is; raises Refused."""
    if hashlib.sha256(content).hexdigest() != file["sha256"]:
        raise Refused(_("It is not the file of which the bid names the hash."))
    upload: Any = InMemoryUploadedFile(
        io.BytesIO(content), "file", file["name"], "", len(content), None
    )
    if file["kind"] == BidFile.Kind.BUNDLE:
        documents.refuse_infected(upload)
        upload.examined = documents.Examined(file["sha256"], len(content), GIT_BUNDLE)
    return documents.store(upload, by=bid.sealed_by, dossier=bid.dossier)
