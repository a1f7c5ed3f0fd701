"""Text templates: placeholders checked, versions that count from their day, letters on paper."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse
from pypdf import PdfReader

from core import clock, wording
from core.models import Event, Wording
from core.refusals import Denied, Refused
from gating.models import GateReview
from projects import wordings
from projects.cases import case_of
from projects.models import Letter
from tests.factories import boards, money

CODE = "business_case.financial"


def write(cast, body="Costo: {cost}", by=None, language="es", **fields):
    values = {"subject": "", "starts_on": clock.today(), "note": "", **fields}
    return wording.save(
        wording.find(CODE), language, body=body, by=by or cast.secretariat, **values
    )


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("{project} y {cost}", 0), ("{{literal}}", 0), ("{password}", 1), ("{cost!r}", 1),
        ("{cost:>9}", 1), ("{project.dossier}", 1), ("{0}", 1), ("{}", 1), ("{project", 1),
        ("project}", 1), ("{cost[0]} {x}", 2),
    ],
)  # fmt: skip
def test_only_known_placeholders_pass(text, wrong):
    assert len(wording.faults(text, wordings.OF_PROJECT)) == wrong


def test_what_is_put_in_is_never_read_as_a_placeholder():
    assert wording.fill("{a} {{x}} {b}", {"a": "{b}", "b": "2"}) == "{b} {x} 2"


def test_every_text_is_delivered_in_both_languages():
    assert len(wording.texts()) >= 17
    for text in wording.texts():
        for language in wording.LANGUAGES:
            assert text.delivered[language]["body"].strip()
        assert text.delivered["es"] != text.delivered["en"]


@pytest.mark.django_db
def test_a_version_counts_from_its_day_and_the_delivered_one_until_then(cast):
    today = clock.today()
    assert wording.current(CODE, "es", today).number == 0
    first = write(cast, starts_on=today + timedelta(days=3), note="Anexo 2")
    assert wording.current(CODE, "es", today).number == 0
    assert wording.current(CODE, "es", today + timedelta(days=3)).body == first.body
    assert wording.current(CODE, "en", today + timedelta(days=3)).number == 0
    second = write(cast, "Otro")
    assert wording.current(CODE, "es", today).number == second.number == 2
    event = Event.objects.get(verb="core.wording.write", target_id=first.pk)
    assert (event.dossier.ref, event.because) == ("WORDINGS", "Anexo 2")


@pytest.mark.django_db
def test_what_is_refused(cast):
    with pytest.raises(Denied):
        write(cast, by=cast.manager)
    with pytest.raises(Refused, match="stands for nothing"):
        write(cast, "{secret}")
    with pytest.raises(Refused, match="today or later"):
        write(cast, starts_on=clock.today() - timedelta(days=1))
    with pytest.raises(Refused, match="Write the text"):
        write(cast, "  ")
    assert not Wording.objects.exists()


@pytest.mark.django_db
def test_a_business_case_begins_with_it_and_written_texts_stay(cast, client):
    project = money.project(cast, stage="draft")
    write(cast, "Costo: {cost} de {project}", language="en")
    case = case_of(project)
    case.strategic = "Mine"
    wordings.begin(case, "en")
    assert case.strategic == "Mine"
    assert case.financial.endswith(f"de {project.title}")
    client.force_login(cast.manager)
    page = client.get(reverse("projects:project_case", args=[project.ref]) + "?template=1")
    assert project.title in page.context["form"]["financial"].initial


@pytest.mark.django_db
def test_the_secretariat_writes_on_its_page_and_others_are_told_why_not(cast, client):
    client.force_login(cast.manager)
    assert client.get(reverse("core:wording_list")).status_code == 403
    client.force_login(cast.secretariat)
    assert client.get(reverse("core:wording_list")).status_code == 200
    url = reverse("core:wording_write", args=[CODE, "es"])
    form = {"body": "Costo {cost}\r\n", "starts_on": clock.today(), "note": "n"}
    page = client.post(url, {**form, "body": "Costo {costo}"})
    assert b"{costo}" in page.content
    assert not Wording.objects.exists()
    assert client.post(url, form).status_code == 302
    assert Wording.objects.get().body == "Costo {cost}\n"
    detail = client.get(reverse("core:wording_detail", args=[CODE]))
    assert detail.status_code == 200
    assert client.get(reverse("core:wording_detail", args=["none"])).status_code == 404
    client.force_login(cast.auditor)
    assert client.get(reverse("core:wording_detail", args=[CODE])).status_code == 200
    assert client.get(url).status_code == 403


@pytest.mark.django_db
def test_a_decision_letter_is_issued_as_pdf_with_its_number(cast, client):
    with boards.opened(cast, "approve_with_conditions", ["subsequent"]) as motion:
        boards.carried(cast, motion)
        review = GateReview.objects.get(pk=motion.review_id)
        url = reverse("gating:decision_letter", args=[review.pk])
        client.force_login(cast.manager)
        assert client.get(url).status_code == 403
        client.force_login(cast.secretariat)
        form = client.get(url).context["form"]
        assert review.project.ref in form.initial["subject"]
        assert "A subsequent condition" in form.initial["text"]
        assert "{" not in form.initial["text"]
        done = client.post(url, {**form.initial, "text": form.initial["text"] + "\n\nP. D."})
    letter = Letter.objects.get()
    assert done["Location"] == letter.get_absolute_url()
    assert (letter.direction, letter.number, letter.reference) == ("out", 1, letter.ref)
    document = letter.enclosures.get().document
    with default_storage.open(document.blob.path) as file:
        text = PdfReader(BytesIO(file.read())).pages[0].extract_text()
    assert letter.ref in text
