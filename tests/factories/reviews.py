"""Reviews as far along as a test needs them, through the real rules."""

import json
from datetime import date

from core import clock
from core.steps import perform, permitted, steps
from gating import assessing, bundles, evidencing, gates, opening, standards
from gating.models import Board, BoardSeat, Gate, GateReview, Standard
from gating.standard_files import parse
from projects.models import Tier
from tests.factories import money
from tests.stock import stocked

CRITERIA = (
    {"code": "T-1", "title": "Know the users"},
    {"code": "T-2", "title": "Work for everyone", "non_waivable": True},
    {"code": "T-3", "title": "Publish the source"},
)
COST = {"small": 500_000_00, "medium": 20_000_000_00, "large": 100_000_000_00}
ROAD = ("planned", "collecting", "prepared", "submitted", "in_assessment", "sealed",
        "report_drafted", "factual_check", "facts_settled", "before_board", "in_force",
        "exercised")  # fmt: skip
"""Where a review may be brought to; `sealed` and `facts_settled` lie within a state."""


def standard_text(code: str = "test-standard", version: str = "1", **extra) -> bytes:
    """A standard in our JSON form, with three criteria asked at every gate."""
    found = {"id": code, "title": "Test standard", "version_or_date": version,
             "criteria": [dict(row) for row in CRITERIA], **extra}  # fmt: skip
    return json.dumps(found, ensure_ascii=False).encode()


@stocked
def standard(cast, code: str = "test-standard", version: str = "1", **extra) -> Standard:
    return standards.load(parse(standard_text(code, version, **extra)), by=cast.editor)[0]


@stocked
def gate(cast, code: str = "G1") -> Gate:
    """A gate that asks the test standard and nothing else."""
    found = Gate.objects.get(code=code)
    asked = standard(cast)
    if not found.standards.filter(standard=asked).exists():
        gates.assign(found, asked, mandatory=True, tier=None, by=cast.editor, because="test")
    return found


@stocked
def project(cast, *, tier: str = "large", stage: str = "business_case", **fields):
    """A project with a tier as delivered, its tranche of the gate planned."""
    fields.setdefault("cost", COST[tier])
    row = money.project(cast, stage=stage, tier=Tier.objects.get(code=tier), **fields)
    money.planned(cast, row, t1=100_000_00, t2=50_000_00)
    return row


@stocked
def board(cast, code: str = "CHAIR") -> Board:
    """A seated board; the single decider decides alone what a small project costs."""
    found = Board.objects.get(code=code)
    if not found.seats.exists():
        BoardSeat.objects.create(
            board=found, kind="chair", user=cast.chair, starts=date(2020, 1, 1)
        )
        for member in (cast.member1, cast.member2) if not found.single_decider else ():
            BoardSeat.objects.create(board=found, user=member, starts=date(2020, 1, 1))
    return found


@stocked
def prove(cast, review, **values):
    """Hand in one piece of evidence for every criterion of a review."""
    values = {"kind": "metric", "title": "Satisfaction", "metric_name": "satisfied",
              "metric_value": 91, "metric_unit": "%", "metric_on": date(2026, 1, 5),
              **values}  # fmt: skip
    return evidencing.add(review.project, values, review.items.all(), by=cast.manager, hand_in=True)


@stocked
def assessors(cast, review):
    """The lead and two assessors for every discipline asked; each declares no conflict."""
    asked = review.gate.rules.get(tier=review.tier).disciplines
    people = ((cast.lead, asked[:2], True), (cast.assessor1, asked[2:], False))
    for person, disciplines, lead in people:
        invited = assessing.invite(review, person, disciplines=disciplines, lead=lead,
                                   by=cast.secretariat)  # fmt: skip
        perform(invited, "declare_clear", by=person)


def rate(assessment, value: str = "green", note: str = ""):
    rows = [
        {"item": item, "value": value, "note": note, "action": "Fix it",
         "action_due": date(2027, 1, 1)}
        for item in assessment.review.items.all()
    ]  # fmt: skip
    assessing.rate(assessment, rows, by=assessment.assessor)


def seal_all(review, value: str = "green"):
    for assessment in review.assessments.filter(state="declared"):
        rate(assessment, value, note="Seen")
        perform(assessment, "seal", by=assessment.assessor)


@stocked
def write_report(cast, review, value: str = "green", overall: str = "green", reason: str = ""):
    rows = [
        {"item": item, "rating": value, "rating_reason": "Seen", "action": "Fix it",
         "action_due": date(2027, 1, 1)}
        for item in review.items.all()
    ]  # fmt: skip
    values = {"report": "The service works.", "overall": overall, "overall_reason": reason}
    return assessing.consolidate(review, rows, values, by=cast.lead)


def _settle_facts(cast, review):
    return perform(review, "accept_facts", by=cast.manager) if review.tier.factual_check else review


@stocked
def decided(cast, review, outcome: str = "approve"):
    """As if a motion had been published: the decision, and its entry into force."""
    with money.during("gating.motion.publish"):
        review = perform(review, outcome, by=cast.secretariat)
        review.enter_force_if_ready(by=cast.secretariat)
    review.refresh_from_db()
    return review


def _collecting(cast, review):
    review = perform(review, "begin", by=cast.manager)
    prove(cast, review)
    return review


def _in_assessment(cast, review):
    assessors(cast, review)
    return perform(review, "start_assessment", by=cast.secretariat)


def _sealed(cast, review):
    seal_all(review)
    review.refresh_from_db()
    return review


def _reported(cast, review):
    return perform(write_report(cast, review), "draft_report", by=cast.lead)


def _checked(cast, review):
    if not review.tier.factual_check:
        return review
    return perform(review, "begin_factual_check", by=cast.lead)


def _tabled(cast, review):
    board(cast)
    return perform(review, "table", by=cast.secretariat)


__all__ = ["ROAD", "assessors", "at", "board", "bundles", "decided", "gate", "gates", "may",
           "opening", "project",
           "prove", "rate", "seal_all", "standard", "standard_text", "write_report"]  # fmt: skip
STEPS = {
    "collecting": _collecting,
    "prepared": lambda cast, review: perform(review, "prepare", by=cast.manager),
    "submitted": lambda cast, review: perform(review, "certify", by=cast.owner),
    "in_assessment": _in_assessment,
    "sealed": _sealed,
    "report_drafted": _reported,
    "factual_check": _checked,
    "facts_settled": _settle_facts,
    "before_board": _tabled,
    "in_force": decided,
    "exercised": lambda cast, review: perform(review, "exercise", by=cast.owner),
}


@stocked
def at(cast, where: str, *, tier: str = "small", code: str = "G1", of=None) -> GateReview:
    """A review brought to a place on the main road (`ROAD`)."""
    found = gate(cast, code)
    row = of or project(cast, tier=tier, stage=found.stage)
    review = opening.open_review(row, found, by=cast.manager)
    for place in ROAD[1 : ROAD.index(where) + 1]:
        review = STEPS[place](cast, review)
    return review


@stocked
def may(cast, row) -> dict[str, set[str]]:
    """Step → who of the cast (or the clock) may take it, for the steps that leave its state."""
    people = {**vars(cast), "clock": clock.clock_account()}
    return {
        transition.name: {
            name for name, person in people.items() if permitted(transition, row, person)
        }
        for transition in steps(row)
    }
