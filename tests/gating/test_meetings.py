"""Meetings: notice and papers in time, agenda, attendance, minutes, the table of their steps."""

from datetime import timedelta

import pytest
from django.db import transaction

from core import clock
from core.models import Notice
from core.outbox import drain
from core.steps import Denied, Refused, perform
from gating import agendas, meetings, motions
from gating.models import Meeting
from tests.factories import boards, reviews

pytestmark = pytest.mark.django_db


def test_papers_are_frozen_by_the_notice_in_time_for_the_tier(cast):
    board = boards.filled(cast)
    review = reviews.at(cast, "facts_settled", tier="large")
    late = boards.scheduled(cast, board, days=4)
    agendas.put(late, review, by=cast.secretariat)
    with pytest.raises(Refused) as refused:
        perform(late, "notice", by=cast.secretariat)
    assert "5" in refused.value.reasons[0]
    with pytest.raises(Refused):
        perform(review, "table", by=cast.secretariat)
    agendas.take_off(late.items.get(), by=cast.secretariat)
    boards.noticed(cast, board, review)
    assert perform(review, "table", by=cast.secretariat).board == board


def test_a_review_without_its_final_report_is_not_noticed(cast):
    board = boards.filled(cast)
    review = reviews.at(cast, "factual_check", tier="large")
    meeting = boards.scheduled(cast, board)
    agendas.put(meeting, review, by=cast.secretariat)
    with pytest.raises(Refused) as refused:
        perform(meeting, "notice", by=cast.secretariat)
    assert review.ref in refused.value.reasons[0]


def test_the_agenda_takes_reviews_of_the_board_once_and_until_the_notice(cast):
    board, council = boards.filled(cast), boards.filled(cast, "COUNCIL")
    review = reviews.at(cast, "facts_settled", tier="large")
    meeting, other = boards.scheduled(cast, board), boards.scheduled(cast, council)
    with pytest.raises(Refused):
        agendas.put(other, review, by=cast.secretariat)
    agendas.put(meeting, review, by=cast.secretariat)
    with pytest.raises(Refused):
        agendas.put(meeting, review, by=cast.secretariat)
    with pytest.raises(Denied):
        agendas.take_off(meeting.items.get(), by=cast.chair)
    perform(meeting, "notice", by=cast.secretariat)
    with pytest.raises(Refused):
        agendas.take_off(meeting.items.get(), by=cast.secretariat)


def test_a_board_without_chair_or_seats_cannot_be_convened(cast):
    board = boards.filled(cast, seats=(("member", "member1", None),))
    with pytest.raises(Refused) as refused:
        perform(boards.scheduled(cast, board), "notice", by=cast.secretariat)
    assert len(refused.value.reasons) == 2


def test_who_decides_alone_is_not_convened(cast):
    board = boards.filled(cast, "CHAIR", seats=(("chair", "chair", None),))
    with pytest.raises(Refused):
        boards.scheduled(cast, board)


def test_attendance_is_of_people_with_a_seat_and_not_changed_during_a_vote(cast):
    with boards.opened(cast) as motion:
        with pytest.raises(Refused):
            boards.attend(cast, motion.meeting, "chair")
        boards.carried(cast, motion)
        with pytest.raises(Refused):
            boards.attend(cast, motion.meeting, "chair", "stranger")
        with pytest.raises(Denied):
            meetings.attend(motion.meeting, [cast.chair.pk], by=cast.member1)
        boards.attend(cast, motion.meeting, "chair", "alternate")
        assert motion.meeting.present() == {cast.chair.pk, cast.alternate.pk}


def test_the_minutes_are_drafted_from_the_votes_completed_and_approved(cast):
    review = boards.tabled_review(cast)
    motion = boards.drafted(cast, review)
    motions.recuse(motion, "My brother works there.", by=cast.member2)
    motion = perform(motion, "table", by=cast.secretariat)
    with boards.in_session(cast, motion.meeting, "chair", "alternate", "member2", "member3"):
        motion = perform(motion, "open", by=cast.chair)
        with pytest.raises(Refused):
            perform(motion.meeting, "close", by=cast.chair)
        boards.vote(cast, motion, chair="for", alternate="for", member3="against")
        perform(motion, "close", by=cast.chair)
        meeting = perform(motion.meeting, "close", by=cast.chair)
    for words in (str(cast.alternate), str(cast.member1), str(cast.member2), motion.ref, "2", "1"):
        assert words in meeting.minutes
    with pytest.raises(Denied):
        meetings.minute(meeting, "Nothing happened.", by=cast.member1)
    meeting = meetings.minute(meeting, meeting.minutes + "\n\nCoffee.", by=cast.secretariat)
    meeting = boards.minutes_approved(cast, meeting)
    assert meeting.state == "minutes_approved"
    with pytest.raises(Refused):
        meetings.minute(meeting, "Other", by=cast.secretariat)


