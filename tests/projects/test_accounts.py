"""What may flow between a project's accounts, without any database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.accounts import (
    ROUTES,
    Account,
    Books,
    Kind,
    enough_accounted,
    holdback_share,
    lines_of,
    mirror,
    misrouted,
    opening_steps,
    release_lines,
)

AMOUNTS = st.integers(1, 10**15)


def test_every_kind_has_its_route():
    assert set(ROUTES) == set(Kind.values)


def test_every_route_stays_between_known_accounts():
    ways = {way for route in ROUTES.values() for way in route.lines}
    assert {account for way in ways for account in way} == set(Account.values)
    assert not [way for way in ways if way[0] == way[1]]


def test_nothing_comes_from_outside_but_an_approval():
    entering = [kind for kind, route in ROUTES.items() if ("outside", "approved") in route.lines]
    assert entering == ["approve"]


def test_only_a_named_step_or_role_causes_an_entry():
    assert not [k for k, route in ROUTES.items() if not route.caused_by and route.who is None]


def test_an_amount_takes_the_only_way():
    assert lines_of("spend", 5) == [("released", "spent", 5)]


def test_an_amount_is_not_enough_where_there_are_several_ways():
    with pytest.raises(ValueError, match="several ways"):
        lines_of("lapse", 5)


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("spend", ("committed", "spent", 5)),
        ("approve", ("outside", "released", 5)),
        ("approve", ("outside", "approved", 0)),
        ("approve", ("outside", "approved", -5)),
        ("approve", ("outside", "approved", 10**17 + 1)),
    ],
)
def test_a_line_that_its_kind_does_not_have_is_named(kind, line):
    assert misrouted(kind, [line]) == [line]


def test_the_same_way_twice_in_one_posting_is_named():
    line = ("outside", "approved", 5)
    assert misrouted("approve", [line, line]) == [line]


@given(AMOUNTS, st.integers(0, 100))
def test_holdback_and_the_rest_are_the_whole(amount, percent):
    lines = release_lines(amount, percent)
    assert sum(line[2] for line in lines) == amount
    assert misrouted("release", lines) == []


@pytest.mark.parametrize(
    ("amount", "percent", "share"), [(1005, 10, 100), (1015, 10, 102), (1, 10, 0), (7, 100, 7)]
)
def test_the_holdback_is_rounded_once_half_to_even(amount, percent, share):
    assert holdback_share(amount, percent) == share


@given(st.dictionaries(st.sampled_from(Account.values[1:7]), st.integers(0, 10**12)))
def test_a_running_project_opens_with_exactly_its_balances(opening):
    books = Books()
    for kind, lines in opening_steps(opening):
        assert misrouted(kind, lines) == []
        assert books.apply(kind, lines) == ""
    assert {a: n for a, n in books.balances.items() if n and a != "outside"} == {
        a: n for a, n in opening.items() if n
    }
    assert books.broken() == ""


def test_books_name_the_account_that_falls_below_zero():
    books = Books()
    assert books.apply("approve", [("outside", "approved", 5)]) == ""
    assert books.apply("reserve", [("approved", "reserved", 6)]) == "approved"


def test_a_mirror_leaves_the_books_as_they_were():
    books, lines = Books(), [("outside", "approved", 5)]
    books.apply("approve", lines)
    books.apply("reversal", mirror(lines))
    assert set(books.balances.values()) == {0}
    assert books.flows == {("outside", "approved"): 0}


def test_books_see_money_that_came_from_nowhere():
    books = Books()
    books.apply("approve", [("outside", "approved", 5)])
    books.balances["spent"] += 1
    assert books.broken() == "total"


def test_books_see_that_more_was_committed_than_reserved():
    books = Books()
    books.flows = {("reserved", "committed"): 5, ("approved", "reserved"): 4}
    assert books.broken() == "order"


@pytest.mark.parametrize(("accounted", "enough"), [(69, False), (70, True), (100, True)])
def test_seventy_percent_are_accounted_for(accounted, enough):
    flows = {("committed", "released"): 100, ("released", "spent"): accounted}
    assert enough_accounted(flows) == enough


def test_returned_money_counts_as_accounted_for_and_holdback_is_left_out():
    flows = {("committed", "released"): 100, ("committed", "held"): 900,
             ("released", "spent"): 40, ("released", "approved"): 30}  # fmt: skip
    assert enough_accounted(flows)


def test_nothing_released_is_accounted_for():
    assert enough_accounted({})
