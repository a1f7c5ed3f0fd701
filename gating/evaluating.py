"""Evaluating an application for the Seal: whom to invite, rating, and what the ratings show."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, history
from core.models import Act, User
from core.refusals import Refused
from core.steps import MOVED_ON, allow, create
from gating import permissions_seal as permissions
from gating import seal_conditions
from gating.models.seal_application import SealApplication
from gating.models.seal_evaluation import SealEvaluation, SealRating

INVITABLE = ("submitted", "admissible", "evaluating", "feedback")


def candidates(application: SealApplication) -> Any:
    """Who may be invited: people of other institutions, strangers to the service."""
    service = application.service
    own: set[int | None] = {service.lead_id}
    if service.project is not None:
        project = service.project
        own |= {project.manager_id, project.owner_id, project.product_owner_id}
        own |= set(project.team.exclude(person=None).values_list("person_id", flat=True))
        acted = Act.objects.filter(
            dossier=project.dossier_id, capacity__in=("submits", "certifies")
        )
        own |= set(acted.values_list("user_id", flat=True))
    taken = application.evaluations.filter(left_at=None).values("evaluator")
    conflicted = application.evaluations.filter(state="conflicted").values("evaluator")
    people = User.objects.filter(is_active=True).exclude(institution=None)
    return (
        people.exclude(institution=service.institution_id)
        .exclude(pk__in=own - {None}).exclude(pk__in=taken).exclude(pk__in=conflicted)
        .select_related("institution")
    )  # fmt: skip


@transaction.atomic
def invite(application: SealApplication, person: User, *, by: User) -> SealEvaluation:
    """Invite somebody of another institution; a third only where two disagree, or to be quicker.

    Raises Refused with the reason when this person may not evaluate.
    """
    allow(permissions.is_secretariat, application, by)
    history.lock(application.dossier)
    rows = SealApplication.objects.select_related(*SealApplication.step_related)
    application = rows.get(pk=application.pk)
    if application.state not in INVITABLE:
        raise Refused(MOVED_ON())
    if application.panel().count() >= seal_conditions.WITH_A_THIRD:
        raise Refused(_("Three evaluators take part already; replace one to invite another."))
    if person.institution_id == application.service.institution_id:
        raise Refused(_("Evaluators come from other institutions than the service."))
    if not candidates(application).filter(pk=person.pk).exists():
        raise Refused(
            _("%(person)s cannot evaluate this: somebody of the service or its project, invited "
              "already, in conflict, or of no institution.") % {"person": person}
        )  # fmt: skip
    evaluation = SealEvaluation(
        application=application, evaluator=person, invited_by=by, invited_at=clock.now(),
        due=application.days_after(application.scheme.accept_days),
    )  # fmt: skip
    evaluation = create(evaluation, by=by)
    application.follow(by=by)
    return evaluation


@transaction.atomic
def rate(evaluation: SealEvaluation, rows: Iterable[dict[str, Any]], *, by: User) -> SealEvaluation:
    """Save one's results as a draft: `item`, `result`, `note` and `seen` of each requirement.

    Raises Refused once they are sealed (or concluded, after the answer).
    """
    allow(permissions.is_the_evaluator, evaluation, by)
    history.lock(evaluation.dossier)
    found = SealEvaluation.objects.select_related(*SealEvaluation.step_related)
    evaluation = found.get(pk=evaluation.pk)
    if not may_rate(evaluation):
        raise Refused(_("Your ratings are sealed, or it is not their time yet."))
    for row in rows:
        SealRating.objects.update_or_create(
            evaluation=evaluation, item=row["item"], round=evaluation.round,
            defaults={"result": row["result"], "note": row["note"].strip(), "seen": row["seen"]},
        )  # fmt: skip
    return evaluation


def may_rate(evaluation: SealEvaluation) -> bool:
    """Whether the evaluator may write results now: in the evaluation, or after the answer."""
    application = evaluation.application
    if evaluation.state == SealEvaluation.States.ACCEPTED:
        return application.state in ("evaluating", "feedback")
    answered = application.state == "feedback" and application.answered_at is not None
    return evaluation.state == SealEvaluation.States.SEALED and answered


def drafts(evaluation: SealEvaluation) -> dict[int, SealRating]:
    """What a sheet begins with, by requirement: its own round, else the first."""
    found: dict[int, SealRating] = {}
    for row in evaluation.ratings.order_by("round"):
        if row.round <= evaluation.round:
            found[row.item_id] = row
    return found
