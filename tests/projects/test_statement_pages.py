"""The page of a statement and its copies: the same figures and the same seal on all of them."""

import csv
import io

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from core import clock
from projects import funding, statements
from projects.funding import Report
from tests.factories import money

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english(client):
    client.cookies["django_language"] = "en"


@pytest.fixture
def row(cast):
    project = money.drawn(cast, money.committed(cast)).project
    wrong = funding.record(project, Report("spend", 5_00, "INF 1"), by=cast.recorder)
    money.grant(cast.auditor, "authoriser")
    funding.reverse(wrong, by=cast.auditor, because="=Duplicado")
    return project


def get(client, user, name: str, *args, **query):
    client.force_login(user)
    return client.get(reverse(f"projects:{name}", args=args), query)


def plain(text: str) -> str:
    return text.replace("\xa0", " ")


def amounts(text: str) -> list[str]:
    return [word for word in text.split() if word.endswith(".00")]


def test_page_csv_xlsx_and_pdf_say_the_same(client, cast, row):
    today = clock.today()
    made = statements.make(row, today)
    query = {"on": today.isoformat()}
    html = plain(get(client, cast.manager, "statement", row.ref, **query).content.decode())
    reader = get(client, cast.manager, "statement_file", row.ref, "csv", **query)
    table = list(csv.DictReader(io.StringIO(reader.getvalue().decode("utf-8-sig"))))
    book = openpyxl.load_workbook(io.BytesIO(
        get(client, cast.manager, "statement_file", row.ref, "xlsx", **query).content))  # fmt: skip
    sheet = [list(line) for line in book.active.iter_rows(values_only=True)]
    paper = get(client, cast.manager, "statement_file", row.ref, "pdf", **query).content
    words = plain(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(paper)).pages))

    balances = {line["Account, or from"]: line["Closing"] for line in table
                if line["Part"] == "balance"}  # fmt: skip
    assert balances["released"] == "90000.00"
    assert balances["held back"] == "10000.00"
    assert balances["treasury"] == "-100000.00"
    exact = {line[2]: line[7] for line in sheet if line[0] == "balance"}
    assert {name: f"{value:.2f}" for name, value in exact.items()} == balances
    for value in balances.values():
        shown = f"{float(value):,.2f} MXN"
        assert shown in html
        assert shown.replace(" ", "") in words.replace(" ", "").replace("\n", "")
    assert table[-1]["Why"] == sheet[-1][16] == made.digest
    assert made.digest in html
    assert made.digest in words.replace("\n", "")
    marks = [line["Mark"] for line in table if line["Entry"] in ("5", "6")]
    assert marks == ["reversed by entry 6", "reverses entry 5"]
    assert "reversed by entry 6" in html
    assert next(line["Why"] for line in table if line["Entry"] == "6") == "'=Duplicado"


def test_the_pdf_is_tagged_and_speaks_the_readers_language(client, cast, row):
    client.cookies["django_language"] = "es"
    paper = get(client, cast.manager, "statement_file", row.ref, "pdf", on="2026-01-31").content
    catalogue = PdfReader(io.BytesIO(paper)).trailer["/Root"]
    assert catalogue["/MarkInfo"]["/Marked"]
    assert catalogue["/Lang"] == "es"


def test_a_past_day_is_asked_for_and_today_is_marked_as_going_on(client, cast, row):
    html = get(client, cast.manager, "statement", row.ref).content.decode()
    assert "This day is not over" in html
    html = get(client, cast.manager, "statement", row.ref, on="2026-01-31").content.decode()
    assert "This day is not over" not in html
    assert "Nothing was recorded in this time." in html


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"on": "2999-01-01"}, "This day is still to come"),
        ({"on": ""}, "This field is required."),
        ({"on": "mañana"}, "Enter a valid date."),
        ({"on": "2026-01-01", "since": "2026-02-01"}, "The statement would begin after its end."),
    ],
)
def test_a_wrong_day_is_told_and_kept(client, cast, row, query, sentence):
    for name, args in (("statement", [row.ref]), ("statement_file", [row.ref, "pdf"])):
        response = get(client, cast.manager, name, *args, **query)
        assert response.status_code == 400
        assert sentence in response.content.decode()
        assert f'value="{query["on"]}"' in response.content.decode() or not query["on"]


def test_a_stranger_finds_nothing_and_all_money_is_for_oversight(client, cast, row):
    assert get(client, cast.stranger, "statement", row.ref).status_code == 404
    assert get(client, cast.stranger, "statement_file", row.ref, "csv").status_code == 404
    assert get(client, cast.manager, "statement_file", row.ref, "odt").status_code == 404
    for name in ("portfolio_statement", "money_desk"):
        assert get(client, cast.manager, name).status_code == 403
        assert get(client, cast.auditor, name).status_code == 200


def test_the_portfolio_stands_by_currency(client, cast, row):
    money.committed(cast, amount=500, currency="JPY")
    html = plain(get(client, cast.auditor, "portfolio_statement").content.decode())
    assert "Balances in JPY" in html
    assert "500 JPY" in html
    assert row.ref in html
    desk = plain(get(client, cast.auditor, "money_desk").content.decode())
    assert "90,000.00 MXN" in desk
    assert "500 JPY" in desk


def test_a_page_costs_as_many_queries_with_many_entries(client, cast, row):
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert get(client, cast.manager, "statement", row.ref).status_code == 200
        return len(queries)

    cost()
    few = cost()
    for number in range(12):
        funding.record(row, Report("spend", 100, f"INF {number} b"), by=cast.recorder)
    assert cost() == few


def test_a_file_is_named_for_what_it_says(client, cast, row):
    found = get(client, cast.manager, "statement_file", row.ref, "csv", on="2026-02-28",
                since="2026-02-01")  # fmt: skip
    assert f"{row.ref}-statement-2026-02-01-2026-02-28.csv" in found["Content-Disposition"]
