"""Agenda, notice, consent items, board pack, minutes: what a meeting is made of."""

import io
import json
from datetime import datetime

import pypdf
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock
from core.steps import Denied, Refused, perform
from gating import agendas, meetings, minutes, minuting, motions, packs
from gating.models import Meeting, Motion
from gating.models.meeting import notice_in_time
from tests.factories import boards, reviews

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("every", "days"),
    [
        ("weekly", ["2027-01-29", "2027-02-05", "2027-02-12"]),
        ("fortnightly", ["2027-01-29", "2027-02-12", "2027-02-26"]),
        # the fifth Friday, and where a month has none its last
        ("monthly", ["2027-01-29", "2027-02-26", "2027-03-26"]),
    ],
)
def test_a_series_keeps_weekday_and_hour(cast, every, days):
    board = boards.filled(cast)
    at = datetime(2027, 1, 29, 9, 30, tzinfo=clock.zone())
    rows = meetings.schedule_series(board, by=cast.secretariat, at=at, every=every, count=3,
                                    place="Room 1")  # fmt: skip
    assert [str(row.day) for row in rows] == days
    assert {row.at.astimezone(clock.zone()).hour for row in rows} == {9}
    with pytest.raises(Refused):
        meetings.schedule_series(board, by=cast.secretariat, at=at, every=every, count=25,
                                 place="Room 1")  # fmt: skip
    with pytest.raises(Denied):
        meetings.schedule(board, by=cast.chair, at=at, place="Room 1")


def test_late_notice_is_refused_with_the_day_unless_the_urgency_is_recorded(cast):
    board = boards.filled(cast, notice_days=7)
    meeting = boards.scheduled(cast, board, days=6)
    with pytest.raises(Refused) as refused:
        perform(meeting, "notice", by=cast.secretariat)
    assert "7" in refused.value.reasons[0]
    assert not notice_in_time(boards.scheduled(cast, board, days=7))
    with pytest.raises(Refused):
        meetings.urge(meeting, "  ", by=cast.secretariat)
    meeting = meetings.urge(meeting, "The contract ends on Friday.", by=cast.secretariat)
    meeting = perform(meeting, "notice", by=cast.secretariat)
    assert "The contract ends on Friday." in minutes.draft(meeting)


@pytest.fixture
def agenda(cast):
    """Minutes of an earlier meeting and two reviews, one of them a consent item, noticed."""
    board = boards.filled(cast)
    earlier = boards.noticed(cast, board)
    with boards.in_session(cast, earlier):
        perform(earlier, "close", by=cast.chair)
    found = [reviews.at(cast, "facts_settled", tier="large") for _n in range(2)]
    meeting = boards.scheduled(cast, board)
    waiting = {row.key: row for row in agendas.waiting(meeting)}
    keys = [f"minutes-{earlier.pk}", *(f"review-{row.pk}" for row in found)]
    assert list(waiting) == keys
    assert [row.consent for row in waiting.values()] == [True, False, False]
    agendas.fill(meeting, keys, keys[:2], by=cast.secretariat)
    assert agendas.waiting(boards.scheduled(cast, board)) == []
    meeting = perform(meeting, "notice", by=cast.secretariat)
    for row in found:
        motions.draft(perform(row, "table", by=cast.secretariat), board, by=cast.secretariat,
                      outcome="approve", text="To approve.")  # fmt: skip
    assert agendas.table_all(meeting, by=cast.secretariat) == 3
    return meeting


def results(meeting):
    return [row.state for row in meeting.motions.order_by("pk")]


