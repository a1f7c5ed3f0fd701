"""Sittings: custodians enter their shares within two hours, to rehearse or to open one part.

What they enter stands under the slot key until the sitting ends, and is overwritten then. Nobody is
shown it, and nothing but the number of shares is told.
"""

import os
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import clock, due, history, turns
from core.models import User
from core.refusals import Denied, Refused
from core.steps import allow, perform
from procurement import envelopes, hooks, keys, shares, slot_key
from procurement import permissions_sealing as who
from procurement.models import Competition, CompetitionState
from procurement.models.sealing import Custodian, Part, Sitting, SittingEntry

HOURS = 2
ENTRY = 512
"""Bytes of the words of a share, padded."""
Purpose = Sitting.Purpose


def current(competition: Any) -> Sitting | None:
    """The sitting that is held now, if one is."""
    now = clock.now()
    rows = Sitting.objects.filter(competition=competition, ended_at=None, until__gt=now)
    return rows.select_related("competition", "begun_by").first()


def begin(competition: Any, purpose: str, part: str, *, by: User) -> Sitting:
    """Begin a sitting under the lock of the case; one that was forgotten ends."""
    for other in Sitting.objects.filter(competition=competition, ended_at=None):
        end(other)
    now = clock.now()
    sitting = Sitting.objects.create(
        competition=competition, purpose=purpose, part=part, begun_at=now, begun_by=by,
        until=now + timedelta(hours=HOURS),
    )  # fmt: skip
    said = {"purpose": purpose, "part": part}
    history.record("procurement.sitting.begin", sitting, by=by, details=said)
    turns.refresh(competition)
    return sitting


def end(sitting: Sitting) -> None:
    """Forget what was entered: the words are overwritten, who entered some remains."""
    sitting.entries.update(sealed=None)
    sitting.ended_at = clock.now()
    sitting.save(update_fields=["ended_at"])


@transaction.atomic
def begin_rehearsal(competition: Any, *, by: User) -> Sitting:
    """Let the custodians try, in review, whether their shares open what is sealed to the keys.

    Raises Denied for anybody but an officer, Refused where there is nothing to rehearse.
    """
    history.lock(competition.dossier)
    row = Competition.objects.get(pk=competition.pk)
    allow(who.makes_keys, row, by)
    found = keys.of(row)
    if row.state != CompetitionState.IN_REVIEW or len(found) < len(Part.values):
        raise Refused(_("The opening is rehearsed in review, when the keys are made."))
    if any(key.by_server for key in found.values()):
        raise Refused(_("The server holds these keys: there is nothing to rehearse."))
    return begin(row, Purpose.REHEARSAL, "", by=by)


def parts_of(sitting: Sitting) -> list[str]:
    """The parts whose shares are entered: both in a rehearsal, one in an opening."""
    return [sitting.part] if sitting.part else list(Part.values)


@transaction.atomic
def enter(competition: Any, typed: dict[str, str], *, by: User) -> Sitting:
    """A custodian enters shares in the sitting that is held. Raises Denied for anybody else,
    Refused with what is wrong with the words, or when no sitting is held.
    """
    history.lock(competition.dossier)
    sitting = current(competition)
    if sitting is None:
        raise Refused(_("No sitting is held now. An officer begins one."))
    custodian = custodian_for(competition, by)
    if custodian is None:
        raise Denied(str(who.is_custodian.reason))  # type: ignore[attr-defined]
    for part in parts_of(sitting):
        words = keys.recognise(custodian, part, typed.get(part, ""))
        entry, _new = SittingEntry.objects.get_or_create(
            sitting=sitting, custodian=custodian, part=part,
            defaults={"entered_at": clock.now()},
        )  # fmt: skip
        entry.sealed = _sealed(entry, words)
        entry.save(update_fields=["sealed"])
    history.record("procurement.sitting.enter", sitting, by=by,
                   details={"custodian": custodian.number})  # fmt: skip
    if sitting.purpose == Purpose.REHEARSAL and not lacking(sitting):
        _finish_rehearsal(sitting, by)
    turns.refresh(sitting.competition)
    return sitting


def custodian_for(competition: Any, user: User) -> Custodian | None:
    """The custodian that this person is in a competition, or None."""
    rows = Custodian.objects.filter(competition=competition, user=user.pk, ended_at=None)
    return rows.first()


def entered(sitting: Sitting) -> dict[str, int]:
    """How many shares are entered, by part."""
    found = dict.fromkeys(parts_of(sitting), 0)
    for part in sitting.entries.exclude(sealed=None).values_list("part", flat=True):
        found[part] += 1
    return found


