"""The pages of claims, entries of two people and excused days, person by person."""

import csv
import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock
from projects import funding, holds, preparing, tranches
from projects.models import Claim, ClosedPeriod, ExcusedDays, PreparedEntry
from projects.models.continuity import undecided
from tests.factories import claims, money
from tests.pages import Pages

pytestmark = pytest.mark.django_db
here = Pages("projects")
page, send, done = here.page, here.send, here.done


@pytest.fixture(autouse=True)
def _english(client):
    client.cookies["django_language"] = "en"


def paper() -> SimpleUploadedFile:
    return SimpleUploadedFile("oficio.csv", b"folio,1\nasunto,reintegro\n")


def test_a_claim_walks_through_the_browser_to_its_last_centavo(client, cast):
    row = claims.spent(cast)
    finding = holds.record_finding(row, "Se pagó dos veces.", by=cast.auditor)
    assert reverse("projects:claim_create", args=[row.ref]) in page(
        client, cast.auditor, "money", row.ref
    )
    assert "At most 80,000.00 MXN may be claimed" in page(
        client, cast.auditor, "claim_create", row.ref
    )
    done(client, cast.auditor, "claim_create", row.ref, finding=finding.pk, amount="30,000.00",
         debtor="Sistemas del Norte", legal_basis="Ley, art. 8")  # fmt: skip
    claim = Claim.objects.get()
    html = page(client, cast.secretariat, "claim_detail", claim.pk)
    assert reverse("projects:claim_notice", args=[claim.pk]) in html
    assert "Not yet: what is missing" in html
    done(client, cast.secretariat, "claim_notice", claim.pk, text="Se notifica.", document=paper())
    done(client, cast.secretariat, "claim_step", claim.pk, "open_hearing", seen="proposed")
    today = clock.today().isoformat()
    done(client, cast.secretariat, "claim_answer", claim.pk, text="No", answered_on=today)
    done(client, cast.secretariat, "claim_step", claim.pk, "uphold", seen="hearing",
         because="Procede")  # fmt: skip
    done(client, cast.preparer, "claim_clawback", claim.pk, reference="RES 7",
         due_on=(clock.today() + timedelta(days=20)).isoformat())  # fmt: skip
    entry = PreparedEntry.objects.get()
    assert "30,000.00 MXN" in page(client, cast.authoriser, "preparedentry_step", entry.pk,
                                   "confirm")  # fmt: skip
    done(client, cast.authoriser, "preparedentry_step", entry.pk, "confirm", seen="prepared")
    done(client, cast.preparer, "claim_settle", claim.pk, kind="recover", amount="25000",
         reference="REC 1")  # fmt: skip
    done(client, cast.authoriser, "preparedentry_step", PreparedEntry.objects.first().pk, "confirm")
    html = page(client, cast.preparer, "claim_detail", claim.pk)
    assert "outstanding 5,000.00 MXN" in html
    said = {"kind": "write_off", "amount": "5000", "reference": "OF 9"}
    html = send(client, cast.preparer, "claim_settle", claim.pk, **said).content.decode()
    assert "Name the outside authority" in html
    assert "Attach the decision" in html
    done(client, cast.preparer, "claim_settle", claim.pk, **said, authority="Tesorería",
         document=paper())  # fmt: skip
    last = PreparedEntry.objects.first()
    address = reverse("projects:preparedentry_document", args=[last.pk])
    assert address in page(client, cast.authoriser, "preparedentry_detail", last.pk)
    address = reverse("projects:claim_document", args=[claim.pk, "notice"])
    assert address in page(client, cast.authoriser, "claim_detail", claim.pk)
    done(client, cast.authoriser, "preparedentry_step", last.pk, "confirm")
    assert Claim.objects.get().state == "written_off"
    left = funding.balances(row)
    assert (left["recovered"], left["written_off"]) == (25_000_00, 5_000_00)


def test_an_appeal_is_entered_and_ended(client, cast):
    claim = claims.at(cast, "owed")
    today = clock.today().isoformat()
    done(client, cast.secretariat, "appeal_create", claim.pk, body="Tribunal", reference="JN 1",
         filed_on=today)  # fmt: skip
    html = page(client, cast.auditor, "claim_detail", claim.pk)
    assert "the last day to pay is suspended" in html
    done(client, cast.secretariat, "appeal_end", claim.pk, outcome="dismissed", ended_on=today)
    assert "ended on" in page(client, cast.auditor, "claim_detail", claim.pk)


