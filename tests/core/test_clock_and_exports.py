"""The clock moves only where it may; exported cells never run; pages speak what was chosen."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from core import clock, deadlines
from core.exports import csv_lines, safe, xlsx_response
from core.models import Holiday, Institution

pytestmark = pytest.mark.django_db


def test_the_clock_moves_by_days_and_to_a_moment_and_back():
    before = clock.now()
    with clock.move(timedelta(days=3)):
        assert clock.now() - before >= timedelta(days=3)
        with clock.move(to=datetime(2020, 1, 1, tzinfo=UTC)):
            assert clock.now().year == 2020
    assert clock.now() - before < timedelta(minutes=1)


def test_the_clock_never_moves_in_production(settings):
    settings.CLOCK_MOVABLE = False
    with pytest.raises(RuntimeError), clock.move(timedelta(days=1)):
        pass


def test_a_day_ends_at_24_where_the_institution_is():
    tijuana = Institution.objects.create(code="T", name="Tijuana", zone="America/Tijuana")
    end = clock.end_of(date(2026, 1, 31), tijuana)
    assert end.isoformat() == "2026-02-01T00:00:00-08:00"
    assert deadlines.told(clock.end_of(date(2026, 1, 31))).endswith("24:00")


def test_working_days_leave_out_weekends_and_holidays_of_all_and_of_one():
    here, there = (Institution.objects.create(code=code, name=code) for code in "AB")
    Holiday.objects.create(day=date(2026, 3, 30), name="of all")
    Holiday.objects.create(day=date(2026, 3, 31), name="of one", institution=here)
    friday = date(2026, 3, 27)
    assert clock.working_days_after(friday, 1, here) == date(2026, 4, 1)
    assert clock.working_days_after(friday, 1, there) == date(2026, 3, 31)


def test_two_accounts_of_the_clock_are_one():
    assert clock.clock_account() == clock.clock_account()
    assert not clock.clock_account().has_usable_password()


@pytest.mark.parametrize("cell", ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_cell_that_would_run_gets_an_apostrophe(cell):
    assert safe(cell) == "'" + cell


@pytest.mark.parametrize("cell", ["-12.50", "+3", "plain", "", None, 7, Decimal("-1.5")])
def test_numbers_and_texts_stay_as_they_are(cell):
    assert safe(cell) == ("" if cell is None else str(cell))


def test_a_csv_file_is_read_as_it_was_meant():
    text = "".join(csv_lines(["a", "b"], [['x "y"', "1,5"], ["=1", None]]))
    assert text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text[1:])))
    assert rows == [["a", "b"], ['x "y"', "1,5"], ["'=1", ""]]


def test_a_workbook_is_a_download():
    page = xlsx_response("name", ["a"], [[Decimal("1.5")], [date(2026, 1, 1)], ["=1"], [None]])
    assert page["Content-Disposition"] == 'attachment; filename="name.xlsx"'
    assert page.content[:2] == b"PK"


def test_pages_speak_spanish_until_english_is_chosen(client):
    login = reverse("account_login")
    assert 'lang="es"' in client.get(login, headers={"Accept-Language": "en"}).content.decode()
    client.post(reverse("set_language"), {"language": "en", "next": login})
    page = client.get(login, headers={"Accept-Language": "es"})
    assert 'lang="en"' in page.content.decode()
    assert page["Content-Language"] == "en"
