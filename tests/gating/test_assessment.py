"""Assessing: conflicts first, sheets sealed until all are in, the lead's rules, the facts."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse

from core import clock, due
from core.models import Event, Holiday, RoleGrant, User
from core.steps import Denied, Refused, perform
from gating import assessing
from gating.models import Assessment, Clarification, GateReview, Rating
from tests.factories import reviews

pytestmark = pytest.mark.django_db

SECRET = "the secret note of the assessor"


def fresh(person) -> User:
    return User.objects.get(pk=person.pk)


def sheet(review, person) -> Assessment:
    return review.assessments.get(assessor=person)


@pytest.fixture
def review(cast):
    """In assessment in the large tier: the lead and one assessor, both without a conflict."""
    return reviews.at(cast, "in_assessment", tier="large")


# Who is invited


def test_nobody_of_the_project_assesses_it(cast):
    review = reviews.at(cast, "planned")
    for person in (cast.manager, cast.owner):
        with pytest.raises(Refused, match="belongs to the project"):
            assessing.invite(review, person, disciplines=["desk"], lead=True, by=cast.secretariat)
    with pytest.raises(Denied):
        assessing.invite(review, cast.lead, disciplines=["desk"], lead=True, by=cast.manager)


def test_one_lead_and_one_sheet_a_person(cast):
    review = reviews.at(cast, "planned")
    assessing.invite(review, cast.lead, disciplines=["desk"], lead=True, by=cast.secretariat)
    with pytest.raises(Refused, match="has a lead assessor already"):
        assessing.invite(review, cast.assessor1, disciplines=[], lead=True, by=cast.secretariat)
    with pytest.raises(Refused, match="is invited already"):
        assessing.invite(review, cast.lead, disciplines=["x"], lead=False, by=cast.secretariat)
    with pytest.raises(IntegrityError), transaction.atomic():
        Assessment.objects.create(review=review, assessor=cast.lead, invited_by=cast.secretariat,
                                  invited_at=clock.now())  # fmt: skip


def test_the_assessment_starts_when_disciplines_are_filled_and_conflicts_declared(cast):
    review = reviews.at(cast, "submitted", tier="large")
    lead = assessing.invite(review, cast.lead, disciplines=["service", "technology", "security"],
                            lead=True, by=cast.secretariat)  # fmt: skip
    other = assessing.invite(review, cast.assessor1, disciplines=[], lead=False,
                             by=cast.secretariat)  # fmt: skip
    with pytest.raises(Refused) as refused:
        perform(review, "start_assessment", by=cast.secretariat)
    assert refused.value.reasons == (
        "There is no assessor for: accessibility",
        f"{cast.lead} has not declared yet.", f"{cast.assessor1} has not declared yet.",
    )  # fmt: skip
    perform(lead, "declare_clear", by=cast.lead)
    perform(other, "declare_conflict", by=cast.assessor1, because="My sister works there")
    assessing.invite(review, cast.assessor2, disciplines=["accessibility"], lead=False,
                     by=cast.secretariat)  # fmt: skip
    perform(sheet(review, cast.assessor2), "declare_clear", by=cast.assessor2)
    assert perform(review, "start_assessment", by=cast.secretariat).state == "in_assessment"


ASSESSMENTS = {
    "invited": {"declare_clear": {"assessor1"}, "declare_conflict": {"assessor1"},
                "dismiss": {"secretariat"}, "end_round": set()},
    "declared": {"declare_conflict": {"assessor1"}, "dismiss": {"secretariat"},
                 "seal": {"assessor1"}, "end_round": set()},
    "sealed": {"end_round": set()},
    "conflicted": {}, "withdrawn": {}, "superseded": {},
}  # fmt: skip


@pytest.mark.parametrize("state", Assessment.States.values)
def test_the_machine_of_an_assessment(cast, review, state):
    row = sheet(review, cast.assessor1)
    Assessment.objects.filter(pk=row.pk).update(state=state)
    assert reviews.may(cast, Assessment.objects.get(pk=row.pk)) == ASSESSMENTS[state]


# Sealed sheets


def all_see(cast, review) -> set[str]:
    """Who of the cast reads a rating of somebody else's sheet through the one reader."""
    others = Rating.objects.filter(assessment__review=review)
    found = set()
    for name, person in vars(cast).items():
        readable = Rating.objects.readable_by(fresh(person)).filter(pk__in=others.values("pk"))
        if readable.exclude(assessment__assessor=person).exists():
            found.add(name)
    return found


