"""The pure rules of drafting: templates, scales, the detector, hints, differences, deadlines."""

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procurement import (
    content,
    deadlines,
    differences,
    drafting_hints,
    material,
    scales,
    soundness,
    templates,
)

SEVENTEEN = {
    "leader", "labour_mix", "people_included", "techniques", "style_guide", "usability_tests",
    "iteration", "responsive", "technologies", "cloud", "unit_tests", "ci_cd", "configuration",
    "monitoring", "container", "install_docs", "open_licences",
}  # fmt: skip


def said(**changes):
    found = {**templates.template("18f-full-stack", "en"), "title": "Certificates",
             "background": "Queues.", "users_and_needs": "Parents.", "outcomes": "Eight of ten.",
             "constraints": "", "estimate": 1, "questions_until": "2026-03-01T12:00:00Z",
             "closes_at": "2026-03-20T12:00:00Z"}  # fmt: skip
    return deepcopy({**found, **changes})


# Templates


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("code", templates.CODES)
def test_every_template_is_sound_in_both_languages(code, language):
    found = templates.template(code, language)
    filled = {**said(), **found, "title": "x"}
    for check in (soundness.texts, soundness.weights, soundness.rules, soundness.price):
        assert check(filled) == []
    assert all(row["title"] and row["text"] for row in found["criteria"])
    assert set(found["rules"]["stages"]) <= {"alpha", "beta", "live"}


def test_the_full_stack_has_18fs_seventeen_criteria_and_accessibility():
    codes = {row["code"] for row in templates.template("18f-full-stack")["criteria"]}
    assert codes == SEVENTEEN | {"accessibility"}


def test_an_unknown_template_is_none():
    with pytest.raises(KeyError):
        templates.template("../settings")


# Weights and scales


def test_a_price_that_weighs_nothing_is_lawful():
    found = said(price_weight="0")
    found["criteria"][0]["weight"] = "33"
    assert soundness.weights(found) == []


@settings(deadline=None)
@given(st.lists(st.integers(1, 5000), min_size=1, max_size=12), st.integers(0, 10_000))
def test_weights_are_exact_to_the_hundredth(parts, rest):
    rows = [{"title": str(n), "weight": str(Decimal(part) / 100)} for n, part in enumerate(parts)]
    found = soundness.weights({"criteria": rows, "price_weight": str(Decimal(rest) / 100)})
    assert (found == []) is (sum(parts) + rest == 10_000)


def test_minimums_lie_on_the_scale():
    scale = {"kind": "points", "min": "0", "max": "10"}
    assert scales.faults(scale, {"a": Decimal(10), "b": None}) == []
    assert "off the scale" in scales.faults(scale, {"a": Decimal("10.1")})[0]
    assert scales.faults({"min": "x", "max": "1"}, {}) != []
    words = {"kind": "ratings", "min": "0", "max": "1",
             "ratings": [{"label": "a", "value": "1"}, {"label": "b", "value": "1"}]}  # fmt: skip
    assert "own number" in scales.faults(words, {})[0]


@pytest.mark.parametrize("chain", [[], ["draw", "price"], ["price", "price", "draw"], ["name",
                                   "draw"]])  # fmt: skip
def test_a_chain_ends_in_the_draw_and_knows_no_names(chain):
    assert scales.chain_faults(chain) != []


# Decimals and moments


@settings(deadline=None)
@given(st.decimals(-1000, 1000, places=3))
def test_a_decimal_is_written_in_one_way(value):
    text = content.plain(value)
    assert Decimal(text) == value
    assert "E" not in text
    assert text == content.plain(Decimal(text))


@settings(deadline=None)
@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)))
def test_a_moment_is_written_in_one_way(moment):
    whole = moment.replace(microsecond=0, tzinfo=UTC)
    assert content.moment(content.stamp(whole)) == whole


# The detector


def changed(**changes):
    return material.findings(said(), said(**changes))


def test_what_looks_material():
    assert changed() == []
    assert changed(background="Long queues.") == []
    assert changed(outcomes="Eight  of\nten.") == []
    assert changed(outcomes="Nine of ten.") == ["requirements"]
    assert changed(closes_at="2026-03-21T12:00:00Z") == ["dates"]
    assert changed(price_weight="31") == ["weights"]
    assert changed(top_n=3) == ["minimums"]
    assert changed(tie_chain=["draw"]) == ["scale"]
    assert changed(tax_basis="with_tax") == ["price"]
    assert changed(estimate=2) == ["money"]
    assert changed(order_terms="Other.") == ["terms"]
    assert changed(prototype={}) == ["prototype"]


@pytest.mark.parametrize(("part", "value", "code"), [
    ("weight", "9", "weights"), ("minimum", "1", "minimums"), ("text", "x", "criteria"),
    ("title", "x", "criteria"), ("phase", "interview", "criteria"), ("code", "x", "criteria"),
])  # fmt: skip
def test_every_change_of_a_criterion_is_seen(part, value, code):
    after = said()
    after["criteria"][3][part] = value
    assert code in material.findings(said(), after)


