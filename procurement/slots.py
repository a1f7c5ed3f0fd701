"""Slots: for every vendor of a lot as many equal pages, whether it bids or not.

A page is as long as every other, and its content is noise to whoever lacks the slot key, whether
something stands on it or not. Its identity follows from the slot key too, so nothing says whose it
is, of which competition, or what kind. Pages are made for all at once; a write changes the content
of pages that are there, and nothing else in the database. See `docs/why/sealing.md`.
"""

import hmac
import json
import math
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from django.conf import settings
from django.db import transaction

from procurement import receipts, slot_key
from procurement.models.sealing import BidSlot, SealedPage

PAGE = 65_536
"""Bytes of a page as it is stored."""
NONCE, TAG, LENGTH = 12, 16, 4
ROOM = PAGE - NONCE - TAG - LENGTH
"""Bytes that a page can hold."""
HEAD, TECHNICAL, PRICE, DRAFT = (0,), (1, 2), (3,), (4, 5, 6)
FIRST_FILE = 7
ROUND = 16
"""Slots whose pages are made in one transaction of the background."""


class Damaged(RuntimeError):
    """A page is not what was written: it was altered, or the slot key is another one."""


def file_pages() -> int:
    """Pages for files of a slot: twice what a bid may hold, so that a sealed bid stands whole
    while the next is drafted."""
    return 2 * math.ceil(settings.BID_FILES_MB * 1024 * 1024 / ROOM) + 2


@dataclass
class Head:
    """What a slot knows of itself: `bid` sealed last, `acts` so far, files sealed for the draft."""

    number: int = 0
    bid: dict[str, Any] | None = None
    acts: list[dict[str, Any]] = field(default_factory=list)
    late: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def standing(self) -> bool:
        """Whether a bid is sealed, and not withdrawn."""
        return self.bid is not None and not self.bid.get("withdrawn")


@dataclass(frozen=True)
class Slot:
    """The pages of one vendor in one competition, by their keys."""

    competition: int
    vendor: int

    def page(self, index: int) -> UUID:
        """The identity of a page: it follows from the slot key alone."""
        key = slot_key.derive("page identity", self.competition, self.vendor)
        return UUID(bytes=hmac.digest(key, str(index).encode(), "sha256")[:16])

    def _cipher(self, index: int) -> ChaCha20Poly1305:
        return ChaCha20Poly1305(slot_key.derive("page", self.competition, self.vendor, index))

    def blank(self, index: int, content: bytes = b"") -> SealedPage:
        """A page as it is made at first: an empty one, not to be told from a full one."""
        return SealedPage(id=self.page(index), content=self._closed(index, content))

    def _closed(self, index: int, content: bytes) -> bytes:
        if len(content) > ROOM:
            raise ValueError(f"{len(content)} bytes do not fit on a page")
        nonce = os.urandom(NONCE)
        padded = len(content).to_bytes(LENGTH, "big") + content.ljust(ROOM, b"\0")
        return nonce + self._cipher(index).encrypt(nonce, padded, self.page(index).bytes)

    def read(self, pages: Sequence[int]) -> bytes:
        """What stands on these pages, one after the other; raises Damaged."""
        wanted = {self.page(index): index for index in pages}
        rows = SealedPage.objects.filter(pk__in=wanted).values_list("pk", "content")
        found = {wanted[key]: self._opened(wanted[key], bytes(content)) for key, content in rows}
        if len(found) != len(wanted):
            raise Damaged("pages of a slot are missing")
        return b"".join(found[index] for index in pages)

    def _opened(self, index: int, content: bytes) -> bytes:
        try:
            padded = self._cipher(index).decrypt(
                content[:NONCE], content[NONCE:], self.page(index).bytes
            )
        except (InvalidTag, ValueError) as error:
            raise Damaged("a page of a slot does not open") from error
        return padded[LENGTH : LENGTH + int.from_bytes(padded[:LENGTH], "big")]

    def write(self, pages: Sequence[int], content: bytes) -> None:
        """Write content over these pages, all of them; raises ValueError where it does not fit."""
        if len(content) > ROOM * len(pages):
            raise ValueError(f"{len(content)} bytes do not fit on {len(pages)} pages")
        for place, index in enumerate(pages):
            piece = content[place * ROOM : (place + 1) * ROOM]
            rows = SealedPage.objects.filter(pk=self.page(index))
            if rows.update(content=self._closed(index, piece)) != 1:
                raise Damaged("a page of a slot is missing")

    def head(self) -> Head:
        """What the slot knows of itself."""
        text = self.read(HEAD)
        return Head(**json.loads(text)) if text else Head()

    def keep(self, head: Head) -> None:
        """Write what the slot knows of itself; every write has the next number."""
        head.number += 1
        self.write(HEAD, receipts.canonical(vars(head)))

    def draft(self) -> dict[str, Any]:
        """What was typed so far; empty when nothing was, or when it was sealed."""
        text = self.read(DRAFT)
        return dict(json.loads(text)) if text else {}

    def keep_draft(self, draft: dict[str, Any] | None) -> None:
        """Write what was typed over all that was there before; None forgets it."""
        self.write(DRAFT, receipts.canonical(draft) if draft else b"")

    def free(self, head: Head, row: BidSlot) -> list[int]:
        """The pages for files on which nothing stands that is still needed."""
        kept = [*head.files.values(), *((head.bid or {}).get("files", {}).values())]
        used = {index for file in kept for index in file["pages"]}
        return [index for index in range(FIRST_FILE, row.pages) if index not in used]