def test_consent_items_are_decided_by_one_vote_each_with_its_own_record(cast, agenda):
    with boards.in_session(cast, agenda):
        with pytest.raises(Denied):
            agendas.open_together(agenda, by=cast.member1)
        agendas.open_together(agenda, by=cast.chair)
        assert results(agenda) == ["open", "open", "tabled"]
        with pytest.raises(Refused):
            agendas.cast_together(agenda, "for", by=cast.secretariat)
        for person, choice in ((cast.chair, "for"), (cast.member1, "for"),
                               (cast.member2, "against")):  # fmt: skip
            agendas.cast_together(agenda, choice, by=person)
        done = agendas.close_together(agenda, by=cast.chair)
    assert results(agenda) == ["carried", "carried", "tabled"]
    assert {row.tally["case"]["votes"]["against"] for row in done} == {1}
    assert len({row.record.code for row in done}) == 2
    earlier = Meeting.objects.get(pk=done[0].matter_id)
    assert earlier.state == "minutes_approved"
    assert minuting.approval(earlier) == done[0]


def test_a_seat_takes_an_item_out_and_stands_in_the_minutes(cast, agenda):
    item = agenda.items.get(review__isnull=False, consent=True)
    with pytest.raises(Denied):
        agendas.take_out(item, by=cast.secretariat)
    agendas.take_out(item, by=cast.member3)
    with pytest.raises(Refused):
        agendas.take_out(item, by=cast.member1)
    with boards.in_session(cast, agenda) as begun:
        agendas.open_together(begun, by=cast.chair)
        assert results(begun) == ["open", "tabled", "tabled"]
        boards.vote(cast, begun.motions.first(), chair="for", member1="for", member2="for")
        agendas.close_together(begun, by=cast.chair)
        meeting = perform(begun, "close", by=cast.chair)
    assert str(cast.member3) in meeting.minutes


def test_one_refusal_opens_none_of_them(cast, agenda):
    with boards.in_session(cast, agenda, "chair", "member1"):
        with pytest.raises(Refused) as refused:
            agendas.open_together(agenda, by=cast.chair)
        assert agenda.motions.first().ref in refused.value.reasons[0]
        assert results(agenda) == ["tabled"] * 3


def test_minutes_before_the_board_do_not_change(cast, agenda):
    motion = agenda.motions.get(matter="gating.meeting")
    earlier = motion.matter_row
    with pytest.raises(Refused):
        meetings.minute(earlier, "Other.", by=cast.secretariat)
    motion = perform(motion, "take_back", by=cast.secretariat)
    perform(motion, "withdraw", by=cast.secretariat, because="Wrong")
    assert meetings.minute(earlier, "Other.", by=cast.secretariat).minutes == "Other."
    with pytest.raises(Denied):
        perform(earlier, "approve_minutes", by=cast.chair)


# Papers


def test_papers_are_frozen_with_their_hash_and_later_changes_do_not_reach_them(cast, agenda):
    kinds = [json.loads(paper.text)["kind"] for paper in agenda.papers.all()]
    assert kinds == ["motion", "review", "review", "motion", "motion"]
    first = json.loads(agenda.papers.first().text)
    assert first["matter"]["text"] == agenda.motions.get(matter="gating.meeting").matter_row.minutes
    assert first["matter"]["text"][:40] in str(packs.sheets(agenda, cast.chair)[0].items)
    before = packs.pack_hash(agenda)
    motion = agenda.motions.filter(review__isnull=False).first()
    motion = perform(motion, "take_back", by=cast.secretariat)
    motions.change(motion, text="Something else.", by=cast.secretariat)
    assert packs.pack_hash(agenda) == before
    assert "Something else." not in "".join(paper.text for paper in agenda.papers.all())
    assert all(sheet.intact and not sheet.withheld for sheet in packs.sheets(agenda, cast.chair))


