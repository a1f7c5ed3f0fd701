"""Whose turn it is, kept with every step and read by one query."""

from datetime import UTC, datetime
from functools import cache
from typing import Any

from django.db.models import Q, QuerySet

from core import acts, clock
from core.machines import Machine
from core.models import Turn, User
from core.people import identities
from core.waits import Wait, turn

__all__ = ["Wait", "count_for", "expected", "page_for", "refresh", "turn", "waiting_for"]

ORDER = ("order_at", "since", "pk")
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
ANY = "?"


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
             title=(wait.title or title)[:250], url=wait.url or url, due=wait.due,
             order_at=wait.due or NEVER, since=now)
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
    return _open_to(user).filter(audience__in=user.standing.audiences()).order_by(*ORDER)


def page_for(user: User, start: int, stop: int) -> list[Turn]:
    """A piece of what waits for a person, each audience read in the order of its index."""
    audiences = sorted(user.standing.audiences())
    one = _open_to(user).filter(audience=ANY).order_by(*ORDER)[:stop]
    sql, values = one.query.sql_with_params()
    parts = [f"SELECT * FROM ({sql}) AS part{n}" for n in range(len(audiences))]
    found = [
        audience if value == ANY else value for audience in audiences for value in values
    ] + [stop - start, start]
    whole = " UNION ALL ".join(parts) + " ORDER BY order_at, since, id LIMIT %s OFFSET %s"
    return list(Turn.objects.raw(whole, found))


def count_for(user: User, cap: int = 100) -> int:
    """How many turns wait for a person, counted no further than `cap`."""
    mine = _open_to(user).filter(audience__in=user.standing.audiences())
    return len(mine.order_by().values_list("pk")[:cap])


def _open_to(user: User) -> QuerySet[Turn]:
    """The turns that neither their own exception nor separation of duties closes to a person."""
    mine = Turn.objects.filter(Q(not_for=None) | ~Q(not_for__in=identities(user)))
    return mine.exclude(acts.excluded(user)) if user.has_acted else mine
