"""Whether a message comes by e-mail now, with the next digest, or not at all."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef

from core import clock
from core.models import Event, MailChoice, Notice, User

DAILY = MailChoice.Rhythm.DAILY


def choice_of(person: User) -> MailChoice:
    """When this person's e-mails come; once a day for who has chosen nothing (not saved then)."""
    rows = MailChoice.objects.select_related("person__institution")
    return rows.filter(person=person).first() or MailChoice(person=person)


def rhythms(people: Iterable[int]) -> dict[int, str]:
    """The rhythm of each of these people, who has chosen nothing left out."""
    return dict(MailChoice.objects.filter(person__in=people).values_list("person", "rhythm"))


def carried(rhythm: str, *, urgent: bool) -> str | None:
    """What becomes of a message: None is by e-mail now or never, "" waits for the digest."""
    waits = rhythm in (MailChoice.Rhythm.DAILY, MailChoice.Rhythm.WEEKLY)
    return "" if waits and not urgent else None


def at_once(rhythm: str, *, urgent: bool) -> bool:
    """Whether a message comes by e-mail now."""
    return urgent or rhythm == MailChoice.Rhythm.AT_ONCE


def settle(person: User) -> int:
    """Mark as read what a person was told of rows on which they have acted themselves since.

    What is urgent stays unread until it is opened. Returns how many messages that were.
    """
    later = Event.objects.filter(
        target_label=OuterRef("event__target_label"), target_id=OuterRef("event__target_id"),
        actor=person, pk__gt=OuterRef("event_id"),
    )  # fmt: skip
    unread = Notice.objects.filter(person=person, read_at=None, urgent=False)
    acted = unread.exclude(event=None).filter(Exists(later)).values("pk")
    keys = list(acted.values_list("pk", flat=True))
    return Notice.objects.filter(pk__in=keys).update(read_at=clock.now()) if keys else 0


def supersede(newest: Notice) -> None:
    """Mark as read what the same person was told of the same row before."""
    if newest.url and newest.in_inbox:
        earlier = Notice.objects.filter(person=newest.person_id, url=newest.url, urgent=False)
        older = earlier.filter(read_at=None, in_inbox=True).exclude(pk=newest.pk)
        older.update(read_at=newest.created_at)
