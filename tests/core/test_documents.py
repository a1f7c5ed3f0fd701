"""Documents: stored once by content, given out only as they were sent, removed by two people."""

import hashlib

import pytest
from django import forms
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation

from core import documents, history, outbox, scanning
from core.models import Blob, Document, Event, User
from core.refusals import Denied, Refused
from tests.core.test_scanning import clamd

pytestmark = pytest.mark.django_db


def upload(name="acta.txt", content=b"El contenido"):
    return SimpleUploadedFile(name, content)


def case(ref="P-000001"):
    return history.open_dossier("project", ref)


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def _storage(settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path)},
        },
    }


@pytest.fixture
def stored(cast):
    return documents.store(upload(), by=cast.manager, dossier=case())


def content_of(response):
    """What a file response holds; the file is closed, which a server does at the end."""
    content = b"".join(response.streaming_content)
    if response.file_to_stream is not None:
        response.file_to_stream.close()
    return content


def kept_at(path):
    with default_storage.open(path) as file:
        return file.read()


def test_a_file_is_stored_under_its_hash_and_stands_in_the_history(cast, stored):
    digest = hashlib.sha256(b"El contenido").hexdigest()
    assert stored.blob.sha256 == digest
    assert (stored.blob.size, stored.blob.mime) == (12, "text/plain")
    assert kept_at(f"documents/{digest[:2]}/{digest}") == b"El contenido"
    event = Event.objects.get(target_label="core.document", target_id=stored.pk)
    assert event.verb == "core.document.create"
    assert digest in event.details


def test_the_same_content_twice_is_stored_once(cast, stored):
    again = documents.store(upload("otro.txt"), by=cast.owner, dossier=case("P-000002"))
    assert again.blob == stored.blob
    assert again.pk != stored.pk
    assert Blob.objects.count() == 1


def test_content_lost_from_the_storage_is_stored_anew(cast, stored):
    default_storage.delete(stored.blob.path)
    documents.store(upload(), by=cast.owner, dossier=case("P-000002"))
    assert default_storage.exists(stored.blob.path)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.txt", b"x" * (1024 * 1024 + 1), "larger than 1 MB"),
        ("a.txt", b"", "empty"),
        ("a.pdf", b"not a pdf", "not what its ending says"),
    ],
)
def test_a_file_that_is_refused_leaves_nothing(cast, settings, name, content, sentence):
    settings.UPLOAD_MAX_MB = 1
    with pytest.raises(Refused, match=sentence):
        documents.store(upload(name, content), by=cast.manager, dossier=case())
    assert not Blob.objects.exists()
    assert not Document.objects.exists()


def test_exactly_the_limit_is_taken_in(cast, settings):
    settings.UPLOAD_MAX_MB = 1
    document = documents.store(upload("a.txt", b"x" * 1024**2), by=cast.manager, dossier=case())
    assert document.blob.size == 1024**2


def test_a_name_loses_its_folders_and_what_cannot_be_shown(cast):
    odd = SimpleUploadedFile("x.txt", b"x")
    odd._name = "C:\\tmp\\" + "ñ" * 300 + "\x00\n.txt"
    document = documents.store(odd, by=cast.manager, dossier=case())
    assert document.name.startswith("ññ")
    assert document.name.endswith("ñ.txt")
    assert len(document.name) == 200


def test_the_scanner_decides_and_without_its_answer_nothing_is_taken_in(cast, settings):
    with clamd() as server:
        settings.CLAMD = server.server_address
        assert documents.store(upload(), by=cast.manager, dossier=case()).pk
        with pytest.raises(Refused, match="Eicar-Test-Signature"):
            documents.store(upload("b.txt", b"EICAR"), by=cast.manager, dossier=case("P-2"))
    with pytest.raises(Refused, match="scanner does not answer"):
        documents.store(upload("c.txt", b"c"), by=cast.manager, dossier=case("P-3"))


# Giving out


def test_a_file_is_given_out_as_an_attachment_that_no_browser_runs(cast, stored, rf):
    response = documents.serve(rf.get("/"), stored, as_name="Acta número 1.txt")
    assert content_of(response) == b"El contenido"
    disposition = response["Content-Disposition"]
    assert disposition == "attachment; filename*=utf-8''Acta%20n%C3%BAmero%201.txt"
    assert response["Content-Type"] == "text/plain"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response["Content-Length"] == "12"
    known = documents.serve(rf.get("/", HTTP_IF_NONE_MATCH=response["ETag"]), stored)
    assert known.status_code == 304


def test_the_page_keeps_its_own_policy_under_the_middleware(cast, stored, client):
    client.force_login(cast.manager)
    response = client.get(reverse("core:document_file", kwargs={"pk": stored.pk}))
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert content_of(response) == b"El contenido"


