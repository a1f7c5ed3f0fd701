"""Acting on orders: drafting, changing drafts, declaring interests, proposing amendments.

Everything here holds the project's case first, as every step does.
"""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, history, turns
from core.models import User
from core.refusals import Refused
from core.steps import allow, create
from vendors import permissions_orders as who
from vendors.models import Order, OrderAmendment, OrderDeclaration, OrderRate, PurchaseLimits
from vendors.models import order_conditions as only_if
from vendors.models.purchase_limits import CASE

Rates = Iterable[tuple[Any, int, int | None]]
"""Category of labour, rate in minor units per hour, hours foreseen."""

FIELDS = ("title", "description", "reason", "value", "price_basis", "sprint_price", "sprint_days",
          "quality_plan", "starts_on", "ends_on", "product_owner")  # fmt: skip
"""What a draft says; the rest follows from project and membership, or from the steps."""
BOUND = tuple(name for name in FIELDS if name not in ("starts_on", "ends_on", "product_owner"))
"""What an order takes over from the award of a competition, and keeps."""
OPEN = ("draft", "funded")


@transaction.atomic
def draft(project: Any, membership: Any, values: dict[str, Any], rates: Rates = (), *, by: User,
          because: str = "") -> Order:  # fmt: skip
    """Draft a direct order: `values` by the names in `FIELDS`, amounts in minor units.

    Raises Denied for anybody but a procurement officer; Refused, with every reason, for a vendor
    that may take no new order, a lot that cannot be used, rates above its maxima, currencies that
    differ, or where the purchase has to be open to competition.
    """
    history.lock(project.dossier)
    allow(who.drafts_orders, project, by)
    order = new_order(project, membership, values, by=by, kind=Order.Kind.DIRECT)
    rates = list(rates)
    if reasons := at_once(order, rates):
        raise Refused(*reasons)
    return _create(order, rates, by, because)


@transaction.atomic
def draft_from_award(  # noqa: PLR0913 -- what an award says, each by name
    *, competition_ref: str, project: Any, membership: Any, value: int, rates: Rates,
    terms: dict[str, Any], by: User, because: str,
) -> Order:  # fmt: skip
    """Draft the order that an award makes; to be called in a step of the competition.

    `terms` are further values by the names in `FIELDS`, with `title` at least. Raises Denied
    outside such a step, Refused where the vendor may take no new order or a rate is too high.
    """
    history.lock(project.dossier)
    allow(who.follows_award, project, by)
    values = {**terms, "value": value}
    order = new_order(project, membership, values, by=by, kind=Order.Kind.COMPETITION)
    order.competition_ref = competition_ref
    rates = list(rates)
    if reasons := at_once(order, rates):
        raise Refused(*reasons)
    return _create(order, rates, by, because)


def new_order(project: Any, membership: Any, values: dict[str, Any], *, by: User,
              kind: str) -> Order:  # fmt: skip
    """An order as these values would make it, not saved: what foretells its checks."""
    lot = membership.lot
    order = Order(project=project, membership=membership, vendor=membership.vendor, lot=lot,
                  institution=project.institution, currency=lot.framework.currency, kind=kind,
                  officer=by, drafted_by=by, drafted_at=clock.now())  # fmt: skip
    _fill(order, {"product_owner": project.product_owner, **values})
    return order


def changed(order: Order, values: dict[str, Any]) -> Order:
    """A draft as these values would change it, not saved: what foretells its checks."""
    order = Order._base_manager.select_related(*Order.step_related).get(pk=order.pk)
    _fill(order, values)
    return order


def _fill(order: Order, values: dict[str, Any]) -> None:
    for name in FIELDS:
        if name in values and values[name] is not None:
            setattr(order, name, values[name])
    if not order.title.strip() or not order.value or order.value <= 0:
        raise Refused(_("Give the order a title and a value."))


def at_once(order: Order, rates: Rates) -> list[str]:
    """What speaks against an order already when it is drafted, sentence by sentence."""
    ask = (only_if.vendor_may_supply, only_if.lot_usable, only_if.one_currency,
           only_if.may_be_direct)  # fmt: skip
    found = [sentence for condition in ask for sentence in condition(order)]
    pairs = [(category, rate) for category, rate, _hours in rates]
    return found + only_if.over_maximum(order.lot, order.currency, pairs)


