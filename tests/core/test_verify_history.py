"""What `verify_history` finds after somebody took the triggers away and wrote with plain SQL."""

import json
import threading
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from core import acts, checkpoints, clock, documents, guards, history, verification
from core.models import Document, Dossier, Event
from core.verification import Misfit, verify
from tests.core.test_documents import case, upload

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _elsewhere(settings, tmp_path):
    settings.VAR = tmp_path
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def told(cast, settings, tmp_path):
    """Two cases: one with three documents and a removal under way, one with a single document."""
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "media")},
        },
    }
    first, second = case("P-000001"), case("P-000002")
    for number in range(3):
        file = upload(f"{number}.txt", b"%d" % number)
        last = documents.store(file, by=cast.manager, dossier=first)
    documents.propose_removal(last, by=cast.manager, because="patients")
    documents.store(upload("x.txt", b"x"), by=cast.owner, dossier=second)
    return Dossier.objects.get(pk=first.pk)


def sql(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount


@contextmanager
def attack():
    """Take the guards away, let something be done, and put everything back as it was."""
    sid = transaction.savepoint()
    connection.check_constraints()
    guards.drop()
    try:
        yield
    finally:
        transaction.savepoint_rollback(sid)


def found(ref=""):
    with pytest.raises(Misfit) as caught:
        verify(ref)
    return str(caught.value)


def event(dossier, number):
    return Event.objects.get(dossier=dossier, number=number)


@pytest.fixture
def before():
    return verify()


# A history that nobody touched


def test_an_untouched_history_is_counted(before, told):
    after = verify()
    assert (after.events - before.events, after.dossiers - before.dossiers) == (5, 2)
    assert (after.checkpoints, after.states - before.states) == (0, 4)
    assert str(verify("P-000001")) == "events=4 dossiers=1 checkpoints=0 states=3"
    checkpoints.write(checkpoints.take())
    after = verify()
    assert (after.events - before.events, after.dossiers - before.dossiers) == (6, 3)
    assert (after.checkpoints, after.states - before.states) == (1, 4)


def test_the_command_ends_with_0_or_names_what_does_not_fit_and_ends_with_1(told, capsys):
    call_command("verify_history")
    assert capsys.readouterr().out == f"{verify()} ok\n"
    with attack():
        sql("UPDATE core_event SET because = 'x' WHERE dossier_id = %s AND number = 2", told.pk)
        with pytest.raises(SystemExit) as ended:
            call_command("verify_history", "P-000001")
        assert ended.value.code == 1
        assert capsys.readouterr().err.startswith("P-000001 event 2 (core.document.create): ")
        call_command("verify_history", "P-000002")
    with pytest.raises(SystemExit) as ended:
        call_command("verify_history", "P-000009")
    assert ended.value.code == 1


# Edited


@pytest.mark.parametrize("number", [1, 3, 4])
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("verb", "'core.document.keep'"),
        ("target_label", "'core.loan'"),
        ("target_id", "target_id + 1"),
        ("actor_id", "(SELECT max(id) FROM core_user)"),
        ("on_behalf_of_id", "(SELECT max(id) FROM core_user)"),
        ("because", "'because I say so'"),
        ("details", "'{}'"),
        ("at", "'2020-01-01 00:00:00+00:00'"),
        ("at", "'2020-01-01 00:00:00.000001'"),
        ("previous", "'0'"),
        ("mac", "'0'"),
        ("number", "99"),
    ],
)
def test_an_edited_column_of_any_event_is_found(told, column, value, number):
    with attack():
        where = "dossier_id = %s AND number = %s"
        assert sql(f"UPDATE core_event SET {column} = {value} WHERE {where}", told.pk, number)
        assert found().startswith("P-000001 event ")
        assert found("P-000001").startswith("P-000001 event ")


def test_an_event_moved_to_another_case_is_found(told):
    with attack():
        sql("UPDATE core_event SET dossier_id = (SELECT max(id) FROM core_dossier), number = 2 "
            "WHERE dossier_id = %s AND number = 4", told.pk)  # fmt: skip
        assert found() == "P-000001 event 4: the case file counts 4 events, found are 3"


