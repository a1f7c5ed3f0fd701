"""What a bid must contain, and what every act before the opening does: in time, late, too early."""

from datetime import timedelta

import pytest
from django.db import transaction

from core import clock, outbox
from core.refusals import Denied, Refused
from core.steps import perform
from procurement import bid_content, bidding, drafts, envelopes, opening, prices, receipts, slots
from procurement.bid_content import Asked
from procurement.models import Addendum, Bid, BidPrice, LateAttempt, SealedPage
from procurement.models.sealing import Part
from tests.factories import bids, competitions, frameworks, people

pytestmark = pytest.mark.django_db
ASKED = Asked(
    currency="MXN", basis="hours", tax="without_tax", criteria=(("design", "Design"),),
    basket=(("dev", "Developer", 100, 900_00), ("ux", "Designer", 50, None)),
    words={"approach": 5}, prototype={"licences": ["MIT"], "live_page": True}, joint=False,
)  # fmt: skip
TYPED = {
    "approach": "Con personas usuarias", "people": "Ana; líder", "partners": "",
    "repository": "https://git.example/a.git", "branch": "main", "commit": "a" * 40,
    "live": "https://a.example/", "licence": "MIT", "rate_dev": "800.50", "rate_ux": "1,000",
    "declared_independent": "on", "declared_conflict_free": "on", "declared_licensed": "on",
}  # fmt: skip
FILES = [{"id": "1", "kind": "bundle", "name": "a.bundle", "size": 3, "sha256": "0" * 64}]


@pytest.fixture
def row(cast):
    return competitions.published(cast, sealing="server")


@pytest.fixture
def vendor(cast, row):
    return competitions.vendors(cast)[0]


@pytest.fixture
def bidder(vendor):
    return frameworks.manager_of(vendor)


def again(row, **said):
    """An addendum, material or not, as if published: another version of the competition."""
    row = competitions.fresh(row)
    type(row).objects.filter(pk=row.pk).update(version=row.version + 1)
    Addendum.objects.create(
        competition=row, number=row.addenda.count() + 1, base_version=row.version,
        state="published", version=row.version + 1, drafted_by=row.author, drafted_at=clock.now(),
        **said,
    )  # fmt: skip
    return competitions.fresh(row)


# Content


def test_a_complete_bid_lacks_nothing_and_its_price_is_exact():
    found = bid_content.compose(ASKED, TYPED, FILES)
    assert found.missing == []
    assert found.price["total"] == 800_50 * 100 + 1000_00 * 50
    assert found.technical["people"] == [{"name": "Ana", "part": "líder"}]


@pytest.mark.parametrize(
    ("change", "section", "sentence"),
    [
        ({"approach": ""}, "proposal", "Describe your approach."),
        ({"approach": "a b c d e f"}, "proposal", "The approach may have 5 words; it has 6."),
        ({"people": " ; x"}, "people", "Name the key people, one a line, each with their part."),
        ({"partners": "Beta; 1; friend"}, "people",
         "Say of Beta whether it is a joint bid or a subcontractor."),
        ({"partners": "Beta; 1; joint bid"}, "people",
         "Joint bids are not possible in this competition: Beta."),
        ({"declared_licensed": ""}, "people", "Every declaration has to be given."),
        ({"repository": ""}, "prototype",
         "Give the address of the repository, with https or ssh."),
        ({"repository": "http://git.example/a"}, "prototype",
         "Address of the repository: The address begins with one of these: https://, ssh://."),
        ({"repository": "https://u:p@git.example/a"}, "prototype",
         "Address of the repository: An address with a name or a password in it is not visited."),
        ({"repository": "https://[git/a"}, "prototype",
         "Address of the repository: Enter an address such as https://example.org/team/prototype.git"),
        ({"repository": "https://10.0.0.1/a"}, "prototype",
         "Address of the repository: The address lies inside this network: only public addresses "
         "are visited."),
        ({"branch": ""}, "prototype", "Name the branch."),
        ({"branch": "-x"}, "prototype", "Branch: This is no name of a branch."),
        ({"commit": "abc"}, "prototype",
         "Commit: Give the whole commit: 40 or 64 characters, 0–9 and a–f."),
        ({"live": ""}, "prototype", "Give the address of the live page."),
        ({"live": "http://a.example"}, "prototype",
         "Live address: The address begins with one of these: https://."),
        ({"licence": "GPL"}, "prototype", "Choose one of the licences that are accepted."),
        ({"rate_dev": "900.01"}, "price",
         "Developer: the lot allows 900.00\xa0MXN an hour at most."),
        ({"rate_dev": "0"}, "price", "Developer: enter an amount above zero."),
        ({"rate_ux": "1.005"}, "price",
         "Designer: MXN has 2 digits after the point; the amount has more."),
        ({"rate_ux": "viel"}, "price",
         "Designer: “viel” is not an amount. Write it like 1250000.50, without a currency."),
    ],
)  # fmt: skip
def test_what_is_missing_or_wrong_is_said(change, section, sentence):
    found = bid_content.compose(ASKED, {**TYPED, **change}, FILES)
    assert (section, sentence) in found.missing


