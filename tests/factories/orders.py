"""Orders as tests need them: a lot in force with a member, money of a project, and their steps.

`orders.at(cast, "signed")` is an order in a state, by its real road; `orders.rep(order)` is who
signs for its vendor.
"""

from datetime import date, timedelta
from types import SimpleNamespace

from django.db import transaction

from core import clock, history
from core.models import User
from core.steps import create, perform
from projects import earmarks
from projects.models import Project
from tests.factories import money, people, vendors
from tests.stock import stocked
from vendors import ordering
from vendors.models import (
    Framework,
    FrameworkTerms,
    LabourCategory,
    Lot,
    Membership,
    Order,
    TaxRule,
)

VALUE = 40_000_00
CEILING = 500_000_00
RATE = 900_00


def taxed(ppm: int = 0) -> None:
    """From long ago the tax of the default institution's country is so much: nothing, or more."""
    TaxRule.objects.create(country="MX", category="services", kind="added", name="IVA",
                           rate_ppm=ppm, effective_from=date(2020, 1, 1), at=clock.now(),
                           version=TaxRule.objects.count() + 1)  # fmt: skip


@stocked
@transaction.atomic
def framework(cast, *, currency: str = "MXN", days: int = 400, **fields) -> Framework:
    """A framework in force since a month, entered as it stands."""
    today, ref = clock.today(), Framework.next_ref()
    values = {
        "title": "Equipos ágiles", "institution": people.institution(), "currency": currency,
        "closes_on": today - timedelta(days=60), "ends_on": today + timedelta(days=days),
        "standstill_until": today - timedelta(days=40), "opened_on": today - timedelta(days=90),
        "activated_on": today - timedelta(days=30), "drafted_by": cast.officer, "state": "active",
    }  # fmt: skip
    row = Framework(ref=ref, dossier=history.open_dossier("framework", ref), **values | fields)
    create(row, by=cast.officer)
    FrameworkTerms.objects.create(framework=row, number=1, text="Las partes acuerdan.",
                                  written_by=cast.officer, written_at=clock.now())  # fmt: skip
    return row


@stocked
def lot(cast, row: Framework | None = None, *, ceiling: int = CEILING, **fields) -> Lot:
    """A lot with two categories of labour, from which orders are direct below 450,000.00."""
    row = row or framework(cast)
    values = {"title": "Desarrollo", "ceiling": ceiling, "orders_start_below": 450_000_00,
              "least_vendors": 1, "number": row.lots.count() + 1, **fields}  # fmt: skip
    made = Lot.objects.create(framework=row, **values)
    for code, name, rate in (("dev", "Developer", 1_000_00), ("ux", "Designer", 800_00)):
        LabourCategory.objects.create(lot=made, code=code, name=name, max_rate=rate)
    return made


@stocked
@transaction.atomic
def member(cast, row: Lot | None = None, name: str = "Sistemas del Norte, S.A. de C.V.",
           **fields) -> Membership:  # fmt: skip
    """A vendor in force in a lot, with a manager and a biller."""
    row = row or lot(cast)
    made = vendors.vendor(cast, name)
    vendors.representative(made, f"gerente{made.pk}", name=f"Gerente {made.pk}")
    vendors.representative(made, f"cobranza{made.pk}", "billing")
    values = {"state": "active", "active_since": row.framework.activated_on,
              "begun_by": cast.officer, "begun_at": clock.now(), "saved_at": clock.now(),
              **fields}  # fmt: skip
    return create(Membership(lot=row, vendor=made, **values), by=cast.officer)


@stocked
def funds(cast, amount: int = 100_000_00, *, drawn: bool = True, **fields) -> Project:
    """A project with a product owner and so much committed, all of it released or none."""
    fields = {"product_owner": cast.product, "tier": money.tier(holdback=0), **fields}
    tranche = money.committed(cast, amount, **fields)
    project = (money.drawn(cast, tranche) if drawn else tranche).project
    return Project.objects.get(pk=project.pk)


def values(**said) -> dict:
    today = clock.today()
    return {"title": "Portal de citas", "description": "Un portal en línea.", "value": VALUE,
            "reason": "Solo un proveedor puede empezar este mes.", "starts_on": today,
            "ends_on": today + timedelta(days=120), "price_basis": "time", **said}  # fmt: skip


