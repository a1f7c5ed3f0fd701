"""The demo portfolio: every state, sound by both verifications; what waits may be done.

And every kind of page that it leads to, in a browser: in Spanish and light at 1200 pixels, in
English and dark at 360; nothing scrolls sideways. Where the tests run twice, on SQLite and on
PostgreSQL (CI), each run looks in one of the two ways: what a browser shows does not depend on the
database.
"""

import csv
import io
import subprocess
import sys

import pytest
from django.core.management import call_command
from django.db.models import Count
from django.urls import reverse
from openpyxl import load_workbook

from core import archive, turns
from core.cast import CAST
from core.machines import Machine, machines, wait_label
from core.models import Notice, Turn, User
from core.steps import permitted, step
from core.telling import told
from gating.models import GateReview
from oversight import draw
from oversight.demo import frameworks
from projects import totals
from projects.models import Project
from tests.browser import crawl, reach
from tests.browser.looking import LOOKS
from vendors import buying
from vendors.models import (
    Framework,
    FrameworkState,
    Invoice,
    Lot,
    Membership,
    MembershipState,
    Order,
    Sprint,
)

LOCALS = [member.local for member in CAST]


def rows_of(model: type[Machine]):
    return model._default_manager.all()


def test_it_is_sound_by_both_verifications(demo, capsys):
    call_command("verify_history")
    call_command("verify_ledger")
    assert totals.verify() == []
    assert "ok" in capsys.readouterr().out


def test_it_is_built_once(demo):
    before = Project.objects.count()
    call_command("demo", verbosity=0)
    assert Project.objects.count() == before


def test_it_shows_every_stage_of_a_project(demo):
    stages = set(Project.objects.values_list("stage", flat=True))
    assert stages >= {"draft", "triaged", "business_case", "alpha", "beta", "live", "closed",
                      "stopped", "withdrawn"}  # fmt: skip


def test_it_shows_reviews_wherever_somebody_could_be_stuck(demo):
    states = set(GateReview.objects.values_list("state", flat=True))
    assert states >= {
        "collecting", "prepared", "submitted", "in_assessment", "report_drafted", "factual_check",
        "before_board", "decided", "in_force", "exercised", "deferred", "refused", "expired",
    }  # fmt: skip


def test_it_shows_frameworks_and_memberships_in_every_state(demo):
    states = {row.state for row in Framework.objects.all()}
    assert states == set(FrameworkState.values)
    members = {row.state for row in Membership.objects.all()}
    assert members == set(MembershipState.values)
    bpa = Framework.objects.get(ref="F-000001")
    assert (bpa.title, bpa.currency, bpa.state) == (frameworks.BPA, "USD", "active")
    assert buying.answer("F-000001")["lots"][0]["admitted"] == "0"
    services = Framework.objects.get(title=frameworks.SERVICES)
    assert services.in_force()
    usable = {lot.number: not lot.usable_reasons() for lot in Lot.objects.filter(
              framework=services)}  # fmt: skip
    assert usable == {1: True, 2: True, 3: False}


@pytest.mark.parametrize("model", [Order, Sprint, Invoice])
def test_it_shows_every_state_of_what_is_ordered(demo, model):
    shown = set(model.objects.order_by().values_list("state", flat=True))
    assert shown == set(model.States.values)


def test_kept_turns_are_those_that_the_rows_ask_for(demo):
    kept = set(Turn.objects.values_list("target_label", "target_id", "step", "audience", "due"))
    expected = {
        (turn.target_label, turn.target_id, turn.step, turn.audience, turn.due)
        for model in machines()
        if model.turns is not Machine.turns
        for row in rows_of(model)
        for turn in turns.expected(row)
    }
    assert kept == expected


def test_every_turn_has_a_label_and_a_page(demo, client):
    for turn in Turn.objects.distinct():
        assert wait_label(turn.target_label, turn.step)
        assert turn.url.startswith("/")


@pytest.mark.parametrize("local", LOCALS)
def test_a_step_that_waits_for_somebody_is_one_that_they_may_take(demo, local):
    user = demo(local)
    models = {model._meta.label_lower: model for model in machines()}
    for turn in turns.waiting_for(user):
        row = models[turn.target_label]._default_manager.get(pk=turn.target_id)
        transition = step(row, turn.step)
        if transition is not None:
            assert permitted(transition, row, user), f"{turn} waits for {local}"


def test_whatever_waits_waits_for_somebody(demo):
    people = User.objects.filter(is_active=True)
    asked = {turn.pk for person in people for turn in turns.waiting_for(person)}
    assert [str(turn) for turn in Turn.objects.exclude(pk__in=asked)] == []


@pytest.mark.parametrize("local", LOCALS)
def test_pages_of_the_portfolio_open_for_everybody(demo, client, local):
    client.force_login(demo(local))
    for name in ("home", "waiting", "portfolio"):
        assert client.get(reverse(f"oversight:{name}")).status_code == 200
    for project in Project.objects.all():
        seen = Project.objects.visible_to(demo(local)).filter(pk=project.pk).exists()
        for name in ("project_detail", "project_draw", "project_history"):
            page = client.get(reverse(f"oversight:{name}", args=[project.ref]))
            assert page.status_code == (200 if seen else 404)


