"""Orders in any order: never more set aside than there is, never more ordered than the ceiling."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    invariant,
    rule,
    run_state_machine_as_test,
)

from core.refusals import Denied, Refused
from core.steps import perform
from projects import earmarks, funding
from projects.ledger_check import verify
from projects.models import Earmark
from tests.factories import money, orders
from tests.factories.undone import Undone
from vendors.models import Order, OrderAmendment, order_money

VALUES = st.sampled_from([1, 10_000_00, 25_000_00, 40_000_00, 70_000_00])
WHICH = st.integers(0, 30)


class Orders(Undone):
    """A project with money, a lot with a ceiling, and orders that come, change and go."""

    def build_up(self) -> None:
        self.project = orders.funds(self.cast, 150_000_00)
        self.lot = orders.lot(self.cast, ceiling=120_000_00)
        self.membership = orders.member(self.cast, self.lot)
        self.rep = orders.rep(self.membership)
        self.payments = 0

    def look_back(self) -> None:
        verify(self.project.ref)

    def tried(self, row, name, by) -> bool:
        """Take a step; whether the rules let it pass."""
        try:
            perform(row, name, by=by, because="so")
        except (Refused, Denied):
            return False
        return True

    def one(self, which: int, *states: str):
        rows = list(Order.objects.filter(state__in=states).order_by("pk"))
        return rows[which % len(rows)] if rows else None

    @rule(value=VALUES)
    def call_off(self, value):
        order = orders.awarded(self.cast, project=self.project, membership=self.membership,
                               value=value)  # fmt: skip
        self.tried(order, "fund", self.cast.manager)

    @rule(which=WHICH)
    def sign(self, which):
        if order := self.one(which, "funded"):
            self.tried(order, "sign_for_vendor", self.rep)
            orders.declared(self.cast, order)
            self.tried(order, "sign", self.cast.officer)

    @rule(which=WHICH)
    def begin(self, which):
        if order := self.one(which, "signed"):
            self.tried(order, "begin", self.cast.product)

    @rule(which=WHICH, more=st.integers(-50_000_00, 60_000_00))
    def amend(self, which, more):
        order = self.one(which, "signed", "delivering")
        if order and not order.amendments.filter(state="proposed").exists():
            row = orders.proposed(self.cast, order, more=more)
            self.tried(row, "sign_for_vendor", self.rep)
            if not self.tried(row, "confirm", self.cast.owner):
                self.tried(row, "refuse", self.cast.owner)

    @rule(which=WHICH, part=st.integers(1, 4))
    def pay(self, which, part):
        order = self.one(which, "signed", "delivering", "completed", "terminated")
        found = earmarks.of(order) if order else None
        amount = found.remaining // part if found else 0
        if amount:
            self.payments += 1
            with money.during("vendors.invoice.pay"):
                funding.post(self.project, "spend", amount, by=self.cast.recorder, because="I",
                             key=f"i:{self.payments}")  # fmt: skip
                earmarks.use(order, amount, by=self.cast.recorder)

    @rule(which=WHICH, name=st.sampled_from(["withdraw", "take_back", "complete", "terminate"]))
    def end(self, which, name):
        states = {"complete": ["delivering"], "terminate": ["signed", "delivering"],
                  "withdraw": ["draft", "funded"], "take_back": ["funded"]}[name]  # fmt: skip
        if order := self.one(which, *states):
            self.tried(order, name, self.cast.officer)

    @invariant()
    def no_more_is_bound_than_there_is(self):
        there = funding.balances(self.project)
        assert earmarks.bound(self.project) <= there["committed"] + there["released"]
        for row in Earmark.objects.all():
            assert 0 <= row.used <= row.amount

    @invariant()
    def no_more_is_ordered_than_the_ceiling(self):
        assert order_money.ordered_from(self.lot) <= self.lot.ceiling
        running = Order.objects.filter(state__in=("signed", "delivering"))
        assert all(order.against_ceiling == order.value for order in running)

    @invariant()
    def earmarks_follow_their_orders(self):
        for order in Order.objects.all():
            found = earmarks.of(order)
            if order.state in ("funded", "signed", "delivering"):
                assert found.amount - found.used == order.value - found.used
            else:
                assert found is None or found.closed_at is not None

    @invariant()
    def value_is_what_amendments_made_of_it(self):
        for order in Order.objects.filter(state__in=("signed", "delivering")):
            rows = OrderAmendment.objects.filter(order=order, state="in_force")
            assert order.value == order.original_value + sum(row.value_change for row in rows)


@pytest.mark.django_db
def test_orders_in_any_order(cast):
    orders.taxed(0)
    Orders.cast = cast
    run_state_machine_as_test(
        Orders,
        settings=settings(max_examples=12, stateful_step_count=14, deadline=None,
                          suppress_health_check=list(HealthCheck)),
    )  # fmt: skip
