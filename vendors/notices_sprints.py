"""Who is told of sprints: the vendor, the product owner, the people who answer for the project."""

from typing import Any

from core.models import User
from core.notices import notify
from vendors.models import VendorSeat
from vendors.permissions_sprints import DELIVERS


def suppliers(sprint: Any) -> list[User | None]:
    """The vendor's people who work on backlogs and deliver."""
    seats = VendorSeat.objects.filter(vendor=sprint.order.vendor_id, ends_at=None,
                                      role__in=DELIVERS)  # fmt: skip
    return [seat.user for seat in seats.select_related("user")]


def inspectors(sprint: Any) -> list[User | None]:
    """The product owner and the project's manager."""
    order = sprint.order
    return [order.product_owner or order.project.product_owner, order.project.manager]


@notify("vendors.sprint.start", "emails/sprint_started.txt")
def tell_of_the_start(sprint: Any) -> list[User | None]:
    """The vendor works from now on."""
    return [*suppliers(sprint), *inspectors(sprint)]


@notify("vendors.sprint.deliver", "emails/sprint_delivered.txt")
def ask_for_the_inspection(sprint: Any) -> list[User | None]:
    """Product owner and manager learn what was delivered, and until when they decide."""
    return inspectors(sprint)


@notify("vendors.sprint.propose", "emails/sprint_proposed.txt")
def ask_the_second_person(sprint: Any) -> list[User | None]:
    """Manager and owner may confirm; who proposed it may not."""
    project = sprint.order.project
    people = (project.manager, project.owner)
    return [person for person in people if person and person.pk != sprint.proposed_by_id]


@notify("vendors.sprint.send_back", "emails/sprint_sent_back.txt")
def tell_who_inspects(sprint: Any) -> list[User | None]:
    """The inspection goes on."""
    return inspectors(sprint)


@notify("vendors.sprint.confirm", "emails/sprint_decided.txt")
def tell_of_the_decision(sprint: Any) -> list[User | None]:
    """The vendor learns what is accepted and payable, or what is to be mended."""
    return [*suppliers(sprint), *inspectors(sprint), sprint.order.project.owner]


@notify("vendors.sprint.escalate", "emails/sprint_overdue.txt", urgent=True)
def tell_the_owner(sprint: Any) -> list[User | None]:
    """Nobody decided in time: the owner is asked, the others know."""
    return [sprint.order.project.owner, *inspectors(sprint)]


@notify("vendors.sprint.remind", "emails/sprint_due.txt")
def remind_who_inspects(sprint: Any) -> list[User | None]:
    """The last day of the inspection comes near."""
    return inspectors(sprint)


@notify("vendors.sprint.begin_rework", "emails/sprint_rework.txt")
def tell_of_the_rework(sprint: Any) -> list[User | None]:
    """Product owner and manager learn that the vendor mends it."""
    return inspectors(sprint)


@notify("vendors.sprint.cancel", "emails/sprint_ended.txt")
@notify("vendors.sprint.give_up", "emails/sprint_ended.txt")
@notify("vendors.sprint.cancel_with_order", "emails/sprint_ended.txt")
@notify("vendors.sprint.terminate", "emails/sprint_ended.txt")
def tell_of_the_end(sprint: Any) -> list[User | None]:
    """Nothing more comes of it, and why."""
    return [*suppliers(sprint), *inspectors(sprint)]
