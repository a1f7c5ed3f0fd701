"""Running projects with a first baseline, and change requests on them, through the real rules."""

from core.money import to_minor
from core.steps import perform
from projects import baselines, changes, tranches
from projects.models import Tier
from tests.factories import money
from tests.stock import stocked

SUBMIT, ASSESS = ("submit", "manager"), ("assess_impact", "manager")
ROADS = {
    "draft": [],
    "submitted": [SUBMIT],
    "impact_assessed": [SUBMIT, ASSESS],
    "approved_delegated": [SUBMIT, ASSESS, ("approve_delegated", "owner")],
    "implemented": [SUBMIT, ASSESS, ("approve_delegated", "owner"), ("implement", "manager")],
    "withdrawn": [SUBMIT, ("withdraw", "manager")],
    "before_board": [SUBMIT, ASSESS, ("refer", "owner")],
}


def minor(amount) -> int:
    return to_minor(str(amount), "MXN")


@stocked
def running(cast, cost=5_000_000, *, stage="alpha", tier="small", drawn=True, **fields):
    """A project with v0, its tranches reserved and, if drawn, the first committed."""
    row = money.project(cast, cost=minor(cost), stage=stage, tier=Tier.objects.get(code=tier),
                        product_owner=cast.product, **fields)  # fmt: skip
    money.planned(cast, row, t1=minor(cost // 5), t2=minor(cost // 5), t3=minor(cost // 5))
    with money.during("gating.gatereview.exercise"):
        baselines.set_first(row, by=cast.owner, because="G1")
        tranches.approve_plan(row, by=cast.owner, because="G1", amount=row.cost)
        if drawn:
            tranches.commit(row, "G1", by=cast.owner, because="G1")
    row.refresh_from_db()
    return row


@stocked
def drafted(project, cast, cost=0, days=0, *, by=None, **values):
    values = {"title": "More offices", "reason": "Two states joined.", "options": "None; later.",
              "cost": minor(cost), "cost_measure": "Quotes of three suppliers." if cost else "",
              "days": days, "days_measure": "Velocity of six sprints." if days else "",
              **values}  # fmt: skip
    return changes.propose(project, by=by or cast.manager, **values)


@stocked
def at(state, project, cast, cost=0, days=0, **values):
    """A change request that reached a state by its real road."""
    change = drafted(project, cast, cost, days, **values)
    for step, who in ROADS[state]:
        change = perform(change, step, by=getattr(cast, who))
    if state == "implemented":
        project.refresh_from_db()
    return change
