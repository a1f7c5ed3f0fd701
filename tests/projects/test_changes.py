"""Change requests: their machine, their route, what they move, and the baselines they set."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from core import clock
from core.models import Turn
from core.refusals import Denied, Refused
from core.steps import blockers, perform, step
from projects import changes, funding, variance
from projects.ledger_check import verify
from projects.models import Benefit, ChangeRequest, Hold, Project, Tier
from tests.factories import changes as factory
from tests.factories import money
from tests.factories.changes import at, drafted, minor, running

pytestmark = pytest.mark.django_db


def decide(change, name, by):
    """The board's decision, as a carried motion causes it."""
    with money.during("gating.motion.close"):
        return perform(change, name, by=by, because="M1")


def turn_of(change):
    return set(Turn.objects.filter(target_label="projects.changerequest", target_id=change.pk)
               .values_list("step", "audience"))  # fmt: skip


# The machine as a table: state × step × person

OFFERED = {
    ("draft", "submit"): {"manager", "owner", "product"},
    ("draft", "withdraw"): {"manager", "owner"},
    ("submitted", "assess_impact"): {"manager", "owner"},
    ("submitted", "return_to_draft"): {"manager", "owner", "product", "secretariat"},
    ("submitted", "withdraw"): {"manager", "owner"},
    ("impact_assessed", "assess_impact"): {"manager", "owner"},
    ("impact_assessed", "return_to_draft"): {"manager", "owner", "product", "secretariat"},
    ("impact_assessed", "approve_delegated"): {"owner"},
    ("impact_assessed", "withdraw"): {"manager", "owner"},
    ("approved_delegated", "implement"): {"manager"},
    ("approved", "implement"): {"manager"},
    ("before_board", "withdraw"): {"manager", "owner"},
}
STEPS = sorted({name for _state, name in OFFERED} | {"approve", "reject", "end"})


@pytest.mark.parametrize("state", [*factory.ROADS, "approved", "rejected"])
def test_only_these_people_take_these_steps_from_this_state(cast, state):
    project = running(cast)
    large = state in ("before_board", "approved", "rejected")
    road = "before_board" if large else state
    change = at(road, project, cast, 900_000 if large else 100_000)
    if state in ("approved", "rejected"):
        change = decide(change, "approve" if state == "approved" else "reject", cast.chair)
    for name in STEPS:
        for local, person in vars(cast).items():
            found = step(change, name)
            may = found is not None and person.is_active and found.permission(change, person)
            assert bool(may) == (local in OFFERED.get((state, name), ())), (state, name, local)


@pytest.mark.parametrize("name", ["approve", "reject", "end"])
def test_consequences_are_nobodys_to_take(cast, name):
    change = at("before_board", running(cast), cast, 900_000)
    for person in (cast.manager, cast.owner, cast.secretariat, cast.chair, cast.admin):
        with pytest.raises(Denied):
            perform(change, name, by=person)


def test_who_submitted_a_change_does_not_record_it_in_any_capacity(cast):
    project = running(cast)
    change = perform(drafted(project, cast, 9_000, by=cast.product), "submit", by=cast.product)
    change = perform(change, "assess_impact", by=cast.manager)
    assert turn_of(change) == {("approve_delegated", f"user:{cast.manager.pk}:manager")}
    assert perform(change, "approve_delegated", by=cast.manager).state == "approved_delegated"
    own = at("impact_assessed", project, cast, 9_000)
    assert turn_of(own) == {("approve_delegated", f"user:{cast.owner.pk}:owner")}
    with pytest.raises(Denied):
        perform(own, "approve_delegated", by=cast.manager)


# Within tolerance


def test_a_change_within_tolerance_is_recorded_and_moves_the_project_without_a_baseline(cast):
    project = running(cast)
    end = project.ends_on
    change = at("impact_assessed", project, cast, 400_000, 30)
    assert (change.band, change.rule) == ("tolerance", "change")
    assert [row["cost_pct"] for row in change.route["measures"]] == ["8.0000"] * 3
    with pytest.raises(Denied, match="Beyond tolerance"):
        perform(change, "refer", by=cast.owner)
    change = perform(change, "approve_delegated", by=cast.owner)
    assert (change.place, change.decided_on) == (1, clock.today())
    project.refresh_from_db()
    assert project.cost == minor(5_000_000)  # nothing moves before it is implemented
    change = perform(change, "implement", by=cast.manager)
    project.refresh_from_db()
    assert (project.cost, project.ends_on) == (minor(5_400_000), end + timedelta(days=30))
    assert (change.baseline, project.current_baseline.number) == (None, 0)
    assert not project.holds.exists()
    assert variance.of(project).cells() == [Decimal("8.0000"), 30, Decimal("8.0000"), 30]


def test_twelve_small_changes_end_before_the_board(cast):
    project = running(cast)
    for _n in range(11):
        at("implemented", project, cast, 45_000)  # 0.9 % each
    twelfth = at("impact_assessed", project, cast, 45_000)
    assert (twelfth.band, twelfth.rule) == ("deviation", "twelve_months")
    assert twelfth.route["cost_pct"] == "10.8000"
    with pytest.raises(Denied, match="beyond, a board decides"):
        perform(twelfth, "approve_delegated", by=cast.owner)


