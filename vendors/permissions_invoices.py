"""Who may, with invoices: the vendor hands in, three people of finance match, approve and pay."""

from typing import Any

from django.apps import apps
from django.utils.translation import gettext_lazy as _

from core.people import holds, identities
from core.refusals import requires
from projects.permissions import oversees
from vendors.permissions_companies import represents

BILLING = ("manager", "billing")
"""Roles of a vendor's representatives who hand in its invoices."""


def billing_seats(user: Any) -> Any:
    """The seats in which a person hands in invoices now, for some vendor."""
    seats = apps.get_model("vendors", "VendorSeat")._default_manager
    return seats.filter(user=user.pk, ends_at=None, role__in=BILLING)


def bills(user: Any) -> bool:
    """Whether this person hands in invoices for any vendor."""
    return bool(user.is_active and billing_seats(user).exists())


@requires(_("Only who represents the vendor hands in its invoices: its manager or billing."))
def invoices(order: Any, user: Any) -> bool:
    return represents(user, order.vendor, *BILLING)


@requires(_("Only who represents the vendor corrects its invoice: its manager or billing."))
def corrects(invoice: Any, user: Any) -> bool:
    return represents(user, invoice.vendor, *BILLING)


@requires(_("Only the vendor withdraws its invoice, before finance has matched it."))
def withdraws(invoice: Any, user: Any) -> bool:
    return represents(user, invoice.vendor, *BILLING)


def _apart(invoice: Any, user: Any) -> bool:
    """Whether this person neither accepted the work nor stands on the vendor's side."""
    return not invoice.acceptors & identities(user) and not represents(user, invoice.vendor)


@requires(
    _(
        "A finance preparer matches the invoice with the order and the acceptance, and never who "
        "accepted the work or represents the vendor."
    )
)
def matches(invoice: Any, user: Any) -> bool:
    return holds(user, "preparer") and _apart(invoice, user)


@requires(
    _(
        "A finance authoriser approves it: neither who matched it, nor who accepted or confirmed "
        "the work, nor who represents the vendor."
    )
)
def approves(invoice: Any, user: Any) -> bool:
    matched = invoice.took("match") & identities(user)
    return holds(user, "authoriser") and not matched and _apart(invoice, user)


@requires(
    _(
        "A spend recorder or a finance authoriser pays it: neither who approved it, nor who "
        "accepted or confirmed the work, nor who represents the vendor."
    )
)
def pays(invoice: Any, user: Any) -> bool:
    approved = invoice.took("approve") & identities(user)
    return holds(user, "spend_recorder", "authoriser") and not approved and _apart(invoice, user)


@requires(_("A finance preparer or authoriser disputes an invoice."))
def disputes(invoice: Any, user: Any) -> bool:
    return holds(user, "preparer", "authoriser") and _apart(invoice, user)


@requires(_("A finance preparer or authoriser rejects an invoice."))
def rejects(invoice: Any, user: Any) -> bool:
    return holds(user, "preparer", "authoriser") and _apart(invoice, user)


@requires(_("Only the reversal of its entry takes a payment back."))
def follows_reversal(invoice: Any, user: Any) -> bool:
    posting = invoice.posting
    return posting is not None and type(posting).objects.filter(reverses=posting).exists()


def reads_invoices(user: Any) -> bool:
    """Whether the invoices of all vendors stand in this person's header."""
    return oversees(user)


@requires(_("Finance and those who oversee all projects export invoices."))
def exports(instance: Any, user: Any) -> bool:
    return oversees(user)


@requires(_("Only an administrator enters tax rates and payment terms."))
def edits_rates(instance: Any, user: Any) -> bool:
    return holds(user, "administrator")


__all__ = [
    "BILLING", "approves", "billing_seats", "bills", "corrects", "disputes", "edits_rates",
    "exports", "follows_reversal", "invoices", "matches", "pays", "reads_invoices", "rejects",
    "withdraws",
]  # fmt: skip
