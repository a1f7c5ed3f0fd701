"""What a row says: exact amounts, dates in the mapping's form, faults with sentences, gaps."""

import json
from datetime import date

import pytest
from django.conf import settings

from core.refusals import Refused
from projects.importing import mapping
from projects.importing.faults import fault_from
from projects.importing.mapping import Column
from projects.importing.rows import Judge, amount, changed_fields, fingerprint
from projects.importing.tables import Line

GENERIC = mapping.find("generic")
SHAPE = {
    "code": "own",
    "label": "Own",
    "key": "id",
    "currency": {"fixed": "MXN"},
    "fields": {"title": "name"},
}


def judged(using=GENERIC, **cells):
    base = {"project_id": "A-1", "title": "T", "currency": "MXN", "whole_life_cost": "10",
            "starts_on": "2026-01-01", "ends_on": "2026-12-31"}  # fmt: skip
    row = base | cells
    return Judge(using, list(row)).judge(Line(2, list(row.values())))


def shaped(**changes):
    return mapping.parse(json.dumps(SHAPE | changes))


@pytest.mark.parametrize(
    ("text", "unit", "currency", "minor"),
    [
        ("15.297", "millions", "USD", 1529700000),
        ("7.5440249999999995", "millions", "USD", 754402500),
        ("1.5E-3", "millions", "USD", 150000),
        ("2e3", "millions", "USD", 200000000000),
        ("0.1", "millions", "USD", 10000000),
        ("1234567890123456.78", "units", "MXN", 123456789012345678),
        ("0.005", "units", "MXN", 0),
        ("0.015", "units", "MXN", 2),
        ("12.5", "thousands", "JPY", 12500),
        ("1.2345", "units", "KWD", 1234),
        ("1250", "minor", "MXN", 1250),
        ("1250", "minor", "JPY", 1250),
        ("+.5", "units", "MXN", 50),
        ("0", "units", "MXN", 0),
        ("-0", "units", "MXN", 0),
        ("1e-9999", "units", "MXN", 0),
    ],
)
def test_an_amount_becomes_exact_minor_units(text, unit, currency, minor):
    assert amount(Column("cost", unit=unit), text, currency) == minor


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("N/A", "number"), ("1,250.50", "number"), ("$5", "number"), ("1.2.3", "number"),
        ("NaN", "number"), ("Infinity", "number"), ("1_000", "number"), ("٣", "number"),
        ("0x10", "number"), ("1 000", "number"), ("-1", "negative"), ("-0.001", "negative"),
        ("1e18", "too_large"), ("9e9999", "too_large"), ("9" * 41, "too_large"),
    ],
)  # fmt: skip
def test_what_is_no_amount_is_a_fault(text, code):
    assert amount(Column("cost"), text, "MXN").code == code


def test_a_mapping_may_say_that_amounts_have_a_comma_and_points_between_groups():
    column = Column("cost")
    assert amount(column, "1.250.000,75", "MXN", ",", ".") == 125000075
    assert amount(column, "12,5", "MXN", ",") == 1250
    for text in ("1.25,0", "1.2500", "12.5,0.0"):
        assert amount(column, text, "MXN", ",", ".").code == "number"
    assert amount(column, "12.5", "MXN", ",").code == "number"


