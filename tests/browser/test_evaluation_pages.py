"""Pages of an evaluation in a browser: whole, quiet, open to everybody.

In Spanish and light at 1200 pixels, in English and dark at 360; nothing scrolls sideways.
"""

import pytest
from django.urls import reverse

from core.steps import perform
from procurement import complying
from tests.browser.looking import LOOKS, WIDE, faults, window
from tests.factories import competitions, evaluations, people

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def of(row, name, **more):
    return reverse(f"procurement:{name}", kwargs={"ref": row.ref, **more})


def compliance(cast, row):
    """Before anybody declared: names, and rules to go through."""
    check = row.bids.first().compliance
    declaration = row.declarations.get(member__user=cast.member1)
    return [
        (cast.officer, of(row, "evaluation")), (cast.member1, of(row, "evaluation")),
        (cast.officer, check.get_absolute_url()), (cast.member1, declaration.get_absolute_url()),
        (cast.member1, declaration.get_step_url("declare_clear")),
    ]  # fmt: skip


def scoring(cast, row):
    """A sheet while it is written."""
    sheet = evaluations.sheet(row, cast.member1)
    evaluations.fill(row, cast.member1, 70)
    return [
        (cast.member1, of(row, "evaluation")), (cast.member1, sheet.get_sheet_url()),
        (cast.member1, reverse("procurement:sheet_bid", args=[sheet.pk, "A"])),
        (cast.member1, of(row, "bid_alias", alias="A")),
        (cast.member1, sheet.get_step_url("seal")), (cast.chair, of(row, "ranking")),
    ]  # fmt: skip


def consensus(cast, row):
    """Scores that lie apart, seen and agreed."""
    for person, value in zip(evaluations.members(row), (20, 55, 90), strict=True):
        perform(evaluations.fill(row, person, value, B=60, C=64), "seal", by=person)
    row = perform(competitions.fresh(row), "begin_consensus", by=cast.chair)
    round_ = row.rounds.get()
    agreement = reverse("procurement:agreement", args=[round_.pk, "A"])
    return [
        (cast.chair, of(row, "consensus", phase="prototype")), (cast.chair, agreement),
        (cast.member1, agreement), (cast.auditor, of(row, "evaluation")),
        (cast.officer, of(row, "chair")),
    ]  # fmt: skip


def ranked(cast, row):
    """The arithmetic, and an exclusion."""
    bid = row.bids.get(alias="A")
    exclusion = complying.propose_exclusion(bid, "collusion", "Se acordó.", by=cast.officer)
    return [
        (cast.officer, of(row, "ranking")), (cast.member1, of(row, "ranking")),
        (cast.officer2, exclusion.get_absolute_url()),
        (cast.officer, reverse("procurement:exclusion_create", args=[bid.pk])),
        (cast.officer, reverse("procurement:explanation_create", args=[bid.pk])),
    ]  # fmt: skip


STAGES = {
    "compliance": (evaluations.at_compliance, compliance),
    "scoring": (evaluations.scoring, scoring),
    "consensus": (evaluations.scoring, consensus),
    "ranked": (evaluations.ranked, ranked),
}


@pytest.mark.parametrize("stage", STAGES)
def test_pages_of_an_evaluation_are_whole_quiet_and_open_to_everybody(
    chromium, live_server, db, stage
):
    cast = people.cast()
    make, pages = STAGES[stage]
    addresses = pages(cast, make(cast))
    found = [line for look in LOOKS
             for line in faults(chromium, live_server.url, addresses, look)]  # fmt: skip
    assert found == []


def test_scores_are_kept_as_they_are_typed(chromium, live_server, db):
    cast = people.cast()
    row = evaluations.scoring(cast)
    sheet = evaluations.sheet(row, cast.member1)
    context, page = window(chromium, live_server.url, cast.member1, ("es", "light", WIDE))
    page.goto(reverse("procurement:sheet_bid", args=[sheet.pk, "A"]))
    field = page.locator("input[name^=score_]").first
    field.fill("0")
    page.locator("[data-saved]", has_text="a las").wait_for()
    context.close()
    assert [score.value for score in sheet.scores.all()] == [0]
