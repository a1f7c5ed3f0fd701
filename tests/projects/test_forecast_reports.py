"""Forecast reports: the machine as a table, what is asked when, lights, versions, what blocks."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from core import clock, due, outbox
from core.models import Event, Notice, Turn
from core.refusals import Denied, Refused
from core.steps import perform
from core.turns import waiting_for
from projects import lights, obligations, reporting, reports
from projects.models import (
    ForecastReport,
    ForecastVersion,
    LightSetting,
    Outlook,
    Project,
    ReportingRule,
)
from projects.reporting import Period, counts, period_of
from tests.factories import projects as made
from tests.factories import reports as factory

pytestmark = pytest.mark.django_db
States = ForecastReport.States

OFFERED = {
    ("draft", "prepare"): ("manager", "prepared"),
    ("returned", "prepare"): ("manager", "prepared"),
    ("prepared", "take_back"): ("manager", "draft"),
    ("prepared", "give_back"): ("owner", "returned"),
    ("prepared", "certify"): ("owner", "certified"),
    ("certified", "take_back_certification"): ("owner", "prepared"),
    ("certified", "return_report"): ("secretariat", "returned"),
    ("certified", "review"): ("secretariat", "reviewed"),
    ("reviewed", "take_back_review"): ("secretariat", "certified"),
}
BY_CLOCK = {"freeze", "fall_overdue", "drop"}


@pytest.fixture
def report(cast) -> ForecastReport:
    return factory.write(factory.asked(cast), cast)


def at(report: ForecastReport, cast, state: str) -> ForecastReport:
    """The report in a state, by its real road."""
    road = {"prepared": ["prepare"], "certified": ["prepare", "certify"],
            "reviewed": ["prepare", "certify", "review"],
            "frozen": ["prepare", "certify", "review"],
            "returned": ["prepare", "give_back"]}.get(state, [])  # fmt: skip
    who = {"prepare": cast.manager, "certify": cast.owner, "give_back": cast.owner,
           "review": cast.secretariat}  # fmt: skip
    for name in road:
        report = perform(report, name, by=who[name], because="Because.")
    if state == "frozen":
        with clock.move(to=report.freeze_at + timedelta(seconds=1)):
            due.act()
    if state == "dropped":
        made.as_if(report.project, "stop", cast.chair, cause=made.Cause("stop"))
        due.act()
    return ForecastReport.objects.get(pk=report.pk)


def every_step() -> set[str]:
    field = ForecastReport._meta.get_field("state")
    return {transition.name for transition in field.get_all_transitions(ForecastReport)}


def test_the_table_names_every_step():
    assert every_step() == {name for _state, name in OFFERED} | BY_CLOCK


@pytest.mark.parametrize("state", States.values)
def test_only_what_stands_in_the_table_is_done(cast, report, state):
    report = at(report, cast, state)
    assert report.state == state
    for name in sorted(every_step()):
        who, _target = OFFERED.get((state, name), ("", ""))
        for local, person in vars(cast).items():
            if local != who:
                with pytest.raises((Denied, Refused)):
                    perform(report, name, by=person, because="x")
    assert ForecastReport.objects.get(pk=report.pk).state == state
    for (source, name), (who, target) in OFFERED.items():
        if source == state:
            with transaction.atomic():
                done = perform(report, name, by=getattr(cast, who), because="x")
                assert done.state == target
                transaction.set_rollback(True)


def test_a_report_is_asked_when_its_half_year_is_over(cast):
    start = datetime(2026, 12, 1, 12, tzinfo=UTC)
    with clock.move(to=start):
        project = made.measured(cast)
        due.act()
        assert not ForecastReport.objects.exists()
    # under way for one of six months: nobody reports on a few weeks
    with clock.move(to=datetime(2027, 1, 2, 12, tzinfo=UTC)):
        due.act()
        assert not ForecastReport.objects.exists()
    with clock.move(to=datetime(2027, 7, 1, 5, 30, tzinfo=UTC)):  # 23:30 of June 30 in Mexico
        due.act()
        assert not ForecastReport.objects.exists()
    with clock.move(to=datetime(2027, 7, 1, 6, 0, 1, tzinfo=UTC)):
        due.act()
        due.act()
        report = ForecastReport.objects.get()
    assert (report.period_from, report.period_to) == (date(2027, 1, 1), date(2027, 6, 30))
    assert report.due_on == date(2027, 7, 14)  # ten working days
    assert [turn.step for turn in waiting_for(cast.manager).filter(
        target_label="projects.forecastreport")] == ["prepare"]  # fmt: skip
    assert project.forecast_reports.get().version.cost == project.cost


def test_after_an_outage_every_period_is_asked_once_and_in_order(cast):
    with clock.move(to=datetime(2026, 12, 1, 12, tzinfo=UTC)):
        made.measured(cast)
        due.act()
    with clock.move(to=datetime(2028, 7, 3, 12, tzinfo=UTC)):
        due.act()
        due.act()
    asked = Event.objects.filter(verb="projects.forecastreport.create").order_by("pk")
    ends = [ForecastReport.objects.get(pk=event.target_id).period_to for event in asked]
    assert ends == [date(2027, 6, 30), date(2027, 12, 31), date(2028, 6, 30)]


def test_the_turn_goes_from_manager_to_owner_to_secretariat(cast, report):
    def audience() -> list[str]:
        rows = Turn.objects.filter(target_label="projects.forecastreport", target_id=report.pk)
        return [turn.audience for turn in rows]

    assert audience() == [f"user:{cast.manager.pk}:manager"]
    report = perform(report, "prepare", by=cast.manager)
    assert audience() == [f"user:{cast.owner.pk}:owner"]
    report = perform(report, "certify", by=cast.owner)
    assert audience() == ["role:secretariat"]
    perform(report, "review", by=cast.secretariat)
    assert audience() == []


def test_a_report_lacks_what_it_lacks(cast):
    report = factory.asked(cast)
    with pytest.raises(Refused) as refused:
        perform(report, "prepare", by=cast.manager)
    assert refused.value.reasons == (
        "What was done in the period is not said.",
        "The risks are not said; if there are none, write so.",
        "The next steps are not said.",
        "The forecast of the benefit “A financial benefit” is missing.",
        "The forecast of the benefit “A social benefit” is missing.",
    )


def test_whoever_wrote_it_does_not_certify_it(cast, report):
    Project.objects.filter(pk=report.project_id).update(owner=cast.manager)
    report = perform(ForecastReport.objects.get(pk=report.pk), "prepare", by=cast.manager)
    with pytest.raises(Denied):
        perform(report, "certify", by=cast.manager)


def test_what_was_certified_never_changes(cast, report):
    report = at(report, cast, "certified")
    version = report.version
    assert version.sha256 == version.hash()
    version.cost += 1
    rows = ForecastVersion.objects.filter(pk=version.pk)
    for change in (version.save, rows.delete, lambda: rows.update(risks="x")):
        with pytest.raises((DatabaseError, TypeError)), transaction.atomic():
            change()
    report = perform(report, "return_report", by=cast.secretariat, because="Too rosy.")
    factory.write(report, cast, risks="Two suppliers left.")
    first, second = ForecastVersion.objects.order_by("number")
    assert (first.risks, second.risks) == ("None.", "Two suppliers left.")
    assert (first.sealed_at is not None, second.sealed_at) == (True, None)
    with pytest.raises(Refused, match="take it back"):
        reports.write(perform(report, "prepare", by=cast.manager), {"risks": "x"}, by=cast.manager)


def test_spending_is_that_of_the_ledger_until_the_period_ends(cast, report):
    assert (report.version.spent, report.version.spent_until) == (0, report.period_to)


# Lights


def light(now, first=None, limit=10):
    return lights.growth(now, first, limit)


def test_lights_of_cost_and_time_at_their_limits():
    assert light(Decimal("10.0001")) == "red"
    assert light(Decimal(10)) == "amber"
    assert light(Decimal("0.0001")) == "amber"
    assert light(Decimal(0)) == light(Decimal(-5)) == "green"
    assert light(Decimal(0), Decimal(72)) == "amber"  # rebaselined away, and not forgotten
    assert light(Decimal(0), Decimal(10)) == "green"
    assert light(None) == ""
    assert (light(91, 91, 90), light(90, 90, 90), light(0, 91, 90)) == ("red", "amber", "amber")


def test_the_light_of_benefits_follows_what_is_missed():
    def of(baseline, target, forecast):
        row = {"baseline": baseline, "target": target, "forecast": forecast}
        return lights.benefit([row], lights.Limits())

    assert of("10", "2", "2") == of("10", "2", "1") == "green"
    assert of("10", "2", "4") == "amber"  # a quarter is missed
    assert of("10", "2", "4.0001") == of("10", "2", "12") == "red"
    assert of("0", "100", "99") == "amber"
    assert of("5", "5", "5") == "green"
    assert of("5", "5", "4") == "red"
    assert of(None, "5", "4") == of("5", "5", None) == ""


def test_growth_of_cost_and_time_makes_the_lights(cast, report):
    project = report.project
    report = factory.write(report, cast, cost=project.cost * 111 // 100,
                           ends_on=project.ends_on + timedelta(days=90))  # fmt: skip
    said = report.version
    assert said.variance == {"cost_pct_current": "11.0000", "days_current": 90,
                             "cost_pct_v0": "11.0000", "days_v0": 90}  # fmt: skip
    assert said.computed == {"cost": "red", "time": "amber", "benefit": "green",
                             "conditions": "green"}  # fmt: skip
    factory.certified(report, cast, cost=project.cost * 111 // 100)
    kept = Outlook.objects.get(project=project)
    assert (kept.cost, kept.time, kept.overall) == ("red", "green", "red")


def test_a_light_is_worsened_freely_and_improved_with_a_reason(cast, report):
    project = report.project
    report = factory.write(report, cast, cost=project.cost * 2)
    reports.set_light(report, "time", "red", by=cast.manager)
    with pytest.raises(Refused, match="needs a reason"):
        reports.set_light(report, "cost", "amber", by=cast.manager, because=" ")
    reports.set_light(report, "cost", "amber", by=cast.manager, because="A grant covers it.")
    with pytest.raises(Refused, match="already"):
        reports.set_light(report, "cost", "amber", by=cast.manager, because="again")
    with pytest.raises(Denied):
        reports.set_light(report, "cost", "green", by=cast.secretariat, because="no")
    shown = {one.kind: (one.computed, one.shown) for one in
             reports.lights_of(report, report.version)}  # fmt: skip
    assert shown == {"cost": ("red", "amber"), "time": ("green", "red"),
                     "benefit": ("green", "green"), "conditions": ("green", "green")}  # fmt: skip
    assert LightSetting.objects.get(kind="cost").by == cast.manager
    # the reason was for another figure: a better light falls, a worse one stays
    report = factory.write(report, cast, cost=project.cost * 105 // 100)
    reports.set_light(report, "cost", "green", by=cast.manager, because="Rounding.")
    report = factory.write(report, cast, cost=project.cost * 3)
    assert reports.lights_of(report, report.version)[0].shown == "red"
    assert reports.lights_of(report, report.version)[1].shown == "red"


def test_an_overdue_condition_turns_its_light_red_at_its_minute(cast):
    project = made.measured(cast)
    moment = clock.now() + timedelta(days=30)
    obligations.raise_(project, kind="condition", source=project, title="Show the contract",
                       blocks="release", due=moment)  # fmt: skip
    assert Outlook.objects.get().conditions == "green"
    for ahead, expected in ((timedelta(days=13), "amber"), (-timedelta(seconds=1), "red")):
        with clock.move(to=moment - ahead):
            due.act()
            assert Outlook.objects.get().conditions == expected
    obligations.discharge(project)
    assert Outlook.objects.get().overall == "green"


# When it is late


def test_an_overdue_report_is_told_once_and_reminded_before(cast, report):
    with clock.move(to=report.due_at - timedelta(days=6)):
        due.act()
        due.act()
    with clock.move(to=report.due_at + timedelta(seconds=1)):
        due.act()
        due.act()
    verbs = list(Event.objects.filter(target_label="projects.forecastreport")
                 .order_by("pk").values_list("verb", flat=True))  # fmt: skip
    assert verbs.count("projects.forecastreport.remind") == 1
    assert verbs.count("projects.forecastreport.fall_overdue") == 1
    with clock.move(to=report.due_at + timedelta(seconds=1)):
        assert reports.missing(report.project) == [report]
        assert list(reports.overdue(clock.now() + timedelta(days=1))) == [report]
        at(report, cast, "certified")
        assert reports.missing(report.project) == []


def test_those_who_must_act_are_told(cast, report):
    at(report, cast, "certified")
    outbox.drain()
    told = set(Notice.objects.values_list("person__email", "subject"))
    ref = report.project.ref
    assert (cast.owner.email, f"{ref}: certifique el reporte de avance") in told
    assert (cast.secretariat.email, f"{ref}: revise el reporte de avance") in told


# Rules


def test_periods_are_parts_of_the_calendar_year():
    assert period_of(date(2026, 2, 28)) == Period(date(2026, 1, 1), date(2026, 6, 30))
    assert period_of(date(2026, 12, 31), 3) == Period(date(2026, 10, 1), date(2026, 12, 31))
    assert period_of(date(2028, 2, 1), 1) == Period(date(2028, 2, 1), date(2028, 2, 29))
    with pytest.raises(ValueError, match="divide"):
        period_of(date(2026, 1, 1), 5)
    half = period_of(date(2026, 1, 1))  # 181 days
    assert counts(half, date(2026, 4, 1))
    assert not counts(half, date(2026, 4, 2))


def test_the_rule_nearest_to_the_project_counts(cast):
    project = made.measured(cast)
    assert reports.rule_for(project, clock.today()).months == reporting.DEFAULT_MONTHS
    today = clock.today()
    common = {"due_days": 5, "cost_percent": Decimal(10), "days": 90,
              "benefit_percent": Decimal(25), "starts_on": today}  # fmt: skip
    with pytest.raises(Denied):
        reports.set_rule({"months": 3, **common}, by=cast.secretariat)
    with pytest.raises(Refused):
        reports.set_rule({"months": 3, **common, "starts_on": today - timedelta(days=1)},
                         by=cast.admin)  # fmt: skip
    due.act()
    reports.set_rule({"months": 3, "tier": project.tier, **common}, by=cast.admin)
    reports.set_rule({"months": 1, "institution": project.institution, **common}, by=cast.admin)
    reports.set_rule({"months": 12, **common}, by=cast.admin)
    assert reports.rule_for(project, today).months == 1
    month = period_of(today, 1)
    assert Outlook.objects.get().next_at == clock.end_of(month.last, project.institution)
    with pytest.raises(TypeError):
        ReportingRule.objects.update(months=6)