@pytest.mark.parametrize(
    ("cells", "code", "column"),
    [
        ({"project_id": " "}, "key_missing", "project_id"),
        ({"project_id": "k" * 101}, "too_long", "project_id"),
        ({"title": "t" * 251}, "too_long", "title"),
        ({"title": "bell\x07"}, "control", "title"),
        ({"title": "nul\x00"}, "control", "title"),
        ({"title": "#REF!"}, "sheet_error", "title"),
        ({"starts_on": "13/45/2011"}, "date", "starts_on"),
        ({"starts_on": "2026-02-30"}, "date", "starts_on"),
        ({"starts_on": "15/01/2026"}, "date", "starts_on"),
        ({"starts_on": "tomorrow"}, "date", "starts_on"),
        ({"starts_on": "1899-12-30"}, "year", "starts_on"),
        ({"ends_on": "9999-12-31"}, "year", "ends_on"),
        ({"ends_on": "2025-12-31"}, "ends_first", "ends_on"),
        ({"whole_life_cost": "-5"}, "negative", "whole_life_cost"),
        ({"whole_life_cost": "N/A"}, "number", "whole_life_cost"),
        ({"currency": "XYZ"}, "currency_unknown", "currency"),
        ({"currency": ""}, "currency_missing", "currency"),
        ({"risk": "enormous"}, "choice", "risk"),
        ({"source_url": "javascript:alert(1)"}, "address", "source_url"),
        ({"institution_code": "a b"}, "code", "institution_code"),
        ({"institution_name": "n" * 201}, "too_long", "institution_name"),
    ],
)
def test_a_row_that_contradicts_itself_has_a_fault_in_words(cells, code, column):
    (fault,) = judged(**cells).faults
    assert (fault.code, fault.column) == (code, column)
    assert "%(" not in fault.sentence
    assert fault.sentence.endswith(".")
    assert fault_from(fault.as_data()).sentence == fault.sentence


def test_every_fault_of_a_row_is_told_at_once():
    row = judged(whole_life_cost="N/A", starts_on="x", ends_on="y", currency="")
    assert [fault.code for fault in row.faults] == ["date", "date", "currency_missing"]


@pytest.mark.parametrize(
    ("cells", "gaps"),
    [
        ({}, []),
        ({"whole_life_cost": "0"}, []),
        ({"whole_life_cost": ""}, ["cost"]),
        ({"whole_life_cost": " ", "currency": ""}, ["cost"]),
        ({"starts_on": "", "ends_on": ""}, ["starts_on", "ends_on"]),
        ({"title": ""}, ["title"]),
    ],
)
def test_a_blank_is_a_gap_and_never_zero(cells, gaps):
    row = judged(**cells)
    assert (row.faults, row.gaps) == ([], gaps)
    if "cost" in gaps:
        assert row.values["cost"] is None


def test_a_project_may_begin_and_end_on_the_same_day():
    assert judged(ends_on="2026-01-01").faults == []


def test_a_key_that_comes_again_is_a_fault_of_the_later_row_even_if_the_first_one_is_spoilt():
    judge = Judge(GENERIC, ["project_id", "title", "currency", "whole_life_cost"])
    cells = [["K", "T", "MXN", "-1"], [" K ", "T", "MXN", "1"], ["L", "T", "MXN", "1"]]
    rows = [judge.judge(Line(number, row)) for number, row in enumerate(cells, start=2)]
    assert [[f.code for f in row.faults] for row in rows] == [["negative"], ["key_repeated"], []]
    assert rows[1].faults[0].sentence == "“K” stands already in row 2 of this file."


def test_values_are_taken_as_the_mapping_says():
    row = judged(risk="Alto", tags="one; two;;one", institution_code="SEP",
                 institution_name="Educación", source_url="https://gob.mx/x")  # fmt: skip
    assert row.values == {
        "title": "T", "starts_on": date(2026, 1, 1), "ends_on": date(2026, 12, 31),
        "risk": "high", "tags": ["one", "two"], "source_url": "https://gob.mx/x",
        "currency": "MXN", "cost": 1000, "institution": ("SEP", "Educación"),
    }  # fmt: skip


def test_the_fields_that_a_file_changed_are_known_from_two_fingerprints():
    before = fingerprint({"title": "A", "cost": 5, "starts_on": None})
    assert changed_fields(before, before) == set()
    assert changed_fields(before, fingerprint({"title": "B", "cost": 5, "starts_on": None})) == {
        "title"}  # fmt: skip
    assert changed_fields(before, fingerprint({"title": "A", "cost": 5, "risk": "low"})) == {"risk"}
    assert changed_fields("", before) == {"title", "cost", "starts_on"}


