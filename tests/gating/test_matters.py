"""Anything may be put to a board: a row of another room is drafted, voted and recorded alike."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse

from core import clock
from core.models import Turn
from core.refusals import Refused
from core.steps import perform
from gating import matters, motions, records
from gating.models import Motion
from gating.models.vote import Why
from tests.factories import boards
from tests.factories import money as money_rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def matter(monkeypatch):
    """Holds are confirmed by motion; in this test nothing else is decided so."""
    monkeypatch.setattr(matters, "_matters", {})

    @matters.register("projects.hold")
    class HoldMatter(matters.Matter):
        outcomes = ("confirm", "revoke")

        def faults(self, row):
            return [] if row.state == "active" else ["It is over."]

        def excluded(self, row):
            return {row.placed_by_id: Why.DECLARED}

        def effect(self, motion, row, *, by):
            perform(row, "confirm", by=by, because=motion.ref)

        def facts(self, row):
            return {"ref": f"{row.project.ref} hold {row.pk}", "reason": row.reason}

    return matters.find("projects.hold")


@pytest.fixture
def held(cast, matter):
    project = money_rows.project(cast)
    return money_rows.hold(cast, project, urgent=True, ends_at=clock.now() + timedelta(days=60))


def proposed(cast, held, **values):
    board = motions.boards_for_matter(held)[0][0]
    if not board.seats.exists():
        boards.filled(cast, board.code)
    meeting = boards.noticed(cast, board)
    values = {"outcome": "confirm", "text": "To confirm.", "meeting": meeting, **values}
    return motions.propose(held, board, by=cast.secretariat, **values)


def test_a_carried_motion_takes_its_effect_and_leaves_a_record(cast, held):
    motion = perform(proposed(cast, held), "table", by=cast.secretariat)
    with boards.in_session(cast, motion.meeting):
        motion = boards.carried(cast, perform(motion, "open", by=cast.chair))
    held.refresh_from_db()
    assert (motion.state, held.ends_at, motion.subject) == ("carried", None, held)
    assert motion.ref == f"{held.project.ref} · M{motion.pk}"
    facts = json.loads(motion.record.text)
    assert facts["matter"]["kind"] == "projects.hold"
    assert facts["matter"]["facts"]["reason"] == held.reason
    assert ("reason", held.reason) in records.whole_items(motion.record)[3][1]
    assert records.as_pdf(motion.record).startswith(b"%PDF")
    assert facts["matter"]["facts"]["ref"] in records.title(motion.record)


def test_the_row_waits_for_a_motion_unless_one_is_undecided(cast, held):
    def waits():
        return [turn.step for turn in matters.turns_of(held)]

    assert waits() == ["draft_motion"]
    motion = proposed(cast, held)
    assert waits() == []
    perform(motion, "withdraw", by=cast.secretariat, because="Not now.")
    assert waits() == ["draft_motion"]
    assert not Turn.objects.filter(target_label="gating.motion", target_id=motion.pk).exists()


@pytest.mark.parametrize(
    ("values", "said"),
    [({"outcome": "grant"}, "decisions that are open"), ({"state": "lifted"}, "It is over.")],
)
def test_a_motion_that_does_not_fit_is_refused(cast, held, values, said):
    if "state" in values:
        perform(held, "lift", by=cast.auditor, because="Done.")
        values = {}
    with pytest.raises(Refused, match=said):
        proposed(cast, held, **values)
    assert not Motion.objects.exists()


def test_one_undecided_motion_at_a_time_and_only_a_competent_board(cast, held):
    motion = proposed(cast, held)
    with pytest.raises(Refused, match="motion on this already"):
        motions.propose(held, motion.board, by=cast.secretariat, outcome="confirm", text="Again.")
    perform(motion, "withdraw", by=cast.secretariat, because="Not now.")
    chair = boards.Board.objects.get(code="CHAIR")
    with pytest.raises(Refused, match="not competent"):
        motions.propose(held, chair, by=cast.secretariat, outcome="confirm", text="Again.")


def test_who_is_concerned_takes_no_part(cast, held):
    motion = proposed(cast, held)
    excluded = motion.excluded()
    assert excluded[held.placed_by_id] == Why.DECLARED
    assert excluded[cast.manager.pk] == Why.PROJECT


def test_the_page_drafts_one_and_strangers_do_not_find_it(cast, held, client):
    client.cookies["django_language"] = "en"
    boards.filled(cast)
    url = reverse("gating:matter_motion_create", kwargs={"label": "projects.hold", "pk": held.pk})
    client.force_login(cast.secretariat)
    assert "Propose the decision" in client.get(url).content.decode()
    answer = client.post(url, {"outcome": "confirm", "text": "To confirm."})
    motion = Motion.objects.get()
    assert (answer.url, motion.matter_id) == (motion.get_absolute_url(), held.pk)
    page = client.get(motion.get_absolute_url())
    assert held.reason[:40] in page.content.decode()
    assert client.get(url.replace("projects.hold", "core.user")).status_code == 404
    client.force_login(cast.stranger)
    assert client.get(url).status_code == 404


def test_a_motion_is_opened_only_while_the_row_still_waits(cast, held):
    motion = perform(proposed(cast, held), "table", by=cast.secretariat)
    with clock.move(timedelta(days=1)):
        perform(held, "lift", by=cast.auditor, because="Done.")
    with boards.in_session(cast, motion.meeting), pytest.raises(Refused, match="It is over"):
        perform(motion, "open", by=cast.chair)
