"""What anybody may know of seals: found by code or address, as they stand this moment.

The database's clock decides, not the row: a seal past its last moment is expired here before the
clock's own step has recorded it. Seals that were not published do not exist here.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Min, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from core.models import Event
from core.notices import absolute
from gating import addresses
from gating.models.record import CODE_ALPHABET
from gating.models.seal import CODE_LENGTH, Seal, Standing

KEPT = 300
"""Seconds for which an answer may be kept at most."""
LONGEST = 600
CODE = re.compile(f"[{CODE_ALPHABET}]{{{CODE_LENGTH}}}")
LEVEL = re.compile("[0-9]{1,3}")
SCANNED = re.compile(r"/seal/([^/?#]{16,40})")
RELATED = ("service__institution", "application__standard", "application__predecessor")
FIELDS = {
    "code": gettext_lazy("code of the seal"),
    "service": gettext_lazy("name of the service"),
    "address": gettext_lazy("address of the service"),
    "institution": gettext_lazy("institution that answers for the service"),
    "standard": gettext_lazy("standard it was judged by"),
    "standard_version": gettext_lazy("version of the standard"),
    "level": gettext_lazy("level reached, a whole number from 1"),
    "status": gettext_lazy("valid, under_review, expired, renewed or revoked, at the moment asked"),
    "granted_on": gettext_lazy("day of the award (YYYY-MM-DD)"),
    "valid_until": gettext_lazy("last day, until its 24:00 (YYYY-MM-DD)"),
    "expires_at": gettext_lazy("its last moment (ISO 8601, with the offset from UTC)"),
    "renews": gettext_lazy("code of the seal that it renewed, or empty"),
    "reason": gettext_lazy("published reason of a review or revocation, or empty"),
    "check_url": gettext_lazy("where the seal is checked"),
}
"""The columns of the open data and what each holds."""


def code_of(text: str) -> str:
    """The code in what was typed or scanned; empty where there is none."""
    scanned = SCANNED.search(text[:LONGEST])
    plain = re.sub(r"[\s-]", "", scanned[1] if scanned else text[:LONGEST]).upper()
    return plain if CODE.fullmatch(plain) else ""


def by_code(text: str) -> Seal | None:
    """The published seal of a code, or None."""
    code = code_of(text)
    if not code:
        return None
    return Seal.objects.public().select_related(*RELATED).filter(code=code).first()


def at_address(text: str) -> list[Seal]:
    """The published seals of the services at an address, the newest first."""
    key = addresses.normal(text[:LONGEST])
    if not key:
        return []
    rows = Seal.objects.public().select_related(*RELATED)
    return list(rows.filter(service__address_key=key).order_by("-granted_at", "-pk")[:50])


def found(text: str) -> list[Seal]:
    """The published seals that a code, a scanned address or a service's address names."""
    if code_of(text):
        seal = by_code(text)
        return [seal] if seal else []
    return at_address(text)


def seconds_kept(seal: Seal, now: datetime) -> int:
    """For how many seconds an answer about a seal may be kept: never past its last moment."""
    if seal.standing(now) not in (Standing.VALID, Standing.UNDER_REVIEW):
        return KEPT
    return max(0, min(KEPT, int((seal.expires_at - now).total_seconds())))


def seconds_kept_of_all(now: datetime) -> int:
    """The same for a list: never past the next end of any seal."""
    rows = Seal.objects.public().filter(state__in=Seal.IN_USE, expires_at__gt=now)
    first = rows.aggregate(first=Min("expires_at"))["first"]
    return KEPT if first is None else max(0, min(KEPT, int((first - now).total_seconds())))


def facts(seal: Seal, now: datetime) -> dict[str, Any]:
    """A seal as open data, by the names of `FIELDS`; nothing of it is about a person."""
    before, standing = seal.application.predecessor, seal.standing(now)
    reasons = {Standing.REVOKED: seal.revocation_reason, Standing.UNDER_REVIEW: seal.review_reason}
    shown = before if before is not None and before.published_at else None
    return {
        "code": seal.shown_code, "service": seal.service.name, "address": seal.service.address,
        "institution": seal.service.institution.name, "standard": seal.application.standard.title,
        "standard_version": seal.application.standard.version, "level": seal.level,
        "status": str(standing), "granted_on": seal.granted_on.isoformat(),
        "valid_until": seal.valid_until.isoformat(), "expires_at": seal.expires_at.isoformat(),
        "renews": shown.shown_code if shown else "",
        "reason": reasons.get(Standing(standing), ""),
        "check_url": absolute(seal.get_check_url()),
    }  # fmt: skip


# The register


def register(now: datetime, *, text: str = "", institution: str = "", level: str = "",
             status: str = "") -> Any:  # fmt: skip
    """The published seals with their `stands`, filtered; what cannot be is filtered to nothing."""
    rows = Seal.objects.public().standing_at(now).select_related(*RELATED)
    if text:
        rows = rows.filter(
            Q(service__name__icontains=text) | Q(service__address__icontains=text)
            | Q(service__institution__name__icontains=text) | Q(code=code_of(text) or "-")
        )  # fmt: skip
    if institution:
        rows = rows.filter(service__institution__code=institution)
    if level:
        rows = rows.filter(level=int(level)) if LEVEL.fullmatch(level) else rows.none()
    if status:
        rows = rows.filter(stands=status)
    return rows.order_by("service__name", "-granted_at", "-pk")


def rows_of(seals: Any, now: datetime) -> Iterator[dict[str, Any]]:
    """The register as open data, read piece by piece."""
    for seal in seals.iterator(chunk_size=500):
        yield facts(seal, now)


# Its history, in words


def WORDS() -> dict[str, str]:  # noqa: N802 — a table that is read in the language of the moment
    """What the acts of a seal are called in public; the rest of its history is not public."""
    return {
        "gating.seal.create": pgettext("seal", "Granted"),
        "gating.seal.renew": _("Replaced by its renewal"),
        "gating.seal.put_under_review": _("Put under review"),
        "gating.seal.restore": _("Confirmed by the sub-commission"),
        "gating.seal.revoke": _("Revoked by the sub-commission"),
    }  # fmt: skip


REASONED = ("gating.seal.put_under_review", "gating.seal.restore", "gating.seal.revoke")


def story(seal: Seal, now: datetime) -> list[dict[str, Any]]:
    """What happened to the seals of a service so far, the newest first, without names."""
    seals = {row.pk: row for row in Seal.objects.public().filter(service=seal.service_id)}
    words = WORDS()
    events = Event.objects.filter(target_label="gating.seal", target_id__in=seals, verb__in=words)
    rows = [
        {"at": event.at, "what": words[event.verb], "seal": seals[event.target_id],
         "reason": event.because if event.verb in REASONED else ""}
        for event in events
    ]  # fmt: skip
    rows += [
        {"at": row.expires_at, "what": _("Expired"), "seal": row, "reason": "", "end": True}
        for row in seals.values() if row.standing(now) == Standing.EXPIRED
    ]  # fmt: skip
    return sorted(rows, key=lambda row: row["at"], reverse=True)


def badge_url(seal: Seal, kind: str, language: str) -> str:
    """The whole address of a badge, to be put on the service's own pages."""
    path = reverse("gating:seal_badge", kwargs={"code": seal.shown_code, "kind": kind})
    return f"{settings.BASE_URL}{path}?lang={language}"
