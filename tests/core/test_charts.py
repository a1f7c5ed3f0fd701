"""Charts say the same in their picture, their description and their table."""

import re
from decimal import Decimal
from xml.etree import ElementTree

import pytest

from core.charts import Bar, bar_chart, funnel_chart, share, stacked_chart

STAGES = [("Draft", 40, "40 projects"), ("Alpha", 10, "10 projects"), ("Live", 0, "none")]


def svg_of(html):
    return ElementTree.fromstring(re.search(r"<svg.*</svg>", html, re.DOTALL)[0])


def bars_of(html, mark="c-chart__bar"):
    return [rect for rect in svg_of(html).iter("rect") if rect.get("class") == mark]


@pytest.mark.parametrize(
    ("value", "whole", "percent"),
    [
        (1, 3, "33.33"),
        (2, 3, "66.67"),
        (5, 5, "100.00"),
        (7, 5, "100.00"),
        (0, 5, "0"),
        (-1, 5, "0"),
        (3, 0, "0"),
        (10**18, 2 * 10**18, "50.00"),
    ],
)
def test_a_share_is_a_percentage_between_nothing_and_all(value, whole, percent):
    assert share(value, whole) == Decimal(percent)


def test_the_longest_bar_fills_the_width_and_the_others_follow():
    bars = bars_of(bar_chart("Stages", STAGES))
    assert [bar.get("width") for bar in bars] == ["100.00%", "25.00%", "0%"]
    assert {bar.get("x") for bar in bars} == {"0%"}


def test_a_funnel_stands_on_its_middle_line():
    bars = bars_of(funnel_chart("Stages", STAGES))
    for bar in bars:
        start, width = (Decimal(bar.get(name).rstrip("%")) for name in ("x", "width"))
        assert start + width / 2 == 50


def test_a_stack_lays_its_parts_end_to_end():
    html = stacked_chart(
        "Money", ["Spent", "Free"], [("Alpha", [("Spent", 30), ("Free", 60)]),
                                     ("Beta", [("Spent", 10), ("Free", 20)])],
    )  # fmt: skip
    parts = [
        (rect.get("x"), rect.get("width"))
        for rect in svg_of(html).iter("rect")
        if rect.get("class").startswith("c-chart__part ")
    ]
    assert parts == [("0%", "33.33%"), ("33.33%", "66.67%"), ("0%", "11.11%"), ("11.11%", "22.22%")]


def test_picture_description_and_table_tell_the_same():
    html = bar_chart("Stages", STAGES, key="stages", head="Stage")
    picture = svg_of(html)
    assert picture.get("role") == "img"
    assert picture.get("aria-labelledby") == "stages-title stages-desc"
    assert picture.find("title").text == "Stages"
    assert picture.find("desc").text == "Draft: 40 projects; Alpha: 10 projects; Live: none"
    cells = re.findall(r'<th scope="row"[^>]*>(.*?)</th><td[^>]*>(.*?)</td>', html)
    assert cells == [(label, words) for label, _value, words in STAGES]


def test_no_rows_are_a_chart_without_bars():
    assert bars_of(bar_chart("Nothing", [])) == []


def test_names_are_escaped_and_long_ones_shortened_only_in_the_picture():
    name = "<b>A name that is much too long for a narrow screen</b>"
    html = bar_chart("Names", [Bar(name, 1)])
    assert "<b>" not in html
    shown = next(text for text in svg_of(html).iter("text"))
    assert shown.text == "<b>A name that is much too long f…"
    assert "a narrow screen&lt;/b&gt;" in html


def test_a_row_leads_to_its_list_from_the_table():
    html = bar_chart("Stages", [Bar("Draft", 1, "1", "/portfolio/?stage=draft")])
    assert '<a class="govuk-link" href="/portfolio/?stage=draft">Draft</a>' in html


@pytest.mark.parametrize("chart", [bar_chart, funnel_chart])
def test_charts_have_no_inline_style_or_script(chart):
    html = chart("Stages", STAGES)
    assert " style=" not in html
    assert "<script" not in html
