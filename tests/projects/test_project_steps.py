"""A project's stages as a table: stage × step × person; everything else is refused."""

import pytest
from django.db import transaction

from core.machines import running
from core.models import Event, Turn, User
from core.refusals import Denied, Refused
from core.steps import blockers, perform, step
from projects import holds
from projects.models import Project, Stage
from projects.models.tier import Tier
from tests.factories import projects as make

pytestmark = pytest.mark.django_db

BY_HAND = {
    ("draft", "triage"): ({"secretariat"}, "triaged"),
    ("draft", "withdraw"): ({"owner"}, "withdrawn"),
    ("triaged", "open_business_case"): ({"manager"}, "business_case"),
    ("triaged", "withdraw"): ({"owner"}, "withdrawn"),
    ("business_case", "withdraw"): ({"owner"}, "withdrawn"),
    ("alpha", "withdraw"): ({"owner"}, "withdrawn"),
    ("beta", "withdraw"): ({"owner"}, "withdrawn"),
    ("closing", "close"): ({"secretariat"}, "closed"),
}
AS_CONSEQUENCE = {
    ("business_case", "open_alpha"): "alpha",
    ("business_case", "open_beta"): "beta",
    ("business_case", "open_live"): "live",
    ("alpha", "open_alpha"): "alpha",
    ("alpha", "open_beta"): "beta",
    ("alpha", "open_live"): "live",
    ("beta", "open_alpha"): "beta",
    ("beta", "open_beta"): "beta",
    ("beta", "open_live"): "live",
    ("live", "open_alpha"): "live",
    ("live", "open_beta"): "live",
    ("live", "open_live"): "live",
    ("live", "begin_closing"): "closing",
    **{(stage, "stop"): "stopped"
       for stage in ("triaged", "business_case", "alpha", "beta", "live", "closing")},
}  # fmt: skip
STEPS = ["triage", "open_business_case", "open_alpha", "open_beta", "open_live", "begin_closing",
         "close", "stop", "withdraw"]  # fmt: skip


def test_the_table_names_every_step():
    field = Project._meta.get_field("stage")
    assert {found.name for found in field.get_all_transitions(Project)} == set(STEPS)


@pytest.mark.parametrize("stage", Stage.values)
def test_by_hand_only_what_the_table_says(cast, stage):
    project = make.at(stage, cast)
    if stage == "draft":
        project = make.answered(project, cast)
    if stage == "closing":
        make.accept_closure(project, cast)
    assert project.stage == stage
    for name in STEPS:
        allowed = set()
        for local, user in vars(cast).items():
            if reached := attempt(project, name, User.objects.get(pk=user.pk)):
                allowed.add(local)
                assert reached == BY_HAND[stage, name][1]
        assert allowed == BY_HAND.get((stage, name), (set(),))[0], name


@pytest.mark.parametrize("stage", Stage.values)
def test_as_the_consequence_of_a_gate_only_what_the_table_says(cast, stage):
    project = make.at(stage, cast)
    if stage == "live":
        Project.objects.filter(pk=project.pk).update(
            benefits_owner=cast.owner, benefits_review_on="2028-01-01"
        )
    for name in [
        found for found in STEPS if found.startswith(("open_a", "open_be", "open_l", "be", "st"))
    ]:
        reached = attempt(
            project, name, cast.owner, make.Cause("stop" if name == "stop" else "exercise")
        )
        assert reached == AS_CONSEQUENCE.get((stage, name)), name


def attempt(project, name, user, cause=None):
    """Try a step and roll it back; the stage reached, or None when it was refused."""
    sid = transaction.savepoint()
    token = running.set((cause,) if cause else ())
    try:
        return perform(project, name, by=user, because="try").stage
    except (Refused, Denied):
        return None
    finally:
        running.reset(token)
        transaction.savepoint_rollback(sid)


def test_triage_names_every_thing_that_is_missing(cast):
    project = make.draft(cast, cost=None, risk="")
    with pytest.raises(Refused) as refused:
        perform(project, "triage", by=cast.secretariat)
    assert set(refused.value.reasons) == {
        "The owner has not yet accepted to answer for this project.",
        "Enter the whole-life cost.",
        "Judge the risk: low, medium or high.",
        "Describe at least one financial benefit with measure, baseline, target and owner.",
        "Describe at least one social benefit with measure, baseline, target and owner.",
        "Fill the team role: product manager.",
        "Fill the team role: delivery manager.",
        "No search for duplicates is on record: search, and answer for what is found.",
    }
    assert Project.objects.get().stage == "draft"


def test_triage_fixes_the_tier_and_records_it(cast):
    project = make.triaged(cast)
    assert (project.tier.code, project.stage) == ("small", "triaged")
    event = Event.objects.filter(dossier=project.dossier).last()
    assert (event.verb, event.actor) == ("projects.project.triage", cast.secretariat)


def test_a_currency_without_thresholds_is_refused_with_who_must_act(cast):
    project = make.answered(make.complete(cast, currency="JPY", cost=9_000_000), cast)
    assert blockers(project, step(project, "triage")) == [
        "There are no thresholds of tiers in JPY that cover this cost; an administrator must set "
        "them on the page “Tiers”."
    ]


@pytest.mark.parametrize(
    ("cost", "risk", "tier"),
    [
        (9_999_999, "low", "small"),
        (10_000_000, "low", "medium"),
        (9_999_999, "high", "medium"),
        (99_999_999, "high", "large"),
        (100_000_000, "medium", "large"),
        (100_000_000, "high", "large"),
    ],
)
def test_the_tier_follows_from_cost_and_risk(cast, cost, risk, tier):
    project = make.triaged(cast, cost=cost, risk=risk)
    assert project.tier == Tier.objects.get(code=tier)


def test_a_hold_stops_the_next_stage_and_its_end_lets_it_go_on(cast):
    project = make.at("business_case", cast)
    hold = holds_place(project, cast)
    with pytest.raises(Refused, match="on hold: Costs are out of hand"):
        make.as_if(project, "open_alpha", cast.owner)
    perform(hold, "lift", by=cast.secretariat, because="in hand again")
    assert make.as_if(project, "open_alpha", cast.owner).stage == "alpha"


def holds_place(project, cast):
    return holds.place_by_hand(
        project, reason="Costs are out of hand", cure="change", by=cast.secretariat
    )


def test_whose_turn_it_is_follows_the_stage(cast):
    project = make.draft(cast)
    assert waits(project) == {
        ("accept_ownership", f"user:{cast.owner.pk}:owner"),
        ("complete_entry", f"user:{cast.manager.pk}:manager"),
    }
    project = make.complete(cast, "Another thing entirely: aqueducts")
    assert waits(project) == {
        ("triage", "role:secretariat"),
        ("complete_entry", f"user:{cast.manager.pk}:manager"),
    }
    project = make.triaged(cast, "Third: registry of wells")
    assert waits(project) == {("open_business_case", f"user:{cast.manager.pk}:manager")}


def waits(project):
    rows = Turn.objects.filter(target_label="projects.project", target_id=project.pk)
    return set(rows.values_list("step", "audience"))


def test_a_draft_without_owner_is_withdrawn_by_the_secretariat(cast):
    project = make.draft(cast, owner=None)
    with pytest.raises(Denied):
        perform(project, "withdraw", by=cast.manager, because="no")
    assert perform(project, "withdraw", by=cast.secretariat, because="no").stage == "withdrawn"
