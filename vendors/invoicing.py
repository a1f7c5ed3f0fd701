"""Handing in invoices: what may be invoiced, what it comes to, the second click, corrections."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core import clock, history
from core.models import Document, User
from core.money import show
from core.refusals import Refused
from core.steps import allow, create, perform
from vendors import permissions_invoices as who
from vendors.models import InterestLine, Invoice, InvoiceLine, InvoiceState, Sprint, Vendor
from vendors.models.invoice import LIVE
from vendors.models.invoice_guards import ACCEPTED, UNSIGNED, beyond_order, tax_differences
from vendors.models.owed import levied, raise_for
from vendors.models.rates import SERVICES, term_for
from vendors.taxes import Levied


@dataclass(frozen=True)
class Said:
    """What a vendor's invoice says, in minor units of the order's currency."""

    supplier_number: str
    issued_on: date
    sprints: Sequence[Sprint]
    net: int
    tax: int
    withheld: int = 0
    late: Sequence[Invoice] = ()
    category: str = SERVICES
    document: Document | None = None


@dataclass(frozen=True)
class Figures:
    """What sprints and interest come to by the order and the rules, in minor units."""

    net: int
    interest: int
    levied: Levied = field(default_factory=lambda: Levied(()))

    @property
    def total(self) -> int:
        """What the vendor is paid."""
        return self.net + self.levied.added + self.interest - self.levied.withheld


def folded_number(text: str) -> str:
    """A supplier's number as it is compared: no spaces, no case, no invisible characters."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in plain if not c.isspace() and unicodedata.category(c) != "Cf")


def payable_sprints(order: Any) -> QuerySet[Sprint]:
    """The accepted sprints of an order that stand on no living invoice."""
    rows = order.sprints.filter(state__in=ACCEPTED, payable__gt=0)
    return rows.exclude(invoice_lines__live=True).select_related("order").order_by("number")


def unclaimed_interest(order: Any) -> list[Invoice]:
    """The invoices of an order that were paid late and whose interest was claimed on none."""
    rows = order.invoices.filter(state=InvoiceState.PAID).exclude(interest_claims__live=True)
    paid = rows.select_related("term").order_by("number")
    return [row for row in paid if row.late_interest(row.paid_on)]


def figures(order: Any, sprints: Sequence[Sprint], late: Sequence[Invoice] = (),
            category: str = SERVICES, day: date | None = None) -> Figures:  # fmt: skip
    """What an invoice of these sprints, issued on a day, has to say."""
    net = sum(sprint.payable or 0 for sprint in sprints)
    interest = sum(row.late_interest(row.paid_on) for row in late if row.paid_on)
    return Figures(net, interest, levied(order, net, category, day))


@transaction.atomic
def submit(order: Any, said: Said, *, by: User) -> Invoice:
    """Hand in an invoice; the same number with the same content again is the invoice it made.

    Taxes that differ from the rules put it into dispute at once, with the difference. Raises Denied
    for who does not represent the vendor, Refused with every reason.
    """
    history.lock(order.dossier)
    allow(who.invoices, order, by)
    Vendor.objects.select_for_update().get(pk=order.vendor_id)  # one number, whatever the project
    if (known := _known(order, said)) is not None:
        return known
    if reasons := [*_unready(order), *_objections(order, said)]:
        raise Refused(*reasons)
    invoice = Invoice(order=order, vendor=order.vendor, number=order.invoices.count() + 1)
    invoice.ref = f"{order.ref}-{invoice.number}"
    _write(invoice, said, by)
    create(invoice, by=by, details=_told(said, invoice))
    _put_lines(invoice, said)
    return _checked(invoice)


