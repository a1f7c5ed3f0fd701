"""The pages of keys, bids, openings and receipts, as everybody."""

import base64
import io
import json
import re

import pytest
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse
from pypdf import PdfReader

from core.models import Notice
from core.steps import perform
from procurement import bidding, drafts, keys, receipts, sittings
from procurement.models import Bid
from procurement.models.sealing import Part
from tests.factories import bids, competitions, custody, frameworks, people

pytestmark = pytest.mark.django_db
PAGES = ("bid_overview", "bid_write", "bid_files", "bid_seal", "bid_restore", "bid_receipt",
         "bid_withdraw", "bid_reconfirm", "bid_deliver", "bid_copy")  # fmt: skip


@pytest.fixture
def row(cast):
    return competitions.published(cast)


@pytest.fixture
def vendor(cast, row):
    return competitions.vendors(cast)[0]


@pytest.fixture
def bidder(vendor):
    found = frameworks.manager_of(vendor)
    type(found).objects.filter(pk=found.pk).update(language="en")
    return found


@pytest.fixture
def own(client, bidder):
    client.force_login(bidder)
    client.cookies["django_language"] = "en"
    return client


def url(name, *args):
    return reverse(f"procurement:{name}", args=args)


def signed_in(user) -> Client:
    found = Client()
    found.force_login(user)
    found.cookies["django_language"] = "en"
    return found


# A vendor's own bid


def test_a_vendor_writes_attaches_seals_and_changes_its_bid(own, row, vendor, bidder):
    here = (row.ref, vendor.ref)
    assert own.get(url("bid_home", row.ref)).url == url("bid_overview", *here)
    page = own.get(url("bid_overview", *here)).content.decode()
    assert "Nothing is sealed yet." in page
    assert "Attach the git bundle." in page
    typed = {**bids.fields(row), "seen": "0"}
    assert own.post(url("bid_write", *here), typed).url == url("bid_overview", *here)
    upload = SimpleUploadedFile("p.bundle", bids.BUNDLE)
    sent = own.post(url("bid_files", *here), {"kind": "bundle", "file": upload})
    assert sent.url == url("bid_files", *here)
    assert "p.bundle" in own.get(sent.url).content.decode()
    review = own.get(url("bid_seal", *here)).content.decode()
    assert "Propuesta secreta 0" in review
    assert "Before it can be sealed" not in review
    seen = re.search(r'name="seen" value="(\d+)"', review)[1]
    sealed = own.post(url("bid_seal", *here), {"seen": seen})
    text = sealed.content.decode()
    assert "Your bid is sealed" in text
    code = re.search(r"[A-Z2-7]{5}(?:-[A-Z2-7]{1,5}){10,}", text)[0]
    assert receipts.read(code).vendor == vendor.pk
    copy = re.search(r'href="data:application/json;base64,([^"]+)"', text)[1]
    assert "A bid of your company is sealed" in own.get(url("bid_overview", *here)).content.decode()
    own.post(url("bid_restore", *here), {"copy": SimpleUploadedFile("c.json", _decoded(copy))})
    again = own.get(url("bid_write", *here)).content.decode()
    assert "Propuesta secreta 0" in again
    assert own.get(url("bid_seal", *here)).content.decode().count("p.bundle") == 1


def _decoded(text: str) -> bytes:
    return base64.b64decode(text)


def test_what_is_typed_is_saved_by_the_page_itself(own, row, vendor):
    here = (row.ref, vendor.ref)
    answer = own.post(url("bid_save", *here), {"approach": "Hola", "seen": "0"}).json()
    assert answer["saved"].startswith("Saved at ")
    late = own.post(url("bid_save", *here), {"approach": "Otra", "seen": "0"}).json()
    assert late["refused"].startswith("Somebody of your company saved this bid meanwhile.")
    after = own.post(url("bid_save", *here), {"approach": "Otra", "seen": answer["seen"]}).json()
    assert "saved" in after
    with competitions.after_deadline(row):
        told = own.post(url("bid_save", *here), {"approach": "x", "seen": after["seen"]}).json()
        assert told == {"refused": "Bids are no longer taken, so nothing is kept any more."}


def test_a_refused_form_keeps_what_was_typed(own, row, vendor):
    here = (row.ref, vendor.ref)
    own.post(url("bid_write", *here), {"approach": "Uno", "seen": "0"})
    page = own.post(url("bid_write", *here), {"approach": "Dos", "seen": "0"})
    assert page.status_code == 200
    assert "Dos" in page.content.decode()
    assert "Somebody of your company saved this bid meanwhile" in page.content.decode()


