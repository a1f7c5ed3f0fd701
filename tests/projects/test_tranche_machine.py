"""The machine of a tranche as a table: state × step × person; all that is not in it is refused."""

from datetime import timedelta

import pytest

from core import clock, due
from core.models import Event, Turn
from core.refusals import Denied, Refused
from core.steps import blockers, perform, step
from core.turns import waiting_for
from projects import funding, tranches
from projects.funding import Report
from projects.ledger_check import verify
from projects.models import Obligation, Posting, Tranche, TrancheState
from tests.factories import money

pytestmark = pytest.mark.django_db

OFFERED = {
    ("committed", "request_release"): ("manager", "release_requested"),
    ("release_requested", "take_back_request"): ("manager", "committed"),
    ("release_requested", "prepare_release"): ("preparer", "release_prepared"),
    ("release_requested", "send_back"): ("preparer", "committed"),
    ("release_prepared", "authorise_release"): ("authoriser", "released"),
    ("release_prepared", "take_back_preparation"): ("preparer", "release_requested"),
    ("release_prepared", "return_to_preparer"): ("authoriser", "release_requested"),
    ("released", "account"): ("preparer", "accounted"),
    ("accounted", "settle"): ("preparer", "settled"),
}
CONSEQUENCES = {
    "reserve", "commit", "freeze", "thaw", "lapse", "drop", "cancel", "unreserve", "uncommit",
    "unrelease",
}  # fmt: skip
ROAD = [
    ("request_release", "manager"), ("prepare_release", "preparer"),
    ("authorise_release", "authoriser"),
]  # fmt: skip


def at(cast, state: str) -> Tranche:
    """A tranche that reached this state by its real road."""
    if state in ("planned", "reserved"):
        row = money.project(cast)
        (tranche,) = money.planned(cast, row, t1=100_000_00)
        if state == "reserved":
            with money.during("gating.gatereview.exercise"):
                tranches.approve_plan(row, by=cast.owner, because="G1")
    else:
        tranche = money.committed(cast)
        tranche = beyond(cast, tranche, state)
    return Tranche.objects.get(pk=tranche.pk)


def beyond(cast, tranche: Tranche, state: str) -> Tranche:
    project = tranche.project
    if state == "frozen":
        money.hold(cast, project)
        tranches.freeze(project, by=cast.auditor, because="Faltan pruebas")
    elif state == "cancelled":
        with money.during("projects.project.stop"):
            tranches.close_books(project, kind="cancel", by=cast.chair, because="M-1")
    elif state == "lapsed":
        with clock.move(timedelta(days=366)):
            due.act()
    else:
        until = {"committed": 0, "release_requested": 1, "release_prepared": 2}.get(state, 3)
        for name, person in ROAD[:until]:
            tranche = perform(tranche, name, by=getattr(cast, person))
    if state in ("accounted", "settled"):
        funding.record(project, Report("spend", 90_000_00, "INF 1"), by=cast.recorder)
        tranche = perform(tranche, "account", by=cast.preparer)
    if state == "settled":
        with money.during("gating.gatereview.exercise"):
            tranches.free_holdback(project, by=cast.owner, because="G2")
        funding.record(project, Report("spend", 10_000_00, "INF 2"), by=cast.recorder)
        tranche = perform(tranche, "settle", by=cast.preparer)
    return tranche


def every_step() -> set[str]:
    field = Tranche._meta.get_field("state")
    return {transition.name for transition in field.get_all_transitions(Tranche)}


def test_the_table_names_every_step():
    assert every_step() == {name for _state, name in OFFERED} | CONSEQUENCES


@pytest.mark.parametrize("state", TrancheState.values)
def test_every_state_is_reached_with_sound_books(cast, state):
    assert at(cast, state).state == state
    verify()