@transaction.atomic
def correct(invoice: Invoice, said: Said, *, by: User) -> Invoice:
    """Send a disputed invoice again as corrected; the days to pay begin anew.

    Raises Denied for who does not represent the vendor, Refused with every reason.
    """
    history.lock(invoice.dossier)
    rows = Invoice.objects.select_for_update(of=("self",)).select_related(*Invoice.step_related)
    invoice = rows.get(pk=invoice.pk)
    allow(who.corrects, invoice, by)
    if invoice.state != InvoiceState.DISPUTED:
        raise Refused(_("This has moved on since you opened the page."))
    Vendor.objects.select_for_update().get(pk=invoice.vendor_id)
    if reasons := _objections(invoice.order, said, invoice):
        raise Refused(*reasons)
    before = {"net": invoice.net, "tax": invoice.tax, "withheld": invoice.withheld}
    _write(invoice, said, by)
    invoice.save()
    _put_lines(invoice, said)
    history.record("vendors.invoice.correct", invoice, by=by,
                   details={"before": before, **_told(said, invoice)})  # fmt: skip
    return _checked(perform(invoice, "resubmit", by=by))


def _known(order: Any, said: Said) -> Invoice | None:
    """The invoice that the same click made before; raises Refused for another of that number."""
    rows = _numbered(order, said)
    known = rows.select_related(*Invoice.step_related).first()
    if known is None:
        return None
    sprints = set(known.lines.filter(live=True).values_list("sprint", flat=True))
    same = (known.order_id, known.net, known.tax, known.withheld, sprints) == (
        order.pk, said.net, said.tax, said.withheld, {sprint.pk for sprint in said.sprints},
    )  # fmt: skip
    if not same:
        raise Refused(_taken(known))
    return known


def _numbered(order: Any, said: Said) -> QuerySet[Invoice]:
    key = folded_number(said.supplier_number)
    rows = Invoice.objects.filter(vendor=order.vendor_id, supplier_key=key)
    return rows.exclude(state=InvoiceState.WITHDRAWN)


def _taken(known: Invoice) -> str:
    return _("Your number %(number)s stands on invoice %(ref)s already, which says something else. "
             "Give this one its own number.") % {"number": known.supplier_number,
                                                 "ref": known.ref}  # fmt: skip


def _unready(order: Any) -> list[str]:
    found = []
    if order.project is None:
        found.append(_("This order is a record of the past: nothing is invoiced under it."))
    elif order.state in UNSIGNED:
        found.append(_("The order is not signed yet."))
    return found


def _objections(order: Any, said: Said, but: Invoice | None = None) -> list[str]:
    """Every sentence against an invoice; `but` is the one being corrected."""
    wanted = figures(order, said.sprints, said.late, said.category, said.issued_on)
    found = [*_of_form(order, said, but), *_of_sprints(order, said, but)]
    if not said.sprints and not said.late:
        found.append(_("Choose the accepted sprints that the invoice is for."))
    elif said.net != wanted.net:
        shown = {"net": show(said.net, order.currency), "sum": show(wanted.net, order.currency)}
        found.append(_("The net amount is %(net)s, but the chosen sprints come to %(sum)s: ask for "
                       "exactly what was accepted.") % shown)  # fmt: skip
    paid = said.net + said.tax + wanted.interest - said.withheld
    if paid <= 0 and not found:
        found.append(_("Nothing would be paid: what is withheld is as much as what is asked for."))
    beyond = beyond_order(order, said.net, LIVE, but=but.pk if but else None)
    return [*found, beyond] if beyond else found


def _of_form(order: Any, said: Said, but: Invoice | None) -> list[str]:
    found = []
    if not folded_number(said.supplier_number):
        found.append(_("Give your invoice its number."))
    if said.issued_on > clock.today(order.institution):
        found.append(_("An invoice cannot be issued on a day still to come."))
    if but is not None:
        known = _numbered(order, said).exclude(pk=but.pk).first()
        if known is not None:
            found.append(_taken(known))
    if min(said.tax, said.withheld) < 0:
        found.append(_("Taxes are never below zero."))
    return found


