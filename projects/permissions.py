"""Who may, with projects and their money: plain functions, each with its sentence.

Global roles are asked with `holds`, the people of a project with `acts_for`; both know stand-ins.
"""

from collections.abc import Callable
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.people import acts_for, holds
from core.permissions import as_consequence, by_clock
from core.refusals import requires

OVERSIGHT = (
    "secretariat", "preparer", "authoriser", "spend_recorder", "auditor", "administrator",
)  # fmt: skip
"""Roles that see every project."""

seen_through: list[Callable[[Any], Q]] = []
"""Upper rooms add who else may see a project (assessors, seats), as conditions on projects."""


def oversees(user: Any) -> bool:
    """Whether this person sees every project."""
    return holds(user, *OVERSIGHT)


@requires(_("Only people of the secretariat may do this."))
def administers_catalogue(instance: Any, user: Any) -> bool:
    return holds(user, "secretariat")


@requires(_("Only the manager of the project may do this."))
def manages(project: Any, user: Any) -> bool:
    return acts_for(user, project.manager_id, "manager")


@requires(_("Only the owner of the project may do this."))
def owns(project: Any, user: Any) -> bool:
    return acts_for(user, project.owner_id, "owner")


@requires(_("The catalogue entry is edited by the project's manager or owner; while it is a draft without a manager, also by whoever registered it and by the secretariat."))
def edits(project: Any, user: Any) -> bool:
    if manages(project, user) or owns(project, user):
        return True
    orphan = project.stage == "draft" and project.manager_id is None
    return orphan and (holds(user, "secretariat") or user.pk == project.registered_by_id)


@requires(_("Only people of the secretariat search for duplicates and answer for what is found."))
def searches(project: Any, user: Any) -> bool:
    return holds(user, "secretariat")


@requires(_("Only people of the secretariat or an auditor may do this."))
def lifts(hold: Any, user: Any) -> bool:
    return holds(user, "secretariat", "auditor")


@requires(_("Only the secretariat or an auditor places a hold by hand."))
def places_hold(project: Any, user: Any) -> bool:
    return holds(user, "secretariat", "auditor")


@requires(_("Only an auditor records a finding."))
def audits(project: Any, user: Any) -> bool:
    return holds(user, "auditor")


@requires(_("A running project is taken on at the secretariat's proposal."))
def proposes_take_on(project: Any, user: Any) -> bool:
    return holds(user, "secretariat")


@requires(_("A second person confirms: of the secretariat or a finance authoriser, and never who proposed it."))
def confirms_take_on(take_on: Any, user: Any) -> bool:
    if user.pk == take_on.proposed_by_id:
        return False
    return holds(user, "secretariat", "authoriser")


@requires(_("Only who proposed it, or the secretariat, withdraws the proposal."))
def withdraws_take_on(take_on: Any, user: Any) -> bool:
    return user.pk == take_on.proposed_by_id or holds(user, "secretariat")


@requires(_("Only an administrator edits tiers, thresholds and rates."))
def edits_tiers(instance: Any, user: Any) -> bool:
    return holds(user, "administrator")


__all__ = [
    "OVERSIGHT", "administers_catalogue", "as_consequence", "audits", "by_clock",
    "confirms_take_on", "edits", "edits_tiers", "lifts", "manages", "oversees", "owns",
    "places_hold", "proposes_take_on", "searches", "seen_through", "withdraws_take_on",
]  # fmt: skip