def test_small_changes_of_more_than_a_year_ago_still_count_against_v0(cast):
    project = running(cast)
    at("implemented", project, cast, 300_000)
    with clock.move(timedelta(days=365)):
        assert at("impact_assessed", project, cast, 300_000).rule == "twelve_months"
    with clock.move(timedelta(days=366)):
        assert at("impact_assessed", project, cast, 300_000).rule == "v0"


def test_a_route_that_others_made_worse_must_be_assessed_anew(cast):
    project = running(cast)
    first = at("impact_assessed", project, cast, 300_000)
    at("approved_delegated", project, cast, 300_000)
    with pytest.raises(Refused, match="assess the impact again"):
        perform(first, "approve_delegated", by=cast.owner)
    first = perform(first, "assess_impact", by=cast.manager)
    assert (first.band, first.rule) == ("deviation", "twelve_months")


def test_changes_are_implemented_in_the_order_of_their_approval(cast):
    project = running(cast)
    first = at("approved_delegated", project, cast, 100_000)
    second = at("approved_delegated", project, cast, 100_000)
    with pytest.raises(Refused, match="/C1 first"):
        perform(second, "implement", by=cast.manager)
    perform(first, "implement", by=cast.manager)
    perform(second, "implement", by=cast.manager)


def test_a_change_of_nothing_is_a_matter_of_the_backlog(cast):
    change = drafted(running(cast), cast)
    with pytest.raises(Refused, match="needs no request"):
        perform(change, "submit", by=cast.manager)


# Before the board


def test_a_deviation_holds_the_project_until_the_board_decides(cast):
    project = running(cast)
    change = at("before_board", project, cast, 900_000, 20, tranche=2)
    hold = Hold.objects.get(project=project)
    assert (hold.cure, hold.cure_ref, hold.state) == ("change", change.ref, "active")
    assert project.tranches.get(number=1).state == "frozen"
    change = decide(change, "approve", cast.chair)
    hold.refresh_from_db()
    assert (hold.state, change.state) == ("lifted", "approved")
    assert project.tranches.get(number=1).state == "committed"
    change = perform(change, "implement", by=cast.manager)
    project.refresh_from_db()
    baseline = project.current_baseline
    assert (baseline.number, baseline.cost, change.baseline) == (1, minor(5_900_000), baseline)
    assert project.baselines.get(number=0).cost == minor(5_000_000)
    assert variance.of(project).cells() == [Decimal("0.0000"), 0, Decimal("18.0000"), 20]


def test_what_is_decided_is_approved_and_reserved_in_the_books(cast):
    project = running(cast)
    before = funding.balances(project)
    change = decide(at("before_board", project, cast, 900_000, tranche=2), "approve", cast.chair)
    perform(change, "implement", by=cast.manager)
    after = funding.balances(project)
    moved = {name: after[name] - before[name] for name in after if after[name] != before[name]}
    assert moved == {"outside": -minor(900_000), "reserved": minor(900_000)}
    assert project.tranches.get(number=2).amount == minor(1_900_000)
    verify(project.ref)


def test_a_change_adds_to_no_tranche_that_is_promised_already(cast):
    change = drafted(running(cast), cast, 100_000, tranche=1)
    change = perform(change, "submit", by=cast.manager)
    with pytest.raises(Refused, match="promised already"):
        perform(change, "assess_impact", by=cast.manager)


def test_a_rejected_deviation_leaves_everything_as_it_was(cast):
    project = running(cast)
    change = decide(at("before_board", project, cast, 900_000), "reject", cast.chair)
    assert (change.place, change.state) == (None, "rejected")
    assert not project.holds.active().exists()
    assert at("impact_assessed", project, cast, 400_000).band == "tolerance"


def test_while_one_change_is_before_the_board_no_other_is_decided(cast):
    project = running(cast)
    small = at("impact_assessed", project, cast, 1_000)
    large = at("before_board", project, cast, 900_000)
    with pytest.raises(Refused, match=f"{large.ref} is before the board"):
        perform(small, "approve_delegated", by=cast.owner)
    perform(large, "withdraw", by=cast.owner, because="Not now.")
    assert not project.holds.active().exists()
    perform(small, "approve_delegated", by=cast.owner)


@pytest.mark.parametrize(
    ("values", "rule"), [({"cost": 1_300_000}, "change"), ({"undermined": True}, "benefit")]
)
def test_a_critical_change_waits_for_its_gate_to_be_run_again(cast, values, rule):
    project = running(cast, stage="beta")
    change = at("before_board", project, cast, benefit_measure="Fewer users.", **values)
    assert (change.band, change.rule, change.gate) == ("critical", rule, "G2")
    hold = project.holds.get()
    assert (hold.cure, hold.gate) == ("gate", "G2")
    change = decide(change, "reject", cast.chair)
    assert project.holds.active().count() == 1  # until the gate is passed


