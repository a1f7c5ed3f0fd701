"""The pages of frameworks, lots, applications, assessments and figures, person by person."""

import csv
import io
import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock, due
from core.steps import perform
from tests.factories import frameworks as made
from tests.pages import Pages
from tests.vendors.test_concentration import order
from tests.vendors.test_import_orders import text
from vendors import assessing, framing
from vendors.models import (
    ApplicationEvidence,
    Assessment,
    Framework,
    HistoricalRow,
    Lot,
    Membership,
    Order,
)

pytestmark = pytest.mark.django_db
here = Pages("vendors")
page, send, done = here.page, here.send, here.done


@pytest.fixture(autouse=True)
def _english(client):
    client.cookies["django_language"] = "en"


def rows(*written: dict) -> dict:
    """A formset of these rows as a browser sends it."""
    found = {"rows-TOTAL_FORMS": len(written) + 1, "rows-INITIAL_FORMS": 0,
             "rows-MIN_NUM_FORMS": 0, "rows-MAX_NUM_FORMS": 40}  # fmt: skip
    for number, row in enumerate(written):
        found |= {f"rows-{number}-{key}": value for key, value in row.items()}
    return found


def test_a_framework_walks_from_its_draft_to_a_countersigned_member(client, cast):
    today = clock.today()
    with clock.move(timedelta(days=-40)):
        first = clock.today()
        done(client, cast.officer, "framework_create", title="Equipos", currency="mxn",
             institution=cast.officer.institution_id, standstill_days=10,
             closes_on=(first + timedelta(days=10)).isoformat(),
             ends_on=(today + timedelta(days=300)).isoformat())  # fmt: skip
        row = Framework.objects.get()
        said = {"title": "Uno", "ceiling": "1,000,000", "orders_start_below": "0",
                "least_vendors": "3", "for_sizes": ["small", "micro"]}  # fmt: skip
        rate = {"code": "dev", "name": "Developer", "max_rate": "900.50"}
        html = send(client, cast.officer, "lot_create", row.ref, **said,
                    **rows({**rate, "max_rate": "mucho"})).content.decode()  # fmt: skip
        assert "is not an amount" in html
        assert 'value="mucho"' in html
        done(client, cast.officer, "lot_create", row.ref, **said, **rows(rate))
        assert Lot.objects.get().categories.get().max_rate == 900_50
        done(client, cast.officer, "framework_requirements", row.ref,
             **rows({"code": "team", "question": "Who?", "mandatory": "on"},
                    {"code": "iso", "question": "Safe?", "mandatory": "on",
                     "evidence": "on"}))  # fmt: skip
        done(client, cast.officer, "terms_create", row.ref, text="Acordamos.")
        done(client, cast.officer, "lot_edit", row.ref, 1, **{**said, "least_vendors": "1"},
             **rows(rate))  # fmt: skip
        done(client, cast.officer, "framework_step", row.ref, "publish", seen="draft")
        assert "Vendors apply until" in page(client, cast.officer, "lot_detail", row.ref, 1)
        membership = applied(client, cast, row)
    with clock.move(timedelta(days=-28)):
        due.act()
        decided(client, cast, membership)
        done(client, cast.officer, "framework_step", row.ref, "announce", seen="assessing")
    with clock.move(timedelta(days=-10)):
        due.act()
        seller = made.manager_of(membership.vendor)
        done(client, seller, "membership_step", membership.pk, "sign", seen="admitted")
        done(client, cast.officer, "membership_step", membership.pk, "countersign", seen="signed")
    assert Membership.objects.get().state == "active"
    html = page(client, seller, "membership_detail", membership.pk)
    assert "for the institution, terms of version 1" in html
    assert "Pequeña, S.A." in page(client, cast.stranger, "lot_detail", row.ref, 1)