@pytest.mark.parametrize("state", TrancheState.values)
def test_nobody_takes_a_step_that_is_not_theirs(cast, state):
    tranche = at(cast, state)
    for name in sorted(every_step()):
        who, _target = OFFERED.get((state, name), ("", ""))
        for local, person in vars(cast).items():
            if local != who:
                with pytest.raises((Denied, Refused)):
                    perform(tranche, name, by=person, because="x")
    assert Tranche.objects.get(pk=tranche.pk).state == state


@pytest.mark.parametrize(("state", "name"), OFFERED)
def test_the_right_person_takes_the_step(cast, state, name):
    tranche = at(cast, state)
    if name == "account":
        funding.record(tranche.project, Report("spend", 63_000_00, "INF 1"), by=cast.recorder)
    if name == "settle":
        with money.during("gating.gatereview.exercise"):
            tranches.free_holdback(tranche.project, by=cast.owner, because="G2")
        funding.record(tranche.project, Report("return", 10_000_00, "REC 1"), by=cast.recorder)
    who, target = OFFERED[state, name]
    assert perform(tranche, name, by=getattr(cast, who), because="x").state == target


@pytest.mark.parametrize("name", ["send_back", "return_to_preparer"])
def test_who_sends_back_says_why(name):
    declared = Tranche._meta.get_field("state").get_all_transitions(Tranche)
    assert next(t for t in declared if t.name == name).custom["reason"]


# The road of the money


def test_a_release_holds_back_the_tiers_share_to_the_cent(cast):
    tranche = money.drawn(cast, money.committed(cast, amount=1000_05))
    posting = Posting.objects.get(kind="release")
    assert posting.ways() == [("committed", "released", 900_05), ("committed", "held", 100_00)]
    assert (tranche.holdback, tranche.payable) == (100_00, 900_05)


def test_what_the_manager_asks_nobody_of_finance_is_the_manager_for(cast):
    tranche = at(cast, "release_requested")
    money.grant(cast.manager, "preparer")
    with pytest.raises(Denied, match="asked for a release"):
        perform(tranche, "prepare_release", by=cast.manager)


def test_who_prepares_does_not_authorise(cast):
    tranche = at(cast, "release_prepared")
    money.grant(cast.preparer, "authoriser")
    with pytest.raises(Denied):
        perform(tranche, "authorise_release", by=cast.preparer)


def test_another_preparer_does_not_take_a_preparation_back(cast):
    tranche = at(cast, "release_prepared")
    money.grant(cast.auditor, "preparer")
    with pytest.raises(Denied, match="who prepared"):
        perform(tranche, "take_back_preparation", by=cast.auditor)


def test_each_step_waits_for_the_next_person(cast):
    tranche = at(cast, "committed")
    for name, person in ROAD:
        assert [t.step for t in waiting_for(getattr(cast, person)) if t.target_id == tranche.pk
                and t.target_label == "projects.tranche"] == [name]  # fmt: skip
        tranche = perform(tranche, name, by=getattr(cast, person))
    turn = Turn.objects.get(target_label="projects.tranche", target_id=tranche.pk)
    assert (turn.step, turn.audience) == ("record_spending", "role:spend_recorder")


def test_a_turn_is_due_when_the_tranche_lapses(cast):
    tranche = at(cast, "committed")
    turn = Turn.objects.get(target_label="projects.tranche", target_id=tranche.pk)
    assert turn.due == tranche.valid_to


def test_a_second_release_of_the_same_tranche_has_moved_on(cast):
    tranche = at(cast, "release_prepared")
    perform(tranche, "authorise_release", by=cast.authoriser)
    with pytest.raises(Refused, match="moved on"):
        perform(tranche, "authorise_release", by=cast.authoriser)
    assert Posting.objects.filter(kind="release").count() == 1


# Every guard of RELEASE


def against(tranche, name="request_release") -> list[str]:
    tranche = Tranche.objects.get(pk=tranche.pk)
    return blockers(tranche, step(tranche, name))