def test_a_bundle_is_asked_for_and_a_price_per_sprint_is_multiplied():
    assert ("prototype", "Attach the git bundle.") in bid_content.compose(ASKED, TYPED, []).missing
    asked = Asked(currency="MXN", basis="sprint", tax="without_tax", sprints=6)
    assert bid_content.compose(asked, {**TYPED, "sprint": "100"}, FILES).price["total"] == 600_00


# Drafts and files


def test_a_draft_is_kept_as_it_was_typed_however_wrong(row, vendor, bidder):
    drafts.save(
        row, vendor, {"approach": " Hola\r\n ", "rate_developer": "abc", "x": "y"}, by=bidder
    )
    found = drafts.read(row, vendor, by=bidder)
    assert found["fields"] == {"approach": " Hola\r\n ", "rate_developer": "abc"}
    drafts.save(row, vendor, {"branch": "main"}, by=bidder, seen=found["number"])
    assert drafts.read(row, vendor, by=bidder)["fields"]["approach"] == " Hola\r\n "
    with pytest.raises(Refused, match="Somebody of your company saved this bid meanwhile"):
        drafts.save(row, vendor, {"branch": "x"}, by=bidder, seen=found["number"])


def test_too_much_text_is_refused_and_what_was_there_stays(row, vendor, bidder):
    drafts.save(row, vendor, {"approach": "corto"}, by=bidder)
    with pytest.raises(Refused, match="too much text"):
        drafts.save(row, vendor, {"approach": "x" * 200_000}, by=bidder)
    assert drafts.read(row, vendor, by=bidder)["fields"]["approach"] == "corto"


def test_only_who_bids_for_the_vendor_sees_or_changes_its_draft(cast, row, vendor):
    clerk = people.person("clerk", institution=None)
    frameworks.seat(vendor, clerk, "billing")
    other = frameworks.manager_of(competitions.vendors(cast)[1])
    for person in (clerk, other, cast.officer, cast.admin, cast.auditor):
        for act in (
            lambda who: drafts.read(row, vendor, by=who),
            lambda who: drafts.save(row, vendor, {"approach": "x"}, by=who),
            lambda who: drafts.attach(row, vendor, "a.pdf", bids.PDF, "attachment", by=who),
            lambda who: bidding.seal(row, vendor, by=who),
            lambda who: bidding.status(row, vendor, by=who),
            lambda who: bidding.withdraw(row, vendor, by=who),
        ):
            with pytest.raises(Denied, match="Only somebody who bids or manages"):
                act(person)


@pytest.mark.parametrize(
    ("name", "content", "kind", "sentence"),
    [
        ("a.pdf", b"", "attachment", "The file is empty"),
        ("a.exe", b"MZ", "attachment", "of a kind that is not accepted"),
        ("a.pdf", b"\x89PNG\r\n\x1a\n" + b"0" * 50, "attachment", "is not what its ending says"),
        ("a.docx", b"%PDF-1.4", "attachment", "is not what its ending says"),
        ("a.txt", b"a\0b", "attachment", "is not what its ending says"),
        ("a.bundle", b"PACK", "bundle", "This is no git bundle"),
        ("a.pdf", b"%PDF-1.4 " + b"0" * 1_100_000, "attachment", "may have 1 MB together"),
    ],
)
def test_files_that_are_not_taken(row, vendor, bidder, name, content, kind, sentence):
    with pytest.raises(Refused, match=sentence):
        drafts.attach(row, vendor, name, content, kind, by=bidder)


