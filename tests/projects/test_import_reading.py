"""Files as people really save them: read exactly, or refused with a sentence."""

import io
import zipfile
from datetime import date, datetime

import pytest
from openpyxl import Workbook

from core.refusals import Refused
from projects.importing import mapping, reading
from projects.importing.rows import Judge
from projects.importing.tables import filled

HEADER = ["project_id", "title", "currency", "whole_life_cost", "starts_on", "ends_on"]
FIRST = ["A-1", "Ventanilla única", "MXN", "1250.50", "2026-01-15", "2027-12-31"]
GENERIC = mapping.find("generic")


def text(*rows, separator=",", encoding="utf-8", end="\n"):
    return (end.join(separator.join(row) for row in rows) + end).encode(encoding)


def workbook(*rows, sheets=(), change=None):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for title, more in sheets:
        sheet = book.create_sheet(title)
        for row in more:
            sheet.append(row)
    if change:
        change(book.active)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def read(content, name="portfolio.csv", using=GENERIC):
    table = reading.open_table(io.BytesIO(content), name, using)
    judge = Judge(using, table.header, table.date_forms)
    return [judge.judge(line) for line in table.lines if filled(line.cells)]


def refusal(content, name="portfolio.csv", using=GENERIC):
    with pytest.raises(Refused) as caught:
        read(content, name, using)
    (sentence,) = caught.value.reasons
    return sentence


@pytest.mark.parametrize(
    ("encoding", "separator", "end"),
    [
        ("utf-8", ",", "\n"),
        ("utf-8-sig", ";", "\r\n"),
        ("utf-16", "\t", "\r\n"),
        ("cp1252", ";", "\r"),
    ],
)
def test_text_is_read_in_the_encodings_and_separators_of_office_programs(encoding, separator, end):
    (row,) = read(text(HEADER, FIRST, separator=separator, encoding=encoding, end=end))
    assert (row.number, row.key, row.faults, row.gaps) == (2, "A-1", [], [])
    assert row.values["title"] == "Ventanilla única"
    assert row.values["cost"] == 125050
    assert row.values["ends_on"] == date(2027, 12, 31)


def test_headers_are_found_in_any_order_case_and_spacing_and_other_columns_are_ignored():
    header = [" Ends_On ", "WHOLE_LIFE_COST", "shoe size", "Title", "currency", "starts_on",
              "Project_ID"]  # fmt: skip
    (row,) = read(text(header, ["2027-01-01", "3", "44", "T", "usd", "2026-01-01", "K"]))
    assert (row.key, row.values["cost"], row.values["currency"]) == ("K", 300, "USD")


def test_quoted_cells_may_hold_separators_quotes_and_line_ends():
    (row,) = read(text(HEADER, ["A", '"One, ""two""\nthree"', *FIRST[2:]]))
    assert row.values["title"] == 'One, "two"\nthree'


def test_blank_lines_are_passed_over_and_keep_their_number():
    rows = read(text(HEADER, [""] * 6, [], FIRST))
    assert [row.number for row in rows] == [4]


