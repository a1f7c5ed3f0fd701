"""What was bought under frameworks, read for the figures of concentration: one query each."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext as _

from core.money import plain
from core.refusals import Refused
from vendors.concentration import Bought, Figures, as_strings, figures
from vendors.models import Framework, Lot, Order
from vendors.models.membership import MEMBERS

Row = dict[str, Any]


def bought(**which: Any) -> list[tuple[int, Bought]]:
    """The counted orders that fit (by the names of fields), each with the key of its lot.

    Counted is what was signed, historical records included. An order is its vendor's first when no
    earlier one with that institution was signed, in any framework: by day, then by key.
    """
    same = Order.objects.counted().filter(vendor=OuterRef("vendor"),
                                          institution=OuterRef("institution"))  # fmt: skip
    earlier = same.filter(Q(signed_on__lt=OuterRef("signed_on"))
                          | Q(signed_on=OuterRef("signed_on"), pk__lt=OuterRef("pk")))  # fmt: skip
    rows = Order.objects.counted().filter(**which).order_by("pk")
    values = rows.annotate(later=Exists(earlier)).values(
        "currency", "lot", "vendor", "value", "institution", "signed_on", "later", "vendor__size",
        "vendor__verified_size", "vendor__start_up", "vendor__verified_start_up",
    )  # fmt: skip
    return [(row["lot"], _as_bought(row)) for row in values]


def _as_bought(row: Row) -> Bought:
    """An order with its vendor as verified, else as declared."""
    verified = row["vendor__verified_start_up"]
    return Bought(
        vendor=row["vendor"], value=row["value"], institution=row["institution"],
        size=row["vendor__verified_size"] or row["vendor__size"],
        start_up=bool(row["vendor__start_up"] if verified is None else verified),
        first_time=not row["later"], currency=row["currency"], year=row["signed_on"].year,
    )  # fmt: skip


def lots_of(framework: Framework) -> list[Lot]:
    """The lots of a framework with how many vendors are admitted: active or suspended."""
    admitted = Count("memberships__vendor", distinct=True,
                     filter=Q(memberships__state__in=MEMBERS))  # fmt: skip
    return list(framework.lots.annotate(admitted=admitted).order_by("number"))


def admitted_to(framework: Framework) -> int:
    """How many different vendors are admitted to a framework, in whatever lot."""
    rows = framework.memberships().filter(state__in=MEMBERS)
    return int(rows.order_by().values("vendor").distinct().count())


def by_lot(framework: Framework) -> list[tuple[Lot, Figures]]:
    """The figures of each lot of a framework."""
    orders: dict[int, list[Bought]] = {}
    for lot, order in bought(lot__framework=framework):
        orders.setdefault(lot, []).append(order)
    return [(lot, figures(orders.get(lot.pk, []), lot.admitted))  # type: ignore[attr-defined]
            for lot in lots_of(framework)]  # fmt: skip


def grouped(orders: Iterable[Bought], *names: str) -> dict[tuple[Any, ...], Figures]:
    """The figures of orders by what they have in common, such as `year` and `currency`."""
    parts: dict[tuple[Any, ...], list[Bought]] = {}
    for order in orders:
        parts.setdefault(tuple(getattr(order, name) for name in names), []).append(order)
    return {name: figures(rows) for name, rows in sorted(parts.items())}


def answer(ref: str) -> dict[str, Any]:
    """The figures of a framework as other programs read them; raises Refused for an unknown one."""
    framework = Framework.objects.filter(ref=ref.strip().upper()).first()
    if framework is None:
        raise Refused(_("There is no framework agreement %(ref)s.") % {"ref": ref})
    lots = [
        {"lot": str(lot.number), **as_strings(found, plain(found.value, framework.currency))}
        for lot, found in by_lot(framework)
    ]
    return {"framework": framework.ref, "lots": lots}


def frameworks_of_lots(keys: Iterable[int]) -> dict[int, int]:
    """The framework of each lot of these frameworks, by keys."""
    return dict(Lot.objects.filter(framework__in=list(keys)).values_list("pk", "framework"))


def admitted_by_framework() -> dict[int, int]:
    """How many different vendors are admitted to each framework, by its key."""
    rows = Lot.objects.filter(memberships__state__in=MEMBERS).order_by().values("framework")
    counted = rows.annotate(count=Count("memberships__vendor", distinct=True))
    return dict(counted.values_list("framework", "count"))
