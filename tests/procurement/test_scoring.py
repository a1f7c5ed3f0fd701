"""Scoring bids: a table of results, an independent reckoning, laws of any ranking, the command."""

import hashlib
import json
import subprocess
import sys
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from procurement import scoring
from procurement.scoring_cases import Unscorable, rank_case

ROOT = Path(__file__).parents[2]
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def bid(alias, quality="80", price="100", **changes):
    scores = {"a": [quality], "b": [quality]}
    return {"alias": alias, "scores": scores, "price": price, "excluded": False, **changes}


def case(*bids, **changes):
    criteria = [{"code": "a", "weight": "40", "minimum": None},
                {"code": "b", "weight": 20, "minimum": None}]  # fmt: skip
    plain = {"criteria": criteria, "price_weight": 40, "scale": {"min": "0", "max": "100"},
             "top_n": None, "draw_seed": "seed", "bids": list(bids)}  # fmt: skip
    return {**plain, **changes}


def minimum(code, value):
    return [{"code": name, "weight": weight, "minimum": value if name == code else None}
            for name, weight in (("a", 40), ("b", 20))]  # fmt: skip


def short(answers):
    return [(row["alias"], row["status"], row["technical"], row["price_score"], row["total"],
             row["rank"], row["reason"]) for row in answers]  # fmt: skip


