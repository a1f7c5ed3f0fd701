"""A ranking from plain facts: the same as by the cases, with interviews, and after exclusions."""

from fractions import Fraction

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from procurement import aliasing, scoring_facts, spreads
from procurement.scoring_cases import rank_case

SCORES = ("0", "1", "2.5", "3", "4.75", "5")
SECRET = "0" * 64
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def facts(draw, interview=False):
    cuts = sorted(draw(st.lists(st.integers(0, 100), min_size=2, max_size=2)))
    phases = ("prototype", "interview" if interview else "prototype")
    weights = (cuts[0], cuts[1] - cuts[0])
    criteria = [
        {"code": code, "title": code, "weight": str(weight), "phase": phase,
         "minimum": draw(st.sampled_from([None, None, "2", "3"]))}
        for code, weight, phase in zip("ab", weights, phases, strict=True)
    ]  # fmt: skip
    receipts = [f"{number:064x}" for number in range(draw(st.integers(0, 7)))]
    drawn = {"secret": SECRET, "receipts": receipts, "commitment": aliasing.commitment(SECRET),
             "receipts_hash": aliasing.receipts_hash(receipts)}  # fmt: skip
    named = aliasing.aliases(aliasing.seed(SECRET, drawn["receipts_hash"]), receipts)
    bids = [
        {"alias": alias, "receipt": receipt, "excluded": draw(st.integers(0, 5)) == 5,
         "ground": "", "size": draw(st.sampled_from(["micro", "large", ""])),
         "price": draw(st.sampled_from(["1", "2.50", "3", "1000.01"])),
         "agreed": {code: draw(st.sampled_from(SCORES)) for code in "ab"}}
        for receipt, alias in named.items()
    ]  # fmt: skip
    return {
        "format": scoring_facts.FORMAT, "competition": "C-000001", "currency": "MXN",
        "criteria": criteria, "price_weight": str(100 - cuts[1]), "price_formula": "lowest",
        "scale": {"min": "0", "max": "5"}, "top_n": draw(st.sampled_from([None, 1, 2, 3])),
        "tie_chain": ["technical", "price", "draw"], "draw": drawn, "bids": bids,
        "prices_opened": False,
    }  # fmt: skip


@PATIENT
@given(facts())
def test_facts_and_cases_are_ranked_alike(found):
    case = {
        "criteria": [{name: row[name] for name in ("code", "weight", "minimum")}
                     for row in found["criteria"]],
        "price_weight": found["price_weight"], "scale": found["scale"], "top_n": found["top_n"],
        "draw_seed": scoring_facts.seed_of(found),
        "bids": [{"alias": bid["alias"], "price": bid["price"], "excluded": bid["excluded"],
                  "scores": {code: [text] for code, text in bid["agreed"].items()}}
                 for bid in found["bids"]],
    }  # fmt: skip
    assert scoring_facts.answers(found) == rank_case(case)


@PATIENT
@given(st.booleans().flatmap(lambda interview: facts(interview=interview)))
def test_an_exclusion_ranks_the_others_as_without_the_bid(found):
    for bid in found["bids"][:2]:
        alias = bid["alias"]
        alone = {**found, "bids": [one for one in found["bids"] if one["alias"] != alias]}
        excluded = scoring_facts.answers(scoring_facts.without(found, alias))
        assert [row for row in excluded if row["alias"] != alias] == scoring_facts.answers(alone)


@PATIENT
@given(facts(interview=True))
def test_only_the_shortlisted_are_scored_by_interview(found):
    shortlisted = set(scoring_facts.still_in(found))
    for one in scoring_facts.standings(found):
        if one.alias not in shortlisted:
            assert one.status in ("excluded", "screened", "not_shortlisted")
            assert {mark.criterion.code for mark in one.marks} <= {"a"}
        else:
            assert one.status in ("ranked", "screened")
            assert len(one.marks) == 2


@PATIENT
@given(facts(interview=True))
def test_what_is_missing_is_named_and_nothing_else(found):
    assert scoring_facts.gaps(found) == []
    shortlisted = set(scoring_facts.still_in(found))
    for bid in found["bids"]:
        bid["price"], spared = None, bid["agreed"].pop("b")
        alias = bid["alias"]
        lacking = {gap for gap in scoring_facts.gaps(found) if gap[0] == alias}
        assert lacking == ({(alias, "b")} if alias in shortlisted else set())
        bid["agreed"]["b"] = spared
    assert all(what == "price" for _alias, what in scoring_facts.gaps(found))


@PATIENT
@given(facts(interview=True))
def test_whom_an_exclusion_moves_up_after_the_prices_comes_too_late(found):
    shortlisted = set(scoring_facts.still_in(found))
    for bid in found["bids"]:
        if bid["alias"] not in shortlisted:
            del bid["agreed"]["b"]
    opened = {**found, "prices_opened": True}
    for bid in found["bids"]:
        after = scoring_facts.without(opened, bid["alias"])
        assert set(scoring_facts.still_in(after)) <= shortlisted - {bid["alias"]}
        assert scoring_facts.gaps(after) == []


@PATIENT
@given(facts())
def test_facts_agree_with_themselves(found):
    whole = {**found, "ranking": scoring_facts.answers(found)}
    whole["ranking_hash"] = scoring_facts.ranking_hash(whole["ranking"])
    assert list(scoring_facts.differences(whole)) == []


@PATIENT
@given(st.lists(st.text("0123456789abcdef", min_size=8, max_size=8), unique=True, max_size=60),
       st.text(max_size=8))  # fmt: skip
def test_aliases_are_letters_one_each_whatever_the_order(receipts, seed):
    named = aliasing.aliases(seed, receipts)
    assert named == aliasing.aliases(seed, reversed(receipts))
    assert sorted(named.values(), key=lambda name: (len(name), name)) == [
        aliasing.letters(place) for place in range(len(receipts))
    ]
    for member in (1, 2):
        shown = aliasing.order_for(seed, member, named.values())
        assert sorted(shown) == sorted(named.values())


def test_the_order_of_the_list_differs_from_member_to_member():
    names = [aliasing.letters(place) for place in range(12)]
    orders = {tuple(aliasing.order_for("seed", member, names)) for member in range(20)}
    assert len(orders) > 15
    assert (aliasing.letters(25), aliasing.letters(26), aliasing.letters(701)) == ("Z", "AA", "ZZ")


def test_spreads_are_exact_and_their_heat_follows_the_limit():
    from_scores = scoring_spread(20, 50, 51)
    assert (from_scores.mean, from_scores.percent) == (Fraction(121, 3), 31)
    assert [scoring_spread(50, 50 + width).heat for width in (0, 15, 30, 45, 60, 100)] == [
        0, 1, 2, 3, 4, 4,
    ]  # fmt: skip
    assert not scoring_spread(0, 30).is_outlying
    assert scoring_spread(0, Fraction(301, 10)).is_outlying


def scoring_spread(*scores):
    return spreads.spread([Fraction(score) for score in scores], Fraction(100), Fraction(30))
