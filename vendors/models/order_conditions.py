"""What must be true before an order takes a step: each with what is missing and where to ask."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import clock
from core.money import show
from core.refusals import requires
from projects import earmarks
from vendors import splitting
from vendors.models import barred, order_money
from vendors.models.purchase_limits import PurchaseLimits

RUNNING_STAGES = ("triaged", "business_case", "alpha", "beta", "live")
"""Stages of a project in which orders may be called off for it."""


def _day(day: date | None) -> str:
    return date_format(day, "SHORT_DATE_FORMAT") if day else "–"


@requires(_("Something that an order needs is missing."))
def complete(order: Any) -> list[str]:
    found = []
    if order.starts_on is None or order.ends_on is None:
        found.append(gettext("Set the first and the last day of the order."))
    if order.price_basis == "sprint" and not order.sprint_price:
        found.append(gettext("Set the fixed price of a sprint."))
    if order.price_basis == "time" and not order.rates.exists():
        found.append(gettext("Set a rate for at least one category of labour."))
    if order.product_owner_id is None:
        found.append(gettext("Name the product owner, who accepts the work."))
    if order.kind == "direct" and not order.reason.strip():
        found.append(gettext("Say why it is called off directly, without a competition."))
    return found


@requires(_("The vendor may take no new order."))
def vendor_may_supply(order: Any) -> list[str]:
    """Active in the lot, and not barred at this moment."""
    found = []
    membership = order.membership
    if membership is None or membership.lot_id != order.lot_id:
        found.append(gettext("The vendor is not a member of this lot."))
    elif not membership.in_force():
        found.append(
            gettext("The membership of %(vendor)s in lot %(lot)s is not in force (%(state)s): ask "
                    "the procurement officer of the framework.")
            % {"vendor": order.vendor, "lot": order.lot.number,
               "state": membership.get_state_display()}
        )  # fmt: skip
    return found + [str(reason) for reason in barred.reasons(order.vendor)]


@requires(_("The lot cannot be used now."))
def lot_usable(order: Any) -> list[str]:
    return [str(reason) for reason in order.lot.usable_reasons()]


@requires(_("A rate is higher than the lot allows."))
def rates_within(order: Any) -> list[str]:
    return over_maximum(order.lot, order.currency, (
        (rate.category, rate.rate) for rate in order.rates.select_related("category")
    ))  # fmt: skip


def over_maximum(lot: Any, currency: str, rates: Iterable[tuple[Any, int]]) -> list[str]:
    """A sentence for each rate, in minor units per hour, above the maximum of its category."""
    found = []
    for category, rate in rates:
        if category.lot_id != lot.pk:
            found.append(gettext("“%(category)s” is no category of this lot.")
                         % {"category": category})  # fmt: skip
        elif rate > category.max_rate:
            found.append(
                gettext("“%(category)s” costs %(rate)s an hour; the lot allows at most %(most)s.")
                % {"category": category, "rate": show(rate, currency),
                   "most": show(category.max_rate, currency)}
            )  # fmt: skip
    return found


@requires(_("Order, project and framework are not in the same currency."))
def one_currency(order: Any) -> list[str]:
    other = {order.project.currency, order.lot.framework.currency} - {order.currency}
    if not other:
        return []
    return [gettext("The order is in %(own)s, the project or the framework in %(other)s: amounts "
                    "of two currencies are never added. Call off from a framework in the project's "
                    "currency.")
            % {"own": order.currency, "other": ", ".join(sorted(other))}]  # fmt: skip


@requires(_("The days of the order do not fit the framework."))
def inside_framework(order: Any) -> list[str]:
    if order.starts_on is None or order.ends_on is None:
        return []  # said already
    return days_outside(order.lot.framework, order.starts_on, order.ends_on)


def days_outside(framework: Any, first: date, last: date) -> list[str]:
    """Why the days of an order do not fit a framework: it begins within, and may outlive it for
    as many days as the newest terms say."""
    found = []
    if framework.activated_on and first < framework.activated_on:
        found.append(gettext("The framework is in force since %(day)s; the order cannot begin "
                             "earlier.") % {"day": _day(framework.activated_on)})  # fmt: skip
    if framework.ends_on is None:
        return found
    if first > framework.ends_on:
        found.append(gettext("The framework ends on %(day)s; the order cannot begin later.")
                     % {"day": _day(framework.ends_on)})  # fmt: skip
    latest = latest_end(framework)
    if latest and last > latest:
        found.append(gettext("By the terms of the framework an order ends on %(day)s at the "
                             "latest.") % {"day": _day(latest)})  # fmt: skip
    return found


def latest_end(framework: Any) -> date | None:
    """The last day that an order of a framework may have, by its newest terms."""
    if framework.ends_on is None:
        return None
    terms = framework.newest_terms
    days = terms.outlive_days if terms else 0
    return framework.ends_on + timedelta(days=days)  # type: ignore[no-any-return]


@requires(_("The project takes no orders now."))
def project_runs(order: Any) -> list[str]:
    project = order.project
    if project.stage not in RUNNING_STAGES:
        said = {"stage": project.get_stage_display()}
        return [gettext("The project takes no orders in its stage “%(stage)s”.") % said]
    return [gettext("The project is on hold: %(reason)s") % {"reason": hold.reason}
            for hold in project.holds_active()]  # fmt: skip


def limits_of(order: Any) -> PurchaseLimits | None:
    """The thresholds that count for an order today; None where its currency has none."""
    found: PurchaseLimits | None = PurchaseLimits.objects.on(
        clock.today(order.institution), order.currency
    )
    return found


@requires(_("It cannot be called off directly: hold a competition."))
def may_be_direct(order: Any) -> list[str]:
    """Below the lot's threshold, and not a part of a purchase that is larger as a whole."""
    if order.kind != "direct":
        return []
    limits, below = limits_of(order), order.lot.orders_start_below
    if limits is None:
        return [gettext("No threshold of direct orders in %(currency)s is set: ask an "
                        "administrator.") % {"currency": order.currency}]  # fmt: skip
    if order.value >= below:
        said = {"below": show(below, order.currency), "lot": order.lot.number}
        return [gettext("From lot %(lot)s orders are direct below %(below)s only: hold a "
                        "competition.") % said]  # fmt: skip
    if order.value > limits.direct_up_to:
        said = {"most": show(limits.direct_up_to, order.currency)}
        return [gettext("Direct orders end at %(most)s: hold a competition.") % said]
    return [sentence(found, order) for found in linked(order) if found.refuses]


