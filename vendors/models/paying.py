"""What a payment does besides moving its invoice: the ledger, the earmark, what was owed."""

from typing import Any

from django.db.models import Q

from core.models import User
from projects import earmarks, funding
from vendors.models import order_money, owed


def post(invoice: Any, *, by: User) -> Any:
    """Charge the project with the total and use the order's earmark; inside the step `pay`.

    SPEND is what the vendor is paid: net, tax and late interest, without what is withheld. What is
    withheld stays released: finance passes it on to the tax authority and records that as spending
    by the reference of the return. The earmark is used by net and tax, for the order binds nothing
    more of them. What an earmark lacks (it was freed, or taxes rose) never stops the payment.
    """
    order = invoice.order
    posting = funding.post(
        order.project, "spend", invoice.total, by=by, because=f"{invoice} · {invoice.vendor}",
        key=_key(invoice),
    )  # fmt: skip
    _use(invoice, invoice.cost, by=by)
    for line in invoice.live_lines():
        owed.discharge(line.sprint)
    order_money.restate(order, by=by, because=str(invoice))
    return posting


def undo(invoice: Any, *, by: User, because: str) -> None:
    """The entry was reversed: the earmark and what is owed stand as before the payment."""
    _use(invoice, -invoice.cost, by=by, because=because)
    for line in invoice.live_lines():
        owed.raise_for(line.sprint, due=invoice.due_at)
    order_money.restate(invoice.order, by=by, because=because)


def _key(invoice: Any) -> str:
    """A key for each payment: after a reversal an invoice is paid by another posting."""
    base = f"invoice:{invoice.ref}"
    made = invoice.order.project.postings.filter(Q(key=base) | Q(key__startswith=f"{base}:"))
    times = made.count()
    return f"{base}:{times + 1}" if times else base


def _use(invoice: Any, amount: int, *, by: User, because: str = "") -> None:
    earmark = earmarks.of(invoice.order)
    if earmark is None:
        return
    left = earmark.amount - earmark.used
    part = max(min(amount, left), -earmark.used)
    if part:
        earmarks.use(invoice.order, part, by=by, because=because or str(invoice))
