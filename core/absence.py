"""Absence: lending a role, appointing a substitute, handing over all of a leaver's work."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, history, turns
from core.models import Dossier, Loan, RoleGrant, User
from core.people import holds
from core.refusals import Denied, Refused
from core.steps import create, perform

movers: list[Callable[[User, User, User, str], list[Any]]] = []
"""Upper rooms hand over their own rows here: (leaver, successor, by, because) -> rows moved."""


affected: list[Callable[[User], list[Any]]] = []
"""Upper rooms name here the rows whose turns depend on whether a person is still here."""


def person_dossier(user: User) -> Dossier:
    """The case file of a person: roles given and ended, stand-ins, handovers."""
    ref = f"person-{user.pk}"
    return history.standing_dossier("person", ref)


def lendable(user: User, day: date) -> set[str]:
    """The roles a person could lend that day: global ones held of their own, and those on rows."""
    own = RoleGrant.objects.on(day).filter(user=user).values_list("role", flat=True)
    return {*own, "manager", "owner", "product_owner"}


def propose(lender: User, borrower: User, role: str, starts: date, ends: date, *, by: User,
            because: str = "") -> Loan:  # fmt: skip
    """Lend a role (by its holder, in force at once) or propose a substitute for somebody absent.

    A substitute is proposed by the superior or an administrator and confirmed by a second person.
    Raises Refused for impossible days, people or roles, Denied for anybody else.
    """
    own = by.pk == lender.pk
    if not own and by.pk != lender.superior_id and not holds(by, "administrator"):
        raise Denied(_("A role is lent by its holder; a substitute is proposed by the superior or "
                       "an administrator."))  # fmt: skip
    if problems := _speaks_against(lender, borrower, role, starts, ends):
        raise Refused(*problems)
    loan = Loan(lender=lender, borrower=borrower, role=role, starts=starts, ends=ends,
                kind=Loan.Kind.LOAN if own else Loan.Kind.SUBSTITUTE, proposed_by=by)  # fmt: skip
    if not own and not second_people(loan):
        raise Refused(
            _("Nobody could confirm it: %(person)s has no superior who could, and there is no "
              "other administrator. Name a superior on the person's page, or ask the superior to "
              "propose it, so that you confirm it.") % {"person": lender}
        )  # fmt: skip
    with transaction.atomic():
        loan.dossier_of = person_dossier(lender)
        loan = create(
            loan,
            by=by, because=because,
            details={"lender": lender.pk, "borrower": borrower.pk, "role": role,
                     "starts": starts, "ends": ends},
        )  # fmt: skip
        return perform(loan, "confirm", by=by, because=because) if own else loan


def second_people(loan: Loan) -> list[User]:
    """Who may be the second name under a substitution: the superior, else an administrator."""
    if superior := loan.superior_to_confirm():
        return [User.objects.get(pk=superior)]
    held = RoleGrant.objects.on(clock.today()).filter(role="administrator").values("user")
    people = User.objects.filter(pk__in=held, is_active=True).exclude(pk__in=loan.first_names())
    return list(people.order_by("name")[:20])


def _speaks_against(lender: User, borrower: User, role: str, starts: date, ends: date) -> list[str]:
    found = []
    if lender.pk == borrower.pk:
        found.append(_("Choose somebody else: nobody stands in for themselves."))
    if not borrower.is_active:
        found.append(_("The person who stands in must have an active account."))
    if ends < starts:
        found.append(_("The last day lies before the first day."))
    if ends < clock.today():
        found.append(_("The last day has passed already."))
    if role not in lendable(lender, max(starts, clock.today())):
        found.append(_("%(person)s does not hold that role on the first day.") % {"person": lender})
    return found


@transaction.atomic
def hand_over(leaver: User, successor: User, *, by: User, because: str) -> list[Any]:
    """Move all of a leaver's work to a successor in one act, and return the rows moved.

    Only an administrator may (Denied); Refused when both are one person or the successor left.
    """
    if not holds(by, "administrator"):
        raise Denied(_("Only an administrator hands over the work of somebody who leaves."))
    if leaver.pk == successor.pk or not successor.is_active:
        raise Refused(_("Choose a successor who is somebody else and has an active account."))
    case = person_dossier(leaver)
    leaver.dossier = case
    moved = [row for mover in movers for row in mover(leaver, successor, by, because)]
    history.record("core.user.hand_over", leaver, by=by, because=because,
                   details={"to": successor.pk, "rows": [str(row) for row in moved]})  # fmt: skip
    for row in moved:
        turns.refresh(row)
    return moved
