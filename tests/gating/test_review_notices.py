"""Who is told of what at the gates, in their language."""

import pytest
from django.utils import translation

from core import notices, outbox
from core.models import Notice
from core.steps import perform
from gating import assessing
from tests.factories import reviews

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(cast):
    """What each person of the cast was told since the last look, by template."""
    names = {person.pk: name for name, person in vars(cast).items()}
    seen = set()

    def look() -> dict[str, set[str]]:
        outbox.drain()
        found: dict[str, set[str]] = {}
        for notice in Notice.objects.exclude(pk__in=seen):
            template = notice.key.rpartition("/")[2].removesuffix(".txt")
            found.setdefault(template, set()).add(names[notice.person_id])
            seen.add(notice.pk)
        return found

    return look


def test_from_submission_to_the_open_gate(cast, told):
    review = reviews.at(cast, "collecting", tier="large")
    told()
    review = perform(review, "prepare", by=cast.manager)
    assert told() == {"review_prepared": {"owner"}}
    review = perform(review, "give_back", by=cast.owner, because="Old figures")
    assert told() == {"review_returned": {"manager", "owner"}}
    assert "Old figures" in Notice.objects.latest("pk").body
    review = perform(perform(review, "prepare", by=cast.manager), "certify", by=cast.owner)
    assert told() == {"review_prepared": {"owner"}, "review_submitted": {"secretariat"}}
    reviews.assessors(cast, review)
    assert told() == {"assessment_invited": {"lead", "assessor1"}}
    review = perform(review, "start_assessment", by=cast.secretariat)
    assert told() == {"assessment_started": {"lead", "assessor1"}}
    assessing.clarify(review, "Which users?", by=cast.lead)
    assessing.clarify(review, "All.", by=cast.manager)
    assert told() == {"clarification": {"manager", "lead", "assessor1"}}
    for place in ("sealed", "report_drafted", "factual_check"):
        review = reviews.STEPS[place](cast, review)
    assert told() == {"factual_check": {"manager"}}


def test_evidence_and_exemptions(cast, told):
    review = reviews.at(cast, "collecting")
    proof = review.items.first().evidence.get()
    told()
    perform(proof, "raise_query", by=cast.secretariat, because="Of when?")
    assert told() == {"evidence_queried": {"manager"}}
    asked = assessing.ask_exemption(review.items.first(), "Plainly not", by=cast.manager)
    assert told() == {"exemption_asked": {"secretariat"}}
    perform(asked, "refuse", by=cast.secretariat, because="It applies")
    assert told() == {"exemption_answered": {"manager"}}


def test_the_owner_hears_that_the_gate_may_be_opened(cast, told):
    review = reviews.at(cast, "before_board")
    told()
    review = reviews.decided(cast, review)
    found = told()
    assert found["review_in_force"] == {"manager", "owner"}
    perform(review, "exercise", by=cast.owner)
    assert told()["gate_opened"] == {"manager", "owner", "secretariat"}


def test_every_message_of_ours_is_written_in_both_languages(cast):
    review = reviews.at(cast, "planned")
    rows = {"gatereview": review}
    ours = [
        entry for entry in notices.subscriptions() if entry.verb.startswith("gating.gatereview")
    ]
    event = review.dossier.events.first()
    assert len(ours) >= 12
    for entry in ours:
        for language in ("es", "en"):
            cast.owner.language = language
            with translation.override("en"):
                subject, body = notices.render(
                    entry.template, cast.owner, {"event": event, "target": rows["gatereview"]}
                )
            assert subject
            assert body