TABLE = [
    ("price and quality count as they weigh", case(bid("A", "80", "100"), bid("B", "90", "125")), [
        ("A", "ranked", "48.000000", "100.000000", "88.000000", 1, None),
        ("B", "ranked", "54.000000", "80.000000", "86.000000", 2, None)]),
    ("the mean of a list is exact", case(bid("A", scores={"a": ["80", "70.5", "0"], "b": [0]})), [
        ("A", "ranked", "20.066667", "100.000000", "60.066667", 1, None)]),
    ("zero is a score", case(bid("A", "0"), bid("B", 0, "50")), [
        ("A", "ranked", "0.000000", "50.000000", "20.000000", 2, None),
        ("B", "ranked", "0.000000", "100.000000", "40.000000", 1, None)]),
    ("a scale may begin elsewhere", case(bid("A", "3"), scale={"min": "1", "max": "5"}), [
        ("A", "ranked", "30.000000", "100.000000", "70.000000", 1, None)]),
    ("a scale may lie below zero", case(bid("A", "-1"), scale={"min": -2, "max": Decimal("2.0")}), [
        ("A", "ranked", "15.000000", "100.000000", "55.000000", 1, None)]),
    ("a minimum reached exactly is reached, and one missed screens out before prices are looked at",
     case(bid("A", "60"), bid("B", "59.999", "1"), criteria=minimum("b", "60")), [
        ("A", "ranked", "36.000000", "100.000000", "76.000000", 1, None),
        ("B", "screened", "35.999400", None, None, None, "b")]),
    ("a minimum is in units of the scale, and a mean is held against it", case(
        bid("A", scores={"a": ["2", "4"], "b": ["5"]}),
        bid("B", scores={"a": ["2", "3"], "b": ["5"]}),
        criteria=minimum("a", "3"), scale={"min": "0", "max": "5"}), [
        ("A", "ranked", "44.000000", "100.000000", "84.000000", 1, None),
        ("B", "screened", "40.000000", None, None, None, "a")]),
    ("every minimum missed is named", case(bid("A", "1"), criteria=[
        {"code": "a", "weight": 40, "minimum": "2"}, {"code": "b", "weight": 20, "minimum": 2}]), [
        ("A", "screened", "0.600000", None, None, None, "a, b")]),
    ("the best n by technical score stay, the price is taken among them", case(
        bid("A", "80", "100"), bid("B", "70", "50"), bid("C", "60", "1"), top_n=2), [
        ("A", "ranked", "48.000000", "50.000000", "68.000000", 2, None),
        ("B", "ranked", "42.000000", "100.000000", "82.000000", 1, None),
        ("C", "not_shortlisted", "36.000000", None, None, None, None)]),
    ("equals at the cut stay in", case(
        bid("A", "80", "100"), bid("B", "70", "80"), bid("C", "70", "100"), bid("D", "69.9999999"),
        top_n=2), [
        ("A", "ranked", "48.000000", "80.000000", "80.000000", 2, None),
        ("B", "ranked", "42.000000", "100.000000", "82.000000", 1, None),
        ("C", "ranked", "42.000000", "80.000000", "74.000000", 3, None),
        ("D", "not_shortlisted", "42.000000", None, None, None, None)]),
    ("who is screened or excluded takes no place among the n", case(
        bid("A", "90", excluded=True), bid("B", "50"), bid("C", "80"), bid("D", "70"),
        top_n=2, criteria=minimum("a", "60")), [
        ("A", "excluded", None, None, None, None, None),
        ("B", "screened", "30.000000", None, None, None, "a"),
        ("C", "ranked", "48.000000", "100.000000", "88.000000", 1, None),
        ("D", "ranked", "42.000000", "100.000000", "82.000000", 2, None)]),
    ("more places than bids", case(bid("A"), top_n=4), [
        ("A", "ranked", "48.000000", "100.000000", "88.000000", 1, None)]),
    ("an excluded bid's price is not the lowest, and it may lack all", case(
        bid("A"), bid("B", "100", "1", excluded=True), {"alias": "C", "excluded": True},
        {"alias": "D", "excluded": True, "scores": None, "price": None},
        {"alias": "E", "excluded": True, "scores": {"a": []}, "price": None}), [
        ("A", "ranked", "48.000000", "100.000000", "88.000000", 1, None),
        *[(name, "excluded", None, None, None, None, None) for name in "BCDE"]]),
    ("equal totals: technical first", case(
        bid("A", "0", "50"), bid("B", "50", "100"),
        criteria=[{"code": "a", "weight": 20, "minimum": None},
                  {"code": "b", "weight": 20, "minimum": None}], price_weight=60), [
        ("A", "ranked", "0.000000", "100.000000", "60.000000", 1, None),
        ("B", "ranked", "20.000000", "50.000000", "50.000000", 2, None)]),
    ("equal totals, technical decides", case(
        bid("A", "20", "50"), bid("B", "70", "100"),
        criteria=[{"code": "a", "weight": 40, "minimum": None},
                  {"code": "b", "weight": 10, "minimum": None}], price_weight=50), [
        ("A", "ranked", "10.000000", "100.000000", "60.000000", 2, None),
        ("B", "ranked", "35.000000", "50.000000", "60.000000", 1, None)]),
    ("weight 0 for the price is lawful, and the lower price decides between equals", case(
        bid("A", "80", "100"), bid("B", "80", "99.99"), price_weight="0",
        criteria=[{"code": "a", "weight": "33.3", "minimum": None},
                  {"code": "b", "weight": "66.7", "minimum": None}]), [
        ("A", "ranked", "80.000000", "99.990000", "80.000000", 2, None),
        ("B", "ranked", "80.000000", "100.000000", "80.000000", 1, None)]),
    ("the price alone", case(bid("A", scores={}), bid("B", scores={}, price="300"),
                             criteria=[], price_weight=100), [
        ("A", "ranked", "0.000000", "100.000000", "100.000000", 1, None),
        ("B", "ranked", "0.000000", "33.333333", "33.333333", 2, None)]),
    ("the unrounded values rank", case(
        bid("A", "80", "100000000.01"), bid("B", "80", "100000000")), [
        ("A", "ranked", "48.000000", "100.000000", "88.000000", 2, None),
        ("B", "ranked", "48.000000", "100.000000", "88.000000", 1, None)]),
    ("half a millionth is rounded up", case(
        bid("A", "0.0000125"), bid("B", "0.00001249"),
        criteria=[{"code": "a", "weight": 3, "minimum": None},
                  {"code": "b", "weight": 1, "minimum": None}], price_weight=96), [
        ("A", "ranked", "0.000001", "100.000000", "96.000001", 1, None),
        ("B", "ranked", "0.000000", "100.000000", "96.000000", 2, None)]),
    ("no bids, no ranking", case(), []),
]  # fmt: skip


