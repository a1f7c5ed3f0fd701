"""Who may, at the gates: plain functions, each with its sentence. `row` is a review, or belongs to
one (`row.review`) or to a project (`row.project`)."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from core.people import acts_for, holds
from core.refusals import requires


def _project(row: Any) -> Any:
    review = getattr(row, "review", None)
    return review.project if review is not None else row.project


def _review(row: Any) -> Any:
    return getattr(row, "review", None) or row


@requires(_("Only a standards editor publishes, retires and assigns standards."))
def edits_standards(row: Any, user: Any) -> bool:
    return holds(user, "editor") or user.is_clock


@requires(_("Only the project manager does this."))
def manages(row: Any, user: Any) -> bool:
    return acts_for(user, _project(row).manager_id, "manager")


@requires(_("Only the certifying owner of the project does this."))
def owns(row: Any, user: Any) -> bool:
    return acts_for(user, _project(row).owner_id, "owner")


@requires(_("Only the project manager or the certifying owner does this."))
def manages_or_owns(row: Any, user: Any) -> bool:
    return manages(row, user) or owns(row, user)


@requires(_("Only who prepared it takes it back."))
def prepared_it(review: Any, user: Any) -> bool:
    return acts_for(user, review.prepared_by_id, "manager")


@requires(_("Only the secretariat does this."))
def is_secretariat(row: Any, user: Any) -> bool:
    return holds(user, "secretariat")


@requires(_("Only the lead assessor of this review does this."))
def leads(row: Any, user: Any) -> bool:
    return any(
        assessment.lead and assessment.assessor_id == user.pk and assessment.is_admitted
        for assessment in _review(row).assessments.all()
    )


@requires(_("Only the lead assessor or the secretariat does this."))
def leads_or_secretariat(row: Any, user: Any) -> bool:
    return holds(user, "secretariat") or leads(row, user)


@requires(_("The lead assessor decides on exemptions; while there is none, the secretariat."))
def decides_exemptions(exemption: Any, user: Any) -> bool:
    if leads(exemption, user):
        return True
    sheets = _review(exemption).assessments.all()
    led = any(sheet.lead and sheet.is_admitted for sheet in sheets)
    return not led and holds(user, "secretariat")


@requires(_("Only an assessor who declared to have no conflict, or the secretariat, does this."))
def questions_evidence(evidence: Any, user: Any) -> bool:
    return holds(user, "secretariat") or evidence.assessors().filter(assessor=user).exists()


@requires(_("Only the lead assessor or the secretariat accepts or rejects evidence."))
def judges_evidence(evidence: Any, user: Any) -> bool:
    if holds(user, "secretariat"):
        return True
    return evidence.assessors().filter(assessor=user, lead=True).exists()


@requires(_("Only the invited assessor does this; an assessment cannot be lent."))
def is_the_assessor(assessment: Any, user: Any) -> bool:
    return bool(assessment.assessor_id == user.pk)


@requires(_("Only the project manager, the certifying owner and the product owner add evidence."))
def adds_evidence(evidence: Any, user: Any) -> bool:
    project = evidence.project
    return manages_or_owns(evidence, user) or acts_for(
        user, project.product_owner_id, "product_owner"
    )


@requires(
    _(
        "Evidence is handed in by the manager, the owner or the product owner; "
        "a signed statement, by who signs it."
    )
)
def hands_in(evidence: Any, user: Any) -> bool:
    if evidence.kind == "attestation" and evidence.signed_by_id is not None:
        return bool(evidence.signed_by_id == user.pk)
    return adds_evidence(evidence, user)
