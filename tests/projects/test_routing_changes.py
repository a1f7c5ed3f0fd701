"""Routing of changes: three measures, the worst band wins; the table by hand, and properties."""

import json
from datetime import date, timedelta
from fractions import Fraction
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from projects.routing_cases import Unroutable, route_case
from projects.routing_changes import Limits, four_places

YEAR_START = date(2026, 1, 1)


def change(cost="0.00", days=0, on=0, undermined=False):
    when = on if isinstance(on, str) else (YEAR_START + timedelta(days=on)).isoformat()
    return {"date": when, "cost": cost, "days": days, "benefit_undermined": undermined}


def case(*changes, cost="1000.00", days=365):
    return {"v0": {"cost": cost, "days": days}, "changes": list(changes)}


def routes(*changes, **v0):
    found = route_case(case(*changes, **v0))
    return [(row["band"], row["by"], row["cost_pct"], row["days"]) for row in found]


TOLERANCE, DEVIATION, CRITICAL = "tolerance", "deviation", "critical"

TABLE = {
    "nothing at all": ([change()], [(TOLERANCE, "change", "0.0000", 0)]),
    "ten percent and ninety days are within": (
        [change("100.00", 90)], [(TOLERANCE, "change", "10.0000", 90)]),
    "a cent over ten percent, shown beside it": (
        [change("100.01")], [(DEVIATION, "change", "10.0010", 0)]),
    "a day over ninety": ([change(days=91)], [(DEVIATION, "change", "0.0000", 91)]),
    "25 percent and 365 days are no more than a deviation": (
        [change("250.00", 365)], [(DEVIATION, "change", "25.0000", 365)]),
    "above in cost": ([change("250.01")], [(CRITICAL, "change", "25.0010", 0)]),
    "above in days": ([change(days=366)], [(CRITICAL, "change", "0.0000", 366)]),
    "only growth counts": ([change("-400.00", -30)], [(TOLERANCE, "change", "0.0000", 0)]),
    "an undermined benefit is critical with the figures of the change": (
        [change("9.00", 3, undermined=True)], [(CRITICAL, "benefit", "0.9000", 3)]),
    "a measure that is critical already names the route": (
        [change("300.00", 3, undermined=True)], [(CRITICAL, "change", "30.0000", 3)]),
    "two small ones make a deviation together": (
        [change("60.00"), change("50.00", on=10)],
        [(TOLERANCE, "change", "6.0000", 0), (DEVIATION, "twelve_months", "11.0000", 0)]),
    "day 365 is inside": (
        [change("60.00"), change("50.00", on=365)],
        [(TOLERANCE, "change", "6.0000", 0), (DEVIATION, "twelve_months", "11.0000", 0)]),
    "day 366 is outside, but v0 remembers": (
        [change("60.00"), change("50.00", on=366)],
        [(TOLERANCE, "change", "6.0000", 0), (DEVIATION, "v0", "11.0000", 0)]),
    "a crossing is counted once: later small ones measure against the new baseline": (
        [change("60.00"), change("50.00", on=366), change("20.00", on=367)],
        [(TOLERANCE, "change", "6.0000", 0), (DEVIATION, "v0", "11.0000", 0),
         (TOLERANCE, "change", "1.8018", 0)]),
    "what was given back makes room for what comes": (
        [change("-60.00"), change("150.00", on=1)],
        [(TOLERANCE, "change", "0.0000", 0), (DEVIATION, "change", "15.0000", 0)]),
    "a small shrinking counts in the sum": (
        [change("60.00"), change("-40.00", on=1), change("70.00", on=2)],
        [(TOLERANCE, "change", "6.0000", 0), (TOLERANCE, "change", "0.0000", 0),
         (TOLERANCE, "change", "7.0000", 0)]),
    "a rebaselining takes the small ones up, on the same day too": (
        [change("90.00"), change("150.00"), change("90.00")],
        [(TOLERANCE, "change", "9.0000", 0), (DEVIATION, "change", "15.0000", 0),
         (CRITICAL, "v0", "33.0000", 0)]),
    "v0 does not count while its band stays": (
        [change("200.00"), change("20.00", on=1), change("20.00", on=2)],
        [(DEVIATION, "change", "20.0000", 0), (TOLERANCE, "change", "1.6667", 0),
         (TOLERANCE, "change", "1.6667", 0)]),
    "v0 counts again when its band was left and is reached anew": (
        [change("200.00"), change("-150.00", on=1), change("60.00", on=400)],
        [(DEVIATION, "change", "20.0000", 0), (TOLERANCE, "change", "0.0000", 0),
         (DEVIATION, "v0", "11.0000", 0)]),
    "the worst of the three wins": (
        [change("240.00"), change("130.00", on=1)],
        [(DEVIATION, "change", "24.0000", 0), (CRITICAL, "v0", "37.0000", 0)]),
    "the twelve months are named before v0": (
        [change(days=80), change(days=20, on=5)],
        [(TOLERANCE, "change", "0.0000", 80), (DEVIATION, "twelve_months", "0.0000", 100)]),
    "growth of cost and of days are summed apart": (
        [change("90.00", -50), change("-50.00", 80, on=1)],
        [(TOLERANCE, "change", "9.0000", 0), (TOLERANCE, "change", "0.0000", 80)]),
    "a baseline that shrank measures stricter": (
        [change("-500.00", 91), change("100.00", on=1)],
        [(DEVIATION, "change", "0.0000", 91), (DEVIATION, "change", "20.0000", 0)]),
    "a benefit rebaselines too": (
        [change("90.00", undermined=True), change("50.00", on=1)],
        [(CRITICAL, "benefit", "9.0000", 0), (DEVIATION, "v0", "14.0000", 0)]),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLE)
