"""An accepted sprint as evidence: chosen, shown with what was decided, known by its hash."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.refusals import Refused
from core.steps import perform
from gating import evidencing, proofs
from gating.forms_evidence import EvidenceForm
from gating.models import Evidence
from tests.factories import orders, reviews, sprints
from tests.gating.test_evidence import WHOLE
from vendors.sprint_facts import facts

pytestmark = pytest.mark.django_db
KIND = "accepted_sprint"


@pytest.fixture
def review(cast):
    return perform(reviews.at(cast, "planned"), "begin", by=cast.manager)


@pytest.fixture
def sprint(cast, review):
    """A sprint accepted with debt, of the project under review."""
    found = sprints.accepted(cast, verdict="debt")
    type(found.order).objects.filter(pk=found.order_id).update(project=review.project)
    return sprints.fresh(found)


def add(cast, review, sprint, **said) -> Evidence:
    values = {"kind": KIND, "title": "Sprint 1", "sprint": sprint, **said}
    return evidencing.add(review.project, values, review.items.all()[:1], by=cast.manager,
                          hand_in=True)  # fmt: skip


def test_every_kind_has_its_test():
    assert {*WHOLE, KIND} == set(Evidence.Kind.values)


def test_an_accepted_sprint_of_the_project_is_evidence(cast, review, sprint):
    proof = add(cast, review, sprint)
    assert (proof.state, len(proof.content_hash)) == ("submitted", 64)
    said = proofs.content_of(proof)["sprint"]
    assert said == facts(sprint)
    assert (said["order"], said["sprint"], said["state"]) == (
        sprint.order.ref, 1, "accepted_with_debt",
    )  # fmt: skip
    assert said["commit"] == sprints.COMMIT
    assert [row[0] for row in said["checks"]][:3] == ["tests", "coverage", "accessibility"]
    assert [row[2] for row in said["stories"]] == ["accepted", "accepted"]
    assert said["debts"] == [["Documentar la interfaz", 2]]


def test_the_hash_is_the_same_for_ever(cast, review, sprint):
    proof = add(cast, review, sprint)
    assert proofs.content_hash(Evidence.objects.get(pk=proof.pk)) == proof.content_hash
    again = add(cast, review, sprint)
    assert again.content_hash == proof.content_hash


def test_other_kinds_say_nothing_of_sprints():
    """What was hashed before sprints were evidence is hashed in the same way for ever."""
    row = Evidence(kind="attestation", title="T", statement="I state")
    assert "sprint" not in proofs.content_of(row)


@pytest.mark.parametrize("state", ["planned", "delivered", "rejected", "cancelled"])
def test_what_was_not_accepted_is_none(cast, review, state):
    found = sprints.at(cast, state)
    type(found.order).objects.filter(pk=found.order_id).update(project=review.project)
    with pytest.raises(Refused, match="of this project that was accepted"):
        add(cast, review, sprints.fresh(found))
    assert not Evidence.objects.exists()


def test_nor_is_a_sprint_of_another_project_or_none(cast, review):
    other = sprints.accepted(cast)
    for sprint in (other, None):
        with pytest.raises(Refused, match="of this project that was accepted"):
            add(cast, review, sprint)


def test_the_form_offers_the_accepted_sprints_of_the_project_only(cast, review, sprint):
    sprints.accepted(cast, orders.at(cast, "signed", membership=sprint.order.membership))
    form = EvidenceForm(kind=KIND, project=review.project)
    assert list(form.fields["sprint"].queryset) == [sprint]
    assert set(form.fields) == {"title", "sprint", "note", "valid_until", "label",
                                "redacted_file", "hand_in"}  # fmt: skip


def test_on_its_page_stand_code_stories_and_checks(client, cast, review, sprint):
    client.cookies["django_language"] = "en"
    client.force_login(cast.manager)
    address = reverse("gating:evidence_create", args=[review.pk]) + f"?kind={KIND}"
    item = review.items.first()
    answer = client.post(address, {"title": "S1", "sprint": sprint.pk, "items": [item.pk],
                                   "label": "internal", "hand_in": "on"})  # fmt: skip
    assert answer.status_code == 302, answer.content.decode()
    proof = Evidence.objects.get()
    html = client.get(proof.get_absolute_url()).content.decode()
    for words in (sprint.title_for_people(), sprints.COMMIT, "Historia 1", "Tests cover at least",
                  f'href="{sprint.get_absolute_url()}"'):  # fmt: skip
        assert words in html


def test_the_page_asks_as_many_questions_for_many_stories(client, cast, review, sprint):
    many = sprints.accepted(cast, stories=7)
    type(many.order).objects.filter(pk=many.order_id).update(project=review.project)
    client.force_login(cast.manager)
    counts = []
    for found in (sprint, sprints.fresh(many)):
        proof = add(cast, review, found)
        client.get(proof.get_absolute_url())
        with CaptureQueriesContext(connection) as queries:
            client.get(proof.get_absolute_url())
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_new_version_names_another_sprint(cast, review, sprint):
    proof = add(cast, review, sprint)
    later = evidencing.renew(proof, {"title": "Sprint 1, otra vez"}, by=cast.manager)
    assert later.sprint_id is None
    values = {"title": "Sprint 1, otra vez", "sprint": sprint}
    assert evidencing.edit(later, values, by=cast.manager).sprint == sprint