def applied(client, cast, row) -> Membership:
    """The application as a small vendor writes it in the browser."""
    vendor = made.company(cast, "Pequeña, S.A.", size="small")
    seller = made.manager_of(vendor)
    assert "Apply for this lot" in page(client, seller, "lot_detail", row.ref, 1)
    done(client, seller, "membership_begin", row.ref, 1, vendor=vendor.pk)
    found = Membership.objects.get()
    team, iso = row.requirements.all()
    html = page(client, seller, "membership_edit", found.pk)
    assert "data-autosave" in html
    seen = found.saved_at.isoformat()
    client.force_login(seller)
    address = reverse("vendors:membership_edit", args=[found.pk])
    answer = client.post(address, {"seen": seen, f"answer_{team.pk}": "Cinco"},
                         headers={"X-Autosave": "1"})  # fmt: skip
    news = json.loads(answer.content)
    assert news["saved"].startswith("Saved at")
    again = client.post(address, {"seen": seen, f"answer_{team.pk}": "Otro"},
                        headers={"X-Autosave": "1"})  # fmt: skip
    assert (again.status_code, "Somebody else" in again.content.decode()) == (409, True)
    html = client.post(address, {"seen": seen, f"answer_{team.pk}": "Otro"}).content.decode()
    assert "Somebody else saved" in html
    assert "Otro" in html
    done(client, seller, "membership_edit", found.pk, seen=news["seen"], done="1",
         **{f"answer_{team.pk}": "Cinco", f"answer_{iso.pk}": "27001"})  # fmt: skip
    assert "Requirement 2 lacks a document" in page(client, seller, "membership_detail", found.pk)
    day = (clock.today() + timedelta(days=400)).isoformat()
    for _twice in range(2):
        done(client, seller, "evidence_add", found.pk, requirement=iso.pk, valid_until=day,
             document=SimpleUploadedFile("iso.csv", b"folio,1\nnombre,iso\n"))  # fmt: skip
    done(client, seller, "evidence_leave_out", ApplicationEvidence.objects.last().pk)
    done(client, seller, "membership_step", found.pk, "submit", seen="draft")
    return found


def decided(client, cast, row: Membership) -> None:
    """Assessors named, each alone, and the decision."""
    done(client, cast.officer, "assessors_name", row.pk, first=cast.assessor1.email,
         second=cast.assessor2.email)  # fmt: skip
    done(client, cast.officer, "membership_step", row.pk, "assess", seen="applied")
    for local in ("assessor1", "assessor2"):
        person = getattr(cast, local)
        found = Assessment.objects.get(assessor=person)
        html = page(client, person, "assessment_detail", found.pk)
        assert "Cinco" not in html
        assert "Cinco" not in page(client, person, "membership_detail", row.pk)
        file = ApplicationEvidence.objects.filter(left_out=False).get()
        address = reverse("vendors:evidence_file", args=[file.pk])
        client.force_login(person)
        assert client.get(address).status_code == 404
        done(client, person, "assessment_step", found.pk, "declare", seen="named")
        assert "Cinco" in page(client, person, "assessment_detail", found.pk)
        client.force_login(person)
        assert b"".join(client.get(address).streaming_content).startswith(b"folio")
        marks = {}
        for requirement in row.framework.requirements.all():
            marks |= {f"result_{requirement.pk}": "met", f"note_{requirement.pk}": "Visto"}
        done(client, person, "assessment_detail", found.pk, **marks)
        assert "Visto" not in page(client, cast.officer, "membership_detail", row.pk)
        done(client, person, "assessment_step", found.pk, "conclude", seen="declared")
    assert "Visto" in page(client, cast.officer, "membership_detail", row.pk)
    done(client, cast.officer, "membership_step", row.pk, "admit", seen="assessing",
         because="Cumple")  # fmt: skip