def test_the_table_by_hand(name):
    changes, expected = TABLE[name]
    assert routes(*changes) == expected


def test_twenty_changes_of_0_9_percent_do_not_pass_as_twenty_small_ones():
    found = routes(*[change("9.00", on=10 * n) for n in range(20)])
    assert [band for band, *_ in found[:11]] == [TOLERANCE] * 11  # the eleventh makes 9.9 %
    assert found[11] == (DEVIATION, "twelve_months", "10.8000", 0)
    assert all(band == TOLERANCE for band, *_ in found[12:])  # a new baseline, 10.8 % higher
    forty = routes(*[change("9.00", on=10 * n) for n in range(40)])
    assert (CRITICAL, "v0", "25.2000", 0) in forty


def test_figures_are_exact_however_large():
    huge = "9" * 500
    assert routes(change(huge), cost=huge) == [(CRITICAL, "change", "100.0000", 0)]
    tenth = str(10**499)
    assert routes(change(tenth), cost=str(10**500))[0][:3] == (TOLERANCE, "change", "10.0000")
    assert routes(change(str(10**499 + 1)), cost=str(10**500))[0][:3] == (
        DEVIATION, "change", "10.0000",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("percent", "text"),
    [(Fraction(1, 3), "0.3333"), (Fraction(1, 20000), "0.0001"), (Fraction(1, 20001), "0.0000"),
     (Fraction(99999_5, 10**5), "10.0000"), (Fraction(123456789), "123456789.0000")],
)  # fmt: skip
def test_percentages_have_four_places_rounded_half_up(percent, text):
    assert four_places(percent) == text


# A second reading of the rule, written down plainly, must say the same


def plainly(deltas, v0, limits):
    said, bands = [], []

    def band(cost, days, base):
        percent = Fraction(max(0, cost) * 100, base)
        if percent > limits[2] or max(0, days) > limits[3]:
            return 2, percent, max(0, days)
        over = percent > limits[0] or max(0, days) > limits[1]
        return int(over), percent, max(0, days)

    for n, (on, cost, days, undermined) in enumerate(deltas):
        last = max((k for k in range(n) if bands[k] > 0), default=-1)
        base = v0 + sum(row[1] for row in deltas[: last + 1])
        if base <= 0:
            return None
        near = [row for row in deltas[last + 1 : n] if row[0] >= on - 365]
        rows = [
            ("change", *band(cost, days, base)),
            ("twelve_months", *band(cost + sum(r[1] for r in near),
                                    days + sum(r[2] for r in near), base)),
        ]  # fmt: skip
        before = band(sum(r[1] for r in deltas[:n]), sum(r[2] for r in deltas[:n]), v0)
        total = band(sum(r[1] for r in deltas[: n + 1]), sum(r[2] for r in deltas[: n + 1]), v0)
        if total[0] > before[0]:
            rows.append(("v0", *total))
        by, worst, percent, grown = sorted(rows, key=lambda row: -row[1])[0]
        if undermined and worst < 2:
            by, worst, percent, grown = "benefit", 2, rows[0][2], rows[0][3]
        bands.append(worst)
        said.append(((TOLERANCE, DEVIATION, CRITICAL)[worst], by, four_places(percent), grown))
        if worst and v0 + sum(r[1] for r in deltas[: n + 1]) <= 0:
            return None
    return said


steps = st.tuples(
    st.integers(0, 200), st.sampled_from([-300, -120, -40, 0, 9, 40, 60, 99, 100, 101, 250, 251]),
    st.sampled_from([-100, -20, 0, 0, 30, 45, 90, 91, 365, 366]),
    st.sampled_from([False] * 9 + [True]),
)  # fmt: skip


@settings(max_examples=300)
@given(st.lists(steps, max_size=14), st.sampled_from([700, 1000, 1001, 3333]))
def test_a_second_reading_of_the_rule_says_the_same(gaps, v0):
    deltas, on = [], 0
    for gap, cost, days, undermined in gaps:
        on += gap
        deltas.append((on, cost, days, undermined))
    changes = [change(f"{cost}.00", days, on, und) for on, cost, days, und in deltas]
    expected = plainly(deltas, v0, (10, 90, 25, 365))
    if expected is None:
        with pytest.raises(Unroutable):
            routes(*changes, cost=f"{v0}")
    else:
        assert routes(*changes, cost=f"{v0}") == expected


