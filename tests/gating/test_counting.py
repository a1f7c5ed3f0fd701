"""Counting votes: the table of results, the laws that hold for any vote, and the command."""

import json
from fractions import Fraction
from io import StringIO
from math import ceil

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from gating import counting

MAJORITY = {"of": "cast", "share": "1/2", "strict": True}


def case(pro, contra=0, *others, **changes):
    votes = dict.fromkeys(counting.STANDINGS, 0) | dict(
        zip(counting.STANDINGS, (pro, contra, *others), strict=False)
    )
    plain = {"seats": sum(votes.values()), "minimum": 3, "quorum": "1/2", "majority": MAJORITY,
             "casting_vote": None, "votes": votes}  # fmt: skip
    return {**plain, **changes}


def majority(**changes):
    return {"majority": {**MAJORITY, **changes}}


TABLE = [
    # the example of the rule book
    (case(3, 2, 1, 1), (6, 6, 4, True, "carried")),
    # quorum: ⌈quorum × seats⌉ counts every seat, the recused and the absent too
    (case(3, 0, 0, 0, 4), (7, 3, 4, False, "inquorate")),
    (case(4, 0, 0, 0, 3), (7, 4, 4, True, "carried")),
    (case(3, 0, 0, 4), (3, 3, 4, False, "inquorate")),
    (case(2, 0, 0, 0, 1, minimum=3, quorum="1/3"), (3, 2, 3, False, "inquorate")),
    (case(2, 1, 0, minimum=0, quorum="2/3"), (3, 3, 2, True, "carried")),
    (case(1, 0, 0, 0, 2, minimum=0, quorum="1/3"), (3, 1, 1, True, "carried")),
    (case(0, minimum=0), (0, 0, 0, True, "lost")),
    (case(1, minimum=1), (1, 1, 1, True, "carried")),
    # a majority of the votes cast leaves the abstentions out
    (case(1, 0, 5), (6, 6, 3, True, "carried")),
    (case(0, 0, 6), (6, 6, 3, True, "lost")),
    (case(0, 0, 6, **majority(strict=False)), (6, 6, 3, True, "lost")),
    # equal votes
    (case(3, 3), (6, 6, 3, True, "tied")),
    (case(3, 3, casting_vote="for"), (6, 6, 3, True, "carried")),
    (case(3, 3, casting_vote="against"), (6, 6, 3, True, "lost")),
    (case(3, 3, **majority(share="2/4")), (6, 6, 3, True, "tied")),
    (case(3, 3, **majority(strict=False)), (6, 6, 3, True, "carried")),
    (case(3, 3, casting_vote="against", **majority(strict=False)), (6, 6, 3, True, "carried")),
    (case(3, 3, casting_vote="for", **majority(share="2/3")), (6, 6, 3, True, "lost")),
    (case(3, 3, casting_vote="for", **majority(of="eligible")), (6, 6, 3, True, "lost")),
    (case(2, 1, 1, casting_vote="against"), (4, 4, 3, True, "carried")),
    # a majority of the eligible seats counts the absent and the abstaining against
    (case(3, 0, 2, 0, 1, **majority(of="eligible")), (6, 5, 3, True, "lost")),
    (case(4, 0, 1, 0, 1, **majority(of="eligible")), (6, 5, 3, True, "carried")),
    (case(3, 0, 2, 0, 1, **majority(of="eligible", strict=False)), (6, 5, 3, True, "carried")),
    (case(3, 0, 0, 2, 1, **majority(of="eligible")), (4, 3, 3, True, "carried")),
    (case(0, 0, 3, minimum=0, **majority(of="eligible", share="0", strict=False)),
     (3, 3, 2, True, "lost")),
    # shares are exact
    (case(2, 1, **majority(share="2/3")), (3, 3, 3, True, "lost")),
    (case(2, 1, **majority(share="2/3", strict=False)), (3, 3, 3, True, "carried")),
    (case(3, 0, **majority(share="1", strict=False)), (3, 3, 3, True, "carried")),
    (case(3, 0, **majority(share="1")), (3, 3, 3, True, "lost")),
    (case(333333333333333333, 666666666666666666, **majority(share="1/3", strict=False)),
     (999999999999999999, 999999999999999999, 500000000000000000, True, "carried")),
    (case(333333333333333333, 666666666666666667, **majority(share="1/3", strict=False)),
     (10**18, 10**18, 5 * 10**17, True, "lost")),
]  # fmt: skip


