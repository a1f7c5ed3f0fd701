"""Late interest and taxes: exact, rounded once, by the versions in force on a day."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import clock
from tests.factories.people import institution
from vendors import interest, taxes
from vendors.interest import Terms
from vendors.models import PaymentTerm, TaxRule
from vendors.models.rates import rates_of, term_for

DAY = date(2026, 3, 31)
AMOUNTS = st.integers(0, 10**14)
PPM = st.integers(0, 1_000_000)
DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))


def rounded(top: int, bottom: int) -> int:
    with localcontext() as context:
        context.prec = 80
        return int((Decimal(top) / bottom).quantize(Decimal(1), ROUND_HALF_UP))


@pytest.mark.parametrize(
    ("principal", "percent", "count", "days", "owed"),
    [
        (100_000_00, "8", 365, 0, 0),
        (100_000_00, "8", 365, 1, 21_92),  # 21.9178…
        (100_000_00, "8", 360, 1, 22_22),
        (100_000_00, "8", 365, 365, 8_000_00),
        (116_000_00, "10.15", 360, 45, 1_471_75),
        (1, "50", 365, 365, 1),  # half a centavo goes up
        (1, "49.9999", 365, 365, 0),
        (100_000_00, "0", 365, 90, 0),
    ],
)
def test_interest_by_hand(principal, percent, count, days, owed):
    terms = Terms(int(Decimal(percent) * 10_000), count)
    assert interest.owed(principal, terms, DAY, DAY + timedelta(days=days)) == owed


def test_interest_begins_on_the_day_after_the_due_date():
    terms = Terms(365_000, 365)
    assert interest.days_late(DAY, DAY) == 0
    assert interest.days_late(DAY, DAY - timedelta(days=9)) == 0
    assert interest.days_late(DAY, DAY + timedelta(days=1)) == 1
    assert interest.owed(1_000_00, terms, DAY, DAY + timedelta(days=1)) == 1_00


@pytest.mark.parametrize("wrong", [(-1, Terms(1)), (1, Terms(-1)), (1, Terms(1, 366))])
def test_nonsense_is_no_interest(wrong):
    principal, terms = wrong
    with pytest.raises(ValueError, match="interest needs"):
        interest.owed(principal, terms, DAY, DAY)


@given(AMOUNTS, PPM, st.sampled_from([360, 365]), st.integers(0, 4000))
def test_interest_is_exact_and_rounded_once(principal, ppm, count, days):
    found = interest.owed(principal, Terms(ppm, count), DAY, DAY + timedelta(days=days))
    assert found == rounded(principal * ppm * days, 1_000_000 * count)
    later = interest.owed(principal, Terms(ppm, count), DAY, DAY + timedelta(days=days + 1))
    assert later >= found


RATES = st.lists(
    st.builds(
        taxes.Rate, st.sampled_from([taxes.ADDED, taxes.WITHHELD]),
        st.sampled_from(["IVA", "ISR", "ISN"]), PPM, DAYS, st.integers(1, 9),
    ),
    max_size=12,
)  # fmt: skip


@given(AMOUNTS, RATES, DAYS)
def test_each_tax_counts_once_by_its_newest_version_of_the_day(net, rates, day):
    found = taxes.levy(net, rates, day)
    names = [(line.kind, line.name) for line in found.lines]
    assert len(names) == len(set(names))
    for line in found.lines:
        versions = [r for r in rates if (r.kind, r.name) == (line.kind, line.name)
                    and r.effective_from <= day]  # fmt: skip
        newest = max((r.effective_from, r.version) for r in versions)
        assert line.ppm in {r.ppm for r in versions if (r.effective_from, r.version) == newest}
        assert line.amount == rounded(net * line.ppm, 1_000_000)
    assert found.added + found.withheld == sum(line.amount for line in found.lines)


def test_a_rate_takes_effect_on_its_day_and_ends_by_zero():
    rates = [
        taxes.Rate("added", "IVA", 150_000, date(2000, 1, 1), 1),
        taxes.Rate("added", "IVA", 160_000, date(2010, 1, 1), 2),
        taxes.Rate("withheld", "IVA", 106_667, date(2010, 1, 1), 1),
        taxes.Rate("withheld", "IVA", 0, date(2026, 1, 1), 2),
    ]

    def both(day: date) -> tuple[int, int]:
        found = taxes.levy(100_000_00, rates, day)
        return found.added, found.withheld

    assert both(date(1999, 12, 31)) == (0, 0)
    assert both(date(2009, 12, 31)) == (15_000_00, 0)
    assert both(date(2010, 1, 1)) == (16_000_00, 10_666_70)
    assert both(date(2026, 1, 1)) == (16_000_00, 0)


# As data


@pytest.mark.django_db
def test_rules_of_a_country_are_read_and_never_changed():
    common = {"country": "MX", "kind": "added", "name": "IVX", "at": clock.now()}
    first = TaxRule.objects.create(rate_ppm=10, effective_from=DAY, version=1, **common)
    TaxRule.objects.create(rate_ppm=20, effective_from=DAY, version=2, **common)
    TaxRule.objects.create(rate_ppm=30, effective_from=DAY, version=1, **common | {"country": "US"})
    mine = [rate for rate in rates_of("MX", "services") if rate.name == "IVX"]
    assert [rate.ppm for rate in taxes.in_force(mine, DAY)] == [20]
    assert taxes.in_force(mine, DAY - timedelta(days=1)) == []
    first.rate_ppm = 5
    with pytest.raises(TypeError, match="never changed"):
        first.save()


@pytest.mark.django_db
def test_the_term_of_the_country_comes_before_that_of_everywhere():
    common = {"day_count": 365, "at": clock.now(), "effective_from": DAY}
    anywhere = PaymentTerm.objects.create(country="", days=30, version=901, **common)
    assert term_for("MX", DAY) == anywhere
    mine = PaymentTerm.objects.create(country="MX", days=17, working_days=True, version=901,
                                      **common)  # fmt: skip
    assert term_for("MX", DAY) == mine
    assert term_for("US", DAY) == anywhere
    assert mine.due_on(date(2026, 4, 1), institution()) == date(2026, 4, 24)
    assert anywhere.due_on(date(2026, 4, 1), institution()) == date(2026, 5, 1)
