"""The pages of a project's money, person by person."""

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.models import Notice
from core.outbox import drain
from projects import funding
from projects.funding import Report
from projects.models import Correction, Tranche
from tests.factories import money

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english(client):
    client.cookies["django_language"] = "en"


@pytest.fixture
def tranche(cast):
    return money.committed(cast)


def page(client, user, name: str, *args) -> str:
    client.force_login(user)
    response = client.get(reverse(f"projects:{name}", args=args))
    assert response.status_code == 200
    return response.content.decode().replace("\xa0", " ")


def status(client, user, name: str, *args, **data) -> int:
    client.force_login(user)
    address = reverse(f"projects:{name}", args=args)
    return (client.post(address, data) if data else client.get(address)).status_code


def test_the_money_page_shows_balances_tranches_and_entries(client, cast, tranche):
    html = page(client, cast.manager, "money", tranche.project.ref)
    assert "100,000.00 MXN" in html
    assert "Treasury" in html
    assert "-100,000.00 MXN" in html
    assert "Commitment" in html
    assert tranche.get_absolute_url() in html
    assert html.count('id="entry-') == 3


def test_a_stranger_finds_nothing(client, cast, tranche):
    ref = tranche.project.ref
    for name, args in (
        ("money", [ref]), ("ledger_export", [ref]), ("tranche_plan", [ref]),
        ("spending_record", [ref]), ("correction_create", [ref, 1]),
        ("tranche_detail", [tranche.pk]), ("tranche_step", [tranche.pk, "request_release"]),
    ):  # fmt: skip
        assert status(client, cast.stranger, name, *args) == 404


def test_who_may_not_is_told_so(client, cast, tranche):
    ref = tranche.project.ref
    assert status(client, cast.auditor, "tranche_plan", ref) == 403
    assert status(client, cast.manager, "spending_record", ref) == 403
    assert status(client, cast.manager, "correction_create", ref, 1) == 403
    assert status(client, cast.auditor, "tranche_step", tranche.pk, "prepare_release") in (403, 409)


def test_three_people_release_a_tranche_in_the_browser(client, cast, tranche):
    for step, person in (
        ("request_release", cast.manager), ("prepare_release", cast.preparer),
        ("authorise_release", cast.authoriser),
    ):  # fmt: skip
        assert reverse("projects:tranche_step", args=[tranche.pk, step]) in page(
            client, person, "tranche_detail", tranche.pk
        )
        confirm = page(client, person, "tranche_step", tranche.pk, step)
        assert "10,000.00 MXN (10 %)" in confirm
        seen = Tranche.objects.get(pk=tranche.pk).state
        assert status(client, person, "tranche_step", tranche.pk, step, seen=seen) == 302
    assert funding.balances(tranche.project)["released"] == 90_000_00


def test_each_of_the_wrong_people_is_refused_at_each_step(client, cast, tranche):
    for step, who in (
        ("request_release", "manager"), ("prepare_release", "preparer"),
        ("authorise_release", "authoriser"),
    ):  # fmt: skip
        seen = Tranche.objects.get(pk=tranche.pk).state
        for name, person in vars(cast).items():
            if name != who:
                answer = status(client, person, "tranche_step", tranche.pk, step, seen=seen)
                assert answer in (403, 404)
        assert Tranche.objects.get(pk=tranche.pk).state == seen
        person = getattr(cast, who)
        assert status(client, person, "tranche_step", tranche.pk, step, seen=seen) == 302


def test_the_confirmation_names_who_prepared(client, cast, tranche):
    for step, person in (("request_release", cast.manager), ("prepare_release", cast.preparer)):
        seen = Tranche.objects.get(pk=tranche.pk).state
        status(client, person, "tranche_step", tranche.pk, step, seen=seen)
    html = page(client, cast.authoriser, "tranche_step", tranche.pk, "authorise_release")
    assert str(cast.preparer) in html
    assert str(cast.manager) in html


