"""What a seal's application needs before each of its steps, as sentences."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.refusals import requires
from gating import levels

LIVE = ("live", "closing", "closed")
"""Stages of a project whose service is in use; a project ends, its service goes on."""
ASSESSED_AT = ("G3", "G4")
PASSED = ("decided", "in_force", "exercised", "superseded")
JUDGED = (*PASSED, "refused", "expired", "rescinded")
EVALUATORS = 2
WITH_A_THIRD = 3


@requires(gettext_lazy("The service is live."))
def service_live(application: Any) -> list[str]:
    service = application.service
    today = clock.today(service.institution)
    if service.ended_on is not None and service.ended_on <= today:
        return [_("The service was ended; only a live service holds a seal.")]
    if service.project is not None and service.project.stage not in LIVE:
        return [_("The project is not live yet; only a live service may apply.")]
    if service.project is None and (service.live_since is None or service.live_since > today):
        return [_("The service is not live yet; say since when people use it.")]
    return []


@requires(gettext_lazy("The assessment by the digital service standard is green and current."))
def assessment_green(application: Any) -> list[str]:
    service = application.service
    return _reviewed(service.project) if service.project else _declared(service)


def _reviewed(project: Any) -> list[str]:
    """What speaks against the newest judged review of a live service."""
    review = (
        project.reviews.filter(gate__code__in=ASSESSED_AT, state__in=JUDGED).order_by("-pk").first()
    )
    if review is None:
        return [_("The project has no decided review at gate G3 or G4 yet.")]
    if review.state not in PASSED:
        return [
            _("The newest review, %(review)s, is not in force: it was refused, rescinded or has "
              "expired.") % {"review": review.ref}
        ]  # fmt: skip
    if review.overall != "green":
        return [
            _("The newest review, %(review)s, is not green as a whole.") % {"review": review.ref}
        ]
    return []


def _declared(service: Any) -> list[str]:
    """What speaks against the newest assessment declared for a service without a project."""
    found = service.assessments.exclude(state="refused").order_by("-pk").first()
    if found is None:
        return [_("Declare the assessment by the digital service standard, with its document.")]
    if found.state != "accepted":
        return [_("The secretariat has not accepted the declared assessment yet.")]
    if found.valid_until < clock.today(service.institution):
        return [_("The declared assessment is out of date; declare a newer one.")]
    return []


@requires(gettext_lazy("Every requirement up to the level claimed is shown to be met."))
def requirements_shown(application: Any) -> list[str]:
    today, found = clock.today(application.service.institution), []
    for item in application.claimed_items():
        if not item.not_applicable and not any(p.stands_on(today) for p in item.proofs.all()):
            found.append(
                _("%(requirement)s: show evidence, or say why it does not apply.")
                % {"requirement": item.label}
            )
    return found


@requires(gettext_lazy("A renewal shows all earlier criteria, and a new one or an innovation."))
def renewal_shown(application: Any) -> list[str]:
    if application.predecessor is None:
        return []
    before = application.predecessor
    found = []
    if before.current in ("expired", "revoked", "renewed"):
        found.append(_("The seal to be renewed has ended: apply anew, without it."))
    today = clock.today(application.service.institution)
    items = application.items_with_proofs()
    shown = {i.key for i in items if any(p.stands_on(today) for p in i.proofs.all())}
    return found + _renewal_faults(application, shown)


def renewal_met(application: Any) -> list[str]:
    """What a renewal lacks by its results: an earlier criterion, or anything new."""
    if application.predecessor is None:
        return []
    if application.predecessor.current == "under_review":
        return [_("The seal to be renewed is under review: decide on that first.")]
    met = {item.key for item in application.items.select_related("criterion")
           if item.result == levels.MET}  # fmt: skip
    return _renewal_faults(application, met)


def _renewal_faults(application: Any, there: set[str]) -> list[str]:
    earlier = application.predecessor.application.met_keys()
    found = [
        _("%(requirement)s was met for the seal to be renewed, and must be met again.")
        % {"requirement": key}
        for key in sorted(earlier - there)
    ]
    if not there - earlier:
        found.append(_("A renewal needs one new criterion, or an innovation, beside the earlier."))
    return found


@requires(gettext_lazy("Two evaluators of other institutions have accepted."))
def evaluators_there(application: Any) -> bool:
    return bool(application.panel().exclude(accepted_at=None).count() >= EVALUATORS)


@requires(gettext_lazy("The applicant answers once, while the feedback is open."))
def not_answered(application: Any) -> bool:
    return application.answered_at is None


@requires(gettext_lazy("The answer to the feedback is written."))
def answer_written(application: Any) -> bool:
    return bool(application.answer.strip())


@requires(gettext_lazy("The time for the answer is over."))
def answer_overdue(application: Any) -> bool:
    due = application.answer_due_at
    return due is not None and application.answered_at is None and clock.now() >= due


@requires(gettext_lazy("The evaluation has reached the lowest level, and all that a renewal asks."))
def worth_a_seal(application: Any) -> list[str]:
    found = [] if application.level else [_("Not even the lowest level is fully met.")]
    return found + renewal_met(application)


# Evaluations


@requires(gettext_lazy("The application is being evaluated."))
def being_evaluated(evaluation: Any) -> bool:
    return evaluation.application.state in ("evaluating", "feedback")


@requires(gettext_lazy("The applicant has answered the feedback, or the time for it is over."))
def feedback_answered(evaluation: Any) -> bool:
    application = evaluation.application
    return application.state == "feedback" and application.answered_at is not None


@requires(gettext_lazy("Every requirement has a result, and each “no” its reasons."))
def sheet_complete(evaluation: Any) -> list[str]:
    written = evaluation.ratings.filter(round__lte=evaluation.round).order_by("round")
    rows = {row.item_id: row for row in written}  # what was not rated again stands as it was sealed
    found = []
    for item in evaluation.application.claimed_items():
        if lack := gap(item, rows.get(item.pk)):
            found.append(f"{item.label}: {lack}")
    return found


def gap(item: Any, rating: Any) -> str:
    """What a rating lacks, or an empty text."""
    if rating is None or not rating.result:
        return _("It has no result yet.")
    if rating.result == levels.NOT_APPLICABLE and item.is_fixed:
        return _("This criterion is never waived, so it is never “not applicable”.")
    if rating.result != levels.MET and not rating.note:
        return _("Write the reasons.")
    return ""


@requires(gettext_lazy("Its day is over."))
def evaluation_overdue(evaluation: Any) -> bool:
    due = evaluation.due_at
    return due is not None and clock.now() >= due


@requires(gettext_lazy("Whose ratings are sealed is not replaced."))
def replaceable(evaluation: Any) -> bool:
    return evaluation.sealed_at is None


# Seals


@requires(gettext_lazy("The seal's last day is over."))
def past_its_end(seal: Any) -> bool:
    return bool(clock.now() >= seal.expires_at)


@requires(gettext_lazy("Its end is near enough for a renewal."))
def near_its_end(seal: Any) -> bool:
    return bool(seal.days_left() <= seal.first_mark)