def foretold(order: Order, rates: Rates) -> tuple[list[str], list[str]]:
    """What will speak against an order that is being written, and what will be asked besides.

    The first are refused, now or when the project's money is set aside; the second are warnings:
    linked purchases and who signs too.
    """
    later = (only_if.inside_framework, only_if.project_runs, only_if.within_ceiling,
             only_if.money_free)  # fmt: skip
    against = at_once(order, list(rates))
    against += [str(sentence) for condition in later for sentence in condition(order)]
    return against, only_if.needs_cosigning(order)


def _create(order: Order, rates: Rates, by: User, because: str) -> Order:
    order.ref = Order.take_refs()[0]
    said = {"ref": order.ref, "value": order.value, "vendor": order.vendor.ref, "kind": order.kind}
    made = create(order, by=by, because=because, details=said)
    _save_rates(made, rates)
    turns.refresh(made)  # now that it has its rates
    return made


def _kept(order: Order) -> list[tuple[Any, int, int | None]]:
    return [(row.category, row.rate, row.hours) for row in order.rates.select_related("category")]


def _save_rates(order: Order, rates: Rates) -> None:
    kept = set()
    for category, rate, hours in rates:
        row, _new = OrderRate.objects.update_or_create(
            order=order, category=category, defaults={"rate": rate, "hours": hours}
        )
        kept.add(row.pk)
    order.rates.exclude(pk__in=kept).delete()


def _keep_the_award(order: Order, before: dict[str, Any], rates: Rates) -> None:
    """An order from a competition keeps what the award fixed: only its days and who accepts."""
    if order.kind != Order.Kind.COMPETITION:
        return
    known = set(order.rates.values_list("category", "rate", "hours"))
    same = {(category.pk, rate, hours) for category, rate, hours in rates} == known
    if not same or any(getattr(order, name) != before[name] for name in BOUND):
        raise Refused(_("What the award fixed stays as it was bid: only the days and the product "
                        "owner of this order are set here."))  # fmt: skip


@transaction.atomic
def edit(order: Order, values: dict[str, Any], rates: Rates | None, *, by: User) -> Order:
    """Change a draft; its rates stay as they are where `rates` is None.

    Raises Denied for others than officers, Refused once it is funded.
    """
    order = _held(order, ("draft",))
    allow(who.edits_orders, order, by)
    before = {name: getattr(order, name) for name in FIELDS}
    _fill(order, values)
    rates = _kept(order) if rates is None else list(rates)
    _keep_the_award(order, before, rates)
    if reasons := at_once(order, rates):
        raise Refused(*reasons)
    order.save()
    _save_rates(order, rates)
    changed = [name for name in FIELDS if getattr(order, name) != before[name]]
    history.record("vendors.order.edit", order, by=by, details={"changed": changed})
    turns.refresh(order)
    return order


@transaction.atomic
def declare(order: Order, conflict: str = "", *, by: User) -> OrderDeclaration:
    """Declare what conflict of interest one has in an order; empty means none.

    The newest word of a person counts. Raises Denied for who takes no part in it, Refused once the
    order is signed.
    """
    order = _held(order, OPEN)
    allow(who.declares, order, by)
    capacity = OrderDeclaration.Capacity.OFFICER
    if by.pk == order.product_owner_id:
        capacity = OrderDeclaration.Capacity.PRODUCT_OWNER
    elif order.project and by.pk == order.project.owner_id:
        capacity = OrderDeclaration.Capacity.SIGNER
    row = OrderDeclaration.objects.create(
        order=order, person=by, capacity=capacity, conflict=conflict.strip(),
        declared_at=clock.now(),
    )  # fmt: skip
    said = {"takes_part_as": row.capacity, "conflict": row.conflict}
    history.record("vendors.order.declare", order, by=by, details=said)
    turns.refresh(order)
    return row