@pytest.mark.parametrize(
    ("column", "value"),
    [("ref", "'P-9'"), ("kind", "'x'"), ("count", "3"), ("count", "5"), ("head", "'0'"),
     ("seal", "'0'"), ("opened_at", "'2020-01-01 00:00:00+00:00'")],
)  # fmt: skip
def test_an_edited_case_file_is_found(told, column, value):
    with attack():
        sql(f"UPDATE core_dossier SET {column} = {value} WHERE id = %s", told.pk)
        assert found().startswith(("P-000001 event", "P-9 event"))


# Deleted


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_deleted_event_is_found(told, number):
    with attack():
        sql("DELETE FROM core_event WHERE dossier_id = %s AND number = %s", told.pk, number)
        assert found().startswith(f"P-000001 event {number}")


def test_the_newest_event_deleted_and_the_case_file_set_back_is_found(told):
    with attack():
        before = event(told, 3)
        sql("DELETE FROM core_event WHERE dossier_id = %s AND number = 4", told.pk)
        sql("UPDATE core_dossier SET count = 3, head = %s WHERE id = %s", before.mac, told.pk)
        assert found().startswith("P-000001 event 4: the seal of the case file does not fit")


def test_the_newest_event_deleted_with_a_seal_kept_from_before_shows_in_the_state(
    told, cast, tmp_path
):
    """Somebody kept the old row of the case file, its seal included."""
    document = Document.objects.get(state="removal_proposed")
    documents.perform(document, "keep", by=cast.admin)
    now = Dossier.objects.get(pk=told.pk)
    assert now.count == 5
    with attack():
        sql("DELETE FROM core_event WHERE dossier_id = %s AND number = 5", told.pk)
        sql("UPDATE core_dossier SET count = 4, head = %s, seal = %s WHERE id = %s",
            told.head, told.seal, told.pk)  # fmt: skip
        assert found() == (
            f"P-000001 event 4: core.document {document.pk} stands at “kept”, "
            "its history says “removal_proposed”"
        )


def test_the_newest_event_set_back_with_its_state_too_shows_in_the_checkpoint(told, cast):
    document = Document.objects.get(state="removal_proposed")
    documents.perform(document, "keep", by=cast.admin)
    checkpoints.take()
    with attack():
        sql("DELETE FROM core_event WHERE dossier_id = %s AND number = 5", told.pk)
        sql("UPDATE core_dossier SET count = 4, head = %s, seal = %s WHERE id = %s",
            told.head, told.seal, told.pk)  # fmt: skip
        sql("UPDATE core_document SET state = 'removal_proposed' WHERE id = %s", document.pk)
        assert found() == "P-000001 event 5: is not the one that a checkpoint saw"
        assert found("P-000001") == "P-000001 event 5: is not the one that a checkpoint saw"


def test_a_whole_case_deleted_is_found_by_its_rows(told):
    with attack():
        sql("DELETE FROM core_event WHERE dossier_id = %s", told.pk)
        sql("DELETE FROM core_dossier WHERE id = %s", told.pk)
        assert "no event tells how it came to be" in found()


def test_a_case_file_deleted_beside_its_events_is_found(told):
    with attack():
        sql("DELETE FROM core_dossier WHERE id = %s", told.pk)
        assert "case file that is gone" in found()


# Inserted and reordered


def copy(dossier, source_number, **changes):
    columns = [f.column for f in Event._meta.concrete_fields if f.column != "id"]
    source = [f"'{changes[c]}'" if c in changes else c for c in columns]
    names = ", ".join(f'"{c}"' for c in columns)
    sql(f"INSERT INTO core_event ({names}) SELECT {', '.join(source)} FROM core_event "
        "WHERE dossier_id = %s AND number = %s", dossier.pk, source_number)  # fmt: skip


def test_a_forged_event_at_the_end_is_found(told):
    with attack():
        copy(told, 4, number=5, previous=told.head, mac="f" * 64)
        assert found().startswith("P-000001 event 5 (core.document.propose_removal): is not what")
        sql("UPDATE core_dossier SET count = 5, head = %s WHERE id = %s", "f" * 64, told.pk)
        assert found().startswith("P-000001 event 5 (core.document.propose_removal): is not what")


def test_a_forged_event_in_a_new_case_is_found(told):
    with attack():
        sql("INSERT INTO core_dossier (ref, kind, opened_at, count, head, seal) "
            "SELECT 'P-7', kind, opened_at, 0, '', seal FROM core_dossier WHERE id = %s",
            told.pk)  # fmt: skip
        assert found().startswith("P-7 event 1: the seal of the case file does not fit")


