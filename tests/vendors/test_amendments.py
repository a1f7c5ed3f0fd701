"""Amendments: numbered, by two people and the vendor, counted, summed and flagged."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from core import clock
from core.refusals import Denied, Refused
from core.steps import blockers, perform, step
from projects import earmarks
from tests.factories import orders
from vendors import ordering
from vendors.models import OrderAmendment, order_money
from vendors.models.amendment import flags

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _untaxed(db):
    """Figures stay plain: no tax, but where a test enters one."""
    orders.taxed(0)


@pytest.fixture
def order(cast):
    return orders.at(cast, "signed")


def missing(row) -> str:
    return " ".join(blockers(row, step(row, "confirm"))).replace("\xa0", " ")


def test_the_order_the_earmark_and_the_ceiling_follow(cast, order):
    order = orders.amended(cast, order, more=5_000_00, days=30)
    assert (order.value, order.against_ceiling) == (45_000_00, 45_000_00)
    assert earmarks.of(order).amount == 45_000_00
    assert order.ends_on == order.original_ends_on + timedelta(days=30)
    assert (order.original_value, order.growth) == (40_000_00, 5_000_00)
    row = order.amendments.get()
    assert (row.number, row.value_before, row.ends_on_before) == (
        1, 40_000_00, order.original_ends_on,
    )  # fmt: skip
    order = orders.amended(cast, order, more=-6_000_00)
    assert (order.value, earmarks.of(order).amount) == (39_000_00, 39_000_00)
    assert list(order.amendments.values_list("number", flat=True)) == [1, 2]


def test_it_takes_two_people_and_the_vendor(cast, order):
    row = orders.proposed(cast, order, more=1_00)
    with pytest.raises(Denied, match="Never who proposed"):
        perform(row, "confirm", by=cast.officer)
    with pytest.raises(Refused, match="representative has not signed"):
        perform(row, "confirm", by=cast.owner)
    row = perform(row, "sign_for_vendor", by=orders.rep(row))
    assert perform(row, "confirm", by=cast.officer2).confirmed_by == cast.officer2


def test_growth_of_a_fifth_is_flagged_and_goes_to_the_owner(cast, order):
    orders.amended(cast, order, more=7_999_99)
    row = orders.proposed(cast, orders.fresh(order), more=1)
    assert row.flags() == ["With all its amendments it costs 20 percent more than when it was "
                           "signed."]  # fmt: skip
    row = perform(row, "sign_for_vendor", by=orders.rep(row))
    with pytest.raises(Denied, match="one that is flagged, the owner"):
        perform(row, "confirm", by=cast.officer2)
    assert perform(row, "confirm", by=cast.owner).state == "in_force"


def test_the_third_extension_is_flagged(cast, order):
    for number in range(3):
        row = orders.proposed(cast, orders.fresh(order), days=10)
        assert bool(row.flags()) == (number == 2)
        row = perform(row, "sign_for_vendor", by=orders.rep(row))
        perform(row, "confirm", by=cast.owner)
    shorter = orders.proposed(cast, orders.fresh(order), days=-5)
    assert shorter.flags() == []


def test_flags_are_counted_from_the_first_value(order):
    assert flags(order, growth=7_999_99, extensions=2) == []
    assert len(flags(order, growth=8_000_00, extensions=3)) == 2


def test_the_projects_money_and_the_ceiling_bear_it(cast):
    row = orders.lot(cast, ceiling=45_000_00)
    order = orders.at(cast, "signed", membership=orders.member(cast, row))
    amendment = orders.proposed(cast, order, more=60_000_01)
    text = missing(amendment)
    assert "60,000.01 MXN would be set aside, 0.01 MXN too much" in text
    assert "ceiling of lot 1" in text


def test_the_direct_threshold_holds_for_what_it_becomes(cast):
    row = orders.lot(cast, orders_start_below=45_000_00)
    order = orders.at(cast, "signed", membership=orders.member(cast, row))
    assert "direct below" in missing(orders.proposed(cast, order, more=5_000_00))
    assert order.value == orders.VALUE


def test_it_is_never_less_than_what_is_paid_accepted_or_under_way(cast, order):
    def ask(_order):
        return 30_000_00

    order_money.still_owed.append(ask)
    try:
        row = orders.proposed(cast, order, more=-10_000_01)
        assert "30,000.00 MXN of it is paid, accepted or under way" in missing(row)
    finally:
        order_money.still_owed.remove(ask)


@pytest.mark.parametrize(("days", "words"), [(-200, "over already"), (461, "at the latest")])
def test_its_last_day_fits(cast, order, days, words):
    assert words in missing(orders.proposed(cast, order, days=days))


@pytest.mark.parametrize("wrong", [{"text": ""}, {"reason": " "}])
def test_it_says_what_and_why(cast, order, wrong):
    with pytest.raises(Refused, match="Say what changes, and why"):
        orders.proposed(cast, order, more=1, **wrong)


def test_one_waits_at_a_time(cast, order):
    orders.proposed(cast, order, more=1)
    with pytest.raises(Refused, match="Another amendment"):
        orders.proposed(cast, order, more=2)
    with pytest.raises(IntegrityError), transaction.atomic():
        OrderAmendment.objects.create(order=order, number=9, text="x", reason="x",
                                      proposed_by=cast.officer)  # fmt: skip


@pytest.mark.parametrize("state", ["draft", "funded", "completed", "terminated", "withdrawn"])
def test_only_running_orders_are_amended(cast, state):
    with pytest.raises(Refused, match="moved on"):
        orders.proposed(cast, orders.at(cast, state), more=1)


def test_historical_records_are_not_amended(cast):
    row = orders.historical(cast, state="signed")
    with pytest.raises(Refused, match="historical record"):
        ordering.propose_amendment(row, {"text": "x", "reason": "y"}, by=cast.officer)


def test_what_waits_falls_with_the_order(cast, order):
    row = orders.proposed(cast, order, more=1)
    perform(orders.fresh(order), "terminate", by=cast.officer, because="x")
    assert orders.fresh(row).state == "withdrawn"


def test_an_order_that_waits_for_an_amendment_is_not_completed(cast):
    order = orders.at(cast, "delivering")
    orders.proposed(cast, order, more=1)
    with pytest.raises(Refused, match="amendment is proposed"):
        perform(order, "complete", by=cast.officer)


def test_more_is_not_ordered_from_a_framework_that_is_long_over(cast, order):
    row = orders.proposed(cast, order, days=30)
    row = perform(row, "sign_for_vendor", by=orders.rep(row))
    with clock.move(timedelta(days=10)):
        assert perform(row, "confirm", by=cast.owner).state == "in_force"