@pytest.mark.parametrize("gate", ["", "G1"])
def test_nothing_is_drawn_before_the_gate(cast, gate):
    row = money.project(cast, stage="draft")
    (tranche,) = money.planned(cast, row, **{f"t{int(bool(gate))}": 100})
    (told,) = tranches.release_guards(tranche)
    assert told.sentence == (
        "Gate G1 has not been exercised, so tranche 1 is not committed." if gate else
        "The project has not been triaged, so its discovery allowance is not committed."
    )  # fmt: skip
    assert told.who
    assert told.url


@pytest.mark.parametrize(
    ("state", "name"),
    [("committed", "request_release"), ("release_requested", "prepare_release"),
     ("release_prepared", "authorise_release")],
)  # fmt: skip
def test_a_hold_stops_each_of_the_three_steps(cast, state, name):
    tranche = at(cast, state)
    money.hold(cast, tranche.project)
    assert against(tranche, name) == ["The project is on hold: Faltan pruebas"]
    (told,) = tranches.release_guards(tranche)
    assert told.url == f"/projects/{tranche.project.ref}/holds/"


def test_what_is_owed_stops_the_release(cast):
    tranche = at(cast, "committed")
    due = clock.now() - timedelta(days=3)
    Obligation.objects.create(
        project=tranche.project, kind="condition", source_label="gating.condition", source_id=1,
        title="Prueba de penetración", blocks="release", owner=cast.owner, due=due,
        raised_at=clock.now(),
    )  # fmt: skip
    (told,) = tranches.release_guards(tranche)
    assert (told.sentence, told.who, told.due) == (
        "Still open: Prueba de penetración.", str(cast.owner), due,
    )  # fmt: skip
    Obligation.objects.update(open=False)
    assert tranches.release_guards(tranche) == []


def test_what_is_owed_later_stops_the_release_from_that_day_on(cast):
    tranche = at(cast, "committed")
    Obligation.objects.create(
        project=tranche.project, kind="condition", source_label="gating.condition", source_id=1,
        title="x", blocks="release", due=clock.now() + timedelta(days=3), raised_at=clock.now(),
    )  # fmt: skip
    assert tranches.release_guards(tranche) == []
    with clock.move(timedelta(days=4)):
        assert len(tranches.release_guards(tranche)) == 1


def test_what_is_owed_for_another_step_does_not_stop_the_release(cast):
    tranche = at(cast, "committed")
    Obligation.objects.create(
        project=tranche.project, kind="dispute", source_label="x", source_id=1, title="x",
        blocks="close", raised_at=clock.now(),
    )  # fmt: skip
    assert tranches.release_guards(tranche) == []


def test_a_tranche_is_drawn_until_the_end_of_its_last_day(cast):
    tranche = at(cast, "committed")
    home = tranche.project.institution
    last_moment = clock.end_of(tranche.valid_until, home) - timedelta(seconds=5)
    with clock.move(to=last_moment):
        assert against(tranche) == []
    with clock.move(to=last_moment + timedelta(seconds=10)):
        assert len(against(tranche)) == 1


def second(cast, **report):
    """The second tranche, committed, after the first was drawn and partly accounted for."""
    row = money.project(cast)
    money.planned(cast, row, t1=100_000_00, t2=50_000_00)
    first = money.drawn(cast, money.exercised(cast, row))
    for kind, amount in report.items():
        funding.record(row, Report(kind, amount, kind), by=cast.recorder)
    return first, money.exercised(cast, row, "G2")


@pytest.mark.parametrize(
    ("report", "enough"),
    [
        ({}, False),
        ({"spend": 62_999_99}, False),
        ({"spend": 63_000_00}, True),
        ({"spend": 60_000_00, "return": 3_000_00}, True),
        ({"return": 63_000_00}, True),
    ],
)
def test_seventy_percent_of_what_was_released_is_accounted_for(cast, report, enough):
    _first, tranche = second(cast, **report)
    assert (against(tranche) == []) is enough


def test_the_sentence_names_what_was_released_and_what_is_accounted_for(cast):
    _first, tranche = second(cast, spend=1_000_00)
    (said,) = against(tranche)
    assert said.replace("\xa0", " ") == (
        "Of 90,000.00 MXN released before, 1,000.00 MXN is accounted for; "
        "at least 70 percent is needed."
    )


