"""Closing a project, and the review of its benefits a year later."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from core import absence, clock, due, outbox, people_rules
from core.models import Event, Notice, Turn
from core.refusals import Denied, Refused
from core.steps import perform
from projects import closing, entries
from projects.models import BenefitsReview, ClosureReport, Project
from tests.factories import people
from tests.factories import projects as made
from tests.factories import reports as factory

pytestmark = pytest.mark.django_db

CLOSURE = {
    ("draft", "hand_in"): ("manager", "handed_in"),
    ("handed_in", "take_back"): ("manager", "draft"),
    ("handed_in", "give_back"): ("owner", "draft"),
    ("handed_in", "accept"): ("owner", "accepted"),
    ("accepted", "reopen"): ("owner", "draft"),
}
REVIEW = {
    ("due", "hand_in"): (("product",), "drafted"),
    ("drafted", "take_back"): (("product",), "due"),
    ("drafted", "give_back"): (("secretariat", "owner"), "due"),
    ("drafted", "confirm"): (("secretariat", "owner"), "confirmed"),
    ("confirmed", "publish"): (("secretariat",), "published"),
}


@pytest.fixture
def project(cast) -> Project:
    """A project that is being closed; the product owner follows its benefits."""
    row = made.at("closing", cast)
    day = clock.today() + timedelta(days=365)
    return closing.follow(row, cast.product, day, by=cast.manager)


@pytest.fixture
def review(cast, project) -> BenefitsReview:
    """The review of the benefits of the same project, closed."""
    factory.closure(project, cast)
    perform(Project.objects.get(pk=project.pk), "close", by=cast.secretariat)
    return BenefitsReview.objects.get()


def steps_of(model) -> set[str]:
    return {one.name for one in model._meta.get_field("state").get_all_transitions(model)}


def closure_at(project, cast, state: str) -> ClosureReport:
    if state == "dropped":
        made.as_if(project, "stop", cast.chair, cause=made.Cause("stop"))
        due.act()
        return ClosureReport.objects.get()
    row = closing.write_closure(project, factory.CLOSURE, by=cast.manager)
    if state != "draft":
        row = perform(row, "hand_in", by=cast.manager)
    return perform(row, "accept", by=cast.owner) if state == "accepted" else row


def test_the_tables_name_every_step():
    assert steps_of(ClosureReport) == {name for _state, name in CLOSURE} | {"drop"}
    assert steps_of(BenefitsReview) == {name for _state, name in REVIEW} | {"fall_due"}


@pytest.mark.parametrize("state", ClosureReport.States.values)
def test_the_machine_of_the_closure_report(cast, project, state):
    row = closure_at(project, cast, state)
    assert row.state == state
    for name in sorted(steps_of(ClosureReport)):
        who, target = CLOSURE.get((state, name), ("", ""))
        for local, person in vars(cast).items():
            if local != who:
                with pytest.raises((Denied, Refused)):
                    perform(row, name, by=person, because="x")
        if who:
            with transaction.atomic():
                assert perform(row, name, by=getattr(cast, who), because="x").state == target
                transaction.set_rollback(True)


def review_at(review, cast, state: str) -> BenefitsReview:
    if state != "planned":
        with clock.move(to=review.due_at + timedelta(seconds=1)):
            due.act()
        review = BenefitsReview.objects.get()
    if state in ("drafted", "confirmed", "published"):
        said = [{"actual": Decimal(4), "note": ""} for _row in review.results]
        closing.write_review(review, said, "Half of it.", by=cast.product)
        review = perform(review, "hand_in", by=cast.product)
    if state in ("confirmed", "published"):
        review = perform(review, "confirm", by=cast.secretariat)
    return perform(review, "publish", by=cast.secretariat) if state == "published" else review


@pytest.mark.parametrize("state", BenefitsReview.States.values)
def test_the_machine_of_the_review_of_benefits(cast, review, state):
    row = review_at(review, cast, state)
    assert row.state == state
    if state == "due":
        said = [{"actual": None, "note": "Not counted."} for _row in row.results]
        closing.write_review(row, said, "It helped.", by=cast.product)
    for name in sorted(steps_of(BenefitsReview)):
        who, target = REVIEW.get((state, name), ((), ""))
        for local, person in vars(cast).items():
            if local not in who:
                with pytest.raises((Denied, Refused)):
                    perform(row, name, by=person, because="x")
        for local in who:
            with transaction.atomic():
                assert perform(row, name, by=getattr(cast, local), because="x").state == target
                transaction.set_rollback(True)


def test_the_checklist_names_every_guard_with_who_mends_it_and_where(cast, project, client):
    checks = closing.checklist(project)
    assert [(check.met, check.who) for check in checks] == [
        (True, "manager"), (False, "manager, then owner"), (True, "manager"), (True, "finance"),
        (True, "secretariat"),
    ]  # fmt: skip
    assert all(check.url for check in checks)
    with pytest.raises(Refused, match="not handed in"):
        perform(project, "close", by=cast.secretariat)
    factory.closure(project, cast)
    fresh = Project.objects.get(pk=project.pk)
    assert all(check.met for check in closing.checklist(fresh))
    client.force_login(cast.owner)
    page = client.get(reverse("projects:closing", args=[project.ref]))
    assert factory.CLOSURE["lessons"] in page.content.decode()
    assert perform(fresh, "close", by=cast.secretariat).stage == "closed"


def test_a_closure_report_lacks_what_is_empty(cast, project):
    row = closing.write_closure(project, {"delivered": "All."}, by=cast.manager)
    with pytest.raises(Refused) as refused:
        perform(row, "hand_in", by=cast.manager)
    assert len(refused.value.reasons) == 3
    with pytest.raises(Denied):
        closing.write_closure(project, {}, by=cast.secretariat)


def test_an_accepted_closure_report_and_a_confirmed_review_are_kept(cast, review):
    closure = ClosureReport.objects.get()
    closure.lessons = "None."
    with pytest.raises(DatabaseError), transaction.atomic():
        closure.save()
    row = review_at(review, cast, "confirmed")
    row.summary = "Splendid."
    with pytest.raises(DatabaseError), transaction.atomic():
        row.save()


def test_the_review_falls_due_on_its_day_once(cast, review):
    assert review.state == "planned"
    with clock.move(to=review.due_at - timedelta(minutes=30)):
        due.act()
        assert BenefitsReview.objects.get().state == "planned"
    row = review_at(review, cast, "due")
    waiting = Turn.objects.get(target_label="projects.benefitsreview")
    assert waiting.audience == f"user:{cast.product.pk}"
    with pytest.raises(Refused, match="neither an actual value"):
        perform(row, "hand_in", by=cast.product)


def told(verb: str) -> set[tuple[str, bool, bool]]:
    """Who was told of the newest event of that kind, and whether the mail says why them."""
    outbox.drain()
    event = Event.objects.filter(verb=f"projects.benefitsreview.{verb}").latest("pk")
    rows = Notice.objects.filter(event=event).select_related("person")
    return {(row.person.name, "pasó a usted" in row.body, "ya no está" in row.body) for row in rows}


def remind(review, days: int) -> None:
    with clock.move(to=review.due_at - timedelta(days=days) + timedelta(hours=1)):
        due.act()
        due.act()


def test_the_reminder_finds_who_follows_the_benefits_by_then(cast, review):
    remind(review, 30)
    assert told("remind") == {(cast.product.name, False, False)}
    absence.hand_over(cast.product, cast.member3, by=cast.admin, because="New post")
    remind(review, 7)
    assert told("remind") == {(cast.member3.name, True, False)}
    cast.member3.is_active = False
    people_rules.save_person(cast.member3, by=cast.admin, because="Left")
    remind(review, 1)
    assert told("remind") == {(cast.secretariat.name, False, True)}
    assert Event.objects.filter(verb="projects.benefitsreview.remind").count() == 3
    row = review_at(review, cast, "due")
    assert told("fall_due") == {(cast.secretariat.name, False, True)}
    assert Turn.objects.get(target_label="projects.benefitsreview").audience == "role:secretariat"
    with clock.move(to=row.answer_at - timedelta(days=6)):
        due.act()
        due.act()
    assert Event.objects.filter(verb="projects.benefitsreview.remind").count() == 4
    # the secretariat names somebody, who is asked in their place
    row = closing.name_follower(row, cast.officer, by=cast.secretariat, because="Knows it")
    assert told("name_follower") == {(cast.officer.name, True, False)}
    waiting = Turn.objects.get(target_label="projects.benefitsreview")
    assert waiting.audience == f"user:{cast.officer.pk}"
    assert BenefitsReview.objects.visible_to(cast.officer).exists()


def test_a_turn_follows_who_leaves_after_the_day(cast, review):
    review_at(review, cast, "due")
    cast.product.is_active = False
    people_rules.save_person(cast.product, by=cast.admin, because="Left")
    assert Turn.objects.get(target_label="projects.benefitsreview").audience == "role:secretariat"
    cast.product.is_active = True
    people_rules.save_person(cast.product, by=cast.admin, because="Is back")
    waiting = Turn.objects.get(target_label="projects.benefitsreview")
    assert waiting.audience == f"user:{cast.product.pk}"


def test_published_reviews_are_for_anybody(cast, review, client):
    address = reverse("projects:published_reviews")
    review_at(review, cast, "confirmed")
    assert "Half of it." not in client.get(address).content.decode()
    perform(BenefitsReview.objects.get(), "publish", by=cast.secretariat)
    assert "Half of it." in client.get(address).content.decode()
    lines = b"".join(client.get(address, {"format": "csv"}).streaming_content).decode().splitlines()
    assert len(lines) == 3
    assert ",10.0000,2.0000,4,75.0," in lines[1]
    client.force_login(cast.stranger)
    assert client.get(review.get_absolute_url()).status_code == 200


def test_what_was_reached_is_counted_both_ways():
    def reached(baseline, target, actual):
        return closing.reached({"baseline": baseline, "target": target, "actual": actual})

    assert reached("10", "2", "4") == Decimal("75.0")
    assert reached("0", "100", "130") == Decimal("130.0")
    assert reached("10", "2", "12") == Decimal("-25.0")
    assert reached("5", "5", "5") == Decimal(100)
    assert reached(None, "5", "5") is None


# Leftovers: what the entry refuses


def test_nobody_is_manager_and_owner_of_one_project(cast):
    project = made.draft(cast)
    with pytest.raises(Refused, match="must be two people"):
        entries.edit(project, {"owner": cast.manager}, by=cast.manager)
    with pytest.raises(Refused, match="manager and owner of one project"):
        absence.hand_over(cast.manager, cast.owner, by=cast.admin, because="Left")


@pytest.mark.parametrize("year", [1, 1949, 2200])
def test_a_year_that_cannot_be_right_is_refused(cast, client, year):
    project = made.draft(cast)
    with pytest.raises(Refused, match="cannot be right"):
        entries.edit(project, {"starts_on": project.starts_on.replace(year=year),
                               "ends_on": None}, by=cast.manager)  # fmt: skip
    client.force_login(cast.manager)
    client.cookies["django_language"] = "en"
    page = client.post(reverse("projects:project_edit", args=[project.ref]),
                       {"title": project.title, "starts_on": f"{year:04d}-01-01"})  # fmt: skip
    assert "cannot be right" in page.content.decode()


def test_a_new_manager_has_the_turns_of_the_old_one(cast):
    report = factory.asked(cast)
    entries.edit(report.project, {"manager": people.person("new")}, by=cast.owner)
    waiting = Turn.objects.get(target_label="projects.forecastreport")
    assert waiting.audience == f"user:{Project.objects.get().manager_id}:manager"
