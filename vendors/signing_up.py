"""The first step of a company's person: an address that is confirmed, then an account of their own.

Nothing is kept of somebody who does not open the link, and the answer is the same for an address
that is known. Nobody but people of companies get an account this way, and it holds no role.
"""

import hashlib
from typing import Any, NamedTuple
from uuid import uuid4

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from core import absence, history, outbox
from core.models import User
from core.notices import absolute, render
from core.refusals import Refused

SALT = "vendors.signing_up"
HOURS = 48
"""Hours that a link to confirm an address lives."""
QUIET_SECONDS = 300
"""To one address no more than one mail in so many seconds."""


class Asked(NamedTuple):
    """Somebody who asked to register a company: what they typed."""

    name: str
    email: str
    language: str


def ask(name: str, email: str, language: str) -> None:
    """Send a link to confirm the address; to a known one, a mail that says to sign in."""
    email = email.strip().lower()
    mark = hashlib.sha256(email.encode()).hexdigest()
    if not cache.add(f"signing_up:{mark}", 1, QUIET_SECONDS):
        return
    payload = {"name": name, "email": email, "language": language}
    with transaction.atomic():
        outbox.later(f"signing_up:{uuid4().hex}", "vendors.signing_up", payload)


@outbox.handler("vendors.signing_up", outside=True)
def send(payload: dict[str, Any]) -> None:
    """Send the mail in the language in which it was asked for."""
    known = User.objects.filter(email=payload["email"]).exists()
    person = User(**payload)
    path = reverse("vendors:signup_confirm", args=[token_for(Asked(**payload))])
    url = absolute(reverse("vendors:company_home") if known else path)
    template = "emails/vendor_known.txt" if known else "emails/vendor_address.txt"
    mail(template, person, {"url": url, "hours": HOURS})


def mail(template: str, person: User, context: dict[str, Any]) -> None:
    """A mail to somebody who need not have an account."""
    subject, text = render(template, person, context)
    headers = {"Auto-Submitted": "auto-generated"}
    EmailMessage(subject, text, to=[person.email], headers=headers).send()


def token_for(asked: Asked) -> str:
    """What stands in the link of the mail; signed, so that nobody else makes one."""
    return signing.dumps(list(asked), salt=SALT, compress=True)


def asked_by(token: str) -> Asked | None:
    """Who asked, by the token of the link; None when it is old or altered."""
    try:
        return Asked(*signing.loads(token, salt=SALT, max_age=HOURS * 3600))
    except (signing.BadSignature, TypeError, ValueError):
        return None


def account_exists(email: str) -> bool:
    """Whether somebody signs in with this address already."""
    return User.objects.filter(email=email.strip().lower()).exists()


@transaction.atomic
def open_account(asked: Asked, password: str) -> User:
    """Make the account of a confirmed address, of no institution and without any role.

    Raises Refused when there is one already.
    """
    known = Refused(_("There is an account with this address already: sign in with it."))
    if account_exists(asked.email):
        raise known
    language = asked.language if asked.language in dict(settings.LANGUAGES) else "es"
    try:
        with transaction.atomic():
            user = User.objects.create_user(
                asked.email, password, name=asked.name, language=language
            )
    except IntegrityError as error:  # the link was opened twice at once
        raise known from error
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    user.dossier = absence.person_dossier(user)
    details = {"email": user.email, "name": user.name, "confirmed": True}
    history.record("core.user.create", user, by=user, details=details)
    return user
