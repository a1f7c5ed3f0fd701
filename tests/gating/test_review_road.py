"""The main road of a review, and its ways aside."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from core import clock, due
from core.models import Event, Turn
from core.steps import Denied, Refused, perform
from gating import assessing, evidencing, opening
from gating.models import Evidence, Exemption, GateReview, ReviewItem
from projects import holds, obligations
from projects.models import Baseline, Hold, Project
from tests.factories import money, reviews

pytestmark = pytest.mark.django_db


def waiting(row) -> dict[str, str]:
    """Step → audience of the turns that a row keeps."""
    turns = Turn.objects.filter(target_label=row._meta.label_lower, target_id=row.pk)
    return dict(turns.values_list("step", "audience"))


def test_the_whole_road_opens_the_gate(cast):
    review = reviews.at(cast, "exercised")
    project = Project.objects.get(pk=review.project_id)
    assert (review.state, project.stage) == ("exercised", "alpha")
    assert Baseline.objects.get(project=project).number == 0
    assert project.tranches.get(number=1).state == "committed"
    assert project.tranches.get(number=2).state == "reserved"
    assert review.budget == project.cost
    assert len(review.record_code) >= 16


def test_the_bundle_is_frozen_with_its_hash_when_the_owner_certifies(cast):
    review = reviews.at(cast, "prepared")
    assert (review.bundle_hash, review.submitted_at) == ("", None)
    review = perform(review, "certify", by=cast.owner)
    assert len(review.bundle_hash) == 64
    proof = review.items.first().evidence.get()
    assert proof.content_hash in review.bundle
    assert '"version":"1"' in review.bundle
    again = reviews.at(cast, "submitted", of=reviews.project(cast, tier="small"))
    assert again.bundle_hash != review.bundle_hash


def test_the_hash_follows_what_is_shown(cast):
    """The same bundle gives the same hash; another figure in the evidence another one."""
    review = reviews.at(cast, "prepared")
    first = perform(review, "certify", by=cast.owner)
    assert reviews.bundles.hash_of(reviews.bundles.text_of(first)) == first.bundle_hash
    Evidence.objects.filter(project=review.project).update(metric_value=12)
    assert reviews.bundles.hash_of(reviews.bundles.text_of(first)) != first.bundle_hash


def test_preparing_names_every_criterion_without_evidence(cast):
    review = perform(reviews.at(cast, "planned"), "begin", by=cast.manager)
    with pytest.raises(Refused) as refused:
        perform(review, "prepare", by=cast.manager)
    assert refused.value.reasons == (
        "T-1 Know the users: there is no evidence.",
        "T-2 Work for everyone: there is no evidence.",
        "T-3 Publish the source: there is no evidence.",
    )


def test_drafts_and_questioned_evidence_do_not_count(cast):
    review = reviews.at(cast, "collecting")
    proof = review.items.first().evidence.get()
    perform(proof, "raise_query", by=cast.secretariat, because="Of which month?")
    with pytest.raises(Refused, match="its evidence was questioned; answer first"):
        perform(review, "prepare", by=cast.manager)
    perform(proof, "resubmit", by=cast.manager, because="Of January.")
    assert perform(review, "prepare", by=cast.manager).state == "prepared"


def test_a_condition_that_fell_due_stops_the_submission(cast):
    review = reviews.at(cast, "collecting")
    obligations.raise_(review.project, kind="condition", source=review, title="Publish the code",
                       blocks="release", due=clock.now() + timedelta(days=1))  # fmt: skip
    perform(review, "prepare", by=cast.manager)
    with clock.move(timedelta(days=2)), pytest.raises(Refused, match="Publish the code"):
        perform(review, "certify", by=cast.owner)


def test_only_a_hold_that_this_gate_ends_lets_it_go_on(cast):
    review = reviews.at(cast, "collecting")
    holds.place(review.project, reason="Repeat G1", cure="gate", gate="G1", by=cast.secretariat)
    assert perform(review, "prepare", by=cast.manager).state == "prepared"
    holds.place(review.project, reason="A finding", cure="finding", by=cast.auditor)
    with pytest.raises(Refused, match="The project is on hold: A finding"):
        perform(review, "certify", by=cast.owner)


def test_entering_force_ends_the_holds_that_the_gate_cures(cast):
    review = reviews.at(cast, "before_board")
    holds.place(review.project, reason="Repeat G1", cure="gate", gate="G1", by=cast.secretariat)
    reviews.decided(cast, review)
    assert [hold.state for hold in Hold.objects.all()] == ["lifted"]


def test_one_undecided_attempt_a_gate(cast):
    review = reviews.at(cast, "planned")
    with pytest.raises(Refused, match=f"There is a review at this gate already: {review.ref}"):
        opening.open_review(review.project, review.gate, by=cast.manager)
    with pytest.raises(IntegrityError), transaction.atomic():
        GateReview.objects.create(project=review.project, gate=review.gate, tier=review.tier,
                                  attempt=2, planned_by=cast.manager,
                                  planned_at=clock.now())  # fmt: skip


def test_a_second_attempt_links_the_first_and_takes_over_what_is_still_valid(cast):
    review = reviews.at(cast, "before_board")
    items = list(review.items.order_by("position"))
    Evidence.objects.update(valid_until=clock.today())
    with money.during("gating.motion.publish"):
        review = perform(review, "refuse", by=cast.secretariat)
    again = opening.open_review(review.project, review.gate, by=cast.manager)
    assert (again.attempt, again.predecessor, review.state) == (2, review, "refused")
    assert [item.links.get().reused for item in again.items.all()] == [True] * len(items)
    perform(again, "withdraw", by=cast.owner, because="Later")
    with clock.move(timedelta(days=2)):
        third = opening.open_review(review.project, review.gate, by=cast.manager)
    assert [item.links.count() for item in third.items.all()] == [0] * len(items)


def test_a_gate_is_planned_only_where_the_project_stands(cast):
    gate = reviews.gate(cast, "G3")
    with pytest.raises(Refused, match="G3 is not the gate of a project in the stage"):
        opening.open_review(reviews.project(cast, tier="small"), gate, by=cast.manager)
    with pytest.raises(Denied):
        opening.open_review(reviews.project(cast, tier="small"), gate, by=cast.owner)


def test_taking_back_giving_back_and_returning(cast):
    review = reviews.at(cast, "prepared")
    review = perform(review, "take_back", by=cast.manager)
    review = perform(review, "prepare", by=cast.manager)
    review = perform(review, "give_back", by=cast.owner, because="The cost is old")
    assert (review.state, review.return_reason) == ("collecting", "The cost is old")
    review = perform(perform(review, "prepare", by=cast.manager), "certify", by=cast.owner)
    first = review.items.first()
    assessing.write_returns(review, {first.pk: "Which users?"}, by=cast.secretariat)
    with clock.move(timedelta(days=3)):
        review = perform(review, "return_to_project", by=cast.secretariat, because="Incomplete")
    assert review.items.first().return_reason == "Which users?"
    assert review.served_since is None
    assert 3 * 86400 <= review.served_seconds < 3 * 86400 + 60
    assert waiting(review) == {"resume": f"user:{cast.manager.pk}:manager"}
    assert perform(review, "resume", by=cast.manager).state == "collecting"


def test_a_deferred_review_is_assessed_afresh_and_forgets_nothing(cast):
    review = reviews.at(cast, "before_board")
    with money.during("gating.motion.publish"):
        review = perform(review, "defer", by=cast.secretariat)
    review = perform(review, "resume", by=cast.manager)
    states = sorted(review.assessments.values_list("state", flat=True))
    assert states == ["invited", "invited", "superseded", "superseded"]
    assert not review.items.exclude(rating="").exists()
    assert (review.report, review.sheets_in_at) == ("", None)
    report = Event.objects.get(verb="gating.gatereview.report")
    assert "The service works." in report.details
    review = perform(perform(review, "prepare", by=cast.manager), "certify", by=cast.owner)
    for assessment in review.assessments.filter(state="invited"):
        perform(assessment, "declare_clear", by=assessment.assessor)
    assert perform(review, "start_assessment", by=cast.secretariat).state == "in_assessment"


def test_stopping_ends_the_project(cast):
    review = reviews.at(cast, "before_board")
    with money.during("gating.motion.publish"):
        review = perform(review, "stop", by=cast.secretariat)
    assert (review.state, Project.objects.get().stage) == ("refused", "stopped")


def test_an_approval_not_exercised_in_time_expires_once(cast):
    review = reviews.at(cast, "in_force")
    with clock.move(timedelta(days=179)):
        due.act()
        assert GateReview.objects.get().state == "in_force"
    with clock.move(timedelta(days=182)):
        with pytest.raises(Refused, match="The decision's last day is not over"):
            perform(review, "exercise", by=cast.owner)
        due.act()
        due.act()
    assert GateReview.objects.get().state == "expired"
    assert Event.objects.filter(verb="gating.gatereview.expire").count() == 1


def test_rescinding_holds_the_project_until_it_passes_the_gate_again(cast):
    review = reviews.at(cast, "exercised")
    with money.during("gating.motion.publish"):
        perform(review, "rescind", by=cast.secretariat, because="The figures were wrong")
    hold = Hold.objects.get()
    assert (hold.state, hold.cure, hold.gate) == ("active", "gate", "G1")
    again = reviews.at(cast, "exercised", of=review.project)
    assert (again.attempt, Hold.objects.get().state) == (2, "lifted")
    assert Project.objects.get().stage == "alpha"


def test_a_gate_run_again_supersedes_the_first_time(cast):
    first = reviews.at(cast, "exercised")
    again = reviews.at(cast, "exercised", of=Project.objects.get())
    first.refresh_from_db()
    assert (first.state, again.state) == ("superseded", "exercised")
    assert Project.objects.get().tranches.get(number=1).state == "committed"


def test_an_open_review_keeps_its_version_of_the_standard(cast):
    review = reviews.at(cast, "planned")
    newer = reviews.standard(cast, version="2", notes="changed")
    assert {item.criterion.standard.version for item in review.items.all()} == {"1"}
    assert review.gate.standards.get().standard == newer
    other = opening.open_review(reviews.project(cast, tier="small"), review.gate, by=cast.manager)
    assert {item.criterion.standard.version for item in other.items.all()} == {"2"}


def test_exemptions_are_for_what_plainly_does_not_apply(cast):
    review = perform(reviews.at(cast, "planned"), "begin", by=cast.manager)
    first, fixed, _last = review.items.order_by("position")
    with pytest.raises(Refused, match="T-2 is never waived"):
        assessing.ask_exemption(fixed, "No time", by=cast.manager)
    asked = assessing.ask_exemption(first, "There are no users yet", by=cast.manager)
    with pytest.raises(Refused, match="No exemption is still to be decided"):
        perform(review, "prepare", by=cast.manager)
    with pytest.raises(Denied):
        perform(asked, "grant", by=cast.manager, because="Please")
    perform(asked, "grant", by=cast.secretariat, because="Indeed none")
    assert ReviewItem.objects.get(pk=first.pk).exempt
    proof = {"kind": "metric", "title": "T", "metric_name": "n", "metric_value": 1,
             "metric_unit": "%", "metric_on": clock.today()}  # fmt: skip
    rest = review.items.exclude(pk=first.pk)
    evidencing.add(review.project, proof, rest, by=cast.manager, hand_in=True)
    assert perform(review, "prepare", by=cast.manager).state == "prepared"


EXEMPTIONS = {
    "asked": {"grant": {"lead"}, "refuse": {"lead"}, "refer": {"lead"}, "withdraw": {"manager"}},
    "referred": {"withdraw": {"manager"}, "grant_by_motion": set(), "refuse_by_motion": set()},
    "approved": {"expire": {"clock"}}, "refused": {}, "withdrawn": {}, "expired": {},
}  # fmt: skip


@pytest.mark.parametrize("state", Exemption.States.values)
def test_the_machine_of_an_exemption(cast, state):
    review = reviews.at(cast, "collecting")
    reviews.assessors(cast, review)
    row = assessing.ask_exemption(review.items.first(), "Plainly not", by=cast.manager)
    Exemption.objects.filter(pk=row.pk).update(state=state)
    assert reviews.may(cast, Exemption.objects.get(pk=row.pk)) == EXEMPTIONS[state]


def test_whose_turn_it_is(cast):
    manager, owner = f"user:{cast.manager.pk}:manager", f"user:{cast.owner.pk}:owner"
    expected = {
        "planned": {"begin": manager}, "collecting": {"prepare": manager},
        "prepared": {"certify": owner}, "submitted": {"start_assessment": "role:secretariat"},
        "sealed": {"draft_report": f"user:{cast.lead.pk}"},
        "factual_check": {"accept_facts": manager}, "facts_settled": {"table": "role:secretariat"},
    }  # fmt: skip
    for where, turns in expected.items():
        review = reviews.at(cast, where, tier="large")
        assert waiting(review) == turns
    assert waiting(reviews.at(cast, "in_force")) == {"exercise": owner}
    assert waiting(reviews.at(cast, "exercised")) == {}


def test_the_factual_check_falls_due_after_ten_working_days(cast):
    review = reviews.at(cast, "factual_check", tier="large")
    turn = Turn.objects.get(target_label="gating.gatereview", target_id=review.pk)
    assert turn.due == clock.end_of(review.factual_due, review.project.institution)