def test_nobody_reads_others_ratings_until_all_are_in(cast, review):
    User.objects.filter(pk=cast.admin.pk).update(is_staff=True, is_superuser=True)
    mine, other = sheet(review, cast.lead), sheet(review, cast.assessor1)
    reviews.rate(mine, "red", note=SECRET)
    assert all_see(cast, review) == set()
    perform(mine, "seal", by=cast.lead)
    assert all_see(cast, review) == set()
    reviews.rate(other, "green", note="Fine")
    assert all_see(cast, review) == set()
    perform(other, "seal", by=cast.assessor1)
    assert all_see(cast, review) == {"lead", "assessor1", "secretariat", "auditor"}


def test_no_page_table_or_administration_leaks_a_rating(client, cast, review):
    admin = User.objects.create_superuser("root@demo.example", "x", name="Root")
    everybody = [*vars(cast).values(), admin]
    RoleGrant.objects.create(user=admin, role="auditor", starts=date(2020, 1, 1))
    mine = sheet(review, cast.lead)
    reviews.rate(mine, "red", note=SECRET)
    perform(mine, "seal", by=cast.lead)
    detail = reverse("gating:review_detail", kwargs={"pk": review.pk})
    urls = [
        detail, f"{detail}?format=csv", f"{detail}?format=xlsx",
        reverse("gating:assessment_report", kwargs={"pk": review.pk}),
        reverse("gating:assessment_sheet", kwargs={"pk": mine.pk}),
        reverse("oversight:project_detail", kwargs={"ref": review.project.ref}),
        reverse("oversight:project_history", kwargs={"ref": review.project.ref}),
        f"/admin/gating/gatereview/{review.pk}/change/",
        f"/admin/gating/reviewitem/{review.items.first().pk}/change/",
        f"/admin/gating/rating/{Rating.objects.first().pk}/change/", "/admin/gating/",
    ]  # fmt: skip
    for person in everybody:
        if person == cast.lead:
            continue
        client.force_login(person)
        for url in urls:
            response = client.get(url, follow=True)
            body = b"".join(response) if response.streaming else response.content
            assert SECRET.encode() not in body, (person, url)
    for details in Event.objects.values_list("details", "because"):
        assert SECRET not in "".join(details)


def test_a_sheet_is_its_assessors_own(client, cast, review):
    url = reverse("gating:assessment_sheet", kwargs={"pk": sheet(review, cast.lead).pk})
    client.force_login(cast.assessor1)
    assert client.get(url).status_code == 404
    with pytest.raises(Denied):
        assessing.rate(sheet(review, cast.lead), [], by=cast.assessor1)


def test_a_sheet_is_sealed_only_whole_and_never_changes_then(cast, review):
    mine, first = sheet(review, cast.lead), review.items.first()
    row = {"item": first, "value": "amber", "note": "", "action": "", "action_due": None}
    assessing.rate(mine, [row], by=cast.lead)
    with pytest.raises(Refused) as refused:
        perform(mine, "seal", by=cast.lead)
    assert refused.value.reasons == (
        "T-1: Amber needs an action and the day by which it is done.",
        "T-2: It has no rating yet.", "T-3: It has no rating yet.",
    )  # fmt: skip
    reviews.rate(mine, "not_applicable", note="Not here")
    with pytest.raises(Refused, match="T-2: This criterion is never waived"):
        perform(mine, "seal", by=cast.lead)
    reviews.rate(mine, "not_assessed")
    with pytest.raises(Refused, match="rate at least those of your discipline"):
        perform(mine, "seal", by=cast.lead)
    reviews.rate(mine, "red", note="Nothing works")
    sealed = perform(mine, "seal", by=cast.lead)
    assert len(sealed.sheet_seal) == 64
    with pytest.raises(Refused, match="until the seal"):
        reviews.rate(mine, "green")


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE gating_rating SET value = 'green'",
        "DELETE FROM gating_rating",
        "INSERT INTO gating_rating (assessment_id, item_id, value, note, action) SELECT "
        "assessment_id, item_id + 1000, value, note, action FROM gating_rating",
    ],
)
def test_the_database_keeps_a_sealed_sheet_as_it_is(cast, review, sql):
    mine = sheet(review, cast.lead)
    reviews.rate(mine, "red", note="Nothing works")
    reviews.rate(mine, "green")
    perform(mine, "seal", by=cast.lead)
    with pytest.raises(DatabaseError, match="kept as it is"), transaction.atomic():
        connection.cursor().execute(sql)


