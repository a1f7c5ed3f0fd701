"""The pages of backlogs, sprints and inspections, person by person."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock
from tests.factories import sprints, vendors
from tests.pages import Pages
from vendors.models import Debt, Sprint, Story, VendorSeat

pytestmark = pytest.mark.django_db
here = Pages("vendors")
page, send, done = here.page, here.send, here.done


@pytest.fixture(autouse=True)
def _english(client):
    client.cookies["django_language"] = "en"


def address(name: str, *args) -> str:
    return reverse(f"vendors:{name}", args=args)


def step(client, user, sprint: Sprint, name: str, **data) -> Sprint:
    done(client, user, "sprint_step", sprint.pk, name, seen=sprints.fresh(sprint).state, **data)
    return sprints.fresh(sprint)


def paper() -> SimpleUploadedFile:
    return SimpleUploadedFile("pruebas.csv", b"prueba,resultado\nuno,pasa\n")


def test_a_sprint_walks_through_the_browser_from_a_story_to_its_money(client, cast):
    order = sprints.order(cast)
    rep = VendorSeat.objects.filter(vendor=order.vendor, role="manager").first().user
    done(client, rep, "story_create", order.ref, title="Consultar", criteria="Se ve.", points=5)
    done(client, cast.product, "story_create", order.ref, title="Avisar", criteria="Llega.",
         points=3)  # fmt: skip
    first, second = Story.objects.order_by("number")
    done(client, rep, "story_act", second.pk, "up")
    assert list(order.stories.backlog()) == [second, first]
    today = clock.today(order.institution)
    assert "at most 14 days" in page(client, cast.product, "sprint_create", order.ref)
    done(client, cast.product, "sprint_create", order.ref, goal="Consultar la pensión",
         starts_on=today, ends_on=today + timedelta(days=13), maximum="10,000.00",
         stories=[first.pk, second.pk])  # fmt: skip
    sprint = Sprint.objects.get()
    sprint = step(client, cast.product, sprint, "start")
    category = order.lot.categories.get(code="dev")
    done(client, rep, "delivery_write", sprint.pk, repository="https://git.example.org/p.git",
         commit="A" * 40, note="Todo", **{f"hours_{category.pk}": "8.5"})  # fmt: skip
    done(client, rep, "proof_create", sprint.pk, title="Informe", upload=paper())
    sprint = step(client, rep, sprint, "deliver")
    html = page(client, cast.product, "sprint_detail", sprint.pk)
    assert "7,650.00 MXN" in html
    assert "To be decided until" in html
    for check in sprint.last_delivery().checks.all():
        said = {"value": "95" if check.least else "0"} if check.counted else {
            "result": "passed", "upload": paper()}  # fmt: skip
        done(client, cast.product, "check_record", check.pk, **said)
    for row in sprint.chosen.all():
        done(client, cast.product, "story_judge", row.pk, outcome="accepted")
    done(client, cast.product, "sprint_verdict", sprint.pk, verdict="accept")
    assert "Tests cover at least 90 % of the code: passed (95 %)." in page(
        client, cast.product, "sprint_detail", sprint.pk
    )
    step(client, cast.product, sprint, "propose")
    client.force_login(cast.manager)
    asked = client.get(sprint.get_step_url("confirm")).content.decode().replace("\xa0", " ")
    assert "Payable then, without tax: 7,650.00 MXN." in asked
    sprint = step(client, cast.manager, sprint, "confirm")
    assert (sprint.state, sprint.payable) == ("accepted", 7_650_00)
    board = page(client, rep, "sprint_board", order.ref)
    assert "Points after each sprint" in board
    assert "7,650.00 MXN" in board
    assert "2 stories done" in board


def test_what_was_typed_stays_when_it_is_refused(client, cast):
    order = sprints.order(cast)
    today = clock.today(order.institution)
    answer = send(client, cast.product, "sprint_create", order.ref, goal="Largo", maximum="50000",
                  starts_on=today, ends_on=today + timedelta(days=20))  # fmt: skip
    html = answer.content.decode().replace("\xa0", " ")
    assert "takes at most 14 days, and this one 21" in html
    assert "40,000.00 MXN is left" in html
    assert 'value="Largo"' in html
    assert not Sprint.objects.exists()


@pytest.mark.parametrize("state", ["planned", "active", "proposed", "accepted_with_debt", "rework"])
def test_everybody_who_takes_part_sees_it_and_strangers_do_not(client, cast, state):
    sprint = sprints.at(cast, state)
    order = sprint.order
    other = vendors.representative(vendors.vendor(cast, "Otra, S.A."), "otra")
    story = order.stories.first()
    places = [("sprint_board", order.ref), ("sprint_detail", sprint.pk),
              ("story_detail", story.pk)]  # fmt: skip
    for person in (cast.product, cast.manager, cast.owner, cast.officer, cast.auditor,
                   sprints.rep(sprint)):  # fmt: skip
        for name, key in places:
            page(client, person, name, key)
    for person in (other, cast.stranger):
        client.force_login(person)
        for name, key in [*places, ("sprint_create", order.ref), ("story_create", order.ref),
                          ("story_change", story.pk), ("sprint_plan", sprint.pk),
                          ("delivery_write", sprint.pk),
                          ("sprint_verdict", sprint.pk)]:  # fmt: skip
            assert client.get(address(name, key)).status_code == 404, (name, person)
        for name in ("start", "confirm", "give_up"):
            assert client.get(sprint.get_step_url(name)).status_code == 404


def test_the_wrong_person_is_told_why(client, cast):
    sprint = sprints.delivered(cast)
    check, row = sprint.last_delivery().checks.first(), sprint.chosen.first()
    rep = sprints.rep(sprint)
    for person, name, key, sentence in [
        (rep, "check_record", check.pk, "The product owner or the manager inspects"),
        (rep, "story_judge", row.pk, "The product owner proposes"),
        (cast.manager, "story_judge", row.pk, "The product owner proposes"),
        (cast.officer, "sprint_create", sprint.order.ref, "Sprints are planned by"),
        (cast.owner, "story_create", sprint.order.ref, "The backlog is kept by"),
    ]:
        client.force_login(person)
        answer = client.get(address(name, key))
        assert answer.status_code == 403
        assert sentence in answer.content.decode()


def test_files_are_given_out_to_those_who_see_the_sprint_only(client, cast):
    sprint = sprints.active(cast)
    rep = sprints.rep(sprint)
    done(client, rep, "proof_create", sprint.pk, upload=paper())
    proof = sprint.deliveries.get().proofs.get()
    client.force_login(rep)
    answer = client.get(address("proof_file", proof.pk))
    assert answer.status_code == 200
    for close in answer._resource_closers:  # without the signal that ends a request
        close()
    other = vendors.representative(vendors.vendor(cast, "Otra, S.A."), "otra")
    for person in (other, cast.stranger):
        assert send(client, person, "proof_remove", proof.pk).status_code == 404
        assert client.get(address("proof_file", proof.pk)).status_code == 404
    done(client, rep, "proof_remove", proof.pk)
    client.force_login(rep)
    assert client.get(address("proof_file", proof.pk)).status_code == 404


def test_a_draft_is_read_by_nobody_but_the_vendor(client, cast):
    sprint = sprints.drafted(cast, sprints.active(cast))
    proof = sprint.deliveries.get().proofs.get()
    rep = sprints.rep(sprint)
    assert sprints.COMMIT in page(client, rep, "sprint_detail", sprint.pk)
    html = page(client, cast.manager, "sprint_detail", sprint.pk)
    assert sprints.COMMIT not in html
    client.force_login(cast.manager)
    assert client.get(address("proof_file", proof.pk)).status_code == 404


def test_debt_shows_until_it_is_settled(client, cast):
    first = sprints.accepted(cast, verdict="debt")
    with clock.move(timedelta(days=14)):
        later = sprints.accepted(cast, first.order)
        debt = Debt.objects.get()
        board = page(client, cast.product, "sprint_board", first.order.ref)
        assert "Documentar la interfaz" in board
        assert address("debt_settle", debt.pk) in board
        done(client, cast.product, "debt_settle", debt.pk, sprint=later.pk)
        assert "Documentar la interfaz" not in page(
            client, cast.product, "sprint_board", first.order.ref
        )


def test_a_story_that_a_sprint_works_on_is_not_changed(client, cast):
    sprint = sprints.active(cast)
    story = sprint.stories.first()
    assert address("story_change", story.pk) not in page(
        client, cast.product, "story_detail", story.pk
    )
    answer = send(client, cast.product, "story_change", story.pk, title="Otra", criteria="x",
                  points=1)  # fmt: skip
    assert "A sprint works on this story" in answer.content.decode()
    story = sprints.story(cast, sprint.order)
    done(client, cast.product, "story_change", story.pk, title="Otra", criteria="x", points=1,
         because="Cambió la ley")  # fmt: skip
    assert "Cambió la ley" in page(client, cast.product, "story_detail", story.pk)
    done(client, cast.product, "story_drop", story.pk, because="Duplicada")
    done(client, cast.product, "story_act", story.pk, "restore")
    assert sprints.fresh(story).dropped_at is None


def counted(client, user, name: str, *args) -> int:
    client.force_login(user)
    client.get(address(name, *args))
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address(name, *args)).status_code == 200
    return len(queries)


def test_the_board_asks_as_many_questions_whatever_there_is(client, cast):
    first = sprints.accepted(cast, verdict="debt", maximum=9_000_00)
    order = first.order
    before = counted(client, cast.product, "sprint_board", order.ref)
    detail = counted(client, cast.product, "sprint_detail", first.pk)
    for number in range(8):
        sprints.story(cast, order, f"Más {number}")
    with clock.move(timedelta(days=14)):
        second = sprints.accepted(cast, order, "debt", maximum=9_000_00, stories=6)
    sprints.planned(cast, order, start=30)
    assert counted(client, cast.product, "sprint_board", order.ref) == before
    assert counted(client, cast.product, "sprint_detail", second.pk) == detail
