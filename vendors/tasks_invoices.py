"""The clock's work with invoices: finance is reminded before the days to pay are over."""

from datetime import timedelta

from core import clock, reminders
from core.outbox import at_each_tick
from vendors.models import Invoice

MARKS = (7, 1)
"""Days before the due date at which finance is reminded."""
REMIND = "vendors.invoice.remind"


@at_each_tick
def remind_before_due_days() -> None:
    """Remind those who can go on with an unpaid invoice, 7 days and 1 day before its last day."""
    today = clock.today()
    days = (today - timedelta(days=1), today + timedelta(days=max(MARKS) + 1))
    rows = Invoice.objects.unpaid().filter(due_on__range=days)
    for invoice in rows.select_related(*Invoice.step_related).order_by("due_on", "pk"):
        here = clock.today(invoice.order.institution)
        reminders.remind(invoice, invoice.due_on, MARKS, verb=REMIND, today=here)
