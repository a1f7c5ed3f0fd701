"""Who is told of invoices: finance of what waits, the vendor of each step."""

from collections.abc import Iterable
from typing import Any

from core.models import User
from core.notices import notify
from projects.notices import holders
from vendors.models import VendorSeat
from vendors.permissions_invoices import BILLING


def billing_people(invoice: Any) -> list[User]:
    """Who hands in invoices for the vendor now."""
    seats = VendorSeat.objects.filter(vendor=invoice.vendor_id, ends_at=None, role__in=BILLING)
    return [seat.user for seat in seats.select_related("user__institution")]


def _apart(people: Iterable[User | None], *keys: int | None) -> list[User | None]:
    """Those of some people who did not take the step before."""
    return [person for person in people if person is not None and person.pk not in keys]


@notify("vendors.invoice.create", "emails/invoice_received.txt")
@notify("vendors.invoice.resubmit", "emails/invoice_received.txt")
def ask_a_preparer(invoice: Any) -> list[User | None]:
    """A finance preparer compares it with order and acceptance."""
    return [*holders("preparer")]


@notify("vendors.invoice.match", "emails/invoice_matched.txt")
def ask_an_authoriser(invoice: Any) -> list[User | None]:
    """A finance authoriser approves it."""
    return _apart(holders("authoriser"), invoice.matched_by_id)


@notify("vendors.invoice.approve", "emails/invoice_approved.txt")
def ask_for_payment(invoice: Any) -> list[User | None]:
    """A spend recorder pays it."""
    return _apart(holders("spend_recorder"), invoice.approved_by_id)


@notify("vendors.invoice.match", "emails/invoice_moved.txt")
@notify("vendors.invoice.approve", "emails/invoice_moved.txt")
@notify("vendors.invoice.unpay", "emails/invoice_moved.txt")
def tell_the_vendor(invoice: Any) -> list[User | None]:
    """The vendor reads where its invoice stands."""
    return [*billing_people(invoice)]


@notify("vendors.invoice.pay", "emails/invoice_paid.txt")
def send_the_receipt(invoice: Any) -> list[User | None]:
    """The vendor is paid, and where its receipt is."""
    return [*billing_people(invoice)]


@notify("vendors.invoice.dispute", "emails/invoice_disputed.txt")
@notify("vendors.invoice.dispute_taxes", "emails/invoice_disputed.txt")
def tell_what_to_correct(invoice: Any) -> list[User | None]:
    """The vendor reads what does not fit, and corrects it."""
    return [*billing_people(invoice)]


@notify("vendors.invoice.reject", "emails/invoice_rejected.txt")
def tell_of_a_rejection(invoice: Any) -> list[User | None]:
    """The vendor reads why it is not payable."""
    return [*billing_people(invoice)]


WAITS_FOR = {
    "submitted": ("preparer",), "matched": ("authoriser",), "approved": ("spend_recorder",),
}  # fmt: skip


@notify("vendors.invoice.remind", "emails/invoice_due.txt")
def remind_finance(invoice: Any) -> list[User | None]:
    """Whose turn it is, and the authorisers, before the days to pay are over."""
    roles = {"authoriser", *WAITS_FOR.get(invoice.state, ())}
    return [*holders(*sorted(roles))]