def of(competition: Any, vendor: Any) -> Slot:
    """The slot of a vendor in a competition."""
    return Slot(competition.pk, vendor.pk)


def held(slot: Slot) -> BidSlot:
    """The row of a slot, held until the transaction ends: one writer at a time."""
    rows = BidSlot.objects.select_for_update()
    return rows.get(competition=slot.competition, vendor=slot.vendor)


@transaction.atomic
def make(competition: Any, vendors: Iterable[Any]) -> int:
    """Make slots for those who have none yet, each with all pages but those for files."""
    known = set(BidSlot.objects.filter(competition=competition).values_list("vendor", flat=True))
    lacking = [vendor for vendor in vendors if vendor.pk not in known]
    made = 0
    for vendor in lacking:
        row, new = BidSlot.objects.get_or_create(competition=competition, vendor=vendor)
        if new:
            _lay_out(Slot(competition.pk, vendor.pk), row, FIRST_FILE)
            made += 1
    return made


def complete(row: BidSlot) -> None:
    """Make the pages for files that a slot lacks, under its lock."""
    _lay_out(Slot(row.competition_id, row.vendor_id), row, FIRST_FILE + file_pages())


def _lay_out(slot: Slot, row: BidSlot, until: int) -> None:
    if row.pages < until:
        pages = (slot.blank(index) for index in range(row.pages, until))
        while batch := list(islice(pages, ROUND)):
            SealedPage.objects.bulk_create(batch)
        row.pages = until
        row.save(update_fields=["pages"])


@transaction.atomic
def complete_some(competition: Any, count: int = ROUND) -> int:
    """Make the pages for files of some slots that lack them; how many slots it was."""
    until = FIRST_FILE + file_pages()
    rows = BidSlot.objects.select_for_update().filter(competition=competition, pages__lt=until)
    found = list(rows.order_by("pk")[:count])
    for row in found:
        complete(row)
    return len(found)


@transaction.atomic
def clear(competition: Any) -> None:
    """Remove all pages of a competition, when what stood on them is opened or of no use."""
    for row in BidSlot.objects.select_for_update().filter(competition=competition):
        slot = Slot(row.competition_id, row.vendor_id)
        for start in range(0, row.pages, 500):
            pages = [slot.page(index) for index in range(start, min(start + 500, row.pages))]
            SealedPage.objects.filter(pk__in=pages).delete()
        row.pages = 0
        row.save(update_fields=["pages"])