def linked(order: Any) -> list[splitting.Linked]:
    """What a direct order adds up to with others of its project or institution and its vendor."""
    limits = limits_of(order)
    if order.kind != "direct" or limits is None:
        return []
    others = type(order)._base_manager.filter(kind="direct", vendor=order.vendor_id)
    others = others.exclude(pk=order.pk or 0).exclude(state="withdrawn").order_by("pk")
    others = others.filter(currency=order.currency)
    since = clock.now() - timedelta(days=splitting.DAYS)
    near = others.filter(institution=order.institution_id, drafted_at__gte=since)
    return splitting.linked(
        order.value, limits.direct_up_to,
        project=_purchases(others.filter(project=order.project_id)), institution=_purchases(near),
    )  # fmt: skip


def _purchases(rows: Any) -> list[splitting.Purchase]:
    return [splitting.Purchase(*row) for row in rows.values_list("ref", "value")]


def sentence(found: splitting.Linked, order: Any) -> str:
    """What linked purchases say, in the reader's language."""
    said = {"refs": ", ".join(found.refs), "total": show(found.total, order.currency),
            "limit": show(found.limit, order.currency), "vendor": order.vendor}  # fmt: skip
    if found.refuses:
        text = gettext(
            "With %(refs)s, of the same project and vendor, it makes %(total)s; direct "
            "orders end at %(limit)s together. Hold a competition for the whole."
        )
        return text % said
    return gettext("Within twelve months the institution ordered directly from %(vendor)s: with "
                   "%(refs)s it makes %(total)s, more than %(limit)s. So the project's owner signs "
                   "too.") % said  # fmt: skip


def needs_cosigning(order: Any) -> list[str]:
    """Why the project's owner has to sign too, sentence by sentence; [] where the officer may."""
    limits, found = limits_of(order), []
    if limits is None:
        found.append(gettext("No limit of officers is set in %(currency)s, so the project's owner "
                             "signs too.") % {"currency": order.currency})  # fmt: skip
    elif order.value > limits.officer_up_to:
        said = {"most": show(limits.officer_up_to, order.currency)}
        found.append(gettext("An officer signs alone up to %(most)s, so the project's owner signs "
                             "too.") % said)  # fmt: skip
    return found + [sentence(row, order) for row in linked(order) if not row.refuses]