@pytest.mark.parametrize("damage", [b"El c0ntenido", b"", None])
def test_what_is_no_longer_what_was_sent_is_not_given_out(cast, stored, client, damage):
    path = default_storage.path(stored.blob.path)
    default_storage.delete(stored.blob.path)
    if damage is not None:
        with open(path, "wb") as file:  # noqa: PTH123
            file.write(damage)
    client.force_login(cast.manager)
    response = client.get(reverse("core:document_file", kwargs={"pk": stored.pk}))
    assert response.status_code == 409
    assert stored.blob.sha256 in response.content.decode()


@pytest.mark.parametrize(
    ("who", "status"),
    [("manager", 200), ("secretariat", 200), ("auditor", 200), ("admin", 200), ("stranger", 404)],
)
def test_strangers_find_nothing(cast, stored, client, who, status):
    client.force_login(getattr(cast, who))
    for name in ("document_detail", "document_file"):
        response = client.get(reverse(f"core:{name}", kwargs={"pk": stored.pk}))
        assert response.status_code == status
        if response.streaming:
            assert content_of(response) == b"El contenido"


# Removal by two people: state × step × person

PROPOSES = {"manager", "secretariat", "admin"}
DECIDES = {"secretariat", "admin"}


@pytest.mark.parametrize(
    ("state", "name", "who"),
    [
        ("kept", "propose_removal", PROPOSES),
        ("kept", "keep", set()),
        ("kept", "confirm_removal", set()),
        ("removal_proposed", "propose_removal", set()),
        ("removal_proposed", "keep", DECIDES - {"admin"}),
        ("removal_proposed", "confirm_removal", DECIDES - {"admin"}),
        ("removed", "propose_removal", set()),
        ("removed", "keep", set()),
        ("removed", "confirm_removal", set()),
    ],
)
def test_everything_that_is_not_in_the_table_is_refused(cast, stored, state, name, who):
    if state != "kept":
        documents.propose_removal(stored, by=cast.admin, because="patients")
    if state == "removed":
        documents.confirm_removal(stored, by=cast.secretariat)
    allowed = set()
    for local, user in vars(cast).items():
        sid = documents.transaction.savepoint()
        try:
            documents.perform(stored, name, by=User.objects.get(pk=user.pk), because="x")
            allowed.add(local)
        except (Refused, Denied):
            pass
        documents.transaction.savepoint_rollback(sid)
    assert allowed == who


def test_removal_destroys_the_file_and_keeps_hash_and_reason(
    cast, stored, client, django_capture_on_commit_callbacks
):
    path, sha256 = stored.blob.path, stored.blob.sha256
    documents.propose_removal(stored, by=cast.manager, because="names of patients")
    with django_capture_on_commit_callbacks(execute=True):
        documents.confirm_removal(stored, by=cast.secretariat)
    assert not default_storage.exists(path)
    stored.refresh_from_db()
    assert (stored.state, stored.blob.sha256) == ("removed", sha256)
    assert stored.blob.destroyed_at is not None
    client.force_login(cast.manager)
    response = client.get(reverse("core:document_file", kwargs={"pk": stored.pk}))
    assert response.status_code == 410
    assert "names of patients" in response.content.decode()
    with translation.override("en"), pytest.raises(Refused, match="removed by two people"):
        documents.store(upload(), by=cast.owner, dossier=case("P-2"))


def test_a_file_whose_destruction_was_missed_is_destroyed_by_the_clock(cast, stored):
    documents.propose_removal(stored, by=cast.manager, because="patients")
    documents.confirm_removal(stored, by=cast.admin)
    assert default_storage.exists(stored.blob.path)
    assert outbox.tick() == 0
    assert not default_storage.exists(stored.blob.path)


def test_removal_is_proposed_and_confirmed_in_the_browser(cast, stored, client):
    client.force_login(cast.manager)
    page = reverse("core:document_step", kwargs={"pk": stored.pk, "step": "propose_removal"})
    assert client.post(page, {"because": ""}).status_code == 422
    assert client.post(page, {"because": "patients"}).status_code == 302
    stored.refresh_from_db()
    assert stored.state == "removal_proposed"
    client.force_login(cast.admin)
    shown = client.get(reverse("core:document_detail", kwargs={"pk": stored.pk})).content.decode()
    assert "patients" in shown
    page = reverse("core:document_step", kwargs={"pk": stored.pk, "step": "confirm_removal"})
    assert page in shown
    assert client.post(page, {"because": ""}).status_code == 302
    stored.refresh_from_db()
    assert stored.state == "removed"


# The form field


class Form(forms.Form):
    file = documents.DocumentField(label="File")


def test_the_field_says_the_sentence_and_its_look_at_the_file_is_not_repeated(cast, monkeypatch):
    bad = Form({}, {"file": upload("a.pdf", b"no")})
    assert not bad.is_valid()
    assert len(bad.errors["file"]) == 1
    good = Form({}, {"file": upload()})
    assert good.is_valid()
    monkeypatch.setattr(scanning, "examine", lambda *a: pytest.fail("looked at twice"))
    document = documents.store(good.cleaned_data["file"], by=cast.manager, dossier=case())
    assert kept_at(document.blob.path) == b"El contenido"


def test_the_field_tells_the_browser_what_is_accepted():
    assert 'accept=".pdf,.png,' in str(Form()["file"])
