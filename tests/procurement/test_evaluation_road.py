"""The road of an evaluation, from opened bids to the ranking, by everybody who has a part in it."""

import pytest

from procurement import ranking
from tests.factories import evaluations

pytestmark = pytest.mark.django_db


def test_from_opened_bids_to_the_ranking(cast):
    row = evaluations.ranked(cast)
    found = ranking.standings(row)
    assert [one.rank for one in found] == [1, 2, 3]