@given(st.lists(st.integers(0, 30), min_size=1, max_size=60))
def test_growth_never_creeps_past_a_quarter_unseen(percents):
    """However small the pieces: once v0 is 25 % over, one of them was critical."""
    found = routes(*[change(f"{p}.00", on=20 * n) for n, p in enumerate(percents)])
    if sum(percents) > 250:
        assert CRITICAL in [band for band, *_ in found]
    if sum(percents) > 100:
        assert {DEVIATION, CRITICAL} & {band for band, *_ in found}


def test_limits_are_data():
    limits = Limits(5, 10, 8, 20)
    assert [limits.band(p, d) for p, d in [(5, 10), (5, 11), (8, 20), (9, 0), (0, 21)]] == [
        TOLERANCE, DEVIATION, DEVIATION, CRITICAL, CRITICAL,
    ]  # fmt: skip


# The file


def without(found, name):
    return {key: value for key, value in found.items() if key != name}


GOOD = change("9000.00")
WRONG = [
    ([3], "case"),
    ("3", "case"),
    (without(case(GOOD), "v0"), "v0"),
    (without(case(GOOD), "changes"), "changes"),
    (case(GOOD) | {"changes": {}}, "changes"),
    (case(GOOD) | {"v0": "1000.00"}, "v0"),
    (case(GOOD) | {"v0": {"cost": "1.00"}}, "v0.days"),
    (case(GOOD) | {"v0": {"cost": "1.00", "days": 1, "day": 1}}, "v0.day"),
    (case(GOOD, cost="0.00"), "v0.cost"),
    (case(GOOD, cost="-1.00"), "v0.cost"),
    (case(GOOD, cost=1000), "v0.cost"),
    (case(GOOD, days=0), "v0.days"),
    (case(GOOD, days=-1), "v0.days"),
    (case(GOOD, days="365"), "v0.days"),
    (case(GOOD, days=True), "v0.days"),
    (case(GOOD, days=365.0), "v0.days"),
    (case(GOOD, "x"), "changes.2"),
    *[(case(GOOD, without(GOOD, name)), f"changes.2.{name}") for name in GOOD],
    (case(GOOD | {"note": ""}), "changes.1.note"),
    *[(case(GOOD | {"cost": cost}), "changes.1.cost")
      for cost in (9000, 9000.0, True, None, "", "9e3", "NaN", "Infinity", "1,000", " 1", "1.",
                   "1.00001", "+1", "--1", "１", "1\n")],
    *[(case(GOOD | {"days": days}), "changes.1.days") for days in (1.0, True, "1", None, 10**10)],
    *[(case(GOOD | {"date": day}), "changes.1.date")
      for day in (20260110, "20260110", "2026-1-10", "2026-02-30", "2026-W01-1", None,
                  "2026-01-10T00:00")],
    *[(case(GOOD | {"benefit_undermined": value}), "changes.1.benefit_undermined")
      for value in (0, "false", None)],
    (case(GOOD, change(on="2025-12-31")), "changes.2.date"),
    (case(change("-1000.00", 91)), "changes.1.cost"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "field"), WRONG)
def test_cases_that_are_none_are_refused_by_their_field(given, field):
    with pytest.raises(Unroutable) as refused:
        route_case(given)
    assert refused.value.field == field
    assert str(refused.value)


def run(tmp_path, text):
    path, out = tmp_path / "changes.json", StringIO()
    path.write_text(text, "utf-8")
    call_command("route_changes", str(path), stdout=out)
    return json.loads(out.getvalue())


def test_the_command_answers_one_case_with_one_and_a_list_with_a_list(tmp_path):
    cases = [case(GOOD, cost="1000000.00"), case()]
    answers = [
        [{"band": "tolerance", "by": "change", "cost_pct": "0.9000", "days": 0}],
        [],
    ]
    assert run(tmp_path, json.dumps(cases[0])) == answers[0]
    assert run(tmp_path, json.dumps(cases)) == answers
    assert run(tmp_path, "[]") == []


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (json.dumps([case(GOOD), case(GOOD, cost="0.00")]), "case 2, field v0.cost:"),
        ('{"v0": {"cost": "1.00", "days": NaN}, "changes": []}', "case 1, field v0.days:"),
        ('{"v0": {}, "v0": {}}', "'v0'"),
        ("[1", "JSON"),
        ("", "JSON"),
    ],
)
def test_the_command_refuses_the_whole_file_with_exit_2_and_an_empty_answer(tmp_path, text, named):
    path, out = tmp_path / "changes.json", StringIO()
    path.write_text(text, "utf-8")
    with pytest.raises(CommandError) as refused:
        call_command("route_changes", str(path), stdout=out)
    assert refused.value.returncode == 2
    assert named in str(refused.value)
    assert out.getvalue() == ""
