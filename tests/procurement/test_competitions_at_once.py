"""Many at the same moment: the feed keeps the order of the commits, numbers are given once."""

import threading
import time

import pytest
from django.db import connection, transaction

from core.refusals import Refused
from core.steps import perform
from procurement import asking, feeding
from procurement.models import FeedEntry
from tests.factories import competitions, custody
from tests.factories.people import cast as everybody
from tests.factories.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 8


def test_a_reader_of_the_feed_misses_nothing():
    """Whatever a transaction takes to commit: what a reader saw is never overtaken from below."""
    row = competitions.published(everybody())
    first = FeedEntry.objects.latest("number").number
    seen, over = [], threading.Event()

    def read():
        last = first
        try:
            while not over.is_set() or FeedEntry.objects.filter(number__gt=last).exists():
                for entry in FeedEntry.objects.filter(number__gt=last).order_by("number"):
                    seen.append(entry.number)
                    last = entry.number
        finally:
            connection.close()

    def tell(number):
        for turn in range(3):
            with transaction.atomic():
                feeding.tell(row, "question", number=number)
                time.sleep(0.01 * ((number + turn) % 3))

    reader = threading.Thread(target=read)
    reader.start()
    at_once(tell)
    over.set()
    reader.join()
    wanted = list(range(first + 1, first + 1 + 3 * THREADS))
    assert seen == wanted
    assert list(FeedEntry.objects.filter(number__gt=first).values_list("number", flat=True)) == (
        wanted
    )


def test_questions_at_once_have_each_its_number():
    cast = everybody()
    row = competitions.published(cast)
    person = competitions.bidder(cast)
    made = at_once(lambda n: asking.ask(row, f"¿{n}?", by=person))
    assert sorted(question.number for question in made) == list(range(1, THREADS + 1))


def test_two_officers_publish_once():
    cast = everybody()
    row = custody.ready(cast, competitions.in_review(cast))
    done = at_once(lambda _n: perform(row, "publish", by=cast.officer2))
    assert len([found for found in done if isinstance(found, Refused)]) == THREADS - 1
    assert competitions.fresh(row).versions.count() == 1
