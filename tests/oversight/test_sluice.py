"""The sluice shows, tells and tabulates the same four basins and four gates."""

import re
from fractions import Fraction
from xml.etree import ElementTree

import pytest
from django.utils import translation

from oversight import sluice_parts
from oversight.sluice import LEVELS, Basin, Gate, description, sluice, sluice_svg

NAMES = ["Business case", "Alpha", "Beta", "Live"]


def basin(name, parts=(1, 1, 1, 1), **more):
    levels = {level: (part, f"{name} {level}") for level, part in zip(LEVELS, parts, strict=True)}
    return Basin(name, levels, **more)


BASINS = [
    basin("Business case", (1, 1, 1, Fraction(9, 10))),
    basin("Alpha", (Fraction(9, 10), Fraction(9, 10), Fraction(1, 2), Fraction(1, 4)), here=True),
    basin("Beta", (Fraction(3, 4), Fraction(1, 4), 0, 0)),
    basin("Live", (0, 0, 0, 0), planned="5.00 MXN"),
]
GATES = [
    Gate("G1", "open"),
    Gate("G2", "waiting", "/reviews/7/", locks=2, note="before the board"),
    Gate("G3", "closed", locks=3),
    Gate("G4", "closed"),
]


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def pictures(basins=BASINS, gates=GATES):
    html = sluice_svg(basins, gates, title="The sluice of P-1")
    return [ElementTree.fromstring(svg) for svg in re.findall(r"<svg.*?</svg>", html, re.DOTALL)]


def marked(picture, name):
    return [part for part in picture.iter() if name in part.get("class", "").split()]


def test_both_arrangements_are_named_and_described_and_share_no_id():
    wide, narrow = pictures()
    ids = [
        part.get("id") for picture in (wide, narrow) for part in picture.iter() if part.get("id")
    ]
    assert len(ids) == len(set(ids)) == 4
    for picture in (wide, narrow):
        assert picture.get("role") == "img"
        assert picture.find("title").text == "The sluice of P-1"
        assert picture.find("desc").text == description(BASINS, GATES)
        assert {picture.get("aria-labelledby"), picture.get("aria-describedby")} <= set(ids)


def test_levels_are_drawn_each_within_the_one_before():
    for picture in pictures():
        for number, expected in zip(range(1, 5), (3, 3, 2, 2), strict=True):
            assert len(marked(picture, f"c-sluice__water--{number}")) == expected


@pytest.mark.parametrize(
    ("parts", "heights"),
    [
        ((1, Fraction(1, 2), Fraction(1, 4), 0), [100, 50, 25, 0]),
        ((Fraction(1, 10**6), 0, 0, 0), [5, 0, 0, 0]),
        ((Fraction(1, 10**6), Fraction(1, 10**9), 0, 0), [5, 5, 0, 0]),
        ((2, 1.5, 1, 0.5), [100, 100, 100, 50]),
        ((Fraction(1, 2), 1, 1, -1), [50, 50, 50, 0]),
    ],
)
def test_a_level_is_seen_if_there_is_money_and_never_above_the_one_that_holds_it(parts, heights):
    assert basin("Alpha", parts).heights(100) == heights


def leaf_tops(picture):
    return [int(leaf.get("y")) for leaf in marked(picture, "c-sluice__leaf")]


@pytest.mark.parametrize("plan", [sluice_parts.WIDE, sluice_parts.NARROW])
def test_an_open_gate_is_up_a_closed_one_down_a_waiting_one_between(plan):
    picture = pictures()[[sluice_parts.WIDE, sluice_parts.NARROW].index(plan)]
    lifts = [
        place.floor - plan.leaf - top
        for place, top in zip(plan.places, leaf_tops(picture), strict=True)
    ]
    assert lifts == [plan.lift, plan.lift // 3, 0, 0]


def test_water_flows_only_through_an_open_gate_with_water_before_it():
    dry = [basin(name, (0, 0, 0, 0)) for name in NAMES]
    for picture in pictures():
        assert [len(marked(gate, "c-sluice__flow")) > 0 for gate in gates_of(picture)] == [
            True, False, False, False,
        ]  # fmt: skip
    for picture in pictures(dry, [Gate(f"G{number}", "open") for number in range(1, 5)]):
        assert marked(picture, "c-sluice__flow") == []


def gates_of(picture):
    return [part for part in picture.iter() if "c-sluice__gate" in part.get("class", "").split()]


def test_locks_bear_the_number_of_their_conditions():
    for picture in pictures():
        counts = [
            [count.text for count in marked(gate, "c-sluice__count")] for gate in gates_of(picture)
        ]
        assert counts == [[], ["2"], ["3"], []]


def test_the_boat_floats_where_the_project_is():
    for picture in pictures():
        assert len(marked(picture, "c-sluice__boat")) == 1
    elsewhere = [basin(name) for name in NAMES]
    for picture in pictures(elsewhere):
        assert marked(picture, "c-sluice__boat") == []


def test_state_is_said_in_words_beside_every_gate():
    for picture in pictures():
        words = [span.text for span in marked(picture, "c-sluice__state")]
        assert words == ["open", "waiting", "closed", "closed"]


def test_the_description_tells_every_amount_and_every_gate():
    words = description(BASINS, GATES)
    for name in NAMES:
        for level in LEVELS:
            assert f"{name} {level}" in words
    assert "Alpha: Approved Alpha approved" in words
    assert words.count("The project is here.") == 1
    assert "G2: waiting, conditions still open: 2." in words


def test_the_table_holds_what_the_picture_shows():
    html = sluice(BASINS, GATES, key="P-1")
    assert "The sluice of P-1" in html
    body = re.search(r"<tbody.*</tbody>", html, re.DOTALL)[0]
    rows = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in body.split("</tr>")[:-1]]
    assert [row[1:5] for row in rows] == [[f"{name} {level}" for level in LEVELS] for name in NAMES]
    assert [row[0] for row in rows] == ["–", "–", "–", "5.00 MXN"]
    assert rows[1][5] == (
        '<a class="govuk-link" href="/reviews/7/">G2</a>: waiting, conditions still open: 2'
        " – before the board"
    )


def test_what_people_typed_is_escaped_everywhere():
    bad = "<script>alert(1)</script>"
    html = sluice([basin(bad) for _ in NAMES], [Gate(bad, "open", note=bad) for _ in NAMES])
    assert "<script" not in html


def test_everything_stays_inside_the_picture():
    for plan in (sluice_parts.WIDE, sluice_parts.NARROW):
        for place in plan.places:
            assert 0 <= place.left < place.right <= plan.width
            assert place.floor - plan.tower - 24 >= 0
            assert max(place.name[1], place.amount[1], place.sign[1] + plan.sign_step) < plan.height


def test_three_basins_are_no_sluice():
    with pytest.raises(ValueError, match="four basins and four gates"):
        sluice(BASINS[:3], GATES[:3])
