"""Taking on a project that already runs, proposed here and confirmed by a second person."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import history
from core.models import User
from core.refusals import Refused
from core.steps import allow, create
from projects import permissions
from projects.models.takeon import TakeOn

BEFORE_GATES = ("draft", "triaged", "business_case")


@transaction.atomic
def propose(project: Any, values: dict[str, Any], *, by: User, because: str = "") -> TakeOn:
    """Propose real stage, original baseline and opening balances (minor units) of a project.

    Raises Denied for anybody but the secretariat; Refused when the project has passed a gate, was
    taken on or proposed before, has money in its ledger, or lacks a currency.
    """
    history.lock(project.dossier)
    project = type(project)._base_manager.get(pk=project.pk)
    allow(permissions.proposes_take_on, project, by)
    if reasons := _speaks_against(project):
        raise Refused(*reasons)
    made = TakeOn(project=project, proposed_by=by, **values)
    return create(made, by=by, because=because, details={
        name: str(value) for name, value in values.items() if value not in (None, "")
    })  # fmt: skip


def _speaks_against(project: Any) -> list[str]:
    reasons = []
    if project.stage not in BEFORE_GATES:
        reasons.append(_("Only a project that has not passed a gate here can be taken on."))
    if not project.currency:
        reasons.append(_("Choose the project's currency in its entry first."))
    if project.postings.exists():
        reasons.append(_("The project's ledger is already in use; opening balances come first."))
    if project.take_ons.exclude(state=TakeOn.States.WITHDRAWN).exists():
        reasons.append(_("The project was proposed to be taken on before; see that proposal."))
    return reasons
