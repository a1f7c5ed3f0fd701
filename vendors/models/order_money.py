"""What of an order's money is paid, owed and under way; kept on the project where it can be asked.

Orders, rates and sprints are priced without tax; the project's money bears the tax too
(`vendors.models.owed`). Sprints stand above orders: they say through `still_owed` what runs, and
call `restate` in every step that changes it (a sprint starts, is decided, is given up; an invoice
is paid). The project then shows it as an obligation, which no end of the project takes back.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.apps import apps
from django.db.models import Sum

from core.models import User
from projects import earmarks, obligations
from vendors.models.owed import with_tax

still_owed: list[Callable[[Any], int]] = []
"""Functions of an order: the most that work under way may cost, without tax, in minor units."""
still_running: list[Callable[[Any], Iterable[str]]] = []
"""Functions of an order: sentences that say what runs, so that it cannot be completed yet."""
at_its_end: list[Callable[..., None]] = []
"""Functions of an order, `by` and `because`: what ends with an order that is terminated."""


def gross(order: Any) -> int:
    """What an order costs with today's taxes: what is set aside for it, in minor units."""
    return with_tax(order, order.value)


def under_way(order: Any) -> int:
    """What work that has begun and is not decided may cost, tax included, in minor units."""
    net = sum(count(order) for count in still_owed)
    return with_tax(order, net) if net else 0


def accepted(order: Any) -> int:
    """What is accepted and not paid, tax included: the obligations of its sprints."""
    if order.project_id is None or "sprint" not in apps.all_models["vendors"]:
        return 0
    sprints: Any = apps.get_model("vendors", "Sprint")
    keys = sprints._base_manager.filter(order=order.pk).order_by().values("pk")
    rows = order.project.obligations.filter(
        open=True, source_label="vendors.sprint", source_id__in=keys
    )
    return int(rows.aggregate(sum=Sum("amount"))["sum"] or 0)


def owed(order: Any) -> int:
    """What is accepted and not paid, or under way, tax included, in minor units."""
    return accepted(order) + under_way(order)


def paid(order: Any) -> int:
    """What was paid of it so far, tax included."""
    found = earmarks.of(order)
    return found.used if found else 0


def left(order: Any) -> int:
    """What is set aside for it and neither paid, owed nor under way: for further sprints."""
    found = earmarks.of(order)
    return max(found.remaining - owed(order), 0) if found else 0


def restate(order: Any, *, by: User, because: str = "") -> int:
    """Bring the project's obligation in line with what is under way, and return what is owed.

    An order that has ended keeps only that much of the project's money set aside.
    """
    if order.project_id is None:
        return 0
    if amount := under_way(order):
        obligations.raise_(order.project, kind="order", source=order, blocks="close",
                           title=order.title_for_people(), amount=amount)  # fmt: skip
    else:
        obligations.discharge(order)
    left_over = owed(order)
    if order.state in ("completed", "terminated"):
        earmarks.lift(order, keep=left_over, by=by, because=because)
    return left_over


def free_rest(order: Any, *, by: User, because: str) -> int:
    """Free what is neither paid nor owed as the order ends; returns what it then counts against
    the ceiling of its lot: never more than its value."""
    if order.project_id is None:  # a historical record is what it was
        return int(order.against_ceiling)
    amount = owed(order)
    earmarks.lift(order, keep=amount, by=by, because=because)
    return min(paid(order) + amount, int(order.value))


def ordered_from(lot: Any, but: int | None = None) -> int:
    """What all signed orders of a lot, historical ones too, count against its ceiling."""
    rows = lot.orders.exclude(pk=but or 0)
    return int(rows.aggregate(sum=Sum("against_ceiling"))["sum"] or 0)
