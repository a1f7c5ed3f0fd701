"""Entering people and their roles; every change stands in the history of the person."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import absence, clock, history, turns
from core.absence import person_dossier
from core.models import Institution, RoleGrant, User
from core.people import holds
from core.refusals import Denied, Refused

KEPT = ("email", "name", "language", "institution_id", "superior_id", "is_active")


def _administers(by: User) -> None:
    if not holds(by, "administrator"):
        raise Denied(_("Only an administrator enters people and gives roles."))


@transaction.atomic
def enter_institution(entered: Institution, *, by: User) -> Institution:
    """Enter a ministry or agency with a case of its own; raises Denied."""
    _administers(by)
    entered.save()
    entered.dossier = history.open_dossier(  # type: ignore[attr-defined]
        "institution", f"institution-{entered.pk}"
    )
    history.record("core.institution.create", entered, by=by,
                   details={"code": entered.code, "name": entered.name})  # fmt: skip
    return entered


@transaction.atomic
def save_person(user: User, *, by: User, because: str = "") -> User:
    """Enter a person, or store a change to one, with what stood there before in the history.

    A new person has no password: they set one through "forgotten password". Raises Denied.
    """
    _administers(by)
    if user.pk is None:
        user.set_unusable_password()
        user.email = user.email.strip().lower()
        user.save()
        _note(user, "create", {"after": _values(user)}, by, because)
        return user
    before = _values(User.objects.get(pk=user.pk))
    if user.pk == by.pk and not user.is_active:
        raise Refused(_("You cannot deactivate your own account; another administrator can."))
    user.email = user.email.strip().lower()
    user.save()
    after = _values(user)
    if changed := {key for key in after if after[key] != before[key]}:
        details = {"before": {key: before[key] for key in changed},
                   "after": {key: after[key] for key in changed}}  # fmt: skip
        _note(user, "update", details, by, because)
    if "is_active" in changed:
        for row in [row for rows in absence.affected for row in rows(user)]:
            turns.refresh(row)
    return user


@transaction.atomic
def grant(user: User, role: str, *, by: User, starts: date, ends: date | None = None,
          institution: Institution | None = None, because: str = "") -> RoleGrant:  # fmt: skip
    """Give a person a role from a first to a last day, both inclusive; raises Denied, Refused.

    Nobody gives a role to themselves, save the first administrator of an empty system.
    """
    _administers(by)
    if by.pk == user.pk:
        raise Refused(_("Nobody gives a role to themselves; ask another administrator."))
    if ends and ends < starts:
        raise Refused(_("The last day lies before the first day."))
    if ends and ends < clock.today(institution):
        raise Refused(_("The last day is over: choose today or a day to come."))
    held = RoleGrant.objects.filter(user=user, role=role, institution=institution)
    if held.on(starts).exists():
        raise Refused(_("%(person)s holds that role on that day already.") % {"person": user})
    given = RoleGrant.objects.create(
        user=user, role=role, institution=institution, starts=starts, ends=ends, granted_by=by
    )
    details = {"role": role, "starts": starts, "ends": ends, "grant": given.pk}
    _note(user, "grant", details, by, because)
    return given


@transaction.atomic
def end_grant(given: RoleGrant, *, by: User, because: str) -> RoleGrant:
    """End a role with yesterday as its last day; raises Denied, Refused when it has ended."""
    _administers(by)
    given = RoleGrant.objects.select_for_update().get(pk=given.pk)
    last = clock.today() - clock.timedelta(days=1)
    if given.ends and given.ends <= last:
        raise Refused(_("That role has ended already."))
    given.ends = max(last, given.starts - clock.timedelta(days=1))
    given.save()
    details = {"role": given.role, "ends": given.ends, "grant": given.pk}
    _note(given.user, "end_grant", details, by, because)
    return given


def _values(user: User) -> dict[str, Any]:
    return {key: getattr(user, key) for key in KEPT}


def _note(user: User, act: str, details: dict[str, Any], by: User, because: str) -> None:
    user.dossier = person_dossier(user)
    history.record(f"core.user.{act}", user, by=by, because=because, details=details)