def test_the_next_gate_frees_the_holdback(cast):
    _first, tranche = second(cast)
    left = funding.balances(tranche.project)
    assert (left["held"], left["released"]) == (0, 100_000_00)


def test_tranches_are_drawn_in_their_order(cast):
    row = money.project(cast)
    money.planned(cast, row, t1=100, t2=100)
    money.exercised(cast, row)
    tranche = money.exercised(cast, row, "G2")
    assert against(tranche) == ["Tranche 1 comes first."]


def test_nothing_is_accepted_before_seventy_percent(cast):
    tranche = at(cast, "released")
    with pytest.raises(Refused, match="Less than 70 percent"):
        perform(tranche, "account", by=cast.preparer)


def test_nothing_is_settled_with_money_open_or_held(cast):
    tranche = at(cast, "released")
    funding.record(tranche.project, Report("spend", 63_000_00, "INF 1"), by=cast.recorder)
    tranche = perform(tranche, "account", by=cast.preparer)
    with pytest.raises(Refused) as refused:
        perform(tranche, "settle", by=cast.preparer)
    assert len(refused.value.reasons) == 2


# Holds, the clock, endings


def test_a_hold_freezes_and_its_end_thaws(cast):
    tranche = at(cast, "release_prepared")
    project = tranche.project
    first, other = money.hold(cast, project), money.hold(cast, project)
    tranches.freeze(project, by=cast.auditor, because="x")
    frozen = Tranche.objects.get(pk=tranche.pk)
    assert (frozen.state, frozen.requested_by, frozen.prepared_by) == ("frozen", None, None)
    perform(first, "lift", by=cast.auditor, because="x")
    assert Tranche.objects.get(pk=tranche.pk).state == "frozen"
    perform(other, "lift", by=cast.auditor, because="x")
    assert Tranche.objects.get(pk=tranche.pk).state == "committed"


def test_without_a_hold_nobody_freezes(cast):
    tranche = at(cast, "committed")
    with pytest.raises(Denied):
        perform(tranche, "freeze", by=cast.secretariat)


def test_the_clock_lets_lapse_what_was_not_drawn_and_only_that(cast):
    tranche, drawn = at(cast, "release_requested"), at(cast, "released")
    with clock.move(timedelta(days=365)):
        due.act()
        assert Tranche.objects.get(pk=tranche.pk).state == "release_requested"
    with clock.move(timedelta(days=366)):
        due.act()
        due.act()
    assert Tranche.objects.get(pk=tranche.pk).state == "lapsed"
    assert Tranche.objects.get(pk=drawn.pk).state == "released"
    assert funding.balances(tranche.project)["approved"] == 100_000_00
    event = Event.objects.get(verb="projects.tranche.lapse")
    assert event.actor == clock.clock_account()


def test_after_a_lapse_the_tranche_is_planned_anew(cast):
    tranche = at(cast, "lapsed")
    money.planned(cast, tranche.project, t1=40_000_00)
    again = money.exercised(cast, tranche.project)
    assert (again.state, again.amount) == ("committed", 40_000_00)
    assert funding.balances(tranche.project)["approved"] == 60_000_00


def test_a_stop_gives_everything_back_that_was_not_spent(cast):
    tranche = money.drawn(cast, money.committed(cast))
    funding.record(tranche.project, Report("spend", 5_00, "INF 1"), by=cast.recorder)
    with money.during("projects.project.stop"):
        tranches.close_books(tranche.project, kind="cancel", by=cast.chair, because="M-1")
    left = funding.balances(tranche.project)
    moved = {account: amount for account, amount in left.items() if amount}
    assert moved == {"outside": -5_00, "spent": 5_00}
    verify()


# The plan


def test_only_the_manager_plans(cast):
    row = money.project(cast)
    for name, person in vars(cast).items():
        if name != "manager":
            with pytest.raises(Denied):
                tranches.plan(row, {1: 100}, by=person)


