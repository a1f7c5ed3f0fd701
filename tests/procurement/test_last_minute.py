"""Many at the same moment, on connections of their own: while the deadline passes, and twice."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import translation

from core import clock
from core.refusals import Refused
from procurement import bidding, drafts, slots
from procurement.models import Bid, Competition, LateAttempt
from tests.factories import bids, competitions, custody, frameworks
from tests.factories.people import cast as everybody

pytestmark = pytest.mark.django_db(transaction=True)
VENDORS, THREADS, SECONDS = 40, 8, 3.0


def in_threads(works):
    """Do the works in a few threads, each with its own connection; what each gave or refused."""
    found, waiting, lock = {}, list(works), threading.Lock()

    def run():
        try:
            with translation.override("en"):
                while True:
                    with lock:
                        if not waiting:
                            return
                        key, work = waiting.pop(0)
                    try:
                        found[key] = work()
                    except Refused as refused:
                        found[key] = refused
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_every_receipt_has_its_bid_and_none_comes_after_the_deadline():
    cast = everybody()
    competitions.lot(cast, members=VENDORS)
    row = competitions.published(cast, sealing="server")
    vendors = competitions.vendors(cast)
    people = [frameworks.manager_of(vendor) for vendor in vendors]
    for number, (vendor, by) in enumerate(zip(vendors, people, strict=True)):
        bids.drafted(row, vendor, number, by)
    begin = time.monotonic()
    closes = clock.now() + timedelta(seconds=SECONDS * 0.7)
    Competition.objects.filter(pk=row.pk).update(closes_at=closes)

    def press(number):
        def work():
            time.sleep(max(begin + SECONDS * number / VENDORS - time.monotonic(), 0))
            return bidding.seal(row, vendors[number], by=people[number])

        return work

    found = in_threads([(number, press(number)) for number in range(VENDORS)])
    row = competitions.fresh(row)
    given = {vendors[n].pk: one for n, one in found.items() if not isinstance(one, Refused)}
    refused = [one for one in found.values() if isinstance(one, Refused)]
    assert given
    assert refused
    assert all(one.at <= row.closes_at for one in given.values())
    assert all(str(one).startswith("Too late") for one in refused)
    with clock.move(timedelta(minutes=1)):
        custody.opened(cast, row, competitions.officer2(cast))
    standing = dict(Bid.objects.values_list("vendor", "digest"))
    assert standing == {key: one.digest for key, one in given.items()}
    assert LateAttempt.objects.count() == len(refused)


def test_two_presses_at_once_seal_one_bid():
    cast = everybody()
    row = competitions.published(cast, sealing="server")
    vendor = competitions.vendors(cast)[0]
    by = frameworks.manager_of(vendor)
    number = bids.drafted(row, vendor)["number"]
    found = in_threads(
        (n, lambda: bidding.seal(row, vendor, by=by, seen=number)) for n in range(THREADS)
    )
    assert sum(not isinstance(one, Refused) for one in found.values()) == 1
    head = slots.of(row, vendor).head()
    assert [act["act"] for act in head.acts] == ["seal"]


def test_two_who_save_at_once_do_not_overwrite_each_other():
    cast = everybody()
    row = competitions.published(cast, sealing="server")
    vendor = competitions.vendors(cast)[0]
    by = frameworks.manager_of(vendor)
    found = in_threads(
        (n, lambda n=n: drafts.save(row, vendor, {"approach": f"{n}"}, by=by, seen=0))
        for n in range(THREADS)
    )
    saved = [n for n, one in found.items() if not isinstance(one, Refused)]
    assert len(saved) == 1
    assert drafts.read(row, vendor, by=by)["fields"] == {"approach": f"{saved[0]}"}
