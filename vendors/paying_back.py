"""A payment that came back: when its entry is reversed, the invoice is to be paid again."""

from typing import Any

from core.models import User
from core.steps import perform
from projects.models import booking
from vendors.models import Invoice


def follow(posting: Any, by: User, because: str) -> Invoice | None:
    """Take the payment of the invoice that the posting paid back, if it paid one."""
    invoice = Invoice.objects.filter(posting=posting).first()
    return perform(invoice, "unpay", by=by, because=because) if invoice else None


booking.undoing.append(follow)
