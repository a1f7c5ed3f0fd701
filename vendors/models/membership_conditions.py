"""What must be true before a membership takes a step, each with its sentence."""

from collections.abc import Iterable
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import clock, turns
from core.refusals import requires
from vendors import set_asides
from vendors.models import barred
from vendors.models.company import Size

ASSESSORS = 2
"""So many people assess an application, each alone."""


@requires(_("The window for applications is not open."))
def window_open(membership: Any) -> list[str]:
    framework = membership.framework
    if framework.takes_applications():
        return []
    if framework.closes_on is None or framework.state == "draft":
        return [gettext("The framework is not published yet.")]
    day = date_format(framework.closes_on, "SHORT_DATE_FORMAT")
    return [gettext("Applications could be handed in until %(day)s, 24:00. A further window may "
                    "follow; what you wrote is kept.") % {"day": day}]  # fmt: skip


@requires(_("The window for applications is still open: what is handed in is assessed together."))
def window_closed(membership: Any) -> bool:
    framework = membership.framework
    return framework.state == "assessing" or framework.window_closes <= clock.now()


@requires(_("Something in the application is missing."))
def answers_complete(membership: Any) -> list[str]:
    answers = {answer.requirement_id: answer for answer in membership.answers.all()}
    today = clock.today(membership.framework.institution)
    valid = {file.requirement_id for file in membership.evidence.all() if file.in_date(today)}
    found: list[str] = []
    for requirement in membership.framework.requirements.filter(mandatory=True):
        answer = answers.get(requirement.pk)
        said = {"number": requirement.number}
        if answer is None or not answer.text.strip():
            found.append(gettext("Requirement %(number)s is not answered.") % said)
        if requirement.evidence and requirement.pk not in valid:
            found.append(gettext("Requirement %(number)s lacks a document that is still valid.")
                         % said)  # fmt: skip
    return found


@requires(_("The lot is reserved for others."))
def inside_set_aside(membership: Any) -> list[str]:
    sizes = {size: str(label) for size, label in Size.choices}
    return set_asides.outside(membership.lot, membership.vendor, sizes)


@requires(_("The vendor may take no new business now."))
def not_barred(membership: Any) -> list[str]:
    return [str(reason) for reason in barred.reasons(membership.vendor)]


@requires(_("Name two assessors first; who stepped back is replaced."))
def assessors_named(membership: Any) -> bool:
    return membership.standing_assessments().count() >= ASSESSORS


@requires(_("Both assessments have to be concluded first."))
def assessed(membership: Any) -> bool:
    return membership.concluded() >= ASSESSORS


@requires(_("A mandatory requirement is not met."))
def nothing_missing(membership: Any) -> list[str]:
    """Where both assessors found a mandatory requirement not met, nobody admits; where they
    disagree, the officer decides with a reason."""
    failed: dict[int, int] = {}
    for assessment in membership.assessments.filter(state="concluded").prefetch_related("marks"):
        for mark in assessment.marks.all():
            if mark.result == "not_met":
                failed[mark.requirement_id] = failed.get(mark.requirement_id, 0) + 1
    return [
        gettext("Both assessors found that requirement %(number)s is not met.")
        % {"number": requirement.number}
        for requirement in membership.framework.requirements.filter(mandatory=True)
        if failed.get(requirement.pk, 0) >= ASSESSORS
    ]


@requires(_("The standstill is not over."))
def standstill_over(membership: Any) -> list[str]:
    ends = membership.standstill_ends
    if ends is None:
        return [gettext("The decisions are not announced yet.")]
    if ends <= clock.now():
        return []
    day = date_format(membership.standstill_until, "SHORT_DATE_FORMAT")
    return [gettext("The standstill lasts until %(day)s, 24:00.") % {"day": day}]


@requires(_("The framework has ended."))
def framework_stands(membership: Any) -> bool:
    framework = membership.framework
    return framework.state not in ("expired", "terminated") and framework.ends_at > clock.now()


@requires(_("A newer version of the terms was written since: send the signature back, so that the "
            "vendor signs that one."))  # fmt: skip
def newest_terms_signed(membership: Any) -> bool:
    newest = membership.framework.newest_terms
    return newest is not None and membership.terms_id == newest.pk


@requires(_("Name the ground on which the vendor is taken out."))
def ground_named(membership: Any) -> bool:
    return bool(membership.ground)


@requires(_("The application is not under assessment yet."))
def under_assessment(assessment: Any) -> bool:
    return assessment.membership.state == "assessing"


@requires(_("Some requirements have no finding."))
def all_marked(assessment: Any) -> list[str]:
    found = {mark.requirement_id: mark for mark in assessment.marks.all()}
    return list(_unmarked(assessment.membership.framework, found))


def _unmarked(framework: Any, found: dict[int, Any]) -> Iterable[str]:
    for requirement in framework.requirements.all():
        mark = found.get(requirement.pk)
        said = {"number": requirement.number}
        if mark is None:
            yield gettext("Requirement %(number)s has no finding.") % said
        elif mark.result == "not_met" and not mark.note.strip():
            yield gettext("Say why requirement %(number)s is not met.") % said


def look_again(membership: Any) -> None:
    """Bring in line whose turn it is with an application, when something about it changed."""
    turns.refresh(membership)