PAGES = [
    ("framework_create", [], "officer"), ("framework_edit", ["draft"], "officer"),
    ("framework_requirements", ["draft"], "officer"), ("lot_create", ["draft"], "officer"),
    ("lot_edit", ["draft", 1], "officer"), ("terms_create", ["ref"], "officer"),
    ("window_create", ["ref"], "officer"), ("lot_confirm", ["ref", 1], "officer"),
    ("orders_import", ["ref"], "officer secretariat"), ("membership_remove", ["pk"], "officer"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "args", "right"), PAGES)
def test_each_page_is_for_its_people(client, cast, name, args, right):
    draft, row = made.draft(cast), made.in_force(cast)
    known = {"draft": draft.ref, "ref": row.ref, "pk": Membership.objects.get().pk}
    address = reverse(f"vendors:{name}", args=[known.get(arg, arg) for arg in args])
    hidden = "draft" in args or "pk" in args
    oversight = {"officer", "officer2", "secretariat", "auditor", "admin"}
    for local, person in vars(cast).items():
        client.force_login(person)
        expected = 200 if {"officer2": "officer"}.get(local, local) in right.split() else 403
        named = "pk" in args and local in ("assessor1", "assessor2")
        if hidden and local not in oversight and not named:
            expected = 404
        assert client.get(address).status_code == expected, local


def test_rivals_and_strangers_find_nothing_of_an_application(client, cast):
    lot = made.opened(cast).lots.get()
    row = made.applied(cast, lot, made.company(cast))
    begun = made.answered(cast, lot, made.company(cast, "Segunda"))
    rival = made.manager_of(made.company(cast, "Rival"))
    assessing.name_assessors(row, [cast.assessor1], by=cast.officer)
    assessment, file = Assessment.objects.get(), row.evidence.get()
    for person in (rival, cast.stranger, cast.manager, made.manager_of(begun.vendor)):
        client.force_login(person)
        for name, args in (
            ("membership_detail", [row.pk]), ("membership_edit", [row.pk]),
            ("membership_step", [row.pk, "withdraw"]), ("evidence_file", [file.pk]),
            ("assessors_name", [row.pk]), ("membership_remove", [row.pk]),
            ("terms_sign", [row.pk]), ("terms_countersign", [row.pk]),
            ("membership_reuse", [row.pk]), ("evidence_add", [row.pk]),
            ("assessment_detail", [assessment.pk]), ("assessment_step", [assessment.pk, "declare"]),
        ):  # fmt: skip
            assert client.get(reverse(f"vendors:{name}", args=args)).status_code == 404, name
        assert client.post(reverse("vendors:evidence_leave_out", args=[file.pk])).status_code == 404
        assert str(row.vendor) not in page(client, person, "membership_list")
        assert str(row.vendor) not in page(client, person, "lot_detail", lot.framework.ref, 1)
    client.force_login(cast.secretariat)
    assert client.get(reverse("vendors:membership_detail", args=[begun.pk])).status_code == 404
    assert client.get(reverse("vendors:assessment_detail", args=[assessment.pk])).status_code == 403
    client.force_login(cast.stranger)
    draft = made.draft(cast)
    for name, args in (("framework_detail", [draft.ref]), ("framework_terms", [draft.ref]),
                       ("lot_detail", [draft.ref, 1]), ("lot_detail", [lot.framework.ref, 9]),
                       ("framework_concentration", [draft.ref])):  # fmt: skip
        assert client.get(reverse(f"vendors:{name}", args=args)).status_code == 404, name


def test_who_acts_for_no_company_cannot_begin(client, cast):
    lot = made.opened(cast).lots.get()
    client.force_login(cast.stranger)
    answer = client.get(reverse("vendors:membership_begin", args=[lot.framework.ref, 1]))
    assert answer.status_code == 403
    assert "register your company first" in answer.content.decode()


