"""Taking on a running project: two people, its real stage, v0, its books, marked for ever."""

from datetime import date

import pytest
from django.db import transaction

from core.models import Event, Turn, User
from core.refusals import Denied, Refused
from core.steps import perform
from projects import baselines, funding, taking_on
from projects.models import Project, TakeOn
from tests.factories import projects as make

pytestmark = pytest.mark.django_db

VALUES = {
    "stage": "beta", "cost": 400_000_000, "starts_on": date(2020, 1, 1),
    "ends_on": date(2024, 12, 31), "approved": 1_000, "reserved": 2_000, "committed": 3_000,
    "released": 4_000, "held": 500, "spent": 90_000, "as_of": date(2026, 1, 31),
    "source": "Informe trimestral 2025-IV",
}  # fmt: skip


def proposed(cast, state="proposed", **values):
    project = make.draft(cast, "Running since 2020", cost=6_000_000)
    made = taking_on.propose(project, {**VALUES, **values}, by=cast.secretariat)
    if state == "confirmed":
        return perform(made, "confirm", by=cast.authoriser)
    return perform(made, "withdraw", by=cast.secretariat) if state == "withdrawn" else made


@pytest.mark.parametrize(
    ("state", "name", "who"),
    [
        ("proposed", "confirm", {"authoriser"}),
        ("proposed", "withdraw", {"secretariat"}),
        ("confirmed", "confirm", set()),
        ("confirmed", "withdraw", set()),
        ("withdrawn", "confirm", set()),
        ("withdrawn", "withdraw", set()),
    ],
)
def test_everything_that_is_not_in_the_table_is_refused(cast, state, name, who):
    take_on, allowed = proposed(cast, state), set()
    for local, user in vars(cast).items():
        sid = transaction.savepoint()
        try:
            perform(take_on, name, by=User.objects.get(pk=user.pk))
            allowed.add(local)
        except (Refused, Denied):
            pass
        transaction.savepoint_rollback(sid)
    assert allowed == who


@pytest.mark.parametrize("stage", ["alpha", "beta", "live"])
def test_confirming_sets_stage_baseline_and_balances(cast, stage):
    take_on = proposed(cast, "confirmed", stage=stage)
    project = Project.objects.get(pk=take_on.project_id)
    assert (project.stage, project.declared_not_gated, project.tier.code) == (stage, True, "small")
    first = baselines.first(project)
    assert (first.cost, first.starts_on, first.ends_on) == (
        400_000_000, date(2020, 1, 1), date(2024, 12, 31),
    )  # fmt: skip
    found = funding.balances(project)
    assert found == {
        "outside": -100_500, "approved": 1_000, "reserved": 2_000, "committed": 3_000,
        "released": 4_000, "held": 500, "spent": 90_000, "receivable": 0, "recovered": 0,
        "written_off": 0,
    }  # fmt: skip
    verbs = Event.objects.filter(dossier=project.dossier).values_list("verb", flat=True)
    assert {"projects.takeon.confirm", "projects.project.set_baseline",
            f"projects.project.open_{stage}"} <= set(verbs)  # fmt: skip


def test_it_waits_for_a_second_person(cast):
    take_on = proposed(cast)
    rows = Turn.objects.filter(target_label="projects.takeon", target_id=take_on.pk)
    assert set(rows.values_list("audience", flat=True)) == {"role:secretariat", "role:authoriser"}


def test_without_a_tier_nothing_is_confirmed(cast):
    project = make.draft(cast, "No risk given", risk="")
    take_on = taking_on.propose(project, VALUES, by=cast.secretariat)
    with pytest.raises(Refused, match="enter all three"):
        perform(take_on, "confirm", by=cast.authoriser)
    assert Project.objects.get(pk=project.pk).stage == "draft"


def test_twice_or_past_a_gate_is_refused(cast):
    take_on = proposed(cast)
    with pytest.raises(Refused, match="proposed to be taken on before"):
        taking_on.propose(take_on.project, VALUES, by=cast.secretariat)
    with pytest.raises(Refused, match="not passed a gate"):
        taking_on.propose(make.at("alpha", cast), VALUES, by=cast.secretariat)


def test_only_the_secretariat_proposes(cast):
    with pytest.raises(Denied):
        taking_on.propose(make.draft(cast), VALUES, by=cast.manager)


def test_the_first_baseline_is_set_once(cast):
    take_on = proposed(cast, "confirmed")
    project = Project.objects.get(pk=take_on.project_id)
    assert baselines.set_first(project, by=cast.owner).cost == 400_000_000
    assert TakeOn.objects.get().project.baselines.count() == 1
