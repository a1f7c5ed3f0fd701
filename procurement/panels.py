"""Who sits on the panel: named before publication, replaced afterwards with a reason."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, history
from core.models import User
from core.refusals import Refused
from core.steps import allow
from procurement import hooks
from procurement import permissions_competitions as who
from procurement.models import BEFORE, Competition, PanelMember
from procurement.models.conditions_drafting import seat_conflicts

SEATABLE = (*BEFORE, "published", "closed", "opening", "opened", "compliance")
"""States in which seats are still given: not once anybody has scored."""


@transaction.atomic
def seat(competition: Competition, person: User, role: str, *, by: User, expertise: str = "",
         because: str = "") -> PanelMember:  # fmt: skip
    """Give a seat. Raises Denied for anybody but an officer, Refused with what speaks against."""
    row = _held(competition, by, because)
    found = seat_conflicts(row, person)
    if row.panel.filter(user=person).exists():
        found.append(_("%(person)s has a seat already.") % {"person": person})
    if role == PanelMember.Role.CHAIR and row.panel.filter(role=role).exists():
        found.append(_("The panel has a chair already; free that seat first."))
    if found:
        raise Refused(*found)
    made = PanelMember.objects.create(competition=row, user=person, role=role, named_by=by,
                                      expertise=expertise, named_at=clock.now())  # fmt: skip
    _record("seat", made, by, because)
    hooks.run("seat", made, by=by, because=because)
    return made


@transaction.atomic
def unseat(member: PanelMember, *, by: User, because: str = "") -> PanelMember:
    """Free a seat; who sat there stays on record."""
    _held(member.competition, by, because)
    made = PanelMember.objects.select_for_update(of=("self",)).select_related(
        "competition__dossier"
    ).get(pk=member.pk)  # fmt: skip
    made.left_at = clock.now()
    made.save(update_fields=["left_at"])
    _record("unseat", made, by, because)
    hooks.run("unseat", made, by=by, because=because)
    return made


def _held(competition: Competition, by: User, because: str) -> Competition:
    """The competition under the lock of its case, if seats are still given there."""
    history.lock(competition.dossier)
    row = Competition.objects.select_for_update(of=("self",)).get(pk=competition.pk)
    allow(who.acts_as_officer, row, by)
    if row.state not in SEATABLE:
        raise Refused(_("The panel has begun to score; its seats are not changed any more."))
    if row.state not in BEFORE and not because.strip():
        raise Refused(_("Once it is published, a change of the panel needs its reason."))
    return row


def _record(verb: str, member: PanelMember, by: User, because: str) -> None:
    said: dict[str, Any] = {"person": member.user_id, "role": member.role}
    history.record(f"procurement.panelmember.{verb}", member, by=by, because=because,
                   details=said)  # fmt: skip