def test_what_is_missing_is_said_and_not_sealed(own, row, vendor, bidder):
    own.post(url("bid_write", row.ref, vendor.ref), {"approach": "Uno", "seen": "0"})
    page = own.post(url("bid_seal", row.ref, vendor.ref), {"seen": "1"})
    assert page.status_code == 200
    assert "Attach the git bundle." in page.content.decode()
    assert not bidding.status(row, vendor, by=bidder).sealed


def test_too_late_is_said_at_once(own, row, vendor, bidder):
    bids.drafted(row, vendor)
    with competitions.after_deadline(row):
        page = own.post(url("bid_seal", row.ref, vendor.ref), {})
        assert page.status_code == 200
        assert "Too late: bids were taken until" in page.content.decode()
        overview = own.get(url("bid_overview", row.ref, vendor.ref)).content.decode()
        assert "Bids are no longer taken." in overview


def test_a_file_that_is_too_large_is_dropped_with_a_sentence(own, row, vendor, settings, tmp_path):
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "there is none")
    large = SimpleUploadedFile("a.pdf", b"%PDF-1.4 " + b"0" * 3_000_000)
    page = own.post(url("bid_files", row.ref, vendor.ref), {"kind": "attachment", "file": large})
    assert page.status_code == 200
    assert "The file is larger than 1 MB." in page.content.decode()


def test_no_upload_reaches_a_temporary_file(row, vendor, bidder, settings, tmp_path):
    """Django writes larger uploads to the folder for temporary files; here there is none, and the
    token is asked for as in earnest, which reads the request."""
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "there is none")
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 10
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(bidder)
    strict.cookies["csrftoken"] = "t" * 32
    upload = SimpleUploadedFile("a.pdf", b"%PDF-1.4 " + b"0" * 600_000)
    said = {"kind": "attachment", "file": upload, "csrfmiddlewaretoken": "t" * 32}
    assert strict.post(url("bid_files", row.ref, vendor.ref), said).status_code == 302
    for name in ("bid_files", "bid_restore", "bid_deliver", "share_confirm", "sitting"):
        args = (row.ref, vendor.ref) if name.startswith("bid") else (row.ref,)
        view = resolve(url(name, *args)).func
        assert view.csrf_exempt, name  # by the middleware: `held` asks, when the handler is set


def test_the_token_against_forged_forms_is_asked_for(row, vendor, bidder):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(bidder)
    for name in ("bid_write", "bid_save", "bid_files", "bid_seal", "bid_withdraw"):
        assert strict.post(url(name, row.ref, vendor.ref), {}).status_code == 403


def test_receipts_are_shown_printed_and_checked_by_anybody(own, row, vendor, bidder):
    receipt = bids.sealed(row, vendor)
    code = receipts.code(receipt)
    page = own.get(url("bid_receipt", row.ref, vendor.ref)).content.decode()
    assert receipt.digest in page
    assert code in page
    paper = own.get(url("bid_receipt_paper", row.ref, vendor.ref, 0))
    text = PdfReader(io.BytesIO(paper.content)).pages[0].extract_text().replace("\n", "")
    assert receipt.digest[:20] in text
    anybody = Client()
    anybody.cookies["django_language"] = "en"
    checked = anybody.post("/receipts/", {"code": code.lower()}).content.decode()
    assert "This receipt was issued here." in checked
    assert receipt.digest in checked
    for wrong in ("", "ABC", code[:-1] + ("A" if code[-1] != "A" else "B")):
        refused = anybody.post("/receipts/", {"code": wrong}).content.decode()
        assert "This receipt was issued here." not in refused
    assert own.get(url("bid_receipt_paper", row.ref, vendor.ref, 9)).status_code == 404


def test_the_check_of_a_receipt_looks_at_no_bid(row, vendor):
    receipt = bids.sealed(row, vendor)
    other = receipts.Receipt("seal", row.pk, vendor.pk, receipt.at, "0" * 64)
    found = []
    for code in (receipts.code(receipt), receipts.code(other)):
        with CaptureQueriesContext(connection) as asked:
            Client().post("/receipts/", {"code": code})
        found.append([query["sql"].split("WHERE")[0] for query in asked])
    assert found[0] == found[1]
    assert not any("sealedpage" in sql or "bid" in sql.lower().split("from")[-1]
                   for sql in found[0])  # fmt: skip


