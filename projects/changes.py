"""Writing change requests: drafted and edited by the project's people; their route foretold."""

from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from core import clock, history
from core.models import User
from core.people import on_behalf_of
from core.refusals import Refused
from core.steps import allow, create
from projects import entries, permissions
from projects.models import change_guards, change_work
from projects.models.change import ChangeRequest
from projects.models.change_course import course_of
from projects.routing_changes import Delta

FIELDS = ("title", "reason", "options", "cost", "cost_measure", "days", "days_measure", "benefit",
          "benefit_target", "benefit_measure", "undermined", "tranche")  # fmt: skip


@transaction.atomic
def propose(project: Any, *, by: User, because: str = "", **values: Any) -> ChangeRequest:
    """Draft a change request: differences of cost (minor units) and days, benefit, reason, options.

    Raises Denied for anybody but manager, owner and product owner; Refused without a title, or
    where the project does not run.
    """
    history.lock(project.dossier)
    project = type(project)._base_manager.select_related("dossier").get(pk=project.pk)
    last = project.changes.aggregate(last=Max("number"))["last"] or 0
    change = ChangeRequest(project=project, number=last + 1, drafted_by=by,
                           drafted_at=clock.now(), **values)  # fmt: skip
    allow(permissions.drafts_changes, change, by)
    _check(change)
    return create(change, by=by, because=because, details={"change": _written(change)})


@transaction.atomic
def edit(change: ChangeRequest, *, by: User, **values: Any) -> ChangeRequest:
    """Change what a draft says, each difference on record; raises Refused once it is submitted."""
    history.lock(change.dossier)
    change = ChangeRequest.objects.select_related(*ChangeRequest.step_related).get(pk=change.pk)
    allow(permissions.drafts_changes, change, by)
    if change.state != ChangeRequest.States.DRAFT:
        raise Refused(_("It is submitted already; it must be returned before it is changed."))
    before = _written(change)
    for name, value in values.items():
        setattr(change, name, value)
    _check(change)
    after = _written(change)
    changed = {name: [before[name], after[name]] for name in before if before[name] != after[name]}
    if changed:
        change.save()
        lender = on_behalf_of(permissions.drafts_changes, change, by)
        details = {"changed": changed}
        history.record("projects.changerequest.edit", change, by=by, details=details,
                       on_behalf_of=lender)  # fmt: skip
    return change


def _check(change: ChangeRequest) -> None:
    reasons = []
    if not change_guards.going_on(change):
        reasons.append(str(change_guards.going_on.reason))  # type: ignore[attr-defined]
    if not change.title.strip():
        reasons.append(_("Give the change a title."))
    if change.benefit is not None and change.benefit.project_id != change.project_id:
        reasons.append(_("Choose a benefit of this project."))
    if reasons:
        raise Refused(*reasons)


def _written(change: ChangeRequest) -> dict[str, Any]:
    return {name: entries.plain(getattr(change, name)) for name in FIELDS}


def foretold(project: Any, *, cost: int, days: int, undermined: bool) -> dict[str, Any]:
    """Where a change of these differences would go today, as a change request would keep it.

    Raises Refused where nothing can be measured.
    """
    day = clock.today(project.institution)
    route = course_of(project, day).route(Delta(day, cost, days, undermined))
    return change_work.written(route, project)