def test_earlier_answers_are_taken_over_in_the_browser(client, cast):
    vendor = made.company(cast)
    seller = made.manager_of(vendor)
    old = made.applied(cast, made.opened(cast, title="Viejo").lots.get(), vendor)
    lot = made.opened(cast, title="Nuevo").lots.get()
    done(client, seller, "membership_begin", lot.framework.ref, 1, vendor=vendor.pk)
    row = Membership.objects.get(lot=lot)
    assert "Use earlier answers again" in page(client, seller, "membership_edit", row.pk)
    done(client, seller, "membership_reuse", row.pk, source=old.pk)
    assert "Respuesta team" in page(client, seller, "membership_edit", row.pk)
    assert "taken over from" in page(client, seller, "membership_detail", row.pk)


def test_a_thin_lot_is_flagged_and_confirmed(client, cast):
    row = made.in_force(cast, members=1, least_vendors=3)
    assert "few vendors" in page(client, cast.stranger, "framework_detail", row.ref)
    html = page(client, cast.officer, "lot_detail", row.ref, 1)
    assert "has 1 vendors in force, fewer than the 3" in html
    assert reverse("vendors:lot_confirm", args=[row.ref, 1]) in html
    html = send(client, cast.officer, "lot_confirm", row.ref, 1, because=" ").content.decode()
    assert "This field is required" in html
    done(client, cast.officer, "lot_confirm", row.ref, 1, because="Mercado pequeño")
    assert "Mercado pequeño" in page(client, cast.stranger, "lot_detail", row.ref, 1)


def test_windows_terms_and_off_ramps_by_their_pages(client, cast):
    row, today = made.in_force(cast), clock.today()
    member = Membership.objects.get()
    seller = made.manager_of(member.vendor)
    html = send(client, cast.officer, "window_create", row.ref, opens_on="2020-01-01",
                closes_on="2020-01-02", because="x").content.decode()  # fmt: skip
    assert "begins today or later" in html
    done(client, cast.officer, "window_create", row.ref, opens_on=today.isoformat(),
         closes_on=(today + timedelta(days=5)).isoformat(), because="Más")  # fmt: skip
    assert "open for applications" in page(client, cast.stranger, "framework_detail", row.ref)
    done(client, cast.officer, "terms_create", row.ref, text="Otras", because="Ley")
    assert "Sign the newest terms" in page(client, seller, "membership_detail", member.pk)
    done(client, seller, "terms_sign", member.pk)
    done(client, cast.officer, "terms_countersign", member.pk)
    assert made.fresh(member).terms.number == 2
    assert "Version 1" in page(client, seller, "framework_terms", row.ref)
    done(client, cast.officer, "membership_remove", member.pk, ground="non_response",
         because="Tres veces")  # fmt: skip
    assert "Does not answer call-offs" in page(client, seller, "membership_detail", member.pk)


# Figures and historical orders


def test_the_figures_are_shown_and_taken_along(client, cast):
    row = made.in_force(cast, members=2)
    first, second = (member.vendor for member in Membership.objects.order_by("pk"))
    lot = row.lots.get()
    order(cast, lot, first, 75_00, clock.today())
    order(cast, lot, second, 25_00, clock.today())
    html = page(client, cast.stranger, "framework_concentration", row.ref)
    for words in ("6,250", "75.0 %", "100.00 MXN", "Concentration (HHI) by value"):
        assert words in html, words
    assert row.ref in page(client, cast.stranger, "concentration")
    client.force_login(cast.stranger)
    address = reverse("vendors:framework_concentration", args=[row.ref])
    content = client.get(address, {"format": "csv"}).getvalue().decode("utf-8-sig")
    found = list(csv.DictReader(io.StringIO(content)))
    assert [line["part"] for line in found] == ["lot", "lot", "institution", "year"]
    assert (found[0]["hhi"], found[0]["top1_share"], found[0]["value"]) == (
        "6250.00", "0.750000", "100.00"
    )  # fmt: skip


