"""The outbox: nothing lost and nothing doubled, whatever dies and whoever else drains."""

import os
import subprocess
import sys
import threading
import time
from datetime import timedelta
from uuid import uuid4

import pytest
from celery import Celery
from django.core import mail
from django.core.management import call_command
from django.db import connection, transaction

from config.celery import app
from core import clock, documents, outbox
from core.models import Institution, Job, Notice
from core.tasks import drain as drain_task
from tests.core.test_documents import case, upload


@pytest.fixture
def handler():
    """Register handlers for one test only."""
    before = dict(outbox._handlers)
    yield outbox.handler
    outbox._handlers.clear()
    outbox._handlers.update(before)


@pytest.fixture(autouse=True)
def _broker_is_not_known_to_be_away():
    outbox._quiet["until"] = 0.0
    yield
    outbox._quiet["until"] = 0.0


def keep(payload):
    Institution.objects.create(code=uuid4().hex, name=payload["name"])


def write(count=1, name="test.keep"):
    with transaction.atomic():
        for number in range(count):
            outbox.later(f"{name}:{number}", name, {"name": f"h{number}"})


def address():
    """The address of the test's own database, for another process."""
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{settings['NAME']}"
    who = f"{settings['USER']}:{settings['PASSWORD']}@" if settings["USER"] else ""
    return f"postgres://{who}{settings['HOST']}:{settings['PORT'] or 5432}/{settings['NAME']}"


@pytest.mark.django_db
def test_the_same_key_is_one_job(handler):
    handler("test.keep")(keep)
    outbox.later("once", "test.keep", {"name": "first"})
    outbox.later("once", "test.keep", {"name": "second"})
    assert outbox.drain() == 1
    assert outbox.drain() == 0
    assert list(Institution.objects.values_list("name", flat=True)) == ["first"]


@pytest.mark.django_db
def test_the_oldest_is_done_first_and_what_is_not_due_waits(handler):
    handler("test.keep")(keep)
    outbox.later("tomorrow", "test.keep", {"name": "c"}, due=clock.now() + timedelta(days=1))
    outbox.later("a", "test.keep", {"name": "a"})
    outbox.later("b", "test.keep", {"name": "b"})
    assert outbox.drain() == 2
    assert list(Institution.objects.order_by("pk").values_list("name", flat=True)) == ["a", "b"]
    with clock.move(timedelta(days=1, minutes=1)):
        assert outbox.drain() == 1


@pytest.mark.django_db
def test_a_job_of_a_transaction_that_failed_never_was(handler):
    handler("test.keep")(keep)
    sid = transaction.savepoint()
    outbox.later("gone", "test.keep", {"name": "gone"})
    transaction.savepoint_rollback(sid)
    assert outbox.drain() == 0


@pytest.mark.django_db
def test_a_failure_undoes_its_effect_keeps_the_error_and_is_tried_later_and_later(handler):
    @handler("test.fails")
    def fail(payload):
        keep(payload)
        raise ValueError("no such street")

    write(name="test.fails")
    waits = []
    for _attempt in range(3):
        job = Job.objects.get()
        with clock.move(to=(job.due or clock.now()) + timedelta(seconds=1)):
            before = clock.now()
            assert outbox.drain(seconds=5) == 0
            waits.append(round((Job.objects.get().due - before).total_seconds()))
    job = Job.objects.get()
    assert waits == [5, 10, 20]
    assert (job.attempts, job.last_error) == (3, "ValueError: no such street")
    assert job.done_at is None
    assert job.lease_until is None
    assert not Institution.objects.exists()


@pytest.mark.django_db
def test_one_bad_job_does_not_stop_the_others(handler):
    handler("test.keep")(keep)
    outbox.later("bad", "test.nobody", {})
    outbox.later("good", "test.keep", {"name": "good"})
    assert outbox.drain(seconds=5) == 1
    assert "KeyError" in Job.objects.get(key="bad").last_error


