"""Concentration: the figures against a naive model, exactly, and as the command answers them."""

import json
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

import pytest
from django.core.management import call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import clock
from core.steps import perform
from tests.factories import frameworks as made
from tests.factories import people
from vendors import buying, ordering
from vendors.concentration import Bought, as_strings, figures, first_orders, rounded

SIZES = ("", "micro", "small", "medium", "large")
orders = st.lists(
    st.builds(Bought, vendor=st.integers(1, 6), value=st.integers(0, 10**15),
              size=st.sampled_from(SIZES), start_up=st.booleans(), first_time=st.booleans()),
    max_size=25,
)  # fmt: skip


def naive(value: Fraction, places: int) -> str:
    with localcontext() as context:
        context.prec = 200
        exact = Decimal(value.numerator) / Decimal(value.denominator)
        return str(exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(orders)
def test_the_figures_are_those_of_a_naive_model(rows):
    found = as_strings(figures(rows, admitted=3), "x")
    total = sum(row.value for row in rows)
    sums = sorted((sum(row.value for row in rows if row.vendor == vendor)
                   for vendor in {row.vendor for row in rows}), reverse=True)  # fmt: skip
    assert (found["admitted"], found["with_orders"], found["orders"]) == (
        "3", str(len(sums)), str(len(rows))
    )  # fmt: skip
    names = ("top1_share", "top4_share", "hhi", "small_share", "startup_share", "first_time_share")
    if not total:
        assert [found[name] for name in names] == [None] * 6
        return
    parts = {
        "top1_share": sums[0], "top4_share": sum(sums[:4]),
        "small_share": sum(row.value for row in rows if row.size in ("micro", "small")),
        "startup_share": sum(row.value for row in rows if row.start_up),
        "first_time_share": sum(row.value for row in rows if row.first_time),
    }  # fmt: skip
    for name, part in parts.items():
        assert found[name] == naive(Fraction(part, total), 6)
    hhi = sum(Fraction(part * 100, total) ** 2 for part in sums)
    assert found["hhi"] == naive(hhi, 2)
    assert 0 < Decimal(found["hhi"]) <= 10_000


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [(Fraction(1, 2), 0, "1"), (Fraction(5, 1000), 2, "0.01"), (Fraction(1, 3), 6, "0.333333"),
     (Fraction(2, 3), 6, "0.666667"), (Fraction(1, 2_000_000), 6, "0.000001"),
     (Fraction(1), 6, "1.000000"), (Fraction(0), 2, "0.00"), (None, 2, None),
     (Fraction(10_000), 2, "10000.00")],
)  # fmt: skip
def test_halves_go_up(value, places, text):
    assert rounded(value, places) == text


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 3), st.dates(date(2016, 1, 1),
                date(2016, 1, 5))), max_size=20))  # fmt: skip
def test_a_first_order_is_first_by_day_then_by_key(rows):
    numbered = [(key, *row) for key, row in enumerate(rows, start=1)]
    expected = {
        key for key, vendor, place, day in numbered
        if not any(other[1:3] == (vendor, place) and (other[3], other[0]) < (day, key)
                   for other in numbered)
    }  # fmt: skip
    assert first_orders(numbered) == expected


# Read from the database


def order(cast, lot, vendor, value: int, day: date, *, place=None, **values):
    said = {"lot": lot, "vendor": vendor, "institution": place or people.institution(),
            "title": "Orden", "value": value, "currency": lot.framework.currency,
            "signed_on": day, "state": "completed", **values}  # fmt: skip
    return ordering.record_historical(said, by=cast.officer)


def asked(capsys, *args: str):
    try:
        call_command("concentration", *args)
        code = 0
    except SystemExit as ended:
        code = int(ended.code or 0)
    said = capsys.readouterr()
    return code, said.out, said.err


@pytest.mark.django_db
def test_the_command_answers_in_strings(cast, capsys):
    framework = made.in_force(cast, members=2, lots=2, currency="USD")
    first = framework.lots.first()
    members = [row.vendor for row in first.memberships.order_by("pk")]
    perform(first.memberships.first(), "suspend", by=cast.officer, because="x")
    type(members[0]).objects.filter(pk=members[0].pk).update(size="large", verified_size="small")
    type(members[1]).objects.filter(pk=members[1].pk).update(start_up=True)
    day = date(2024, 5, 1)
    order(cast, first, members[0], 100_00, day)
    order(cast, first, members[1], 200_05, day, state="terminated")
    order(cast, first, members[0], 50_00, day - timedelta(days=1))
    code, out, err = asked(capsys, "--framework", framework.ref, "--json")
    assert (code, err) == (0, "")
    found = json.loads(out)
    total = 350_05
    assert found["framework"] == framework.ref
    assert found["lots"][0] == {
        "lot": "1", "admitted": "2", "with_orders": "2", "orders": "3", "value": "350.05",
        "top1_share": naive(Fraction(200_05, total), 6), "top4_share": "1.000000",
        "hhi": naive((Fraction(200_05, total) ** 2 + Fraction(150_00, total) ** 2) * 10_000, 2),
        "small_share": naive(Fraction(150_00, total), 6),
        "startup_share": naive(Fraction(200_05, total), 6),
        "first_time_share": naive(Fraction(250_05, total), 6),
    }  # fmt: skip
    assert found["lots"][1] == {
        "lot": "2", "admitted": "2", "with_orders": "0", "orders": "0", "value": "0.00",
        "top1_share": None, "top4_share": None, "hhi": None, "small_share": None,
        "startup_share": None, "first_time_share": None,
    }  # fmt: skip
    assert "lot=1 admitted=2" in asked(capsys, "--framework", framework.ref)[1]


@pytest.mark.django_db
def test_first_is_first_in_any_framework_with_the_same_institution(cast):
    one, two = (made.in_force(cast, members=0, title=title) for title in "AB")
    vendor, day = made.company(cast), date(2024, 5, 1)
    elsewhere = people.institution("OTRA", "Otra")
    order(cast, one.lots.get(), vendor, 10_00, day)
    order(cast, two.lots.get(), vendor, 10_00, day)
    order(cast, two.lots.get(), vendor, 30_00, day, place=elsewhere)
    share = [buying.answer(row.ref)["lots"][0]["first_time_share"] for row in (one, two)]
    assert share == ["1.000000", "0.750000"]


@pytest.mark.django_db
def test_currencies_have_their_own_decimals(cast):
    framework = made.in_force(cast, members=0, currency="JPY")
    order(cast, framework.lots.get(), made.company(cast), 153782, date(2024, 1, 1))
    assert buying.answer(framework.ref)["lots"][0]["value"] == "153782"


@pytest.mark.django_db
def test_an_unknown_framework_ends_with_2_and_a_sentence(cast, capsys):
    code, out, err = asked(capsys, "--framework", "F-999999", "--json")
    assert (code, out, err.strip()) == (2, "", "There is no framework agreement F-999999.")


@pytest.mark.django_db
def test_figures_cost_the_same_however_many_lots_and_orders(cast, django_assert_num_queries):
    framework = made.in_force(cast, members=0, lots=1)
    big = made.in_force(cast, members=1, lots=3)
    for lot in big.lots.all():
        for number in range(3):
            order(cast, lot, lot.memberships.get().vendor, 5_00 + number, clock.today())
    for row in (framework, big):
        with django_assert_num_queries(3):
            buying.answer(row.ref)
