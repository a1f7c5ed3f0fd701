"""Vendors and records of orders by the thousand, written in bulk, for measuring their lists."""

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction

from core import clock, history
from core.models import Dossier, Institution
from oversight.demo.company import who
from projects.folding import fold
from vendors import naming
from vendors.models import Lot, Order, Vendor

PIECE = 2_000
FIELDS = ("Datos", "Redes", "Nube", "Diseño", "Software", "Sistemas", "Archivo", "Mapas")


def grow(size: int) -> None:
    """Bring vendors and orders to so many: vendors of a list, records of a framework's orders."""
    for numbers in pieces(size - Vendor.objects.count()):
        with transaction.atomic():
            vendors(numbers)
    for numbers in pieces(size - Order.objects.count()):
        with transaction.atomic():
            orders(numbers)


def pieces(missing: int) -> Iterable[range]:
    """The numbers that are missing, in pieces."""
    for start in range(0, missing, PIECE):
        yield range(start, min(start + PIECE, missing))


def vendors(numbers: range) -> None:
    """Vendors as an imported list leaves them, each with a case of its own."""
    by, now = who("officer"), clock.now()
    refs = Vendor.next_refs(len(numbers))
    cases = [Dossier(ref=ref, kind="vendor", opened_at=now) for ref in refs]
    for case in cases:
        case.seal = history.head_seal(case)
    Dossier.objects.bulk_create(cases, batch_size=500)
    names = [f"{FIELDS[n % len(FIELDS)]} del {n % 97} {ref}"
             for n, ref in zip(numbers, refs, strict=True)]  # fmt: skip
    Vendor.objects.bulk_create([
        Vendor(dossier=case, ref=case.ref, name=name, key=naming.key(name), country="MX",
               size=("micro", "small", "medium", "large")[n % 4], start_up=n % 3 == 0,
               region=f"Región {n % 32}", imported=True, registered_by=by, registered_at=now,
               state="active")
        for n, case, name in zip(numbers, cases, names, strict=True)
    ], batch_size=500)  # fmt: skip


def orders(numbers: range) -> None:
    """Records of orders, as an imported file leaves them."""
    by, now = who("officer"), clock.now()
    lots = list(Lot.objects.select_related("framework").order_by("pk")[:4])
    places = list(Institution.objects.order_by("pk"))
    known = list(Vendor.objects.order_by("pk")[: 4 * PIECE])
    made = []
    for n, ref in zip(numbers, Order.take_refs(len(numbers)), strict=True):
        lot, vendor = lots[n % len(lots)], known[n * 7 % len(known)]
        title, value = f"Servicio {n} de {FIELDS[n % len(FIELDS)]}", (n % 9973 + 10) * 10_000
        made.append(Order(
            ref=ref, kind=Order.Kind.HISTORICAL, lot=lot, vendor=vendor, title=title,
            institution=places[n % len(places)], currency=lot.framework.currency, value=value,
            original_value=value, against_ceiling=value, state="completed", drafted_by=by,
            drafted_at=now, signed_on=(now - timedelta(days=n % 900 + 30)).date(),
            outside_ref=f"bench-{ref}", folded=fold(f"{title} {vendor.name}"),
        ))  # fmt: skip
    Order.objects.bulk_create(made, batch_size=500)