@transaction.atomic
def hand_over(order: Order, *, officer: User | None = None, product_owner: User | None = None,
              by: User, because: str) -> Order:  # fmt: skip
    """Let another officer answer for an order that is not signed, or name another product owner.

    Raises Denied for others than officers, Refused without a reason or once the order is signed.
    """
    order = _held(order, OPEN)
    allow(who.edits_orders, order, by)
    if not because.strip():
        raise Refused(_("Say why somebody else takes over."))
    if officer is not None:
        allow(who.drafts_orders, order, officer)
        order.officer = officer
    order.product_owner = product_owner or order.product_owner
    order.save(update_fields=["officer", "product_owner", "folded"])
    said = {"officer": order.officer_id, "product_owner": order.product_owner_id}
    history.record("vendors.order.hand_over", order, by=by, because=because, details=said)
    turns.refresh(order)
    return order


@transaction.atomic
def propose_amendment(order: Order, values: dict[str, Any], *, by: User) -> OrderAmendment:
    """Propose a change of a signed order: `value_change` in minor units, `new_ends_on`, `text`,
    `reason`. The vendor signs it and a second person confirms it.

    Raises Denied for others than officers and the project's manager; Refused where the order does
    not run, another amendment waits, nothing changes, or no reason is given.
    """
    order = _held(order, ("signed", "delivering"))
    allow(who.proposes_amendments, order, by)
    if order.project_id is None:
        raise Refused(_("A historical record is not amended."))
    if order.amendments.filter(state="proposed").exists():
        raise Refused(_("Another amendment is proposed: confirm it or withdraw it first."))
    if not values.get("reason", "").strip() or not values.get("text", "").strip():
        raise Refused(_("Say what changes, and why."))
    last = order.amendments.order_by("-number").values_list("number", flat=True).first() or 0
    row = OrderAmendment(order=order, number=last + 1, proposed_by=by, **values)
    if row.new_ends_on == order.ends_on:
        row.new_ends_on = None
    said = {"number": row.number, "value_change": row.value_change,
            "new_ends_on": str(row.new_ends_on or ""), "text": row.text}  # fmt: skip
    return create(row, by=by, because=row.reason, details=said)


@transaction.atomic
def record_historical(values: dict[str, Any], *, by: User, because: str = "") -> Order:
    """Record an order that was placed before, or outside, this system: it asks nothing of a
    project, and counts in the figures of its lot.

    `values` are the order's fields: lot, vendor, institution, title, value, currency, signed_on,
    and `state` signed, completed or terminated; `outside_ref` is its number at its source.
    """
    history.lock(values["lot"].framework.dossier)
    allow(who.records_history, values["lot"], by)
    order = Order(ref=Order.take_refs()[0], kind=Order.Kind.HISTORICAL, drafted_by=by,
                  drafted_at=clock.now(), **values)  # fmt: skip
    order.original_value = order.against_ceiling = order.value
    order.shown_to_vendor = True
    said = {"ref": order.ref, "value": order.value, "vendor": order.vendor.ref,
            "outside_ref": order.outside_ref}  # fmt: skip
    return create(order, by=by, because=because, details=said)


@transaction.atomic
def set_limits(values: dict[str, Any], *, by: User, because: str) -> PurchaseLimits:
    """Add a version of the thresholds of a currency: `currency`, `direct_up_to`, `officer_up_to`
    in minor units, `from_day`. Raises Denied for others than administrators, Refused for a day
    that is over or without a reason."""
    allow(who.sets_limits, None, by)
    if not because.strip():
        raise Refused(_("Say why the limits change."))
    if values["from_day"] < clock.today():
        raise Refused(_("Limits take effect today or later: what was decided stays as it was."))
    case = history.standing_dossier("settings", CASE)
    history.lock(case)
    row = PurchaseLimits.objects.create(set_by=by, set_at=clock.now(), because=because, **values)
    said = {name: str(value) for name, value in values.items()}
    history.record("vendors.purchaselimits.set", row, by=by, because=because, details=said)
    return row


def _held(order: Order, states: tuple[str, ...]) -> Order:
    """The order as it stands under the lock of its case, in one of the states."""
    history.lock(order.dossier)
    rows = Order._base_manager.select_for_update(of=("self",)).select_related(*Order.step_related)
    order = rows.get(pk=order.pk)
    if order.state not in states:
        raise Refused(_("This has moved on since you opened the page."))
    return order
