"""The Seal's pages behind the sign-in: who sees what, what was typed stays, bounded reads."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core import clock
from core.steps import perform
from gating.models import SealApplication, SealProof, SealScheme, Service
from tests.factories import people, seals

pytestmark = pytest.mark.django_db


def page(name: str, pk: int) -> str:
    return reverse(f"gating:{name}", kwargs={"pk": pk})


def test_an_applicant_registers_declares_shows_and_submits_on_pages(client, cast):
    seals.scheme(cast)
    lead = people.person("digital", institution=people.institution("CEDN", "CEDN"))
    client.force_login(lead)
    values = {
        "name": "Actas",
        "address": "nada",
        "description": "Copias",
        "live_since": "2020-01-01",
    }
    answer = client.post(reverse("gating:service_create"), values)
    assert answer.status_code == 200
    assert 'value="Actas"' in answer.content.decode()  # what was typed stays
    assert Service.objects.count() == 0
    client.post(reverse("gating:service_create"), {**values, "address": "www.gob.mx/actas"})
    service = Service.objects.get()
    assert (service.address_key, service.lead, service.ref) == ("gob.mx/actas", lead, "S-000001")
    today = clock.today()
    declared = {"standard": "ESD", "assessor": "UGD", "assessed_on": str(today),
                "valid_until": str(today + timedelta(days=9)),
                "file": SimpleUploadedFile("dictamen.txt", b"verde")}  # fmt: skip
    client.post(page("serviceassessment_create", service.pk), declared)
    client.post(page("sealapplication_create", service.pk),
                {"scheme": SealScheme.objects.get(standard_code=seals.CODE).pk})  # fmt: skip
    application = SealApplication.objects.get()
    client.post(page("sealapplication_edit", application.pk), {"level_claimed": "2"})
    items = {item.key: item.pk for item in application.items.all()}
    wrong = client.post(page("sealproof_create", application.pk), {"items": [items["A-1"]]})
    assert "Indique una dirección o agregue un archivo." in wrong.content.decode()
    shown = {"title": "Tablero", "url": "https://datos.gob.mx",
             "items": [items["A-1"], items["A-2"], items["B-1"]]}  # fmt: skip
    client.post(page("sealproof_create", application.pk), shown)
    assert SealProof.objects.count() == 3
    step = application.get_step_url("submit")
    assert "todavía no acepta la evaluación declarada" in client.get(step).content.decode()
    perform(service.assessments.get(), "accept", by=cast.secretariat)
    client.post(step, {"seen": "draft"})
    assert client.post(step, {"seen": "draft"}).status_code == 409  # the second click
    assert seals.fresh(application).state == "submitted"


def test_strangers_find_nothing_and_each_role_its_own(client, cast):
    application = seals.at(cast, "evaluating")
    service, proof = application.service, SealProof.objects.first()
    mine = application.evaluations.get(evaluator=cast.assessor1)
    urls = [service.get_absolute_url(), application.get_absolute_url(),
            page("sealproof_create", application.pk), page("seal_answer", application.pk),
            page("sealevaluation_create", application.pk), mine.get_sheet_url()]  # fmt: skip
    expected = {
        "officer": [404, 404, 404, 404, 404, 404], "stranger": [200, 200, 200, 200, 403, 404],
        "secretariat": [200, 200, 403, 403, 200, 404], "assessor1": [200, 200, 403, 403, 403, 200],
        "auditor": [200, 200, 403, 403, 403, 404], "assessor2": [200, 200, 403, 403, 403, 404],
        "member1": [404, 404, 404, 404, 404, 404],
    }  # fmt: skip
    for name, codes in expected.items():
        client.force_login(getattr(cast, name))
        assert [client.get(url).status_code for url in urls] == codes, name
    client.force_login(cast.officer)
    assert client.post(page("sealproof_remove", proof.pk)).status_code == 404
    file = page("serviceassessment_file", service.assessments.get().pk)
    assert client.get(file).status_code == 404
    client.force_login(cast.stranger)
    client.post(page("sealproof_remove", proof.pk))
    assert SealProof.objects.filter(pk=proof.pk).exists()  # what was submitted stays
    shown = {"title": "x", "url": "https://x.mx", "items": [proof.item_id]}
    answer = client.post(page("sealproof_create", application.pk), shown)
    assert "Lo presentado queda como está." in answer.content.decode()


def test_an_evaluator_rates_on_the_sheet_and_an_unmet_requirement_needs_its_reasons(client, cast):
    application = seals.at(cast, "evaluating")
    evaluation = application.evaluations.get(evaluator=cast.assessor1)
    client.force_login(cast.assessor1)
    rows = {f"result_{item.pk}": "met" for item in application.items.all()}
    bad = application.items.get(criterion__code="C-1").pk
    client.post(evaluation.get_sheet_url(), {**rows, f"result_{bad}": "not_met", "seal": "1"})
    step = client.get(evaluation.get_step_url("seal")).content.decode()
    assert "C-1 Requirement C-1: Escriba las razones." in step
    client.post(evaluation.get_sheet_url(), {**rows, f"result_{bad}": "not_met",
                                             f"note_{bad}": "Falta."})  # fmt: skip
    client.post(evaluation.get_step_url("seal"), {"seen": "accepted"})
    assert seals.fresh(evaluation).state == "sealed"
    assert client.get(evaluation.get_sheet_url()).status_code == 302


def test_lists_and_pages_read_as_often_for_many_as_for_one(
    client, cast, django_assert_max_num_queries
):
    application = seals.at(cast, "feedback")
    client.force_login(cast.secretariat)
    lists = (reverse("gating:service_list"), reverse("gating:sealapplication_list"))
    counted = {}
    for url in lists:
        with django_assert_max_num_queries(40) as found:
            assert client.get(url).status_code == 200
        counted[url] = len(found)
    for number in range(4):
        seals.quick(cast, address=f"https://{number}.gob.mx")
    for url in lists:
        with django_assert_max_num_queries(counted[url]):
            client.get(url)
    with django_assert_max_num_queries(40):
        client.get(application.get_absolute_url())


def test_only_an_editor_or_administrator_sets_up_a_seal(client, cast):
    scheme = seals.scheme(cast)
    client.force_login(cast.secretariat)
    assert client.get(scheme.get_absolute_url()).status_code == 403
    client.force_login(cast.editor)
    days = {"validity_days": 365, "accept_days": 3, "evaluation_days": 15, "answer_days": 7,
            "final_days": 5}  # fmt: skip
    assert client.post(scheme.get_absolute_url(), {**days, "answer_days": 0}).status_code == 200
    assert client.post(scheme.get_absolute_url(), days).status_code == 302
    other = seals.reviews.standard(cast)
    client.post(reverse("gating:sealscheme_create"), {"standard": other.pk})
    again = client.post(reverse("gating:sealscheme_create"), {"standard": other.pk})
    assert again.status_code == 200  # the second click finds it there already
    assert SealScheme.objects.filter(standard_code=other.code).count() == 1
    scheme.refresh_from_db()
    assert (scheme.accept_days, scheme.answer_days) == (3, 7)
    assert scheme.dossier.events.filter(verb="gating.sealscheme.change").count() == 1
