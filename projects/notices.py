"""Who is told of what happens to projects."""

from collections.abc import Iterable
from typing import Any

from core import clock
from core.models import RoleGrant, User
from core.notices import notify


def holders(*roles: str) -> Iterable[User]:
    """Everybody who holds one of these global roles today."""
    grants = RoleGrant.objects.on(clock.today()).filter(role__in=roles).select_related("user")
    return [grant.user for grant in grants]


def people_of(project: Any) -> list[User | None]:
    """The manager and the owner of a project."""
    return [project.manager, project.owner]


@notify("projects.project.name_owner", "emails/project_owner_named.txt")
def ask_the_owner(project: Any) -> list[User | None]:
    """Whoever is named owner is asked to accept."""
    return [] if project.owner_accepted_at else [project.owner]


@notify("projects.project.accept_ownership", "emails/project_owner_accepted.txt")
def tell_that_the_owner_accepted(project: Any) -> list[User | None]:
    """The manager and the secretariat may go on."""
    return [project.manager, *holders("secretariat")]


@notify("projects.project.triage", "emails/project_triaged.txt")
def tell_of_the_triage(project: Any) -> list[User | None]:
    """Manager and owner learn the tier."""
    return people_of(project)


@notify("projects.project.stop", "emails/project_over.txt")
@notify("projects.project.withdraw", "emails/project_over.txt")
@notify("projects.project.close", "emails/project_over.txt")
def tell_of_the_end(project: Any) -> list[User | None]:
    """Manager, owner and the finance people learn that a project is over."""
    return [*people_of(project), *holders("preparer", "authoriser")]


@notify("projects.hold.create", "emails/hold_placed.txt", urgent=True)
def tell_of_a_hold(hold: Any) -> list[User | None]:
    """Manager, owner and secretariat learn why, and what ends it."""
    return [*people_of(hold.project), *holders("secretariat")]


@notify("projects.hold.lift", "emails/hold_ended.txt")
@notify("projects.hold.cure_by_gate", "emails/hold_ended.txt")
@notify("projects.hold.expire", "emails/hold_ended.txt")
def tell_that_a_hold_ended(hold: Any) -> list[User | None]:
    """Manager and owner may go on."""
    return people_of(hold.project)


@notify("projects.finding.record", "emails/finding_recorded.txt")
def tell_of_a_finding(finding: Any) -> list[User | None]:
    """Manager and owner learn what was found."""
    return people_of(finding.project)


@notify("projects.finding.remedy", "emails/finding_remedied.txt")
def tell_of_a_remedy(finding: Any) -> list[User | None]:
    """Manager and owner learn that a finding no longer stands against the project."""
    return people_of(finding.project)


@notify("projects.takeon.create", "emails/takeon_proposed.txt")
def ask_to_confirm_a_taking_on(take_on: Any) -> list[User | None]:
    """Those who may confirm, but not who proposed it."""
    people = holders("secretariat", "authoriser")
    return [person for person in people if person.pk != take_on.proposed_by_id]


@notify("projects.takeon.confirm", "emails/takeon_confirmed.txt")
def tell_that_a_project_is_taken_on(take_on: Any) -> list[User | None]:
    """Manager and owner learn stage and balances."""
    return people_of(take_on.project)