@pytest.mark.parametrize(("vote", "expected"), TABLE)
def test_the_table_of_results(vote, expected):
    found = counting.count_case(vote)
    assert list(found) == ["eligible", "present", "required", "quorate", "result", "why"]
    assert tuple(found.values())[:5] == expected
    assert found["why"]


SHARES = st.fractions(0, 1, max_denominator=12).map(str)
CASES = st.builds(
    lambda votes, minimum, quorum, of, share, strict, casting: case(
        *votes, minimum=minimum, quorum=quorum, casting_vote=casting,
        majority={"of": of, "share": share, "strict": strict},
    ),
    st.tuples(*[st.integers(0, 12)] * 5), st.integers(0, 10), SHARES,
    st.sampled_from(["cast", "eligible"]), SHARES, st.booleans(),
    st.sampled_from([None, "for", "against"]),
)  # fmt: skip


@given(CASES)
def test_the_laws_of_any_count(vote):
    found, votes = counting.count_case(vote), vote["votes"]
    assert found["eligible"] == vote["seats"] - votes["recused"]
    assert found["required"] == max(vote["minimum"], ceil(Fraction(vote["quorum"]) * vote["seats"]))
    assert found["quorate"] == (found["present"] >= found["required"])
    assert (found["result"] == "inquorate") == (not found["quorate"])
    if found["result"] == "carried":
        assert votes["for"] > 0
    if found["result"] == "tied":
        assert votes["for"] == votes["against"] > 0
        assert vote["casting_vote"] is None


def by_the_letter(vote):
    """The result as the rule book words it, sentence by sentence, without our code."""
    votes, seats, majority = vote["votes"], vote["seats"], vote["majority"]
    share, pro, contra = Fraction(majority["share"]), votes["for"], votes["against"]
    eligible, present = seats - votes["recused"], pro + contra + votes["abstain"]
    if present < max(vote["minimum"], ceil(Fraction(vote["quorum"]) * seats)):
        return "inquorate"
    base = pro + contra if majority["of"] == "cast" else eligible
    carried = pro > share * base if majority["strict"] else pro >= share * base and pro > 0
    if carried:
        return "carried"
    if majority["of"] == "cast" and share == Fraction(1, 2) and pro == contra > 0:
        return {None: "tied", "for": "carried", "against": "lost"}[vote["casting_vote"]]
    return "lost"


@given(CASES)
def test_the_result_is_what_the_rule_book_says(vote):
    assert counting.count_case(vote)["result"] == by_the_letter(vote)


@given(CASES, st.sampled_from(["seats", *counting.STANDINGS]), st.integers(1, 3))
def test_a_count_that_does_not_add_up_is_refused(vote, name, by):
    votes = vote["votes"] | ({} if name == "seats" else {name: vote["votes"][name] + by})
    seats = vote["seats"] + (by if name == "seats" else 0)
    with pytest.raises(counting.Uncountable) as refused:
        counting.count_case(vote | {"votes": votes, "seats": seats})
    assert refused.value.field == "votes"


@given(CASES)
def test_one_more_voice_for_it_never_loses_a_carried_motion(vote):
    before = counting.count_case(vote)["result"]
    if before != "carried" or not vote["votes"]["against"]:
        return
    votes = vote["votes"] | {"for": vote["votes"]["for"] + 1,
                             "against": vote["votes"]["against"] - 1}  # fmt: skip
    assert counting.count_case(vote | {"votes": votes})["result"] == "carried"


def without(vote, name):
    return {key: value for key, value in vote.items() if key != name}


