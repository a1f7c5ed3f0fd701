"""Who is told of forecast reports, of closing, and of the review of benefits."""

from typing import Any

from core.models import User
from core.notices import notify
from projects import closing
from projects.notices import holders, people_of

People = list[User | None]


@notify("projects.forecastreport.create", "emails/report_asked.txt")
def ask_the_manager_for_a_report(report: Any) -> People:
    """The manager; where there is none, the owner, who names one."""
    return [report.project.manager or report.project.owner]


@notify("projects.forecastreport.remind", "emails/report_reminder.txt")
def remind_the_manager_of_a_report(report: Any) -> People:
    """The manager, some days before the report is due."""
    return [report.project.manager or report.project.owner]


@notify("projects.forecastreport.fall_overdue", "emails/report_overdue.txt", urgent=True)
def tell_of_an_overdue_report(report: Any) -> People:
    """Manager and owner, who are late, and the secretariat."""
    return [*people_of(report.project), *holders("secretariat")]


@notify("projects.forecastreport.prepare", "emails/report_prepared.txt")
def ask_the_owner_to_certify_a_report(report: Any) -> People:
    """The owner, who certifies."""
    return [report.project.owner]


@notify("projects.forecastreport.give_back", "emails/report_returned.txt")
@notify("projects.forecastreport.return_report", "emails/report_returned.txt")
def tell_that_a_report_came_back(report: Any) -> People:
    """The manager, who writes it anew, and the owner."""
    return people_of(report.project)


@notify("projects.forecastreport.certify", "emails/report_certified.txt")
def ask_for_the_review_of_a_report(report: Any) -> People:
    """The secretariat, which reviews it."""
    return list(holders("secretariat"))


@notify("projects.forecastreport.set_light", "emails/report_light.txt")
def tell_of_a_light(report: Any) -> People:
    """Manager and owner learn that a light was set beside the computed one."""
    return people_of(report.project)


@notify("projects.closurereport.create", "emails/closure_asked.txt")
def ask_for_the_closure_report(closure: Any) -> People:
    """The manager, who writes it once the closing has begun; not who began to write before."""
    return [closure.project.manager] if closure.project.stage == "closing" else []


@notify("projects.closurereport.hand_in", "emails/closure_handed_in.txt")
def ask_to_accept_the_closure_report(closure: Any) -> People:
    """The owner, who accepts it."""
    return [closure.project.owner]


@notify("projects.closurereport.give_back", "emails/closure_returned.txt")
def tell_that_the_closure_report_came_back(closure: Any) -> People:
    """The manager, who writes it anew."""
    return [closure.project.manager]


@notify("projects.closurereport.accept", "emails/closure_accepted.txt")
def tell_that_the_project_may_be_closed(closure: Any) -> People:
    """The secretariat, which closes the project."""
    return list(holders("secretariat"))


@notify("projects.benefitsreview.create", "emails/benefits_planned.txt")
@notify("projects.benefitsreview.remind", "emails/benefits_reminder.txt")
@notify("projects.benefitsreview.name_follower", "emails/benefits_reminder.txt")
def tell_who_follows_the_benefits(review: Any) -> People:
    """Who follows the benefits now: a successor, or the secretariat when that person has left."""
    return list(closing.followers(review))


@notify("projects.benefitsreview.fall_due", "emails/benefits_due.txt", urgent=True)
@notify("projects.benefitsreview.give_back", "emails/benefits_returned.txt")
def ask_who_follows_the_benefits(review: Any) -> People:
    """The same, when the day has come or the review came back."""
    return list(closing.followers(review))


@notify("projects.benefitsreview.hand_in", "emails/benefits_handed_in.txt")
def ask_to_confirm_the_benefits(review: Any) -> People:
    """The secretariat and the owner, one of whom confirms it, but not who wrote it."""
    people = [*holders("secretariat"), review.project.owner]
    return [person for person in people if person and person.pk != review.author_id]


@notify("projects.benefitsreview.publish", "emails/benefits_published.txt")
def tell_that_the_benefits_are_published(review: Any) -> People:
    """Manager, owner and who wrote it."""
    return [*people_of(review.project), review.author]
