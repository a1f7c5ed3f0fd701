"""One e-mail instead of many: what waits, the nearest deadline first, and what happened.

A person chooses the rhythm; what is urgent comes at once in every rhythm. The clock makes a digest
once a period: after an outage one, with everything since the last. An empty one is never sent.
"""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from core import absence, clock, history, mailing, outbox, turns
from core.machines import wait_label
from core.models import MailChoice, Notice, User
from core.notices import absolute, render

MOST_WAITING = 25
MOST_TOLD = 100
SALT = "core.digest"
STOP_DAYS = 90
IN = 500


def next_after(choice: MailChoice, now: datetime) -> datetime | None:
    """The next moment after `now` at which this person's digest is made; None where none is.

    Hour and weekday count in the zone of the person's institution; an hour that a change of the
    clocks leaves out is the one after it.
    """
    rhythm = MailChoice.Rhythm
    if choice.rhythm not in (rhythm.DAILY, rhythm.WEEKLY):
        return None
    zone = clock.zone(choice.person.institution)
    local = now.astimezone(zone)
    for ahead in range(9):
        day = (local + timedelta(days=ahead)).date()
        moment = datetime(day.year, day.month, day.day, choice.hour, tzinfo=zone)
        right_day = choice.rhythm == rhythm.DAILY or day.weekday() == choice.weekday
        if right_day and moment.timestamp() > now.timestamp():
            return moment.astimezone(now.tzinfo)
    raise AssertionError("a week has every weekday")


@transaction.atomic
def choose(person: User, *, rhythm: str, hour: int, weekday: int, language: str) -> MailChoice:
    """Set when a person's e-mails come, and in which language; what waited for a digest that is
    no longer made goes out with one now."""
    choice = mailing.choice_of(person)
    before = (choice.rhythm, choice.hour, choice.weekday, person.language)
    if before == (rhythm, hour, weekday, language):
        return choice
    choice.rhythm, choice.hour, choice.weekday = rhythm, hour, weekday
    now = clock.now()
    if choice.rhythm == MailChoice.Rhythm.AT_ONCE and person.notices.filter(digest="").exists():
        _make(choice, now)
    elif choice.rhythm == MailChoice.Rhythm.URGENT_ONLY:
        Notice.objects.filter(person=person, digest="").update(digest=None)
    choice.next_at = next_after(choice, now)
    choice.save()
    person.language = language
    person.save(update_fields=["language"])
    person.dossier = absence.person_dossier(person)
    details = {"rhythm": rhythm, "hour": hour, "weekday": weekday, "language": language}
    history.record("core.user.choose_mail", person, by=person, details=details)
    return choice


@outbox.at_each_tick
def make_due() -> None:
    """Make the digests whose moment has come, each in a transaction of its own."""
    now = clock.now()
    _enrol(now)
    due = MailChoice.objects.filter(next_at__lte=now).order_by("next_at")
    for key in list(due.values_list("pk", flat=True)):
        with transaction.atomic():
            rows = MailChoice.objects.select_for_update(of=("self",)).filter(next_at__lte=now)
            choice = rows.select_related("person__institution").filter(pk=key).first()
            if choice is not None:
                _make(choice, now)
                choice.next_at = next_after(choice, now)
                choice.save(update_fields=["next_at"])


def _enrol(now: datetime) -> None:
    """Who has chosen nothing gets one e-mail a day, from the next one on."""
    new = User.objects.filter(mail_choice=None, is_active=True).exclude(email=clock.CLOCK_EMAIL)
    for person in new.select_related("institution")[:IN]:
        choice = MailChoice(person=person)
        choice.next_at = next_after(choice, now)
        MailChoice.objects.bulk_create([choice], ignore_conflicts=True)


def _make(choice: MailChoice, now: datetime) -> None:
    """Put what waits for a digest under one key, and write the job that sends it, if anything."""
    person = choice.person
    mailing.settle(person)
    waiting = Notice.objects.filter(person=person, digest="", read_at=None)
    key = f"digest:{person.pk}:{history.stamp(choice.next_at or now)}"
    carried = waiting.update(digest=key)
    if person.is_active and (carried or turns.count_for(person, 1)):
        outbox.later(key, "core.digest", {"person": person.pk, "key": key})


@outbox.handler("core.digest", outside=True)
def send(payload: dict[str, Any]) -> None:
    """Send a digest; sent twice after a crash, it carries the same Message-ID."""
    person = User.objects.select_related("institution").get(pk=payload["person"])
    told = Notice.objects.filter(digest=payload["key"], read_at=None).select_related("dossier")
    notices = list(told.order_by("-urgent", "created_at", "pk")[: MOST_TOLD + 1])
    waiting = turns.page_for(person, 0, MOST_WAITING + 1)
    if not person.is_active or not (notices or waiting):
        return
    with translation.override(person.language):
        context = _context(person, notices, waiting)
    subject, text = render("emails/digest.txt", person, context)
    host = urlsplit(settings.BASE_URL).hostname
    headers = {
        "Message-ID": f"<{payload['key'].replace(':', '-')}@{host}>",
        "Auto-Submitted": "auto-generated", "List-Unsubscribe": f"<{context['stop']}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }  # fmt: skip
    EmailMessage(subject, text, to=[person.email], headers=headers).send()


def _context(person: User, notices: list[Notice], waiting: list[Any]) -> dict[str, Any]:
    """What a digest says, its steps named in the language that is active."""
    now = clock.now()
    return {
        "waiting": [
            {"label": wait_label(turn.target_label, turn.step), "title": turn.title,
             "due": turn.due, "late": turn.due is not None and turn.due < now,
             "url": absolute(turn.url)}
            for turn in waiting[:MOST_WAITING]
        ],
        "notices": [{"notice": row, "url": absolute(row.url)} for row in notices[:MOST_TOLD]],
        "more_waits": len(waiting) > MOST_WAITING, "more_told": len(notices) > MOST_TOLD,
        "all": absolute(reverse("oversight:waiting")),
        "inbox": absolute(reverse("core:inbox")),
        "choice": absolute(reverse("core:mail_choice")),
        "stop": absolute(reverse("core:digest_stop", args=[token_for(person)])),
    }  # fmt: skip


# Stopping the digest from the mail itself, without a sign-in


def token_for(person: User) -> str:
    """What stands in the address that stops a person's digest: good for ninety days."""
    return signing.dumps(person.pk, salt=SALT)


def stopper(token: str) -> User | None:
    """Whose digest an address stops; nobody's when it is old or altered."""
    try:
        key = signing.loads(token, salt=SALT, max_age=STOP_DAYS * 86_400)
    except signing.BadSignature:
        return None
    return User.objects.filter(pk=key, is_active=True).select_related("institution").first()


def stop(person: User) -> None:
    """Make no more digests for a person; what is urgent still comes at once."""
    choice = mailing.choice_of(person)
    choose(person, rhythm=MailChoice.Rhythm.URGENT_ONLY, hour=choice.hour, weekday=choice.weekday,
           language=person.language)  # fmt: skip


def described(choice: MailChoice) -> str:
    """When this person's e-mails come, as a sentence."""
    words = {"hour": f"{choice.hour:02}:00", "day": choice.get_weekday_display()}
    return {
        "at_once": _("Each message comes by e-mail at once."),
        "daily": _("One e-mail a day, at %(hour)s."),
        "weekly": _("One e-mail a week, on %(day)s at %(hour)s."),
        "urgent_only": _("Only what is urgent comes by e-mail."),
    }[choice.rhythm] % words