def test_files_are_sealed_at_once_and_a_new_bundle_replaces_the_old(row, vendor, bidder):
    drafts.attach(row, vendor, "dir\\a.pdf", bids.PDF, "attachment", by=bidder)
    drafts.attach(row, vendor, "1.bundle", bids.BUNDLE, "bundle", by=bidder)
    draft = drafts.attach(row, vendor, "2.bundle", bids.BUNDLE, "bundle", by=bidder)
    assert [file["name"] for file in draft["files"]] == ["a.pdf", "2.bundle"]
    slot = slots.of(row, vendor)
    stored = slot.head().files[draft["files"][0]["id"]]
    assert b"%PDF" not in slot.read(stored["pages"])
    drafts.detach(row, vendor, draft["files"][0]["id"], by=bidder)
    assert len(slot.head().files) == 1


def test_a_sealed_bid_stands_whole_while_the_next_is_drafted_with_the_largest_files(
    row, vendor, bidder
):
    whole = b"%PDF-1.4 " + b"0" * (1024 * 1024 - len(bids.BUNDLE) - 9)
    for number in range(4):
        drafts.attach(row, vendor, "a.pdf", whole, "attachment", by=bidder)
        bids.sealed(row, vendor, number)
    assert bidding.status(row, vendor, by=bidder).sealed


# Sealing, replacing, withdrawing


def test_a_sealed_bid_has_a_receipt_and_its_draft_is_forgotten(row, vendor, bidder):
    bids.drafted(row, vendor)
    before = clock.now()
    receipt = bidding.seal(row, vendor, by=bidder)
    assert before <= receipt.at <= clock.now()
    assert receipts.read(receipts.code(receipt)) == receipt
    assert slots.of(row, vendor).draft() == {}
    status = bidding.status(row, vendor, by=bidder)
    assert (status.sealed, status.to_confirm, status.withdrawn) == (True, False, False)
    with pytest.raises(Refused, match="There is no draft to be sealed"):
        bidding.seal(row, vendor, by=bidder)


def test_what_is_missing_is_refused_and_nothing_is_sealed(row, vendor, bidder):
    drafts.save(row, vendor, {"approach": "x"}, by=bidder)
    with pytest.raises(Refused) as refused:
        bidding.seal(row, vendor, by=bidder)
    assert "Attach the git bundle." in refused.value.reasons
    assert not bidding.status(row, vendor, by=bidder).sealed
    assert drafts.read(row, vendor, by=bidder)["fields"]["approach"] == "x"


def test_a_page_that_was_opened_earlier_seals_nothing_else(row, vendor, bidder):
    draft = bids.drafted(row, vendor)
    drafts.save(row, vendor, {"approach": "otra"}, by=bidder)
    with pytest.raises(Refused, match="The draft changed"):
        bidding.seal(row, vendor, by=bidder, seen=draft["number"])


def test_a_second_bid_replaces_the_first_and_one_is_opened(cast, row, vendor, bidder):
    bids.sealed(row, vendor, 0)
    second = bids.sealed(row, vendor, 5)
    (bid,) = bids.opened(cast, row, 0)
    assert bid.digest == second.digest
    assert "secreta 5" in bid.content["approach"]
    assert [act["act"] for act in bid.acts] == ["seal", "seal"]
    assert bid.files.count() == 1


def test_a_withdrawn_bid_leaves_only_its_receipt(cast, row, vendor, bidder):
    bids.sealed(row, vendor)
    receipt = bidding.withdraw(row, vendor, by=bidder)
    assert receipt.act == "withdraw"
    with pytest.raises(Refused, match="No bid of yours is sealed"):
        bidding.withdraw(row, vendor, by=bidder)
    (bid,) = bids.opened(cast, row, 0)
    assert (bid.state, bid.content, bid.digest) == ("withdrawn", {}, receipt.digest)
    assert not BidPrice.objects.exists()
    assert list(Bid.objects.evaluated()) == []


