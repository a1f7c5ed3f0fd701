"""What a seal's level comes to, and addresses in one form: rules without a database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gating import addresses, levels

RESULTS = (levels.MET, levels.NOT_MET, levels.NOT_APPLICABLE)
rows = st.lists(
    st.tuples(st.one_of(st.none(), st.integers(1, 4)), st.sampled_from(RESULTS)), max_size=12
)


@pytest.mark.parametrize(
    ("results", "level"),
    [
        ([], 0),
        ([(None, "met"), (None, "met")], 1),
        ([(None, "met"), (None, "not_met")], 0),
        ([(None, "not_applicable")], 0),
        ([(1, "met"), (2, "met"), (3, "met")], 3),
        ([(1, "met"), (2, "not_met"), (3, "met")], 1),
        ([(1, "not_met"), (2, "met"), (3, "met")], 0),
        ([(1, "met"), (1, "not_applicable"), (2, "met"), (2, "not_met")], 1),
        ([(1, "met"), (2, "not_applicable"), (3, "met")], 1),
        ([(1, "met"), (None, "not_met"), (2, "met")], 0),
        ([(1, "met"), (3, "met")], 3),
    ],
)
def test_the_level_is_the_highest_up_to_which_all_is_met(results, level):
    assert levels.level_of(results) == level


@given(rows)
def test_every_level_up_to_the_one_reached_is_fully_met_and_the_next_is_not(results):
    steps = levels.ladder(level for level, _result in results)
    reached = levels.level_of(results)
    whole = []
    for step in steps:
        here = [result for level, result in results
                if level == step or (level is None and step == steps[0])]  # fmt: skip
        whole.append("met" in here and "not_met" not in here)
    until = steps.index(reached) + 1 if reached else 0
    assert reached in (0, *steps)
    assert all(whole[:until])
    assert until == len(steps) or not whole[until]


@given(rows, st.integers(0, 11))
def test_nothing_gained_lowers_a_level(results, place):
    better = [(level, "met" if number == place and result == "not_met" else result)
              for number, (level, result) in enumerate(results)]  # fmt: skip
    assert levels.level_of(better) >= levels.level_of(results)


@given(st.lists(st.sampled_from(RESULTS), min_size=2, max_size=3))
def test_a_requirement_is_met_only_by_more_than_half(values):
    result = levels.merged(values)
    if result != levels.NOT_MET:
        assert values.count(result) * 2 > len(values)
    else:
        assert values.count("met") * 2 <= len(values)
    assert levels.merged(list(reversed(values))) == result


def test_sheets_are_disputed_where_they_differ():
    assert levels.disputed([{1: "met", 2: "met"}, {1: "met", 2: "met"}]) == []
    assert levels.disputed([{1: "met", 2: "met"}, {1: "not_met", 2: "met"}]) == [1]
    assert levels.disputed([{1: "met"}, {2: "met"}]) == [1, 2]


@pytest.mark.parametrize(
    "typed",
    [
        "https://www.gob.mx/actas/", "gob.mx/actas", "HTTP://WWW.GOB.MX:80/Actas",
        "https://gob.mx:443/actas#paso-2", "//gob.mx/actas", "gob.mx//actas/", "gob.mx/%61ctas",
        "  gob.mx./actas ",
    ],
)  # fmt: skip
def test_one_service_has_one_address_however_it_is_typed(typed):
    assert addresses.normal(typed) == "gob.mx/actas"


def test_an_international_name_and_its_punycode_are_one():
    assert addresses.normal("https://AÑO.gob.mx/") == addresses.normal("xn--ao-zja.gob.mx")


@pytest.mark.parametrize(
    "typed",
    ["", "   ", "actas", "localhost", "javascript:alert(1)", "http://[::1", "a b.mx", "..", "/",
     "https://user:pass@gob.mx", "gob.mx/\0", "http://gob.mx:99999/", "x" * 600 + ".mx", "-a.mx"],
)  # fmt: skip
def test_what_is_no_address_is_none(typed):
    assert addresses.normal(typed) == ""


@given(
    st.one_of(st.text(max_size=60), st.from_regex(r"[a-z]{1,9}\.mx/[ -~]{0,30}", fullmatch=True))
)
def test_an_address_in_its_one_form_stays_as_it_is(text):
    found = addresses.normal(text)
    assert addresses.normal(found) == found