def rates(row: Lot, rate: int = RATE) -> list:
    return [(row.categories.get(code="dev"), rate, 40)]


@stocked
def draft(cast, *, project: Project | None = None, membership: Membership | None = None,
          **said) -> Order:  # fmt: skip
    """A direct order drafted by the officer."""
    project = project or funds(cast)
    membership = membership or member(cast)
    said = values(**said)
    priced = rates(membership.lot) if said["price_basis"] == "time" else []
    return ordering.draft(project, membership, said, priced, by=cast.officer)


@stocked
def awarded(cast, *, project: Project | None = None, membership: Membership | None = None,
            value: int = VALUE, ref: str = "C-000001", **said) -> Order:  # fmt: skip
    """A draft as the award of a competition makes it."""
    project = project or funds(cast)
    membership = membership or member(cast)
    with money.during("procurement.competition.award"):
        return ordering.draft_from_award(
            competition_ref=ref, project=project, membership=membership, value=value,
            rates=rates(membership.lot), terms=values(**said), by=cast.officer, because=ref,
        )  # fmt: skip


def rep(order) -> User:
    """Who signs for the vendor of an order, a membership or an amendment's order."""
    vendor = getattr(order, "order", order).vendor
    return vendor.seats.filter(role="manager", ends_at=None).first().user


@stocked
def funded(cast, order: Order) -> Order:
    return perform(order, "fund", by=cast.manager)


@stocked
def declared(cast, order: Order) -> Order:
    """The officer, the product owner and the project's owner declare that they have no conflict."""
    for person in (cast.officer, cast.product, cast.owner):
        ordering.declare(order, by=person)
    return fresh(order)


@stocked
def signed(cast, order: Order) -> Order:
    """Funded, signed by both sides, by the owner too where the value asks for it."""
    if order.state == "draft":
        order = funded(cast, order)
    order = declared(cast, perform(order, "sign_for_vendor", by=rep(order)))
    if order.needs_cosigning():
        order = perform(order, "cosign", by=cast.owner)
    return perform(order, "sign", by=cast.officer)


STATES = ("draft", "funded", "signed", "delivering", "completed", "terminated", "withdrawn")


@stocked
def at(cast, state: str, **said) -> Order:
    """An order in a state, by its real road; `project=`, `membership=` and fields as in `draft`."""
    order = draft(cast, **said)
    if state == "withdrawn":
        return perform(order, "withdraw", by=cast.officer, because="Ya no hace falta.")
    if state == "draft":
        return order
    order = funded(cast, order)
    if state == "funded":
        return order
    order = signed(cast, order)
    if state == "terminated":
        return perform(order, "terminate", by=cast.officer, because="No respondió.")
    if state == "signed":
        return order
    order = perform(order, "begin", by=cast.product)
    if state == "completed":
        return perform(order, "complete", by=cast.officer)
    return order


@stocked
@transaction.atomic
def historical(cast, row: Lot | None = None, vendor=None, **said) -> Order:
    row = row or lot(cast)
    said = {"lot": row, "vendor": vendor or vendors.vendor(cast, "Histórica, S.A."),
            "institution": people.institution(), "title": "Un pedido de antes",
            "value": 10_000_00, "currency": row.framework.currency,
            "signed_on": clock.today() - timedelta(days=700), "state": "completed",
            **said}  # fmt: skip
    return ordering.record_historical(said, by=cast.officer)


@stocked
def proposed(cast, order: Order, more: int = 0, days: int = 0, **said):
    """An amendment proposed by the officer, of the value or the last day."""
    said = {"value_change": more, "text": "Más historias.", "reason": "El alcance creció.",
            "new_ends_on": order.ends_on + timedelta(days=days) if days else None,
            **said}  # fmt: skip
    return ordering.propose_amendment(order, said, by=cast.officer)


@stocked
def amended(cast, order: Order, more: int = 0, days: int = 0) -> Order:
    row = proposed(cast, order, more, days)
    row = perform(row, "sign_for_vendor", by=rep(row))
    perform(row, "confirm", by=cast.owner)
    return fresh(order)


def money_of(order: Order) -> SimpleNamespace:
    """What stands on its earmark and is free in its project."""
    found = earmarks.of(order)
    return SimpleNamespace(remaining=found.remaining if found else 0,
                           free=earmarks.free(order.project))  # fmt: skip


def fresh(row):
    return type(row)._default_manager.get(pk=row.pk)
