"""Whose turn it is in a competition: every act finds whoever has to do it."""

from datetime import timedelta

import pytest

from core import clock, due, turns
from core.models import Turn, User
from core.refusals import Refused
from core.steps import offered, perform
from procurement import addenda, agreeing, awarding, complying, sittings
from procurement.models.sealing import Part
from tests.factories import awards, competitions, custody, evaluations
from vendors import ordering

pytestmark = pytest.mark.django_db


def waiting(person) -> list[str]:
    """The steps that wait for somebody, read afresh."""
    return [turn.step for turn in turns.waiting_for(User.objects.get(pk=person.pk))]


def custodians(cast) -> list:
    return [getattr(cast, name) for name in custody.CUSTODIANS]


# Custodians


def test_custodians_are_asked_to_see_and_confirm_their_shares(cast):
    row = custody.made(cast, competitions.in_review(cast, sealing="shares"))
    assert [waiting(person) for person in custodians(cast)] == [["confirm_shares"]] * 5
    page = Turn.objects.filter(step="confirm_shares").first().url
    assert page == f"{row.get_absolute_url()}keys/"
    custody.handed_out(cast, row)
    assert [waiting(person) for person in custodians(cast)] == [[]] * 5


def test_custodians_are_asked_for_their_shares_until_enough_are_in(cast):
    row = custody.handed_out(cast, competitions.in_review(cast, sealing="shares"))
    sittings.begin_rehearsal(row, by=cast.officer)
    custody.enter(row, 2)
    found = [waiting(person) for person in custodians(cast)]
    assert found == [[], [], *[["enter_share"]] * 3]
    custody.enter(row, 3)
    assert not Turn.objects.filter(step="enter_share").exists()


def test_a_forgotten_sitting_waits_for_nobody(cast):
    row = custody.handed_out(cast, competitions.in_review(cast, sealing="shares"))
    sittings.begin_rehearsal(row, by=cast.officer)
    with clock.move(timedelta(hours=sittings.HOURS + 1)):
        due.act()
        assert not Turn.objects.filter(step="enter_share").exists()


def test_an_opening_asks_the_custodians_and_one_of_the_server_nobody(cast):
    for sealing, count in (("shares", 5), ("server", 0)):
        row = competitions.published(cast, sealing=sealing, title=sealing)
        with competitions.after_deadline(row):
            perform(competitions.fresh(row), "begin_opening", by=cast.officer)
            asked = Turn.objects.filter(step="enter_share", target_id=row.pk)
            assert asked.count() == count
    assert sittings.current(row) is None or sittings.current(row).part == Part.TECHNICAL


# From the scores to the prices


def test_the_chair_agrees_and_then_officers_open_the_prices(cast):
    row = evaluations.consensus(cast)
    assert waiting(cast.chair) == ["agree_scores"]
    evaluations.agree(row)
    assert waiting(cast.chair) == []
    assert waiting(cast.officer) == waiting(cast.officer2) == ["begin_price_opening"]


def test_without_the_bid_that_was_not_agreed_officers_open_the_prices(cast):
    row = evaluations.consensus(cast)
    present = row.rounds.get()
    said = [{"bid": cell.bid, "criterion": cell.criterion, "text": "Acordado.",
             "value": cell.proposal}
            for cell in agreeing.cells(present) if cell.bid.alias != "C"]  # fmt: skip
    agreeing.agree(present, said, by=cast.chair)
    assert waiting(cast.chair) == ["agree_scores"]
    gone = complying.propose_exclusion(row.bids.get(alias="C"), "collusion", "Se acordó.",
                                       by=cast.officer)  # fmt: skip
    perform(gone, "confirm", by=cast.officer2)
    assert waiting(cast.chair) == []
    assert waiting(cast.officer) == ["begin_price_opening"]


def test_a_recusal_gives_the_scores_back_to_the_chair(cast):
    row = evaluations.agreed(cast)
    declaration = row.declarations.get(member__user=cast.member2)
    perform(declaration, "declare_conflict", by=cast.member2, because="Un pariente.")
    assert waiting(cast.chair) == ["agree_scores"]
    assert waiting(cast.officer) == []


def test_interviews_wait_for_the_chair_where_they_are_foreseen(cast):
    criteria = (*evaluations.CRITERIA[:1], ("talk", "20", None, "interview"))
    row = evaluations.agreed(cast, criteria=criteria, interview=True)
    assert waiting(cast.chair) == ["begin_interviews"]
    assert "begin_interviews" in {step.name for step, _reasons in offered(row, cast.chair)}


def test_interviews_that_are_not_foreseen_are_not_offered(cast):
    row = evaluations.agreed(cast)
    assert "begin_interviews" not in {step.name for step, _reasons in offered(row, cast.chair)}
    with pytest.raises(Refused, match="Interviews are not foreseen"):
        perform(row, "begin_interviews", by=cast.chair)


# Addenda and orders


def test_an_addendum_waits_for_its_author_then_for_the_other_officer(cast):
    row = competitions.published(cast)
    made = addenda.begin(row, by=cast.officer)
    assert (waiting(cast.officer), waiting(cast.officer2)) == (["explain"], [])
    addenda.edit(made, {"outcomes": "Nueve de cada diez."}, by=cast.officer)
    addenda.explain(made, "Se precisa.", False, "Es lo mismo.", by=cast.officer)
    assert (waiting(cast.officer), waiting(cast.officer2)) == ([], ["publish"])
    perform(made, "publish", by=cast.officer2)
    assert waiting(cast.officer2) == []


def test_an_addendum_that_came_too_late_waits_for_nobody(cast):
    row = competitions.published(cast)
    addenda.begin(row, by=cast.officer)
    with competitions.after_deadline(row):
        due.act()
        assert waiting(cast.officer) == ["begin_opening"]


def test_the_order_of_an_award_waits_for_its_officer_until_it_has_its_days(cast):
    row = awards.awarded(cast)
    order = awarding.order_of(row)
    assert waiting(cast.officer) == ["complete_draft"]
    assert "fund" not in waiting(cast.manager)
    today = clock.today(row.institution)
    kept = [(rate.category, rate.rate, rate.hours) for rate in order.rates.all()]
    days = {"starts_on": today, "ends_on": today + timedelta(days=60),
            "product_owner": cast.product}  # fmt: skip
    ordering.edit(order, days, kept, by=cast.officer)
    assert waiting(cast.officer) == []
    assert "fund" in waiting(cast.manager)
