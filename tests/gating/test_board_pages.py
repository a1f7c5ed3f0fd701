"""Pages of boards, meetings, motions and conditions: who gets them, what they do, how they ask."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock
from core.models import User
from core.steps import perform
from gating import agendas, conditions, motions
from gating.models import Board, Condition, Motion
from tests.factories import boards, reviews

pytestmark = pytest.mark.django_db
MEETING = {"kind": "meeting"}


def get(client, person, name, *args):
    client.force_login(person)
    return client.get(reverse(name, args=args))


def post(client, person, name, *args, **data):
    client.force_login(person)
    return client.post(reverse(name, args=args), data)


def step(client, person, row, name, because=""):
    """Take a step in the browser: its page first, then the button."""
    client.force_login(person)
    url = row.get_step_url(name)
    assert client.get(url).status_code == 200
    done = client.post(url, {"because": because, "seen": row.current})
    row.refresh_from_db()
    return done


def test_from_the_seats_to_the_closed_condition_in_the_browser(client, cast):
    board = Board.objects.get(code="ICT")
    for kind, holder, alternate in boards.SEATS:
        done = post(client, cast.admin, "gating:seat_create", "ICT", kind=kind,
                    user=getattr(cast, holder).pk, starts="2020-01-01", ends="",
                    alternate=getattr(cast, alternate).pk if alternate else "")  # fmt: skip
        assert done.status_code == 302
    review = reviews.at(cast, "facts_settled", tier="large")
    day = clock.today() + timedelta(days=8)
    post(client, cast.secretariat, "gating:meeting_create", "ICT", day=day.isoformat(),
         time="10:30", place="Room 1", kind="meeting")  # fmt: skip
    meeting = board.meetings.get()
    post(client, cast.secretariat, "gating:meeting_agenda", meeting.pk,
         items=[f"review-{review.pk}"])  # fmt: skip
    step(client, cast.secretariat, meeting, "notice")
    step(client, cast.secretariat, review, "table")
    assert review.state == "before_board"
    post(client, cast.secretariat, "gating:motion_create", review.pk, text="To approve.",
         outcome="approve_with_conditions")  # fmt: skip
    motion = review.motions.get()
    values = {"kind": "precedent", "text": "Publish the source.", "owner": cast.manager.pk,
              "verifier": cast.lead.pk, "due": ""}  # fmt: skip
    done = post(client, cast.secretariat, "gating:draft_create", motion.pk, **values)
    assert done.status_code == 302
    step(client, cast.secretariat, motion, "table")
    with clock.move(timedelta(days=8)):
        step(client, cast.chair, meeting, "begin")
        present = [cast.chair.pk, cast.member1.pk, cast.member2.pk]
        post(client, cast.secretariat, "gating:meeting_attendance", meeting.pk, present=present)
        step(client, cast.chair, motion, "open")
        for person in (cast.chair, cast.member1, cast.member2):
            done = post(client, person, "gating:motion_vote", motion.pk, choice="for")
            assert done.status_code == 302
        step(client, cast.chair, motion, "close")
        step(client, cast.chair, meeting, "close")
        post(client, cast.secretariat, "gating:meeting_minutes", meeting.pk, text="All agreed.")
        meeting = boards.minutes_approved(cast, meeting)
    step(client, cast.secretariat, motion, "publish")
    condition = Condition.objects.get()
    file = SimpleUploadedFile("proof.txt", b"It was done, see there.")
    post(client, cast.manager, "gating:condition_answer", condition.pk, response="Done.", file=file)
    step(client, cast.manager, condition, "submit_evidence")
    step(client, cast.lead, condition, "verify")
    step(client, cast.secretariat, condition, "close")
    review.refresh_from_db()
    meeting.refresh_from_db()
    assert (review.state, motion.state, meeting.state, condition.state) == (
        "in_force", "published", "minutes_approved", "closed",
    )  # fmt: skip
    got = get(client, cast.lead, "gating:condition_document", condition.pk)
    assert b"".join(got.streaming_content) == b"It was done, see there."


# Bad input


def test_what_was_typed_stays_when_it_is_refused(client, cast):
    boards.filled(cast)
    done = post(client, cast.admin, "gating:seat_create", "ICT", kind="chair",
                user=cast.stranger.pk, starts="2024-05-06", ends="", alternate="")  # fmt: skip
    assert done.status_code == 200
    assert str(cast.chair) in done.content.decode()
    assert 'value="2024-05-06"' in done.content.decode()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        (
            "gating:meeting_create",
            {"day": "2026-02-30", "time": "10:00", "place": "x"} | MEETING,
        ),
        (
            "gating:meeting_create",
            {"day": "2026-02-20", "time": "25:00", "place": "x"} | MEETING,
        ),
        ("gating:meeting_create", {"day": "", "time": "", "place": ""}),
    ],
)
def test_a_meeting_needs_a_moment_and_a_place(client, cast, name, data):
    boards.filled(cast)
    done = post(client, cast.secretariat, name, "ICT", **data)
    assert done.status_code == 200
    assert "govuk-error-summary" in done.content.decode()


def test_a_vote_without_a_choice_is_asked_for_again(client, cast):
    with boards.opened(cast) as motion:
        done = post(client, cast.member1, "gating:motion_vote", motion.pk)
        assert "govuk-error-summary" in done.content.decode()
        assert not motion.votes.exists()


# Who gets what

ROLES = ("secretariat", "auditor", "admin", "chair", "member1", "alternate", "manager", "lead",
         "preparer", "stranger")  # fmt: skip
SEEN = {
    "gating:board_detail": {"secretariat", "auditor", "admin", "chair", "member1", "alternate"},
    "gating:meeting_detail": {"secretariat", "auditor", "chair", "member1", "alternate"},
    "gating:motion_detail": {"secretariat", "auditor", "chair", "member1", "alternate"},
}


@pytest.mark.parametrize("name", SEEN)
def test_strangers_get_404(client, cast, name):
    with boards.opened(cast) as motion:
        args = {"gating:board_detail": "ICT", "gating:meeting_detail": motion.meeting_id,
                "gating:motion_detail": motion.pk}  # fmt: skip
        for person in ROLES:
            status = get(client, getattr(cast, person), name, args[name]).status_code
            assert status == (200 if person in SEEN[name] else 404), person


def test_the_projects_people_read_a_motion_once_it_is_decided(client, cast):
    with boards.opened(cast) as motion:
        boards.carried(cast, motion)
    assert get(client, cast.manager, "gating:motion_detail", motion.pk).status_code == 200
    assert get(client, cast.stranger, "gating:motion_detail", motion.pk).status_code == 404


FORMS = {
    "gating:board_create": ("admin", ()),
    "gating:board_edit": ("admin", ("ICT",)),
    "gating:seat_create": ("admin", ("ICT",)),
    "gating:meeting_create": ("secretariat", ("ICT",)),
    "gating:motion_create": ("secretariat", ("review",)),
    "gating:motion_edit": ("secretariat", ("motion",)),
    "gating:draft_create": ("secretariat", ("motion",)),
}


@pytest.mark.parametrize("name", FORMS)
def test_only_whose_task_it_is_gets_the_form(client, cast, name):
    review = boards.tabled_review(cast)
    motion = boards.drafted(cast, review)
    who, args = FORMS[name]
    args = [{"review": review.pk, "motion": motion.pk}.get(arg, arg) for arg in args]
    for person in ("secretariat", "admin", "chair", "auditor", "stranger"):
        status = get(client, getattr(cast, person), name, *args).status_code
        assert (status == 200) == (person == who), (person, status)
        assert status in (200, 403, 404)


def test_the_vote_page_is_for_the_seats(client, cast):
    with boards.opened(cast) as motion:
        assert get(client, cast.member1, "gating:motion_vote", motion.pk).status_code == 200
        assert get(client, cast.secretariat, "gating:motion_vote", motion.pk).status_code == 403
        assert get(client, cast.stranger, "gating:motion_vote", motion.pk).status_code == 404
        done = post(client, cast.secretariat, "gating:motion_vote", motion.pk, choice="for")
        assert done.status_code == 403


def test_an_open_vote_is_told_to_nobody(client, cast):
    with boards.opened(cast) as motion:
        boards.vote(cast, motion, member1="against")
        for person in ("secretariat", "chair", "auditor", "member2"):
            page = get(client, getattr(cast, person), "gating:motion_detail", motion.pk)
            assert 'class="govuk-tag c-tag--bad"' not in page.content.decode()
        mine = get(client, cast.member1, "gating:motion_vote", motion.pk).content.decode()
        assert 'value="against"' in mine
        assert "checked" in mine


# Constant numbers of queries


def count(client, person, url) -> int:
    client.force_login(person)
    client.get(url)
    with CaptureQueriesContext(connection) as found:
        assert client.get(url).status_code == 200
    return len(found)


def more_seats(cast, board, number):
    for place in range(number):
        person = User.objects.create_user(f"seat{place}@demo.example", None, name=f"Seat {place}")
        board.seats.create(kind="member", user=person, starts="2020-01-01")


@pytest.mark.parametrize("name", ["board", "meeting", "motion", "boards"])
def test_more_rows_do_not_mean_more_queries(client, cast, name):
    board = boards.filled(cast)
    one, two = (reviews.at(cast, "facts_settled", tier="large") for _ in range(2))
    meeting = boards.scheduled(cast, board)
    agendas.put(meeting, one, by=cast.secretariat)
    motion = None

    def url():
        return {"board": board.get_absolute_url(), "meeting": meeting.get_absolute_url(),
                "motion": motion and motion.get_absolute_url(),
                "boards": reverse("gating:board_list")}[name]  # fmt: skip

    if name != "motion":
        before = count(client, cast.secretariat, url())
        more_seats(cast, board, 10)
        agendas.put(meeting, two, by=cast.secretariat)
        boards.scheduled(cast, board, days=20)
    else:
        perform(meeting, "notice", by=cast.secretariat)
        perform(one, "table", by=cast.secretariat)
        motion = boards.drafted(cast, one, "approve_with_conditions")
        boards.condition(cast, motion)
        motions.recuse(motion, "Mine.", by=cast.member3)
        before = count(client, cast.secretariat, url())
        more_seats(cast, board, 10)
        for _ in range(5):
            boards.condition(cast, motion, "subsequent")
        motions.recuse(motion, "Mine too.", by=cast.member2)
    after = count(client, cast.secretariat, url())
    assert after == before


def test_the_list_of_conditions_costs_the_same_for_one_and_for_many(client, cast):
    with boards.opened(cast, "approve_with_conditions", ("precedent",)) as motion:
        boards.carried(cast, motion)
    url = reverse("gating:condition_list")
    before = count(client, cast.secretariat, url)
    first = Condition.objects.get()
    for number in range(2, 12):
        Condition.objects.create(
            review=first.review, motion=first.motion, number=number, kind="precedent", text="x",
            owner=first.owner, verifier=first.verifier, due=clock.today(),
        )  # fmt: skip
    assert count(client, cast.secretariat, url) == before


@pytest.mark.parametrize("show", ["owed", "mine", "verify", "overdue", "met", "all", "nonsense"])
def test_the_list_of_conditions_by_kind(client, cast, show):
    with boards.opened(cast, "approve_with_conditions", ("precedent",)) as motion:
        boards.carried(cast, motion)
    client.force_login(cast.manager)
    page = client.get(reverse("gating:condition_list"), {"show": show}).content.decode()
    there = Condition.objects.get().ref in page
    assert there == (show in ("owed", "mine", "all", "nonsense"))


def test_the_answer_form_offers_the_evidence_of_the_project(client, cast):
    with boards.opened(cast, "approve_with_conditions", ("precedent",)) as motion:
        boards.carried(cast, motion)
    condition = Condition.objects.get()
    page = get(client, cast.manager, "gating:condition_answer", condition.pk).content.decode()
    assert motion.project.evidence.first().title in page
    assert get(client, cast.lead, "gating:condition_answer", condition.pk).status_code == 403
    conditions.answer(condition, "Done.", by=cast.manager)
    detail = get(client, cast.manager, "gating:condition_detail", condition.pk)
    assert "Done." in detail.content.decode()


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_page_renders_in_both_languages(client, cast, language):
    client.cookies["django_language"] = language
    with boards.opened(cast, "approve_with_conditions", ("precedent", "subsequent")) as motion:
        client.force_login(cast.chair)
        for url in (motion.get_absolute_url(), motion.meeting.get_absolute_url(),
                    motion.board.get_absolute_url(), reverse("gating:board_list"),
                    reverse("gating:motion_vote", args=[motion.pk]),
                    reverse("gating:motion_recuse", args=[motion.pk]),
                    motion.get_step_url("close")):  # fmt: skip
            assert client.get(url).status_code == 200, url
        boards.carried(cast, motion)
    assert Motion.objects.get().state == "carried"
    client.force_login(cast.secretariat)
    condition = Condition.objects.first()
    for url in (motion.get_absolute_url(), condition.get_absolute_url(),
                reverse("gating:waiver_create", args=[condition.pk]),
                reverse("gating:condition_list"), motion.get_step_url("publish")):  # fmt: skip
        assert client.get(url).status_code == 200, url