@pytest.mark.parametrize("pair", [(1, 2), (2, 3), (3, 4)])
def test_reordered_events_are_found(told, pair):
    with attack():
        one, other = pair
        move = "UPDATE core_event SET number = %s WHERE dossier_id = %s AND number = %s"
        sql(move, 1000, told.pk, one)
        sql(move, one, told.pk, other)
        sql(move, other, told.pk, 1000)
        assert found().startswith(f"P-000001 event {one} ")


def test_reordered_events_with_their_links_mended_are_found(told):
    with attack():
        sql("UPDATE core_event SET number = 1000 WHERE dossier_id = %s AND number = 2", told.pk)
        sql("UPDATE core_event SET number = 2, previous = %s WHERE dossier_id = %s AND number = 3",
            event(told, 1).mac, told.pk)  # fmt: skip
        sql("UPDATE core_event SET number = 3, previous = %s WHERE dossier_id = %s "
            "AND number = 1000", event(told, 2).mac, told.pk)  # fmt: skip
        assert found() == "P-000001 event 2 (core.document.create): is not what was sealed"


def test_another_key_fits_nothing(told, settings):
    settings.HISTORY_KEY = "another key that somebody made up for the purpose"
    assert " event 1: the seal" in found() or " event 1 (" in found()
    assert found("P-000001").startswith("P-000001 event 1 ")


# Rows against their history


def test_a_state_edited_beside_the_history_is_found(told):
    with attack():
        document = Document.objects.filter(dossier=told).first()
        sql("UPDATE core_document SET state = 'removed' WHERE id = %s", document.pk)
        assert found() == (
            f"P-000001 event 1: core.document {document.pk} stands at “removed”, "
            "its history says “kept”"
        )
        assert "“removed”" in found("P-000001")


def test_a_row_deleted_beside_the_history_is_found(told):
    with attack():
        document = Document.objects.filter(dossier=told).first()
        sql("DELETE FROM core_document WHERE id = %s", document.pk)
        assert found() == (
            f"P-000001 event 1: speaks of core.document {document.pk}, which is gone"
        )


def test_a_row_that_came_to_be_beside_the_history_is_found(told):
    with attack():
        sql("INSERT INTO core_document (name, uploaded_at, removal_reason, state, blob_id, "
            "dossier_id, uploaded_by_id) SELECT name, uploaded_at, removal_reason, state, blob_id, "
            "dossier_id, uploaded_by_id FROM core_document WHERE dossier_id = %s LIMIT 1",
            told.pk)  # fmt: skip
        assert found().endswith("no event tells how it came to be")


def test_what_an_event_calls_to_is_a_state_only_if_the_machine_has_it(told, cast):
    document = Document.objects.filter(dossier=told).first()
    with transaction.atomic():
        history.record("core.document.renamed", document, by=cast.manager,
                       details={"from": "a", "to": "b"})  # fmt: skip
    assert verify("P-000001").events == 5


# Checkpoints


@pytest.fixture
def days(told, cast):
    checkpoints.write(checkpoints.take())
    with clock.move(timedelta(days=1)):
        documents.store(upload("y.txt", b"y"), by=cast.owner, dossier=told)
        checkpoints.write(checkpoints.take())
    return told


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE core_checkpoint SET root = 'x'",
        "UPDATE core_checkpoint SET leaves = leaves + 1",
        "UPDATE core_checkpoint SET previous = 'x'",
        "UPDATE core_checkpoint SET mac = 'x'",
        "UPDATE core_checkpoint SET at = '2020-01-01 00:00:00+00:00'",
        "UPDATE core_checkpoint SET day = '2020-01-01' WHERE previous = ''",
        "UPDATE core_checkpointleaf SET head = 'x'",
        "UPDATE core_checkpointleaf SET count = count + 1",
        "UPDATE core_checkpointleaf SET position = position + 1000",
        "UPDATE core_checkpointleaf SET dossier_id = (SELECT max(id) FROM core_dossier) WHERE id = "
        "(SELECT min(id) FROM core_checkpointleaf)",
        "DELETE FROM core_checkpointleaf WHERE id = (SELECT max(id) FROM core_checkpointleaf)",
        "DELETE FROM core_checkpointleaf WHERE id = (SELECT min(id) FROM core_checkpointleaf)",
        "DELETE FROM core_checkpointleaf",
        "DELETE FROM core_checkpoint",
        "DELETE FROM core_checkpoint WHERE id = (SELECT max(id) FROM core_checkpoint)",
        "DELETE FROM core_checkpoint WHERE id = (SELECT min(id) FROM core_checkpoint)",
    ],
)
def test_an_edited_or_deleted_checkpoint_is_found(days, statement):
    assert verify().checkpoints == 2
    with attack():
        assert sql(statement)
        found()


