"""Whose turn it is, kept with every step and read by one query."""

from datetime import datetime
from functools import cache
from typing import Any

from django.db.models import F, Q, QuerySet

from core import acts, clock
from core.machines import Machine
from core.models import Turn, User
from core.people import identities
from core.waits import Wait, turn

__all__ = ["Wait", "count_for", "expected", "refresh", "turn", "waiting_for"]


def expected(instance: Machine, now: datetime | None = None) -> list[Turn]:
    """The turns a row causes as it stands, not saved; `now` spares many rows the question."""
    waits = list(instance.turns())
    if not waits:
        return []
    label, now = instance._meta.label_lower, now or clock.now()
    title, url = instance.title_for_people()[:250], instance.get_absolute_url()
    return [
        Turn(dossier_id=instance.dossier.pk, target_label=label, target_id=instance.pk,
             step=wait.step, audience=wait.audience, not_for=wait.not_for,
             capacity=wait.capacity or capacity_of(type(instance), wait.step),
             title=(wait.title or title)[:250], url=wait.url or url, due=wait.due, since=now)
        for wait in waits
    ]  # fmt: skip


@cache
def capacity_of(model: type[Machine], name: str) -> str:
    """In which capacity a step of that name is taken, for the separation of duties."""
    field: Any = model._meta.get_field(model.state_field)
    for declared in field.get_all_transitions(model):
        if declared.name == name:
            return str(declared.custom.get("capacity") or "")
    return ""


def refresh(instance: Machine) -> None:
    """Bring the kept turns of a row in line with the row, in the transaction that changed it."""
    if type(instance).turns is Machine.turns:
        return
    Turn.objects.filter(target_label=instance._meta.label_lower, target_id=instance.pk).delete()
    if wanted := expected(instance):
        Turn.objects.bulk_create(wanted)


def waiting_for(user: User) -> QuerySet[Turn]:
    """What waits for a person: the oldest deadline first, then what waits longest."""
    mine = Turn.objects.filter(audience__in=user.standing.audiences()).filter(
        Q(not_for=None) | ~Q(not_for__in=identities(user))
    )
    if user.has_acted:
        mine = mine.exclude(acts.excluded(user))
    return mine.order_by(F("due").asc(nulls_last=True), "since", "pk")


def count_for(user: User, cap: int = 100) -> int:
    """How many turns wait for a person, counted no further than `cap`."""
    return len(waiting_for(user).order_by().values_list("pk")[:cap])
