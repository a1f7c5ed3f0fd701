"""Writing the history: inside the transaction, one chain a dossier, sealed with an outside key."""

import hashlib
import hmac
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from core import bulk, clock, notices, outbox
from core.models import Dossier, Event, User
from core.refusals import Refused

_encoder = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)


def canonical(value: Any) -> str:
    """JSON in its one form: sorted keys, no spaces, UTF-8 as it is."""
    return _encoder.encode(value)


def seal(*parts: Any) -> str:
    """HMAC-SHA256 over the parts, in hex, with the key that lies outside the database."""
    text = canonical(parts).encode()
    return hmac.digest(settings.HISTORY_KEY.encode(), text, "sha256").hex()


def mac_of(event: Event, ref: str) -> str:
    """The seal of an event over all its columns, the reference of its case, and its predecessor."""
    return seal(
        ref, event.number, event.verb, event.target_label, event.target_id, event.actor_id,
        event.on_behalf_of_id, event.because, event.details, stamp(event.at), event.previous,
    )  # fmt: skip


def chain(before: str, ref: str, event: Iterable[Any]) -> str:
    """The end of a chain without a key after one more event: SHA-256 over all of it, in hex.

    `event` is number, verb, target_label, target_id, actor, on_behalf_of, because, details, moment
    (as `stamp` writes it), previous and mac, in this order.
    """
    return hashlib.sha256(canonical([before, ref, *event]).encode()).hexdigest()


def head_seal(dossier: Dossier) -> str:
    """The seal over the head of a chain: how many events it has, and the newest one's."""
    return seal("head", dossier.ref, dossier.kind, stamp(dossier.opened_at), dossier.count,
                dossier.head)  # fmt: skip


def stamp(moment: datetime) -> str:
    """A moment in UTC to the microsecond, as text."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def open_dossier(kind: str, ref: str) -> Dossier:
    """Open a case file with an empty chain; raises Refused when the reference is taken."""
    if Dossier.objects.filter(ref=ref).exists():
        raise Refused(_("The reference %(ref)s is taken; choose another.") % {"ref": ref})
    dossier = Dossier(ref=ref, kind=kind, opened_at=clock.now())
    dossier.seal = head_seal(dossier)
    dossier.save(force_insert=True)
    return dossier


def standing_dossier(kind: str, ref: str) -> Dossier:
    """The case file of this reference, opened the first time it is asked for, also by many at once.

    For files that are one of their kind: settings, the ledger's periods, a standard.
    """
    known = Dossier.objects.filter(ref=ref).first()
    if known is not None:
        return known
    try:
        with transaction.atomic():
            return open_dossier(kind, ref)
    except (IntegrityError, Refused):  # somebody else was faster
        return Dossier.objects.get(ref=ref)


def lock(dossier: Dossier) -> Dossier:
    """Hold the case until the transaction ends, and return its row as it stands now."""
    if not connection.in_atomic_block:
        raise RuntimeError("A case is locked inside a transaction.")
    return Dossier.objects.select_for_update().get(pk=dossier.pk)


def record(verb: str, target: Any, *, by: User, because: str = "",
           details: dict[str, Any] | None = None, on_behalf_of: int | None = None,
           case: Dossier | None = None) -> Event:  # fmt: skip
    """Add an event to the chain of the target's case; what subscribes to it is told afterwards.

    `case` is the row of the case as just read under its lock, by whoever holds it already.
    """
    case = case or lock(target.dossier)
    event = Event(
        dossier=case, number=case.count + 1, verb=verb, target_label=target._meta.label_lower,
        target_id=target.pk, actor=by, on_behalf_of_id=on_behalf_of, because=str(because),
        details=canonical(details or {}), at=clock.now(), previous=case.head,
    )  # fmt: skip
    event.mac = mac_of(event, case.ref)
    event.save(force_insert=True)
    case.count, case.head = event.number, event.mac
    case.seal = head_seal(case)
    case.save(update_fields=["count", "head", "seal"])
    if notices.has_subscribers(verb):
        outbox.later(f"event:{event.pk}", "core.tell", {"event": event.pk})
    return event


def open_many(kind: str, cases: Sequence[tuple[str, int, dict[str, Any]]], *, verb: str,
              label: str, by: User, because: str = "") -> list[int]:  # fmt: skip
    """Open many case files at once, each with its first event; returns their keys, in order.

    A case is its reference, the key of the row it is about (of the model `label`), and what the
    event says. Written as `record` would have written each; nobody is told of these events.
    """
    now = clock.now()
    moment, keys = stamp(now), bulk.reserve(Dossier, len(cases))
    dossiers, events = [], []
    for key, (ref, target, details) in zip(keys, cases, strict=True):
        text = canonical(details)
        mac = seal(ref, 1, verb, label, target, by.pk, None, because, text, moment, "")
        dossiers.append((key, ref, mac, seal("head", ref, kind, moment, 1, mac)))
        events.append((key, target, text, mac))
    bulk.insert(Dossier, ["id", "ref", "head", "seal"], dossiers, kind=kind, opened_at=now, count=1)
    bulk.insert(Event, ["dossier_id", "target_id", "details", "mac"], events, number=1, verb=verb,
                target_label=label, actor_id=by.pk, because=because, at=now)  # fmt: skip
    return keys


def record_many(rows: Iterable[tuple[str, Any, dict[str, Any]]], *, by: User,
                because: str = "") -> list[Event]:  # fmt: skip
    """One event for each (verb, target, details), in this order, on cases that exist already.

    As `record`, with a few queries for all of them; holds all their cases, in the order of keys.
    """
    wanted, at = list(rows), clock.now()
    keys = {target.dossier.pk for _verb, target, _details in wanted}
    held = Dossier.objects.select_for_update().filter(pk__in=keys).order_by("pk")
    cases = {case.pk: case for case in held}
    events = []
    for verb, target, details in wanted:
        case = cases[target.dossier.pk]
        event = Event(
            dossier=case, number=case.count + 1, verb=verb, target_label=target._meta.label_lower,
            target_id=target.pk, actor=by, because=str(because), details=canonical(details), at=at,
            previous=case.head,
        )  # fmt: skip
        event.mac = mac_of(event, case.ref)
        case.count, case.head = event.number, event.mac
        events.append(event)
    for case in cases.values():
        case.seal = head_seal(case)
    Event.objects.bulk_create(events, batch_size=500)
    Dossier.objects.bulk_update(cases.values(), ["count", "head", "seal"], batch_size=200)
    for event in events:
        if notices.has_subscribers(event.verb):
            outbox.later(f"event:{event.pk}", "core.tell", {"event": event.pk})
    return events