# Everybody else


def test_nobody_else_has_any_page_of_a_bid(cast, row, vendor):
    bids.sealed(row, vendor)
    clerk = people.person("clerk", institution=None)
    frameworks.seat(vendor, clerk, "billing")
    other = competitions.bidder(cast, 1)
    for person, expected in (
        (cast.officer, {403}), (cast.admin, {403}), (cast.auditor, {403}), (clerk, {403}),
        (cast.stranger, {404}), (other, {404}), (cast.chair, {404}),
    ):  # fmt: skip
        visitor = signed_in(person)
        for name in PAGES:
            got = visitor.get(url(name, row.ref, vendor.ref)).status_code
            assert {got} == expected, (person, name)


def test_before_the_opening_no_page_tells_of_bids(cast, row):
    """Every page of the room, as every role, is the same with no bid as with three."""

    def seen() -> dict:
        found = {}
        for name in ("officer", "officer2", "secretariat", "auditor", "admin", "chair", "manager"):
            visitor = signed_in(getattr(cast, name))
            for address in (
                row.get_absolute_url(), row.get_public_url(), url("keys", row.ref),
                url("sitting", row.ref), url("bid_list", row.ref), url("late_register", row.ref),
                url("redelivery", row.ref), "/", "/inbox/", "/procurement/bids/1/",
            ):  # fmt: skip
                answer = visitor.get(address)
                text = re.sub(r"nonce-[^'\"]+|csrfmiddlewaretoken\" value=\"\w+\"", "",
                              answer.content.decode())  # fmt: skip
                text = re.sub(r'data-server="[^"]*"|\d\d:\d\d:\d\d[^<]*', "", text)
                found[name, address] = (answer.status_code, text)
        return found

    before, notices = seen(), Notice.objects.count()
    bids.all_sealed(cast, row, 3)
    after = seen()
    assert [key for key in before if before[key] != after[key]] == []
    assert Notice.objects.count() == notices
    kept = [str(session.get_decoded()) for session in Session.objects.all()]
    assert [text for text in kept if "bid" in text] == []


def test_pages_ask_the_database_as_often_whether_a_bid_is_sealed_or_not(own, row, vendor):
    def asked(name) -> int:
        with CaptureQueriesContext(connection) as found:
            assert own.get(url(name, row.ref, vendor.ref)).status_code == 200
        return len(found)

    asked("bid_overview")
    before = [asked(name) for name in ("bid_overview", "bid_files", "bid_receipt")]
    bids.sealed(row, vendor)
    assert [asked(name) for name in ("bid_overview", "bid_files", "bid_receipt")] == before


# Keys and sittings


def test_keys_are_made_shown_once_confirmed_and_rehearsed_on_pages(cast):
    row = competitions.in_review(cast, sealing="shares")
    officer = signed_in(cast.officer)
    values = {}
    for number, name in enumerate(custody.CUSTODIANS, start=1):
        values |= {f"person_{number}": getattr(cast, name).email, f"office_{number}": f"Of. {name}"}
    assert officer.get(url("keys_make", row.ref)).status_code == 200
    assert officer.post(url("keys_make", row.ref), values).url == url("keys", row.ref)
    papers = {}
    for name in custody.CUSTODIANS:
        visitor = signed_in(getattr(cast, name))
        assert "See your shares, once" in visitor.get(url("keys", row.ref)).content.decode()
        assert visitor.get(url("share", row.ref)).status_code == 200
        shown = visitor.post(url("share", row.ref)).content.decode()
        words = re.findall(r"<li>([a-z]+)</li>", shown)
        papers[name] = {"technical": " ".join(words[:33]), "price": " ".join(words[33:])}
        again = visitor.post(url("share", row.ref)).content.decode()
        assert "were shown already" in again
        wrong = {**papers[name], "technical": papers[name]["price"]}
        refused = visitor.post(url("share_confirm", row.ref), wrong).content.decode()
        assert "This is your share of another key: of the price." in refused
        assert visitor.post(url("share_confirm", row.ref), papers[name]).status_code == 302
    assert "was not rehearsed" in officer.get(url("keys", row.ref)).content.decode()
    assert officer.post(url("keys_rehearse", row.ref)).url == url("sitting", row.ref)
    for name in custody.CUSTODIANS[:3]:
        visitor = signed_in(getattr(cast, name))
        page = visitor.get(url("sitting", row.ref)).content.decode()
        assert "Enter the share" in page
        assert visitor.post(url("sitting", row.ref), papers[name]).status_code == 302
    assert keys.keys_ready(row) == []
    assert perform(row, "publish", by=cast.officer2).state == "published"


