"""Telling people: subscribed to, never called. An inbox in the page, and an e-mail to hurry it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.core.mail import EmailMessage
from django.template import Context, loader
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from core import clock, mailing, navigation, outbox
from core.models import Dossier, Event, Notice, Role, RoleGrant, User

Audience = Callable[[Any], Iterable[User | None]]


@dataclass(frozen=True)
class Subscription:
    """Who is told of a verb, and in which words."""

    verb: str
    template: str
    audience: Audience
    to_inbox: bool
    urgent: bool


_subscriptions: dict[str, list[Subscription]] = {}


def notify(
    verb: str, template: str, to_inbox: bool = True, *, urgent: bool = False
) -> Callable[[Audience], Audience]:
    """Tell the people whom the decorated function returns for the event's target, once each.

    The template's first line is `Subject: …`; it is given `event`, `target`, `url` and `person`.
    """

    def declare(audience: Audience) -> Audience:
        known = [s for s in _subscriptions.get(verb, []) if s.template != template]
        entry = Subscription(verb, template, audience, to_inbox, urgent)
        _subscriptions[verb] = [*known, entry]
        return audience

    return declare


def has_subscribers(verb: str) -> bool:
    """Whether anybody is told when this happens."""
    return verb in _subscriptions


def subscriptions() -> list[Subscription]:
    """Every subscription of every room."""
    return [entry for entries in _subscriptions.values() for entry in entries]


@outbox.handler("core.tell")
def tell_of_event(payload: dict[str, Any]) -> None:
    """Write the notices that follow from one event."""
    event = Event.objects.select_related("dossier", "actor", "on_behalf_of").get(
        pk=payload["event"]
    )
    target = apps.get_model(event.target_label)._default_manager.get(pk=event.target_id)
    for entry in _subscriptions.get(event.verb, []):
        _write(
            entry.audience(target), entry.template, f"event:{event.pk}:{entry.template}",
            context={"event": event, "target": target}, url=_address(target), event=event,
            dossier=event.dossier, urgent=entry.urgent, in_inbox=entry.to_inbox,
            created_at=event.at,
        )  # fmt: skip


def tell(
    people: Iterable[User | None], template: str, context: dict[str, Any], key: str, *,
    url: str = "", dossier: Dossier | None = None, urgent: bool = False,
) -> list[Notice]:  # fmt: skip
    """Tell people what follows from no event (a deadline that comes near), once for each `key`."""
    return _write(people, template, key, context=context, url=url, dossier=dossier, urgent=urgent,
                  created_at=clock.now())  # fmt: skip


def _write(
    people: Iterable[User | None], template: str, key: str, *, context: dict[str, Any], url: str,
    **fields: Any,
) -> list[Notice]:  # fmt: skip
    """One notice for each person who is active; each new one comes by e-mail as they chose."""
    told = []
    known = {person.pk: person for person in people if person is not None}
    rhythms, urgent = mailing.rhythms(known), bool(fields.get("urgent"))
    for person in known.values():
        if not person.is_active or person.is_clock:
            continue
        subject, body = render(template, person, {**context, "url": absolute(url)})
        rhythm = rhythms.get(person.pk, mailing.DAILY)
        notice, new = Notice.objects.get_or_create(
            person=person, key=key,
            defaults={"subject": subject, "body": body, "url": url[:250],
                      "digest": mailing.carried(rhythm, urgent=urgent), **fields},
        )  # fmt: skip
        if new:
            mailing.supersede(notice)
            if mailing.at_once(rhythm, urgent=urgent):
                outbox.later(f"mail:{notice.pk}", "core.mail", {"notice": notice.pk})
            told.append(notice)
    return told


def render(template: str, person: User, context: dict[str, Any]) -> tuple[str, str]:
    """Subject and text of a message, in the person's language and time zone, as plain text."""
    source = loader.get_template(template).template  # type: ignore[attr-defined]
    zone = clock.zone(person.institution)
    with translation.override(person.language), timezone.override(zone):
        text = source.render(Context({**context, "person": person}, autoescape=False))
    first, _newline, body = text.strip().partition("\n")
    if not first.startswith("Subject:"):
        raise ValueError(f"{template} does not begin with its subject")
    return " ".join(first.removeprefix("Subject:").split())[:200], body.strip()


@outbox.handler("core.mail", outside=True)
def send_mail(payload: dict[str, Any]) -> None:
    """Send a notice by e-mail; sent twice after a crash, it carries the same Message-ID."""
    notice = Notice.objects.select_related("person__institution").get(pk=payload["notice"])
    if not notice.person.is_active:
        return
    context = {
        "notice": notice,
        "url": absolute(notice.url),
        "inbox": absolute(reverse("core:inbox")),
    }
    _subject, text = render("emails/message.txt", notice.person, context)
    headers = {"Message-ID": message_id(notice), "Auto-Submitted": "auto-generated"}
    EmailMessage(notice.subject, text, to=[notice.person.email], headers=headers).send()


def message_id(notice: Notice) -> str:
    """The one Message-ID of a notice, however often it is sent."""
    return f"<notice-{notice.pk}@{urlsplit(settings.BASE_URL).hostname}>"


def unread_count(user: User) -> int:
    """How many notices in the inbox of this person are unread."""
    return Notice.objects.visible_to(user).unread().count()


def absolute(path: str) -> str:
    """The whole address of a page of ours; empty for none."""
    return f"{settings.BASE_URL}{path}" if path else ""


def _address(target: Any) -> str:
    find = getattr(target, "get_absolute_url", None)
    return str(find()) if find else ""


@notify("core.document.propose_removal", "emails/removal_proposed.txt", urgent=True)
def tell_who_decides_on_a_removal(document: Any) -> Iterable[User | None]:
    """The secretariat and the administrators, except who proposed it."""
    roles = (Role.SECRETARIAT, Role.ADMINISTRATOR)
    held = RoleGrant.objects.on(clock.today()).filter(role__in=roles)
    people = User.objects.filter(pk__in=held.values("user"))
    return people.exclude(pk=document.removal_proposed_by_id)


navigation.register(15, _("Messages"), "core:inbox", count=unread_count)
