"""Notices: everybody concerned is told once in the inbox, and by e-mail until it went out."""

from smtplib import SMTPServerDisconnected

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock, documents, notices, outbox
from core.models import Event, Job, Notice
from tests.core.test_documents import case, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def document(cast):
    return documents.store(upload(), by=cast.manager, dossier=case())


def propose(document, by):
    return documents.propose_removal(document, by=by, because="nombres de pacientes <3")


def test_what_happened_is_told_once_to_everybody_concerned(cast, document):
    propose(document, cast.secretariat)
    event = Event.objects.last()
    assert Job.objects.filter(done_at=None).count() == 1
    outbox.drain()
    notice = Notice.objects.get()
    assert (notice.person, notice.event) == (cast.admin, event)
    assert (notice.dossier, notice.created_at) == (document.dossier, event.at)
    assert notice.url == document.get_absolute_url()
    assert notice.urgent
    notices.tell_of_event({"event": event.pk})
    assert Notice.objects.count() == 1
    assert len(mail.outbox) == 1


def test_what_nobody_subscribed_to_writes_no_job(cast, document):
    assert not notices.has_subscribers("core.document.create")
    assert not Job.objects.exists()


def test_the_mail_is_plain_text_with_one_message_id_however_often_it_is_sent(
    cast, document, settings
):
    settings.BASE_URL = "https://compuerta.example.org"
    propose(document, cast.secretariat)
    outbox.drain()
    notice = Notice.objects.get()
    Job.objects.filter(name="core.mail").update(done_at=None)
    outbox.drain()
    assert len(mail.outbox) == 2
    identities = {letter.extra_headers["Message-ID"] for letter in mail.outbox}
    assert identities == {f"<notice-{notice.pk}@compuerta.example.org>"}
    body = mail.outbox[0].body
    assert "nombres de pacientes <3" in body
    assert f"https://compuerta.example.org{document.get_absolute_url()}" in body
    assert "https://compuerta.example.org/inbox/" in body
    assert mail.outbox[0].to == [cast.admin.email]
    assert "\n" not in mail.outbox[0].subject


class Deaf(EmailBackend):
    def send_messages(self, messages):
        raise SMTPServerDisconnected("no route")


def test_a_mail_that_did_not_go_out_is_tried_again_and_the_inbox_has_it_already(
    cast, document, settings
):
    propose(document, cast.secretariat)
    working, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, f"{__name__}.Deaf"
    outbox.drain()
    assert Notice.objects.count() == 1
    job = Job.objects.get(done_at=None)
    assert job.name == "core.mail"
    assert "no route" in job.last_error
    settings.EMAIL_BACKEND = working
    with clock.move(outbox.FIRST_WAIT):
        assert outbox.drain() == 1
    assert len(mail.outbox) == 1


def test_who_left_and_the_clock_are_told_nothing(cast, document):
    cast.owner.is_active = False
    cast.owner.save()
    people = [cast.owner, clock.clock_account(), None, cast.chair, cast.chair]
    told = notices.tell(people, "emails/removal_proposed.txt",
                        {"target": document, "event": Event.objects.last()}, "due:1")  # fmt: skip
    assert [notice.person for notice in told] == [cast.chair]


def test_who_leaves_before_the_mail_goes_out_gets_none(cast, document):
    context = {"target": document, "event": Event.objects.last()}
    notices.tell([cast.chair], "emails/removal_proposed.txt", context, "due:1", urgent=True)
    cast.chair.is_active = False
    cast.chair.save()
    assert outbox.drain() == 1
    assert not mail.outbox


def test_the_clock_tells_of_one_occasion_once(cast, document):
    context = {"target": document, "event": Event.objects.last()}
    for key in ("due:1", "due:1", "due:2"):
        notices.tell([cast.chair], "emails/removal_proposed.txt", context, key, urgent=True)
    assert Notice.objects.filter(person=cast.chair, event=None).count() == 2


def test_everybody_is_told_in_their_language_and_zone(cast, settings, tmp_path):
    (tmp_path / "greeting.txt").write_text(
        '{% load i18n %}Subject: {% translate "Yes" %}\n\n{{ at|date:"H:i" }} {{ person }}'
    )
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path], "APP_DIRS": False}]
    cast.chair.language, cast.owner.language = "en", "es"
    cast.chair.institution.zone = "Asia/Tokyo"
    cast.owner.institution = None
    at = clock.now().replace(hour=12, minute=5)
    english = notices.render("greeting.txt", cast.chair, {"at": at})
    spanish = notices.render("greeting.txt", cast.owner, {"at": at})
    assert english == ("Yes", "21:05 Carlos Treviño")
    assert spanish == ("Sí", "06:05 Octavio Leyva")


