"""Who may, with forecast reports, closing and the review of benefits."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from core.people import acts_for, holds, identities
from core.permissions import by_clock
from core.refusals import requires

SECRETARIAT = "secretariat"


@requires(_("Only the manager of the project writes its forecast."))
def manages_report(report: Any, user: Any) -> bool:
    return acts_for(user, report.project.manager_id, "manager")


@requires(_("Only who handed the report over takes it back."))
def wrote_report(report: Any, user: Any) -> bool:
    return user.pk == report.author_id


@requires(_("Only the owner of the project certifies its forecast, and never who wrote it."))
def certifies_report(report: Any, user: Any) -> bool:
    if report.author_id in identities(user):
        return False
    return acts_for(user, report.project.owner_id, "owner")


@requires(_("Only who certified the report takes the certification back."))
def certified_report(report: Any, user: Any) -> bool:
    return user.pk == report.certified_by_id


@requires(_("Only the secretariat reviews a report, and never who wrote or certified it."))
def reviews_report(report: Any, user: Any) -> bool:
    first = {report.author_id, report.certified_by_id}
    return holds(user, SECRETARIAT) and not first & identities(user)


@requires(_("Only who reviewed the report takes the review back."))
def reviewed_report(report: Any, user: Any) -> bool:
    return user.pk == report.reviewed_by_id and holds(user, SECRETARIAT)


@requires(
    _(
        "A light is set by the manager while the report is written, by the owner before it is "
        "certified, and by the secretariat before it is reviewed."
    )
)
def sets_light(report: Any, user: Any) -> bool:
    if report.state in ("draft", "returned"):
        return manages_report(report, user)
    if report.state == "prepared":
        return certifies_report(report, user)
    return report.state == "certified" and reviews_report(report, user)


@requires(_("Only an administrator sets how often projects report, and the limits of lights."))
def sets_reporting(instance: Any, user: Any) -> bool:
    return holds(user, "administrator")


def reads_reporting(user: Any) -> bool:
    """Whether this person sees the list of all reports in the header."""
    return holds(user, SECRETARIAT, "auditor", "administrator")


# Closing, and the review of benefits


@requires(_("Only the manager of the project writes its closure report."))
def writes_closure(closure: Any, user: Any) -> bool:
    return acts_for(user, closure.project.manager_id, "manager")


@requires(_("Only the owner of the project accepts its closure report, and never who wrote it."))
def accepts_closure(closure: Any, user: Any) -> bool:
    if closure.author_id in identities(user):
        return False
    return acts_for(user, closure.project.owner_id, "owner")


@requires(_("Only who handed it in takes the closure report back."))
def wrote_closure(closure: Any, user: Any) -> bool:
    return user.pk == closure.author_id


@requires(_("Only who accepted the closure report reopens it."))
def accepted_closure(closure: Any, user: Any) -> bool:
    return user.pk == closure.accepted_by_id


@requires(
    _(
        "The benefits are reviewed by who follows them; where that person has left without a "
        "successor, by the secretariat."
    )
)
def follows_benefits(review: Any, user: Any) -> bool:
    person = review.project.benefits_owner
    if person is None or not person.is_active:
        return holds(user, SECRETARIAT)
    return bool(user.pk == person.pk)


@requires(_("Only who handed in the review of the benefits takes it back."))
def wrote_review(review: Any, user: Any) -> bool:
    return user.pk == review.author_id


@requires(
    _("The owner of the project or the secretariat confirms the review, and never who wrote it.")
)
def confirms_review(review: Any, user: Any) -> bool:
    if review.author_id in identities(user):
        return False
    return holds(user, SECRETARIAT) or acts_for(user, review.project.owner_id, "owner")


@requires(_("Only the secretariat publishes the review of the benefits."))
def publishes_review(review: Any, user: Any) -> bool:
    return holds(user, SECRETARIAT)


@requires(_("Only the secretariat names another person to follow the benefits."))
def names_follower(review: Any, user: Any) -> bool:
    return holds(user, SECRETARIAT)


__all__ = [
    "accepted_closure",
    "accepts_closure",
    "by_clock",
    "certified_report",
    "certifies_report",
    "confirms_review",
    "follows_benefits",
    "manages_report",
    "names_follower",
    "publishes_review",
    "reads_reporting",
    "reviewed_report",
    "reviews_report",
    "sets_light",
    "sets_reporting",
    "writes_closure",
    "wrote_closure",
    "wrote_report",
    "wrote_review",
]
