"""Who may, with backlogs, sprints, their delivery, inspection and acceptance."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from core.machines import causes
from core.people import acts_for, identities
from core.permissions import as_consequence, by_clock
from core.refusals import requires
from vendors.permissions_companies import represents

DELIVERS = ("manager", "bidder")
"""Roles of a vendor's representatives that work on backlogs and deliver."""


def product_owner_of(order: Any) -> int | None:
    """The key of who speaks for the users: the order's product owner, else the project's."""
    project = order.project
    return order.product_owner_id or (project.product_owner_id if project else None)


def _is(order: Any, user: Any, *roles: str) -> bool:
    """Whether this person is the product owner, manager or owner of the order's project."""
    if order.project is None:
        return False
    people = {
        "product_owner": product_owner_of(order),
        "manager": order.project.manager_id,
        "owner": order.project.owner_id,
    }
    return any(acts_for(user, people[role], role) for role in roles)


def supplies(order: Any, user: Any) -> bool:
    """Whether this person represents the vendor of the order."""
    return bool(represents(user, order.vendor, *DELIVERS))


@requires(_("The backlog is kept by the product owner, the project's manager and the vendor."))
def keeps_backlog(order: Any, user: Any) -> bool:
    return _is(order, user, "product_owner", "manager") or supplies(order, user)


@requires(_("Sprints are planned by the product owner or the project's manager."))
def plans_sprints(order: Any, user: Any) -> bool:
    return _is(order, user, "product_owner", "manager")


@requires(_("Sprints are planned, started and cancelled by the product owner or the manager."))
def runs_sprint(sprint: Any, user: Any) -> bool:
    return plans_sprints(sprint.order, user)


@requires(_("Only a representative of the vendor delivers."))
def delivers(sprint: Any, user: Any) -> bool:
    return supplies(sprint.order, user)


@requires(
    _(
        "The product owner or the manager inspects, after the deadline also the owner of the "
        "project; never who delivered."
    )
)
def inspects(sprint: Any, user: Any) -> bool:
    roles = ("product_owner", "manager", *(("owner",) if sprint.escalated_at else ()))
    return _is(sprint.order, user, *roles) and not _delivered(sprint, user)


@requires(
    _(
        "The product owner proposes what becomes of a sprint, after the deadline also the owner of "
        "the project; never who delivered."
    )
)
def proposes(sprint: Any, user: Any) -> bool:
    roles = ("product_owner", *(("owner",) if sprint.escalated_at else ()))
    return _is(sprint.order, user, *roles) and not _delivered(sprint, user)


@requires(
    _(
        "The project's manager or its owner confirms for the institution, never who proposed it, "
        "nor who delivered."
    )
)
def confirms(sprint: Any, user: Any) -> bool:
    if sprint.proposed_by_id in identities(user) or _delivered(sprint, user):
        return False
    return _is(sprint.order, user, "manager", "owner")


@requires(_("Only who proposed it, or who may confirm it, sends it back to the inspection."))
def sends_back(sprint: Any, user: Any) -> bool:
    return bool(user.pk == sprint.proposed_by_id) or confirms(sprint, user)


@requires(_("Only the manager or the owner of the project gives a sprint up."))
def gives_up(sprint: Any, user: Any) -> bool:
    return _is(sprint.order, user, "manager", "owner")


@requires(_("A sprint ends before its time only with its order."))
def ends_with_order(sprint: Any, user: Any) -> bool:
    return "vendors.order.terminate" in causes()


@requires(_("The product owner or the manager says that a debt is settled."))
def settles(debt: Any, user: Any) -> bool:
    return _is(debt.sprint.order, user, "product_owner", "manager")


def _delivered(sprint: Any, user: Any) -> bool:
    return sprint.delivered_by_id in identities(user)


__all__ = [
    "DELIVERS", "as_consequence", "by_clock", "confirms", "delivers", "ends_with_order", "gives_up",
    "inspects", "keeps_backlog", "plans_sprints", "product_owner_of", "proposes", "runs_sprint",
    "sends_back", "settles", "supplies",
]  # fmt: skip
