"""Pages of forecast reports and closing, and small things that people noticed."""

import io
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import absence, clock, due
from core.models import RoleGrant, Turn
from core.refusals import Denied, Refused
from core.steps import perform, permitted, step
from gating import assessing, checklists
from gating.models import GateReview
from projects import funding, holds, reports
from projects.funding import Report
from projects.importing import mapping, running
from projects.models import ForecastReport, ImportRun, Outlook, Posting, Project
from tests.factories import money, people, reviews
from tests.factories import projects as made
from tests.factories import reports as factory

pytestmark = pytest.mark.django_db


@pytest.fixture
def report(cast) -> ForecastReport:
    return factory.asked(cast)


@pytest.fixture
def client(client):
    """A browser that reads English, as these tests do."""
    client.cookies["django_language"] = "en"
    return client


def page(client, name: str, *args, **data) -> str:
    answer = client.get(reverse(f"projects:{name}", args=args), data)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_manager_writes_the_owner_certifies_and_the_secretariat_reviews(cast, report, client):
    client.force_login(cast.manager)
    assert "Write the forecast" in page(client, "report_detail", report.pk)
    sent = {"cost": "5,700,000.00", "ends_on": "31/12/2027", "progress": "Two releases.",
            "risks": "None.", "next_steps": "The third release."}  # fmt: skip
    for benefit in report.project.benefits.all():
        sent[f"forecast_{benefit.pk}"] = "2.5"
    address = reverse("projects:report_edit", args=[report.pk])
    assert client.post(address, {**sent, "cost": "1000,50"}).status_code == 200  # refused, kept
    assert client.post(address, sent).status_code == 302
    shown = page(client, "report_detail", report.pk)
    assert "14.0000 %" in shown
    assert shown.count("14.0000 %") == 2  # against the current baseline, and against v0
    light = reverse("projects:light_set", args=[report.pk, "cost"])
    assert "needs a reason" in client.post(light, {"light": "green"}).content.decode()
    assert client.post(light, {"light": "green", "because": "A grant."}).status_code == 302
    for person, name in ((cast.manager, "prepare"), (cast.owner, "certify"),
                         (cast.secretariat, "review")):  # fmt: skip
        client.force_login(person)
        step_page = reverse("projects:report_step", args=[report.pk, name])
        assert client.get(step_page).status_code == 200
        assert client.post(step_page, {"because": ""}).status_code == 302
        assert client.post(step_page, {"because": ""}).status_code == 409  # a second click
    assert ForecastReport.objects.get().state == "reviewed"
    assert Outlook.objects.get().cost == "green"
    client.force_login(cast.stranger)
    assert client.get(report.get_absolute_url()).status_code == 404
    assert client.get(address).status_code == 404


