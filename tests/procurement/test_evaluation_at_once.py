"""Several members of a panel at the same moment: each sheet sealed once, all opened once."""

import pytest

from core.models import Event
from core.refusals import Refused
from core.steps import perform
from procurement import agreeing
from procurement.models import Consensus, ScoreSheet
from tests.factories import competitions, evaluations
from tests.factories.people import cast as everybody
from tests.factories.threads import each_at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_last_sheets_sealed_at_the_same_moment_open_all_once():
    row = evaluations.scoring(everybody())
    sheets = [evaluations.fill(row, person) for person in evaluations.members(row)]
    done = each_at_once([lambda one=one: perform(one, "seal", by=one.member.user)
                         for one in [*sheets, *sheets]])  # fmt: skip
    assert len([found for found in done if isinstance(found, Refused)]) == len(sheets)
    assert set(ScoreSheet.objects.values_list("state", flat=True)) == {"sealed"}
    assert Event.objects.filter(verb="procurement.scoringround.sheets_in").count() == 1
    assert row.rounds.get().sheets_in_at is not None


def test_a_score_saved_while_its_sheet_is_sealed_is_in_the_seal_or_refused():
    row = evaluations.scoring(everybody())
    person = evaluations.members(row)[0]
    sheet = evaluations.fill(row, person, 40)
    each_at_once([
        lambda: perform(sheet, "seal", by=person), lambda: evaluations.fill(row, person, 90),
    ])  # fmt: skip
    values = set(sheet.scores.values_list("value", flat=True))
    assert values in ({40}, {90})
    assert competitions.fresh(sheet).state == "sealed"


def test_agreed_scores_and_the_opening_of_prices_do_not_cross():
    cast = everybody()
    row = evaluations.agreed(cast)
    round_ = row.rounds.get()
    cell = agreeing.cells(round_)[0]
    entry = {"bid": cell.bid, "criterion": cell.criterion, "value": 1, "text": "Otro."}
    done = each_at_once([
        lambda: perform(row, "begin_price_opening", by=cast.officer),
        lambda: agreeing.agree(round_, [entry], by=evaluations.chair(row)),
    ])  # fmt: skip
    changed = Consensus.objects.filter(value=1).exists()
    assert changed != any(isinstance(found, Refused) for found in done)
    assert competitions.fresh(row).state == "price_opening"
