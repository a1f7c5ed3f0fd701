"""A small vendor from her registration to the paid invoice, in the browser.

Each act is done by the right person, from the page that their list or the pages' links lead to.
Before each act everybody else tries it, the manager of another vendor among them, and is refused;
history and ledger fit at the end. Pages are looked at in Spanish and light on SQLite, in English
and dark on PostgreSQL: what a browser shows does not depend on the database.
"""

import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import transaction
from django.urls import reverse
from django.utils import translation

from core import clock, documents, money, outbox
from core.cast import CAST
from core.models import User
from projects.funding import balances
from projects.models import Posting, Project
from tests.browser import wrong_people
from tests.browser.looking import LOOKS
from tests.browser.road import Road
from tests.browser.windows import SUBMIT, Account
from tests.factories import invoices, orders
from vendors import papers
from vendors.models import (
    Framework,
    Invoice,
    Lot,
    Membership,
    Order,
    Sprint,
    Vendor,
    VendorDocument,
    VendorSeat,
)

pytestmark = pytest.mark.browser

PASSWORD = "una frase larga de Rosa"
ROSA = Account("rosa@telar.example", PASSWORD)
BLANCA = Account("blanca@telar.example", PASSWORD)
RFC = "TDI240312K71"
COMPANY = {"name": "Telar Digital, S.A.P.I. de C.V.", "country": "MX"}
DECLARED = {"size": "micro", "start_up": "yes", "region": "Oaxaca"}
OFFICERS = {"officer", "officer2"}
OPEN_DAYS, STANDSTILL = 3, 10
CENTS = 100
VALUE, MAXIMUM, RATE, HOURS = 90_000, 30_000, 600, 40
COMMIT = "4f2a" * 10
TWINS = ("alternate", "member1", "member2", "member3")
"""People who hold seats on boards, as `chair` does, and nothing of vendors."""


class Supply(Road):
    """The road of the one vendor: what each stretch of it leaves for the next."""

    cast: SimpleNamespace
    other: Invoice
    project: Project
    vendor: Vendor
    framework: Framework
    lot: Lot
    membership: Membership
    order: Order
    sprint: Sprint
    invoice: Invoice

    def at(self, name: str, *args: object) -> str:
        """An address of this room."""
        return reverse(f"vendors:{name}", args=args)

    def page(self, part: str) -> str:
        """The page of something that stands here by its name."""
        return getattr(self, part).get_absolute_url()

    def again(self, part: str):
        """It as it stands now."""
        row = getattr(self, part)
        setattr(self, part, type(row)._default_manager.get(pk=row.pk))
        return getattr(self, part)


@pytest.fixture
def supply(windows, everybody):
    cache.clear()
    language, scheme, _width = LOOKS[0]
    windows.look = (language, scheme)
    everybody.leave_out(*TWINS)
    road = Supply(windows, everybody)
    road.cast = SimpleNamespace(
        **{member.local: User.objects.get(email=member.email) for member in CAST}
    )
    road.other, road.project = others(road.cast), orders.funds(road.cast, 900_000 * CENTS)
    return road


@transaction.atomic
def others(cast) -> Invoice:
    """What another vendor has here: a document, an order and a paid invoice; `rival` manages it."""
    row = orders.member(cast, name="Hilos del Centro, S.A.")
    VendorSeat.objects.create(vendor=row.vendor, user=cast.rival, role="manager",
                              starts_at=clock.now(), given_by=cast.rival)  # fmt: skip
    paper = SimpleUploadedFile("poder.csv", b"folio,1\n")
    papers.add(row.vendor, "power", "Poder", paper, by=cast.rival)
    order = invoices.order(cast, membership=row)
    bill = SimpleUploadedFile("factura.csv", b"folio,2\n")
    kept = documents.store(bill, by=cast.rival, dossier=order.dossier)
    return invoices.at(cast, "paid", order, document=kept)


def test_a_small_vendor_from_the_registration_to_the_paid_invoice(supply, settings, tmp_path):
    sign_up(supply)
    register(supply)
    show_papers(supply, tmp_path)
    invite(supply)
    verify(supply)
    open_a_framework(supply)
    apply(supply, tmp_path)
    settings.CLOCK_SHIFT = timedelta(days=OPEN_DAYS + 1)
    call_command("tick")
    assess(supply)
    settings.CLOCK_SHIFT += timedelta(days=STANDSTILL + 1)
    call_command("tick")
    sign_the_terms(supply)
    call_off(supply)
    sign_the_order(supply)
    plan(supply)
    deliver(supply, tmp_path)
    inspect(supply)
    ask_for_money(supply, tmp_path)
    pay(supply)
    see_nothing_of_others(supply)
    see_that_all_fits(supply)


