"""What the award adds to pages: the way to it, a bidder's own bid and debrief, and who won."""

import pytest
from django.urls import reverse

from core import outbox
from core.steps import perform
from procurement import awarding
from procurement.models import Draw
from tests.factories import awards, competitions

pytestmark = pytest.mark.django_db


def url(name, *args):
    return reverse(f"procurement:{name}", args=args)


def read(client, person, address) -> str:
    client.logout()
    if person is not None:
        client.force_login(person)
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_officers_come_to_the_award_from_the_competition_and_oversight_sends_it_back(cast, client):
    row = awards.ranked(cast)
    award, back = url("award", row.ref), url("award_return", row.ref)
    assert award in read(client, cast.officer, row.get_absolute_url())
    assert award not in read(client, cast.chair, row.get_absolute_url())
    awarding.state_advantages(row, awards.WHY, by=cast.officer)
    row = perform(row, "submit_for_approval", by=cast.officer)
    page = read(client, cast.secretariat, row.get_absolute_url())
    assert back in page
    assert row.get_step_url("send_back") not in page  # the page of the award names the step first
    assert "Choose first" not in page
    assert back not in read(client, cast.officer, row.get_absolute_url())


def test_a_bidder_comes_to_its_own_bid_and_debrief_and_to_no_other(cast, client):
    row = awards.standing_still(cast)
    for bid in row.bids.all():
        page = read(client, awards.bidder(bid), row.get_public_url())
        for other in row.bids.all():
            own = other == bid
            assert (other.get_absolute_url() in page) is own
            assert (url("debrief", other.pk) in page) is own
    page = read(client, None, row.get_public_url())
    assert not any(bid.get_absolute_url() in page for bid in row.bids.all())


def test_who_stands_first_is_not_asked_to_challenge(cast, client):
    row = awards.standing_still(cast)
    links = {}
    for bid in row.bids.all():
        page = read(client, awards.bidder(bid), url("debrief", bid.pk))
        links[bid.state] = url("challenge_create", bid.pk) in page
        assert "24:00" in page
    assert links == {"preferred": False, "ranked": True}


def test_everybody_reads_who_won_once_it_is_awarded_and_nobody_else_is_named(cast, client):
    row = awards.standing_still(cast)
    names = {bid.vendor.name: bid.state == "preferred" for bid in row.bids.select_related("vendor")}
    secret = Draw.objects.get().seed_text
    before = read(client, None, row.get_public_url())
    assert not any(name in before for name in names)
    assert secret not in before
    with awards.after_standstill(row):
        perform(row, "award", by=cast.officer)
        outbox.drain()
        page = read(client, None, row.get_public_url())
    assert {name: name in page for name in names} == names
    price = competitions.fresh(row).bids.get(state="awarded").sealed_price.total
    assert f"{price // 100:,}.00" in page
    assert secret in page
