"""Rehearsing a submission: every guard answers, and nothing in the database changes."""

import hashlib

import pytest
from django.apps import apps
from django.db import connection
from django.urls import reverse

from core.models import User
from core.steps import perform
from gating import assessing
from gating.checklists import SUBMISSION
from gating.rehearsing import rehearse
from projects import holds
from tests.factories import reviews

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english(client):
    client.cookies["django_language"] = "en"


LEFT_OUT = {"django_session"}  # the visit itself is remembered


def everything() -> str:
    """A hash over every row of every table."""
    digest = hashlib.sha256()
    tables = sorted({model._meta.db_table for model in apps.get_models(include_auto_created=True)})
    with connection.cursor() as cursor:
        for table in set(tables) - LEFT_OUT:
            cursor.execute(f'SELECT * FROM "{table}"')
            rows = sorted(map(repr, cursor.fetchall()))
            digest.update(f"{table}{rows}".encode())
    return digest.hexdigest()


def said(review) -> list[str]:
    return [reason for check in rehearse(review) for reason in check.reasons]


def test_it_says_all_that_would_refuse_and_changes_nothing(client, cast):
    review = perform(reviews.at(cast, "planned"), "begin", by=cast.manager)
    assessing.ask_exemption(review.items.first(), "Plainly not", by=cast.manager)
    holds.place(review.project, reason="A finding", cure="finding", by=cast.auditor)
    client.force_login(User.objects.get(pk=cast.manager.pk))
    before = everything()
    page = client.get(reverse("gating:review_rehearse", kwargs={"pk": review.pk}))
    assert everything() == before
    assert page.status_code == 200
    assert said(review) == [
        "T-1 Know the users: there is no evidence.",
        "T-2 Work for everyone: there is no evidence.",
        "T-3 Publish the source: there is no evidence.",
        "No exemption is still to be decided.",
        "The project is on hold: A finding",
    ]
    for sentence in ("T-2 Work for everyone", "The project is on hold: A finding"):
        assert sentence in page.content.decode()


def test_every_condition_of_prepare_and_certify_is_rehearsed(cast):
    review = reviews.at(cast, "collecting")
    assert [check.sentence for check in rehearse(review)][1:] == [str(c.reason) for c in SUBMISSION]
    assert said(review) == []
    perform(perform(review, "prepare", by=cast.manager), "certify", by=cast.owner)


def test_two_people_are_needed(cast):
    review = reviews.at(cast, "collecting")
    type(review.project).objects.filter(pk=review.project_id).update(owner=cast.manager)
    review.refresh_from_db()
    assert said(review) == ["Manager and owner are the same person; two people submit."]


def test_it_is_for_the_project(client, cast):
    review = reviews.at(cast, "collecting")
    url = reverse("gating:review_rehearse", kwargs={"pk": review.pk})
    for name, status in (("owner", 200), ("secretariat", 403), ("stranger", 404)):
        client.force_login(getattr(cast, name))
        assert client.get(url).status_code == status