@requires(_("The project's owner has not signed yet."), who=_("owner"))
def cosigned(order: Any) -> list[str]:
    return [] if order.cosigned_by_id else needs_cosigning(order)


@requires(_("The vendor's representative has not signed yet."), who=_("vendor"))
def vendor_signed(order: Any) -> bool:
    return order.vendor_signed_by_id is not None


@requires(_("The vendor has signed already."), quiet=True)
def vendor_not_signed(order: Any) -> bool:
    return order.vendor_signed_by_id is None


@requires(_("Nobody has to sign beside the officer, or it is signed already."), quiet=True)
def cosigning_due(order: Any) -> bool:
    return order.cosigned_by_id is None and bool(needs_cosigning(order))


def undeclared(order: Any) -> list[Any]:
    """The people who take part and did not declare yet: officer, product owner, who signs too."""
    last = _last_words(order)
    return [person for person in _takes_part(order) if person.pk not in last]


def _takes_part(order: Any) -> list[Any]:
    owner = order.cosigned_by
    if owner is None and order.project_id and needs_cosigning(order):
        owner = order.project.owner
    people = [order.officer, order.product_owner, owner]
    return list({person.pk: person for person in people if person is not None}.values())


def _last_words(order: Any) -> dict[int, Any]:
    return {row.person_id: row for row in order.declarations.order_by("pk")}


@requires(_("Not everybody declared whether they have a conflict of interest."))
def declared(order: Any) -> list[str]:
    """The officer, the product owner, and the owner who signs too declare that they have none."""
    last = _last_words(order)
    found = []
    for person in _takes_part(order):
        row = last.get(person.pk)
        if row is None:
            found.append(gettext("%(person)s has not declared whether there is a conflict of "
                                 "interest.") % {"person": person})  # fmt: skip
        elif row.conflict:
            found.append(gettext("%(person)s declared a conflict of interest: somebody else has to "
                                 "take over.") % {"person": person})  # fmt: skip
    return found


@requires(_("The project's money does not bear it."), who=_("manager"))
def money_free(order: Any) -> list[str]:
    return earmarks.missing(order.project, order_money.gross(order))


@requires(_("No money of the project is set aside for it any more: fund it anew."))
def money_set_aside(order: Any) -> bool:
    found = earmarks.of(order)
    return found is not None and found.remaining >= order_money.gross(order)


@requires(_("The lot's ceiling does not bear it."))
def within_ceiling(order: Any) -> list[str]:
    return over_ceiling(order.lot, order.value, but=order.pk)


def over_ceiling(lot: Any, value: int, but: int | None = None) -> list[str]:
    """Why an order of a value, in minor units, does not fit under the ceiling of a lot."""
    left = lot.ceiling - order_money.ordered_from(lot, but=but)
    if value <= left:
        return []
    said = {"lot": lot.number, "ceiling": show(lot.ceiling, lot.currency),
            "left": show(max(left, 0), lot.currency),
            "value": show(value, lot.currency)}  # fmt: skip
    return [gettext("Of the ceiling of lot %(lot)s, %(ceiling)s, there is %(left)s left; the order "
                    "is of %(value)s. Order less, or ask the officer of the framework for another "
                    "lot.") % said]  # fmt: skip


@requires(_("The first day of the order has not come."))
def day_come(order: Any) -> list[str]:
    if order.starts_on is None or order.starts_on <= clock.today(order.institution):
        return []
    return [gettext("The order begins on %(day)s.") % {"day": _day(order.starts_on)}]


@requires(_("Something of the order still runs."))
def nothing_runs(order: Any) -> list[str]:
    found = [sentence for ask in order_money.still_running for sentence in ask(order)]
    if order.amendments.filter(state="proposed").exists():
        found.append(gettext("An amendment is proposed: confirm it or withdraw it first."))
    return [str(sentence) for sentence in found]


TO_FUND = [complete, vendor_may_supply, lot_usable, rates_within, one_currency, inside_framework,
           project_runs, may_be_direct, within_ceiling, money_free]  # fmt: skip
TO_SIGN = [complete, vendor_may_supply, lot_usable, rates_within, one_currency, inside_framework,
           project_runs, may_be_direct, money_set_aside, within_ceiling, vendor_signed, cosigned,
           declared]  # fmt: skip
