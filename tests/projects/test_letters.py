"""The correspondence of a case: numbered, never removed, read by its label; e-mails taken apart."""

from datetime import date, timedelta
from email.message import EmailMessage

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from core import clock
from core.refusals import Denied, Refused
from core.steps import perform
from projects import emails, letters
from projects.models import Letter
from tests.factories import money
from tests.factories.people import person

VALUES = {
    "direction": "in", "medium": "letter", "dated": date(2026, 1, 5), "sender": "Tesorería",
    "recipient": "SFP", "subject": "Aviso", "reference": "TES/12", "text": "Se avisa.",
    "label": "internal", "in_reply_to": None,
}  # fmt: skip


@pytest.fixture
def project(cast):
    return money.project(cast)


def register(project, by, files=(), **values):
    return letters.register(project, {**VALUES, **values}, files, by=by)


def message(**headers) -> EmailMessage:
    found = EmailMessage()
    wanted = {"From": "Ana Núñez <ana@example.org>", "To": "sfp@example.gob.mx",
              "Subject": "Año nuevo: café", "Date": "Mon, 05 Jan 2026 10:00:00 -0600",
              "Message-ID": "<one@example.org>", **headers}  # fmt: skip
    for name, value in wanted.items():
        found[name] = value
    found.set_content("Buenos días.\nAdjunto el convenio.")
    return found


def upload(content: bytes, name: str = "aviso.eml"):
    return SimpleUploadedFile(name, content)


@pytest.mark.django_db
def test_letters_are_numbered_without_gaps_in_each_case(project, cast):
    other = money.project(cast)
    numbers = [register(case, cast.manager).number for case in (project, other, project)]
    assert numbers == [1, 1, 2]
    with pytest.raises(Refused):
        register(project, cast.manager, dated=clock.today() + timedelta(days=2))
    assert register(project, cast.secretariat).number == 3
    assert register(project, cast.owner).ref == f"{project.ref}/L4"


@pytest.mark.django_db
def test_only_its_keepers_register_and_a_reply_stays_in_its_case(project, cast):
    with pytest.raises(Denied):
        register(project, cast.preparer)
    elsewhere = register(money.project(cast), cast.manager)
    with pytest.raises(Refused, match="same case"):
        register(project, cast.manager, in_reply_to=elsewhere)
    assert not Letter.objects.filter(project=project).exists()


@pytest.mark.django_db
def test_a_letter_is_annulled_with_its_reason_and_keeps_its_number(project, cast):
    letter = register(project, cast.manager)
    letter = perform(letter, "annul", by=cast.manager, because="Otro expediente")
    assert (letter.state, letter.annulled_because, letter.number) == (
        "annulled", "Otro expediente", 1)  # fmt: skip
    assert register(project, cast.manager).number == 2
    with pytest.raises(Refused, match="annulled"):
        register(project, cast.manager, in_reply_to=letter)


@pytest.mark.django_db
def test_who_reads_a_letter_is_said_by_its_label(project, cast):
    for label in ("internal", "confidential"):
        register(project, cast.manager, label=label)
    team = person("team")
    project.team.create(role="technical_lead", person=team)
    seen = {
        name: Letter.objects.visible_to(user).count()
        for name, user in {**vars(cast), "team": team}.items()
        if name in ("manager", "owner", "secretariat", "auditor", "preparer", "stranger", "team")
    }
    assert seen == {"manager": 2, "owner": 2, "secretariat": 2, "auditor": 2, "preparer": 1,
                    "stranger": 0, "team": 1}  # fmt: skip


@pytest.mark.django_db
def test_an_email_is_taken_apart_and_kept_whole(project, cast):
    mail = message()
    mail.add_attachment(b"acuerdo", maintype="text", subtype="plain", filename="convenio.txt")
    mail.add_attachment(b"MZ\x90", maintype="application", subtype="octet-stream",
                        filename="../../run.exe")  # fmt: skip
    letter, left = letters.register_email(
        project, upload(mail.as_bytes()), direction="in", label="internal", by=cast.secretariat
    )
    assert (letter.sender, letter.subject, letter.dated) == (
        "Ana Núñez <ana@example.org>", "Año nuevo: café", date(2026, 1, 5))  # fmt: skip
    assert letter.text.startswith("Buenos días.")
    names = [row.document.name for row in letter.enclosures.all()]
    assert names == ["aviso.eml.txt", "convenio.txt"]
    with default_storage.open(letter.enclosures.first().document.blob.path) as file:
        assert file.read() == mail.as_bytes()
    assert len(left) == 1
    assert "run.exe" in left[0]
    with pytest.raises(Refused, match="already"):
        letters.register_email(project, upload(mail.as_bytes()), direction="in", label="internal",
                               by=cast.secretariat)  # fmt: skip


