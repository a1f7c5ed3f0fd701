"""Proposing to ask less of a project: a lower tier, or two gates in one review."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, history
from core.models import User
from core.refusals import Refused
from core.steps import allow, create
from projects import permissions
from projects.models.tailoring import Tailoring, faults_of


@transaction.atomic
def propose(project: Any, *, kind: str, by: User, **values: Any) -> Tailoring:
    """Propose a tailoring with its scope and reason; a board decides it by motion.

    Raises Denied for anybody but manager, owner and secretariat; Refused where it does not fit.
    """
    history.lock(project.dossier)
    rows = type(project)._base_manager.select_related("dossier", "tier")
    project = rows.get(pk=project.pk)
    row = Tailoring(project=project, kind=kind, proposed_by=by, proposed_at=clock.now(), **values)
    allow(permissions.proposes_tailoring, row, by)
    faults = faults_of(row)
    if not row.scope.strip():
        faults.append(_("Say what is left out or taken together."))
    if not row.reason.strip():
        faults.append(_("Say why less proof is enough."))
    if project.tailorings.filter(kind=kind, state=Tailoring.States.PROPOSED).exists():
        faults.append(_("This is proposed already, and waits for a decision."))
    if faults:
        raise Refused(*faults)
    details = {"kind": kind, "tier": row.tier.code if row.tier else "",
               "gates": [row.first_gate, row.second_gate]}  # fmt: skip
    return create(row, by=by, because=row.reason, details=details)