def test_a_bid_may_be_sealed_again_after_it_was_withdrawn(cast, row, vendor, bidder):
    bids.sealed(row, vendor)
    bidding.withdraw(row, vendor, by=bidder)
    bids.sealed(row, vendor, 1)
    (bid,) = bids.opened(cast, row, 0)
    assert (bid.state, len(bid.acts)) == ("opened", 3)


def test_a_material_addendum_asks_for_confirmation_or_the_bid_lapses(cast, row):
    one, two, three = competitions.vendors(cast)[:3]
    for number, vendor in enumerate((one, two, three)):
        bids.sealed(row, vendor, number)
    row = again(row, material=False)
    assert not bidding.status(row, one, by=frameworks.manager_of(one)).to_confirm
    with pytest.raises(Refused, match="Nothing material changed"):
        bidding.reconfirm(row, one, by=frameworks.manager_of(one))
    row = again(row, material=True)
    assert bidding.status(row, one, by=frameworks.manager_of(one)).to_confirm
    bidding.reconfirm(row, one, by=frameworks.manager_of(one))
    bids.sealed(row, two, 7)
    found = bids.opened(cast, row, 0)
    assert [bid.state for bid in found] == ["opened", "opened", "lapsed"]
    assert found[2].content == {}


def test_a_suspended_member_seals_nothing(cast, row, vendor, bidder):
    bids.drafted(row, vendor)
    membership = vendor.memberships.get()
    perform(membership, "suspend", by=cast.officer, because="Incumplió.")
    with pytest.raises(Refused, match="is no member in force of the lot"):
        bidding.seal(row, vendor, by=bidder)


def test_a_suspended_competition_takes_no_bids_and_goes_on(cast, row, vendor, bidder):
    bids.drafted(row, vendor)
    row = perform(row, "suspend", by=cast.officer, because="Juzgado 3, 77/2026")
    with pytest.raises(Refused, match="takes no bids now"):
        bidding.seal(row, vendor, by=bidder)
    perform(row, "resume", by=cast.officer, because="Se levantó.")
    assert bidding.seal(row, vendor, by=bidder)


# The deadline, to the microsecond


def test_the_moment_of_the_deadline_is_in_time_and_a_microsecond_later_is_not(row):
    assert not bidding.is_late(row, row.closes_at - timedelta(microseconds=1))
    assert not bidding.is_late(row, row.closes_at)
    assert bidding.is_late(row, row.closes_at + timedelta(microseconds=1))
    assert row.takes_bids(row.closes_at)


def test_a_late_attempt_is_refused_at_once_and_only_noted(row, vendor, bidder):
    bids.drafted(row, vendor)
    with competitions.after_deadline(row), pytest.raises(Refused) as refused:
        bidding.seal(row, vendor, by=bidder)
    assert str(refused.value).startswith("Too late: bids were taken until ")
    assert "Nothing of your bid was kept" in str(refused.value)
    head = slots.of(row, vendor).head()
    assert head.bid is None
    (late,) = head.late
    assert set(late) == {"at", "deadline", "digest"}
    assert late["at"] > late["deadline"]
    assert bidding.seal(row, vendor, by=bidder)


def test_late_attempts_are_read_after_the_opening(cast, row, vendor, bidder):
    bids.drafted(row, vendor)
    bids.sealed(row, competitions.vendors(cast)[1], 1)
    with competitions.after_deadline(row):
        with pytest.raises(Refused, match="Too late"):
            bidding.seal(row, vendor, by=bidder)
        with pytest.raises(Refused, match="Too late"):
            bidding.withdraw(row, competitions.vendors(cast)[1],
                             by=frameworks.manager_of(competitions.vendors(cast)[1]))  # fmt: skip
        assert not LateAttempt.objects.exists()
    (bid,) = bids.opened(cast, row, 0)
    assert bid.state == "opened"
    assert {one.vendor for one in LateAttempt.objects.all()} == set(competitions.vendors(cast)[:2])
    assert all(one.at > one.deadline for one in LateAttempt.objects.all())


