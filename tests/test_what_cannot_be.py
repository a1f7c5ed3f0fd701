"""What cannot be is refused with a sentence, before anything is written."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from core import clock
from core.models import Event, Institution
from core.refusals import Refused
from gating import meetings
from gating.models import Service
from projects import claiming
from projects.models import forecast
from projects.models.forecast import lacks
from tests.factories import boards, claims, reports, seals

pytestmark = pytest.mark.django_db
FINE = {"code": "SALUD", "name": "Secretaría de Salud", "country": "mx", "zone": "America/Tijuana"}


def test_an_institution_is_entered_whole_with_its_event(cast, client):
    client.force_login(cast.admin)
    answer = client.post(reverse("core:institution_list"), FINE)
    entered = Institution.objects.get(code="SALUD")
    assert (answer.status_code, entered.country) == (302, "MX")
    assert Event.objects.filter(verb="core.institution.create", target_id=entered.pk).count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_institution_is_entered_where_no_transaction_is_open(cast, client):
    client.force_login(cast.admin)
    assert client.post(reverse("core:institution_list"), FINE).status_code == 302


@pytest.mark.parametrize(
    ("name", "value"),
    [("zone", "Mars/Olympus"), ("zone", "../../etc"), ("country", "99"), ("country", "ZQ"),
     ("code", "Q 3<b>")],
)  # fmt: skip
def test_an_institution_somewhere_else_is_not(cast, client, name, value):
    client.cookies["django_language"] = "en"
    client.force_login(cast.admin)
    page = client.post(reverse("core:institution_list"), {**FINE, name: value})
    assert "There is a problem" in page.content.decode()
    assert not Institution.objects.filter(name=FINE["name"]).exists()


def test_nobody_answers_before_being_notified(cast):
    claim = claims.at(cast, "hearing")
    with pytest.raises(Refused, match="before being notified"):
        claiming.answer(claim, "x", date(2020, 1, 1), by=cast.secretariat)
    today = clock.today(claim.project.institution)
    assert claiming.answer(claim, "x", today, by=cast.secretariat).answered_on == today


def test_no_meeting_is_moved_into_the_past(cast):
    meeting = boards.scheduled(cast, boards.filled(cast))
    with pytest.raises(Refused, match="lies ahead"):
        meetings.move(meeting, by=cast.secretariat, at=clock.now() - timedelta(days=1))


def test_one_service_lives_at_one_address(cast):
    seals.service(cast, address="https://www.gob.example.org/")
    with pytest.raises(Refused, match="registered at this address"):
        seals.service(cast, address="http://gob.example.org")
    with pytest.raises(Refused, match="cannot be right"):
        seals.service(cast, address="https://otra.example.org/", live_since=date(1, 1, 1))
    assert Service.objects.count() == 1


def test_no_forecast_lies_below_what_is_spent_or_before_its_period(cast, monkeypatch):
    report = reports.asked(cast)
    early = report.period_from - timedelta(days=1)
    with clock.move(to=clock.end_of(report.period_to)):
        report = reports.write(report, cast, ends_on=early)
        assert any("before the period" in line for line in lacks(report.version))
        report = reports.write(report, cast, ends_on=report.project.ends_on)
        assert lacks(report.version) == []
        monkeypatch.setattr(forecast, "spent", lambda project, until: report.version.cost + 1)
        assert any("lower than the" in line for line in lacks(report.version))