def test_the_tranche_page_says_what_is_in_the_way_and_where(client, cast, tranche):
    html = page(client, cast.manager, "tranche_detail", tranche.pk)
    assert "Nothing: three people can release it now" in html
    money.hold(cast, tranche.project)
    html = page(client, cast.manager, "tranche_detail", tranche.pk)
    assert "The project is on hold: Faltan pruebas" in html
    assert reverse("projects:hold_list", args=[tranche.project.ref]) in html


def test_a_blocked_step_shows_its_reasons_and_no_button(client, cast, tranche):
    money.hold(cast, tranche.project)
    html = page(client, cast.manager, "tranche_step", tranche.pk, "request_release")
    assert "This is not possible yet" in html
    assert "Faltan pruebas" in html


# The plan


def test_the_manager_plans_the_tranches(client, cast):
    row = money.project(cast)
    html = page(client, cast.manager, "tranche_plan", row.ref)
    assert "gate G3 is exercised" in html
    data = {"tranche_0": "", "tranche_1": "1,250,000.50", "tranche_2": "20 000", "tranche_3": "0"}
    assert status(client, cast.manager, "tranche_plan", row.ref, **data) == 302
    assert list(row.tranches.values_list("number", "amount")) == [(1, 1_250_000_50), (2, 20_000_00)]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("mucho", "is not an amount. Write it like 1250000.50"),
        ("1.005", "MXN has 2 digits after the point; the amount has more."),
        ("-5", "The amount cannot be negative."),
        ("1000,50", "is not an amount. Write it like 1250000.50"),
        ("12,5", "is not an amount. Write it like 1250000.50"),
        ("1.000,50", "is not an amount. Write it like 1250000.50"),
        ("99999999999999999", "The amount is too large; check the number of digits."),
        ("100000000.01", "more than the whole-life cost"),
    ],
)
def test_a_wrong_plan_is_told_and_kept(client, cast, typed, sentence):
    row = money.project(cast)
    client.force_login(cast.manager)
    response = client.post(reverse("projects:tranche_plan", args=[row.ref]), {"tranche_1": typed})
    html = response.content.decode()
    assert sentence in html
    assert f'value="{typed}"' in html
    assert not row.tranches.exists()


def test_what_is_reserved_is_shown_and_not_taken(client, cast, tranche):
    ref = tranche.project.ref
    assert "Reserved already" in page(client, cast.manager, "tranche_plan", ref)
    assert status(client, cast.manager, "tranche_plan", ref, tranche_1="5", tranche_2="7") == 302
    assert list(tranche.project.tranches.values_list("amount", flat=True)) == [100_000_00, 7_00]


def test_a_plan_begins_with_currency_and_cost(client, cast):
    row = money.project(cast, cost=None)
    client.force_login(cast.manager)
    response = client.get(reverse("projects:tranche_plan", args=[row.ref]))
    assert response.url == reverse("projects:project_edit", args=[row.ref])


# Spending and corrections


def test_the_recorder_records_spending(client, cast, tranche):
    row = money.drawn(cast, tranche).project
    assert "90,000.00 MXN" in page(client, cast.recorder, "spending_record", row.ref)
    data = {"kind": "spend", "amount": "63,000.00", "reference": "INF 1",
            "period_from": "2026-01-01", "period_to": "2026-03-31"}  # fmt: skip
    assert status(client, cast.recorder, "spending_record", row.ref, **data) == 302
    assert funding.balances(row)["spent"] == 63_000_00


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"amount": "90,000.01"}, "90,000.00"),
        ({"amount": "0"}, "Enter an amount above zero."),
        ({"reference": ""}, "This field is required."),
        ({"period_to": "2025-12-31"}, "The period ends before it begins."),
        ({"period_to": "2999-12-31"}, "The period lies in the future."),
    ],
)
def test_wrong_spending_is_told(client, cast, tranche, changed, sentence):
    row = money.drawn(cast, tranche).project
    client.force_login(cast.recorder)
    data = {"kind": "spend", "amount": "5", "reference": "INF 1", "period_from": "2026-01-01"}
    response = client.post(reverse("projects:spending_record", args=[row.ref]), data | changed)
    assert sentence in response.content.decode().replace("\xa0", " ")
    assert funding.balances(row)["spent"] == 0


