"""The pages of invoices, person by person; files, exports, and what strangers do not find."""

import csv
import hashlib
import io
import json
from datetime import timedelta

import pypdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock
from core.models import Document
from core.steps import perform
from tests.factories import invoices, money, orders
from tests.pages import Pages
from vendors.models import Invoice, PaymentTerm, TaxRule

pytestmark = pytest.mark.django_db
here = Pages("vendors")
page, send, done = here.page, here.send, here.done
CFDI = (b"<?xml version='1.0' encoding='UTF-8'?><cfdi:Comprobante "
        b"xmlns:cfdi='http://www.sat.gob.mx/cfd/4' Folio='A1'/>")  # fmt: skip


@pytest.fixture(autouse=True)
def _english(client):
    client.cookies["django_language"] = "en"


def paper(name: str = "factura.xml", content: bytes = CFDI) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def typed(sprints, **values) -> dict:
    return {"supplier_number": "A 1", "issued_on": clock.today().isoformat(),
            "sprints": [sprint.pk for sprint in sprints], "net": "10,000.00", "tax": "1600",
            "withheld": "", "document": paper(), **values}  # fmt: skip


def test_an_invoice_walks_from_the_vendor_to_its_receipt(client, cast):
    row = invoices.order(cast)
    sprint, by = invoices.accepted(cast, row), invoices.biller(row)
    html = page(client, by, "my_invoices")
    assert reverse("vendors:invoice_create", args=[row.ref]) in html
    assert "10,000.00 MXN without tax" in html
    html = page(client, by, "invoice_create", row.ref)
    assert 'value="10000.00"' in html
    assert 'value="1600.00"' in html
    done(client, by, "invoice_create", row.ref, **typed([sprint]))
    invoice = Invoice.objects.get()
    assert (invoice.state, invoice.total) == ("submitted", 11_600_00)
    client.force_login(cast.preparer)
    file = client.get(reverse("vendors:invoice_document", args=[invoice.ref]))
    assert (b"".join(file), file["Content-Type"]) == (CFDI, "application/xml")
    assert file["Content-Disposition"].startswith("attachment")
    assert "11,600.00 MXN" in page(client, cast.preparer, "invoice_step", invoice.ref, "match")
    for state, step, person in (("submitted", "match", cast.preparer),
                                ("matched", "approve", cast.authoriser),
                                ("approved", "pay", cast.recorder)):  # fmt: skip
        assert invoice.get_step_url(step) in page(client, person, "invoice_detail", invoice.ref)
        done(client, person, "invoice_step", invoice.ref, step, seen=state)
    html = page(client, by, "invoice_detail", invoice.ref)
    assert "paid" in html
    assert row.get_absolute_url() in html
    assert reverse("vendors:invoice_receipt", args=[invoice.ref]) in html
    assert "History" not in html
    html = page(client, by, "invoice_receipt", invoice.ref)
    assert f"{row.project.ref}/" in html
    assert "Total paid" in html
    pdf = client.get(reverse("vendors:invoice_receipt_file", args=[invoice.ref])).content
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    assert "11,600.00" in reader.pages[0].extract_text()
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]


def test_what_is_typed_stays_and_the_amounts_are_filled_anew(client, cast):
    row = invoices.order(cast)
    first, second = (invoices.accepted(cast, row) for _n in range(2))
    by = invoices.biller(row)
    answer = send(client, by, "invoice_create", row.ref, **typed([first, second]))
    html = answer.content.decode().replace("\xa0", " ")
    assert "the chosen sprints come to 20,000.00 MXN" in html
    assert 'value="10,000.00"' in html
    assert not Document.objects.exists()
    answer = send(client, by, "invoice_create", row.ref, compute="1", **typed([second]))
    html = answer.content.decode()
    assert 'value="A 1"' in html
    assert 'value="10000.00"' in html
    assert 'value="1600.00"' in html
    assert not Invoice.objects.exists()
    without = typed([first])
    without.pop("document")
    answer = send(client, by, "invoice_create", row.ref, **without)
    assert "This field is required" in answer.content.decode()
    drawn = paper("f.xml", b"<a><svg xmlns='http://www.w3.org/2000/svg'/></a>")
    answer = send(client, by, "invoice_create", row.ref, **typed([first], document=drawn))
    assert "can carry programs" in answer.content.decode()


