"""Who is told of registrations, decisions, people, documents, suspensions and debarments."""

from typing import Any

from core.models import Role, User
from core.notices import notify
from projects.notices import holders
from vendors.models.company import managers


@notify("vendors.vendor.enter", "emails/vendor_registered.txt")
@notify("vendors.vendor.admit", "emails/vendor_registered.txt")
def tell_that_it_is_registered(vendor: Any) -> list[User | None]:
    """The company's managers learn that it may apply and bid."""
    return [*managers(vendor)]


@notify("vendors.vendor.decline", "emails/vendor_declined.txt")
def tell_that_it_is_declined(vendor: Any) -> list[User | None]:
    """The company's managers learn why it is not registered."""
    return [*managers(vendor)]


@notify("vendors.match.create", "emails/vendor_to_match.txt")
def ask_for_a_comparison(match: Any) -> list[User | None]:
    """Officers compare a registration that waits; rows of lists are seen by who imports them."""
    if match.applicant_id is None:
        return []
    return [*holders(Role.PROCUREMENT_OFFICER)]


@notify("vendors.match.join", "emails/vendor_joined.txt")
def tell_that_it_was_known(match: Any) -> list[User | None]:
    """Who registered it, and the managers of the known vendor, learn that it was known already."""
    if match.applicant is None or match.vendor is None:
        return []
    return [match.applicant.registered_by, *managers(match.vendor)]


@notify("vendors.vendorseat.create", "emails/vendor_seat.txt")
@notify("vendors.vendorseat.end", "emails/vendor_seat_ended.txt")
def tell_the_people_of_the_company(seat: Any) -> list[User | None]:
    """The person and the company's managers learn who acts for it from now on, or no longer."""
    return [seat.user, *managers(seat.vendor)]


@notify("vendors.vendordocument.remind", "emails/vendor_paper.txt")
def remind_of_an_expiry(paper: Any) -> list[User | None]:
    """The company's managers add a newer document before the old one is over."""
    return [*managers(paper.vendor)]


@notify("vendors.barring.create", "emails/barring_proposed.txt")
def tell_the_secretariat(barring: Any) -> list[User | None]:
    """The secretariat hears the company and decides."""
    return [*holders(Role.SECRETARIAT)]


@notify("vendors.barring.open_hearing", "emails/barring_hearing.txt", urgent=True)
def tell_the_company(barring: Any) -> list[User | None]:
    """The company's managers learn the reason, and until when they may answer."""
    return [*managers(barring.vendor)]


@notify("vendors.barring.answer", "emails/barring_answered.txt")
def tell_of_the_answer(barring: Any) -> list[User | None]:
    """The secretariat and who proposed it learn what the company says."""
    return [barring.proposed_by, *holders(Role.SECRETARIAT)]


@notify("vendors.barring.impose", "emails/barring_imposed.txt", urgent=True)
@notify("vendors.barring.suspend_at_once", "emails/barring_imposed.txt", urgent=True)
def tell_that_it_bars(barring: Any) -> list[User | None]:
    """The company and the officers learn what it blocks, and until when."""
    return [*managers(barring.vendor), barring.proposed_by, *holders(Role.PROCUREMENT_OFFICER)]


@notify("vendors.barring.dismiss", "emails/barring_ended.txt")
@notify("vendors.barring.lift", "emails/barring_ended.txt")
@notify("vendors.barring.expire", "emails/barring_ended.txt")
def tell_that_it_is_over(barring: Any) -> list[User | None]:
    """The company and the officers learn that it blocks nothing (any more)."""
    return [*managers(barring.vendor), barring.proposed_by, *holders(Role.PROCUREMENT_OFFICER)]
