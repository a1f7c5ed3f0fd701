"""Changes before a board: deviations by motion, critical ones by running their gate again."""

import json

import pytest

from core.models import Turn
from core.refusals import Refused
from core.steps import perform
from gating import matters, motions, records
from projects import tailorings
from projects.models import Project, Tier
from tests.factories import boards, money, reviews
from tests.factories.changes import at, minor, running

pytestmark = pytest.mark.django_db


def turns_of(row):
    label = row._meta.label_lower
    found = Turn.objects.filter(target_label=label, target_id=row.pk)
    return set(found.values_list("step", "audience"))


def proposed(cast, row, outcome="approve", text="To approve."):
    """A motion on a waiting row before its competent board, convened."""
    board, _rule = motions.boards_for_matter(row)[0]
    if not board.seats.exists():
        boards.filled(cast, board.code)
    meeting = None if board.single_decider else boards.noticed(cast, board)
    motion = motions.propose(row, board, by=cast.secretariat, outcome=outcome, text=text,
                             meeting=meeting)  # fmt: skip
    return perform(motion, "table", by=cast.secretariat)


def carried(cast, motion):
    with boards.in_session(cast, motion.meeting):
        return boards.carried(cast, perform(motion, "open", by=cast.chair))


def test_a_deviation_goes_to_the_board_competent_for_the_cost_it_leads_to(cast):
    """9.5 million is small; 11 million is medium, above what the chair alone decides."""
    project = running(cast, 9_500_000)
    change = at("before_board", project, cast, 1_500_000)
    board, rule = motions.boards_for_matter(change)[0]
    assert (board.code, rule["cost"]) == ("ICT", minor(11_000_000))
    project.refresh_from_db()
    assert project.cost == minor(9_500_000)


@pytest.mark.parametrize(("outcome", "state"), [("approve", "approved"), ("refuse", "rejected")])
def test_the_boards_motion_decides_a_deviation_and_ends_the_hold(cast, outcome, state):
    project = running(cast, 9_500_000)
    change = at("before_board", project, cast, 1_500_000)
    assert turns_of(change) == {("draft_motion", "role:secretariat")}
    motion = proposed(cast, change, outcome)
    change.refresh_from_db()
    assert turns_of(change) == set()
    motion = carried(cast, motion)
    change.refresh_from_db()
    assert change.state == state
    assert not project.holds.active().exists()
    facts = json.loads(motion.record.text)
    assert facts["matter"]["facts"]["cost_pct"] == "15.7895"
    assert records.as_pdf(motion.record).startswith(b"%PDF")
    expected = {("implement", f"user:{cast.manager.pk}:manager")} if outcome == "approve" else set()
    assert turns_of(change) == expected


def test_whoever_submitted_the_change_has_no_vote_on_it(cast):
    change = at("before_board", running(cast, 9_500_000), cast, 1_500_000)
    motion = proposed(cast, change)
    assert motion.excluded()[cast.manager.pk]


def test_no_motion_decides_a_critical_change(cast):
    change = at("before_board", running(cast), cast, 3_000_000)
    assert matters.find("projects.changerequest").faults(change) == [
        "A critical change is decided by running gate G1 again."
    ]


def test_a_critical_change_is_approved_when_its_gate_enters_force_again(cast):
    project = running(cast)
    change = at("before_board", project, cast, 3_000_000)
    plan = {("plan_review", f"user:{cast.manager.pk}:manager")}
    assert turns_of(change) == plan
    review = reviews.at(cast, "before_board", of=Project.objects.get(pk=project.pk))
    assert turns_of(change) == set()
    review = reviews.decided(cast, review)
    change.refresh_from_db()
    assert (review.state, change.state) == ("in_force", "approved")
    assert not project.holds.active().exists()
    perform(review, "exercise", by=cast.owner)
    change = perform(change, "implement", by=cast.manager)
    project.refresh_from_db()
    assert (project.stage, project.cost, project.tier.code) == ("alpha", minor(8_000_000), "small")
    assert change.baseline.number == 1


@pytest.mark.parametrize(
    ("outcome", "stage", "holds"), [("refuse", "alpha", 1), ("stop", "stopped", 1)]
)
def test_the_gate_may_refuse_a_critical_change_or_stop_the_project(cast, outcome, stage, holds):
    project = running(cast)
    change = at("before_board", project, cast, 3_000_000)
    reviews.decided(cast, reviews.at(cast, "before_board", of=project), outcome)
    change.refresh_from_db()
    project.refresh_from_db()
    assert (change.state, project.stage) == ("rejected", stage)
    assert project.holds.active().count() == holds  # until the gate is passed


def test_a_review_given_up_leaves_the_change_waiting_for_another(cast):
    project = running(cast)
    change = at("before_board", project, cast, 3_000_000)
    review = reviews.at(cast, "collecting", of=project)
    assert turns_of(change) == set()
    perform(review, "withdraw", by=cast.manager, because="Anew.")
    assert turns_of(change) == {("plan_review", f"user:{cast.manager.pk}:manager")}


# The tier rises: open reviews ask more


