"""The main road of a review, and its ways aside, person by person."""

import pytest

from projects.models import Baseline
from tests.factories import reviews

pytestmark = pytest.mark.django_db


def test_the_whole_road_opens_the_gate(cast):
    review = reviews.at(cast, "exercised")
    project = review.project
    project.refresh_from_db()
    assert (review.state, project.stage) == ("exercised", "alpha")
    assert Baseline.objects.get(project=project).number == 0
    assert project.tranches.get(number=1).state == "committed"
    assert project.tranches.get(number=2).state == "reserved"


def test_with_a_factual_check_and_four_disciplines(cast):
    review = reviews.at(cast, "facts_settled", tier="large")
    assert (review.state, review.facts) == ("factual_check", "accepted")
