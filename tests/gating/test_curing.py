"""Under a hold its own cure goes on: conditions, changes, gates, findings, and the board's word."""

from datetime import timedelta

import pytest

from core import clock, due, turns
from core.refusals import Refused
from core.steps import perform
from gating import conditions, motions
from gating.models import Condition
from projects import holds
from projects.models import Hold
from tests.factories import boards, money, reviews
from tests.factories import emergencies as make
from tests.gating.test_more_time import FOR

pytestmark = pytest.mark.django_db


def in_force(project) -> list[str]:
    return [hold.cure for hold in project.holds_active()]


@pytest.fixture
def owed(cast):
    with boards.opened(cast, "approve_with_conditions", ("subsequent", "subsequent")) as motion:
        boards.carried(cast, motion)
    return Condition.objects.order_by("number").first()


def test_a_condition_is_met_under_the_hold_that_waits_for_it_and_ends_it(cast, owed):
    project = owed.project
    holds.place_by_hand(project, reason="Owed", cure="condition", cure_ref=owed.ref,
                        by=cast.secretariat)  # fmt: skip
    other = Condition.objects.exclude(pk=owed.pk).get()
    for condition, left in ((other, ["condition"]), (owed, [])):
        conditions.answer(condition, "Done.", by=cast.manager)
        perform(condition, "submit_evidence", by=cast.manager)
        perform(condition, "verify", by=cast.lead)
        perform(condition, "close", by=cast.secretariat)
        assert in_force(project) == left


def test_a_condition_that_is_waived_ends_the_hold_that_waited_for_it(cast, owed):
    holds.place_by_hand(owed.project, reason="Owed", cure="condition", cure_ref=owed.ref,
                        by=cast.secretariat)  # fmt: skip
    owed.waived_until = clock.today() + timedelta(days=5)
    owed.save()
    with money.during("gating.motion.close"):
        perform(owed, "waive", by=cast.chair)
    assert in_force(owed.project) == []


@pytest.mark.parametrize("cure", ["G1", "G2"])
def test_a_gate_is_passed_under_the_hold_that_it_or_a_later_one_ends(cast, cure):
    """Money stays where it is while the later gate is awaited, but the way to it is open."""
    project = make.project(cast)
    holds.place(project, reason="Proof first", cure="gate", gate=cure, by=cast.secretariat)
    make.gate_passed(cast, project)
    project.refresh_from_db()
    assert project.stage == "alpha"
    assert in_force(project) == ([] if cure == "G1" else ["gate"])
    tranche = project.tranches.get(number=1)
    if cure == "G2":
        with pytest.raises(Refused, match="on hold"):
            perform(tranche, "request_release", by=cast.manager)


def test_a_gate_is_not_passed_under_a_hold_that_an_earlier_one_ends(cast):
    project = reviews.project(cast, tier="large", stage="alpha")
    holds.place(project, reason="Again", cure="gate", gate="G1", by=cast.secretariat)
    with pytest.raises(Refused, match="on hold"):
        reviews.at(cast, "prepared", tier="large", code="G2", of=project)


def test_a_finding_is_remedied_under_its_hold(cast):
    project = make.project(cast)
    holds.record_finding(project, "Paid twice", by=cast.auditor, urgent=True)
    hold = Hold.objects.get()
    perform(hold, "lift", by=cast.auditor, because="Paid back")
    assert in_force(project) == []
    assert project.findings.get().remedied_at is not None


# An urgent hold and the board


@pytest.fixture
def urgent(cast):
    project = make.project(cast)
    holds.record_finding(project, "Paid twice", by=cast.auditor, urgent=True)
    return Hold.objects.get()


def put_to_the_board(cast, hold, before=None):
    boards_row = motions.boards_for_matter(hold)[0][0]
    meeting = boards.scheduled(cast, boards_row, days=9)
    meeting = perform(meeting, "notice", by=cast.secretariat)
    motion = motions.propose(hold, boards_row, by=cast.secretariat, outcome="confirm", text="T")
    motions.change(motion, meeting=meeting, by=cast.secretariat)
    motion = perform(motion, "table", by=cast.secretariat)
    with clock.move(timedelta(days=9)):
        perform(meeting, "begin", by=cast.chair)
        boards.attend(cast, meeting, *FOR)
        motion = perform(motion, "open", by=cast.chair)
        boards.vote(cast, motion, **FOR)
        with clock.move(timedelta(days=before or 0)):
            return boards.closed(cast, motion)


def test_the_board_confirms_an_urgent_hold_by_motion_and_it_no_longer_ends_by_itself(cast, urgent):
    waiting = turns.waiting_for(cast.secretariat).filter(target_label="projects.hold")
    assert [(turn.step, turn.due) for turn in waiting] == [("draft_motion", urgent.ends_at)]
    assert put_to_the_board(cast, urgent).state == "carried"
    urgent.refresh_from_db()
    assert urgent.ends_at is None
    with clock.move(timedelta(days=60)):
        due.act()
        assert in_force(urgent.project) == ["finding"]


def test_a_word_that_comes_too_late_confirms_nothing(cast, urgent):
    put_to_the_board(cast, urgent, before=3)
    with clock.move(timedelta(days=12)):
        assert in_force(urgent.project) == []
        due.act()
    urgent.refresh_from_db()
    assert urgent.state == "expired"


def test_an_urgent_hold_is_over_at_its_minute_whether_marked_or_not(cast, urgent):
    with clock.move(to=urgent.ends_at - timedelta(seconds=1)):
        assert in_force(urgent.project) == ["finding"]
    with clock.move(to=urgent.ends_at + timedelta(seconds=1)):
        assert in_force(urgent.project) == []


# Pages


def test_the_form_names_the_condition_that_ends_the_hold(client, cast, owed):
    client.force_login(cast.secretariat)
    address = f"/projects/{owed.project.ref}/holds/new/"
    page = client.get(address).content.decode()
    assert owed.ref in page
    page = client.post(address, {"reason": "Owed", "cure": "condition", "which": ""})
    assert "Nombre la condición" in page.content.decode()
    client.post(address, {"reason": "Owed", "cure": "condition", "which": f"condition|{owed.ref}"})
    assert Hold.objects.get().cure_ref == owed.ref