def grow(cast, project):
    """From small to medium by a deviation that is approved and implemented."""
    change = at("before_board", project, cast, 1_500_000)
    motion = proposed(cast, change)
    carried(cast, motion)
    change.refresh_from_db()
    perform(change, "implement", by=cast.manager)
    project.refresh_from_db()
    return project


def asked_of_medium(cast, gate):
    extra = reviews.standard(cast, "more-proof", "1")
    reviews.gates.assign(gate, extra, mandatory=True, tier=Tier.objects.get(code="medium"),
                         by=cast.editor, because="More proof.")  # fmt: skip


def test_a_review_under_way_asks_what_the_higher_tier_asks(cast):
    project = running(cast, 9_500_000)
    gate = reviews.gate(cast, "G2")
    asked_of_medium(cast, gate)
    review = reviews.at(cast, "collecting", code="G2", of=project)
    assert review.items.count() == 3
    tranche = project.tranches.get(number=3)
    assert tranche.holdback_percent == 0
    grow(cast, project)
    review.refresh_from_db()
    tranche.refresh_from_db()
    assert (review.tier.code, review.items.count()) == ("medium", 6)
    assert set(review.disciplines()) == {"service", "technology"}
    assert tranche.holdback_percent == 5
    with pytest.raises(Refused, match="there is no evidence"):
        perform(review, "prepare", by=cast.manager)


def test_a_review_that_others_judge_needs_the_new_disciplines_before_its_report(cast):
    project = running(cast, 9_500_000)
    review = reviews.at(cast, "sealed", code="G2", of=project)
    grow(cast, project)
    review.refresh_from_db()
    assert (review.tier.code, review.items.count()) == ("medium", 3)
    reviews.write_report(cast, review)
    with pytest.raises(Refused, match="no assessor for: technology"):
        perform(review, "draft_report", by=cast.lead)


# Asking less: by motion only


def tailored(cast, project, **values):
    values = {"scope": "All.", "reason": "One office, twelve users.", **values}
    return tailorings.propose(project, by=cast.manager, **values)


def test_a_tier_falls_only_by_motion_and_stays_there(cast):
    project = running(cast, 12_000_000, tier="medium")
    row = tailored(cast, project, kind="lower_tier", tier=Tier.objects.get(code="small"))
    assert turns_of(row) == {("draft_motion", "role:secretariat")}
    review = reviews.at(cast, "collecting", code="G2", of=project)
    motion = carried(cast, proposed(cast, row, "lower_tier"))
    project.refresh_from_db()
    review.refresh_from_db()
    row.refresh_from_db()
    assert (project.tier.code, review.tier.code, row.state) == ("small", "small", "granted")
    assert json.loads(motion.record.text)["matter"]["facts"]["tier"] == "small"
    assert records.as_pdf(motion.record).startswith(b"%PDF")


def test_a_motion_decides_what_was_proposed_or_refuses_it(cast):
    project = running(cast, 12_000_000, tier="medium")
    row = tailored(cast, project, kind="lower_tier", tier=Tier.objects.get(code="small"))
    with pytest.raises(Refused, match="Propose what was asked for"):
        proposed(cast, row, "merge_gates")
    motion = matters.motions_of(row).undecided().first()
    perform(motion, "withdraw", by=cast.secretariat, because="Wrong.")
    carried(cast, proposed(cast, row, "refuse"))
    row.refresh_from_db()
    project.refresh_from_db()
    assert (row.state, project.tier.code) == ("refused", "medium")


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"kind": "lower_tier", "tier": "large"}, "tier below"),
        ({"kind": "merge_gates", "first_gate": "G3", "second_gate": "G4"}, "in this tier"),
        ({"kind": "merge_gates", "first_gate": "G1", "second_gate": "G3"}, "follow each other"),
        ({"kind": "merge_gates", "first_gate": "G1", "second_gate": "G2"}, "passed already"),
        ({"kind": "merge_gates", "first_gate": "G2", "second_gate": "G3", "reason": " "}, "less"),
    ],
)
def test_what_does_not_fit_is_not_proposed(cast, values, sentence):
    if tier := values.get("tier"):
        values = {**values, "tier": Tier.objects.get(code=tier)}
    with pytest.raises(Refused, match=sentence):
        tailored(cast, running(cast), **values)


def test_two_gates_are_taken_in_one_review_that_opens_the_later_and_commits_both(cast):
    project = running(cast)
    reviews.gate(cast, "G3")
    row = tailored(cast, project, kind="merge_gates", first_gate="G2", second_gate="G3")
    with money.during("gating.motion.close"):
        perform(row, "grant", by=cast.chair)
    review = reviews.at(cast, "in_force", code="G2", of=project)
    assert (review.also.code, review.items.count()) == ("G3", 3)
    assert review.leaves == {"alpha", "beta", "live"}
    perform(review, "exercise", by=cast.owner)
    project.refresh_from_db()
    assert project.stage == "live"
    states = dict(project.tranches.values_list("number", "state"))
    assert states == {1: "committed", 2: "committed", 3: "committed"}


def test_without_a_decision_each_gate_has_its_review(cast):
    assert reviews.at(cast, "planned", code="G2", of=running(cast)).also is None