def test_a_change_of_a_benefit_moves_its_target(cast):
    project = running(cast)
    benefit = Benefit.objects.create(project=project, kind="social", title="Fewer visits",
                                     target=Decimal(3))  # fmt: skip
    at("implemented", project, cast, benefit=benefit, benefit_target=Decimal(2),
       benefit_measure="Pilot in two offices.")  # fmt: skip
    benefit.refresh_from_db()
    assert benefit.target == 2


# Around it


def test_the_end_of_the_project_ends_its_changes(cast):
    project = running(cast)
    waiting, board = at("submitted", project, cast, 1_000), at("before_board", project, cast, 10**6)
    with money.during("gating.gatereview.stop"):
        perform(project, "stop", by=cast.chair)
    for change in (waiting, board):
        change.refresh_from_db()
        assert change.state == "withdrawn"
        assert turn_of(change) == set()


def test_only_a_running_project_with_a_baseline_changes(cast):
    project = money.project(cast, stage="business_case")
    with pytest.raises(Refused, match="while the project runs"):
        drafted(project, cast, 1_000)
    unmeasured = money.project(cast, stage="alpha")
    change = drafted(unmeasured, cast, 1_000)
    assert any("first baseline" in text for text in blockers(change, step(change, "submit")))


def test_a_shrinking_project_keeps_what_its_tranches_need(cast):
    change = perform(drafted(running(cast), cast, -2_500_000), "submit", by=cast.manager)
    with pytest.raises(Refused, match="tranches add up"):
        perform(change, "assess_impact", by=cast.manager)


def test_a_submitted_change_is_edited_no_more_and_a_returned_one_is(cast):
    change = at("submitted", running(cast), cast, 1_000)
    with pytest.raises(Refused, match="submitted already"):
        changes.edit(change, by=cast.manager, cost=minor(2_000))
    change = perform(change, "return_to_draft", by=cast.secretariat, because="Which offices?")
    assert changes.edit(change, by=cast.product, cost=minor(2_000)).cost == minor(2_000)
    with pytest.raises(Denied):
        changes.edit(change, by=cast.secretariat, cost=minor(3_000))


def test_growth_before_the_taking_on_counts_against_v0(cast):
    """A project taken on at 172 % of its first baseline shows it, and measures from there."""
    project = running(cast)
    Project.objects.filter(pk=project.pk).update(cost=minor(8_600_000))
    project.refresh_from_db()
    found = variance.of(project)
    assert (found.cost_pct_v0, found.cost_pct_current) == (Decimal("72.0000"), Decimal("72.0000"))
    change = at("impact_assessed", project, cast, 100_000)
    v0 = change.route["measures"][2]
    assert (v0["cost_pct"], v0["counts"], change.rule) == ("74.0000", False, "change")


# The tier rises by itself


def test_a_project_that_outgrows_its_tier_rises_and_never_falls_by_itself(cast):
    project = running(cast, 9_500_000)
    at("implemented", project, cast, 600_000)
    assert project.tier.code == "medium"
    back = at("implemented", project, cast, -600_000)
    assert back.state == "implemented"
    assert (project.cost, project.tier.code) == (minor(9_500_000), "medium")


def test_a_tier_lowered_by_decision_stays_until_a_further_threshold(cast):
    project = running(cast, 50_000_000, tier="small")
    at("implemented", project, cast, 1_000_000)
    assert project.tier == Tier.objects.get(code="small")
    change = at("before_board", project, cast, 60_000_000)
    perform(decide(change, "approve", cast.chair), "implement", by=cast.manager)
    project.refresh_from_db()
    assert project.tier == Tier.objects.get(code="large")


def test_variance_of_many_takes_two_queries(cast, django_assert_num_queries):
    rows = [running(cast), running(cast), money.project(cast)]
    with django_assert_num_queries(2):
        found = variance.of_many([row.pk for row in rows])
    assert [found[row.pk].known for row in rows] == [True, True, False]


@pytest.mark.parametrize(
    ("cost", "base", "expected"),
    [(110, 100, "10.0000"), (1, 3, "-66.6667"), (4, 3, "33.3333"), (20001, 20000, "0.0050"),
     (199999, 200000, "-0.0005"), (None, 5, None), (5, 0, None)],
)  # fmt: skip
def test_percentages_of_variance_are_exact(cost, base, expected):
    found = variance.percent(cost, base)
    assert found == (None if expected is None else Decimal(expected))


def test_who_sees_the_project_sees_its_changes(cast):
    change = at("draft", running(cast), cast, 1_000)
    for person, sees in ((cast.manager, True), (cast.auditor, True), (cast.member1, False)):
        assert ChangeRequest.objects.visible_to(person).filter(pk=change.pk).exists() == sees


def test_days_of_a_window_end_where_the_institution_is(cast):
    project = running(cast)
    change = at("approved_delegated", project, cast, 1_000)
    assert change.decided_on == clock.today(project.institution)
    assert isinstance(change.decided_on, date)