def test_the_list_and_its_export_show_both_variances(cast, report, client):
    project = report.project
    factory.certified(report, cast, cost=project.cost * 111 // 100)
    client.force_login(cast.secretariat)
    assert "11.0000 % / 11.0000 %" in page(client, "report_list")
    answer = client.get(reverse("projects:report_list"), {"format": "csv"})
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert "Cost, percent against v0" in lines[0]
    assert ",11.0000,11.0000,0,0,red,red,green,green,green" in lines[1]
    assert "No report matches" in page(client, "report_list", overdue="yes")
    assert client.get(reverse("oversight:portfolio"), {"light": "red"}).content.decode().count(
        project.title) == 1  # fmt: skip
    assert project.title not in client.get(
        reverse("oversight:portfolio"), {"light": "green"}).content.decode()  # fmt: skip
    export = client.get(reverse("oversight:portfolio"), {"format": "csv"})
    assert b"".join(export.streaming_content).decode().splitlines()[1].endswith(
        "red,red,green,green,green,0.0000,0,0.0000,0")  # fmt: skip


def queries_of_list(client) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        page(client, "report_list")
    return len(captured)


def test_the_list_asks_no_more_for_more_rows(cast, report, client):
    client.force_login(cast.auditor)
    queries_of_list(client)
    few = queries_of_list(client)
    for number in (1, 2, 3):
        factory.asked(cast, made.measured(cast, f"Another service {number}"))
    assert queries_of_list(client) == few


def test_an_overdue_report_keeps_a_review_from_being_submitted(cast, report):
    review = GateReview(project=report.project)
    assert checklists.reports_current(review) == []
    with clock.move(to=report.due_at + timedelta(seconds=1)):
        (sentence,) = checklists.reports_current(review)
        assert "was due on" in sentence
        assert checklists.reports_current.where(review) == report.get_absolute_url()
        factory.certified(report, cast)
        assert checklists.reports_current(review) == []
    assert checklists.reports_current in [guard.condition for guard in certify().conditions]


def certify():
    field = GateReview._meta.get_field("state")
    return next(one for one in field.get_all_transitions(GateReview) if one.name == "certify")


def test_an_administrator_sets_the_rules_and_others_read_them(cast, client):
    sent = {"months": "3", "due_days": "5", "cost_percent": "8", "days": "60",
            "benefit_percent": "20", "starts_on": clock.today().isoformat()}  # fmt: skip
    address = reverse("projects:reporting_rules")
    client.force_login(cast.manager)
    assert "A new rule" not in client.get(address).content.decode()
    assert client.post(address, sent).status_code == 403
    client.force_login(cast.admin)
    assert client.post(address, {**sent, "starts_on": "2020-01-01"}).status_code == 200
    assert client.post(address, sent).status_code == 302
    assert reports.rule_for(made.draft(cast), clock.today()).limits.days == 60


def test_pages_of_closing_are_open_to_who_sees_the_project(cast, client):
    project = made.at("closing", cast)
    for person in (cast.manager, cast.owner, cast.secretariat, cast.auditor):
        client.force_login(person)
        assert "What stands between the project and its closing" in page(
            client, "closing", project.ref
        )
    client.force_login(cast.manager)
    edit = reverse("projects:closure_edit", args=[project.ref])
    assert client.get(edit).status_code == 200
    assert client.post(edit, factory.CLOSURE).status_code == 302
    client.force_login(cast.secretariat)
    assert client.get(edit).status_code == 403
    client.force_login(cast.stranger)
    assert client.get(reverse("projects:closing", args=[project.ref])).status_code == 404


# Small things


def test_the_same_report_again_is_told_as_such(cast, client):
    tranche = money.drawn(cast, money.committed(cast))
    address = reverse("projects:spending_record", args=[tranche.project.ref])
    sent = {"kind": "spend", "amount": "100.00", "reference": "INF 1", "because": ""}
    client.force_login(cast.recorder)
    first = client.post(address, sent, follow=True).content.decode()
    again = client.post(address, sent, follow=True).content.decode()
    assert "is recorded" in first
    assert "was recorded already" in again
    assert Posting.objects.filter(kind="spend").count() == 1


def test_an_action_is_not_due_on_a_day_that_is_over(cast):
    review = reviews.at(cast, "in_assessment")
    assessment = review.assessments.filter(state="declared").first()
    row = {"item": review.items.first(), "value": "amber", "note": "Partly", "action": "Fix it",
           "action_due": clock.today() - timedelta(days=1)}  # fmt: skip
    with pytest.raises(Refused, match="a day that is over"):
        assessing.rate(assessment, [row], by=assessment.assessor)
    assessing.rate(assessment, [{**row, "action_due": clock.today()}], by=assessment.assessor)


def test_an_auditor_marks_a_finding_as_remedied_and_its_hold_ends(cast, client):
    project = made.in_business_case(cast)
    finding = holds.record_finding(project, "No contract.", by=cast.auditor, urgent=True)
    address = reverse("projects:finding_remedy", args=[finding.pk])
    client.force_login(cast.manager)
    assert client.get(address).status_code == 403
    client.force_login(cast.auditor)
    assert "Mark as remedied" in page(client, "hold_list", project.ref)
    assert client.post(address, {"how": ""}).status_code == 200
    assert client.post(address, {"how": "The contract is signed."}).status_code == 302
    assert not project.holds.active().exists()
    finding.refresh_from_db()
    assert (finding.remedy, finding.remedied_by) == ("The contract is signed.", cast.auditor)
    with pytest.raises(Refused, match="already"):
        holds.remedy(finding, "again", by=cast.auditor)
    with pytest.raises(Denied):
        holds.remedy(finding, "again", by=cast.manager)


def test_a_stand_in_that_nobody_could_confirm_is_refused_with_a_way_out(cast):
    today = clock.today()
    days = (today, today + timedelta(days=7))
    with pytest.raises(Refused, match="Name a superior"):
        absence.propose(cast.owner, cast.product, "owner", *days, by=cast.admin)
    # with another administrator, that one confirms
    other = people.person("admin2")
    RoleGrant.objects.create(user=other, role="administrator", starts=date(2020, 1, 1))
    loan = absence.propose(cast.owner, cast.product, "owner", *days, by=cast.admin)
    assert absence.second_people(loan) == [other]
    assert not permitted(step(loan, "confirm"), loan, cast.admin)
    assert permitted(step(loan, "confirm"), loan, other)
    # with a superior, the superior does, and no administrator
    cast.owner.superior = cast.chair
    cast.owner.save()
    loan = type(loan).objects.get(pk=loan.pk)
    assert not permitted(step(loan, "confirm"), loan, other)
    assert perform(loan, "confirm", by=cast.chair).state == "active"
    assert not Turn.objects.filter(target_label="core.loan").exists()


def test_an_import_whose_command_was_killed_is_closed_and_goes_on_when_run_again(cast):
    header = b"project_id,title,currency,whole_life_cost,starts_on,ends_on\n"
    text = header + b"A-1,First,MXN,100.00,2026-01-01,2026-12-31\n"
    run = killed(cast, text)
    due.act()
    assert ImportRun.objects.get(pk=run.pk).state == "loading"
    with clock.move(running.LEASE + timedelta(minutes=1)):
        due.act()
    run = ImportRun.objects.get(pk=run.pk)
    assert run.state == "failed"
    assert "vuelva a importar el mismo archivo" in run.failure  # in the words of who began it
    again = running.load_now(
        io.BytesIO(text), "a.csv", mapping.find("generic"), by=cast.secretariat
    )
    assert again.state == "done"
    assert Project.objects.filter(title="First").count() == 1


def killed(cast, text: bytes) -> ImportRun:
    """A run of the command that ended before its first batch."""
    run = running.open_run("a.csv", len(text), "0" * 64, mapping.find("generic"), cast.secretariat)
    for name, person in (("read", None), ("show", None), ("load", cast.secretariat)):
        run = perform(run, name, by=person or clock.clock_account())
    return run


def test_spending_reported_before_is_found_by_its_reference(cast):
    tranche = money.drawn(cast, money.committed(cast))
    said = Report("spend", 100_00, " INF  1 ")
    assert funding.recorded(tranche.project, said) is None
    posting = funding.record(tranche.project, said, by=cast.recorder)
    assert funding.recorded(tranche.project, Report("spend", 5, "INF 1")).posting == posting