def test_a_disputed_invoice_is_corrected_on_its_page(client, cast):
    row = invoices.order(cast)
    sprint, by = invoices.accepted(cast, row), invoices.biller(row)
    done(client, by, "invoice_create", row.ref, **typed([sprint], tax="1500"))
    invoice = Invoice.objects.get()
    assert invoice.state == "disputed"
    html = page(client, by, "invoice_detail", invoice.ref)
    assert "charges 1,500.00 MXN of tax" in html
    assert reverse("vendors:invoice_correct", args=[invoice.ref]) in html
    html = page(client, by, "invoice_correct", invoice.ref)
    assert 'value="1500.00"' in html
    said = typed([sprint])
    said.pop("document")
    done(client, by, "invoice_correct", invoice.ref, **said)
    assert invoices.fresh(invoice).state == "submitted"
    client.force_login(by)
    assert client.get(reverse("vendors:invoice_correct", args=[invoice.ref])).status_code == 302


def test_the_page_says_which_tranche_is_missing_and_leads_there(client, cast):
    project = orders.funds(cast, drawn=False)
    invoice = invoices.at(cast, "approved", invoices.order(cast, project=project))
    tranche = project.tranches.get()
    html = page(client, cast.recorder, "invoice_detail", invoice.ref)
    assert "11,600.00 MXN must be released before it can be paid." in html
    assert tranche.get_absolute_url() in html
    assert "comes with tranche 1" in html
    answer = send(client, cast.recorder, "invoice_step", invoice.ref, "pay", seen="approved")
    assert answer.status_code == 409
    assert "must be released" not in page(
        client, invoices.biller(invoice.order), "invoice_detail", invoice.ref
    )


def test_late_interest_is_shown_and_asked_for_by_a_tick(client, cast):
    PaymentTerm.objects.create(country="MX", days=10, yearly_ppm=365_000, day_count=365, version=9,
                               effective_from=clock.today(), at=clock.now())  # fmt: skip
    invoice = invoices.at(cast, "approved")
    row, by = invoice.order, invoices.biller(invoice.order)
    with clock.move(timedelta(days=13)):
        html = page(client, by, "invoice_detail", invoice.ref)
        assert "34.80 MXN" in html
        assert "for 3 days; it is paid when a further invoice asks for it" in html
        perform(invoice, "pay", by=cast.recorder)
        html = page(client, by, "invoice_create", row.ref)
        assert "paid 3 days late: 34.80 MXN" in html
        done(
            client, by, "invoice_create", row.ref, **typed([], net="0", tax="0", late=[invoice.pk])
        )
    assert Invoice.objects.first().total == 34_80


def test_strangers_and_other_vendors_find_nothing(client, cast):
    invoice = invoices.at(cast, "paid", document=None)
    other = invoices.at(cast, "submitted")
    foreign = invoices.biller(other.order)
    addresses = [
        reverse(f"vendors:{name}", args=[invoice.ref])
        for name in ("invoice_detail", "invoice_correct", "invoice_document", "invoice_receipt",
                     "invoice_receipt_file")
    ] + [
        reverse("vendors:invoice_step", args=[invoice.ref, "withdraw"]),
        reverse("vendors:invoice_create", args=[invoice.order.ref]),
    ]  # fmt: skip
    bidder = orders.vendors.representative(invoice.vendor, "licita", "bidder")
    for person in (foreign, cast.stranger, bidder):
        client.force_login(person)
        for address in addresses:
            assert client.get(address).status_code == 404, (person, address)
            assert client.post(address).status_code in (404, 405), (person, address)
    assert invoice.ref not in page(client, foreign, "my_invoices")
    assert invoice.ref not in page(client, foreign, "invoice_list")
    assert "No invoice here yet" in page(client, cast.stranger, "invoice_list")