@pytest.mark.parametrize(
    ("given_case", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_the_table_of_rankings(given_case, expected):
    answers = rank_case(given_case)
    assert short(answers) == expected
    for row in answers:
        assert list(row) == ["alias", "status", "technical", "price_score", "total", "rank",
                             "reason"]  # fmt: skip


def test_the_draw_decides_at_last_by_seed_and_alias():
    lots = {name: hashlib.sha256(f"seed|{name}".encode()).hexdigest() for name in "ABCDÉ"}
    answers = rank_case(case(*[bid(name) for name in lots]))
    by_rank = sorted(answers, key=lambda row: row["rank"])
    assert [row["alias"] for row in by_rank] == sorted(lots, key=lots.get)
    other = rank_case(case(*[bid(name) for name in lots], draw_seed="another"))
    assert [row["rank"] for row in other] != [row["rank"] for row in answers]


# An independent reckoning, sentence by sentence, with Decimal where ours uses fractions


def by_the_letter(one):
    """Status, figures and rank of each alias as the rule book words them."""
    result = {each["alias"]: on_its_own(one, each) for each in one["bids"]}
    for row in result.values():
        better = [other for other in result.values()
                  if other["status"] in ("ranked", "not_shortlisted")
                  and row.get("technical", 0) < other["technical"]]  # fmt: skip
        if row["status"] == "ranked" and one["top_n"] and len(better) >= one["top_n"]:
            row["status"] = "not_shortlisted"
    still_in = {name: row for name, row in result.items() if row["status"] == "ranked"}
    for row in still_in.values():
        row["price_score"] = min(r["price"] for r in still_in.values()) * 100 / row["price"]
        row["total"] = row["technical"] + one["price_weight"] * row["price_score"] / 100
    for name, row in still_in.items():
        row["rank"] = 1 + sum(beats(one, other, still_in[other], name, row) for other in still_in)
    return result


def on_its_own(one, each):
    if each["excluded"]:
        return {"status": "excluded"}
    low, high = Fraction(one["scale"]["min"]), Fraction(one["scale"]["max"])
    technical, missed = Fraction(0), []
    for criterion in one["criteria"]:
        found = [Fraction(score) for score in each["scores"][criterion["code"]]]
        consensus = sum(found) / len(found)
        technical += Fraction(criterion["weight"]) * (consensus - low) / (high - low)
        if criterion["minimum"] is not None and consensus < Fraction(criterion["minimum"]):
            missed.append(criterion["code"])
    return {"status": "screened" if missed else "ranked", "technical": technical,
            "missed": missed, "price": Fraction(each["price"])}  # fmt: skip


def beats(one, name, row, other_name, other):
    if row["total"] != other["total"]:
        return row["total"] > other["total"]
    if row["technical"] != other["technical"]:
        return row["technical"] > other["technical"]
    if row["price"] != other["price"]:
        return row["price"] < other["price"]
    lot = [hashlib.sha256((one["draw_seed"] + "|" + alias).encode()).hexdigest()
           for alias in (name, other_name)]  # fmt: skip
    return lot[0] < lot[1]


def rounded(value):
    if value is None:
        return None
    with localcontext(prec=200):
        exact = Decimal(value.numerator) / Decimal(value.denominator)
        return f"{exact.quantize(Decimal('0.000001'), ROUND_HALF_UP):f}"


SCORE = st.sampled_from(["0", "1", "2.5", "3", "4.75", "5"])
PRICE = st.sampled_from(["1", "1.5", "2", "3", "1000000.01", "7.77"])


@st.composite
def cases(draw):
    cuts = sorted(draw(st.lists(st.integers(0, 100), min_size=2, max_size=2)))
    weights = [cuts[0], cuts[1] - cuts[0]]
    criteria = [{"code": code, "weight": weight,
                 "minimum": draw(st.sampled_from([None, None, "2", "3"]))}
                for code, weight in zip("ab", weights, strict=True)]  # fmt: skip
    names = draw(st.lists(st.text(min_size=1, max_size=3).filter(str.strip), max_size=7,
                          unique=True))  # fmt: skip
    bids = [
        {"alias": name, "price": draw(PRICE), "excluded": draw(st.integers(0, 4)) == 4,
         "scores": {code: draw(st.lists(SCORE, min_size=1, max_size=3)) for code in "ab"}}
        for name in names
    ]  # fmt: skip
    return {"criteria": criteria, "price_weight": 100 - cuts[1], "bids": bids,
            "scale": {"min": "0", "max": "5"}, "top_n": draw(st.sampled_from([None, 1, 2, 3])),
            "draw_seed": draw(st.text(max_size=4))}  # fmt: skip


@PATIENT
@given(cases())
def test_the_ranking_is_what_the_rule_book_says(one):
    wanted = by_the_letter(one)
    for row in rank_case(one):
        expected = wanted[row["alias"]]
        assert row["status"] == expected["status"]
        assert row["rank"] == expected.get("rank")
        for name in ("technical", "price_score", "total"):
            assert row[name] == rounded(expected.get(name))
        assert row["reason"] == (", ".join(expected.get("missed", [])) or None)


@PATIENT
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_in_which_bids_stand_changes_nothing(one, random):
    bids = list(one["bids"])
    random.shuffle(bids)
    before = {row["alias"]: row for row in rank_case(one)}
    assert {row["alias"]: row for row in rank_case({**one, "bids": bids})} == before


@PATIENT
@given(cases(), st.integers(0, 6))
def test_excluding_a_bid_ranks_the_others_as_if_it_had_never_been(one, place):
    if place >= len(one["bids"]):
        return
    out = one["bids"][place]["alias"]
    bids = [{**each, "excluded": each["excluded"] or each["alias"] == out} for each in one["bids"]]
    without = [each for each in one["bids"] if each["alias"] != out]
    excluded = [row for row in rank_case({**one, "bids": bids}) if row["alias"] != out]
    assert excluded == rank_case({**one, "bids": without})


@PATIENT
@given(cases())
def test_ranks_are_whole_and_totals_never_rise_with_them(one):
    ranked = sorted((row for row in rank_case(one) if row["rank"]), key=lambda row: row["rank"])
    assert [row["rank"] for row in ranked] == list(range(1, len(ranked) + 1))
    totals = [Decimal(row["total"]) for row in ranked]
    assert totals == sorted(totals, reverse=True)


# Formulas and tie chains of competitions


def scheme(**changes):
    criteria = (scoring.Criterion("a", Fraction(60)),)
    plain = {"criteria": criteria, "price_weight": Fraction(40), "low": Fraction(0),
             "high": Fraction(100), "draw_seed": "seed"}  # fmt: skip
    return scoring.Scheme(**{**plain, **changes})


def entry(alias, score=80, price=100, size=""):
    return scoring.Entry(alias, {"a": [Fraction(score)]}, Fraction(price), size=size)


def ranks(*entries, **changes):
    found = scoring.standings(scheme(**changes), entries)
    return [one.alias for one in sorted(found, key=lambda one: one.rank)]


def test_mexico_puts_the_smaller_firm_first_among_equals():
    firms = [entry("A", size="large"), entry("B", size="micro"), entry("C"), entry("D", 80, 99)]
    chain = ("smaller_firm", "technical", "price", "draw")
    assert ranks(*firms, tie_chain=chain, price_weight=Fraction(0)) == ["B", "A", "D", "C"]
    assert ranks(*firms, price_weight=Fraction(0))[0] == "D"


def test_a_linear_price_formula_takes_off_what_the_price_exceeds_the_lowest_by():
    firms = [entry("A", 80, 100), entry("B", 80, 125), entry("C", 80, 1000)]
    found = scoring.standings(scheme(price_formula="linear"), firms)
    assert [one.price_score for one in found] == [100, 75, 0]


def test_a_tie_chain_is_whole_when_it_ends_in_the_draw():
    assert scoring.whole_chain(scoring.TIE_CHAIN)
    assert scoring.whole_chain(["draw"])
    for chain in ([], ["technical"], ["draw", "price"], ["price", "price", "draw"], ["name"]):
        assert not scoring.whole_chain(chain)


def test_figures_below_zero_are_rounded_away_from_it():
    assert scoring.shown(Fraction(-1, 2_000_000)) == "-0.000001"
    assert scoring.shown(Fraction(-1, 3_000_000)) == "0.000000"
    assert scoring.shown(None) is None


# Refusals


def without(row, name):
    return {key: value for key, value in row.items() if key != name}


def criteria(**changes):
    first = {"code": "a", "weight": 40, "minimum": None, **changes}
    return [first, {"code": "b", "weight": 20, "minimum": None}]


NO_NUMBERS = ["", " 80", "80 ", "80\n", "1/2", "1e1", "٣", "0x1", "1_0", "NaN", "Infinity", "-inf",
              ".5", "5.", "+5", "eighty", None, True, False, [], {}, 0.5, float("nan"),
              float("inf"), Decimal("NaN"), Decimal("1e999"), Decimal("1e-999"), 10**50,
              "9" * 41]  # fmt: skip
WRONG = [
    *[(case(bid("A", scores={"a": [text], "b": ["1"]})), "bids[0].scores.a[0]")
      for text in [*NO_NUMBERS, "-1", "-0.01", "100.01", 101, Decimal("100.0000000001")]],
    *[(case(bid("A"), bid("B", price=text)), "bids[1].price")
      for text in [*NO_NUMBERS, 0, "0", "0.00", "-1", -1]],
    *[(case(bid("A"), price_weight=text), "price_weight") for text in [*NO_NUMBERS, "-40", -40]],
    *[(case(bid("A"), criteria=criteria(weight=text)), "criteria[0].weight")
      for text in [*NO_NUMBERS, "-40", -40]],
    *[(case(criteria=criteria(minimum=text)), "criteria[0].minimum")
      for text in [*[text for text in NO_NUMBERS if text is not None], "-1", "100.5"]],
    *[(case(bid("A"), scale={"min": text, "max": 5}), "scale.min") for text in NO_NUMBERS],
    *[(case(bid("A"), scale={"min": 0, "max": text}), "scale.max")
      for text in [*NO_NUMBERS, 0, -1, "0.0"]],
    *[(case(bid("A"), top_n=value), "top_n")
      for value in (0, -1, "4", 1.0, Decimal("2.0"), True, False, [], "")],
    *[(case(bid("A"), draw_seed=value), "draw_seed") for value in (None, 7, True, ["x"], "\ud800")],
    # weights that do not total 100
    (case(bid("A"), price_weight=39), "criteria"),
    (case(bid("A"), price_weight="40.0000001"), "criteria"),
    (case(bid("A"), price_weight=100), "criteria"),
    (case(bid("A"), criteria=[]), "criteria"),
    (case(bid("A"), criteria=criteria(weight="39.999999999999999999")), "criteria"),
    (case(bid("A"), criteria=[{"code": "a", "weight": 120, "minimum": None},
                              {"code": "b", "weight": -60, "minimum": None}]),
     "criteria[1].weight"),
    # scores that are missing, or of nothing
    (case(bid("A", scores={"a": ["1"]})), "bids[0].scores.b"),
    (case(bid("A", scores={"a": ["1"], "b": ["1"], "c": ["1"]})), "bids[0].scores.c"),
    (case(bid("A", scores={"a": ["1"], "b": []})), "bids[0].scores.b"),
    (case(bid("A", scores={"a": ["1"], "b": "1"})), "bids[0].scores.b"),
    (case(bid("A", scores={"a": ["1"], "b": None})), "bids[0].scores.b"),
    (case(bid("A", scores={"a": ["1", None], "b": ["1"]})), "bids[0].scores.a[1]"),
    (case(bid("A", scores=[])), "bids[0].scores"),
    (case(bid("A", scores=None)), "bids[0].scores"),
    (case(bid("A", price=None)), "bids[0].price"),
    (case(bid("A", price=None), price_weight=0, criteria=criteria(weight=80)), "bids[0].price"),
    # what an excluded bid has is held to the same
    (case(bid("A", excluded=True, price="0")), "bids[0].price"),
    (case(bid("A", excluded=True, scores={"c": ["1"]})), "bids[0].scores.c"),
    (case(bid("A", excluded=True, scores={"a": ["101"]})), "bids[0].scores.a[0]"),
    (case(bid("A", excluded="no")), "bids[0].excluded"),
    (case(bid("A", excluded=0)), "bids[0].excluded"),
    (case(bid("A", excluded=None)), "bids[0].excluded"),
    # names
    (case(bid("A"), bid("B"), bid("A")), "bids[2].alias"),
    (case(bid("A"), bid("A", excluded=True)), "bids[1].alias"),
    (case(bid("")), "bids[0].alias"),
    (case(bid("  ")), "bids[0].alias"),
    (case(bid(7)), "bids[0].alias"),
    (case(bid("\udfff")), "bids[0].alias"),
    (case(criteria=criteria(code="b")), "criteria[1].code"),
    (case(criteria=criteria(code=None)), "criteria[0].code"),
    # fields
    *[(without(case(bid("A")), name), name)
      for name in ("criteria", "price_weight", "scale", "top_n", "draw_seed", "bids")],
    *[(case(without(bid("A"), name)), f"bids[0].{name}")
      for name in ("alias", "scores", "price", "excluded")],
    *[(case(criteria=[without(criteria()[0], name)]), f"criteria[0].{name}")
      for name in ("code", "weight", "minimum")],
    (case(scale={"min": 0}), "scale.max"),
    (case(scale={"max": 0}), "scale.min"),
    (case(scale={"min": 0, "max": 5, "step": 1}), "scale.step"),
    (case(bid("A"), formula="mine"), "formula"),
    (case(bid("A", firm="Acme")), "bids[0].firm"),
    (case(criteria=criteria(name="Quality")), "criteria[0].name"),
    (case(scale=[0, 5]), "scale"),
    (case(criteria={"a": 60}), "criteria"),
    (case(criteria=["a"]), "criteria[0]"),
    (case() | {"bids": {}}, "bids"),
    (case("A"), "bids[0]"),
    ([], "case"),
    ("case", "case"),
    (None, "case"),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "named"), WRONG)
def test_a_case_that_cannot_be_scored_is_refused_by_its_field(wrong, named):
    with pytest.raises(Unscorable) as refused:
        rank_case(wrong)
    assert refused.value.field == named
    assert str(refused.value)


# The command


def run(tmp_path, text):
    path, out = tmp_path / "cases.json", StringIO()
    path.write_text(text, "utf-8")
    call_command("rank", str(path), stdout=out)
    return json.loads(out.getvalue())


def test_the_command_answers_one_case_with_its_bids_and_a_list_with_a_list_of_those(tmp_path):
    given_cases = [case(bid("A", "80", "100"), bid("B", 90, 125)), case(bid("Ñ"))]
    answers = [rank_case(one) for one in given_cases]
    assert run(tmp_path, json.dumps(given_cases[0])) == answers[0]
    assert run(tmp_path, json.dumps(given_cases)) == answers
    assert run(tmp_path, "[]") == []


def test_numbers_of_the_file_are_read_exactly(tmp_path):
    text = json.dumps(case(bid("A", "A-SCORE"), bid("B", "80.1", 1e2)))
    text = text.replace('"A-SCORE"', "80.10000000000000000000000000000001")
    assert [row["rank"] for row in run(tmp_path, text)] == [1, 2]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (json.dumps([case(bid("A")), case(bid("A", price="0"))]), "case 2, field bids[0].price:"),
        (json.dumps(case(price_weight=41)), "case 1, field criteria:"),
        (json.dumps(case(bid("A", float("nan")))), "case 1, field bids[0].scores.a[0]:"),
        (json.dumps(case(bid("A", price=float("inf")))), "case 1, field bids[0].price:"),
        (json.dumps(case(bid("A", "1"))).replace('["1"]', "[1e400]"), "bids[0].scores.a[0]:"),
        (json.dumps(case(bid("A", "1"))).replace('["1"]', f"[1e{'9' * 30}]"), "JSON"),
        ('{"criteria": [], "criteria": []}', "'criteria'"),
        (f"[{'1' * 5000}]", "JSON"),
        ("[1", "JSON"),
        ("", "JSON"),
    ],
)
def test_the_command_refuses_the_whole_file_with_exit_2_and_an_empty_answer(tmp_path, text, named):
    path, out = tmp_path / "cases.json", StringIO()
    path.write_text(text, "utf-8")
    with pytest.raises(CommandError) as refused:
        call_command("rank", str(path), stdout=out)
    assert refused.value.returncode == 2
    assert named in str(refused.value)
    assert out.getvalue() == ""


def test_the_command_as_a_process_keeps_its_answer_and_its_refusal_apart(tmp_path):
    path = tmp_path / "cases.json"
    path.write_text(json.dumps([case(bid("A")), case(bid("A"), top_n=0)]), "utf-8")
    command = [sys.executable, "manage.py", "rank", str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "case 2, field top_n" in done.stderr
    path.write_text(json.dumps(case(bid("A"))), "utf-8")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)[0]["rank"] == 1