def test_constants_of_a_mapping_fill_what_no_column_gives():
    own = shaped(constants={"tags": ["imported"], "risk": "low"})
    row = Judge(own, ["id", "name"]).judge(Line(2, ["1", "T"]))
    assert (row.values["tags"], row.values["risk"]) == (["imported"], "low")
    assert row.values["currency"] == "MXN"
    assert row.gaps == ["cost", "starts_on", "ends_on"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"code": "Own Code"}, "The code of a mapping has small letters, digits and hyphens"),
        ({"label": " "}, "The mapping needs “label” as a text."),
        ({"shoe": 1}, "In the mapping, “shoe” is unknown."),
        ({"currency": {"fixed": "XYZ"}}, "“XYZ” is no currency code of ISO 4217."),
        ({"currency": {"fixed": 5}}, "“5” is no currency code of ISO 4217."),
        ({"currency": {}}, "The currency is either fixed or a column."),
        ({"currency": "MXN"}, "The mapping needs “currency” as an object."),
        ({"fields": {}}, "The mapping must say which column is the title."),
        ({"fields": {"title": "n", "budget": "b"}}, "In fields, “budget” is unknown."),
        ({"fields": {"title": {"column": ""}}}, "The mapping needs “column” as a text."),
        ({"fields": {"title": "n", "cost": {"column": "c", "unit": "dozens"}}}, "The unit of"),
        ({"fields": {"title": "n", "cost": {"column": "c", "unit": []}}}, "The unit of"),
        ({"fields": {"title": "n", "starts_on": "d"}}, "“starts_on” needs “dates”"),
        ({"fields": {"title": "n", "starts_on": {"column": "d", "dates": ["%Y-%m"]}}}, "“%Y-%m”"),
        ({"fields": {"title": "n", "starts_on": {"column": "d", "dates": ["%q"]}}}, "“%q” of"),
        ({"fields": {"title": "n", "risk": {"column": "r", "values": {"a": "b"}}}}, "The values"),
        ({"decimal": ",", "grouping": ","}, "“decimal” is a point or a comma"),
        ({"institution": {"prefix": "X"}}, "The institution needs a column"),
        ({"institution": {"code": "c", "zone": "Mars/Base"}}, "“Mars/Base” is no time zone."),
        ({"institution": {"code": "c", "country": "Mexico"}}, "“Mexico” is no country code"),
        ({"constants": {"tags": "x"}}, "The constant “tags” has a wrong value."),
    ],
)
def test_a_mapping_with_a_mistake_is_refused_with_a_sentence(changes, sentence):
    with pytest.raises(Refused) as caught:
        shaped(**changes)
    assert caught.value.reasons[0].startswith(sentence)


def test_the_mapping_that_the_manual_shows_is_a_right_one():
    manual = (settings.BASE_DIR / "docs" / "import.md").read_text()
    shown = mapping.parse(manual.split("```json\n")[1].split("```")[0])
    row = Judge(shown, [column.header for column in shown.columns]).judge(
        Line(
            2, ["F-1", "Ventanilla", "", "1.250,5", "31/12/2026", "2027-12-31", "m", "a, b", "", ""]
        )
    )
    assert (row.faults, row.values["cost"], row.values["risk"]) == ([], 125050000, "medium")
    assert row.values["tags"] == ["a", "b", "town hall"]


@pytest.mark.parametrize("text", ["", "[]", "{", "[" * 100_000, "null", r'{"code": "a\u0000"}'])
def test_a_text_that_is_no_mapping_is_refused(text):
    with pytest.raises(Refused, match=r"^The mapping "):
        mapping.parse(text)


def test_a_mapping_is_found_by_its_code_or_its_path(tmp_path):
    path = tmp_path / "own.json"
    path.write_text(json.dumps(SHAPE), "utf-8-sig")
    assert mapping.find(str(path)).code == "own"
    assert [known.code for known in mapping.known()] == ["generic", "uk-gmpp", "us-it-dashboard"]
    with pytest.raises(Refused, match="There is no mapping “nope”"):
        mapping.find("nope")
