"""Who is told of emergency exceptions: those who decide, finance, the project, the secretariat."""

from collections.abc import Iterable
from typing import Any

from core.models import User
from core.notices import notify
from projects.notices import holders, people_of


@notify("gating.emergencyexception.create", "emails/exception_asked.txt", urgent=True)
@notify("gating.emergencyexception.support", "emails/exception_supported.txt", urgent=True)
def ask_those_who_may_grant(exception: Any) -> Iterable[User | None]:
    """The seats of the gate's board and those above, but for who has acted already."""
    own = {exception.asked_by_id, exception.supported_by_id, exception.project.manager_id,
           exception.project.owner_id}  # fmt: skip
    return User.objects.filter(pk__in=exception.deciders() - own)


@notify("gating.emergencyexception.grant", "emails/exception_granted.txt", urgent=True)
def tell_of_the_grant(exception: Any) -> Iterable[User | None]:
    """The project, finance, the secretariat and the auditors."""
    office = holders("preparer", "authoriser", "secretariat", "auditor")
    return [*people_of(exception.project), *office]


@notify("gating.emergencyexception.refuse", "emails/exception_refused.txt", urgent=True)
def tell_of_the_refusal(exception: Any) -> Iterable[User | None]:
    return [exception.asked_by, *people_of(exception.project)]


@notify("gating.emergencyexception.authorise_release", "emails/exception_released.txt")
def tell_of_the_release(exception: Any) -> Iterable[User | None]:
    return [*people_of(exception.project), *holders("secretariat", "auditor")]


@notify("gating.emergencyexception.remind", "emails/exception_ends_soon.txt")
def remind_of_the_end(exception: Any) -> Iterable[User | None]:
    return [*people_of(exception.project), *holders("secretariat")]


@notify("gating.emergencyexception.fall_overdue", "emails/exception_overdue.txt", urgent=True)
def tell_of_the_delay(exception: Any) -> Iterable[User | None]:
    """The project, the secretariat, the auditors and both who granted it."""
    granted = [exception.supported_by, exception.granted_by]
    return [*people_of(exception.project), *granted, *holders("secretariat", "auditor")]


@notify("gating.emergencyexception.regularise", "emails/exception_over.txt")
@notify("gating.emergencyexception.lapse", "emails/exception_over.txt")
def tell_of_the_end(exception: Any) -> Iterable[User | None]:
    return [*people_of(exception.project), *holders("secretariat")]