def test_what_one_person_decided_alone_is_reported_to_the_next_meeting(cast):
    alone = boards.filled(cast, "CHAIR", seats=(("chair", "chair", None),))
    review = reviews.at(cast, "report_drafted", tier="small", of=reviews.project(
        cast, tier="small", cost=5_000_000_00))  # fmt: skip
    review = perform(review, "table", by=cast.secretariat)
    assert review.board == alone
    motion = perform(boards.drafted(cast, review), "table", by=cast.secretariat)
    motion = perform(motion, "open", by=cast.chair)
    motions.cast(motion, "for", by=cast.chair)
    motion = perform(motion, "close", by=cast.chair)
    assert motion.state == "carried"
    meeting = boards.noticed(cast, boards.filled(cast))
    assert meeting.to_report() == [motion]
    with boards.in_session(cast, meeting):
        meeting = perform(meeting, "close", by=cast.chair)
    motion.refresh_from_db()
    assert motion.reported_to == meeting
    assert motion.ref in meeting.minutes
    assert meeting.to_report() == []


def test_a_meeting_with_motions_tabled_is_not_cancelled(cast):
    motion = boards.drafted(cast, boards.tabled_review(cast))
    motion = perform(motion, "table", by=cast.secretariat)
    with pytest.raises(Refused):
        perform(motion.meeting, "cancel", by=cast.secretariat, because="No room")
    perform(motion, "take_back", by=cast.secretariat)
    cancelled = perform(motion.meeting, "cancel", by=cast.secretariat, because="No room")
    assert cancelled.state == "cancelled"
    motion.refresh_from_db()
    with pytest.raises(Refused):
        perform(motion, "table", by=cast.secretariat)


def test_a_motion_goes_on_to_another_meeting_that_has_its_papers(cast):
    review = boards.tabled_review(cast)
    motion = boards.drafted(cast, review)
    perform(motion.meeting, "cancel", by=cast.secretariat, because="No room")
    other = boards.noticed(cast, motion.board, review)
    motions.change(motion, meeting=other, by=cast.secretariat)
    assert perform(motion, "table", by=cast.secretariat).meeting == other


def test_the_seats_are_told_of_the_notice(cast):
    boards.noticed(cast, boards.filled(cast))
    drain()
    told = set(Notice.objects.values_list("person__email", flat=True))
    assert told == {f"{name}@demo.example" for name in
                    ("chair", "member1", "member2", "member3", "alternate")}  # fmt: skip


OFFERED = {
    "scheduled": {"secretariat": {"notice", "cancel"}},
    "noticed": {"secretariat": {"cancel"}, "chair": {"begin"}},
    "in_session": {"chair": {"close"}},
    "closed": {},
    "minutes_approved": {},
    "cancelled": {},
}
PEOPLE = ("secretariat", "chair", "member1", "alternate", "manager", "auditor", "admin", "stranger")
STEPS = ("notice", "cancel", "begin", "close", "approve_minutes")


@pytest.mark.parametrize("state", OFFERED)
def test_the_table_of_states_steps_and_people(cast, state):
    meeting = boards.scheduled(cast, boards.filled(cast))
    road = {
        "noticed": ("notice", cast.secretariat), "in_session": ("begin", cast.chair),
        "closed": ("close", cast.chair),
    }  # fmt: skip
    if state == "cancelled":
        meeting = perform(meeting, "cancel", by=cast.secretariat, because="No room")
    for place, (name, person) in road.items():
        if meeting.state in (state, "cancelled"):
            break
        if place == "in_session":
            with clock.move(timedelta(days=10)):
                meeting = perform(meeting, name, by=person)
        else:
            meeting = perform(meeting, name, by=person)
    if state == "minutes_approved":
        meeting = boards.minutes_approved(cast, meeting)
    assert meeting.state == state
    ahead = timedelta(days=10 if state not in ("scheduled", "cancelled") else 0)
    with clock.move(ahead):
        for person in PEOPLE:
            for name in STEPS:
                wanted = name in OFFERED[state].get(person, set())
                assert taking(meeting, name, getattr(cast, person)) == wanted, (person, name)


def taking(meeting, name, person) -> bool:
    try:
        with transaction.atomic():
            perform(Meeting.objects.get(pk=meeting.pk), name, by=person, because="try")
            transaction.set_rollback(True)
    except (Refused, Denied):
        return False
    return True


def test_a_meeting_begins_on_its_day(cast):
    meeting = boards.noticed(cast, boards.filled(cast))
    with pytest.raises(Refused):
        perform(meeting, "begin", by=cast.chair)
