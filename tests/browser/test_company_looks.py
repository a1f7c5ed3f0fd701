"""Pages of companies in a browser: whole, quiet, open to everybody; in both languages."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core import clock
from core.steps import perform
from tests.browser.looking import LOOKS, faults
from tests.factories import people, vendors
from vendors import barring, importing_vendors, papers, registering, seats, signing_up
from vendors.barring import Proposal
from vendors.models import Match, VendorInvitation, VendorSeat

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LIST = "name,country,tax_id\nNueva,MX,\nFlexon,US,\nMala,MX,GODE561231GR9\n"


@pytest.fixture
def addresses(db):
    """Each page with the person who looks at it; None for somebody not signed in."""
    cast = people.cast()
    shown = {"description": "Hacemos servicios digitales", "categories": ["web", "datos"],
             "region": "Jalisco", "ownership": ["women"]}  # fmt: skip
    row = vendors.vendor(cast, tax_id=vendors.RFC, **shown)
    vendors.vendor(cast, "Flexion Inc", "US", verified_size="micro", verified_on=clock.today())
    boss = vendors.representative(row, "gerente", name="Rosa Nueva")
    file = SimpleUploadedFile("constancia.csv", b"folio,1\n")
    papers.add(row, "tax", "Constancia", file, clock.today() + timedelta(days=20), by=boss)
    seats.invite(row, "otra@x.example", "bidder", by=boss)
    proposal = Proposal("debarment", "Datos falsos", "Ley, art. 60",
                        clock.today() + timedelta(days=300))  # fmt: skip
    bar = perform(barring.propose(row, proposal, by=cast.officer), "open_hearing", by=cast.officer)
    run = importing_vendors.import_now(LIST.encode(), "lista.csv", "generic", by=cast.officer)
    upload = SimpleUploadedFile("otra.csv", LIST.replace("Nueva", "Novísima").encode())
    preview = importing_vendors.receive(upload, "generic", by=cast.officer)
    mine = registering.start({"name": "Empresa mía", "country": "MX", "tax_id": "XAXX010101000"},
                             by=boss)  # fmt: skip
    token = signing_up.token_for(signing_up.Asked("Uno", "uno@x.example", "es"))
    invited = seats.token_for(VendorInvitation.objects.get())
    pages = [
        (None, "supplier_list"), (None, "supplier_detail", row.ref), (None, "signup"),
        (None, "signup_confirm", token), (None, "invitation_answer", invited),
        (boss, "invitation_answer", invited), (boss, "company_home"), (boss, "company_start"),
        (boss, "company_edit", mine.ref), (boss, "company_profile", mine.ref),
        (boss, "company_submit", mine.ref), (boss, "vendor_detail", mine.ref),
        (boss, "vendor_detail", row.ref), (boss, "seat_invite", row.ref),
        (boss, "paper_add", row.ref), (boss, "seat_end", VendorSeat.objects.first().pk),
        (boss, "barring_detail", bar.pk), (boss, "barring_answer", bar.pk),
        (cast.officer, "vendor_list"), (cast.officer, "vendor_detail", row.ref),
        (cast.officer, "vendor_verify", row.ref), (cast.officer, "vendor_correct", row.ref),
        (cast.officer, "barring_create", row.ref), (cast.secretariat, "barring_detail", bar.pk),
        (cast.officer, "match_list"), (cast.officer, "match_detail", Match.objects.get().pk),
        (cast.officer, "import_list"), (cast.officer, "import_create"),
        (cast.officer, "import_detail", run.pk), (cast.officer, "import_detail", preview.pk),
        (cast.officer, "import_step", preview.pk, "cancel"),
        (boss, "vendor_step", mine.ref, "withdraw"),
    ]  # fmt: skip
    return [(person, reverse(f"vendors:{name}", args=args)) for person, name, *args in pages]


@pytest.mark.parametrize("look", LOOKS)
def test_pages_of_companies_are_open_to_everybody(chromium, live_server, addresses, look):
    found = faults(chromium, live_server.url, addresses, look)
    assert not found, "\n".join(found)
