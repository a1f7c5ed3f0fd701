"""Mail as each person chose: at once, a day's or a week's together, urgent always at once."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.db import transaction
from django.urls import reverse

from core import calendars, clock, digest, history, mailing, notices, outbox
from core.machines import wait_label
from core.models import MailChoice, Notice, Turn
from tests.core.test_documents import case

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _template(settings, tmp_path):
    (tmp_path / "note.txt").write_text("Subject: Note {{ n }}\n\nBody {{ n }}")
    settings.TEMPLATES = [{**settings.TEMPLATES[0],
                           "DIRS": [*settings.TEMPLATES[0]["DIRS"], tmp_path]}]  # fmt: skip


def tell(person, number, *, urgent=False, url=""):
    return notices.tell(
        [person], "note.txt", {"n": number}, f"note:{number}", urgent=urgent, url=url
    )


def choose(person, rhythm, hour=8, weekday=0, language="en"):
    return digest.choose(person, rhythm=rhythm, hour=hour, weekday=weekday, language=language)


def at(day: int, hour: int, minute: int = 0):
    """A moment of January 2027 in Mexico City; the 4th is a Monday."""
    zone = clock.zone(None)
    return clock.move(to=datetime(2027, 1, day, hour, minute, tzinfo=zone).astimezone(UTC))


def ticked():
    outbox.tick()
    outbox.drain()
    sent = [(letter.to[0], letter.subject) for letter in mail.outbox]
    mail.outbox.clear()
    return sent


def waiting(person, dossier, due=None):
    label = "core.document"
    return Turn.objects.create(
        dossier=dossier, target_label=label, target_id=1, step="confirm_removal",
        audience=f"user:{person.pk}", title="Secret title", url="/documents/1/", due=due,
        order_at=due or datetime(9999, 1, 1, tzinfo=UTC), since=clock.now(),
    )  # fmt: skip


def test_a_day_s_messages_come_together_at_the_hour_and_urgent_ones_at_once(cast):
    with at(4, 7):
        choose(cast.chair, "daily", 9)
        assert ticked() == []
        tell(cast.chair, 1)
        tell(cast.chair, 2)
        tell(cast.chair, 3, urgent=True)
        assert ticked() == [(cast.chair.email, "Note 3")]
    with at(4, 8, 59):
        assert ticked() == []
    with at(4, 9):
        outbox.tick()
        outbox.drain()
        (letter,) = mail.outbox
        assert letter.subject == "Compuerta: what happened"
        assert "Note 1" in letter.body
        assert "Note 2" in letter.body
        assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        mail.outbox.clear()
        assert ticked() == []
    with at(4, 23):
        assert ticked() == []
    with at(5, 9):
        assert ticked() == []  # nothing happened: no empty mail


def test_after_an_outage_of_three_weeks_one_digest_carries_everything(cast):
    with at(4, 7):
        choose(cast.chair, "daily", 9)
        tell(cast.chair, 1)
    with at(25, 14):
        tell(cast.chair, 2)
        sent = [row for row in ticked() if row[0] == cast.chair.email]
        assert len(sent) == 1
        assert not Notice.objects.filter(person=cast.chair, digest="").exists()
    with at(26, 9):
        assert ticked() == []


def test_what_waits_stands_first_with_its_deadline(cast):
    with at(4, 7):
        choose(cast.chair, "weekly", 10, weekday=2, language="es")
        waiting(cast.chair, case(), clock.now() + timedelta(days=1))
        tell(cast.chair, 1)
        assert ticked() == []
    with at(5, 23):
        assert ticked() == []
    with at(6, 10, 30):
        outbox.tick()
        outbox.drain()
        (letter,) = mail.outbox
        with_label = letter.body.index("Secret title")
        assert with_label < letter.body.index("Note 1")
        assert "/documents/1/" in letter.body


def test_what_was_read_meanwhile_does_not_come_again(cast):
    with at(4, 7):
        choose(cast.chair, "daily", 9)
        (notice,) = tell(cast.chair, 1)
        Notice.objects.filter(pk=notice.pk).update(read_at=clock.now())
    with at(4, 10):
        assert ticked() == []


@pytest.mark.parametrize(("rhythm", "now"), [("at_once", ["Note 1"]), ("urgent_only", [])])
def test_other_rhythms(cast, rhythm, now):
    with at(4, 7):
        choose(cast.chair, rhythm)
        tell(cast.chair, 1)
        assert [subject for _to, subject in ticked()] == now
        tell(cast.chair, 2, urgent=True)
        assert [subject for _to, subject in ticked()] == ["Note 2"]
    with at(20, 9):
        assert ticked() == []


def test_going_over_to_each_at_once_sends_what_waited(cast):
    with at(4, 7):
        choose(cast.chair, "daily")
        tell(cast.chair, 1)
        choose(cast.chair, "at_once")
        assert len(ticked()) == 1


def test_the_next_digest_keeps_the_hour_over_a_change_of_clocks(cast):
    cast.chair.institution.zone = "America/New_York"
    cast.chair.institution.save()
    choice = MailChoice(person=cast.chair, rhythm="daily", hour=8)
    before = datetime(2027, 3, 13, 14, tzinfo=UTC)  # 9 h in New York, the day before the change
    first = digest.next_after(choice, before)
    assert first == datetime(2027, 3, 14, 12, tzinfo=UTC)
    assert digest.next_after(choice, first) == datetime(2027, 3, 15, 12, tzinfo=UTC)


def test_a_newer_message_about_the_same_row_and_one_s_own_act_take_the_older_off_the_pile(cast):
    dossier = case()
    tell(cast.chair, 1, url="/x/")
    tell(cast.chair, 2, url="/x/")
    tell(cast.chair, 3, urgent=True, url="/x/")
    unread = Notice.objects.filter(person=cast.chair, read_at=None)
    assert sorted(unread.values_list("subject", flat=True)) == ["Note 3"]
    assert dossier.ref
    tell(cast.owner, 4)
    notice = Notice.objects.get(person=cast.owner)
    cast.owner.dossier = dossier
    with transaction.atomic():
        event = history.record("core.user.test", cast.owner, by=cast.chair)
        Notice.objects.filter(pk=notice.pk).update(event=event)
        assert mailing.settle(cast.owner) == 0
        history.record("core.user.test", cast.owner, by=cast.owner)
    assert mailing.settle(cast.owner) == 1


def test_the_page_chooses_and_the_mail_s_own_link_stops(cast, client):
    client.force_login(cast.chair)
    url = reverse("core:mail_choice")
    assert client.get(url).status_code == 200
    data = {"rhythm": "weekly", "hour": "6", "weekday": "4", "language": "en"}
    assert client.post(url, data).status_code == 302
    choice = MailChoice.objects.get(person=cast.chair)
    assert (choice.rhythm, choice.hour, choice.weekday) == ("weekly", 6, 4)
    assert client.post(url, {**data, "hour": "24"}).status_code == 200
    client.logout()
    stop = reverse("core:digest_stop", args=[digest.token_for(cast.chair)])
    assert client.get(stop).status_code == 200
    assert MailChoice.objects.get(person=cast.chair).rhythm == "weekly"
    assert client.post(stop, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert MailChoice.objects.get(person=cast.chair).rhythm == "urgent_only"
    assert client.get(reverse("core:digest_stop", args=["nonsense"])).status_code == 404


# The calendar


def unfolded(text: str) -> list[str]:
    """RFC 5545, 3.1: content lines, of 75 octets at most, ended by CRLF."""
    assert text.endswith("\r\n")
    raw = text[:-2].split("\r\n")
    assert all("\n" not in line and len(line.encode()) <= 75 for line in raw)
    lines: list[str] = []
    for line in raw:
        if line.startswith(" "):
            lines[-1] += line[1:]
        else:
            lines.append(line)
    return lines


def parsed(text: str) -> list[dict[str, str]]:
    """A strict reader of what we write: every component closed, every property once, all needed."""
    events, stack = [], []
    for line in unfolded(text):
        name, _colon, value = line.partition(":")
        if name == "BEGIN":
            stack.append(value)
            if value == "VEVENT":
                events.append({})
        elif name == "END":
            assert stack.pop() == value
        elif stack == ["VCALENDAR", "VEVENT"]:
            assert name not in events[-1]
            events[-1][name] = value
        else:
            assert stack == ["VCALENDAR"]
    assert stack == []
    for event in events:
        assert {"UID", "DTSTAMP", "SUMMARY"} <= set(event)
        datetime.strptime(event["DTSTAMP"], "%Y%m%dT%H%M%SZ")
        if "DTSTART;VALUE=DATE" in event:
            begin, end = (datetime.strptime(event[f"DT{n};VALUE=DATE"], "%Y%m%d")
                          for n in ("START", "END"))  # fmt: skip
            assert end - begin == timedelta(days=1)
        else:
            assert event["DTSTART"] < event["DTEND"]
    assert len({event["UID"] for event in events}) == len(events)
    return events


def test_the_calendar_is_read_by_its_secret_alone_and_says_no_more_than_the_reference(cast, client):
    dossier = case()
    due = clock.end_of(datetime(2027, 5, 14, tzinfo=UTC).date(), cast.chair.institution)
    waiting(cast.chair, dossier, due)
    token = calendars.make(cast.chair)
    url = reverse("core:calendar_file", args=[token])
    page = client.get(url)
    assert page["Content-Type"] == "text/calendar; charset=utf-8"
    assert page["Cache-Control"] == "private, max-age=900"
    (event,) = parsed(page.content.decode())
    assert event["DTSTART;VALUE=DATE"] == "20270514"
    assert event["SUMMARY"].startswith(f"{dossier.ref}: ")
    assert "Secret" not in page.content.decode()
    assert client.get(url, headers={"If-None-Match": page["ETag"]}).status_code == 304
    again = calendars.make(cast.chair)
    assert client.get(url).status_code == 404
    calendars.revoke(cast.chair)
    assert client.get(reverse("core:calendar_file", args=[again])).status_code == 404


def test_long_and_odd_titles_are_folded_and_escaped():
    text = "Añá; b, c\\d\nnext " * 12
    lines = unfolded(calendars.folded(f"SUMMARY:{calendars.escaped(text)}") + "\r\n")
    (line,) = lines
    assert "\\;" in line
    assert "\\," in line
    assert "\\\\d\\n" in line


def test_the_page_shows_a_new_address_once_and_withdraws_it(cast, client):
    client.force_login(cast.chair)
    page = client.post(reverse("core:calendar_make"), follow=True)
    assert b".ics" in page.content
    assert b".ics" not in client.get(reverse("core:mail_choice")).content
    client.post(reverse("core:calendar_make"), {"revoke": "1"})
    assert not hasattr(type(cast.chair).objects.get(pk=cast.chair.pk), "calendar_feed")


def test_many_readings_a_minute_are_put_off(cast, client, monkeypatch):
    monkeypatch.setattr("core.daily_views.READS", 3)
    url = reverse("core:calendar_file", args=["wrong"])
    codes = [client.get(url).status_code for _ in range(6)]
    assert codes[-1] == 429
    assert wait_label("core.document", "confirm_removal")
