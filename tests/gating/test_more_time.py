"""More time for a condition, standing conditions, another verifier, and what guards read."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from core import clock, due, turns
from core.models import Event, Notice
from core.outbox import drain
from core.refusals import Denied, Refused
from core.steps import perform, step
from gating import conditions, matters, more_time, motions
from gating.models import Condition, Extension
from projects.models import drawing
from tests.factories import boards, money
from tests.gating.test_conditions import waived

pytestmark = pytest.mark.django_db


@pytest.fixture
def owed(cast):
    """A subsequent condition of a large project, set by the sub-commission."""
    with boards.opened(cast, "approve_with_conditions", ("precedent", "subsequent")) as motion:
        boards.carried(cast, motion)
    return Condition.objects.get(kind="subsequent")


@pytest.fixture
def alone(cast, owed):
    """The same, set by a chair who decides alone."""
    chair = boards.filled(cast, "CHAIR", seats=(("chair", "chair", None),))
    type(owed.motion).objects.filter(pk=owed.motion_id).update(board=chair)
    return Condition.objects.get(pk=owed.pk)


def later(condition, days=30):
    return condition.due + timedelta(days=days)


def ask(cast, condition, days=30):
    condition.refresh_from_db()
    return more_time.ask(condition, later(condition, days), "The supplier is late.",
                         by=cast.manager)  # fmt: skip


def test_a_chair_who_decides_alone_grants_more_time_twice_and_never_again(cast, alone):
    first_day = alone.due
    for number in (1, 2):
        asked = ask(cast, alone)
        assert perform(asked, "grant", by=cast.chair, because="Fair").granted_as == number
    alone.refresh_from_db()
    assert alone.due == first_day + timedelta(days=60)
    with pytest.raises(Refused, match="twice"):
        ask(cast, alone)
    release = alone.project.obligations.get(source_id=alone.pk, blocks="release")
    assert release.due == alone.due_at
    drain()
    assert Notice.objects.filter(person=cast.chair, key__contains="extension_asked").count() == 2
    assert Notice.objects.filter(person=cast.manager, key__contains="extension_dec").count() == 2


def test_the_database_knows_no_third_extension(cast, alone):
    for _number in (1, 2):
        perform(ask(cast, alone), "grant", by=cast.chair)
    with pytest.raises(IntegrityError), transaction.atomic():
        Extension.objects.filter(granted_as=2).update(granted_as=3)


def test_what_was_overdue_is_open_again_and_released_money_no_longer_waits(cast, alone):
    with clock.move(to=alone.due_at + timedelta(days=3)):
        due.act()
        alone.refresh_from_db()
        assert alone.state == "overdue"
        perform(ask(cast, alone), "grant", by=cast.chair)
        alone.refresh_from_db()
        assert alone.state == "open"
        assert not alone.project.obligations.filter(open=True, due__lte=clock.now()).exists()


def test_never_after_breach_by_the_date_even_before_the_clock_has_marked_it(cast, alone):
    asked = ask(cast, alone)
    with clock.move(to=alone.due_at + timedelta(days=30, seconds=1)):
        with pytest.raises(Refused, match="thirty days"):
            perform(asked, "grant", by=cast.chair)
        due.act()
    asked.refresh_from_db()
    assert asked.state == "lapsed"
    with clock.move(to=alone.due_at + timedelta(days=31)), pytest.raises(Refused):
        ask(cast, alone, days=200)


@pytest.mark.parametrize("days", [-5, 0])
def test_the_new_day_lies_after_the_present_one(cast, alone, days):
    with pytest.raises(Refused, match="lies after"):
        ask(cast, alone, days)


def test_more_time_needs_a_reason_and_one_request_at_a_time(cast, alone):
    with pytest.raises(Refused, match="Say why"):
        more_time.ask(alone, later(alone), " ", by=cast.manager)
    ask(cast, alone)
    with pytest.raises(Refused, match="already"):
        ask(cast, alone)
    with pytest.raises(Denied):
        more_time.ask(alone, later(alone), "Mine", by=cast.lead)


def put_to_the_board(cast, asked, votes):
    """The secretariat's motion on a request for more time, voted in a meeting."""
    board = asked.condition.motion.board
    meeting = boards.noticed(cast, board)
    motion = motions.propose(asked, board, by=cast.secretariat, outcome="extend", text="More time.")
    motions.change(motion, meeting=meeting, by=cast.secretariat)
    motion = perform(motion, "table", by=cast.secretariat)
    with boards.in_session(cast, meeting):
        motion = perform(motion, "open", by=cast.chair)
        boards.vote(cast, motion, **votes)
        return boards.closed(cast, motion)


FOR = {"chair": "for", "member1": "for", "member2": "for", "member3": "for"}


