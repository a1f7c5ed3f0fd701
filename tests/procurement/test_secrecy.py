"""Secrecy attacked: one dump of everything before the deadline, with 0, 1 and 40 bids."""

import io
import logging
from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib import admin
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection

from core import outbox
from core.models import Job
from procurement import bidding, drafts, slots
from procurement.models import BidSlot, SealedPage
from tests.factories import bids, competitions, frameworks

pytestmark = pytest.mark.django_db
MEMBERS, FEW = 40, 6
SPOKEN = ("Propuesta secreta", "git.example", "acta0", "Ana Pérez", "prototipo.bundle")


@pytest.fixture
def row(cast, request):
    members = MEMBERS if "count" in request.fixturenames else FEW
    competitions.lot(cast, members=members)
    found = competitions.published(cast)
    while outbox.drain():
        pass
    return found


def tables() -> list[str]:
    return sorted(connection.introspection.table_names())


def shape(content: bytes | memoryview | str | None) -> object:
    """What can be told of a value without the slot key: kind and length."""
    if isinstance(content, bytes | memoryview):
        return ("bytes", len(bytes(content)))
    return content


def dump() -> dict[str, list[tuple]]:
    """Every row of every table, as an attacker with the database reads it."""
    found = {}
    with connection.cursor() as cursor:
        for table in tables():
            cursor.execute(f'SELECT * FROM "{table}"')
            found[table] = cursor.fetchall()
    return found


def raw(found: dict[str, list[tuple]]) -> bytes:
    """The same as one heap of bytes, to look for words in."""
    pieces = []
    for rows in found.values():
        for row in rows:
            for value in row:
                pieces.append(bytes(value) if isinstance(value, bytes | memoryview)
                              else str(value).encode())  # fmt: skip
    return b"\n".join(pieces)


def structure(found: dict[str, list[tuple]]) -> dict[str, Counter]:
    """All that a dump tells but for what looks like noise: values, and the lengths of noise."""
    return {
        table: Counter(tuple(repr(shape(value)) for value in row) for row in rows)
        for table, rows in found.items()
    }


