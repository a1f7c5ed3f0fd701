"""Bids: sealed, replaced, withdrawn, confirmed; opened by two officers with enough shares."""

import pytest

from core.refusals import Refused
from procurement import bidding, prices, receipts
from procurement.models import Bid, BidPrice
from tests.factories import bids, competitions

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(cast):
    return competitions.published(cast)


@pytest.mark.parametrize("sealing", ["shares", "server"])
def test_what_was_sealed_is_opened_as_it_was(cast, sealing):
    row = competitions.published(cast, sealing=sealing)
    found = bids.opened(cast, row, 2)
    assert [bid.state for bid in found] == ["opened", "opened"]
    first = found[0]
    assert first.content["approach"].startswith("Propuesta secreta 0")
    assert first.prototype["repository"] == "https://git.example/empresa0/acta.git"
    assert first.bundle.blob.size == len(bids.BUNDLE)
    assert (
        receipts.read(
            receipts.code(
                bidding.Receipt("seal", row.pk, first.vendor_id, first.sealed_at, first.digest)
            )
        ).digest
        == first.digest
    )
    price = BidPrice.objects.get(bid=first)
    assert (price.content, price.total) == (None, None)
    with pytest.raises(Refused, match="not opened yet"):
        prices.of(row)
    assert Bid.objects.count() == 2