def test_strangers_find_no_keys_and_others_make_none(cast):
    row = competitions.in_review(cast)
    assert signed_in(cast.stranger).get(url("keys", row.ref)).status_code == 404
    assert signed_in(cast.auditor).get(url("keys_make", row.ref)).status_code == 403
    assert signed_in(cast.auditor).get(url("share", row.ref)).status_code == 404
    assert signed_in(cast.chair).get(url("keys_make", row.ref)).status_code == 403


def test_the_sitting_of_an_opening_takes_shares_and_shows_only_how_many(cast):
    row = competitions.published(cast, sealing="shares")
    bids.all_sealed(cast, row, 1)
    with competitions.after_deadline(row):
        perform(competitions.fresh(row), "begin_opening", by=cast.officer)
        first = cast.secretariat
        visitor = signed_in(first)
        assert "0 of the 3 shares needed" in visitor.get(url("sitting", row.ref)).content.decode()
        typed = {"technical": custody.words_of(row, first)["technical"]}
        assert visitor.post(url("sitting", row.ref), typed).status_code == 302
        page = visitor.get(url("sitting", row.ref)).content.decode()
        assert "1 of the 3 shares needed" in page
        assert typed["technical"].split()[5] not in page
        assert sittings.entered(sittings.current(row)) == {Part.TECHNICAL: 1}


# After the opening


def test_opened_bids_are_read_by_those_who_need_them(cast, row, vendor, bidder):
    bids.drafted(row, competitions.vendors(cast)[1], 1)
    with competitions.after_deadline(row), pytest.raises(Exception, match="Too late"):
        bidding.seal(row, competitions.vendors(cast)[1], by=competitions.bidder(cast, 1))
    bids.opened(cast, row, 1)
    bid = Bid.objects.get()
    officer = signed_in(cast.officer)
    assert vendor.name in officer.get(url("bid_list", row.ref)).content.decode()
    page = officer.get(bid.get_absolute_url()).content.decode()
    assert "Propuesta secreta 0" in page
    assert "500.00" not in page
    file = officer.get(url("bid_file", bid.pk, bid.files.get().pk))
    assert b"".join(file.streaming_content) == bids.BUNDLE
    late = officer.get(url("late_register", row.ref)).content.decode()
    assert competitions.vendors(cast)[1].name in late
    assert signed_in(bidder).get(bid.get_absolute_url()).status_code == 200
    assert signed_in(bidder).get(url("late_register", row.ref)).status_code == 404
    for person in (cast.chair, cast.stranger, competitions.bidder(cast, 1), cast.manager):
        visitor = signed_in(person)
        assert visitor.get(bid.get_absolute_url()).status_code == 404
        assert visitor.get(url("bid_list", row.ref)).status_code == 404
        assert visitor.get(url("bid_file", bid.pk, bid.files.get().pk)).status_code == 404


def test_the_list_of_bids_asks_as_often_for_many(cast, row):
    bids.opened(cast, row, 1)
    officer = signed_in(cast.officer)
    with CaptureQueriesContext(connection) as one:
        officer.get(url("bid_list", row.ref))
    other = competitions.published(cast, title="Otra")
    bids.opened(cast, other, 3)
    with CaptureQueriesContext(connection) as three:
        officer.get(url("bid_list", other.ref))
    assert len(three) <= len(one)


def test_a_copy_is_whole_and_no_other_is_taken(own, row, vendor, bidder, cast):
    bids.drafted(row, vendor)
    copy = own.get(url("bid_copy", row.ref, vendor.ref)).content
    assert json.loads(copy)["technical"]["approach"].startswith("Propuesta secreta")
    other = json.dumps({**json.loads(copy), "vendor": "V-999999"}).encode()
    for wrong, sentence in ((b"{}", "no copy of a bid"), (other, "copy of another bid"),
                            (b"\xff", "no copy of a bid")):  # fmt: skip
        sent = {"copy": SimpleUploadedFile("c.json", wrong)}
        assert sentence in own.post(url("bid_restore", row.ref, vendor.ref), sent).content.decode()
    assert drafts.read(row, vendor, by=bidder)["fields"]["branch"] == "main"
