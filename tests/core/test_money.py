"""Amounts: minor units by ISO 4217, rounded once, never a float; shown alike for a long time."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import exponent, from_minor, money, plain, show, to_minor


@pytest.mark.parametrize(("currency", "digits"), [("JPY", 0), ("MXN", 2), ("KWD", 3), ("CLF", 4)])
def test_a_currency_has_the_digits_of_iso_4217(currency, digits):
    assert exponent(currency) == digits


def test_what_is_no_currency_is_refused():
    with pytest.raises(ValueError, match="ISO 4217"):
        exponent("ABC")


@pytest.mark.parametrize("wrong", [1.5, True, float("nan")])
def test_a_float_is_never_money(wrong):
    with pytest.raises(TypeError):
        money(wrong, "MXN")


@pytest.mark.parametrize("wrong", ["", "ten", "NaN", "Infinity", "1,000"])
def test_what_is_no_amount_is_refused(wrong):
    with pytest.raises(ValueError, match="not an amount"):
        money(wrong, "MXN")


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("0.125", "MXN", 12), ("0.135", "MXN", 14), ("0.5", "JPY", 0), ("1.5", "JPY", 2),
        ("1.2345", "KWD", 1234), ("-0.125", "MXN", -12), ("12.345678901234567E3", "USD", 1234568),
    ],
)  # fmt: skip
def test_an_amount_is_rounded_once_half_to_even(amount, currency, minor):
    assert to_minor(amount, currency) == minor


def test_amounts_that_a_float_would_lose_are_exact():
    assert to_minor("1234567890123456.78", "MXN") == 123456789012345678
    assert from_minor(123456789012345678, "MXN") == Decimal("1234567890123456.78")


@given(st.integers(-(10**17), 10**17), st.sampled_from(["JPY", "MXN", "KWD"]))
def test_there_and_back_changes_nothing(minor, currency):
    assert to_minor(from_minor(minor, currency), currency) == minor
    assert to_minor(plain(minor, currency), currency) == minor


@given(st.integers(-(10**15), 10**15), st.sampled_from(["JPY", "MXN", "KWD"]))
def test_what_is_shown_is_the_amount_with_its_code(minor, currency):
    for language in ("es", "en"):
        number, code = show(minor, currency, language).split("\xa0")
        assert code == currency
        assert to_minor(number.replace(",", ""), currency) == minor


def test_an_unknown_amount_is_a_dash_and_never_zero():
    assert show(None, "MXN") == "–"
    assert show(0, "MXN", "es") == "0.00\xa0MXN"
    assert plain(None, "MXN") == ""
