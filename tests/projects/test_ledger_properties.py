"""Whatever is posted, in whatever order, the invariants of the ledger hold: on a real database."""

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    invariant,
    rule,
    run_state_machine_as_test,
)

from core.refusals import Refused
from projects import funding, totals
from projects.accounts import OUTSIDE, ROUTES, Account, Kind
from projects.ledger_check import verify
from projects.models import Balance, Posting, PostingLine
from tests.factories import money
from tests.factories.undone import Undone

AMOUNTS = st.integers(1, 1000) | st.integers(1, 10**15)
KINDS = st.sampled_from([kind for kind in Kind.values if kind != Kind.REVERSAL])


class Ledger(Undone):
    """A ledger beside its model: a dictionary of balances and a list of what was posted."""

    posted = Bundle("posted")

    def build_up(self) -> None:
        self.project = money.project(self.cast, cost=10**17)
        self.model = dict.fromkeys(Account.values, 0)
        self.count, self.keys = 0, 0

    def look_back(self) -> None:
        verify()

    def post(self, kind: str, lines: list, key: str) -> Posting:
        causes = sorted(ROUTES[kind].caused_by) or ["nothing.at.all"]
        by = self.cast.recorder if ROUTES[kind].capacity else self.cast.authoriser
        with money.during(causes[0]), transaction.atomic():
            return funding.post(self.project, kind, lines, by=by, because="x", key=key)

    def possible(self, lines: list) -> bool:
        after = dict(self.model)
        for source, target, amount in lines:
            if source != OUTSIDE and after[source] < amount:
                return False
            after[source] -= amount
            after[target] += amount
        self.after = after
        return True

    def tell(self, lines: list) -> None:
        assert self.possible(lines)
        self.model, self.count = self.after, self.count + 1

    @rule(target=posted, kind=KINDS, amounts=st.lists(AMOUNTS, min_size=1, max_size=4))
    def post_something(self, kind, amounts):
        ways = ROUTES[kind].lines
        lines = [(*way, amount) for way, amount in zip(ways, amounts, strict=False)]
        self.keys += 1
        if not self.possible(lines):
            with pytest.raises(Refused):
                self.post(kind, lines, f"k{self.keys}")
            return None
        posting = self.post(kind, lines, f"k{self.keys}")
        self.tell(lines)
        return posting

    @rule(target=posted, kind=KINDS, part=st.integers(1, 100))
    def post_what_is_there(self, kind, part):
        """Some of what stands on the accounts that the kind takes from: usually possible."""
        lines = []
        for source, target in ROUTES[kind].lines:
            there = 10**9 if source == OUTSIDE else self.model[source]
            spoken_for = sum(line[2] for line in lines if line[0] == source)
            if amount := (there - spoken_for) * part // 100:
                lines.append((source, target, amount))
        if not lines:
            return None
        self.keys += 1
        posting = self.post(kind, lines, f"k{self.keys}")
        self.tell(lines)
        return posting

    @rule(posting=posted)
    def say_it_again(self, posting):
        if posting is not None:
            again = self.post(posting.kind, posting.ways(), posting.key)
            assert again == posting

    @rule(posting=posted, more=st.integers(1, 10))
    def say_something_else_with_its_key(self, posting, more):
        if posting is None:
            return
        source, target, amount = posting.ways()[0]
        with pytest.raises(Refused):
            self.post(posting.kind, [(source, target, amount + more)], posting.key)

    @rule(posting=posted)
    def undo(self, posting):
        if posting is None:
            return
        lines = [(target, source, amount) for source, target, amount in posting.ways()]
        undone = Posting.objects.filter(reverses=posting).exists()
        if undone or not self.possible(lines):
            with pytest.raises(Refused):
                funding.reverse(posting, by=self.second, because="x")
        else:
            funding.reverse(posting, by=self.second, because="x")
            self.tell(lines)

    @rule(account=st.sampled_from(Account.values), amount=st.integers(1, 10**9))
    def write_a_balance_by_hand(self, account, amount):
        row = Balance.objects.filter(project=self.project, account=account).first()
        if row is None:
            return
        sql = "UPDATE projects_balance SET amount = amount + %s WHERE id = %s"
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, [amount, row.pk])

    @invariant()
    def the_balances_are_what_was_posted(self):
        assert funding.balances(self.project) == self.model

    @invariant()
    def nothing_but_the_treasury_is_below_zero(self):
        assert min(n for account, n in self.model.items() if account != OUTSIDE) >= 0

    @invariant()
    def nothing_is_lost(self):
        assert sum(funding.balances(self.project).values()) == 0

    @invariant()
    def numbers_have_no_gap(self):
        numbers = Posting.objects.filter(project=self.project).order_by("number")
        assert list(numbers.values_list("number", flat=True)) == list(range(1, self.count + 1))

    @invariant()
    def what_came_in_is_where_it_may_be(self):
        inside = sum(amount for account, amount in self.model.items() if account != OUTSIDE)
        moved = funding.flows(self.project)
        out = moved.get(("approved", OUTSIDE), 0) + moved.get(("recovered", OUTSIDE), 0)
        assert inside == moved.get((OUTSIDE, "approved"), 0) - out


@pytest.mark.django_db
def test_the_ledger_keeps_its_invariants(cast):
    Ledger.cast = cast
    Ledger.second = cast.auditor
    money.grant(cast.auditor, "authoriser")
    run_state_machine_as_test(
        Ledger,
        settings=settings(
            max_examples=25, stateful_step_count=25, deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
    assert not PostingLine.objects.exists()
    assert totals.verify() == []
