"""Lost shares: two officers, three working days, and only what the receipts bind is taken."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core import clock, outbox
from core.models import Notice
from core.refusals import Denied, Refused
from core.steps import perform
from procurement import bidding, drafts, keys, redelivering, slots
from procurement.models import Bid
from procurement.models.sealing import Part
from tests.factories import bids, competitions, custody, frameworks

pytestmark = pytest.mark.django_db
FILES = {"p.bundle": bids.BUNDLE}


@pytest.fixture
def row(cast):
    return competitions.published(cast, sealing="shares")


def sealed(row, vendor, number=0) -> bytes:
    """A sealed bid; returns the copy that the vendor kept."""
    by = frameworks.manager_of(vendor)
    draft = bids.drafted(row, vendor, number, by)
    copy = drafts.copy(row, vendor, draft)
    bidding.seal(row, vendor, by=by)
    return copy


def lost(cast, row, part=Part.TECHNICAL):
    found = redelivering.propose(row, part, by=cast.officer, because="Se quemaron tres.")
    return redelivering.confirm(found, by=competitions.officer2(cast))


def test_what_matches_the_receipt_is_taken_and_opened(cast, row):
    one, two = competitions.vendors(cast)[:2]
    first, second = sealed(row, one, 0), sealed(row, two, 1)
    with competitions.after_deadline(row):
        row = perform(competitions.fresh(row), "begin_opening", by=cast.officer)
        found = lost(cast, row)
        outbox.drain()
        told = set(Notice.objects.filter(key__contains="redelivery_begun").values_list(
            "person", flat=True))  # fmt: skip
        assert told == {frameworks.manager_of(v).pk for v in competitions.vendors(cast)}
        receipt = redelivering.deliver(row, one, first, FILES, by=frameworks.manager_of(one))
        assert receipt.act == "redeliver"
        changed = json.loads(second)
        changed["price"]["total"] -= 1
        with pytest.raises(Refused, match="This is not what you sealed"):
            redelivering.deliver(row, two, json.dumps(changed).encode(), FILES,
                                 by=frameworks.manager_of(two))  # fmt: skip
        with pytest.raises(Refused, match="is missing, or is not the file"):
            redelivering.deliver(row, two, second, {"p": b"another"},
                                 by=frameworks.manager_of(two))  # fmt: skip
        with pytest.raises(Refused, match="Bidders may deliver again until"):
            perform(row, "open", by=cast.officer2)
        with clock.move(to=found.until):
            with pytest.raises(Refused, match="Nothing is to be delivered again now"):
                redelivering.deliver(row, two, second, FILES, by=frameworks.manager_of(two))
            perform(row, "open", by=cast.officer2)
    states = dict(Bid.objects.values_list("vendor", "state"))
    assert states == {one.pk: "opened", two.pk: "unreadable"}
    assert Bid.objects.get(vendor=one).files.get().document is not None


def test_whoever_sealed_nothing_delivers_nothing(cast, row):
    one, two = competitions.vendors(cast)[:2]
    copy = sealed(row, one)
    forged = json.dumps({**json.loads(copy), "vendor": two.ref}).encode()
    with competitions.after_deadline(row):
        row = perform(competitions.fresh(row), "begin_opening", by=cast.officer)
        lost(cast, row)
        with pytest.raises(Refused, match="No bid of yours was sealed"):
            redelivering.deliver(row, two, forged, FILES, by=frameworks.manager_of(two))
        with pytest.raises(Denied):
            redelivering.deliver(row, one, copy, FILES, by=frameworks.manager_of(two))


def test_it_takes_two_officers_and_a_lost_key(cast, row):
    with pytest.raises(Refused, match="cannot be delivered again now"):
        redelivering.propose(row, Part.TECHNICAL, by=cast.officer, because="x")
    with competitions.after_deadline(row):
        row = perform(competitions.fresh(row), "begin_opening", by=cast.officer)
        with pytest.raises(Denied):
            redelivering.propose(row, Part.TECHNICAL, by=cast.auditor, because="x")
        with pytest.raises(Refused, match="Say what happened"):
            redelivering.propose(row, Part.TECHNICAL, by=cast.officer, because=" ")
        found = redelivering.propose(row, Part.TECHNICAL, by=cast.officer, because="x")
        with pytest.raises(Denied):
            redelivering.confirm(found, by=cast.officer)
        with pytest.raises(Refused, match="proposed already"):
            redelivering.propose(row, Part.TECHNICAL, by=cast.officer2, because="x")
        redelivering.confirm(found, by=cast.officer2)
        assert keys.of(row)[Part.TECHNICAL].by_server
        assert not keys.of(row)[Part.PRICE].by_server
        with pytest.raises(Refused, match="moved on"):
            redelivering.confirm(found, by=cast.officer2)


def test_shares_that_are_too_few_open_nothing(cast, row):
    sealed(row, competitions.vendors(cast)[0])
    with competitions.after_deadline(row):
        row = perform(competitions.fresh(row), "begin_opening", by=cast.officer)
        custody.enter(row, 2)
        with pytest.raises(Refused, match="2 of the 3 shares needed"):
            perform(row, "open", by=competitions.officer2(cast))
    assert not Bid.objects.exists()
    assert slots.of(row, competitions.vendors(cast)[0]).head().standing


def test_a_vendor_delivers_again_on_its_page(cast, row, client):
    vendor = competitions.vendors(cast)[0]
    copy = sealed(row, vendor)
    with competitions.after_deadline(row):
        row = perform(competitions.fresh(row), "begin_opening", by=cast.officer)
        lost(cast, row)
        client.force_login(frameworks.manager_of(vendor))
        address = reverse("procurement:bid_deliver", args=[row.ref, vendor.ref])
        assert client.get(address).status_code == 200
        files = [SimpleUploadedFile("b", bids.BUNDLE)]
        said = {"copy": SimpleUploadedFile("c.json", copy), "attachments": files}
        sent = client.post(address, said)
        assert sent.url == reverse("procurement:bid_receipt", args=[row.ref, vendor.ref])
        assert client.get(sent.url).status_code == 200
    acts = slots.of(row, vendor).head().acts
    assert [act["act"] for act in acts] == ["seal", "redeliver"]
