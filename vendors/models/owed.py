"""Accepted work that is not paid yet: what the project owes, tax included, until it is paid.

It stands among the models because the steps of a sprint and of an invoice call it.
"""

from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from core import clock
from projects import obligations
from vendors import taxes
from vendors.models.rates import SERVICES, rates_of

KIND = "payment"
"""The kind of the obligations of accepted work."""


def levied(order: Any, net: int, category: str = SERVICES, day: date | None = None) -> taxes.Levied:
    """What the taxes of the buying institution's country come to on a net amount, on a day."""
    place = order.institution
    return taxes.levy(net, rates_of(place.country, category), day or clock.today(place))


def with_tax(order: Any, net: int) -> int:
    """A net amount with what is charged on top of it today: what has to be set aside and owed.

    Orders, rates and sprints are priced without tax; budget, tranches and earmarks bear it.
    """
    return net + levied(order, net).added


def raise_for(sprint: Any, *, due: datetime | None = None) -> None:
    """Put what an accepted sprint costs on its project, until it is paid; it blocks the closing.

    To be called by the step that accepts the sprint. Orders without a project owe nothing here.
    """
    order = sprint.order
    if order.project is None or sprint.payable <= 0:
        return
    title = _("Accepted and not paid: %(sprint)s") % {"sprint": sprint}
    obligations.raise_(order.project, kind=KIND, source=sprint, title=title, blocks="close",
                       due=due, amount=with_tax(order, sprint.payable))  # fmt: skip


def discharge(sprint: Any) -> None:
    """The sprint is paid: nothing is owed for it any more."""
    obligations.discharge(sprint, blocks="close")
