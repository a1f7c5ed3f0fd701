"""Net present value and benefit–cost ratio against figures that are known."""

from decimal import Decimal

import pytest

from projects import appraisal

INVEST = [(0, Decimal(1000), Decimal(0)), *((year, Decimal(0), Decimal(500)) for year in (1, 2, 3))]


def test_npv_of_a_textbook_investment():
    # 500/1.1 + 500/1.21 + 500/1.331 - 1000 = 243.425995...
    assert round(appraisal.npv(INVEST, Decimal(10)), 6) == Decimal("243.425995")


def test_ratio_of_a_textbook_investment():
    ratio = appraisal.benefit_cost_ratio(INVEST, Decimal(10))
    assert ratio is not None
    assert round(ratio, 6) == Decimal("1.243426")


def test_the_green_books_rate_over_ten_years():
    # An annuity of 1 for ten years at 3.5 percent is worth 8.3166053...
    flows = [(year, Decimal(0), Decimal(1)) for year in range(1, 11)]
    assert round(appraisal.npv(flows, Decimal("3.5")), 7) == Decimal("8.3166053")


def test_year_zero_is_not_discounted():
    assert appraisal.npv([(0, Decimal(7), Decimal(10))], Decimal(50)) == 3


def test_without_a_rate_it_is_the_plain_sum():
    assert appraisal.npv(INVEST, Decimal(0)) == 500


def test_doing_nothing_has_no_ratio():
    assert appraisal.benefit_cost_ratio([(0, Decimal(0), Decimal(0))], Decimal(10)) is None


def test_amounts_are_rounded_once_at_the_end():
    years = [(2027 + year, 0, 1) for year in range(3)]
    found = appraisal.worth(years, 2026, Decimal(20))
    # 0.833 + 0.694 + 0.579 = 2.106: rounded year by year it would be 3
    assert (found.benefit, found.present_benefit, found.npv) == (3, 2, 2)


def test_worth_counts_years_from_the_base_year():
    found = appraisal.worth([(2026, 100_000, 0), (2027, 0, 110_000)], 2026, Decimal(10))
    assert (found.npv, found.ratio) == (0, Decimal("1.00"))
    assert (found.present_cost, found.present_benefit) == (100_000, 100_000)


@pytest.mark.parametrize("rate", [Decimal(-100), Decimal(-250)])
def test_a_rate_without_meaning_is_an_error(rate):
    with pytest.raises(ValueError, match="above -100 percent"):
        appraisal.npv(INVEST, rate)


def test_a_year_before_the_base_year_is_an_error():
    with pytest.raises(ValueError, match="before the base year"):
        appraisal.worth([(2025, 1, 1)], 2026, Decimal(10))