@pytest.mark.parametrize(("said", "state"), [("for", "granted"), ("against", "refused")])
def test_a_board_decides_by_motion(cast, owed, said, state):
    asked = ask(cast, owed)
    waiting = turns.waiting_for(cast.secretariat).filter(target_label="gating.extension")
    assert [(turn.step, turn.due) for turn in waiting] == [("draft_motion", owed.due_at)]
    with pytest.raises(Denied):
        perform(asked, "grant", by=cast.chair)
    motion = put_to_the_board(cast, asked, dict.fromkeys(FOR, said))
    before = owed.due
    owed.refresh_from_db()
    asked.refresh_from_db()
    assert (asked.state, owed.due > before) == (state, state == "granted")
    assert matters.motions_of(asked).get() == motion
    assert not turns.waiting_for(cast.secretariat).filter(target_label="gating.extension").exists()


def test_a_request_that_is_without_object_is_no_obstacle_to_closing_its_vote(cast, owed):
    asked = ask(cast, owed)
    meeting = boards.noticed(cast, owed.motion.board)
    motion = motions.propose(asked, meeting.board, by=cast.secretariat, outcome="extend", text="T")
    motions.change(motion, meeting=meeting, by=cast.secretariat)
    motion = perform(motion, "table", by=cast.secretariat)
    with boards.in_session(cast, meeting):
        motion = perform(motion, "open", by=cast.chair)
        perform(asked, "withdraw", by=cast.manager)
        boards.vote(cast, motion, **FOR)
        assert boards.closed(cast, motion).state == "carried"
    owed.refresh_from_db()
    assert owed.due == asked.before


STEPS = ("grant", "refuse", "grant_by_motion", "refuse_by_motion", "withdraw", "lapse")
TABLE = {"asked": {"chair": {"grant", "refuse"}, "manager": {"withdraw"}}}
ROAD = {"granted": ("grant", "chair"), "refused": ("refuse", "chair"),
        "withdrawn": ("withdraw", "manager")}  # fmt: skip


@pytest.mark.parametrize("state", ["asked", *ROAD])
def test_the_table_of_states_steps_and_people(cast, alone, state):
    asked = ask(cast, alone)
    if state != "asked":
        name, person = ROAD[state]
        perform(asked, name, by=getattr(cast, person), because="So")
    for person in vars(cast):
        for name in STEPS:
            wanted = name in TABLE.get(state, {}).get(person, set())
            assert takes(asked, name, getattr(cast, person)) == wanted, (person, name)


def takes(row, name, person) -> bool:
    """Whether the runner lets this person take the step; one of another state it never does."""
    if step(row, name) is None:
        return False
    try:
        with transaction.atomic():
            perform(type(row).objects.get(pk=row.pk), name, by=person, because="try")
            transaction.set_rollback(True)
    except (Refused, Denied):
        return False
    return True


# Standing conditions


@pytest.fixture
def standing(cast):
    review = boards.tabled_review(cast)
    motion = boards.drafted(cast, review, "approve_with_conditions")
    boards.condition(cast, motion, "standing", every_days=90)
    motion = perform(motion, "table", by=cast.secretariat)
    with boards.in_session(cast, motion.meeting):
        boards.carried(cast, perform(motion, "open", by=cast.chair))
    return Condition.objects.get()


def shown(cast, condition):
    conditions.answer(condition, "Still so.", by=cast.manager)
    return perform(condition, "submit_evidence", by=cast.manager)


def test_a_standing_condition_is_checked_again_and_again_and_closed_at_the_end(cast, standing):
    first = standing.due
    assert first is not None
    condition = shown(cast, standing)
    with pytest.raises(Refused, match="when the project ends"):
        perform(condition, "verify", by=cast.lead)
    condition = perform(condition, "confirm_check", by=cast.lead)
    assert (condition.state, condition.due) == ("open", first + timedelta(days=90))
    assert (condition.response, condition.evidence.count()) == ("", 0)
    release = condition.project.obligations.get(blocks="release")
    assert (release.open, release.due) == (True, condition.due_at)
    condition = shown(cast, condition)
    type(condition.project).objects.filter(pk=condition.project.pk).update(stage="closing")
    with pytest.raises(Denied):
        perform(condition, "confirm_check", by=cast.lead)
    condition = perform(condition, "verify", by=cast.lead)
    assert perform(condition, "close", by=cast.secretariat).state == "closed"
    assert not condition.project.obligations.filter(open=True).exists()


def test_a_missed_check_is_overdue_like_any_other(cast, standing):
    with clock.move(to=standing.due_at + timedelta(seconds=5)):
        due.act()
    standing.refresh_from_db()
    assert standing.state == "overdue"


# Another verifier