@pytest.mark.django_db
def test_who_was_overtaken_does_nothing(handler):
    handler("test.keep")(keep)
    write()
    slow = outbox.claim()
    assert outbox.claim() is None
    Job.objects.update(lease_until=clock.now() - timedelta(seconds=1))
    fast = outbox.claim()
    assert outbox.do(fast) is True
    assert outbox.do(slow) is False
    assert Institution.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_drains_at_once_do_everything_once(handler):
    handler("test.keep")(keep)
    write(40)
    done, errors = [], []

    def work():
        try:
            done.append(outbox.drain())
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert sum(done) == 40
    assert (
        Institution.objects.values("name").distinct().count() == Institution.objects.count() == 40
    )


KILLED = """
import os, signal, sys
import django
django.setup()
from core import outbox
from core.models import Institution

@outbox.handler("test.keep", outside=sys.argv[1] == "outside")
def die(payload):
    Institution.objects.create(code="killed", name=payload["name"])
    os.kill(os.getpid(), signal.SIGKILL)

outbox.drain()
"""


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_of_a_job_loses_nothing_and_doubles_nothing(handler):
    write()
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings",
                   "DATABASE_URL": address()}  # fmt: skip
    found = subprocess.run([sys.executable, "-c", KILLED, "inside"], env=environment, check=False)
    assert found.returncode == -9
    job = Job.objects.get()
    assert (job.attempts, job.done_at) == (1, None)
    assert not Institution.objects.exists()

    handler("test.keep")(keep)
    assert outbox.drain() == 0  # its lease still runs
    with clock.move(outbox.LEASE):
        assert outbox.drain() == 1
        assert outbox.drain() == 0
    assert list(Institution.objects.values_list("name", flat=True)) == ["h0"]
    assert Job.objects.get().attempts == 2


# The broker


def broken(url):
    other = Celery("test", broker=url, set_as_current=False)
    other.conf.broker_write_url = url  # else Celery prefers CELERY_BROKER_URL where it is set
    other.set_current()


@pytest.fixture
def dead_broker():
    broken("amqp://guest:guest@127.0.0.1:1//")
    yield
    app.set_current()


@pytest.mark.django_db(transaction=True)
def test_with_a_dead_broker_the_step_is_quick_and_the_mail_comes_later(cast, dead_broker, caplog):
    document = documents.store(upload("a.txt", b"x"), by=cast.manager, dossier=case())
    started = time.monotonic()
    documents.propose_removal(document, by=cast.manager, because="names of patients")
    assert time.monotonic() - started < 2
    assert "The broker is away" in caplog.text
    assert not mail.outbox

    assert outbox.drain() == 3
    assert {letter.to[0] for letter in mail.outbox} == {cast.secretariat.email, cast.admin.email}
    assert Notice.objects.count() == 2
    assert outbox.drain() == 0


@pytest.mark.django_db(transaction=True)
def test_a_dead_broker_is_left_alone_for_a_while(handler, dead_broker, caplog):
    handler("test.keep")(keep)
    for number in range(5):
        with transaction.atomic():
            outbox.later(str(number), "test.keep", {"name": "x"})
    assert caplog.text.count("The broker is away") == 1
    assert outbox.drain() == 5


@pytest.mark.django_db(transaction=True)
def test_a_living_broker_is_asked_once_for_each_commit(handler):
    handler("test.keep")(keep)
    with app.connection_for_write() as line:
        queue = line.SimpleQueue("celery")
        queue.clear()
        write(3)
        message = queue.get(timeout=10)  # a real broker takes its moment
        assert queue.qsize() == 0
        assert message.headers["task"] == "core.tasks.drain"
        message.ack()
        queue.close()
    assert drain_task() == 3


# The clock's work


@pytest.mark.django_db
def test_one_room_s_failure_does_not_stop_the_work_of_the_clock(monkeypatch, caplog):
    seen = []
    monkeypatch.setattr(outbox, "_ticks", [])

    @outbox.at_each_tick
    def bad():
        raise ValueError("out of order")

    @outbox.at_each_tick
    def good():
        seen.append("good")

    outbox.at_each_tick(good)
    assert outbox.tick() == 1
    assert seen == ["good"]
    assert "out of order" in caplog.text


@pytest.mark.django_db
def test_the_command_drains_too(handler, capsys):
    handler("test.keep")(keep)
    write(2)
    call_command("drain")
    assert capsys.readouterr().out == "done=2\n"
