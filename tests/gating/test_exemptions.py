"""Exemptions: plain ones by the lead, the rest by the board for a time, duties in use never."""

from datetime import timedelta

import pytest

from core import clock, due
from core.refusals import Refused
from core.steps import Denied, perform
from gating import assessing, matters, motions
from gating.models import Exemption, ReviewItem
from tests.factories import money, reviews

pytestmark = pytest.mark.django_db


@pytest.fixture
def review(cast):
    return perform(reviews.at(cast, "planned"), "begin", by=cast.manager)


def ask(cast, review, ground="risk") -> Exemption:
    item = review.items.order_by("position").first()
    return assessing.ask_exemption(item, "Not yet", by=cast.manager, ground=ground)


def grant_by_motion(cast, row, expires):
    """As if a carried motion named who bears the risk and until when."""
    matter = matters.find("gating.exemption")
    motion = type("M", (), {"ref": "M-1", "risk_owner": cast.owner, "waived_until": expires})()
    with money.during("gating.motion.close"):
        matter.effect(motion, matter.row(row.pk), by=cast.chair)
    row.refresh_from_db()


def test_what_applies_goes_to_the_board_and_expires_by_the_clock(cast, review):
    row = ask(cast, review)
    assert (row.state, [turn.step for turn in row.turns()]) == ("referred", ["draft_motion"])
    with pytest.raises(Refused, match="No exemption is still to be decided"):
        perform(review, "prepare", by=cast.manager)
    assert matters.find("gating.exemption").faults(row) == []
    today = clock.today(review.project.institution)
    grant_by_motion(cast, row, today)
    assert (row.state, row.expires, row.risk_owner) == ("approved", today, cast.owner)
    item = ReviewItem.objects.get(pk=row.item_id)
    assert item.exempt
    due.act()
    row.refresh_from_db()
    assert row.state == "approved"
    with clock.move(timedelta(days=1)):
        due.act()
        due.act()
    row.refresh_from_db()
    item.refresh_from_db()
    assert (row.state, item.exempt) == ("expired", False)


def test_the_secretariat_drafts_the_motion_with_who_bears_the_risk_and_until_when(
    client, cast, review
):
    row = ask(cast, review)
    board = reviews.board(cast)
    client.force_login(cast.secretariat)
    page = client.get(matters.url_for(row))
    assert {"risk_owner", "waived_until"} <= set(page.context["form"].fields)
    expires = clock.today() + timedelta(days=30)
    motion = motions.propose(row, board, by=cast.secretariat, outcome="grant", text="Until then",
                             risk_owner=cast.owner, waived_until=expires)  # fmt: skip
    assert (motion.waived_until, matters.motions_of(row).get()) == (expires, motion)
    assert row.turns() == []


def test_a_lost_motion_refuses_and_the_lead_may_leave_it_to_the_board(cast, review):
    reviews.assessors(cast, review)
    row = ask(cast, review, "not_applicable")
    with pytest.raises(Denied):
        perform(row, "grant", by=cast.secretariat, because="No: there is a lead")
    row = perform(row, "refer", by=cast.lead, because="Not so plain")
    assert (row.state, row.ground) == ("referred", "risk")
    with money.during("gating.motion.close"):
        matters.find("gating.exemption").lost(type("M", (), {"ref": "M-2"})(), row, by=cast.chair)
    row.refresh_from_db()
    assert (row.state, row.answer) == ("refused", "M-2")


@pytest.mark.parametrize(
    ("gate", "stage", "title", "barred"),
    [
        ("G1", "business_case", "Security by design", False), ("G3", "beta", "Secure it", True),
        ("G3", "beta", "Aviso de privacidad", True), ("G4", "live", "Cumple la ley", True),
        ("G3", "beta", "Datos abiertos", False), ("G2", "alpha", "Accesible a todos", False),
    ],
)  # fmt: skip
def test_duties_on_law_security_and_accessibility_have_none_once_users_are_served(
    cast, gate, stage, title, barred
):
    rows = [{"code": "D-1", "title": title}, {"code": "D-2", "title": "x",
                                              "non_waivable_at_gates": ["live"]}]  # fmt: skip
    standard = reviews.standard(cast, "duties", criteria=rows)
    found = reviews.gates.Gate.objects.get(code=gate)
    found.standards.all().delete()
    reviews.gates.assign(found, standard, mandatory=True, tier=None, by=cast.editor, because="t")
    project = reviews.project(cast, tier="small", stage=stage)
    review = reviews.opening.open_review(project, found, by=cast.manager)
    item = review.items.get(criterion__code="D-1")
    if barred:
        with pytest.raises(Refused, match="once real users are served it has no exemption"):
            assessing.ask_exemption(item, "No time", by=cast.manager, ground="risk")
    else:
        assert assessing.ask_exemption(item, "No", by=cast.manager, ground="risk").pk