def test_every_part_of_a_content_is_watched_or_harmless():
    watched = {name for parts in material.PARTS.values() for name in parts}
    watched |= {"criteria", "price_weight", "top_n"}
    assert set(content.COLUMNS) | {"criteria"} == watched | {"title", "background"}


def test_the_officer_owes_a_word_and_a_reason():
    assert material.unanswered(None, [], "") != []
    assert material.unanswered(False, ["dates"], " ") != []
    assert material.unanswered(False, ["dates"], "Only the hour of a holiday.") == []
    assert material.unanswered(False, [], "") == []
    assert material.unanswered(True, ["dates"], "") == []


# Hints


def test_needs_and_outcomes_pass_without_a_remark():
    assert drafting_hints.hints(said()) == []


@pytest.mark.parametrize(("changes", "words"), [
    ({"constraints": "The system must use a relational database."}, "prescribes a solution"),
    ({"constraints": "Deberá utilizar un bus de servicios."}, "prescribes a solution"),
    ({"constraints": "We run Oracle and SharePoint."}, "Oracle, SharePoint"),
    ({"constraints": "Java, Spring, Angular, PostgreSQL and Kafka."}, "list of technologies"),
    ({"constraints": "Python version 3.11, versión 15 of the database."}, "Versions"),
    ({"background": "palabra " * 75_000}, "about 300 pages"),
    ({"outcomes": "One list:\n" + "- a feature\n" * 40}, "a list of 40 items"),
    ({"outcomes": "Everything is better."}, "no number"),
    ({"constraints": "Un equipo de 40 programadores."}, "small teams"),
])  # fmt: skip
def test_what_a_reader_of_18fs_lessons_would_remark(changes, words):
    assert any(words in hint for hint in drafting_hints.hints(said(**changes)))


def test_a_word_that_only_looks_like_a_product_is_none():
    text = "People go to the office, SAPs grow, and the oracle said: react quickly."
    assert drafting_hints.hints(said(constraints=text)) == []


# Differences


def test_differences_stand_side_by_side():
    before, after = said(outcomes="one\ntwo\nthree"), said(outcomes="one\n2\nthree\nfour")
    [part] = differences.compare(before, after)
    assert (part.name, part.label) == ("outcomes", "Outcomes wanted")
    assert [(line.kind, line.before, line.after) for line in part.lines] == [
        ("same", "one", "one"), ("changed", "two", "2"), ("same", "three", "three"),
        ("added", "", "four"),
    ]  # fmt: skip


@settings(deadline=None)
@given(st.lists(st.sampled_from("abc"), max_size=8), st.lists(st.sampled_from("abc"), max_size=8))
def test_both_texts_are_whole_in_their_columns(before, after):
    lines = list(differences.side_by_side(before, after))
    assert [line.before for line in lines if line.kind != "added"] == before
    assert [line.after for line in lines if line.kind != "removed"] == after
    assert all(line.before == line.after for line in lines if line.kind == "same")


def test_every_part_has_a_label_and_can_be_told():
    found = said()
    assert set(differences.LABELS) == set(content.COLUMNS) | {"criteria"}
    for name in differences.LABELS:
        assert all(isinstance(line, str) for line in differences.told_lines(name, found.get(name)))


# Deadlines


START = datetime(2026, 3, 20, 12, tzinfo=UTC)


def later(moment):
    return moment + timedelta(days=2)


def moved(settled, now):
    return deadlines.effective(START, settled, now, later)


def test_a_question_left_open_moves_the_deadline_again_and_again():
    early = START - timedelta(days=3)
    assert moved([], START) == START
    assert moved([early], START) == START
    assert moved([None], START - timedelta(days=2, seconds=1)) == START
    assert moved([None], START - timedelta(days=2)) == START + timedelta(days=2)
    assert moved([None], START) == START + timedelta(days=4)
    assert moved([START - timedelta(days=1)], START) == START + timedelta(days=2)


@settings(deadline=None)
@given(st.lists(st.none() | st.integers(-200, 400), max_size=5), st.integers(-100, 500))
def test_storing_the_deadline_on_the_way_changes_nothing(hours, now):
    """Whether the job ran often, once or never: the same deadline, by the questions alone."""
    settled = [None if h is None else START + timedelta(hours=h) for h in hours]
    moment = START + timedelta(hours=now)
    whole = deadlines.effective(START, _known(settled, moment), moment, later)
    stored = START
    for hour in range(-100, now + 1, 7):
        seen = START + timedelta(hours=hour)
        stored = deadlines.effective(stored, _known(settled, seen), seen, later)
    stored = deadlines.effective(stored, _known(settled, moment), moment, later)
    assert stored == whole


def _known(settled, now):
    """What is known at a moment: an answer still to come is none."""
    return [at if at is not None and at <= now else None for at in settled]
