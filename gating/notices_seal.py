"""Whom the Seal tells what: subscribed to the steps, never called by them."""

from collections.abc import Iterable
from typing import Any

from core.models import User
from core.notices import notify
from gating.notices import secretariat

People = Iterable[User | None]


def _panel(application: Any) -> list[User]:
    rows = application.panel().exclude(accepted_at=None).select_related("evaluator")
    return [row.evaluator for row in rows]


@notify("gating.serviceassessment.create", "emails/seal_assessment_declared.txt")
@notify("gating.sealapplication.submit", "emails/seal_submitted.txt")
@notify("gating.sealapplication.conclude", "emails/seal_evaluated.txt")
@notify("gating.sealapplication.withdraw", "emails/seal_withdrawn.txt")
def tell_the_secretariat(row: Any) -> People:
    """The secretariat, which goes on with it."""
    return secretariat()


@notify("gating.serviceassessment.accept", "emails/seal_assessment_answered.txt")
@notify("gating.serviceassessment.refuse", "emails/seal_assessment_answered.txt")
@notify("gating.sealapplication.give_back", "emails/seal_returned.txt")
@notify("gating.sealapplication.refuse_admission", "emails/seal_inadmissible.txt")
@notify("gating.sealapplication.admit", "emails/seal_admitted.txt")
@notify("gating.sealapplication.open_feedback", "emails/seal_feedback.txt", urgent=True)
@notify("gating.sealapplication.grant", "emails/seal_decided.txt")
@notify("gating.sealapplication.deny", "emails/seal_decided.txt")
@notify("gating.sealapplication.publish", "emails/seal_published.txt")
@notify("gating.seal.remind", "emails/seal_reminder.txt")
@notify("gating.seal.expire", "emails/seal_expired.txt")
@notify("gating.seal.put_under_review", "emails/seal_under_review.txt", urgent=True)
@notify("gating.seal.restore", "emails/seal_restored.txt")
@notify("gating.seal.revoke", "emails/seal_revoked.txt", urgent=True)
def tell_the_applicant(row: Any) -> People:
    """Who answers for the service, and its project's owner and manager."""
    service: Any = row.service
    return list(service.people())


@notify("gating.sealevaluation.create", "emails/seal_invited.txt")
@notify("gating.sealevaluation.remind", "emails/seal_evaluation_reminder.txt")
def tell_the_evaluator(evaluation: Any) -> People:
    """Who is invited, while they take part."""
    return [evaluation.evaluator]


@notify("gating.sealapplication.begin_evaluation", "emails/seal_evaluation_started.txt")
@notify("gating.sealapplication.reply", "emails/seal_answered.txt")
@notify("gating.sealapplication.forgo_answer", "emails/seal_answered.txt")
def tell_the_evaluators(application: Any) -> People:
    """Every evaluator who accepted."""
    return _panel(application)


@notify("gating.sealevaluation.decline", "emails/seal_evaluator_left.txt")
@notify("gating.sealevaluation.declare_conflict", "emails/seal_evaluator_left.txt")
@notify("gating.sealevaluation.overlook", "emails/seal_evaluation_overdue.txt")
@notify("gating.sealevaluation.fall_overdue", "emails/seal_evaluation_overdue.txt")
def tell_the_secretariat_of_an_evaluator(evaluation: Any) -> People:
    """The secretariat, which invites somebody else."""
    return secretariat()