def test_checkpoints_lost_with_all_that_names_them_are_found_by_their_files(days):
    with attack():
        anchor = Dossier.objects.get(ref=checkpoints.ANCHOR)
        first = Event.objects.get(dossier=anchor, number=1)
        sql("DELETE FROM core_checkpointleaf")
        sql("DELETE FROM core_checkpoint")
        sql("DELETE FROM core_event WHERE dossier_id = %s", anchor.pk)
        anchor.count, anchor.head = 0, ""
        sql("UPDATE core_dossier SET count = 0, head = '', seal = %s WHERE id = %s",
            history.head_seal(anchor), anchor.pk)  # fmt: skip
        assert first.at
        assert "its file is still there" in found()


def test_in_production_files_without_any_checkpoint_are_found(days, settings):
    with attack():
        for table in ("core_checkpointleaf", "core_checkpoint"):
            sql(f"DELETE FROM {table}")
        anchor = Dossier.objects.get(ref=checkpoints.ANCHOR)
        sql("DELETE FROM core_event WHERE dossier_id = %s", anchor.pk)
        sql("DELETE FROM core_dossier WHERE id = %s", anchor.pk)
        verify()
        settings.PRODUCTION = True
        assert "its file is still there" in found()


@pytest.mark.parametrize("text", ["{", "[]", None])
def test_a_file_that_says_otherwise_is_found(days, settings, text):
    path = min((settings.VAR / "checkpoints").rglob("*.json"))
    told = json.loads(path.read_text())
    path.write_text(json.dumps({**told, "root": "0" * 64}) if text is None else text)
    assert found().endswith("says otherwise")


def test_the_files_of_another_database_are_not_ours(days, settings):
    other = settings.VAR / "checkpoints" / "0123456789abcdef" / "2020-01-01.json"
    other.parent.mkdir()
    other.write_text("{}")
    assert verify().checkpoints == 2


# The database it reads


@pytest.mark.django_db(transaction=True)
def test_it_reads_one_moment_and_keeps_nobody_from_writing(told, cast):
    """A case that grows while it is read neither waits nor looks like a forgery."""
    seen, begun = [], Event.objects.count()

    def write():
        try:
            dossier = Dossier.objects.get(pk=told.pk)
            with transaction.atomic():
                document = Document.objects.filter(dossier=dossier).first()
                history.record("core.document.seen", document, by=cast.manager)
            seen.append("written")
        finally:
            connection.close()

    with verification.one_moment():
        assert Event.objects.count() == begun
        writer = threading.Thread(target=write)
        writer.start()
        writer.join(10)
        assert seen == ["written"]
        assert Event.objects.count() == begun
        count = verification.Count()
        verification._verify_chains(count, None)
        assert count.events == begun
    assert verify().events == begun + 1


# The memory of the separation of duties


@pytest.fixture
def acted(told, cast):
    """An event that says in which capacity somebody acted, and for whom they stood in."""
    document = Document.objects.filter(dossier=told).first()
    with transaction.atomic():
        history.record("core.document.vote", document, by=cast.chair, on_behalf_of=cast.lead.pk,
                       details={"capacity": "votes"})  # fmt: skip
        acts.remember(cast.chair, told, "votes", document, cast.lead.pk)
    verify()
    return cast


@pytest.mark.parametrize("who", ["chair", "lead"])
def test_an_act_that_is_no_longer_remembered_is_found(acted, who):
    person = getattr(acted, who).pk
    with attack():
        assert sql("DELETE FROM core_act WHERE user_id = %s", person)
        assert found().startswith(f"P-000001 event 5: that person {person} votes is no longer")


def test_an_act_of_another_person_or_capacity_does_not_stand_for_it(acted):
    with attack():
        sql("UPDATE core_act SET capacity = 'submits' WHERE user_id = %s", acted.chair.pk)
        assert "no longer remembered" in found("P-000001")
    with attack():
        sql("UPDATE core_act SET user_id = %s WHERE user_id = %s", acted.owner.pk, acted.chair.pk)
        assert "no longer remembered" in found("P-000001")
