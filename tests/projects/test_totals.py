"""Kept totals equal what the rows say, whatever is done to the projects and in what order."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.machines import running
from core.steps import perform
from projects import entries, funding, registering, totals
from projects.models import PortfolioTotal, Project, Tier, TotalsDelta
from tests.factories import projects as make
from tests.factories.people import institution

pytestmark = pytest.mark.django_db

ACTS = st.sampled_from(
    [
        "cost",
        "institution",
        "currency",
        "tier",
        "approve",
        "reserve",
        "withdraw",
        "fold",
        "register",
    ]
)
STEPS = st.lists(st.tuples(ACTS, st.integers(0, 3), st.integers(1, 10**9)), max_size=25)


@given(acts=STEPS)
@settings(
    max_examples=12, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
def test_kept_totals_equal_the_rows(cast, acts):
    homes = [institution(), institution("SAT", "SAT")]
    tiers = list(Tier.objects.all())
    keys = [make.draft(cast, f"Project {n}").pk for n in range(3)]
    for number, (act, which, amount) in enumerate(acts):
        if act == "fold":
            totals.fold()
            continue
        if act == "register":
            registering.register_many([{"title": "Bulk", "currency": "USD", "cost": amount}],
                                      by=cast.secretariat)  # fmt: skip
            continue
        do(Project.objects.get(pk=keys[which % 3]), act, amount, number, cast, homes, tiers)
    assert totals.verify() == []
    totals.fold()
    assert totals.verify() == []
    assert not TotalsDelta.objects.exists()


def do(project, act, amount, number, cast, homes, tiers):
    if act in ("cost", "institution", "tier"):
        value = {"cost": amount, "institution": homes[amount % 2], "tier": tiers[amount % 3]}[act]
        setattr(project, act, value)
        project.save()
    elif act == "currency" and not project.postings.exists():
        project.currency = ["MXN", "USD", "JPY"][amount % 3]
        project.save()
    elif act == "approve" or (act == "reserve" and funding.balances(project)["approved"] >= amount):
        caused(
            lambda: funding.post(project, act, amount, by=cast.owner, because="x", key=str(number))
        )
    elif act == "withdraw" and project.stage == "draft":
        perform(project, "withdraw", by=cast.owner, because="x")


def caused(function):
    token = running.set((make.Cause(),))
    try:
        function()
    finally:
        running.reset(token)


def test_read_by_any_key_and_filter(cast):
    make.draft(cast, "A", cost=10)
    make.draft(cast, "B", cost=20)
    make.draft(cast, "C", cost=5, currency="USD")
    totals.fold()
    make.draft(cast, "D", cost=1)
    found = {row["currency"]: (row["count"], row["cost"]) for row in totals.read("currency")}
    assert found == {"MXN": (3, 3_100), "USD": (1, 500)}
    assert [row["count"] for row in totals.read()] == [4]
    assert totals.read("stage", stage="alpha") == []


def test_a_difference_is_found(cast):
    make.draft(cast, "A", cost=10)
    totals.fold()
    PortfolioTotal.objects.update(cost=1)
    [(kept, real)] = totals.verify()
    assert (kept["cost"], real["cost"]) == (1, 1_000)


def test_reading_costs_one_query_however_many_projects(cast, django_assert_num_queries):
    for number in range(5):
        make.draft(cast, f"P {number}")
    with django_assert_num_queries(1):
        totals.read("stage", "currency")


def test_a_step_moves_a_project_with_its_money(cast):
    project = make.triaged(cast)
    assert {row["stage"]: row["count"] for row in totals.read("stage")} == {"triaged": 1}
    entries.edit(project, {"cost": 700}, by=cast.manager)
    assert totals.read("stage", "currency")[0]["cost"] == 700
