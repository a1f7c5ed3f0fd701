"""The people who act for a company: invited, accepted, ended; one manager always stays."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core import clock, history, outbox
from core.models import User
from core.notices import absolute
from core.refusals import Refused
from core.steps import allow
from vendors import permissions_companies as who
from vendors.models.company import SeatRole, Vendor, VendorSeat, VendorState
from vendors.models.company_papers import VendorInvitation
from vendors.signing_up import mail

SALT = "vendors.invitation"
DAYS = 14
"""Days that an invitation lives."""
MOST_OPEN = 20
"""Invitations that a company may have open at once."""
OVER = (VendorState.JOINED, VendorState.WITHDRAWN, VendorState.DECLINED)


@transaction.atomic
def invite(vendor: Vendor, email: str, role: str, *, by: User) -> VendorInvitation:
    """Ask somebody by e-mail to act for a company; asked again, the older link ends.

    Raises Denied for anybody but a manager of the company, Refused when that person has the role.
    """
    vendor = _held(vendor, by)
    email, now = email.strip().lower(), clock.now()
    if role not in SeatRole.values or vendor.state in OVER:
        raise Refused(_("This has moved on since you opened the page."))
    if vendor.seats.open().filter(user__email=email, role=role).exists():
        raise Refused(_("This person has that role already."))
    waiting = VendorInvitation.objects.filter(vendor=vendor, accepted_at=None, withdrawn_at=None)
    waiting.filter(email=email, role=role).update(withdrawn_at=now)
    if waiting.filter(expires_at__gt=now).count() >= MOST_OPEN:
        raise Refused(_("Too many invitations are open; take some back first."))
    invitation = VendorInvitation.objects.create(
        vendor=vendor, email=email, role=role, nonce=uuid4().hex, invited_by=by, invited_at=now,
        expires_at=now + timedelta(days=DAYS),
    )  # fmt: skip
    history.record("vendors.vendorinvitation.create", invitation, by=by, details={"role": role})
    outbox.later(f"invitation:{invitation.pk}", "vendors.invitation",
                 {"invitation": invitation.pk, "language": get_language() or "es"})  # fmt: skip
    return invitation


@outbox.handler("vendors.invitation", outside=True)
def send(payload: dict[str, Any]) -> None:
    """Send an invitation in the language of whom it finds, else in that of who invites."""
    rows = VendorInvitation.objects.select_related("vendor", "invited_by")
    invitation = rows.get(pk=payload["invitation"])
    if not invitation.is_open(clock.now()):
        return
    known = User.objects.filter(email=invitation.email).first()
    person = known or User(email=invitation.email, language=payload["language"][:2])
    url = absolute(reverse("vendors:invitation_answer", args=[token_for(invitation)]))
    mail("emails/vendor_invitation.txt", person, {"invitation": invitation, "url": url})


def token_for(invitation: VendorInvitation) -> str:
    """What stands in the link of the mail."""
    return signing.dumps([invitation.pk, invitation.nonce], salt=SALT, compress=True)


def invited_by(token: str) -> VendorInvitation | None:
    """The invitation of a link that can still be accepted; None when it is over or altered."""
    try:
        key, nonce = signing.loads(token, salt=SALT, max_age=(DAYS + 1) * 86_400)
    except (signing.BadSignature, TypeError, ValueError):
        return None
    rows = VendorInvitation.objects.select_related("vendor__dossier", "invited_by")
    found = rows.filter(pk=key, nonce=nonce).first()
    if found is None or not found.is_open(clock.now()) or found.vendor.state in OVER:
        return None
    return found


@transaction.atomic
def accept(invitation: VendorInvitation, *, by: User) -> VendorSeat:
    """Take the seat that one is invited to; raises Refused for another address, or too late."""
    history.lock(invitation.dossier)
    rows = VendorInvitation.objects.select_for_update(of=("self",))
    invitation = rows.select_related("vendor__dossier").get(pk=invitation.pk)
    now = clock.now()
    if not invitation.is_open(now) or invitation.vendor.state in OVER:
        raise Refused(_("This invitation is over. Ask for a new one."))
    if by.email != invitation.email:
        raise Refused(
            _("The invitation went to another address. Sign in with the account of that address.")
        )
    invitation.accepted_at, invitation.accepted_by = now, by
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    seat, _new = VendorSeat.objects.get_or_create(
        vendor=invitation.vendor, user=by, role=invitation.role, ends_at=None,
        defaults={"starts_at": now, "given_by": invitation.invited_by},
    )  # fmt: skip
    details = {"person": by.pk, "role": seat.role}
    history.record("vendors.vendorseat.create", seat, by=by, details=details)
    return seat


@transaction.atomic
def take_back(invitation: VendorInvitation, *, by: User) -> None:
    """End an invitation that nobody accepted; raises Denied."""
    _held(invitation.vendor, by)
    now = clock.now()
    open_one = VendorInvitation.objects.filter(
        pk=invitation.pk, accepted_at=None, withdrawn_at=None
    )
    if open_one.update(withdrawn_at=now):
        history.record("vendors.vendorinvitation.end", invitation, by=by)


@transaction.atomic
def end(seat: VendorSeat, *, by: User, because: str = "") -> VendorSeat:
    """End what somebody may do for a company; the last manager stays. Raises Denied, Refused.

    Managers end any seat, everybody their own; an officer ends one for a company that asks.
    """
    history.lock(seat.dossier)
    rows = VendorSeat.objects.select_for_update(of=("self",)).select_related("vendor__dossier")
    seat = rows.get(pk=seat.pk)
    if seat.user_id != by.pk and not who.administers_vendors(seat.vendor, by):
        allow(who.manages_company, seat.vendor, by)
    if seat.ends_at is not None:
        raise Refused(_("This has moved on since you opened the page."))
    others = seat.vendor.seats.open().filter(role=SeatRole.MANAGER).exclude(pk=seat.pk)
    if seat.role == SeatRole.MANAGER and not others.filter(user__is_active=True).exists():
        raise Refused(_("A company needs a manager here: invite another one first."))
    seat.ends_at = clock.now()
    seat.save(update_fields=["ends_at"])
    details = {"person": seat.user_id, "role": seat.role}
    history.record("vendors.vendorseat.end", seat, by=by, because=because, details=details)
    return seat


def _held(vendor: Vendor, by: User) -> Vendor:
    """The company under the lock of its case, for who manages it."""
    history.lock(vendor.dossier)
    vendor = Vendor.objects.select_related("dossier").get(pk=vendor.pk)
    allow(who.manages_company, vendor, by)
    return vendor