def lacking(sitting: Sitting) -> list[str]:
    """What a sitting lacks, in sentences."""
    known, found = keys.of(sitting.competition), []
    for part, count in entered(sitting).items():
        least = known[part].threshold
        if count < least:
            found.append(
                ngettext("%(part)s: %(count)s of the %(least)s share needed is entered.",
                         "%(part)s: %(count)s of the %(least)s shares needed are entered.", least)
                % {"part": Part(part).label, "count": count, "least": least}
            )  # fmt: skip
    return found


def private_key(sitting: Sitting, part: str) -> bytes:
    """The private key that the shares entered give back; raises Refused where they do not."""
    key = keys.of(sitting.competition)[part]
    entries = sitting.entries.filter(part=part).exclude(sealed=None)[: key.threshold]
    private = shares.combine([_opened(entry) for entry in entries])
    if envelopes.pair_of(private).public.hex() != key.public:
        raise Refused(_("These shares do not give the key back: some are of another key, or too "
                        "few."))  # fmt: skip
    return private


def _finish_rehearsal(sitting: Sitting, by: User) -> None:
    """Open a test envelope with each key, and note that it was rehearsed."""
    place = envelopes.place(sitting.competition.ref, "rehearsal", "test")
    for part, key in keys.of(sitting.competition).items():
        test = envelopes.seal(b"rehearsed", bytes.fromhex(key.public), place, size=512)
        envelopes.open_envelope(test, private_key(sitting, part), place)
        if key.state == "made":
            perform(key, "rehearse", by=by)
    end(sitting)


def _cipher(entry: SittingEntry) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(slot_key.derive("sitting", entry.sitting_id, entry.pk))


def _sealed(entry: SittingEntry, words: str) -> bytes:
    nonce = os.urandom(12)
    return nonce + _cipher(entry).encrypt(nonce, words.encode().ljust(ENTRY), None)


def _opened(entry: SittingEntry) -> str:
    sealed = bytes(entry.sealed or b"")
    return _cipher(entry).decrypt(sealed[:12], sealed[12:], None).decode().strip()


# What forgotten sittings leave


@due.falls_due
def forgotten(now: datetime) -> Iterable[due.Due]:
    """Sittings whose time is over: what was entered is overwritten."""
    for sitting in Sitting.objects.filter(ended_at=None, until__lte=now):
        yield due.Due(sitting.until, f"sitting:{sitting.pk}", partial(_forget, sitting.pk))


@transaction.atomic
def _forget(key: int) -> bool:
    sitting = Sitting.objects.select_related("competition__dossier").get(pk=key)
    history.lock(sitting.dossier)
    sitting.refresh_from_db(fields=["ended_at"])
    if sitting.ended_at is None:
        end(sitting)
        turns.refresh(sitting.competition)
    return True


# Openings


def _ends(competition: Any) -> None:
    for sitting in Sitting.objects.filter(competition=competition, ended_at=None):
        end(sitting)


@hooks.within("begin_opening")
def for_the_technical_part(competition: Any, *, by: User, because: str) -> None:
    """The sitting of the opening begins with it, unless the server holds the key."""
    if not keys.of(competition)[Part.TECHNICAL].by_server:
        begin(competition, Purpose.OPENING, Part.TECHNICAL, by=by)


@hooks.within("begin_price_opening")
def for_the_price(competition: Any, *, by: User, because: str) -> None:
    """The same, for the prices."""
    if not keys.of(competition)[Part.PRICE].by_server:
        begin(competition, Purpose.OPENING, Part.PRICE, by=by)


@hooks.within("abandon_opening", "abandon_price_opening", "cancel", "suspend")
def broken_off(competition: Any, *, by: User, because: str) -> None:
    """What was entered is forgotten."""
    _ends(competition)


def against_opening(competition: Any, part: str) -> list[str]:
    """What speaks against opening a part now: shares that were not entered."""
    key = keys.of(competition).get(part)
    if key is None:
        return [_("The keys to the bids are not made yet.")]
    if key.by_server:
        return []
    sitting = current(competition)
    if sitting is None or sitting.part != part:
        return [_("The sitting is over: break the opening off and begin again.")]
    return lacking(sitting)


def key_for_opening(competition: Any, part: str) -> bytes:
    """The private key of a part, from the sitting that is held or from the server."""
    key = keys.of(competition)[part]
    if key.by_server:
        return keys.server_pair(key).private
    sitting = current(competition)
    if sitting is None:
        raise Refused(_("The sitting is over: break the opening off and begin again."))
    private = private_key(sitting, part)
    end(sitting)
    return private