def test_a_correction_is_asked_for_and_confirmed_in_the_browser(client, cast, tranche):
    row = money.drawn(cast, tranche).project
    posting = funding.record(row, Report("spend", 5_00, "INF 1"), by=cast.recorder)
    args = [row.ref, posting.number]
    assert reverse("projects:correction_create", args=args) in page(
        client, cast.preparer, "money", row.ref
    )
    assert status(client, cast.preparer, "correction_create", *args, because="Duplicado") == 302
    asked = Correction.objects.get()
    assert "Duplicado" in page(client, cast.authoriser, "money", row.ref)
    confirm = page(client, cast.authoriser, "correction_step", asked.pk, "confirm")
    assert "Duplicado" in confirm
    answer = status(client, cast.authoriser, "correction_step", asked.pk, "confirm", seen="asked")
    assert answer == 302
    assert funding.balances(row)["spent"] == 0
    assert f"reversed by entry {posting.number + 1}" in page(client, cast.manager, "money", row.ref)


def test_an_authoriser_closes_the_books(client, cast, tranche):
    assert reverse("projects:books_close") in page(
        client, cast.authoriser, "money", tranche.project.ref
    )
    assert status(client, cast.manager, "books_close") == 403
    assert status(client, cast.authoriser, "books_close", until="2026-01-31") == 302
    assert "31 Jan 2026" in page(client, cast.authoriser, "books_close")
    again = client.post(reverse("projects:books_close"), {"until": "2026-01-31"})
    assert "closed until that day already" in again.content.decode()


def test_the_ledger_is_exported_line_by_line(client, cast, tranche):
    row = money.drawn(cast, tranche).project
    client.force_login(cast.manager)
    response = client.get(reverse("projects:ledger_export", args=[row.ref]))
    rows = list(csv.DictReader(io.StringIO(response.getvalue().decode("utf-8-sig"))))
    assert [(r["Entry"], r["From"], r["To"], r["Amount"], r["Currency"]) for r in rows] == [
        ("1", "treasury", "approved", "100000.00", "MXN"),
        ("2", "approved", "reserved", "100000.00", "MXN"),
        ("3", "reserved", "committed", "100000.00", "MXN"),
        ("4", "committed", "released", "90000.00", "MXN"),
        ("4", "committed", "held back", "10000.00", "MXN"),
    ]
    assert rows[0]["Seal"] == row.postings.get(number=1).mac


def test_pages_speak_spanish(client, cast, tranche):
    client.cookies["django_language"] = "es"
    assert 'lang="es"' in page(client, cast.manager, "money", tranche.project.ref)


def test_a_page_costs_as_many_queries_with_many_entries(client, cast, tranche):
    row = money.drawn(cast, tranche).project

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            page(client, cast.manager, "money", row.ref)
        return len(queries)

    cost()
    few = cost()
    for number in range(12):
        funding.record(row, Report("spend", 100, f"INF {number}"), by=cast.recorder)
    assert cost() == few


# Who is told


def test_each_next_person_is_told(cast, tranche):
    money.drawn(cast, tranche)
    drain()
    told = {
        (notice.person, notice.event.verb.rpartition(".")[2])
        for notice in Notice.objects.select_related("person", "event")
        if notice.event.verb.startswith("projects.tranche.")
    }
    assert told == {
        (cast.manager, "commit"), (cast.preparer, "request_release"),
        (cast.authoriser, "prepare_release"), (cast.manager, "authorise_release"),
        (cast.owner, "authorise_release"), (cast.recorder, "authorise_release"),
    }  # fmt: skip