def test_who_submitted_cannot_rate(cast, review):
    """Even when a sheet were theirs: separation of duties is tested at the seal."""
    row = sheet(review, cast.assessor1)
    Assessment.objects.filter(pk=row.pk).update(assessor=cast.manager)
    row.refresh_from_db()
    with pytest.raises(Denied, match="Separation of duties"):
        perform(row, "seal", by=cast.manager)


def test_when_the_last_awaited_assessor_leaves_the_sheets_open(cast, review):
    reviews.rate(sheet(review, cast.lead), "green", note="Seen")
    perform(sheet(review, cast.lead), "seal", by=cast.lead)
    perform(sheet(review, cast.assessor1), "declare_conflict", by=cast.assessor1, because="Late")
    review.refresh_from_db()
    assert review.sheets_in_at is not None
    assert reviews.write_report(cast, review).report == "The service works."


# The lead's rules


def test_the_worst_rating_is_proposed(cast, review):
    reviews.rate(sheet(review, cast.lead), "green", note="Good")
    reviews.rate(sheet(review, cast.assessor1), "amber", note="Hm")
    perform(sheet(review, cast.lead), "seal", by=cast.lead)
    with pytest.raises(Refused, match="once every assessor has sealed"):
        reviews.write_report(cast, review)
    perform(sheet(review, cast.assessor1), "seal", by=cast.assessor1)
    assert set(assessing.proposals(review).values()) == {"amber"}


def report(cast, ratings: list[str], overall: str, reason: str = "", text: str = "Report"):
    review = reviews.at(cast, "sealed")
    rows = [
        {"item": item, "rating": value, "rating_reason": "Because", "action": "Act",
         "action_due": date(2027, 1, 1)}
        for item, value in zip(review.items.all(), ratings, strict=True)
    ]  # fmt: skip
    values = {"report": text, "overall": overall, "overall_reason": reason}
    review = assessing.consolidate(review, rows, values, by=cast.lead)
    return perform(review, "draft_report", by=cast.lead)


@pytest.mark.parametrize(
    ("ratings", "overall", "reason", "sentence"),
    [
        (["green", "red", "green"], "green", "We like it",
         "A criterion that is never waived is red, so the whole is red."),
        (["amber", "green", "green"], "green", "",
         "The rating of the whole is better than computed; write the reason."),
        (["green", "green", "green"], "", "", "Give the rating of the whole."),
        (["", "green", "green"], "green", "", "T-1: It has no final rating yet."),
        (["not_assessed", "green", "green"], "green", "",
         "T-1: It is mandatory, so it must be assessed."),
    ],
)  # fmt: skip
def test_what_speaks_against_the_report(cast, ratings, overall, reason, sentence):
    with pytest.raises(Refused) as refused:
        report(cast, ratings, overall, reason)
    assert refused.value.reasons == (sentence,)


def test_a_report_without_text_is_none(cast):
    with pytest.raises(Refused, match="The report is written"):
        report(cast, ["green"] * 3, "green", text=" ")


def test_the_lead_may_raise_the_rating_with_a_reason_and_worsen_it_without(cast):
    raised = report(cast, ["amber", "green", "green"], "green", "Small matter")
    assert (raised.overall, raised.computed) == ("green", "amber")
    GateReview.objects.all().update(state="withdrawn")
    worse = report(cast, ["green", "green", "green"], "red")
    assert (worse.overall, worse.computed) == ("red", "green")


