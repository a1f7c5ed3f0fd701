"""Keys of a competition: made in review, their shares shown once, rehearsed, locked when published.

The private key of a part exists as SLIP-39 shares of custodians only; it is put together in memory,
for as long as an opening takes. Small competitions may use keys that follow from the slot key: the
server holds these, and every page says so.
"""

import json
import os
import secrets
from collections.abc import Sequence
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, history, turns
from core.models import User
from core.refusals import Refused
from core.steps import allow, create, perform
from procurement import envelopes, hooks, shares, slot_key
from procurement import permissions_sealing as who
from procurement.models import Competition, CompetitionState, Sealing
from procurement.models.sealing import CompetitionKey, Custodian, KeyShare, Part

THRESHOLD, SHARES = 3, 5
PARCEL = 1024
"""Bytes of a parcel: two shares of 33 words, padded."""
MOVED_ON = "This has moved on since you opened the page."


def numbers(competition: Any) -> tuple[int, int]:
    """How many shares open a competition, and how many are made: its rules say, or 3 of 5."""
    return competition.rule("key_threshold", THRESHOLD), competition.rule("key_shares", SHARES)


def of(competition: Any) -> dict[str, CompetitionKey]:
    """The keys that are in use, by part."""
    rows = CompetitionKey.objects.filter(competition=competition).exclude(state="replaced")
    return {key.part: key for key in rows}


def custodians_of(competition: Any) -> list[Custodian]:
    """Who holds shares now."""
    rows = Custodian.objects.filter(competition=competition, ended_at=None)
    return list(rows.select_related("user"))


def server_pair(key: CompetitionKey) -> envelopes.Pair:
    """The pair of a key that the server holds: it follows from the slot key, and is stored
    nowhere."""
    private = slot_key.derive("server key", key.competition_id, key.part, key.salt)
    return envelopes.pair_of(private)


# Making them


@transaction.atomic
def make(
    competition: Any, named: Sequence[tuple[User, str]] = (), *, by: User
) -> list[CompetitionKey]:
    """Make both keys while the competition is in review; `named` are the custodians, each with an
    office. Made again, earlier keys and shares are worth nothing.

    Raises Denied for anybody but an officer, Refused for custodians who cannot be.
    """
    case = history.lock(competition.dossier)
    row = Competition.objects.select_related("project__institution").get(pk=competition.pk)
    allow(who.makes_keys, row, by)
    if row.state != CompetitionState.IN_REVIEW:
        raise Refused(_("Keys are made while the competition is in review."))
    if row.sealing == Sealing.SHARES:
        _refuse_custodians(row, named)
    for known in of(row).values():
        perform(known, "replace", by=by)
    Custodian.objects.filter(competition=row, ended_at=None).update(
        ended_at=clock.now(), parcel=None
    )
    made = [_make_one(row, part, by) for part in Part.values]
    if row.sealing == Sealing.SERVER:
        return [perform(key, "rehearse", by=by) for key, _pair in made]
    _hand_out(row, made, named, by, case)
    turns.refresh(row)
    return [key for key, _pair in made]


def _make_one(competition: Any, part: str, by: User) -> tuple[CompetitionKey, envelopes.Pair]:
    threshold = numbers(competition)[0] if competition.sealing == Sealing.SHARES else 0
    key = CompetitionKey(
        competition=competition, part=part, mode=competition.sealing, salt=secrets.token_hex(32),
        threshold=threshold, made_at=clock.now(), made_by=by,
    )  # fmt: skip
    pair = server_pair(key) if key.by_server else envelopes.new_pair()
    key.public = pair.public.hex()
    said = {"part": part, "mode": key.mode, "public": key.public, "threshold": threshold}
    return create(key, by=by, details=said), pair


def _hand_out(competition: Any, made: list[tuple[CompetitionKey, envelopes.Pair]],
              named: Sequence[tuple[User, str]], by: User, case: Any) -> None:  # fmt: skip
    """A share of each key to each custodian, in a parcel that is emptied when it was seen."""
    words = {key.part: shares.split(pair.private, key.threshold, len(named)) for key, pair in made}
    for place, (person, office) in enumerate(named):
        custodian = Custodian.objects.create(
            competition=competition, user=person, office=office.strip(), number=place + 1
        )
        mine = {part: all_words[place] for part, all_words in words.items()}
        custodian.parcel = _wrapped(custodian, mine)
        custodian.save(update_fields=["parcel"])
        for key, _pair in made:
            KeyShare.objects.create(
                key=key, custodian=custodian, mark=shares.mark(mine[key.part], key.salt)
            )
        said = {"custodian": person.pk, "office": custodian.office, "number": custodian.number}
        history.record("procurement.custodian.create", custodian, by=by, details=said)


