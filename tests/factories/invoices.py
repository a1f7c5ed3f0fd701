"""Invoices as tests need them: an order with accepted sprints, and the road to its payment.

`invoices.at(cast, "approved")` is an invoice in a state, by its real road.
"""

from datetime import timedelta

from django.db import transaction

from core import clock
from core.models import User
from core.steps import create, perform
from tests.factories import orders
from tests.stock import stocked
from vendors import invoicing
from vendors.models import Invoice, Order, Sprint, owed

NET = 10_000_00
TAX = 1_600_00


@stocked
def order(cast, *, amount: int = 100_000_00, value: int = 40_000_00, **said) -> Order:
    """An order under way in a project with so much released."""
    project = said.pop("project", None) or orders.funds(cast, amount)
    said = {"price_basis": "sprint", "sprint_price": NET, **said}
    return orders.at(cast, "delivering", project=project, value=value, **said)


@stocked
@transaction.atomic
def accepted(cast, row: Order, payable: int = NET, state: str = "accepted") -> Sprint:
    """A sprint of the order as its acceptance leaves it, entered as it stands."""
    today, number = clock.today(), row.sprints.count() + 1
    values = {"goal": f"Entrega {number}", "starts_on": today - timedelta(days=14),
              "ends_on": today, "maximum": payable, "payable": payable, "state": state,
              "accepted_on": today, "delivered_by": biller(row), "proposed_by": cast.product,
              "confirmed_by": cast.manager}  # fmt: skip
    sprint = create(Sprint(order=row, number=number, **values), by=cast.manager)
    if state in ("accepted", "accepted_with_debt"):
        owed.raise_for(sprint)
    return sprint


def biller(row: Order) -> User:
    """Who sends the invoices of the order's vendor."""
    return row.vendor.seats.filter(role="billing", ends_at=None).first().user


def said(row: Order, sprints, **values) -> invoicing.Said:
    """What an invoice of these sprints says when it agrees with the rules."""
    late = values.get("late", ())
    figures = invoicing.figures(row, sprints, late)
    count = row.vendor.invoices.count() + 1
    return invoicing.Said(**{
        "supplier_number": f"{row.vendor_id}-F {count}", "issued_on": clock.today(),
        "sprints": sprints, "net": figures.net, "tax": figures.levied.added,
        "withheld": figures.levied.withheld, **values,
    })  # fmt: skip


@stocked
def submitted(cast, row: Order | None = None, sprints=None, **values) -> Invoice:
    """An invoice that came in, for all that is accepted or for new sprints."""
    row = row or order(cast)
    if sprints is None:
        sprints = list(invoicing.payable_sprints(row)) or [accepted(cast, row)]
    return invoicing.submit(row, said(row, sprints, **values), by=biller(row))


@stocked
def at(cast, state: str, row: Order | None = None, **values) -> Invoice:
    """An invoice in a state, by its real road."""
    invoice = submitted(cast, row, **values)
    if state == "submitted":
        return invoice
    if state == "withdrawn":
        return perform(invoice, "withdraw", by=biller(invoice.order))
    if state in ("disputed", "rejected"):
        step = "dispute" if state == "disputed" else "reject"
        return perform(invoice, step, by=cast.preparer, because="Falta el desglose.")
    invoice = perform(invoice, "match", by=cast.preparer)
    if state == "matched":
        return invoice
    invoice = perform(invoice, "approve", by=cast.authoriser)
    return invoice if state == "approved" else perform(invoice, "pay", by=cast.recorder)


def fresh(row):
    return type(row)._default_manager.get(pk=row.pk)
