"""The server brings a bidder's bundle on request, and keeps nothing of it unsealed."""

import pytest

from procurement import drafts
from tests.factories import bids, competitions
from tests.procurement import gitting
from tests.procurement.test_prototype_evidence import GOOD

pytestmark = pytest.mark.django_db


@pytest.fixture
def site(tmp_path, settings):
    root = tmp_path / "served"
    root.mkdir()
    folder = gitting.repository(tmp_path / "good", GOOD)
    gitting.bare(folder, root, "good.git")
    with gitting.served(root) as place:
        settings.PROTOTYPE_HOSTS = [place]
        yield folder, f"http://{place}/good.git"


def test_the_bundle_is_fetched_and_the_newest_commit_named(cast, client, site):
    folder, address = site
    row = competitions.published(cast)
    vendor, person = competitions.vendors(cast)[0], competitions.bidder(cast)
    typed = bids.fields(row, repository=address, branch="main", commit="")
    drafts.save(row, vendor, typed, by=person)
    client.force_login(person)
    path = f"/procurement/competitions/{row.ref}/bid/{vendor.ref}/files/fetch/"
    answer = client.post(path)
    assert answer.status_code == 302, answer.content.decode()
    draft = drafts.read(row, vendor, by=person)
    assert [file["kind"] for file in draft["files"]] == ["bundle"]
    assert draft["fields"]["commit"] == gitting.git("rev-parse", "HEAD", at=folder)
    assert draft["fields"]["approach"] == typed["approach"]


def test_what_cannot_be_fetched_says_why_and_loses_nothing(cast, client, site):
    _folder, address = site
    row = competitions.published(cast)
    vendor, person = competitions.vendors(cast)[0], competitions.bidder(cast)
    typed = bids.fields(row, repository=address.replace("good", "other"), commit="")
    drafts.save(row, vendor, typed, by=person)
    client.force_login(person)
    path = f"/procurement/competitions/{row.ref}/bid/{vendor.ref}/files/fetch/"
    assert "No responde ese repositorio" in client.post(path).content.decode()
    inside = {**typed, "repository": "https://10.0.0.1/x.git"}
    drafts.save(row, vendor, inside, by=person)
    assert "dentro de esta red" in client.post(path).content.decode()
    assert drafts.read(row, vendor, by=person)["fields"]["approach"] == typed["approach"]


def test_nobody_else_presses_the_button(cast, client, site):
    row = competitions.published(cast)
    vendor = competitions.vendors(cast)[0]
    path = f"/procurement/competitions/{row.ref}/bid/{vendor.ref}/files/fetch/"
    for person in (cast.officer, cast.stranger, competitions.bidder(cast, 1)):
        client.force_login(person)
        assert client.post(path).status_code in (403, 404)