def test_the_wrong_people_are_told_why(client, cast):
    invoice = invoices.at(cast, "submitted")
    for person, step in ((cast.auditor, "match"), (cast.recorder, "match"),
                         (cast.preparer, "withdraw")):  # fmt: skip
        client.force_login(person)
        assert client.get(invoice.get_step_url(step)).status_code == 403
    for name in ("taxrule_create", "paymentterm_create"):
        client.force_login(cast.authoriser)
        assert client.get(reverse(f"vendors:{name}")).status_code == 403
    client.force_login(invoices.biller(invoice.order))
    assert client.get(reverse("vendors:invoice_export")).status_code == 403


def test_lists_are_narrowed_and_taken_along_at_a_constant_cost(client, cast):
    row = invoices.order(cast)
    for _n in range(2):
        invoices.submitted(cast, row, [invoices.accepted(cast, row, 1_000_00)])

    def cost(user, name: str, **query) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert row.ref in page(client, user, name, **query)
        return len(queries)

    asked = [(cast.preparer, "invoice_list", {}), (cast.preparer, "invoice_list", {"q": "norte"}),
             (cast.manager, "invoice_list", {"state": "submitted"}),
             (invoices.biller(row), "my_invoices", {})]  # fmt: skip
    for user, name, query in asked:
        cost(user, name, **query)
    few = [cost(user, name, **query) for user, name, query in asked]
    other = invoices.order(cast, membership=row.membership)
    for made in (row, row, other, other):
        invoices.submitted(cast, made, [invoices.accepted(cast, made, 1_000_00)])
        invoices.accepted(cast, made, 500_00)
    assert [cost(user, name, **query) for user, name, query in asked] == few
    assert "No invoice matches" in page(client, cast.preparer, "invoice_list", state="paid")
    assert "No invoice matches" in page(client, cast.preparer, "invoice_list", due="yes")
    with clock.move(timedelta(days=31)):
        html = page(client, cast.preparer, "invoice_list", due="yes")
        assert "overdue" in html
    client.force_login(cast.preparer)
    response = client.get(reverse("vendors:invoice_list"), {"format": "csv", "q": "O-000001-1"})
    rows = list(csv.DictReader(io.StringIO(response.getvalue().decode("utf-8-sig"))))
    assert [(line["Invoice"], line["Total"]) for line in rows] == [("O-000001-1", "1160.00")]
    assert client.get(reverse("vendors:invoice_list"), {"format": "xlsx"}).status_code == 200


def test_the_invoice_page_costs_the_same_whatever_its_lines(client, cast):
    row = invoices.order(cast)
    one = invoices.submitted(cast, row, [invoices.accepted(cast, row, 1_000_00)])
    many = invoices.submitted(cast, row, [invoices.accepted(cast, row, 500_00) for _n in range(4)])

    def cost(invoice) -> int:
        with CaptureQueriesContext(connection) as queries:
            page(client, cast.preparer, "invoice_detail", invoice.ref)
        return len(queries)

    cost(one)
    assert cost(one) == cost(many)


# Export


def exported(client, cast, first, last, kind: str) -> bytes:
    answer = send(client, cast.authoriser, "invoice_export", first=first.isoformat(),
                  last=last.isoformat(), kind=kind)  # fmt: skip
    assert answer.status_code == 200
    return answer.getvalue()