# The stretches of the road


def link_of(address: str) -> str:
    """Where the last mail to an address leads."""
    outbox.drain()
    last = [message for message in mail.outbox if message.to == [address]][-1]
    found = re.search(r"https?://[^/\s]+(/suppliers/\S+)", last.body)
    assert found, last.body
    return found[1]


def sign_up(supply):
    """Rosa finds the way at the door, confirms her address and makes an account of her own."""
    window = supply.windows.newcomer_at(ROSA, "/accounts/login/").follow(supply.at("signup"))
    supply.look(window, supply.at("signup"))
    window.fill({"name": "Rosa Méndez", "email": ROSA.email})
    window.press(SUBMIT)
    assert not User.objects.filter(email=ROSA.email).exists()
    link = link_of(ROSA.email)
    window.go(link)
    supply.look(window, link)
    window.fill({"password": ROSA.password, "again": ROSA.password})
    window.press(SUBMIT)
    assert window.page.url.endswith(supply.at("company_start"))
    supply.everybody.joined_by(ROSA.email)


def register(supply):
    """The company in three steps; a wrong check digit is named, the second factor asked for."""
    window, start = supply.windows["rosa"], supply.at("company_start")
    window.fill({**COMPANY, "tax_id": f"{RFC[:-1]}0"})
    window.page.click(SUBMIT)
    assert RFC[:-1] in window.page.locator(".govuk-error-summary").inner_text()
    assert not Vendor.objects.filter(country="MX", tax_id=RFC).exists()
    everybody = supply.everybody.clients  # whoever is signed in may begin a company of their own
    supply.act("rosa", start, {**COMPANY, "tax_id": "tdi-240312-k71"}, right=everybody,
               start=[supply.at("company_home")])  # fmt: skip
    supply.vendor = Vendor.objects.get(tax_id=RFC)
    ref, up = supply.vendor.ref, [supply.at("company_home"), supply.page("vendor")]
    said = {**DECLARED, "ownership": ["women"], "categories": "web, accesibilidad",
            "website": "https://telar.example", "description": "Servicios claros."}  # fmt: skip
    supply.act("rosa", supply.at("company_profile", ref), said, start=up)
    last = supply.at("company_submit", ref)
    supply.see("rosa", last, start=up)
    assert window.page.locator(SUBMIT).count() == 0
    window.enrol(last)
    window.sign_out()
    window.sign_in()
    supply.act("rosa", last, start=up)
    vendor = supply.again("vendor")
    assert (vendor.state, vendor.start_up, vendor.size) == ("active", True, "micro")


def show_papers(supply, folder):
    """A document of the company, valid for a year."""
    file = folder / "constancia.csv"
    file.write_text("folio,1\n", encoding="utf-8")
    until = clock.today() + timedelta(days=365)
    values = {"kind": "tax", "title": "Constancia de situación fiscal", "valid_until": until}
    supply.act("rosa", supply.at("paper_add", supply.vendor.ref), values, file=("file", file),
               start=[supply.at("company_home"), supply.page("vendor")])  # fmt: skip
    assert "Constancia de situación fiscal" in supply.windows["rosa"].text


def invite(supply):
    """Blanca is invited to bill for the company; the link is hers alone."""
    supply.act("rosa", supply.at("seat_invite", supply.vendor.ref),
               {"email": BLANCA.email, "role": "billing"},
               start=[supply.at("company_home"), supply.page("vendor")])  # fmt: skip
    link = link_of(BLANCA.email)
    rival = supply.windows["rival"].go(link)
    assert BLANCA.email in rival.text
    assert rival.page.locator(SUBMIT).count() == 0
    supply.everybody.clients["rival"].post(link)
    assert not VendorSeat.objects.filter(vendor=supply.vendor, role="billing").exists()
    window = supply.windows.newcomer_at(BLANCA, link)
    supply.look(window, link)
    window.fill({"name": "Blanca Ortiz", "password": BLANCA.password, "again": BLANCA.password})
    window.press(SUBMIT)
    assert window.page.url.endswith(supply.page("vendor"))
    assert "Blanca Ortiz" in window.text
    supply.everybody.joined_by(BLANCA.email)