def test_a_template_without_a_subject_is_an_error(cast, settings, tmp_path):
    (tmp_path / "bare.txt").write_text("hello")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path], "APP_DIRS": False}]
    with pytest.raises(ValueError, match="subject"):
        notices.render("bare.txt", cast.chair, {})


def test_subscribing_again_with_the_same_words_replaces(monkeypatch):
    monkeypatch.setattr(notices, "_subscriptions", {})
    notices.notify("a.b.c", "emails/x.txt")(lambda target: [])
    notices.notify("a.b.c", "emails/x.txt", urgent=True)(lambda target: [])
    notices.notify("a.b.c", "emails/y.txt", False)(lambda target: [])
    assert [(s.template, s.urgent, s.to_inbox) for s in notices.subscriptions()] == [
        ("emails/x.txt", True, True),
        ("emails/y.txt", False, False),
    ]
    assert notices.has_subscribers("a.b.c")


# The inbox


def fill(person, count, first=0, **fields):
    return [
        Notice.objects.create(
            person=person, key=str(n), subject=f"Asunto {n}", body="<b>texto</b>\n\nmás",
            created_at=clock.now(), **fields,
        )
        for n in range(first, first + count)
    ]  # fmt: skip


def test_the_inbox_shows_the_unread_first_and_nobody_else_s(cast, client):
    new = fill(cast.chair, 2)[1]
    Notice.objects.filter(pk=new.pk).update(read_at=clock.now())
    fill(cast.owner, 1, first=7)
    client.force_login(cast.chair)
    page = client.get(reverse("core:inbox")).content.decode()
    assert page.index("Asunto 0") < page.index("Asunto 1")
    assert "Asunto 7" not in page
    assert "&lt;b&gt;texto" in page
    assert notices.unread_count(cast.chair) == 1


def test_an_empty_inbox_is_a_pleasant_page(cast, client):
    client.force_login(cast.chair)
    response = client.get(reverse("core:inbox"))
    assert response.status_code == 200
    assert "c-empty" in response.content.decode()


def queries_of_the_inbox(client):
    with CaptureQueriesContext(connection) as seen:
        assert client.get(reverse("core:inbox")).status_code == 200
    return len(seen)


def test_the_inbox_costs_the_same_however_much_is_in_it(cast, client, document):
    client.force_login(cast.chair)
    fill(cast.chair, 1, dossier=document.dossier)
    queries_of_the_inbox(client)
    one = queries_of_the_inbox(client)
    fill(cast.chair, 20, first=1, dossier=document.dossier)
    assert queries_of_the_inbox(client) == one


def test_a_notice_is_marked_as_read_and_opened(cast, client):
    plain, linked = fill(cast.chair, 1) + fill(cast.chair, 1, first=1, url="/accessibility/")
    client.force_login(cast.chair)
    address = reverse("core:notice_read", kwargs={"pk": plain.pk})
    assert client.get(address).status_code == 405
    assert client.post(address).url == reverse("core:inbox")
    address = reverse("core:notice_read", kwargs={"pk": linked.pk})
    assert client.post(address, {"open": "1"}).url == "/accessibility/"
    assert notices.unread_count(cast.chair) == 0


def test_the_moment_of_first_reading_stays(cast, client):
    (notice,) = fill(cast.chair, 1)
    client.force_login(cast.chair)
    address = reverse("core:notice_read", kwargs={"pk": notice.pk})
    client.post(address)
    first = Notice.objects.get().read_at
    client.post(address)
    assert Notice.objects.get().read_at == first


def test_nobody_reads_another_s_notices(cast, client):
    (notice,) = fill(cast.owner, 1)
    client.force_login(cast.chair)
    assert client.post(reverse("core:notice_read", kwargs={"pk": notice.pk})).status_code == 404
    client.post(reverse("core:inbox_read"))
    assert notices.unread_count(cast.owner) == 1


def test_everything_is_marked_as_read_at_once(cast, client):
    fill(cast.chair, 30)
    client.force_login(cast.chair)
    assert client.post(reverse("core:inbox_read")).url == reverse("core:inbox")
    assert notices.unread_count(cast.chair) == 0
    client.logout()
    assert client.get(reverse("core:inbox")).status_code == 302