def test_the_pack_is_one_tagged_pdf_with_bookmarks_without_what_its_reader_must_not_read(
    client, cast, agenda
):
    review = agenda.items.get(consent=False).review
    motion = agenda.motions.get(review=review)
    motions.change(perform(motion, "take_back", by=cast.secretariat),
                   text="A secret reason.", by=cast.secretariat)  # fmt: skip
    perform(Motion.objects.get(pk=motion.pk), "table", by=cast.secretariat)
    motions.recuse(motion, "Mine.", by=cast.member1)
    url = reverse("gating:pack_pdf", args=[agenda.pk])
    texts = {}
    for person in ("chair", "member1", "auditor"):
        client.force_login(getattr(cast, person))
        reader = pypdf.PdfReader(io.BytesIO(client.get(url).content))
        assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
        titles = [row.title for row in reader.outline if not isinstance(row, list)]
        assert len(titles) == 1 + agenda.papers.count()
        texts[person] = "".join(page.extract_text() for page in reader.pages)
        page = client.get(reverse("gating:meeting_pack", args=[agenda.pk])).content.decode()
        assert ("A secret reason." in page) == (person != "member1")
        assert packs.pack_hash(agenda) in page
    assert "A secret reason." in texts["chair"]
    assert "A secret reason." not in texts["member1"]
    for person in ("manager", "stranger", "preparer"):
        client.force_login(getattr(cast, person))
        assert client.get(url).status_code == 404


def test_a_paper_that_was_tampered_with_is_not_shown(cast, agenda):
    sheet = packs.sheets(agenda, cast.chair)[0]
    changed = packs.Sheet(1, sheet.paper, sheet.facts, withheld=False, intact=False)
    assert sheet.facts["text"] not in str(changed.items)


# Minutes as read and on paper


def test_a_draft_leaves_out_what_its_reader_takes_no_part_in_until_it_is_approved(client, cast):
    board = boards.filled(cast)
    review = boards.tabled_review(cast, board)
    motion = boards.drafted(cast, review, text="The text of the motion.")
    motions.recuse(motion, "A cousin of mine works there.", by=cast.member2)
    motion = perform(motion, "table", by=cast.secretariat)
    with boards.in_session(cast, motion.meeting):
        motion = perform(motion, "open", by=cast.chair)
        boards.vote(cast, motion, chair="for", member1="for", member3="abstain")
        perform(motion, "close", by=cast.chair)
        meeting = perform(motion.meeting, "close", by=cast.chair)
    assert "A cousin of mine works there." in meeting.minutes
    assert "1 abstenci" in meeting.minutes
    assert "1 abstenciones" not in meeting.minutes
    assert "2 votos a favor" in meeting.minutes
    assert "The text of the motion." in minuting.readable(meeting, cast.chair)
    assert "The text of the motion." not in minuting.readable(meeting, cast.member2)
    client.force_login(cast.member2)
    assert "The text of the motion." not in client.get(meeting.get_absolute_url()).content.decode()
    url = reverse("gating:minutes_pdf", args=[meeting.pk])
    before = pypdf.PdfReader(io.BytesIO(client.get(url).content))
    assert "The text of the motion." not in "".join(page.extract_text() for page in before.pages)
    meeting = boards.minutes_approved(cast, meeting)
    assert "The text of the motion." in minuting.readable(meeting, cast.member2)


@pytest.mark.parametrize(
    ("votes", "words"),
    [
        ((1, 0, 1, 1, 1), "1 voto a favor, 0 en contra, 1 abstención, 1 puesto excusado, "
                          "1 puesto ausente"),
        ((2, 1, 0, 2, 3), "2 votos a favor, 1 en contra, 0 abstenciones, 2 puestos excusados, "
                          "3 puestos ausentes"),
    ],
)  # fmt: skip
def test_a_count_in_words_says_one_and_many(votes, words):
    names = ("for", "against", "abstain", "recused", "absent")
    with minutes.translation.override("es"):
        assert words in minutes.votes_in_words(dict(zip(names, votes, strict=True)))


def test_the_calendar_shows_each_person_their_boards(client, cast):
    board = boards.filled(cast)
    there_url = boards.scheduled(cast, board).get_absolute_url()
    url = reverse("gating:meeting_list")
    for person, there in (("secretariat", True), ("member1", True), ("stranger", False)):
        client.force_login(getattr(cast, person))
        assert (there_url in client.get(url).content.decode()) == there
    client.force_login(cast.secretariat)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    for days in range(5):
        boards.scheduled(cast, board, days=days + 1)
    with CaptureQueriesContext(connection) as many:
        client.get(url)
    assert len(many) == len(few)
    assert client.get(url, {"show": "past"}).status_code == 200