def test_dissent_is_kept_under_its_name(cast):
    review = reviews.at(cast, "sealed", tier="large")
    assessing.dissent(sheet(review, cast.assessor1), "It is too slow.", by=cast.assessor1)
    done = perform(reviews.write_report(cast, review), "draft_report", by=cast.lead)
    assert done.dissent == f"{cast.assessor1}: It is too slow."


# The factual check


def test_ten_working_days_without_holidays(cast):
    review = reviews.at(cast, "report_drafted", tier="large")
    where = review.project.institution
    start = clock.today(where)
    Holiday.objects.create(day=start + timedelta(days=7), name="Fiesta", institution=where)
    expected, days = start, 0
    while days < 10:
        expected += timedelta(days=1)
        if expected.weekday() < 5 and expected != start + timedelta(days=7):
            days += 1
    review = perform(review, "begin_factual_check", by=cast.lead)
    assert review.factual_due == expected
    Holiday.objects.create(day=start + timedelta(days=8), name="Later", institution=where)
    review.refresh_from_db()
    assert review.factual_due == expected


def test_silence_counts_as_acceptance_when_the_time_is_over(cast):
    review = reviews.at(cast, "factual_check", tier="large")
    just_before = review.factual_ends - timedelta(minutes=5)
    with clock.move(to=just_before):
        due.act()
        assert GateReview.objects.get().facts == ""
        assert perform(review, "accept_facts", by=cast.manager).facts == "accepted"
    other = reviews.at(cast, "factual_check", tier="large", of=reviews.project(cast))
    with clock.move(to=other.factual_ends + timedelta(seconds=1)):
        with pytest.raises(Refused, match="The ten working days of the factual check are over"):
            perform(other, "accept_facts", by=cast.manager)
        due.act()
        due.act()
    other.refresh_from_db()
    assert (other.facts, other.state) == ("deemed", "factual_check")
    assert Event.objects.filter(verb="gating.gatereview.deem_facts_accepted").count() == 1


def test_a_challenge_is_answered_and_both_texts_are_kept(cast):
    review = reviews.at(cast, "factual_check", tier="large")
    with pytest.raises(Refused, match="Write first what you challenge"):
        perform(review, "challenge_facts", by=cast.manager)
    assessing.write_challenge(review, "It was 12, not 21.", by=cast.manager)
    review = perform(review, "challenge_facts", by=cast.manager)
    with pytest.raises(Refused, match="The lead assessor answers the challenge first"):
        perform(review, "table", by=cast.secretariat)
    with clock.move(timedelta(days=30)):
        due.act()
    with pytest.raises(Refused, match="Write first the answer"):
        perform(review, "answer_challenge", by=cast.lead)
    assessing.write_answer(review, "Corrected.", by=cast.lead)
    review = perform(review, "answer_challenge", by=cast.lead)
    assert (review.facts, review.challenge, review.challenge_answer) == (
        "answered", "It was 12, not 21.", "Corrected.",
    )  # fmt: skip


def test_a_small_project_has_no_factual_check(cast):
    review = reviews.at(cast, "report_drafted")
    with pytest.raises(Refused, match="Projects of this tier have a factual check"):
        perform(review, "begin_factual_check", by=cast.lead)


def test_a_large_one_cannot_skip_it(cast):
    review = reviews.at(cast, "report_drafted", tier="large")
    with pytest.raises(Refused, match="The manager checks the facts of the report first"):
        perform(review, "table", by=cast.secretariat)


# Questions and answers


def test_questions_and_answers_stand_on_the_record(cast, review):
    asked = assessing.clarify(review, "Which users?", by=cast.lead, item=review.items.first())
    answer = assessing.clarify(review, "All of them.", by=cast.manager)
    assert (asked.from_assessor, answer.from_assessor) == (True, False)
    for person in (cast.stranger, cast.secretariat, cast.chair):
        with pytest.raises(Denied):
            assessing.clarify(review, "Me too", by=person)
    with pytest.raises(TypeError, match="never changed"):
        asked.save()
    readers = {
        name for name, person in vars(cast).items()
        if Clarification.objects.visible_to(fresh(person)).exists()
    }  # fmt: skip
    assert readers == {"manager", "owner", "lead", "assessor1", "secretariat", "auditor"}
