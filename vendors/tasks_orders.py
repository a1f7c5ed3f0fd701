"""The clock's work with orders: reminders before their last day."""

from datetime import timedelta

from core import clock, reminders
from core.outbox import at_each_tick
from vendors.models.order import RUNNING, Order

ENDING = "vendors.order.remind_end"
MARKS = (30, 14, 3)
"""Days before the last day of an order at which its people are reminded."""


@at_each_tick
def remind_before_orders_end() -> None:
    """Remind the people of each running order before its last day, once for each mark."""
    today = clock.today()
    days = (today - timedelta(days=1), today + timedelta(days=max(MARKS) + 1))
    rows = Order.objects.filter(state__in=RUNNING, ends_on__range=days, project__isnull=False)
    for order in rows.select_related("institution", "project__dossier"):
        if order.ends_on is not None:
            here = clock.today(order.institution)
            reminders.remind(order, order.ends_on, MARKS, verb=ENDING, today=here)
