"""Evidence: its kinds, versions, machine, who reads it, and when it is out of date."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from core import clock, due
from core.models import Event
from core.steps import Denied, Refused, perform
from gating import assessing, evidencing
from gating.models import Evidence, GateReview
from tests.factories import reviews

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    folder = {"BACKEND": "django.core.files.storage.FileSystemStorage",
              "OPTIONS": {"location": tmp_path}}  # fmt: skip
    settings.STORAGES = {**settings.STORAGES, "default": folder}


@pytest.fixture
def review(cast):
    return perform(reviews.at(cast, "planned"), "begin", by=cast.manager)


def upload(name: str = "report.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def add(cast, review, by=None, *, hand_in=True, **values) -> Evidence:
    found = {"title": "Evidence", **values}
    return evidencing.add(review.project, found, review.items.all()[:1], by=by or cast.manager,
                          hand_in=hand_in)  # fmt: skip


WHOLE = {
    "document": {"file": upload},
    "link": {"url": "https://example.org/", "snapshot_text": "As it was"},
    "data_set": {"file": lambda: upload("data.csv", b"a,b\n1,2\n")},
    "recording": {"url": "https://example.org/demo"},
    "commit": {"url": "https://example.org/repo", "commit": COMMIT},
    "metric": {"metric_name": "n", "metric_value": 1, "metric_unit": "%",
               "metric_on": date(2026, 1, 1)},
    "attestation": {"statement": "I state"},
}  # fmt: skip


def values_of(kind: str) -> dict:
    return {
        "kind": kind,
        **{key: value() if callable(value) else value for key, value in WHOLE[kind].items()},
    }


@pytest.mark.parametrize("kind", WHOLE)
def test_every_kind_is_handed_in_when_it_is_whole(cast, review, kind):
    proof = add(cast, review, **values_of(kind))
    assert (proof.state, len(proof.content_hash)) == ("submitted", 64)


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("document", "Add the file."),
        ("link", "Add a snapshot of the page, as a file or as text: pages change."),
        ("recording", "Add the file."),
        ("commit", "Name the commit with all its 40 characters."),
        ("metric", "Give the measured value."),
        ("attestation", "Write the statement."),
    ],
)
def test_what_lacks_is_said_and_nothing_is_kept(cast, review, kind, sentence):
    with pytest.raises(Refused) as refused:
        add(cast, review, kind=kind, url="https://example.org/" if kind == "link" else "")
    assert sentence in refused.value.reasons
    assert not Evidence.objects.exists()


def test_an_attestation_is_signed_by_who_hands_it_in(cast, review):
    assert add(cast, review, **values_of("attestation")).signed_by == cast.manager
    draft = add(cast, review, by=cast.owner, hand_in=False, **values_of("attestation"))
    with pytest.raises(Denied, match="a signed statement, by who signs it"):
        perform(draft, "submit", by=cast.manager)
    assert perform(draft, "submit", by=cast.owner).signed_by == cast.owner
    with pytest.raises(Denied, match="add evidence"):
        add(cast, review, by=cast.stranger, **values_of("attestation"))


def test_the_product_owner_may_add_evidence_too(cast, review):
    type(review.project).objects.filter(pk=review.project_id).update(product_owner=cast.product)
    review.project.refresh_from_db()
    assert add(cast, review, by=cast.product, **values_of("metric")).state == "submitted"


def test_one_piece_of_evidence_speaks_for_several_criteria(cast, review):
    proof = reviews.prove(cast, review)
    assert proof.links.count() == review.items.count() == 3
    evidencing.show_for(proof, review, review.items.all()[1:], by=cast.manager)
    assert sorted(proof.links.values_list("item__criterion__code", flat=True)) == ["T-2", "T-3"]
    verbs = Event.objects.filter(target_label="gating.evidence").values_list("verb", flat=True)
    assert sorted(set(verbs)) == ["gating.evidence.attach", "gating.evidence.create",
                                  "gating.evidence.detach", "gating.evidence.submit"]  # fmt: skip


def test_a_new_version_replaces_the_earlier_one_which_is_kept(cast, review):
    first = add(cast, review, **values_of("document"))
    draft = evidencing.renew(first, {"title": "Better"}, by=cast.manager)
    first.refresh_from_db()
    assert (first.state, draft.state, draft.version) == ("submitted", "draft", 2)
    with pytest.raises(Refused, match="There is a newer version already"):
        evidencing.renew(first, {}, by=cast.manager)
    second = perform(draft, "submit", by=cast.manager)
    first.refresh_from_db()
    assert (first.state, second.state) == ("superseded", "submitted")
    assert first.title == "Evidence"
    assert second.document == first.document
    assert [link.item.criterion.code for link in second.links.all()] == ["T-1"]


def test_what_was_handed_in_is_never_overwritten(cast, review):
    proof = add(cast, review, **values_of("metric"))
    with pytest.raises(Refused, match="stays as it is; add a new version"):
        evidencing.edit(proof, {"title": "Changed"}, by=cast.manager)
    with pytest.raises(DatabaseError, match="kept as"), transaction.atomic():
        connection.cursor().execute("DELETE FROM gating_evidence")


def test_nothing_is_attached_once_the_review_is_prepared(cast):
    review = reviews.at(cast, "prepared")
    proof = Evidence.objects.get()
    with pytest.raises(Refused, match="fixed since it was prepared"):
        evidencing.detach(proof.links.first(), by=cast.manager)
    spare = evidencing.add(review.project, {"title": "x", **values_of("metric")}, [],
                           by=cast.manager)  # fmt: skip
    with pytest.raises(Refused, match="fixed since it was prepared"):
        evidencing.attach(review.items.first(), spare, by=cast.manager)


def test_the_clock_lets_it_expire_at_the_end_of_its_last_day(cast, review):
    today = clock.today(review.project.institution)
    proof = add(cast, review, valid_until=today, **values_of("metric"))
    due.act()
    proof.refresh_from_db()
    assert proof.state == "submitted"
    later = clock.end_of(today, review.project.institution) + timedelta(seconds=1)
    with clock.move(to=later):
        with pytest.raises(Refused, match="T-1 Know the users: its evidence is out of date"):
            perform(review, "prepare", by=cast.manager)
        due.act()
        due.act()
    proof.refresh_from_db()
    assert proof.state == "expired"
    assert Event.objects.filter(verb="gating.evidence.expire").count() == 1


HANDS_IN = {"manager", "owner"}
JUDGES = {"secretariat", "lead"}
ASKS = JUDGES | {"assessor1"}
MACHINE = {
    "draft": {"submit": HANDS_IN},
    "submitted": {"raise_query": ASKS, "accept": JUDGES, "reject": JUDGES, "supersede": set(),
                  "expire": {"clock"}},
    "queried": {"resubmit": HANDS_IN, "reject": JUDGES, "supersede": set(), "expire": {"clock"}},
    "resubmitted": {"raise_query": ASKS, "accept": JUDGES, "reject": JUDGES, "supersede": set(),
                    "expire": {"clock"}},
    "accepted": {"supersede": set(), "expire": {"clock"}},
    "rejected": {"supersede": set()}, "superseded": {}, "expired": {"supersede": set()},
}  # fmt: skip


@pytest.mark.parametrize("state", Evidence.States.values)
def test_the_machine_of_evidence(cast, review, state):
    proof = add(cast, review, **values_of("metric"))
    reviews.assessors(cast, review)
    Evidence.objects.filter(pk=proof.pk).update(state=state)
    assert reviews.may(cast, Evidence.objects.get(pk=proof.pk)) == MACHINE[state]


def sees(cast, name: str) -> bool:
    person = type(cast.manager).objects.get(pk=getattr(cast, name).pk)
    return Evidence.objects.visible_to(person).exists()


def test_who_reads_evidence_that_is_not_public(cast, review):
    add(cast, review, **values_of("metric"))
    everybody = sorted(vars(cast))
    assert {name for name in everybody if sees(cast, name)} == {
        "manager", "owner", "secretariat", "auditor",
    }  # fmt: skip
    invited = assessing.invite(review, cast.assessor1, disciplines=["desk"], lead=True,
                               by=cast.secretariat)  # fmt: skip
    assert not sees(cast, "assessor1")
    perform(invited, "declare_clear", by=cast.assessor1)
    assert sees(cast, "assessor1")


def test_the_board_reads_it_once_the_review_is_tabled(cast):
    reviews.at(cast, "report_drafted")
    reviews.board(cast)
    assert not sees(cast, "chair")
    perform(GateReview.objects.get(), "table", by=cast.secretariat)
    assert sees(cast, "chair")
    assert not sees(cast, "member3")


def test_a_draft_is_the_projects_own(cast, review):
    add(cast, review, hand_in=False, **values_of("metric"))
    reviews.assessors(cast, review)
    assert not sees(cast, "lead")
    assert sees(cast, "manager")


def test_public_evidence_is_read_by_whoever_sees_the_project(cast, review):
    add(cast, review, label="public", **values_of("metric"))
    assessing.invite(review, cast.assessor1, disciplines=["desk"], lead=True, by=cast.secretariat)
    assert sees(cast, "assessor1")
    assert sees(cast, "preparer")
    assert not sees(cast, "stranger")


def status(client, url: str) -> int:
    response = client.get(url)
    if response.streaming:
        assert b"".join(response).startswith(b"%PDF")
    return response.status_code


def test_files_are_given_to_readers_and_the_redacted_copy_to_more(client, cast, review):
    proof = add(cast, review, **values_of("document"),
                redacted_file=upload("public.pdf", PDF + b"\n%redacted"))  # fmt: skip
    file = reverse("gating:evidence_file", kwargs={"pk": proof.pk})
    redacted = reverse("gating:evidence_redacted", kwargs={"pk": proof.pk})
    answers = {}
    for name in ("manager", "preparer", "stranger"):
        client.force_login(getattr(cast, name))
        answers[name] = [status(client, url) for url in (file, redacted)]
    assert answers == {"manager": [200, 200], "preparer": [404, 200], "stranger": [404, 404]}