def test_a_plan_stays_within_the_whole_life_cost(cast):
    row = money.project(cast, cost=1000)
    with pytest.raises(Refused, match="more than the whole-life cost"):
        money.planned(cast, row, t0=1, t1=500, t2=500)
    money.planned(cast, row, t1=500, t2=500)
    with pytest.raises(Refused, match="more than the whole-life cost"):
        money.planned(cast, row, t3=1)


def test_a_plan_needs_currency_and_cost(cast):
    row = money.project(cast, cost=None)
    with pytest.raises(Refused, match="whole-life cost of the project first"):
        money.planned(cast, row, t1=1)


def test_the_allowance_is_capped_by_the_tier(cast):
    row = money.project(cast, tier=money.tier(cap=500))
    with pytest.raises(Refused, match="exceeds the 5.00"):
        money.planned(cast, row, t0=501)
    money.planned(cast, row, t0=500)


def test_the_cap_is_asked_again_at_triage(cast):
    row = money.project(cast, tier=None, stage="draft")
    money.planned(cast, row, t0=501)
    row.tier = money.tier(cap=500)
    with money.during("projects.project.triage"), pytest.raises(Refused, match="exceeds"):
        tranches.open_discovery(row, by=cast.secretariat, because="x")


def test_triage_commits_the_allowance_with_the_tiers_holdback(cast):
    row = money.project(cast, tier=None, stage="draft")
    money.planned(cast, row, t0=500, t1=1000)
    row.tier = money.tier()
    with money.during("projects.project.triage"):
        tranches.open_discovery(row, by=cast.secretariat, because="x")
    allowance = Tranche.objects.get(number=0)
    assert (allowance.state, allowance.holdback_percent) == ("committed", 10)
    assert funding.balances(row)["committed"] == 500
    assert Tranche.objects.get(number=1).state == "planned"


def test_what_is_reserved_is_not_edited(cast):
    tranche = at(cast, "reserved")
    with pytest.raises(Refused, match="reserved already"):
        money.planned(cast, tranche.project, t1=1)


def test_a_changed_plan_stands_in_the_history(cast):
    row = money.project(cast)
    money.planned(cast, row, t1=100)
    money.planned(cast, row, t1=200)
    assert '"amount":[100,200]' in Event.objects.get(verb="projects.tranche.plan").details


def test_the_decided_budget_counts_the_allowance_in(cast):
    row = money.project(cast)
    money.planned(cast, row, t0=500, t1=1000)
    with money.during("projects.project.triage"):
        tranches.open_discovery(row, by=cast.secretariat, because="x")
    with money.during("gating.gatereview.exercise"):
        with pytest.raises(Refused, match="does not cover"):
            tranches.approve_plan(row, by=cast.owner, because="x", amount=1499)
        tranches.approve_plan(row, by=cast.owner, because="x", amount=2000)
    left = funding.balances(row)
    assert (left["outside"], left["approved"], left["reserved"], left["committed"]) == (
        -2000, 500, 1000, 500,
    )  # fmt: skip


def test_a_gate_exercised_again_commits_nothing_twice(cast):
    tranche = at(cast, "committed")
    assert money.exercised(cast, tranche.project) is None
    assert Posting.objects.filter(kind="commit").count() == 1


def test_a_project_taken_on_opens_with_its_balances(cast):
    row = money.project(cast)
    opening = {"approved": 1, "reserved": 2, "committed": 3, "released": 4, "held": 5, "spent": 6}
    with money.during("projects.takeon.confirm"):
        tranches.open_books(row, opening, by=cast.secretariat, because="Acta")
    left = funding.balances(row)
    assert {account: left[account] for account in opening} == opening
    verify()


def test_the_next_to_draw_is_the_first_not_drawn(cast):
    _first, tranche = second(cast)
    assert tranches.next_to_draw(tranche.project) == tranche
    assert tranches.next_to_draw(money.project(cast)) is None