def test_the_secretariat_names_another_verifier(cast, owed):
    with pytest.raises(Refused, match="owner"):
        conditions.name_verifier(owed, cast.manager, by=cast.secretariat, because="Left")
    with pytest.raises(Refused, match="Say why"):
        conditions.name_verifier(owed, cast.assessor1, by=cast.secretariat, because=" ")
    with pytest.raises(Refused, match="separation of duties"):
        conditions.name_verifier(owed, cast.owner, by=cast.secretariat, because="Left")
    with pytest.raises(Denied):
        conditions.name_verifier(owed, cast.assessor1, by=cast.manager, because="Left")
    conditions.answer(owed, "Done.", by=cast.manager)
    perform(owed, "submit_evidence", by=cast.manager)
    conditions.name_verifier(owed, cast.assessor1, by=cast.secretariat, because="Left")
    with pytest.raises(Denied):
        perform(owed, "verify", by=cast.lead)
    assert turns.waiting_for(cast.assessor1).filter(step="verify", target_id=owed.pk).exists()
    assert perform(owed, "verify", by=cast.assessor1).state == "verified"


# What guards read


def drawable(cast, owed):
    """A committed tranche of the project whose condition falls due."""
    project = owed.project
    money.exercised(cast, project, "G1")
    return project.tranches.get(number=1)


@pytest.mark.parametrize("zone", ["America/Tijuana", "Pacific/Auckland"])
def test_money_waits_from_the_minute_a_condition_is_due_whether_marked_or_not(cast, owed, zone):
    where = owed.where
    where.zone = zone
    where.save()
    owed.review.project.institution = where
    tranche = drawable(cast, owed)
    owed = Condition.objects.get(pk=owed.pk)
    owed.oblige()
    with clock.move(to=owed.due_at - timedelta(seconds=1)):
        assert not drawing.nothing_owed(tranche)
        asked = perform(tranche, "request_release", by=cast.manager)
    with clock.move(to=owed.due_at + timedelta(seconds=1)):
        assert Condition.objects.get(pk=owed.pk).state == "open"
        with pytest.raises(Refused, match="Still open"):
            perform(asked, "prepare_release", by=cast.preparer)


def test_money_waits_from_the_minute_a_waiver_ends_whether_marked_or_not(cast, owed):
    tranche = drawable(cast, owed)
    waived(cast, owed)
    owed.refresh_from_db()
    last = clock.end_of(max(owed.waived_until, owed.due), owed.where)
    with clock.move(to=last - timedelta(seconds=1)):
        assert not drawing.nothing_owed(tranche)
    with clock.move(to=last + timedelta(seconds=1)):
        assert drawing.nothing_owed(tranche)


def test_reminders_go_out_once_each_and_after_an_outage_only_the_one_now_due(cast, owed):
    def reminded(days):
        with clock.move(to=owed.due_at - timedelta(days=days, minutes=-5)):
            due.act()
        marks = Event.objects.filter(verb="gating.condition.remind", target_id=owed.pk)
        return marks.count()

    assert [reminded(days) for days in (16, 15, 14, 9, 8, 8, 2, 1)] == [0, 1, 1, 1, 2, 2, 3, 3]
    drain()
    assert Notice.objects.filter(person=cast.manager, key__contains="due_soon").count() == 3
    other = Condition.objects.get(kind="precedent")
    Condition.objects.filter(pk=other.pk).update(due=owed.due)
    with clock.move(to=owed.due_at - timedelta(days=5)):
        due.act()
        due.act()
    found = Event.objects.get(verb="gating.condition.remind", target_id=other.pk)
    assert '"mark":7' in found.details


def test_conditions_of_a_project_that_is_over_fall_due_no_more(cast, owed):
    type(owed.project).objects.filter(pk=owed.project.pk).update(stage="stopped")
    with clock.move(to=owed.due_at + timedelta(days=50)):
        due.act()
    owed.refresh_from_db()
    assert owed.state == "open"


# Pages


def test_the_page_leads_the_owner_the_chair_and_the_secretariat(client, cast, alone):
    client.force_login(cast.manager)
    page = client.post(f"/conditions/{alone.pk}/more-time/",
                       {"until": "2020-01-01", "reason": "Late"})  # fmt: skip
    assert page.status_code == 200
    assert "posterior a la fecha de vencimiento" in page.content.decode()
    assert b"Late" in page.content
    day = later(alone).isoformat()
    client.post(f"/conditions/{alone.pk}/more-time/", {"until": day, "reason": "Late"})
    asked = Extension.objects.get()
    client.force_login(cast.chair)
    assert client.get(asked.get_step_url("grant")).status_code == 200
    client.post(asked.get_step_url("grant"), {"because": "Fair"})
    asked.refresh_from_db()
    assert asked.state == "granted"
    client.force_login(cast.secretariat)
    known = {"person": cast.assessor1.pk, "reason": "Left"}
    client.post(f"/conditions/{alone.pk}/verifier/", known)
    alone.refresh_from_db()
    assert alone.verifier == cast.assessor1
    client.force_login(cast.stranger)
    assert client.get(f"/conditions/{alone.pk}/more-time/").status_code == 404