def verify(supply):
    """An officer records what the register of companies says beside what is declared."""
    supply.act("officer", supply.at("vendor_verify", supply.vendor.ref),
               {**DECLARED, "because": "Registro de empresas, folio 8812."},
               right={*OFFICERS, "secretariat"},
               start=[supply.at("vendor_list"), supply.page("vendor")])  # fmt: skip
    assert supply.again("vendor").verified_start_up is True
    window = supply.see("rosa", supply.page("vendor"), start=[supply.at("company_home")])
    assert "Oaxaca" in window.text


def open_a_framework(supply):
    """The officer drafts a framework with a lot for small start-ups, and opens its window."""
    known, today = set(Framework.objects.values_list("pk", flat=True)), clock.today()
    lists = supply.at("framework_list")
    values = {"title": "Equipos pequeños", "purpose": "Servicios digitales claros.",
              "closes_on": today + timedelta(days=OPEN_DAYS),
              "ends_on": today + timedelta(days=700), "standstill_days": STANDSTILL}  # fmt: skip
    supply.act("officer", supply.at("framework_create"), values, start=[lists], right=OFFICERS)
    supply.framework = Framework.objects.exclude(pk__in=known).get()
    ref, up = supply.framework.ref, [lists, supply.page("framework")]
    lot = {"title": "Desarrollo", "ceiling": "5,000,000", "orders_start_below": "500,000",
           "least_vendors": "2", "for_sizes": ["micro", "small"], "for_start_ups": True,
           **in_rows({"code": "dev", "name": "Desarrolladora", "max_rate": "900"},
                     {"code": "ux", "name": "Diseñadora", "max_rate": "800"})}  # fmt: skip
    supply.act("officer", supply.at("lot_create", ref), lot, start=up, right=OFFICERS)
    supply.lot = supply.framework.lots.get()
    asked = in_rows(
        {"code": "team", "question": "¿Quién trabaja?", "mandatory": True},
        {"code": "security", "question": "¿Cómo se cuidan los datos?", "mandatory": True,
         "check_text": "Un certificado", "evidence": True},
    )  # fmt: skip
    supply.act("officer", supply.at("framework_requirements", ref), asked, start=up, right=OFFICERS)
    supply.act("officer", supply.at("terms_create", ref), {"text": "Las partes acuerdan."},
               start=up, right=OFFICERS)  # fmt: skip
    supply.framework = supply.step("officer", supply.framework, "publish", right=OFFICERS,
                                   reaches="open")  # fmt: skip


def in_rows(*rows: dict) -> dict:
    """What is typed into a form of rows."""
    return {f"rows-{number}-{name}": value
            for number, row in enumerate(rows) for name, value in row.items()}  # fmt: skip


def apply(supply, folder):
    """Rosa applies to the lot; what she writes saves itself, and a document goes with it."""
    begin = supply.at("membership_begin", supply.framework.ref, supply.lot.number)
    way = [supply.at("framework_list"), supply.page("framework"), supply.page("lot")]
    supply.act("rosa", begin, start=way, right={"rival"})
    supply.membership = Membership.objects.get(vendor=supply.vendor)
    write = supply.at("membership_edit", supply.membership.pk)
    wanted = list(supply.framework.requirements.order_by("number"))
    write_answers(supply, write, wanted)
    file = folder / "certificado.csv"
    file.write_text("norma,27001\n", encoding="utf-8")
    add, until = supply.at("evidence_add", supply.membership.pk), clock.today() + timedelta(400)
    way = ["/waiting/", supply.page("membership")]
    supply.act("rosa", write, {"requirement": wanted[1].pk, "valid_until": until}, start=way,
               file=("document", file), press=f'form[action="{add}"] button')  # fmt: skip
    supply.act("rosa", write, press="[name=done]", start=way, on_record=False)
    supply.membership = supply.step("rosa", supply.membership, "submit", reaches="applied")


def write_answers(supply, write, wanted):
    """Type the answers, and wait for the page to say that they are saved."""
    window = supply.windows["rosa"]
    supply.walk(window, write, ["/waiting/", supply.page("membership")])
    answers = {f"answer_{row.pk}": f"Respuesta {row.code}" for row in wanted}

    def saves_all(answer) -> bool:
        sent = (answer.request.post_data_buffer or b"").decode()
        return answer.url.endswith(write) and all(text in sent for text in answers.values())

    with window.page.expect_response(saves_all) as saved:
        window.fill(answers)
    assert saved.value.status == 200
    said = list(supply.membership.answers.order_by("requirement__number").values_list("text"))
    assert said == [(text,) for text in answers.values()]


