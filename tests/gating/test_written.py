"""Where a meeting does not decide: votes in writing, the board above, and what is said before."""

from datetime import timedelta

import pytest
from django.urls import reverse

from core import clock, due
from core.models import Event, Turn
from core.steps import Denied, Refused, perform
from gating import agendas, balloting, debating, following, meetings, motions
from gating.models import Board, Meeting, Motion
from gating.models.board import BoardSeat
from tests.factories import boards, reviews

pytestmark = pytest.mark.django_db

DAYS = 8


@pytest.fixture
def writing(cast):
    """A motion tabled in a written procedure whose votes are due in eight days."""
    board = boards.filled(cast, objection_days=5)
    review = reviews.at(cast, "facts_settled", tier="large")
    at = clock.now() + timedelta(days=DAYS)
    meeting = meetings.schedule(board, by=cast.secretariat, at=at, place="correo", kind="written")
    agendas.put(meeting, review, by=cast.secretariat)
    meeting = perform(meeting, "notice", by=cast.secretariat)
    review = perform(review, "table", by=cast.secretariat)
    return perform(boards.drafted(cast, review), "table", by=cast.secretariat)


def again(row):
    return Motion.objects.select_related(*Motion.step_related).get(pk=row.pk)


def test_the_clock_opens_the_vote_and_closes_it_at_the_deadline(cast, writing):
    due.act()
    motion = again(writing)
    assert (motion.state, motion.meeting.state) == ("open", "in_session")
    waits = set(Turn.objects.filter(target_label="gating.motion").values_list("step", "due"))
    assert waits == {("vote", motion.meeting.at)}
    boards.vote(cast, motion, chair="for", member1="for", member2="against")
    with pytest.raises(Refused):
        perform(motion, "close", by=cast.chair)
    with pytest.raises(Refused):
        meetings.attend(motion.meeting, [cast.chair.pk], by=cast.secretariat)
    with clock.move(timedelta(days=DAYS, minutes=-1)):
        due.act()
        assert again(writing).state == "open"
    with clock.move(timedelta(days=DAYS + 21)):
        due.act()
        motion = again(writing)
        assert (motion.state, motion.meeting.state) == ("carried", "closed")
        events = Event.objects.count()
        due.act()
        assert Event.objects.count() == events
    assert motion.tally["case"]["votes"] == {
        "for": 2, "against": 1, "abstain": 0, "recused": 0, "absent": 1,
    }  # fmt: skip


def test_silence_is_absence_in_writing_too(cast, writing):
    due.act()
    boards.vote(cast, writing, chair="for", member1="for")
    with clock.move(timedelta(days=DAYS + 1)):
        due.act()
    assert again(writing).state == "inquorate"


def test_nothing_is_opened_after_its_deadline(cast, writing):
    with clock.move(timedelta(days=DAYS + 1)):
        due.act()
        motion = again(writing)
        assert (motion.state, motion.meeting.state) == ("tabled", "closed")
        assert motion.turns()[0].step == "take_back"


def test_one_objection_forces_a_meeting(client, cast, writing):
    due.act()
    boards.vote(cast, writing, chair="for", member1="for")
    with pytest.raises(Refused):
        following.object_to_writing(writing, " ", by=cast.member3)
    with pytest.raises(Denied):
        following.object_to_writing(writing, "No.", by=cast.secretariat)
    client.force_login(cast.member3)
    url = reverse("gating:motion_object", args=[writing.pk])
    assert client.post(url, {"reason": "It needs a debate."}).status_code == 302
    old, new = again(writing), Motion.objects.get(follows=writing)
    assert (old.state, new.state, new.meeting, new.text) == ("withdrawn", "drafted", None, old.text)
    assert old.objection.reason == "It needs a debate."
    assert "minimum" not in new.rule
    page = client.get(old.get_absolute_url()).content.decode()
    assert "It needs a debate." in page
    assert 'class="govuk-tag c-tag--good"' not in page  # no vote is told
    meeting = boards.scheduled(cast, new.board)
    assert [row.key for row in agendas.waiting(meeting)] == [f"review-{new.review_id}"]
    with clock.move(timedelta(days=DAYS + 1)):
        due.act()
        written = Meeting.objects.get(pk=old.meeting_id)
    assert written.state == "closed"
    assert "It needs a debate." in written.minutes


def test_time_to_object_is_kept(cast, writing):
    motion = perform(writing, "take_back", by=cast.secretariat)
    with clock.move(timedelta(days=4)), pytest.raises(Refused) as refused:
        perform(motion, "table", by=cast.secretariat)
    assert "5" in refused.value.reasons[-1]
    short = meetings.schedule(motion.board, by=cast.secretariat, place="x", kind="written",
                              at=clock.now() + timedelta(days=2))  # fmt: skip
    with pytest.raises(Refused):
        perform(short, "notice", by=cast.secretariat)
    with clock.move(timedelta(days=DAYS + 1)), pytest.raises(Refused):
        following.object_to_writing(perform_table(writing), "Late.", by=cast.member1)


def perform_table(motion):
    """The row as if it were tabled still; the moment decides, not the state."""
    motion = again(motion)
    motion.__dict__["state"] = "tabled"
    return motion


# No quorum


def council(cast):
    """The board above, with seats."""
    top = Board.objects.get(code="COUNCIL")
    for kind, name in (("chair", "lead"), ("member", "assessor1"), ("member", "assessor2")):
        BoardSeat.objects.create(board=top, kind=kind, user=getattr(cast, name),
                                 starts="2020-01-01")  # fmt: skip
    return top


