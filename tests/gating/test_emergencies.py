"""Emergency exceptions: two people of rank, caps, money before its gate, regular or overdue."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from core import clock, due, turns
from core.models import Event, Notice
from core.outbox import drain
from core.refusals import Denied, Refused
from core.steps import perform
from gating import authority, emergencies, matters, motions
from gating.models import BoardSeat, EmergencyException
from projects import funding, ledger_check
from projects.models import Tier, Tranche
from tests.factories import boards, money, reviews
from tests.factories import emergencies as make
from tests.gating.test_more_time import FOR, takes

pytestmark = pytest.mark.django_db


def standing(project):
    return {name: amount for name, amount in funding.balances(project).items()
            if amount and name != "outside"}  # fmt: skip


def live(project):
    found = Tranche.objects.filter(project=project).exclude(state__in=("lapsed", "cancelled"))
    return {row.number: (row.state, row.amount) for row in found if row.amount}


# Asking


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"amount": 20_000_01}, "At most"), ({"amount": 0}, "At most"), ({"days": 31}, "days"),
     ({"days": 0}, "days"), ({"bypasses": []}, "bypassed"),
     ({"bypasses": ["hold"]}, "name it as bypassed")],
)  # fmt: skip
def test_an_exception_keeps_within_the_limits_and_names_what_it_bypasses(cast, changes, said):
    with pytest.raises(Refused, match=said):
        make.asked(cast, **changes)
    assert not EmergencyException.objects.exists()


def test_an_administrator_sets_the_limits_and_the_history_keeps_them(cast):
    project = make.project(cast)
    large = Tier.objects.get(code="large")
    emergencies.set_cap(large, percent=50, days=90, currency="MXN", amount=30_000_00, by=cast.admin)
    with pytest.raises(Refused, match="At most"):
        make.asked(cast, project, amount=30_000_01)
    make.asked(cast, project, amount=30_000_00, days=90)
    with pytest.raises(Denied):
        emergencies.set_cap(large, percent=100, days=90, by=cast.secretariat)
    told = Event.objects.get(verb="gating.emergencycap.update")
    assert '"percent":[20,50]' in told.details


def test_one_at_a_time_and_none_while_one_is_overdue(cast):
    found = make.at(cast, "released")
    with pytest.raises(Refused, match="still open"):
        make.asked(cast, found.project)
    with clock.move(to=found.ends_at + timedelta(seconds=1)):
        with pytest.raises(Refused, match="is overdue"):  # by its date: the clock's job came later
            make.asked(cast, found.project)
        due.act()
        found.refresh_from_db()
        assert found.state == "overdue"
        with pytest.raises(Refused, match="is overdue"):
            make.asked(cast, found.project)


def test_only_manager_and_owner_ask_and_not_of_a_project_without_a_tranche_ahead(cast):
    project = make.project(cast)
    with pytest.raises(Denied):
        emergencies.ask(project, amount=1, days=1, reason="No", bypasses=["gate"],
                        by=cast.secretariat)  # fmt: skip
    money.planned(cast, project, t1=0, t2=0)
    with pytest.raises(Refused, match="no tranche"):
        make.asked(cast, project)


# Two people


def test_two_people_of_rank_and_never_one_twice(cast):
    found = make.at(cast, "supported")
    with pytest.raises(Denied, match="second person"):
        perform(found, "grant", by=cast.chair)
    found = perform(found, "grant", by=cast.member2)
    assert (found.supported_by, found.granted_by) == (cast.chair, cast.member2)
    last = clock.today(found.project.institution) + timedelta(days=20)
    assert found.ends_at == clock.end_of(last, found.project.institution)
    with pytest.raises(IntegrityError), transaction.atomic():
        EmergencyException.objects.filter(pk=found.pk).update(granted_by=cast.chair)


def test_separation_of_duties_is_never_waived(cast):
    found = make.at(cast, "granted")
    for role in ("preparer", "authoriser"):
        money.grant(cast.chair, role)
        money.grant(cast.manager, role)
    with pytest.raises(Denied, match="Separation"):
        perform(found, "prepare_release", by=cast.chair)  # who granted moves no money
    with pytest.raises(Denied, match="Separation"):
        perform(found, "prepare_release", by=cast.manager)  # nor who asked
    found = perform(found, "prepare_release", by=cast.preparer)
    money.grant(cast.preparer, "authoriser")
    with pytest.raises(Denied):
        perform(found, "authorise_release", by=cast.preparer)


def test_who_submitted_grants_nothing(cast):
    project = make.project(cast)
    found = make.asked(cast, project)
    boards.filled(cast, "COUNCIL", seats=(("member", "owner", None),))
    with pytest.raises(Denied):
        perform(found, "support", by=cast.owner)


def test_who_gets_a_seat_is_asked_and_who_leaves_one_is_not(cast):
    found = make.asked(cast)

    def waits(person):
        rows = turns.waiting_for(person).filter(target_label="gating.emergencyexception")
        return rows.filter(target_id=found.pk, step="support").exists()

    assert (waits(cast.member1), waits(cast.stranger)) == (True, False)
    seat = BoardSeat(board=found.board, user=cast.stranger, starts=date(2020, 1, 1))
    authority.seat(seat, by=cast.admin, because="New")
    for row in BoardSeat.objects.filter(user=cast.member1):
        row.ends = clock.today() - timedelta(days=1)
        authority.seat(row, by=cast.admin, because="Left")
    assert (waits(cast.member1), waits(cast.stranger)) == (False, True)


# The money


def test_money_before_the_first_gate_is_taken_out_of_its_tranche(cast):
    found = make.at(cast, "granted")
    project = found.project
    assert live(project) == {1: ("planned", 90_000_00), 2: ("planned", 50_000_00)}
    assert standing(project) == {"committed": 10_000_00}
    found = perform(found, "prepare_release", by=cast.preparer)
    found = perform(found, "authorise_release", by=cast.authoriser)
    assert standing(project) == {"released": 9_000_00, "held": 1_000_00}
    ledger_check.verify(project.ref)


def test_the_gate_makes_it_regular_and_the_rest_of_the_tranche_is_committed(cast):
    found = make.at(cast, "released")
    project = found.project
    review = make.gate_passed(cast, project)
    found.refresh_from_db()
    assert (found.state, found.regularised_how) == ("regularised", review.ref)
    assert live(project) == {1: ("committed", 90_000_00), 2: ("reserved", 50_000_00)}
    balances = standing(project)
    assert balances.pop("approved", 0) == project.cost - 150_000_00
    assert balances == {"committed": 90_000_00, "reserved": 50_000_00, "released": 10_000_00}
    ledger_check.verify(project.ref)


def test_an_exception_that_was_not_used_when_the_gate_opens_goes_back_into_the_tranche(cast):
    found = make.at(cast, "granted")
    make.gate_passed(cast, found.project)
    found.refresh_from_db()
    assert found.state == "lapsed"
    assert live(found.project)[1] == ("committed", 100_000_00)
    ledger_check.verify(found.project.ref)


def test_a_request_that_nobody_granted_ends_when_the_gate_opens(cast):
    found = make.asked(cast)
    make.gate_passed(cast, found.project)
    found.refresh_from_db()
    assert found.state == "lapsed"
    assert live(found.project)[1] == ("committed", 100_000_00)


def later_gate(cast):
    """A project after G1: its second tranche is reserved, the first drawn and spent."""
    project = make.project(cast)
    money.drawn(cast, money.exercised(cast, project, "G1"))
    type(project).objects.filter(pk=project.pk).update(stage="alpha")
    report = funding.Report("spend", funding.balances(project)["released"], "R-1")
    funding.record(project, report, by=cast.recorder)
    return type(project).objects.get(pk=project.pk)


def test_money_before_a_later_gate_is_taken_out_of_what_is_reserved(cast):
    project = later_gate(cast)
    found = make.at(cast, "released", of=project, amount=5_000_00)
    assert found.gate.code == "G2"
    assert live(project)[2] == ("reserved", 45_000_00)
    ledger_check.verify(project.ref)


def test_what_was_not_used_is_back_in_its_tranche_when_the_days_are_over(cast):
    project = later_gate(cast)
    before = standing(project)
    found = make.at(cast, "release_prepared", of=project, amount=5_000_00)
    with clock.move(to=found.ends_at - timedelta(seconds=30)):
        due.act()
    found.refresh_from_db()
    assert found.state == "release_prepared"
    with clock.move(to=found.ends_at + timedelta(seconds=1)):
        with pytest.raises(Refused, match="not over"):
            perform(found, "authorise_release", by=cast.authoriser)
        due.act()
    found.refresh_from_db()
    assert found.state == "lapsed"
    assert standing(project) == before
    assert live(project)[2] == ("reserved", 50_000_00)
    ledger_check.verify(project.ref)


def test_a_hold_stops_its_release_unless_the_exception_names_it(cast):
    project = later_gate(cast)
    money.hold(cast, project)
    found = make.at(cast, "granted", of=project, amount=5_000_00)
    with pytest.raises(Refused, match="on hold"):
        perform(found, "prepare_release", by=cast.preparer)
    found.bypasses = ["gate", "hold"]
    found.save()
    assert perform(found, "prepare_release", by=cast.preparer).state == "release_prepared"


def test_a_frozen_tranche_gives_what_an_exception_past_a_hold_needs(cast):
    project = make.project(cast)
    tranche = money.exercised(cast, project, "G1")
    type(project).objects.filter(pk=project.pk).update(stage="alpha")
    money.hold(cast, project)
    perform(tranche, "freeze", by=cast.secretariat)
    with pytest.raises(Refused, match="nothing of it is bypassed"):
        make.asked(cast, project)
    found = make.at(cast, "released", of=project, bypasses=["hold"])
    assert live(project)[1] == ("frozen", 90_000_00)
    assert standing(project)["released"] == 9_000_00
    assert found.state == "released"
    ledger_check.verify(project.ref)


# Overdue, confirmed


def test_overdue_at_its_minute_once_and_its_people_are_told(cast):
    found = make.at(cast, "released")
    with clock.move(to=found.ends_at - timedelta(days=3, minutes=-5)):
        due.act()
        due.act()
    assert Event.objects.filter(verb="gating.emergencyexception.remind").count() == 1
    with clock.move(to=found.ends_at + timedelta(seconds=1)):
        assert list(EmergencyException.objects.late(clock.now())) == [found]
        due.act()
        due.act()
    found.refresh_from_db()
    assert found.state == "overdue"
    drain()
    for person in (cast.manager, cast.secretariat, cast.auditor, cast.chair, cast.member1):
        assert Notice.objects.filter(person=person, key__contains="exception_overdue").count() == 1


def test_a_board_confirms_it_by_motion(cast):
    found = make.at(cast, "released")
    waiting = turns.waiting_for(cast.secretariat).filter(target_label="gating.emergencyexception")
    assert [turn.step for turn in waiting] == ["draft_motion"]
    meeting = boards.noticed(cast, found.board)
    motion = motions.propose(found, found.board, by=cast.secretariat, outcome="confirm", text="T")
    motions.change(motion, meeting=meeting, by=cast.secretariat)
    motion = perform(motion, "table", by=cast.secretariat)
    with boards.in_session(cast, meeting):
        motion = perform(motion, "open", by=cast.chair)
        boards.vote(cast, motion, **FOR)
        boards.closed(cast, motion)
    found.refresh_from_db()
    assert (found.state, found.regularised_how) == ("regularised", motion.ref)
    assert matters.motions_of(found).get() == motion
    assert [turn.step for turn in waiting.all()] == []


# The table

STEPS = ("support", "take_back_support", "grant", "refuse", "withdraw", "drop",
         "prepare_release", "return_to_preparer", "authorise_release", "regularise",
         "fall_overdue", "lapse")  # fmt: skip
SEATS = ("chair", "member1", "member2", "member3")
TABLE = {
    "requested": {**dict.fromkeys(SEATS, frozenset({"support", "refuse"})), "manager": {"withdraw"},
                  "owner": {"withdraw"}},
    "supported": {**dict.fromkeys(SEATS, frozenset({"grant", "refuse"})), "manager": {"withdraw"},
                  "owner": {"withdraw"}, "chair": {"take_back_support", "refuse"}},
    "granted": {"preparer": {"prepare_release"}},
    "release_prepared": {"authoriser": {"authorise_release", "return_to_preparer"}},
    "released": {},
}  # fmt: skip


@pytest.mark.parametrize("state", [*TABLE, "overdue", "regularised", "lapsed", "refused"])
def test_the_table_of_states_steps_and_people(cast, state):
    if state in TABLE:
        found = make.at(cast, state)
    elif state == "refused":
        found = perform(make.asked(cast), "refuse", by=cast.chair, because="No")
    else:
        found = make.at(cast, "granted" if state == "lapsed" else "released")
        if state == "regularised":
            with money.during("gating.motion.close"):
                found.make_regular("M", by=cast.chair, because="M")
        else:
            with clock.move(to=found.ends_at + timedelta(seconds=1)):
                due.act()
    found.refresh_from_db()
    assert found.state == state
    for person in vars(cast):
        for name in STEPS:
            wanted = name in TABLE.get(state, {}).get(person, set())
            assert takes(found, name, getattr(cast, person)) == wanted, (person, name)


# Pages


def test_pages_from_asking_to_the_list_and_its_export(client, cast):
    project = make.project(cast)
    client.force_login(cast.manager)
    address = f"/projects/{project.ref}/exceptions/new/"
    page = client.post(address, {"bypasses": ["gate"], "amount": "99999999", "days": "20",
                                 "reason": "Inundación"})  # fmt: skip
    assert page.status_code == 200
    assert "Inundación" in page.content.decode()
    client.post(address, {"bypasses": ["gate"], "amount": "10000.00", "days": "20",
                          "reason": "Inundación"})  # fmt: skip
    found = EmergencyException.objects.get()
    assert found.amount == 10_000_00
    client.force_login(cast.chair)
    client.post(found.get_step_url("support"), {"because": "Sí"})
    client.force_login(cast.secretariat)
    page = client.get("/exceptions/?show=asked")
    assert found.ref in page.content.decode()
    lines = b"".join(client.get("/exceptions/?format=csv")).decode().splitlines()
    assert len(lines) == 2
    assert "10000" in lines[1]
    client.force_login(cast.stranger)
    assert client.get(found.get_absolute_url()).status_code == 404
    client.force_login(cast.admin)
    client.post("/exceptions/limits/large/", {"percent": "30", "days": "40", "currency": "MXN",
                                              "amount": "1000.00"})  # fmt: skip
    assert "30 %" in client.get("/exceptions/limits/").content.decode()


def test_the_list_asks_a_constant_number_of_questions(client, cast, django_assert_max_num_queries):
    client.force_login(cast.secretariat)
    first = make.asked(cast)
    client.get("/exceptions/")
    for _n in range(3):
        make.asked(cast, reviews.project(cast, tier="large"))
    with django_assert_max_num_queries(22):
        page = client.get("/exceptions/")
    assert first.ref in page.content.decode()