@pytest.mark.parametrize(
    ("content", "beginning"),
    [
        (b"", "The file is empty."),
        (b"\n\n  \n", "The file is empty."),
        ("título,ó\n".encode() * 9 + b"\xff\xfe\x81", "The characters of the file cannot be read"),
        (b"\xff\xfea", "The characters of the file cannot be read"),
        ("project_id,title\n".encode("utf-32"), "The characters of the file cannot be read"),
        ("project_id,title\n".encode("utf-16-le"), "The file is no table"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 99, "This is an old .xls workbook"),
        (b"PK\x03\x04 and nothing else", "The workbook is damaged."),
        (
            b"project_id,titel\nA,B\n",
            "The file lacks these columns: title, whole_life_cost, starts_on, ends_on, currency.",
        ),
        (text([*HEADER, "Title "], [*FIRST, "x"]), "The column title stands in the file more"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_a_sentence(content, beginning):
    order = refusal(content)
    if "lacks" in beginning:
        assert set(order.split(": ")[1].split(". ")[0].split(", ")) == {
            "title", "whole_life_cost", "starts_on", "ends_on", "currency"}  # fmt: skip
    else:
        assert order.startswith(beginning)


def test_a_file_larger_than_the_limit_is_refused_without_reading_it(settings):
    settings.IMPORT_MB = 1

    class Large(io.BytesIO):
        def read(self, *args):
            raise AssertionError("it was read")

    with pytest.raises(Refused, match="The file has 2 MB; at most 1 MB are read"):
        reading.open_table(Large(b"x" * 1_500_000), "portfolio.csv", GENERIC)


def test_a_header_without_rows_is_a_table_without_rows():
    assert read(text(HEADER)) == []


@pytest.mark.parametrize("lonely", ['"A-1,x,MXN,1,,', 'A-1,"x"y,MXN,1,,', 'A-1,"x,MXN,1,,'])
def test_a_misplaced_quotation_mark_spoils_its_own_line_only(lonely):
    after = ["B-1", '"Quoted, well"', *FIRST[2:]]
    rows = read(text(HEADER, FIRST, [lonely], after, ["C-1", *FIRST[1:]]))
    assert [(row.number, row.key, [f.code for f in row.faults]) for row in rows] == [
        (2, "A-1", []), (3, "", ["quotes"]), (4, "B-1", []), (5, "C-1", [])]  # fmt: skip
    assert rows[1].cells == [lonely]
    assert rows[2].values["title"] == "Quoted, well"


def test_a_line_with_too_many_or_too_few_cells_is_kept_whole():
    rows = read(text(HEADER, [*FIRST, "surplus"], FIRST[:4], [*FIRST, " ", ""]))
    assert [[f.code for f in row.faults] for row in rows] == [["too_many"], ["too_few"], []]
    assert rows[0].cells == [*FIRST, "surplus"]


def test_a_workbook_gives_numbers_dates_and_texts_as_they_stand():
    book = workbook(
        HEADER,
        [656, "T", "MXN", 7.5440249999999995, datetime(2026, 1, 15), date(2027, 12, 31)],
        [None] * 6,
        ["B", "U", "MXN", 3, "2026-02-01", None],
    )
    rows = read(book, "portfolio.xlsx")
    assert [(row.number, row.key, row.faults) for row in rows] == [(2, "656", []), (4, "B", [])]
    assert (rows[0].values["cost"], rows[0].values["starts_on"]) == (754, date(2026, 1, 15))
    assert (rows[1].values["cost"], rows[1].gaps) == (300, ["ends_on"])


def test_a_workbook_with_a_formula_is_refused_and_the_cell_named():
    book = workbook(HEADER, [*FIRST[:3], "=1+1", *FIRST[4:]])
    assert refusal(book, "p.xlsx") == (
        "Cell D2 of the sheet “Sheet” is a formula. Save the sheet as values, or as CSV."
    )


def test_the_sheet_with_the_columns_is_found_and_two_of_them_are_refused():
    other = ("Notes", [["Read me"]])
    assert len(read(workbook(HEADER, FIRST, sheets=[other]), "p.xlsx")) == 1
    twice = workbook(HEADER, FIRST, sheets=[("Copy", [HEADER, FIRST])])
    assert refusal(twice, "p.xlsx").startswith("Several sheets of the workbook have these columns")
    assert refusal(workbook(), "p.xlsx").startswith("The file is empty.")
    assert refusal(workbook(["x"]), "p.xlsx").startswith("The file lacks these columns")


def test_a_workbook_that_unpacks_to_too_much_is_refused(settings):
    settings.IMPORT_UNPACKED_MB = 1
    book = workbook(HEADER, *[[f"K{n}", "x" * 200, *FIRST[2:]] for n in range(6000)])
    assert len(book) < 1_000_000
    assert refusal(book, "p.xlsx").startswith("The workbook unpacks to more than is read.")


@pytest.mark.parametrize(
    ("part", "content", "beginning"),
    [
        ("xl/vbaProject.bin", b"macro", "The workbook contains macros."),
        ("xl/evil.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "The file is no .xlsx"),
        ("xl/evil.xml", b"<a><b></a>", "The workbook is damaged."),
    ],
)
def test_a_workbook_with_dangerous_parts_is_refused(part, content, beginning):
    file = io.BytesIO(workbook(HEADER, FIRST))
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(part, content)
    assert refusal(file.getvalue(), "p.xlsx").startswith(beginning)


def test_a_text_called_xlsx_and_another_archive_are_refused():
    assert refusal(text(HEADER, FIRST), "p.xlsx").startswith("The file is called .xlsx")
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("content.xml", "<a/>")
    assert refusal(file.getvalue(), "p.ods").startswith("The file is no .xlsx workbook.")
