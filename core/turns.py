"""Whose turn it is, kept with every step and read by one query."""

from datetime import UTC, datetime
from functools import cache
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import Q, QuerySet

from core import acts, clock
from core.machines import Machine
from core.models import Act, Turn, User
from core.people import identities
from core.waits import Wait, turn

__all__ = ["Wait", "count_for", "expected", "page_for", "refresh", "turn", "waiting_for"]

ORDER = ("order_at", "since", "pk")
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
SPARE = 100
"""So many turns more are counted, for those that separation of duties takes out again."""


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


def refresh(instance: Machine, now: datetime | None = None) -> None:
    """Bring the kept turns of a row, and of those beside it, in line with the rows, in the
    transaction that changed it."""
    if type(instance).turns is Machine.turns:
        return
    for row in (instance, *instance.beside()):
        _refresh(row, now)


def _refresh(instance: Machine, now: datetime | None) -> None:
    Turn.objects.filter(target_label=instance._meta.label_lower, target_id=instance.pk).delete()
    if wanted := expected(instance, now):
        Turn.objects.bulk_create(wanted)


def refresh_case(dossier: Any) -> None:
    """Bring all kept turns of a case in line, when somebody else holds a role on it from now on."""
    kept = Turn.objects.filter(dossier=dossier).order_by().values_list("target_label", "target_id")
    for label, key in set(kept):
        model: Any = apps.get_model(label)
        row = model._default_manager.select_related(*model.step_related).filter(pk=key).first()
        if row is not None:
            refresh(row)


def waiting_for(user: User) -> QuerySet[Turn]:
    """What waits for a person: the oldest deadline first, then what waits longest."""
    return _open_to(user).filter(audience__in=user.standing.audiences()).order_by(*ORDER)


def page_for(user: User, start: int, stop: int) -> list[Turn]:
    """A piece of what waits for a person, each audience read in the order of its index."""
    wanted = stop
    while True:
        found = _first(user, wanted)
        open_to = _passable(user, found)
        if len(open_to) >= stop or len(found) < wanted:
            return open_to[start:stop]
        wanted *= 2


PART = """SELECT * FROM (SELECT * FROM core_turn WHERE audience = %s AND {mine}
ORDER BY order_at, since, id LIMIT %s) AS part{n}"""


def _first(user: User, count: int) -> list[Turn]:
    """The first turns of all audiences of a person, but those that name them as excluded."""
    audiences, mine = sorted(user.standing.audiences()), sorted(identities(user))
    others = f"(not_for IS NULL OR not_for NOT IN ({_marks(mine)}))"
    parts = [PART.format(n=n, mine=others) for n in range(len(audiences))]
    values = [value for audience in audiences for value in (audience, *mine, count)]
    whole = " UNION ALL ".join(parts) + " ORDER BY order_at, since, id LIMIT %s"
    return list(Turn.objects.raw(whole, [*values, count]))


def _passable(user: User, found: list[Turn]) -> list[Turn]:
    """Those of some turns that separation of duties does not close to a person."""
    barred = _barred(user, {turn.dossier_id for turn in found if turn.capacity})
    return [turn for turn in found if (turn.dossier_id, turn.capacity) not in barred]


def _barred(user: User, cases: set[int]) -> set[tuple[int, str]]:
    """In which of these cases a person is excluded from which capacity."""
    if not cases:
        return set()
    done = Act.objects.filter(user__in=identities(user), dossier__in=cases)
    return {
        (case, other)
        for case, capacity in done.values_list("dossier", "capacity")
        for other in acts.CONFLICTS.get(capacity, ())
    }


def count_for(user: User, cap: int = 100) -> int:
    """How many turns wait for a person, counted no further than `cap`; once per request."""
    known = user.__dict__.get("turns_counted", (0, 0))
    if known[0] >= cap:
        return min(known[1], cap)
    audiences, mine = sorted(user.standing.audiences()), sorted(identities(user))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT dossier_id, capacity FROM core_turn WHERE audience IN ({_marks(audiences)}) "  # noqa: S608 — marks only
            f"AND (not_for IS NULL OR not_for NOT IN ({_marks(mine)})) LIMIT %s",
            [*audiences, *mine, cap + SPARE],
        )
        found = cursor.fetchall()
    barred = _barred(user, {case for case, capacity in found if capacity})
    count = min(sum((case, capacity) not in barred for case, capacity in found), cap)
    user.__dict__["turns_counted"] = (cap, count)
    return count


def _marks(values: list[Any]) -> str:
    return ", ".join(["%s"] * len(values))


def _open_to(user: User) -> QuerySet[Turn]:
    """The turns that neither their own exception nor separation of duties closes to a person."""
    mine = Turn.objects.filter(Q(not_for=None) | ~Q(not_for__in=identities(user)))
    return mine.exclude(acts.excluded(user))