def test_the_export_carries_approved_and_paid_invoices_and_a_checksum(client, cast):
    row = invoices.order(cast)
    paid = invoices.at(cast, "paid", row, supplier_number="=cmd|' /C calc'!A0")
    approved = invoices.at(cast, "approved", row)
    invoices.at(cast, "matched", row)
    today = clock.today(row.institution)
    text = exported(client, cast, today, today, "csv").decode()
    body, last = text.rstrip("\r\n").rsplit("\r\n", 1)
    digest = hashlib.sha256((body + "\r\n").encode()).hexdigest()
    assert last == f"checksum,2,sha256,{digest}"
    rows = list(csv.DictReader(io.StringIO(body.removeprefix("\ufeff"))))
    assert [(line["ref"], line["state"], line["total"]) for line in rows] == [
        (paid.ref, "paid", "11600.00"), (approved.ref, "approved", "11600.00"),
    ]  # fmt: skip
    assert rows[0]["supplier_number"].startswith("'=cmd")
    assert (rows[0]["ledger_entry"], rows[0]["late_days"]) == (str(paid.posting.number), "0")
    whole = json.loads(exported(client, cast, today, today, "json"))
    canonical = json.dumps(whole["invoices"], sort_keys=True, separators=(",", ":"),
                           ensure_ascii=False)  # fmt: skip
    assert whole["sha256"] == hashlib.sha256(canonical.encode()).hexdigest()
    assert (whole["count"], whole["totals"]) == (
        2, {"MXN": {"approved": "11600.00", "paid": "11600.00"}},
    )  # fmt: skip
    before = today - timedelta(days=1)
    assert json.loads(exported(client, cast, before, before, "json"))["invoices"] == []
    html = send(client, cast.authoriser, "invoice_export", first=today.isoformat(),
                last=before.isoformat(), kind="csv").content.decode()  # fmt: skip
    assert "The last day lies before the first." in html
    assert "Export for the finance system" in page(client, cast.auditor, "invoice_export")


def test_the_command_writes_the_very_same(client, cast, tmp_path, capsysbinary):
    invoices.at(cast, "paid")
    today = clock.today()
    days = {"first": today.isoformat(), "last": today.isoformat()}
    for kind in ("csv", "json"):
        target = tmp_path / f"x.{kind}"
        call_command("export_invoices", kind=kind, output=str(target), **days)
        assert target.read_bytes() == exported(client, cast, today, today, kind)
    call_command("export_invoices", "--from", days["first"], "--to", days["last"])
    assert b"O-000001-1" in capsysbinary.readouterr().out
    with pytest.raises(CommandError, match="is no day"):
        call_command("export_invoices", "--from", "ayer", "--to", days["last"])
    with pytest.raises(CommandError, match="lies before"):
        call_command("export_invoices", "--from", "2026-02-01", "--to", "2026-01-01")


# Rates


def test_rates_are_read_by_anybody_and_entered_by_administrators(client, cast):
    assert "IVA" in page(client, cast.manager, "rates")
    day = clock.today().isoformat()
    done(client, cast.admin, "taxrule_create", country="mx", category="services", kind="withheld",
         name="ISR", rate_ppm="1.25", effective_from=day, source="LISR")  # fmt: skip
    rule = TaxRule.objects.get(name="ISR")
    assert (rule.country, rule.rate_ppm, rule.version) == ("MX", 12_500, 1)
    done(client, cast.admin, "paymentterm_create", country="", days="20", yearly_ppm="9.5",
         day_count="360", effective_from=day, source="Contrato")  # fmt: skip
    term = PaymentTerm.objects.latest("pk")
    assert (term.country, term.version, term.yearly_ppm) == ("", 2, 95_000)
    html = page(client, cast.admin, "rates")
    assert "1.25 %" in html
    assert "9.5 %" in html
    answer = send(client, cast.admin, "taxrule_create", country="MX", name="X", rate_ppm="101")
    assert "less than or equal to 100" in answer.content.decode()


def test_pages_speak_spanish(client, cast):
    invoice = invoices.at(cast, "submitted")
    client.cookies["django_language"] = "es"
    html = page(client, cast.preparer, "invoice_detail", invoice.ref)
    assert "Cotejar con la orden y la aceptación" in html
    money.grant(cast.admin, "preparer")
    assert "Impuestos y plazos de pago" in page(client, cast.admin, "rates")
