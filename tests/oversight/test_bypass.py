"""The bypass meter, and the burn-down of conditions: what goes past the gates, and what is owed."""

from datetime import date, timedelta

import pytest
from django.core.cache import cache

from core import clock, due
from gating import burning
from gating.models import Condition
from oversight import bypass
from projects import holds
from projects.models import PostingLine
from tests.factories import boards, money
from tests.factories import emergencies as make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_kept():
    cache.clear()


def read():
    return [(figure.count, figure.money.replace("\xa0", " "), figure.alarming)
            for figure in bypass.meter()]  # fmt: skip


def test_nothing_goes_past_a_gate(cast):
    assert read() == []
    assert bypass.share() == []


def test_exceptions_by_their_dates_the_overdue_first_and_urgent_holds(cast):
    found = make.at(cast, "released")
    assert [row[0] for row in read()] == [1]
    holds.record_finding(found.project, "Paid twice", by=cast.auditor, urgent=True)
    with clock.move(to=found.ends_at + timedelta(seconds=1)):  # before the clock has marked it
        figures = bypass.meter()
    assert [(f.count, f.alarming, "10,000" in f.money) for f in figures] == [
        (1, True, True)
    ]  # fmt: skip
    assert figures[0].url == "/exceptions/?show=overdue"
    assert [figure.count for figure in bypass.meter()] == [1, 1]  # today the urgent hold counts


def test_the_share_of_a_year_of_releases(cast):
    money.drawn(cast, money.committed(cast, 30_000_00))
    make.at(cast, "released")
    assert PostingLine.objects.filter(posting__kind="release").count() == 4
    assert bypass.share() == [
        "In twelve months 25.0 percent of what was released in MXN went past a gate."
    ]
    cache.clear()
    with clock.move(timedelta(days=366)):
        assert bypass.share() == []


def test_the_meter_asks_four_questions_whatever_the_portfolio(
    client, cast, django_assert_num_queries
):
    make.at(cast, "released")
    make.asked(cast, make.reviews.project(cast, tier="large"))
    with django_assert_num_queries(6):  # two of them ask the time
        bypass.meter()
    client.force_login(cast.secretariat)
    page = client.get("/portfolio/", headers={"accept-language": "es"}).content.decode()
    assert "exce" in page
    client.force_login(cast.stranger)
    assert 'id="bypass"' not in client.get("/portfolio/").content.decode()


# The burn-down


def test_the_last_days_of_twelve_months_and_today():
    found = burning.days(date(2026, 3, 31))
    assert (found[0], found[-2:]) == (date(2025, 3, 31), [date(2026, 2, 28), date(2026, 3, 31)])
    assert len(found) == 13


def test_what_was_open_overdue_opened_and_closed(client, cast):
    with boards.opened(cast, "approve_with_conditions", ("precedent", "subsequent")) as motion:
        boards.carried(cast, motion)
        decided = clock.today()
    first, second = Condition.objects.order_by("number")
    late = second.due + timedelta(days=70)
    with clock.move(to=clock.end_of(late)):
        due.act()
        found = burning.stands(Condition.objects.all())
        assert (found[-1].in_time, found[-1].overdue, found[-1].open) == (1, 1, 2)
        assert sum(row.opened for row in found) == 2
        before = next(row for row in reversed(found) if decided <= row.day <= second.due)
        assert (before.in_time, before.overdue) == (2, 0)
        Condition.objects.filter(pk=second.pk).update(met_at=clock.now(), state="closed")
        last = burning.stands(Condition.objects.all())[-1]
        assert (last.open, last.overdue, last.closed) == (1, 0, 1)
    client.force_login(cast.manager)
    page = client.get(f"/projects/{first.project.ref}/conditions/burn-down/")
    assert page.status_code == 200
    lines = b"".join(client.get("/conditions/burn-down/?format=csv")).decode().splitlines()
    assert len(lines) == 14 - 1
    client.force_login(cast.stranger)
    gone = client.get(f"/projects/{first.project.ref}/conditions/burn-down/")
    assert gone.status_code == 404
