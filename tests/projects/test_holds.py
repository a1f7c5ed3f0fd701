"""Holds and findings: who places and ends them, what they stop, what the clock ends."""

from datetime import timedelta

import pytest
from django.db import transaction

from core import clock, due
from core.machines import running
from core.models import Event, Turn, User
from core.refusals import Denied, Refused
from core.steps import perform
from projects import holds, obligations
from projects.models import Hold, Obligation
from tests.factories import projects as make

pytestmark = pytest.mark.django_db


def hold_in(state, project, cast, cure="change"):
    if cure == "finding":
        holds.record_finding(project, "Paid twice", by=cast.auditor, urgent=True)
        hold = Hold.objects.get()
    else:
        hold = holds.place(project, reason="Costs doubled", cure=cure, by=cast.secretariat,
                           gate="G2" if cure == "gate" else "")  # fmt: skip
    if state == "lifted":
        hold = perform(hold, "lift", by=cast.auditor, because="mended")
    if state == "expired":
        with clock.move(timedelta(days=11)):
            hold = perform(hold, "expire", by=clock.clock_account())
    return hold


TABLE = {
    ("active", "change", "lift"): {"secretariat", "auditor"},
    ("active", "gate", "lift"): {"secretariat", "auditor"},
    ("active", "finding", "lift"): {"auditor"},
}


@pytest.mark.parametrize(
    ("state", "cure"),
    [("active", "change"), ("active", "gate"), ("active", "finding"), ("lifted", "change"),
     ("expired", "finding")],
)  # fmt: skip
def test_who_ends_a_hold(cast, state, cure):
    hold = hold_in(state, make.at("alpha", cast), cast, cure)
    people = {**vars(cast), "clock": clock.clock_account()}
    for name in ("lift", "cure_by_gate", "expire", "confirm"):
        allowed = {who for who, user in people.items() if tried(hold, name, user)}
        assert allowed == TABLE.get((state, cure, name), set()), name


def tried(hold, name, user):
    sid = transaction.savepoint()
    try:
        perform(hold, name, by=User.objects.get(pk=user.pk), because="try")
    except (Refused, Denied):
        return False
    else:
        return True
    finally:
        transaction.savepoint_rollback(sid)


@pytest.mark.parametrize("who", ["manager", "owner", "admin", "preparer", "chair", "stranger"])
def test_others_place_no_hold_and_record_no_finding(cast, who):
    project = make.draft(cast)
    with pytest.raises(Denied):
        holds.place_by_hand(project, reason="No", cure="change", by=getattr(cast, who))
    with pytest.raises(Denied):
        holds.record_finding(project, "No", by=getattr(cast, who))


def test_the_secretariat_records_no_finding(cast):
    with pytest.raises(Denied):
        holds.record_finding(make.draft(cast), "No", by=cast.secretariat)


def test_a_hold_needs_a_reason_and_a_gate_its_name(cast):
    project = make.draft(cast)
    with pytest.raises(Refused, match="Say why"):
        holds.place(project, reason=" ", cure="change", by=cast.secretariat)
    with pytest.raises(Refused, match="Name the gate"):
        holds.place(project, reason="Why", cure="gate", by=cast.secretariat)


def test_a_hold_that_a_gate_cures_does_not_block_that_gates_review(cast):
    project = make.at("alpha", cast)
    hold = hold_in("active", project, cast, "gate")
    assert list(holds.blocking(project)) == [hold]
    assert not holds.blocking(project, "G2").exists()
    assert list(holds.blocking(project, "G3")) == [hold]


def test_entering_force_ends_the_holds_that_the_gate_cures(cast):
    project = make.at("alpha", cast)
    cured = hold_in("active", project, cast, "gate")
    other = holds.place(project, reason="Another", cure="change", by=cast.secretariat)
    token = running.set((make.Cause("enter_force"),))
    try:
        holds.cured_by_gate(project, "G2", by=cast.chair, because="in force")
    finally:
        running.reset(token)
    assert Hold.objects.get(pk=cured.pk).state == "lifted"
    assert list(project.holds_active()) == [other]


def test_an_urgent_hold_ends_after_ten_days_and_not_before(cast):
    project = make.at("alpha", cast)
    hold = hold_in("active", project, cast, "finding")
    assert Turn.objects.filter(target_label="projects.hold", audience="role:auditor").exists()
    with clock.move(timedelta(days=10, seconds=-30)):
        due.act()
        assert Hold.objects.get().state == "active"
    with clock.move(timedelta(days=10, seconds=30)):
        due.act()
        due.act()
    assert Hold.objects.get().state == "expired"
    verbs = Event.objects.filter(dossier=project.dossier, verb="projects.hold.expire")
    assert [event.actor for event in verbs] == [clock.clock_account()]
    assert not Turn.objects.filter(target_label="projects.hold", target_id=hold.pk).exists()


def test_the_board_may_confirm_an_urgent_hold(cast):
    hold = hold_in("active", make.at("alpha", cast), cast, "finding")
    token = running.set((make.Cause("confirm_hold"),))
    try:
        hold = perform(hold, "confirm", by=cast.chair)
    finally:
        running.reset(token)
    with clock.move(timedelta(days=30)):
        due.act()
    assert (Hold.objects.get().state, hold.ends_at) == ("active", None)


def test_lifting_for_a_finding_marks_it_remedied(cast):
    hold = hold_in("active", make.at("alpha", cast), cast, "finding")
    perform(hold, "lift", by=cast.auditor, because="paid back")
    hold = Hold.objects.get()
    assert hold.finding.remedied_at is not None


@pytest.mark.parametrize("stage", ["closed", "stopped", "withdrawn"])
def test_nothing_is_held_that_is_over(cast, stage):
    with pytest.raises(Refused, match="over"):
        holds.place(make.at(stage, cast), reason="Why", cure="change", by=cast.secretariat)


def test_obligations_are_raised_renewed_and_discharged(cast):
    project = make.at("alpha", cast)
    source = hold_in("active", project, cast)
    for title in ("Ship the fix", "Ship the fix, tested"):
        obligations.raise_(project, kind="condition", source=source, title=title, blocks="close",
                           owner=cast.manager)  # fmt: skip
    assert [row.title for row in obligations.open_(project, "close")] == ["Ship the fix, tested"]
    assert not obligations.open_(project, "release").exists()
    assert obligations.discharge(source) == 1
    assert not obligations.open_(project).exists()
    obligations.raise_(project, kind="condition", source=source, title="Again", blocks="close")
    assert Obligation.objects.get().open
