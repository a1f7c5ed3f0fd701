"""The receipt of a paid invoice: what was paid, to whom, when, by which entry of the ledger."""

from typing import Any

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core import pdf, pdf_signing
from core.money import show
from core.notices import absolute
from vendors.models import Invoice


def facts(invoice: Invoice) -> list[tuple[str, str]]:
    """What the receipt says, as labels and values."""
    order: Any = invoice.order
    posting = invoice.posting
    amounts = [
        (_("Net amount"), invoice.net), (_("Tax"), invoice.tax), (_("Withheld"), invoice.withheld),
        (_("Late interest"), invoice.interest),
    ]  # fmt: skip
    kept = [(label, show(amount, invoice.currency)) for label, amount in amounts if amount]
    return [
        (_("Paid to"), invoice.vendor.name), (_("Tax number"), invoice.vendor.tax_id or "–"),
        (_("Paid by"), str(order.institution)),
        (_("Your invoice"), invoice.supplier_number),
        (_("Issued on"), _day(invoice.issued_on)), (_("Received on"), _day(invoice.received_on)),
        (_("Order"), f"{order.ref} · {order.title}"),
        (_("To be paid until"), _day(invoice.due_on)), (_("Paid on"), _day(invoice.paid_on)),
        *kept,
        (_("Total paid"), show(invoice.total, invoice.currency)),
        (_("Entry of the ledger"), f"{order.project.ref}/{posting.number}" if posting else "–"),
    ]  # fmt: skip


def _day(day: Any) -> str:
    return str(date_format(day, "DATE_FORMAT"))


def lines(invoice: Invoice) -> list[tuple[str, str]]:
    """What was paid for: each sprint, and interest on what came late, with its amount."""
    sprints = [(line.sprint.title_for_people(), show(line.amount, invoice.currency))
               for line in invoice.live_lines()]  # fmt: skip
    late = [(_("Late interest on invoice %(ref)s") % {"ref": line.late.ref},
             show(line.amount, invoice.currency)) for line in invoice.live_interest()]  # fmt: skip
    return sprints + late


def as_pdf(invoice: Invoice, language: str) -> bytes:
    """The receipt in a language, tagged; signed where a certificate of the organisation is set."""
    with translation.override(language):
        title = _("Receipt of payment %(ref)s") % {"ref": invoice.ref}
        items: list[tuple[Any, ...]] = [
            ("h1", title), ("facts", facts(invoice)), ("h2", _("Paid for")),
            ("table", [_("What"), _("Amount")], lines(invoice)),
        ]  # fmt: skip
        address = absolute(f"{invoice.get_absolute_url()}receipt/")
        whole = pdf.build(title, items, language=language, footer=invoice.ref, check_url=address)
        reason = title
    return pdf_signing.sign(whole, reason=reason)