def _of_sprints(order: Any, said: Said, but: Invoice | None) -> list[str]:
    """Sprints that are not accepted, or of another order, or stand on a living invoice already."""
    found = []
    lines = InvoiceLine.objects.filter(live=True).exclude(invoice=but)
    taken = dict(lines.filter(sprint__in=said.sprints).values_list("sprint", "invoice__ref"))
    for sprint in said.sprints:
        if sprint.order_id != order.pk:
            found.append(_("%(sprint)s belongs to another order.") % {"sprint": sprint})
        elif sprint.state not in ACCEPTED:
            found.append(_("%(sprint)s is not accepted; only accepted sprints are payable.")
                         % {"sprint": sprint})  # fmt: skip
        elif sprint.pk in taken:
            found.append(_("%(sprint)s stands on invoice %(ref)s already; it is payable once.")
                         % {"sprint": sprint, "ref": taken[sprint.pk]})  # fmt: skip
    claims = InterestLine.objects.filter(live=True, late__in=said.late).exclude(invoice=but)
    done = set(claims.values_list("late", flat=True))
    for row in said.late:
        if row.order_id != order.pk or row.state != InvoiceState.PAID or row.pk in done:
            found.append(_("No interest of invoice %(ref)s is to be claimed.") % {"ref": row.ref})
    return found


def _write(invoice: Invoice, said: Said, by: User) -> None:
    """Put what the invoice says and what the rules say of it into its row."""
    order, today = invoice.order, clock.today(invoice.order.institution)
    wanted = figures(order, said.sprints, said.late, said.category, said.issued_on)
    invoice.supplier_number = " ".join(said.supplier_number.split())[:40]
    invoice.supplier_key = folded_number(said.supplier_number)[:40]
    invoice.issued_on, invoice.category = said.issued_on, said.category
    invoice.currency = order.currency
    invoice.net, invoice.tax, invoice.withheld = said.net, said.tax, said.withheld
    invoice.interest = wanted.interest
    invoice.total = invoice.net + invoice.tax + invoice.interest - invoice.withheld
    invoice.tax_due, invoice.withheld_due = wanted.levied.added, wanted.levied.withheld
    invoice.levied = [vars(line) for line in wanted.levied.lines]
    invoice.term = term_for(order.institution.country, today)
    invoice.received_on = today
    invoice.due_on = due_day(invoice.term, today, order.institution)
    invoice.document = said.document or invoice.document
    invoice.submitted_by = by


def _put_lines(invoice: Invoice, said: Said) -> None:
    """Its sprints and interest as they are now; lines that are no longer wanted stop counting."""
    for line in invoice.live_lines().exclude(sprint__in=said.sprints):
        raise_for(line.sprint)
    invoice.lines.filter(live=True).exclude(sprint__in=said.sprints).update(live=False)
    there = set(invoice.lines.filter(live=True).values_list("sprint", flat=True))
    for sprint in said.sprints:
        if sprint.pk not in there:
            InvoiceLine.objects.create(invoice=invoice, sprint=sprint, amount=sprint.payable or 0)
        raise_for(sprint, due=invoice.due_at)
    invoice.interest_lines.filter(live=True).exclude(late__in=said.late).update(live=False)
    claimed = set(invoice.interest_lines.filter(live=True).values_list("late", flat=True))
    for row in said.late:
        if row.pk not in claimed and row.paid_on is not None:
            InterestLine.objects.create(
                invoice=invoice, late=row, amount=row.late_interest(row.paid_on)
            )


def _checked(invoice: Invoice) -> Invoice:
    """Put it into dispute at once where its taxes are not those of the rules."""
    if sentences := tax_differences(invoice):
        by = clock.clock_account()
        return perform(invoice, "dispute_taxes", by=by, because=" ".join(sentences))
    return invoice


def _told(said: Said, invoice: Invoice) -> dict[str, Any]:
    return {
        "supplier_number": invoice.supplier_number, "net": said.net, "tax": said.tax,
        "withheld": said.withheld, "interest": invoice.interest, "total": invoice.total,
        "sprints": [str(sprint) for sprint in said.sprints],
        "due_on": invoice.due_on.isoformat(),
        "document": said.document.blob.sha256 if said.document else "",
    }  # fmt: skip


DEFAULT_DAYS = 30
"""Days to pay where no payment term is entered at all."""


def due_day(term: Any, received_on: date, institution: Any) -> date:
    """The last day to pay what came in on a day: by the term in force, else 30 days after."""
    if term is None:
        return date.fromordinal(received_on.toordinal() + DEFAULT_DAYS)
    due: date = term.due_on(received_on, institution)
    return due
