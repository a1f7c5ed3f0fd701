"""Many at once, each on a connection of their own: one step, one attempt, no sheet left unseen."""

import pytest

from core import verification
from core.models import Event, Turn, User
from core.steps import perform
from gating import opening
from gating.models import Assessment, GateReview
from tests.factories import people, reviews
from tests.factories.threads import each_at_once, many

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def crew(transactional_db):
    return people.cast()


def again(person) -> User:
    return User.objects.get(pk=person.pk)


def test_one_certification_of_many(crew):
    review = reviews.at(crew, "prepared")
    results = each_at_once([lambda: perform(review, "certify", by=again(crew.owner))] * many())
    done = [result for result in results if isinstance(result, GateReview)]
    assert len(done) == 1
    others = {str(result) for result in results if result is not done[0]}
    assert others == {"This has moved on since you opened the page."}
    assert Event.objects.filter(verb="gating.gatereview.certify").count() == 1
    assert GateReview.objects.get().bundle_hash == done[0].bundle_hash
    verification.verify()


def test_one_attempt_of_many(crew):
    gate, project = reviews.gate(crew), reviews.project(crew, tier="small")
    results = each_at_once(
        [lambda: opening.open_review(project, gate, by=again(crew.manager))] * many()
    )
    assert sum(isinstance(result, GateReview) for result in results) == 1
    assert GateReview.objects.count() == 1


def test_the_last_of_two_sheets_sealed_at_once_opens_them(crew):
    review = reviews.at(crew, "in_assessment", tier="large")
    rows = list(review.assessments.all())
    for row in rows:
        reviews.rate(row, note="Seen")
    acts = [lambda row=row: perform(row, "seal", by=again(row.assessor)) for row in rows]
    assert all(isinstance(result, Assessment) for result in each_at_once(acts))
    assert GateReview.objects.get().sheets_in_at is not None
    waits = Turn.objects.filter(target_label="gating.gatereview", target_id=review.pk)
    assert list(waits.values_list("step", "audience")) == [("draft_report", f"user:{crew.lead.pk}")]