def _refuse_custodians(competition: Any, named: Sequence[tuple[User, str]]) -> None:
    """Raise Refused with all that speaks against these custodians."""
    threshold, _count = numbers(competition)
    found = []
    if not threshold <= len(named) <= shares.MOST:
        found.append(
            _("Name %(least)s custodians at least, and %(most)s at most.")
            % {"least": max(threshold, shares.FEWEST), "most": shares.MOST}
        )
    if len({person.pk for person, _office in named}) < len(named):
        found.append(_("Somebody is named twice."))
    offices = [office.strip().casefold() for _person, office in named]
    if not all(offices) or len(set(offices)) < len(offices):
        found.append(_("Every custodian comes from an office of their own: name it."))
    for person, _office in named:
        found += unfit(competition, person)
    if found:
        raise Refused(*found)


def unfit(competition: Any, person: User) -> list[str]:
    """Why this person must hold no share: gone, on the panel, or with a vendor."""
    found, said = [], {"person": person}
    if not person.is_active:
        found.append(_("%(person)s is not active any more.") % said)
    if competition.panel.filter(user=person).exists():
        found.append(_("%(person)s sits on the panel and holds no share.") % said)
    if hooks.against("works_for_vendor", person):
        found.append(_("%(person)s works for a vendor.") % said)
    return found


# A custodian's share: shown once, typed back


def _wrapped(custodian: Custodian, words: dict[str, str]) -> bytes:
    nonce, plain = os.urandom(12), json.dumps(words).encode().ljust(PARCEL)
    cipher = ChaCha20Poly1305(slot_key.derive("parcel", custodian.pk))
    return nonce + cipher.encrypt(nonce, plain, None)


def _unwrapped(custodian: Custodian) -> dict[str, str]:
    parcel = bytes(custodian.parcel or b"")
    cipher = ChaCha20Poly1305(slot_key.derive("parcel", custodian.pk))
    return dict(json.loads(cipher.decrypt(parcel[:12], parcel[12:], None)))


@transaction.atomic
def show(custodian: Custodian, *, by: User) -> dict[str, str]:
    """The words of a custodian's shares, by part: once; nobody can show them again.

    Raises Denied for anybody else, Refused when they were shown.
    """
    history.lock(custodian.dossier)
    custodian = Custodian.objects.select_for_update(of=("self",)).get(pk=custodian.pk)
    allow(who.is_custodian, custodian, by)
    if custodian.parcel is None or custodian.ended_at is not None:
        raise Refused(
            _("Your shares were shown already, and are kept nowhere. If they are lost before the "
              "publication, an officer makes new keys.")
        )  # fmt: skip
    words = _unwrapped(custodian)
    custodian.parcel, custodian.shown_at = None, clock.now()
    custodian.save(update_fields=["parcel", "shown_at"])
    history.record("procurement.custodian.show", custodian, by=by)
    return words


@transaction.atomic
def confirm(custodian: Custodian, typed: dict[str, str], *, by: User) -> Custodian:
    """A custodian types both shares back from paper. Raises Refused with what is wrong."""
    history.lock(custodian.dossier)
    custodian = Custodian.objects.select_for_update(of=("self",)).get(pk=custodian.pk)
    allow(who.is_custodian, custodian, by)
    if custodian.shown_at is None or custodian.ended_at is not None:
        raise Refused(_("Your shares were not shown to you yet."))
    for part in Part.values:
        recognise(custodian, part, typed.get(part, ""))
    if custodian.confirmed_at is None:
        custodian.confirmed_at = clock.now()
        custodian.save(update_fields=["confirmed_at"])
        history.record("procurement.custodian.confirm", custodian, by=by)
        turns.refresh(custodian.competition)
    return custodian


def recognise(custodian: Custodian, part: str, typed: str) -> str:
    """The words of this custodian's share of a part, as they were made; raises Refused."""
    words = shares.read(typed)
    mine = custodian.shares.select_related("key").exclude(key__state="replaced")
    share = mine.filter(key__part=part).first()
    if share is not None and shares.is_marked(words, share.key.salt, share.mark):
        return words
    for other in mine.exclude(key__part=part):
        if shares.is_marked(words, other.key.salt, other.mark):
            raise Refused(
                _("This is your share of another key: of the %(part)s.")
                % {"part": other.key.get_part_display()}
            )
    raise Refused(_("This is a share, but not yours of this key."))


# What the publication asks and does


@hooks.asked("keys_ready")
def keys_ready(competition: Any) -> list[str]:
    """What the keys still lack before bids can be sealed to them."""
    found = of(competition)
    if len(found) < len(Part.values):
        return [_("The keys to the bids are not made yet.")]
    if any(key.mode != competition.sealing for key in found.values()):
        return [_("The keys were made for another way of holding them: make them again.")]
    against = []
    if competition.sealing == Sealing.SHARES:
        for custodian in custodians_of(competition):
            if custodian.confirmed_at is None:
                against.append(_("%(person)s has not confirmed the shares of the keys.")
                               % {"person": custodian.user})  # fmt: skip
            against += unfit(competition, custodian.user)
    if any(key.state != "rehearsed" for key in found.values()):
        against.append(_("The opening was not rehearsed with the custodians."))
    return against


@hooks.within("publish")
def lock_keys(competition: Any, *, by: User, because: str) -> None:
    """From the publication on, bids are sealed to these keys."""
    for key in of(competition).values():
        perform(key, "lock", by=by)