@pytest.mark.django_db
def test_a_reply_is_found_by_its_reference(project, cast):
    options = {"direction": "in", "label": "internal", "by": cast.secretariat}
    first, _left = letters.register_email(project, upload(message().as_bytes()), **options)
    answer = message(**{"Message-ID": "<two@x>", "In-Reply-To": "<one@example.org>"})
    second, _left = letters.register_email(project, upload(answer.as_bytes()), **options)
    assert second.in_reply_to == first


def test_html_is_read_as_its_words_and_runs_nothing():
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "a@b.mx", "x"
    mail.set_content("<head><title>t</title></head>"
                     "<p>Hola<script>alert(1)</script> <b>mundo</b></p>",
                     subtype="html")  # fmt: skip
    assert emails.read(mail.as_bytes()).text.strip() == "Hola mundo"


@pytest.mark.parametrize("content", [b"", b"\x00\x01", b"hello", b"From\n\n", b"%PDF-1.7 x"])
def test_what_is_no_email_is_refused_with_what_to_do(content):
    with pytest.raises(Refused, match="eml"):
        emails.read(content)


@given(st.binary(max_size=400), st.text(max_size=40))
def test_whatever_is_in_an_email_it_is_read_or_refused(body, name):
    head = f"From: {name}\r\nSubject: {name}\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
    try:
        said = emails.read(head.encode("utf-8", "surrogateescape") + body)
    except Refused:
        return
    assert "\n" not in said.subject + said.sender


@pytest.mark.django_db
def test_pages_show_find_export_and_register(project, cast, client, django_assert_max_num_queries):
    for number in range(12):
        register(project, cast.manager, subject=f"=Oficio {number}", files=[])
    client.force_login(cast.manager)
    url = reverse("projects:letter_list", args=[project.ref])
    client.get(url)
    with django_assert_max_num_queries(20):
        page = client.get(url)
    assert page.content.decode().count("=Oficio") == 12
    assert b"Oficio 11" in client.get(f"{url}?q=oficio+11&direction=in").content
    table = b"".join(client.get(f"{url}?format=csv").streaming_content).decode()
    assert "'=Oficio 0" in table
    form = {
        **VALUES,
        "in_reply_to": "",
        "attached": [upload(b"texto", "a.txt"), upload(b"dos", "b.txt")],
    }
    done = client.post(reverse("projects:letter_create", args=[project.ref]), form)
    letter = Letter.objects.get(number=13)
    assert done["Location"] == letter.get_absolute_url()
    page = client.get(letter.get_absolute_url())
    assert b"a.txt" in page.content
    file = client.get(reverse("projects:enclosure_file", args=[letter.enclosures.first().pk]))
    assert b"".join(file.streaming_content) == b"texto"
    again = client.post(reverse("projects:letter_create", args=[project.ref]),
                        {**form, "dated": "2999-01-01", "attached": []})  # fmt: skip
    assert (again.status_code, b"Tesorer" in again.content) == (422, True)


@pytest.mark.django_db
def test_strangers_find_no_correspondence_and_others_cannot_register(project, cast, client):
    letter = register(project, cast.manager, label="confidential")
    for who, path, status in (
        (cast.stranger, "projects:letter_list", 404), (cast.preparer, "projects:letter_list", 200),
        (cast.preparer, "projects:letter_create", 403),
        (cast.preparer, "projects:email_create", 403),
    ):  # fmt: skip
        client.force_login(who)
        assert client.get(reverse(path, args=[project.ref])).status_code == status
    client.force_login(cast.preparer)
    assert client.get(letter.get_absolute_url()).status_code == 404
    assert client.get(letter.get_step_url("annul")).status_code == 404
    client.force_login(cast.secretariat)
    assert client.get(letter.get_step_url("annul")).status_code == 200
    done = client.post(reverse("projects:email_create", args=[project.ref]),
                       {"file": upload(message().as_bytes()), "direction": "in",
                        "label": "internal"})  # fmt: skip
    assert done.status_code == 302
    wrong = client.post(reverse("projects:email_create", args=[project.ref]),
                        {"file": upload(b"no"), "direction": "in",
                         "label": "internal"})  # fmt: skip
    assert wrong.status_code == 422
