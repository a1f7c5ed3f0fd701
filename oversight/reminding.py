"""Reminding people by hand of what waits for them: once a day for each row."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, history
from core.models import Event, RoleGrant, Turn, User
from core.people import holds
from core.refusals import Denied, Refused
from projects.permissions import manages, owns

REST = timedelta(hours=20)
"""So long nobody is reminded again of the same row."""


@transaction.atomic
def remind(row: Any, *, by: User, because: str = "") -> list[User]:
    """Remind everybody for whom a row waits, and return them.

    Raises Denied for anybody but the secretariat and the project's manager and owner; Refused
    when nothing waits, or somebody was reminded less than a day ago.
    """
    project = getattr(row, "project", row)
    if not (holds(by, "secretariat") or manages(project, by) or owns(project, by)):
        raise Denied(_("Only the secretariat and the project's manager and owner remind people."))
    case = history.lock(row.dossier)
    verb = f"{row._meta.label_lower}.remind_by_hand"
    known = Event.objects.filter(dossier=case, verb=verb, target_id=row.pk)
    if known.filter(at__gt=clock.now() - REST).exists():
        raise Refused(_("A reminder of this went out less than a day ago."))
    people = [person for person in awaited(row) if person.pk != by.pk]
    if not people:
        raise Refused(_("This waits for nobody else now."))
    history.record(verb, row, by=by, because=because, case=case,
                   details={"people": [person.pk for person in people]})  # fmt: skip
    return people


def awaited(row: Any) -> list[User]:
    """The people for whom a row waits: those it names, and holders of the role."""
    found: dict[int, User] = {}
    waits = Turn.objects.filter(target_label=row._meta.label_lower, target_id=row.pk)
    for turn in waits.order_by("order_at", "pk"):
        for person in _of(turn.audience):
            if person.is_active and person.pk != turn.not_for:
                found[person.pk] = person
    return list(found.values())


def _of(audience: str) -> list[User]:
    kind, _colon, rest = audience.partition(":")
    name = rest.partition(":")[0]
    people = User.objects.filter(is_active=True)
    if kind == "user" and name.isdigit():
        return list(people.filter(pk=int(name)))
    if kind == "role":
        grants = RoleGrant.objects.on(clock.today()).filter(role=name)
        return list(people.filter(pk__in=grants.values("user")))
    return []