@pytest.mark.parametrize(
    ("name", "state", "who"),
    [("claim_notice", "proposed", "secretariat"), ("claim_answer", "hearing", "secretariat"),
     ("claim_clawback", "upheld", "preparer"), ("claim_settle", "owed", "preparer"),
     ("appeal_create", "owed", "secretariat"), ("appeal_end", "appealed", "secretariat")],
)  # fmt: skip
def test_each_page_is_for_its_person_and_its_state(client, cast, name, state, who):
    claim = claims.at(cast, state)
    address = reverse(f"projects:{name}", args=[claim.pk])
    for local, expected in ((who, 200), ("auditor", 403), ("manager", 403), ("stranger", 404)):
        client.force_login(getattr(cast, local))
        assert client.get(address).status_code == expected, local
    Claim.objects.filter(pk=claim.pk).update(state="dismissed")
    client.force_login(getattr(cast, who))
    assert client.get(address).url == claim.get_absolute_url()
    assert "moved on" in client.get(claim.get_absolute_url()).content.decode()


def test_what_is_typed_wrong_is_told_and_kept(client, cast):
    row = claims.spent(cast)
    finding = holds.record_finding(row, "Falta.", by=cast.auditor)
    said = {"finding": finding.pk, "debtor": "Norte", "legal_basis": "Ley", "amount": "80,000.01"}
    html = send(client, cast.auditor, "claim_create", row.ref, **said).content.decode()
    assert "80,000.00" in html.replace("\xa0", " ")
    assert 'value="80,000.01"' in html
    assert not Claim.objects.exists()
    assert "A claim rests on a finding" in page(
        client, cast.auditor, "claim_create", claims.spent(cast).ref
    )


def test_strangers_find_nothing(client, cast):
    claim = claims.at(cast, "owed")
    entry = claim.entries.get()
    client.force_login(cast.stranger)
    for name, args in (
        ("claim_detail", [claim.pk]), ("claim_step", [claim.pk, "uphold"]),
        ("claim_document", [claim.pk, "notice"]), ("preparedentry_detail", [entry.pk]),
        ("preparedentry_document", [entry.pk]), ("preparedentry_step", [entry.pk, "confirm"]),
        ("claim_create", [claim.project.ref]), ("surrender_create", [claim.project.ref]),
        ("continuity_create", [claim.project.ref]),
        ("excuseddays_create", [claim.project.tranches.get().pk]),
    ):  # fmt: skip
        assert client.get(reverse(f"projects:{name}", args=args)).status_code == 404, name
    assert "No claim here" in page(client, cast.stranger, "claim_list")


def test_the_list_of_claims_is_narrowed_and_taken_along_at_a_constant_cost(client, cast):
    claim = claims.at(cast, "owed")
    claims.settled(cast, claim, "recover", 1_000_00)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            html = page(client, cast.auditor, "claim_list", state="owed")
            assert str(claim) in html
        return len(queries)

    cost()
    few = cost()
    for _number in range(3):
        claims.at(cast, "owed")
    assert cost() == few
    assert "No claim here" in page(client, cast.auditor, "claim_list", state="dismissed")
    client.force_login(cast.auditor)
    response = client.get(reverse("projects:claim_list"), {"format": "csv"})
    rows = list(csv.DictReader(io.StringIO(response.getvalue().decode("utf-8-sig"))))
    found = next(line for line in rows if line["Claim"] == str(claim))
    assert (found["Amount"], found["Recovered"], found["State"]) == ("30000.00", "1000.00", "owed")


def test_money_is_surrendered_by_two_people(client, cast):
    row = claims.at(cast, "recovered").project
    assert "Recovered: 30,000.00 MXN" in page(client, cast.preparer, "surrender_create", row.ref)
    said = {"account": "recovered", "reference": "ENT 1", "note": "Entero"}
    html = send(client, cast.preparer, "surrender_create", row.ref, amount="30000.01", **said)
    assert "no more can be surrendered" in html.content.decode()
    done(client, cast.preparer, "surrender_create", row.ref, amount="30000", **said)
    entry = PreparedEntry.objects.first()
    assert str(entry) in page(client, cast.authoriser, "money_desk")
    done(client, cast.authoriser, "preparedentry_step", entry.pk, "confirm")
    assert funding.balances(row)["recovered"] == 0
    answer = send(client, cast.authoriser, "preparedentry_step", entry.pk, "confirm")
    assert answer.status_code == 409


