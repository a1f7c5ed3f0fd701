"""Pages of vendors: who sees what, hostile files, forged addresses, the same number of queries."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock, due
from core.models import Notice
from core.outbox import drain
from core.refusals import Denied, Refused
from tests.factories import vendors
from vendors import barring, importing_vendors, papers, registering, verifying
from vendors.barring import Proposal
from vendors.models import Match, Vendor, VendorDocument, VendorImport

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english(client):
    client.cookies["django_language"] = "en"


def upload(name="constancia.csv", content=b"folio,1\n"):
    return SimpleUploadedFile(name, content)


def queries(client, where: str) -> int:
    client.get(where)
    with CaptureQueriesContext(
        connection,
    ) as found:
        assert client.get(where).status_code == 200
    return len(found)


def many(cast, count: int) -> None:
    for _number in range(count):
        number = Vendor.objects.count()
        row = vendors.vendor(cast, f"Empresa {number}", region="Jalisco")
        vendors.representative(row, f"g{number}")
    text = "name,country\n" + "".join(f"Empresas {n},MX\n" for n in range(Vendor.objects.count()))
    importing_vendors.import_now(text.encode(), "a.csv", "generic", by=cast.officer)


LISTS = ("vendors:vendor_list", "vendors:supplier_list", "vendors:match_list",
         "vendors:import_list", "vendors:company_home")  # fmt: skip


def test_lists_ask_the_same_whatever_the_rows(cast, client):
    client.force_login(cast.officer)
    many(cast, 2)
    few = {name: queries(client, reverse(name)) for name in LISTS}
    many(cast, 6)
    assert {name: queries(client, reverse(name)) for name in LISTS} == few
    assert Match.objects.waiting().count() >= 8


def test_the_page_of_a_vendor_asks_the_same_whatever_hangs_on_it(cast, client):
    row = vendors.vendor(cast)
    manager = vendors.representative(row)
    client.force_login(cast.officer)

    def grow(first: int, last: int) -> None:
        for number in range(first, last):
            vendors.representative(row, f"r{number}", "bidder")
            papers.add(row, "tax", f"Constancia {number}", upload(), by=manager)
            proposal = Proposal("suspension", "x", "x", clock.today() + timedelta(days=9))
            barring.propose(row, proposal, by=cast.officer)

    grow(0, 1)
    few = queries(client, row.get_absolute_url())
    grow(1, 6)
    assert queries(client, row.get_absolute_url()) == few


def test_filters_of_the_list_keep_what_was_asked(cast, client):
    vendors.vendor(cast, "Año Nuevo, S.A.", tax_id=vendors.RFC, region="Jalisco", start_up=True)
    vendors.vendor(cast, "Otra", "US", size="large")
    client.force_login(cast.auditor)
    for asked, names in [
        ("q=ano nuevo sa", ["Año Nuevo, S.A."]), ("q=MAB-930714-8T4", ["Año Nuevo, S.A."]),
        ("q=V-000002", ["Otra"]), ("size=large", ["Otra"]), ("country=mx", ["Año Nuevo, S.A."]),
        ("flag=start_up", ["Año Nuevo, S.A."]), ("state=suspended", []), ("region=jal",
                                                                        ["Año Nuevo, S.A."]),
    ]:  # fmt: skip
        page = client.get(f"{reverse('vendors:vendor_list')}?{asked}")
        assert [row["name"] for row in page.context["vendors"]] == names, asked
    page = client.get(f"{reverse('vendors:vendor_list')}?format=csv&size=large")
    assert b"Otra" in b"".join(page.streaming_content)


def test_the_public_pages_name_no_person(cast, client):
    row = vendors.vendor(cast, tax_id=vendors.RFC, description="Hacemos web", categories=["web"])
    manager = vendors.representative(row, name="Rosa Secreta")
    papers.add(row, "tax", "Constancia secreta", upload(), by=manager)
    waiting = vendors.vendor(cast, "En espera", state="to_match")
    for where in (reverse("vendors:supplier_list"), reverse("vendors:supplier_detail",
                                                            args=[row.ref])):  # fmt: skip
        text = client.get(where).content.decode()
        assert row.name in text
        for secret in ("Rosa", manager.email, "Constancia", vendors.RFC, "En espera"):
            assert secret not in text
    assert client.get(reverse("vendors:supplier_detail", args=[waiting.ref])).status_code == 404
    client.force_login(cast.stranger)
    assert client.get(row.get_absolute_url()).status_code == 404
    assert client.get(reverse("vendors:vendor_list")).context["rows"] == []


# Documents


def test_another_companys_documents_do_not_exist(cast, client):
    mine, other = vendors.vendor(cast), vendors.vendor(cast, "Otra")
    manager, rival = vendors.representative(mine, "a"), vendors.representative(other, "b")
    paper = papers.add(mine, "tax", "Constancia", upload(), by=manager)
    where = reverse("vendors:paper_file", args=[paper.pk])
    bar = barring.propose(mine, Proposal("suspension", "x", "x", clock.today(), upload()),
                          by=cast.officer)  # fmt: skip
    forged = [where, mine.get_absolute_url(), bar.get_absolute_url(),
              reverse("vendors:barring_file", args=[bar.pk, "proposal"]),
              reverse("vendors:barring_answer", args=[bar.pk]),
              reverse("vendors:company_profile", args=[mine.ref]),
              reverse("vendors:company_submit", args=[mine.ref]),
              reverse("vendors:seat_invite", args=[mine.ref]),
              reverse("vendors:paper_add", args=[mine.ref]),
              reverse("vendors:seat_end", args=[mine.seats.get().pk]),
              reverse("vendors:vendor_step", args=[mine.ref, "withdraw"])]  # fmt: skip
    client.force_login(rival)
    assert {client.get(address).status_code for address in forged} == {404}
    assert client.post(reverse("vendors:paper_end", args=[paper.pk])).status_code == 404
    assert client.post(reverse("vendors:seat_end", args=[mine.seats.get().pk])).status_code == 404
    client.force_login(manager)
    page = client.get(where)
    assert (page.status_code, page["X-Content-Type-Options"]) == (200, "nosniff")
    assert b"".join(page.streaming_content) == b"folio,1\n"
    assert client.get(bar.get_absolute_url()).status_code == 404  # not told yet
    client.force_login(cast.auditor)
    assert b"".join(client.get(where).streaming_content) == b"folio,1\n"
    client.post(reverse("vendors:paper_end", args=[paper.pk]))
    assert VendorDocument.objects.current().exists()  # an auditor takes nothing back


@pytest.mark.parametrize(
    ("name", "content"),
    [("virus.exe", b"MZ\x00\x00"), ("page.html", b"<html><script>1</script>"),
     ("fake.pdf", b"<svg onload=1>"), ("empty.csv", b""), ("page.svg", b"<svg/>"),
     ("../../etc/passwd", b"x"), ("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")],
)  # fmt: skip
def test_hostile_files_are_refused_and_what_was_typed_stays(cast, client, name, content):
    row = vendors.vendor(cast)
    client.force_login(vendors.representative(row))
    said = {"kind": "tax", "title": "Mi constancia", "file": upload(name, content)}
    page = client.post(reverse("vendors:paper_add", args=[row.ref]), said)
    assert page.status_code == 200
    assert "Mi constancia" in page.content.decode()
    assert not VendorDocument.objects.exists()


def test_documents_are_reminded_of_three_times_and_replaced(cast, client):
    row = vendors.vendor(cast)
    manager = vendors.representative(row)
    last = clock.today() + timedelta(days=40)
    paper = papers.add(row, "tax_opinion", "Opinión", upload(), last, by=manager)
    with pytest.raises(Refused, match="That day is over"):
        papers.add(row, "tax", "x", upload(), clock.today() - timedelta(days=1), by=manager)
    with pytest.raises(Denied):
        papers.add(row, "tax", "x", upload(), by=vendors.representative(row, "b", "bidder"))
    marks = {}
    for left in (31, 30, 29, 14, 13, 3, 2, 0, -1):
        with clock.move(timedelta(days=40 - left)):
            due.act()
            drain()
            told = Notice.objects.filter(person=manager, subject__contains="vence pronto")
            marks[left] = told.count()
    assert list(marks.values()) == [0, 1, 1, 2, 2, 3, 3, 3, 3]
    newer = papers.add(row, "tax_opinion", "Opinión", upload("otra.csv", b"folio,2\n"), by=manager)
    paper.refresh_from_db()
    assert (paper.replaced_by, paper.withdrawn_at is not None) == (newer, True)


# What is verified, and corrections


@pytest.mark.parametrize(
    ("days", "tone", "word"),
    [(31, "good", "valid"), (30, "waiting", "expires soon"), (-1, "bad", "expired")],
)
def test_a_document_says_how_it_stands_in_a_colour_that_there_is(cast, client, days, tone, word):
    row = vendors.vendor(cast)
    manager = vendors.representative(row)
    last = clock.today() + timedelta(days=days)
    with clock.move(timedelta(days=-2)):
        papers.add(row, "tax", "Constancia", upload(), last, by=manager)
    client.force_login(manager)
    page = client.get(row.get_absolute_url()).content.decode()
    assert f'c-tag--{tone}">{word}<' in page


def test_what_is_verified_stands_beside_what_is_declared(cast, client):
    row = vendors.vendor(cast, size="micro", start_up=True)
    manager = vendors.representative(row)
    client.force_login(cast.officer)
    where = reverse("vendors:vendor_verify", args=[row.ref])
    assert client.post(where, {"size": "medium", "start_up": "no"}).status_code == 200
    client.post(where, {"size": "medium", "start_up": "no", "because": "Registro de la SE"})
    row = Vendor.objects.get()
    assert (row.size, row.verified_size, row.start_up, row.verified_start_up) == (
        "micro", "medium", True, False)  # fmt: skip
    assert (row.stated("size"), row.stated("start_up"), row.verified_ownership) == (
        "medium", False, None)  # fmt: skip
    registering.describe(row, {"size": "small"}, by=manager)
    assert Vendor.objects.get().stated("size") == "medium"
    with pytest.raises(Denied):
        verifying.verify(row, {"size": "large"}, by=manager, because="x")


def test_a_name_and_number_are_corrected_by_an_officer_only(cast, client):
    row = vendors.vendor(cast, tax_id=vendors.RFC)
    vendors.vendor(cast, "Otra", tax_id="GODE561231GR8")
    client.force_login(cast.officer)
    where = reverse("vendors:vendor_correct", args=[row.ref])
    said = {"name": "Sur SA", "country": "MX", "tax_id": "GODE561231GR8", "because": "x"}
    assert "is registered with the tax number" in client.post(where, said).content.decode()
    assert client.post(where, {**said, "tax_id": vendors.RFC}).status_code == 302
    assert Vendor.objects.get(pk=row.pk).key == "sur"
    client.force_login(cast.auditor)
    assert client.get(where).status_code == 403


# Imports


def test_a_list_is_shown_before_it_is_imported(cast, client):
    vendors.vendor(cast, "Flexion Inc", "US")
    client.force_login(cast.officer)
    text = b"name,country,tax_id\nNueva,MX,\nFlexon,US,\nMala,MX,GODE561231GR9\n"
    said = {"file": upload("l.csv", text), "mapping": "generic"}
    page = client.post(reverse("vendors:import_create"), said, follow=True)
    shown = page.content.decode()
    for words in ("What this file would do", "a name that looks alike", "check digit of the RFC"):
        assert words in shown
    assert (Vendor.objects.count(), Match.objects.count()) == (1, 0)
    run = VendorImport.objects.get()
    page = client.post(reverse("vendors:import_finish", args=[run.pk]), follow=True)
    assert "What was imported" in page.content.decode()
    run = VendorImport.objects.get()
    assert run.state == "done"
    assert run.counts == {"created": 1, "updated": 0, "unchanged": 0, "to_match": 1,
                          "quarantined": 1}  # fmt: skip
    assert (Vendor.objects.count(), Match.objects.count()) == (2, 1)
    report = client.get(reverse("vendors:import_report", args=[run.pk]))
    assert b"GODE561231GR9" in b"".join(report.streaming_content)
    again = client.post(reverse("vendors:import_finish", args=[run.pk]), follow=True)
    assert "moved on" in again.content.decode()


def test_the_template_is_a_list_that_can_be_read(cast, client):
    client.force_login(cast.officer)
    page = client.get(reverse("vendors:import_template"))
    run = importing_vendors.import_now(b"".join(page.streaming_content), "t.csv", "generic",
                                       by=cast.officer)  # fmt: skip
    assert run.counts["created"] == 1


def test_only_officers_import_and_only_readers_see(cast, client):
    for person, seen in [(cast.auditor, 200), (cast.stranger, 200)]:
        client.force_login(person)
        assert client.get(reverse("vendors:import_create")).status_code == 403
        assert client.get(reverse("vendors:import_list")).status_code == seen
    run = importing_vendors.import_now(b"name\nUno\n", "a.csv", "generic", by=cast.officer)
    client.force_login(cast.stranger)
    assert client.get(run.get_absolute_url()).status_code == 404
    client.force_login(cast.auditor)
    assert client.post(reverse("vendors:import_finish", args=[run.pk])).status_code == 403


# Suspensions


def test_the_road_of_a_suspension_in_the_browser(cast, client):
    row = vendors.vendor(cast)
    manager = vendors.representative(row)
    client.force_login(cast.officer)
    said = {"kind": "debarment", "reason": "Datos falsos", "legal_basis": "art. 60",
            "ends_on": (clock.today() + timedelta(days=300)).isoformat()}  # fmt: skip
    page = client.post(reverse("vendors:barring_create", args=[row.ref]), said)
    where = page["Location"]
    bar = row.barrings.get()
    client.post(bar.get_step_url("open_hearing"), {"seen": "proposed"})
    client.force_login(manager)
    assert "Datos falsos" in client.get(where).content.decode()
    client.post(reverse("vendors:barring_answer", args=[bar.pk]), {"text": "No es cierto"})
    client.force_login(cast.secretariat)
    assert "No es cierto" in client.get(where).content.decode()
    client.post(bar.get_step_url("impose"), {"seen": "hearing", "because": "Probado"})
    client.logout()
    page = client.get(reverse("vendors:supplier_detail", args=[row.ref])).content.decode()
    assert "Datos falsos" in page
    client.force_login(manager)
    assert "Sin nuevos negocios" in client.get(row.get_absolute_url()).content.decode()