def assess(supply):
    """Two assessors declare and assess alone; an officer admits, and announces the decisions."""
    assert supply.again("framework").state == "assessing"
    row = supply.membership
    people = {"first": "assessor1@demo.example", "second": "assessor2@demo.example"}
    supply.act("officer", supply.at("assessors_name", row.pk), people, right=OFFICERS,
               start=["/waiting/", supply.page("membership")])  # fmt: skip
    supply.membership = supply.step("officer", row, "assess", right=OFFICERS, reaches="assessing")
    for local in ("assessor1", "assessor2"):
        sheet = row.assessments.get(assessor__email=f"{local}@demo.example")
        sheet = supply.step(local, sheet, "declare", reaches="declared")
        asked = supply.framework.requirements.values_list("pk", flat=True)
        found = {f"result_{key}": "met" for key in asked}
        supply.act(local, sheet.get_absolute_url(), found, on_record=False)
        supply.step(local, sheet, "conclude", reaches="concluded")
    supply.membership = supply.step("officer", row, "admit", values={"because": "Cumple."},
                                    right=OFFICERS, reaches="admitted")  # fmt: skip
    supply.framework = supply.step("officer", supply.framework, "announce", right=OFFICERS,
                                   reaches="standstill")  # fmt: skip
    too_early = supply.everybody.clients["rosa"].post(row.get_step_url("sign"), {"seen": ""})
    assert (too_early.status_code, supply.again("membership").state) == (409, "admitted")


def sign_the_terms(supply):
    """After the standstill both sides sign; the lot has few vendors, which an officer confirms."""
    assert supply.again("framework").state == "active"
    supply.again("membership")
    supply.membership = supply.step("rosa", supply.membership, "sign", reaches="signed")
    supply.membership = supply.step("officer", supply.membership, "countersign", right=OFFICERS,
                                    reaches="active")  # fmt: skip
    few = supply.at("lot_confirm", supply.framework.ref, supply.lot.number)
    supply.act("officer", few, {"because": "Se abre otra ventana en mayo."}, right=OFFICERS,
               start=[supply.at("framework_list"), supply.page("framework"),
                      supply.page("lot")])  # fmt: skip


def call_off(supply):
    """An administrator limits what officers sign alone; the officer drafts an order above it."""
    limits = supply.at("limits_list")
    values = {"currency": "MXN", "direct_up_to": "600,000", "officer_up_to": "50,000",
              "because": "Acuerdo del comité."}  # fmt: skip
    supply.act("admin", supply.at("limits_create"), values,
               start=[supply.at("order_list"), limits])  # fmt: skip
    create, officer = supply.at("order_create", supply.project.ref), supply.windows["officer"]
    found = f"/portfolio/?q={supply.project.ref}"
    supply.walk(officer, create, [found, supply.page("project")])
    supply.look(officer, create, "vendors:order_create member")
    officer.fill({"membership": supply.membership.pk})
    with officer.page.expect_navigation():
        officer.page.click("main form[method=get] button[type=submit]")
    today, (dev, _ux) = clock.today(), supply.lot.categories.order_by("code")
    values = {"title": "Portal de citas", "description": "Que la gente reserve en línea.",
              "value": f"{VALUE:,}", "reason": "Solo un proveedor puede empezar este mes.",
              "starts_on": today, "ends_on": today + timedelta(days=120), "price_basis": "time",
              f"rate_{dev.pk}": RATE, f"hours_{dev.pk}": "150"}  # fmt: skip
    path = f"{create}?membership={supply.membership.pk}"
    supply.act("officer", path, values, start=path, right=OFFICERS,
               shows="[name=act][value=preview]", press="[name=act][value=save]")  # fmt: skip
    supply.order = Order.objects.get(vendor=supply.vendor)
    assert supply.order.value == VALUE * CENTS


def sign_the_order(supply):
    """The manager funds it; vendor, owner and officer sign; three declare no conflict."""
    supply.order = supply.step("manager", supply.order, "fund", right={"owner"}, reaches="funded")
    declaring = supply.at("order_declare", supply.order.ref)
    for local in ("officer", "product", "owner"):
        supply.act(local, declaring, {"answer": "none"}, right={*OFFICERS, "product", "owner"},
                   others_try=local == "officer")  # fmt: skip
    for local, name, state in (
        ("rosa", "sign_for_vendor", "funded"), ("owner", "cosign", "funded"),
        ("officer", "sign", "signed"),
    ):  # fmt: skip
        supply.order = supply.step(local, supply.order, name, reaches=state)
    assert supply.order.cosigned_by == supply.cast.owner