def test_a_file_of_orders_is_shown_before_it_is_loaded(client, cast):
    row = made.in_force(cast, members=0, currency="USD")
    made.company(cast, "True Tandem LLC", country="US")
    content = text({}, {"rfq_id": "R-2", "award_vendor_raw": "Nadie Conocido"},
                   {"rfq_id": "R-3", "award_date": "2016-01-01"})  # fmt: skip
    html = send(client, cast.officer, "orders_import", row.ref,
                file=SimpleUploadedFile("o.csv", b"a,b\n1,2\n")).content.decode()  # fmt: skip
    assert "lacks these columns" in html
    answer = done(client, cast.officer, "orders_import", row.ref,
                  file=SimpleUploadedFile("o.csv", content))  # fmt: skip
    html = client.get(answer.url).content.decode()
    assert "before it was solicited" in html
    assert not Order.objects.exists()
    assert not HistoricalRow.objects.exists()
    client.post(answer.url, {"lot": ""})
    assert Order.objects.count() == 1
    assert "R-2" in page(client, cast.officer, "historicalrow_list", row.ref)
    waiting = HistoricalRow.objects.get(state="to_match")
    assert "Decide which vendor is meant" in page(client, cast.officer, "historicalrow_detail",
                                                  waiting.pk)  # fmt: skip
    assert "R-3" in page(client, cast.officer, "historicalrow_list", row.ref, state="quarantined")
    broken = HistoricalRow.objects.get(state="quarantined")
    done(client, cast.officer, "historicalrow_step", broken.pk, "dismiss", because="No es")
    for name, args in (("historicalrow_list", [row.ref]), ("historicalrow_detail", [waiting.pk])):
        client.force_login(cast.stranger)
        assert client.get(reverse(f"vendors:{name}", args=args)).status_code == 404


# What pages cost


def test_lists_and_pages_cost_the_same_however_many_rows(client, cast):
    row = made.in_force(cast, members=1)
    lot = row.lots.get()

    def costs() -> list[int]:
        found = []
        for name, args in (("framework_list", []), ("membership_list", []),
                           ("framework_detail", [row.ref]), ("lot_detail", [row.ref, 1]),
                           ("concentration", []),
                           ("framework_concentration", [row.ref])):  # fmt: skip
            page(client, cast.officer, name, *args)
            with CaptureQueriesContext(connection) as queries:
                page(client, cast.officer, name, *args)
            found.append(len(queries))
        return found

    order(cast, lot, lot.memberships.first().vendor, 5_00, clock.today())
    today = clock.today()
    framing.plan_window(row, today, today + timedelta(days=3), by=cast.officer, because="x")
    made.applied(cast, made.fresh(lot), made.company(cast, "Primera"))
    few = costs()
    for number in range(4):
        vendor = made.company(cast, f"Nueva {number}")
        made.applied(cast, made.fresh(lot), vendor)
        order(cast, lot, vendor, 5_00, today)
        made.opened(cast)
    assert costs() == few


def test_lists_are_narrowed(client, cast):
    row, other = made.in_force(cast), made.opened(cast, title="Nube pública")
    assert "Nube" not in page(client, cast.officer, "framework_list", state="active")
    html = page(client, cast.officer, "framework_list", q="nube")
    assert (other.ref in html, row.ref in html) == (True, False)
    member = Membership.objects.get()
    assert str(member.vendor) in page(client, cast.officer, "membership_list", state="active",
                                      framework=row.pk)  # fmt: skip
    assert str(member.vendor) not in page(client, cast.officer, "membership_list",
                                          state="suspended")  # fmt: skip


def test_pages_speak_spanish(client, cast):
    row = made.in_force(cast)
    client.cookies["django_language"] = "es"
    assert 'lang="es"' in page(client, cast.officer, "framework_detail", row.ref)
    perform(Membership.objects.get(), "suspend", by=cast.officer, because="Auditoría")
    assert "suspendid" in page(client, cast.officer, "lot_detail", row.ref, 1)
