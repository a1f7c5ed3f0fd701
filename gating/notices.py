"""Whom the gates tell what: subscribed to the steps, never called by them."""

from collections.abc import Iterable
from typing import Any

from core import clock
from core.models import Role, RoleGrant, User
from core.notices import notify

People = Iterable[User | None]


def secretariat() -> Any:
    """Whoever holds the role of the secretariat today."""
    held = RoleGrant.objects.on(clock.today()).filter(role=Role.SECRETARIAT)
    return User.objects.filter(pk__in=held.values("user"))


@notify("gating.standard.take_effect", "emails/standard_in_effect.txt")
def tell_the_editors_that_a_version_is_in_effect(standard: Any) -> People:
    """Whoever keeps the standards today, and the secretariat."""
    held = RoleGrant.objects.on(clock.today()).filter(role=Role.EDITOR)
    return [*User.objects.filter(pk__in=held.values("user")), *secretariat()]


def _admitted(review: Any) -> list[User]:
    rows = review.assessments.filter(state__in=("declared", "sealed")).select_related("assessor")
    return [row.assessor for row in rows]


def _lead(review: Any) -> list[User]:
    rows = review.assessments.filter(lead=True, state__in=("declared", "sealed"))
    return [row.assessor for row in rows.select_related("assessor")]


@notify("gating.gatereview.prepare", "emails/review_prepared.txt")
def tell_the_owner_to_certify(review: Any) -> People:
    """The owner, who certifies."""
    return [review.project.owner]


@notify("gating.gatereview.give_back", "emails/review_returned.txt")
@notify("gating.gatereview.return_to_project", "emails/review_returned.txt")
def tell_the_project_it_came_back(review: Any) -> People:
    """The manager and the owner."""
    return [review.project.manager, review.project.owner]


@notify("gating.gatereview.certify", "emails/review_submitted.txt")
def tell_the_secretariat_of_a_submission(review: Any) -> People:
    """The secretariat, which invites assessors and starts the assessment."""
    return secretariat()


@notify("gating.assessment.create", "emails/assessment_invited.txt")
def tell_the_assessor(assessment: Any) -> People:
    """Who is invited."""
    return [assessment.assessor]


@notify("gating.assessment.declare_conflict", "emails/assessment_conflict.txt")
def tell_the_secretariat_of_a_conflict(assessment: Any) -> People:
    """The secretariat, which invites somebody else."""
    return secretariat()


@notify("gating.gatereview.start_assessment", "emails/assessment_started.txt")
def tell_the_assessors_to_rate(review: Any) -> People:
    """Every assessor without a conflict."""
    return _admitted(review)


@notify("gating.gatereview.begin_factual_check", "emails/factual_check.txt")
def tell_the_manager_to_check_the_facts(review: Any) -> People:
    """The manager, who has ten working days."""
    return [review.project.manager]


@notify("gating.gatereview.challenge_facts", "emails/factual_challenge.txt")
def tell_the_lead_of_a_challenge(review: Any) -> People:
    """The lead assessor, who answers."""
    return _lead(review)


@notify("gating.gatereview.answer_challenge", "emails/factual_answer.txt")
@notify("gating.gatereview.deem_facts_accepted", "emails/factual_deemed.txt")
def tell_that_the_facts_are_settled(review: Any) -> People:
    """The manager, and the secretariat, which tables the review."""
    return [review.project.manager, *secretariat()]


@notify("gating.gatereview.enter_force", "emails/review_in_force.txt")
def tell_the_owner_to_open_the_gate(review: Any) -> People:
    """The owner, who accepts the terms and opens the gate."""
    return [review.project.owner, review.project.manager]


@notify("gating.gatereview.exercise", "emails/gate_opened.txt")
def tell_that_the_gate_is_open(review: Any) -> People:
    """The manager, who may ask for the tranche, the owner and the secretariat."""
    return [review.project.manager, review.project.owner, *secretariat()]


@notify("gating.gatereview.expire", "emails/review_expired.txt")
def tell_that_a_decision_expired(review: Any) -> People:
    """The manager and the owner, who may plan a new review."""
    return [review.project.manager, review.project.owner]


@notify("gating.exemption.create", "emails/exemption_asked.txt")
@notify("gating.exemption.refer", "emails/exemption_asked.txt")
def tell_who_decides_on_an_exemption(exemption: Any) -> People:
    """The lead assessor; the secretariat while there is none, and when it goes to the board."""
    lead = _lead(exemption.review) if exemption.state == exemption.States.ASKED else []
    return lead or secretariat()


@notify("gating.exemption.grant", "emails/exemption_answered.txt")
@notify("gating.exemption.refuse", "emails/exemption_answered.txt")
@notify("gating.exemption.grant_by_motion", "emails/exemption_answered.txt")
@notify("gating.exemption.refuse_by_motion", "emails/exemption_answered.txt")
@notify("gating.exemption.expire", "emails/exemption_expired.txt")
def tell_the_manager_of_the_exemption(exemption: Any) -> People:
    """Who asked for it."""
    return [exemption.asked_by]


@notify("gating.evidence.raise_query", "emails/evidence_queried.txt")
@notify("gating.evidence.reject", "emails/evidence_rejected.txt")
@notify("gating.evidence.expire", "emails/evidence_expired.txt")
def tell_the_manager_of_the_evidence(evidence: Any) -> People:
    """The manager, who answers or adds a new version."""
    return [evidence.project.manager]


@notify("gating.clarification.create", "emails/clarification.txt")
def tell_the_other_side(said: Any) -> People:
    """The manager of what an assessor asks; the assessors of what the project answers."""
    return [said.review.project.manager] if said.from_assessor else _admitted(said.review)