def plan(supply):
    """Vendor and product owner write a story each; the product owner plans a sprint, starts it."""
    ref, order = supply.order.ref, supply.page("order")
    board = supply.at("sprint_board", ref)
    ways = {"rosa": [supply.at("order_list"), order, board],
            "product": [supply.page("project"), order, board]}  # fmt: skip
    for local, start in ways.items():
        values = {"title": f"Historia de {local}", "wish": "Como paciente quiero una cita.",
                  "criteria": "Se ve la fecha.", "points": "3"}  # fmt: skip
        supply.act(local, supply.at("story_create", ref), values, start=start,
                   right={"product", "manager", "rosa"}, others_try=local == "rosa")  # fmt: skip
    today = clock.today()
    values = {"goal": "Reservar una cita", "starts_on": today, "maximum": f"{MAXIMUM:,}",
              "ends_on": today + timedelta(days=13),
              "stories": list(supply.order.stories.values_list("pk", flat=True))}  # fmt: skip
    supply.act("product", supply.at("sprint_create", ref), values, start=ways["product"],
               right={"manager"})  # fmt: skip
    supply.sprint = supply.order.sprints.get()
    supply.sprint = supply.step("product", supply.sprint, "start", right={"manager"},
                                reaches="active")  # fmt: skip
    assert supply.again("order").state == "delivering"


def deliver(supply, folder):
    """Rosa writes what is delivered with its commit and hours, adds evidence, hands it over."""
    pk, way = supply.sprint.pk, ["/waiting/", supply.page("sprint")]
    category = supply.order.rates.get().category_id
    values = {"repository": "https://git.example.org/citas.git", "commit": COMMIT,
              "note": "Reservar y cancelar.", f"hours_{category}": HOURS}  # fmt: skip
    supply.act("rosa", supply.at("delivery_write", pk), values, start=way)
    file = folder / "demostracion.csv"
    file.write_text("paso,resultado\n1,bien\n", encoding="utf-8")
    supply.act("rosa", supply.at("proof_create", pk), {"title": "Demostración"}, start=way,
               file=("upload", file))  # fmt: skip
    supply.sprint = supply.step("rosa", supply.sprint, "deliver", reaches="delivered")


def inspect(supply):
    """The product owner records checks, judges stories and proposes; the manager confirms."""
    sprint = supply.sprint = supply.step("product", supply.sprint, "inspect", right={"manager"},
                                         reaches="inspecting")  # fmt: skip
    way = ["/waiting/", supply.page("sprint")]
    tried: set[bool] = set()
    for check in sprint.last_delivery().checks.order_by("position"):
        supply.act("product", supply.at("check_record", check.pk), finding(check), start=way,
                   right={"manager"}, others_try=check.counted not in tried)  # fmt: skip
        tried.add(check.counted)
    assert not sprint.last_delivery().checks.exclude(result="passed").exists()
    for number, row in enumerate(sprint.chosen.order_by("pk")):
        supply.act("product", supply.at("story_judge", row.pk), {"outcome": "accepted"}, start=way,
                   others_try=not number)  # fmt: skip
    said = {"verdict": "accept", "note": "Visto en la demostración."}
    supply.act("product", supply.at("sprint_verdict", sprint.pk), said, start=way)
    sprint = supply.step("product", sprint, "propose", reaches="proposed")
    supply.sprint = supply.step("manager", sprint, "confirm", right={"owner"}, reaches="accepted")
    assert supply.sprint.payable == RATE * HOURS * CENTS
    board = supply.at("sprint_board", supply.order.ref)
    supply.see("rosa", supply.page("order"), start=[supply.at("order_list")])
    supply.see("rosa", board, start=[supply.page("order")])
    supply.see("rosa", supply.page("sprint"), start=[board])


def finding(check) -> dict:
    """What is found at a check: a number that passes, or a word with its proof."""
    if check.counted:
        return {"value": "95" if check.least is not None else "0"}
    return {"result": "passed", "url": "https://ci.example.org/7", "note": "Visto."}