def test_drafts_end_with_the_deadline(row, vendor, bidder):
    drafts.save(row, vendor, {"approach": "x"}, by=bidder)
    with competitions.after_deadline(row):
        with pytest.raises(Refused, match="nothing is kept any more"):
            drafts.save(row, vendor, {"approach": "y"}, by=bidder)
        with pytest.raises(Refused, match="nothing is kept any more"):
            drafts.attach(row, vendor, "a.pdf", bids.PDF, "attachment", by=bidder)
        assert drafts.read(row, vendor, by=bidder)["fields"]["approach"] == "x"


# Opening


def test_nothing_is_opened_before_the_deadline_or_by_one_officer(cast, row):
    bids.all_sealed(cast, row, 1)
    with pytest.raises(Refused, match="Bids may still be sent"):
        perform(row, "begin_opening", by=cast.officer)
    with competitions.after_deadline(row):
        begun = perform(competitions.fresh(row), "begin_opening", by=cast.officer)
        with pytest.raises(Denied, match="second of two officers"):
            perform(begun, "open", by=cast.officer)
        perform(begun, "open", by=competitions.officer2(cast))


def test_a_ciphertext_moved_to_another_bid_does_not_open(cast, row):
    """Whoever has the slot key may move pages; the envelope itself knows where it belongs."""
    one, two = competitions.vendors(cast)[:2]
    bids.sealed(row, one, 0)
    bids.sealed(row, two, 1)
    here, there = slots.of(row, one), slots.of(row, two)
    there.write(slots.TECHNICAL, here.read(slots.TECHNICAL))
    found = bids.opened(cast, row, 0)
    assert [bid.state for bid in found] == ["opened", "unreadable"]
    assert found[1].because == "it was moved, altered, or sealed to another key"


def test_what_is_not_what_the_receipt_says_is_not_opened(cast, row, vendor, bidder):
    """Whoever has slot key and public key may seal something else; the receipt's hash tells."""
    bids.sealed(row, vendor)
    slot = slots.of(row, vendor)
    key = row.keys.get(part=Part.TECHNICAL)
    forged = receipts.canonical({"salt": "00", "content": {"approach": "otra"}})
    slot.write(slots.TECHNICAL, envelopes.seal(
        forged, bytes.fromhex(key.public), drafts.place(slot, Part.TECHNICAL),
        size=bidding.TECHNICAL_SIZE))  # fmt: skip
    (bid,) = bids.opened(cast, row, 0)
    assert bid.state == "unreadable"
    assert bid.because == "What was sealed is not what the receipt says."


def test_the_opening_writes_the_history_and_binds_all_receipts(cast, row):
    bids.all_sealed(cast, row, 3)
    found = bids.opened(cast, row, 0)
    events = row.dossier.events.filter(verb="procurement.bid.create")
    assert events.count() == 3
    assert all(bid.digest in "".join(events.values_list("details", flat=True)) for bid in found)
    fresh = competitions.fresh(row)
    assert fresh.receipts_hash == opening.hash_of([bid.digest for bid in found])


def test_pages_are_removed_after_the_opening_and_after_a_cancellation(cast, row):
    bids.all_sealed(cast, row, 1)
    assert SealedPage.objects.exists()
    perform(row, "cancel", by=cast.officer, because="Sin recursos.")
    while outbox.drain():
        pass
    assert not SealedPage.objects.exists()


def test_prices_stay_sealed_and_are_opened_by_their_own_key(cast, row):
    found = bids.opened(cast, row, 2)
    price = BidPrice.objects.filter(bid=found[0]).get()
    assert (price.total, price.content, price.opened_at) == (None, None, None)
    with pytest.raises(envelopes.WillNotOpen):
        opening.opened_part(
            slots.of(row, found[0].vendor), Part.PRICE, bytes(price.envelope),
            bytes(opening.sittings.key_for_opening(row, Part.TECHNICAL)),
        )  # fmt: skip
    with transaction.atomic():
        prices.open_prices(row, by=cast.officer, because="")
    row.prices_opened_at = clock.now()
    opened = prices.of(row)
    hours = sum(line["hours"] for line in row.price_basket)
    wanted = [bids.RATE * hours, (bids.RATE + 1000) * hours]
    assert [opened[bid.pk].total for bid in found] == wanted
    found[0].competition.prices_opened_at = clock.now()
    assert prices.total_of(found[0]) == bids.RATE * hours