def test_a_continuity_allowance_is_offered_while_it_may_be_released(client, cast):
    row = money.project(cast)
    money.planned(cast, row, t1=100_00, t2=50_000_00)
    money.drawn(cast, money.exercised(cast, row))
    funding.record(row, funding.Report("spend", 90_00, "INF 1"), by=cast.recorder)
    address = reverse("projects:continuity_create", args=[row.ref])
    assert address not in page(client, cast.preparer, "money", row.ref)
    assert client.get(address).status_code == 404

    def asks(_project, gate) -> bool:
        return gate == "G2"

    undecided.append(asks)
    try:
        assert address in page(client, cast.preparer, "money", row.ref)
        assert "at most 5,000.00 MXN" in page(client, cast.preparer, "continuity_create", row.ref)
        done(client, cast.preparer, "continuity_create", row.ref, amount="5000",
             reference="OF 1", note="Nómina")  # fmt: skip
        entry = PreparedEntry.objects.get()
        done(client, cast.authoriser, "preparedentry_step", entry.pk, "confirm")
    finally:
        undecided.remove(asks)
    tranche = row.tranches.get(number=2)
    assert "5,000.00 MXN" in page(client, cast.manager, "tranche_detail", tranche.pk)


def test_days_are_asked_for_and_excused(client, cast):
    tranche = money.committed(cast)
    address = reverse("projects:excuseddays_create", args=[tranche.pk])
    assert address in page(client, cast.manager, "tranche_detail", tranche.pk)
    assert address not in page(client, cast.auditor, "tranche_detail", tranche.pk)
    today = clock.today()
    said = {"ground": "force_majeure", "reason": "Sismo", "first_day": today.isoformat(),
            "last_day": (today + timedelta(days=4)).isoformat()}  # fmt: skip
    html = send(client, cast.manager, "excuseddays_create", tranche.pk, **said).content.decode()
    assert "This field is required." in html
    assert "Sismo" in html
    done(client, cast.manager, "excuseddays_create", tranche.pk, document=paper(), **said)
    excused = ExcusedDays.objects.get()
    assert "(5)" in page(client, cast.secretariat, "excuseddays_step", excused.pk, "grant")
    done(client, cast.secretariat, "excuseddays_step", excused.pk, "grant", seen="proposed")
    html = page(client, cast.manager, "excuseddays_detail", excused.pk)
    assert "granted" in html
    assert reverse("projects:excuseddays_document", args=[excused.pk]) in html
    assert excused.get_absolute_url() in page(client, cast.manager, "tranche_detail", tranche.pk)


def test_the_closed_periods_stand_in_a_list_with_who_and_why(client, cast):
    assert send(client, cast.preparer, "books_close", until="2026-01-31").status_code == 403
    done(client, cast.authoriser, "books_close", until="2026-01-31", because="Cierre de enero")
    for person in (cast.auditor, cast.preparer):
        html = page(client, person, "books_close")
        assert "Cierre de enero" in html
        assert "Aurelio Campos" in html
        assert 'type="submit">Close the books' not in html
    client.force_login(cast.auditor)
    content = client.get(reverse("projects:books_close"), {"format": "csv"}).getvalue().decode()
    assert "2026-01-31,Aurelio Campos" in content
    for day in ("2026-01-31", "2025-12-31"):
        answer = send(client, cast.authoriser, "books_close", until=day)
        assert "closed until that day already" in answer.content.decode()
    assert ClosedPeriod.objects.count() == 1


def test_a_stopped_project_shows_what_went_where(client, cast):
    row = claims.spent(cast, amount=50_000_00)
    with money.during("projects.project.stop"):
        tranches.close_books(row, kind="cancel", by=cast.chair, because="M-1")
    type(row).objects.filter(pk=row.pk).update(stage="stopped")
    html = page(client, cast.manager, "money", row.ref)
    assert "What went where when the project ended" in html
    assert "50,000.00 MXN" in html
    assert preparing.next_allowance(row) is None


def test_pages_speak_spanish(client, cast):
    claim = claims.at(cast, "owed")
    client.cookies["django_language"] = "es"
    html = page(client, cast.preparer, "claim_detail", claim.pk)
    assert 'lang="es"' in html
    assert "Registrar lo recuperado o dado de baja" in html