def test_a_stranger_sees_no_project(demo, client):
    assert Project.objects.visible_to(demo("stranger")).count() == 0
    client.force_login(demo("stranger"))
    assert client.get("/projects/P-000001/").status_code == 404


def test_everything_between_a_project_and_its_money_is_named(demo):
    for project in Project.objects.exclude(stage__in=("closed", "stopped", "withdrawn", "live")):
        review = project.reviews.order_by("-pk").first()
        found = draw.why_not(project, review, list(Turn.objects.filter(dossier=project.dossier)))
        assert found.unmet or found.ready, project


def test_events_are_told_in_words(demo):
    for project in Project.objects.all():
        for event in told(project.dossier.events.all()):
            assert event.verb not in event.label


def test_people_were_told(demo):
    told_to = dict(Notice.objects.values_list("person__email").annotate(n=Count("pk")))
    for local in ("manager", "owner", "secretariat", "chair", "preparer", "authoriser"):
        assert told_to.get(f"{local}@demo.example"), local


@pytest.mark.parametrize("path", ["/", "/waiting/", "/portfolio/", "/portfolio/?q=portal&hold=no"])
def test_lists_cost_the_same_for_any_number_of_projects(
    demo, client, path, django_assert_max_num_queries
):
    client.force_login(demo("secretariat"))
    client.get(path)
    with django_assert_max_num_queries(25) as few:
        client.get(path)
    call_command("demo", scale=120, verbosity=0)
    with django_assert_max_num_queries(len(few)):
        client.get(path)


def test_every_project_page_costs_a_bounded_number_of_queries(
    demo, client, django_assert_max_num_queries
):
    client.force_login(demo("manager"))
    for project in Project.objects.all():
        with django_assert_max_num_queries(60):
            client.get(project.get_absolute_url())


def test_the_export_holds_what_is_shown_and_no_formula(demo, client):
    project = Project.objects.get(title="@prende.mx")
    client.force_login(demo("auditor"))
    page = client.get("/portfolio/?format=csv&q=prende")
    text = b"".join(page.streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert [row[0] for row in rows[1:]].count(project.ref) == 1
    assert "'@prende.mx" in text
    book = load_workbook(io.BytesIO(client.get("/portfolio/?format=xlsx").content))
    sheet = book.active
    assert sheet.max_row == Project.objects.count() + 1
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d"}


def test_the_table_is_found_without_accents_and_in_any_order(demo, client):
    client.force_login(demo("auditor"))
    page = client.get("/portfolio/?q=linea nacimiento acta")
    assert "Acta de nacimiento en línea" in page.content.decode()


@pytest.mark.parametrize("sort", ["ref", "-ref", "title", "-title", "cost", "-cost", "nonsense"])
def test_the_table_is_ordered_as_asked_or_newest_first(demo, client, sort):
    client.force_login(demo("auditor"))
    page = client.get(f"/portfolio/?sort={sort}&page=999")
    assert page.status_code == 200


def test_total_and_kept_total_of_a_stage_agree(demo, client):
    client.force_login(demo("auditor"))
    kept = client.get("/portfolio/?stage=alpha").context["sums"]
    counted = client.get("/portfolio/?stage=alpha&hold=no").context["sums"]
    held = client.get("/portfolio/?stage=alpha&hold=yes").context["sums"]
    assert kept.count == counted.count + held.count
    assert User.objects.count() > len(CAST)


@pytest.mark.parametrize("local", LOCALS)
def test_pages_of_what_waits_hold_all_that_waits_and_nothing_closed(demo, local):
    user = demo(local)
    everything = list(turns.waiting_for(user))
    assert turns.page_for(user, 0, 1000) == everything
    assert turns.page_for(user, 2, 5) == everything[2:5]


def test_an_exported_case_of_the_demo_checks_itself(demo, tmp_path):
    project = Project.objects.get(title="Gob.mx, portal único de trámites")
    place = tmp_path / "case.zip"
    with place.open("w+b") as target:
        made = archive.write(project.dossier, target)
    command = [sys.executable, "-I", "-S", str(archive.CHECKER), str(place)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, made.events > 200) == (0, True), done.stdout


@pytest.mark.django_db(transaction=True)
def test_every_page_is_whole_and_open_to_everybody(built, chromium, live_server, caplog):
    """The last of all: what it opens is committed."""
    caplog.set_level("ERROR", "django.request")
    site = crawl.walk()
    pages, found = reach.shown(site), list(site.dead)
    for look in LOOKS:
        watcher = reach.Watcher(chromium, live_server.url, look)
        for kind, (local, path) in pages.items():
            watcher.look_at(kind, local, path)
        watcher.close()
        found += watcher.found
    assert not found, "\n".join(found)
    assert reach.unreached(site) == set()