def ask_for_money(supply, folder):
    """Blanca, who bills for the company, sends the invoice for what was accepted."""
    file = folder / "factura.xml"
    file.write_text('<?xml version="1.0"?><factura folio="A-1"/>', encoding="utf-8")
    supply.act("blanca", supply.at("invoice_create", supply.order.ref),
               {"supplier_number": "A-1"}, file=("document", file), right={"rosa"},
               start=[supply.at("my_invoices")])  # fmt: skip
    supply.invoice = Invoice.objects.get(vendor=supply.vendor)
    net = supply.sprint.payable
    assert (supply.invoice.net, supply.invoice.tax) == (net, net * 16 // 100)


def pay(supply):
    """Finance matches, approves and pays, three people; the vendor sees each state."""
    see_state(supply, "submitted")
    before = balances(supply.project)["spent"]
    for local, name, state in (
        ("preparer", "match", "matched"), ("authoriser", "approve", "approved"),
        ("recorder", "pay", "paid"),
    ):  # fmt: skip
        supply.invoice = supply.step(local, supply.invoice, name, reaches=state)
        see_state(supply, state)
    assert balances(supply.project)["spent"] == before + supply.invoice.total
    posting = Posting.objects.get(pk=supply.invoice.posting_id)
    assert (posting.kind, posting.project) == ("spend", supply.project)


def see_state(supply, state):
    """Blanca reads the state on the invoice's page, where her list leads."""
    window = supply.see("blanca", supply.at("my_invoices"), start=supply.at("my_invoices"))
    supply.see("blanca", supply.page("invoice"), start=[supply.at("my_invoices")])
    assert supply.again("invoice").state == state
    with translation.override(window.page.get_attribute("html", "lang")):
        said = str(supply.invoice.get_state_display())
    assert said in window.page.locator(".c-head__facts").inner_text().lower()


def see_nothing_of_others(supply):
    """Addresses of another vendor's document, order and invoice do not exist for this one."""
    other = supply.other
    order, sprint = other.order, other.order.sprints.get()
    paper = VendorDocument.objects.get(vendor=other.vendor)
    paths = [
        supply.at("vendor_detail", other.vendor.ref), supply.at("paper_file", paper.pk),
        supply.at("paper_add", other.vendor.ref), order.get_absolute_url(),
        order.get_step_url("sign_for_vendor"), supply.at("sprint_board", order.ref),
        sprint.get_absolute_url(), sprint.get_step_url("deliver"), other.get_absolute_url(),
        supply.at("invoice_document", other.ref), supply.at("invoice_receipt", other.ref),
        supply.at("invoice_receipt_file", other.ref), supply.at("invoice_correct", other.ref),
        supply.at("invoice_create", order.ref), other.get_step_url("withdraw"),
    ]  # fmt: skip
    rival = supply.everybody.clients["rival"]
    assert {path for path in paths if status_of(rival, path) == 404} == set()
    before = wrong_people.state()
    for local in ("rosa", "blanca"):
        window, client = supply.windows[local], supply.everybody.clients[local]
        assert {path: window.status_at(path) for path in paths} == dict.fromkeys(paths, 404)
        assert {client.post(path).status_code for path in paths} == {404, 405}  # 405: only read
    assert wrong_people.state() == before


def status_of(client, path) -> int:
    """How an address answers; a file is not left open."""
    answer = client.get(path)
    answer.close()
    return answer.status_code


def see_that_all_fits(supply):
    """Receipt and ledger say the same, everybody was told, and both verifications end with 0."""
    total = supply.invoice.total
    receipt = supply.at("invoice_receipt", supply.invoice.ref)
    window = supply.see("blanca", receipt, start=[supply.at("my_invoices"), supply.page("invoice")])
    language = window.page.get_attribute("html", "lang")
    assert money.show(total, "MXN", language) in window.page.locator("main").text_content()
    with window.page.expect_download() as download:
        window.page.click(f'main a[href="{supply.at("invoice_receipt_file", supply.invoice.ref)}"]')
    assert download.value.path().read_bytes().startswith(b"%PDF")
    supply.see("recorder", supply.at("invoice_list"), start=supply.at("invoice_list"))
    supply.see("recorder", supply.page("invoice"), start=[supply.at("invoice_list")])
    books = supply.see("manager", f"{supply.page('project')}money/", start=[supply.page("project")])
    assert supply.invoice.ref in books.text
    outbox.drain()
    assert supply.invoice.ref in supply.windows["blanca"].go("/inbox/").text
    call_command("verify_history")
    call_command("verify_ledger")
    assert (supply.windows.complaints, supply.faults) == ([], [])
    assert supply.everybody.refusals > 15 * supply.acts