WRONG = [
    (case(3) | {"seats": 4}, "votes"),
    (case(3, -1) | {"seats": 2}, "votes.against"),
    (case(3, minimum=-1), "minimum"),
    (case(3) | {"seats": -3}, "seats"),
    (case(3) | {"seats": "3"}, "seats"),
    (case(3) | {"seats": 3.0}, "seats"),
    (case(3) | {"seats": True}, "seats"),
    (case(3) | {"seats": None}, "seats"),
    (case(3) | {"seats": 10**101}, "seats"),
    (case(3) | {"votes": {**case(3)["votes"], "for": 3.0}}, "votes.for"),
    (case(3) | {"votes": {**case(3)["votes"], "recused": "0"}}, "votes.recused"),
    (case(3) | {"votes": {**case(3)["votes"], "absent": False}}, "votes.absent"),
    (case(3, casting_vote=""), "casting_vote"),
    (case(3, quorum="0.5"), "quorum"),
    (case(3, quorum=" 1/2"), "quorum"),
    (case(3, quorum="١/٢"), "quorum"),
    (case(3, **majority(of=["cast"])), "majority.of"),
    (case(3, quorum="a half"), "quorum"),
    (case(3, quorum=0.5), "quorum"),
    (case(3, quorum="1/0"), "quorum"),
    (case(3, quorum="-1/2"), "quorum"),
    (case(3, quorum="3/2"), "quorum"),
    (case(3, quorum="1/2\n"), "quorum"),
    (case(3, **majority(share="")), "majority.share"),
    (case(3, **majority(share="½")), "majority.share"),
    (case(3, **majority(share="1/2/3")), "majority.share"),
    (case(3, **majority(of="present")), "majority.of"),
    (case(3, **majority(strict="yes")), "majority.strict"),
    (case(3, casting_vote="abstain"), "casting_vote"),
    (case(3, majority="1/2"), "majority"),
    (case(3, votes=[3]), "votes"),
    (case(3) | {"votes": {**case(3)["votes"], "proxy": 1}}, "votes.proxy"),
    (case(3) | {"votes": without(case(3)["votes"], "absent")}, "votes.absent"),
    (case(3, majority=without(MAJORITY, "strict")), "majority.strict"),
    *[(without(case(3), name), name) for name in counting.FIELDS],
    ([3], "case"),
    ("3", "case"),
]


@pytest.mark.parametrize(("vote", "field"), WRONG)
def test_figures_that_are_no_vote_are_refused_by_their_field(vote, field):
    with pytest.raises(counting.Uncountable) as refused:
        counting.count_case(vote)
    assert refused.value.field == field
    assert str(refused.value)


def run(tmp_path, text):
    path, out = tmp_path / "votes.json", StringIO()
    path.write_text(text, "utf-8")
    call_command("count_votes", str(path), stdout=out)
    return json.loads(out.getvalue())


def test_the_command_answers_one_case_with_one_and_a_list_with_a_list(tmp_path):
    cases = [case(3, 2, 1, 1), case(3, 3)]
    answers = [counting.count_case(vote) for vote in cases]
    assert run(tmp_path, json.dumps(cases[0])) == answers[0]
    assert run(tmp_path, json.dumps(cases)) == answers
    assert run(tmp_path, "[]") == []


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (json.dumps([case(3), case(3) | {"seats": 5}]), "case 2, field votes:"),
        (json.dumps(case(3, minimum=-1)), "case 1, field minimum:"),
        ("[1", "JSON"),
        ('{"seats": 1, "seats": 2}', "'seats'"),
        ("[" * 100_000, "JSON"),
    ],
)
def test_the_command_refuses_the_whole_file_with_exit_2_and_an_empty_answer(tmp_path, text, named):
    path, out = tmp_path / "votes.json", StringIO()
    path.write_text(text, "utf-8")
    with pytest.raises(CommandError) as refused:
        call_command("count_votes", str(path), stdout=out)
    assert refused.value.returncode == 2
    assert named in str(refused.value)
    assert out.getvalue() == ""


def test_the_command_says_when_there_is_no_such_file(tmp_path):
    with pytest.raises(CommandError) as refused:
        call_command("count_votes", str(tmp_path / "none.json"))
    assert refused.value.returncode == 2