def test_recusals_that_leave_no_quorum_hand_the_motion_up_at_once(client, cast):
    council(cast)
    review = boards.tabled_review(cast)
    motion = boards.drafted(cast, review, "approve_with_conditions")
    boards.condition(cast, motion)
    motion = perform(motion, "table", by=cast.secretariat)
    following.recuse(motion, "Mine.", by=cast.member2)
    following.recuse(motion, "Mine.", by=cast.member1)
    # three of four are enough, and member1 has an alternate
    assert again(motion).state == "tabled"
    assert not balloting.quorum_out_of_reach(again(motion))
    client.force_login(cast.member3)
    url = reverse("gating:motion_recuse", args=[motion.pk])
    client.post(url, {"reason": "My firm."})
    old, new = again(motion), Motion.objects.get(follows=motion)
    assert (old.state, new.state, new.board.code) == ("withdrawn", "drafted", "COUNCIL")
    assert (new.rule["why"], new.rule["below"]) == ("quorum", "ICT")
    assert new.drafts.get().text == old.drafts.get().text
    review.refresh_from_db()
    assert review.board == new.board
    meeting = boards.scheduled(cast, new.board)
    assert [row.key for row in agendas.waiting(meeting)] == [f"review-{review.pk}"]
    client.force_login(cast.secretariat)
    assert new.ref in client.get(old.get_absolute_url()).content.decode()


def test_a_motion_is_not_handed_up_while_alternates_make_a_quorum(client, cast):
    motion = boards.drafted(cast, boards.tabled_review(cast))
    with pytest.raises(Refused):
        following.hand_up(motion, by=cast.secretariat)
    client.force_login(cast.secretariat)
    url = reverse("gating:motion_hand_up", args=[motion.pk])
    assert client.get(url).status_code == 200
    assert client.post(url).status_code == 200
    assert again(motion).state == "drafted"
    for person in ("chair", "auditor"):
        client.force_login(getattr(cast, person))
        assert client.post(url).status_code == 403


def test_at_the_top_it_waits_for_more_alternates(cast):
    board = boards.filled(cast, parent=None)
    motion = boards.drafted(cast, boards.tabled_review(cast, board))
    for person in (cast.member2, cast.member3):
        following.recuse(motion, "Mine.", by=person)
    motion = again(motion)
    assert balloting.quorum_out_of_reach(motion)
    with pytest.raises(Refused):
        following.hand_up(motion, by=cast.secretariat)


# The debate


def test_the_debate_is_read_by_who_takes_part_and_by_nobody_else(client, cast):
    motion = boards.drafted(cast, boards.tabled_review(cast))
    debating.say(motion, "The price seems high.", by=cast.chair)
    debating.say(motion, "It is the market's.", by=cast.secretariat)
    with pytest.raises(Refused):
        debating.say(motion, "  ", by=cast.chair)
    for person in ("auditor", "manager", "owner", "lead", "stranger"):
        with pytest.raises(Denied):
            debating.say(motion, "Let me in.", by=getattr(cast, person))
    motions.recuse(motion, "Mine.", by=cast.member3)
    reading = {"chair": True, "member1": True, "alternate": True, "secretariat": True,
               "auditor": True, "member3": False, "manager": False}  # fmt: skip
    for person, reads in reading.items():
        assert bool(debating.remarks(motion, getattr(cast, person))) == reads, person
        client.force_login(getattr(cast, person))
        page = client.get(motion.get_absolute_url()).content.decode()
        assert ("The price seems high." in page) == reads, person
        say = client.get(reverse("gating:motion_say", args=[motion.pk]))
        assert ("The price seems high." in say.content.decode()) == (
            reads and person != "auditor"
        ), person
    told = " ".join(Event.objects.values_list("details", flat=True))
    assert "The price seems high." not in told
    with pytest.raises(TypeError):
        motion.remarks.first().delete()


def test_a_contribution_by_the_page_and_none_once_it_is_decided(client, cast):
    with boards.opened(cast) as motion:
        client.force_login(cast.member1)
        url = reverse("gating:motion_say", args=[motion.pk])
        assert client.post(url, {"text": ""}).status_code == 200
        assert client.post(url, {"text": "I agree."}).status_code == 302
        boards.carried(cast, motion)
        assert client.get(url).status_code == 403
        with pytest.raises(Refused):
            debating.say(motion, "Too late.", by=cast.member1)
    assert [row.text for row in motion.remarks.all()] == ["I agree."]


def test_where_recusals_leave_no_quorum_after_a_vote_only_the_boards_above_are_asked(cast):
    council(cast)
    with boards.opened(cast) as motion:
        for person in (cast.member2, cast.member3):
            following.recuse(motion, "Mine.", by=person)
        boards.vote(cast, motion, chair="for", member1="for")
        boards.closed(cast, motion)
    assert motion.state == "inquorate"
    assert [row.step for row in motion.turns()] == ["publish", "refer"]
    assert motion.turns()[1].due == motion.decided_at
    found = motions.boards_for(motion.review)
    assert [(board.code, rule["why"]) for board, rule in found] == [("COUNCIL", "quorum")]


def test_without_a_quorum_the_chair_is_told_which_alternates_to_call(cast):
    motion = boards.drafted(cast, boards.tabled_review(cast))
    motion = perform(motion, "table", by=cast.secretariat)
    with boards.in_session(cast, motion.meeting, "chair", "member2"):
        with pytest.raises(Refused) as refused:
            perform(motion, "open", by=cast.chair)
        assert str(cast.alternate) in refused.value.reasons[1]
        boards.attend(cast, motion.meeting, "chair", "member2", "alternate")
        motion = perform(motion, "open", by=cast.chair)
        assert {row.user for row in motion.seats.all() if row.user} == {
            cast.chair, cast.member2, cast.alternate,
        }  # fmt: skip
