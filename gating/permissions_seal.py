"""Who may, around the Seal of Excellence: plain functions, each with its sentence.

`row` is a service, or belongs to one (`row.service`, `row.application.service`).
"""

from typing import Any

from django.utils.translation import gettext_lazy as _

from core.people import acts_for, holds
from core.permissions import as_consequence, by_clock
from core.refusals import requires
from gating.permissions import is_secretariat


def service_of(row: Any) -> Any:
    """The service that a row is about."""
    application = getattr(row, "application", None)
    if application is not None:
        return application.service
    return getattr(row, "service", row)


@requires(_("A service is registered by somebody of its institution, or by its project's people."))
def registers_services(service: Any, user: Any) -> bool:
    if service.project is not None:
        return _of_project(service.project, user)
    return bool(user.institution_id) and user.institution_id == service.institution_id


def _of_project(project: Any, user: Any) -> bool:
    return (
        acts_for(user, project.manager_id, "manager")
        or acts_for(user, project.owner_id, "owner")
        or acts_for(user, project.product_owner_id, "product_owner")
    )


@requires(_("Only who answers for the service, or the people of its project, do this."))
def prepares(row: Any, user: Any) -> bool:
    service = service_of(row)
    if service.project is not None and _of_project(service.project, user):
        return True
    return bool(user.pk == service.lead_id)


@requires(
    _(
        "Only the certifying owner of the project does this, or, for a service without a project, "
        "who answers for it."
    )
)
def applies(row: Any, user: Any) -> bool:
    service = service_of(row)
    if service.project is not None:
        return acts_for(user, service.project.owner_id, "owner")
    return bool(user.pk == service.lead_id)


@requires(_("Only the invited evaluator does this; an evaluation cannot be lent."))
def is_the_evaluator(evaluation: Any, user: Any) -> bool:
    return bool(evaluation.evaluator_id == user.pk)


@requires(_("Only the secretariat or an auditor puts a seal under review."))
def questions_seals(seal: Any, user: Any) -> bool:
    return holds(user, "secretariat", "auditor")


@requires(_("Only a standards editor or an administrator sets up the Seal."))
def sets_up_seals(scheme: Any, user: Any) -> bool:
    return holds(user, "editor", "administrator")


__all__ = [
    "applies", "as_consequence", "by_clock", "is_secretariat", "is_the_evaluator", "prepares",
    "questions_seals", "registers_services", "sets_up_seals",
]  # fmt: skip