def sequences() -> list[tuple]:
    """How far every counter of the database has run."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT sequencename, last_value FROM pg_sequences ORDER BY 1")
        else:
            cursor.execute("SELECT name, seq FROM sqlite_sequence ORDER BY 1")
        return cursor.fetchall()


def files() -> list[tuple[str, int, float]]:
    """Everything in media, broker and mail, with sizes and times."""
    places = [Path(default_storage.location), settings.VAR / "broker", settings.VAR / "mail"]
    return sorted(
        (str(path), path.stat().st_size, path.stat().st_mtime)
        for place in places if place.is_dir()
        for path in place.rglob("*") if path.is_file()
    )  # fmt: skip


def bid(cast, row, count: int) -> None:
    """So many vendors draft, attach, seal; some replace, withdraw or leave it a draft."""
    for number, vendor in enumerate(competitions.vendors(cast)[:count]):
        by = frameworks.manager_of(vendor)
        bids.sealed(row, vendor, number, by)
        if number % 5 == 1:
            drafts.save(row, vendor, {"approach": "Otra propuesta secreta"}, by=by)
        if number % 5 == 2:
            bids.sealed(row, vendor, number, by)
        if number % 5 == 3:
            bidding.withdraw(row, vendor, by=by)


@pytest.mark.parametrize("count", [1, 40])
def test_a_dump_tells_neither_content_nor_count(cast, row, count, caplog, monkeypatch, tmp_path):
    monkeypatch.setattr(settings, "FILE_UPLOAD_TEMP_DIR", str(tmp_path))
    before, counters, there = dump(), sequences(), files()
    with caplog.at_level(logging.DEBUG, logger="django.request"):
        bid(cast, row, count)
    while outbox.drain():
        pass
    after = dump()
    assert structure(after) == structure(before)
    assert sequences() == counters
    assert files() == there
    assert list(tmp_path.iterdir()) == []
    assert [one for one in caplog.messages if "bid" in one.lower()] == []
    heap = raw(after)
    for word in SPOKEN:
        assert word.encode() not in heap
        assert word.encode() not in caplog.text.encode()


def test_pages_hold_noise_whether_full_or_empty(cast, row):
    bid(cast, row, 3)
    contents = [bytes(page.content) for page in SealedPage.objects.all()[:400]]
    assert {len(content) for content in contents} == {slots.PAGE}
    for content in contents:
        spread = Counter(content[: slots.PAGE])
        expected = slots.PAGE / 256
        chi = sum((spread[value] - expected) ** 2 / expected for value in range(256))
        assert 120 < chi < 430  # 255 degrees of freedom; both ends lie beyond one in a billion
    assert len({content[:12] for content in contents}) == len(contents)


def test_the_order_of_rows_tells_nothing(cast, row):
    """Identities follow from the slot key: none carries a vendor, a competition or a moment."""
    keys = list(SealedPage.objects.values_list("pk", flat=True))
    per_slot = slots.FIRST_FILE + slots.file_pages()
    assert len(keys) == FEW * per_slot
    assert set(BidSlot.objects.values_list("pages", flat=True)) == {per_slot}
    fields = {field.name for field in SealedPage._meta.get_fields()}
    assert fields == {"id", "content"}
    first = [str(key)[0] for key in keys]
    assert len(Counter(first)) == 16  # as of dice


def test_a_write_neither_adds_nor_moves_rows(cast, row):
    place = "id" if connection.vendor == "postgresql" else "rowid"
    ask = f"SELECT {place}, id FROM procurement_sealedpage ORDER BY 1"
    with connection.cursor() as cursor:
        cursor.execute(ask)
        before = cursor.fetchall()
        bid(cast, row, 5)
        cursor.execute(ask)
        assert cursor.fetchall() == before


def test_a_late_joiner_gets_a_slot_like_everybody(cast, row):
    vendor = competitions.member(cast, "Recién llegada")
    from_clock = dict(structure(dump()))
    assert not BidSlot.objects.filter(vendor=vendor).exists()
    outbox.tick()
    assert (
        BidSlot.objects.filter(vendor=vendor).get().pages == slots.FIRST_FILE + slots.file_pages()
    )
    before = structure(dump())
    bids.sealed(row, vendor, 7)
    assert structure(dump()) == before
    assert from_clock != before


def test_a_vendor_that_is_faster_than_the_clock_makes_slots_for_all(cast, row):
    one = competitions.member(cast, "Primera")
    other = competitions.member(cast, "Segunda")
    drafts.save(row, one, {"approach": "ya"}, by=frameworks.manager_of(one))
    assert BidSlot.objects.filter(vendor__in=[one, other]).count() == 2


def test_without_the_slot_key_a_slot_is_not_even_found(cast, row, settings):
    vendor = competitions.vendors(cast)[0]
    bids.sealed(row, vendor)
    settings.SLOT_KEY = "somebody else's key, of forty characters or so"
    with pytest.raises(slots.Damaged):
        slots.of(row, vendor).head()


def test_a_page_moved_to_another_slot_does_not_open(cast, row):
    one, other = (slots.of(row, vendor) for vendor in competitions.vendors(cast)[:2])
    bids.sealed(row, competitions.vendors(cast)[0])
    for index in (*slots.HEAD, *slots.TECHNICAL):
        content = SealedPage.objects.get(pk=one.page(index)).content
        SealedPage.objects.filter(pk=other.page(index)).update(content=content)
        with pytest.raises(slots.Damaged):
            other.read([index])


def test_what_django_dumps_holds_no_word_of_a_bid(cast, row):
    bid(cast, row, 2)
    target = io.StringIO()
    call_command("dumpdata", "procurement", "core.event", "core.job", stdout=target)
    for word in SPOKEN:
        assert word not in target.getvalue()


def test_no_job_and_no_event_follows_a_bid(cast, row):
    jobs = Job.objects.count()
    events = row.dossier.events.count()
    bid(cast, row, 5)
    assert Job.objects.count() == jobs
    assert row.dossier.events.count() == events


def test_the_administration_registers_no_sealed_table():
    registered = {model._meta.label for model in admin.site._registry}
    sealed = {"SealedPage", "BidSlot", "Bid", "BidPrice", "KeyShare", "Custodian", "SittingEntry",
              "LateAttempt", "Sitting", "CompetitionKey"}  # fmt: skip
    assert registered & {f"procurement.{name}" for name in sealed} == set()
