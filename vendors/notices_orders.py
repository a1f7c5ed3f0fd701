"""Who is told of orders and their amendments."""

from typing import Any

from core.models import User
from core.notices import notify
from vendors.models.company import managers


def people_of(order: Any) -> list[User | None]:
    """The people of an order on the institution's side."""
    project = order.project
    mine = [order.officer, order.product_owner]
    return mine if project is None else [*mine, project.manager, project.owner]


def both_sides(order: Any) -> list[User | None]:
    """The people of an order, and who manages its vendor."""
    return [*people_of(order), *managers(order.vendor)]


@notify("vendors.order.create", "emails/order_drafted.txt")
def ask_for_the_money(order: Any) -> list[User | None]:
    """The project's manager puts its money behind the order; historical records tell nobody."""
    return [] if order.project is None else [order.project.manager]


@notify("vendors.order.fund", "emails/order_to_sign.txt")
def ask_the_vendor_to_sign(order: Any) -> list[User | None]:
    """Who manages the vendor signs first."""
    return [*managers(order.vendor)]


@notify("vendors.order.fund", "emails/order_funded.txt")
@notify("vendors.order.take_back", "emails/order_taken_back.txt")
def tell_of_its_money(order: Any) -> list[User | None]:
    """The order's own people know whether the project's money stands behind it."""
    return people_of(order)


@notify("vendors.order.sign_for_vendor", "emails/order_vendor_signed.txt")
def ask_the_institution_to_sign(order: Any) -> list[User | None]:
    """The officer signs; before, the project's owner where the value asks for it."""
    owner = order.project.owner if order.needs_cosigning() else None
    return [order.officer, owner]


@notify("vendors.order.cosign", "emails/order_cosigned.txt")
def ask_the_officer(order: Any) -> list[User | None]:
    """The officer may sign now."""
    return [order.officer]


@notify("vendors.order.sign", "emails/order_signed.txt")
def tell_of_the_signature(order: Any) -> list[User | None]:
    """Both sides learn that the work may begin."""
    return both_sides(order)


@notify("vendors.order.complete", "emails/order_ended.txt")
@notify("vendors.order.terminate", "emails/order_ended.txt")
@notify("vendors.order.withdraw", "emails/order_ended.txt")
def tell_of_the_end(order: Any) -> list[User | None]:
    """Both sides learn how it ended; the vendor of a draft never knew of it."""
    return both_sides(order) if order.shown_to_vendor else people_of(order)


@notify("vendors.orderamendment.create", "emails/amendment_proposed.txt")
def ask_the_vendor_to_amend(amendment: Any) -> list[User | None]:
    """Who manages the vendor signs an amendment first."""
    return [*managers(amendment.order.vendor)]


@notify("vendors.orderamendment.sign_for_vendor", "emails/amendment_to_confirm.txt")
def ask_the_second_person(amendment: Any) -> list[User | None]:
    """The project's owner or another officer confirms it."""
    order = amendment.order
    return [order.project.owner, order.officer]


@notify("vendors.orderamendment.confirm", "emails/amendment_decided.txt")
@notify("vendors.orderamendment.refuse", "emails/amendment_decided.txt")
def tell_of_the_amendment(amendment: Any) -> list[User | None]:
    """Both sides learn what became of it."""
    return both_sides(amendment.order)


@notify("vendors.order.remind_end", "emails/order_ending.txt")
def remind_before_the_end(order: Any) -> list[User | None]:
    """Its people are reminded before its last day: complete it, or extend it in time."""
    return people_of(order)
