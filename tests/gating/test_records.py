"""Decision records: what they say, the public check, tampering shown, the PDF and its twin."""

import hashlib
import io
import json

import pypdf
import pytest
from django.db import connection
from django.urls import reverse

from core import guards
from core.steps import perform
from gating import motions, records
from gating.models import Record
from tests.factories import boards

pytestmark = pytest.mark.django_db


@pytest.fixture
def record(cast):
    review = boards.tabled_review(cast)
    motion = boards.drafted(cast, review, "approve_with_conditions", "To approve <b>it</b>.")
    boards.condition(cast, motion, "precedent")
    motions.recuse(motion, "My brother works there.", by=cast.member3)
    motion = perform(motion, "table", by=cast.secretariat)
    with boards.in_session(cast, motion.meeting):
        motion = perform(motion, "open", by=cast.chair)
        boards.vote(cast, motion, chair="for", member1="for", member2="against")
        return perform(motion, "close", by=cast.chair).record


def test_a_record_says_all_of_the_decision(cast, record):
    facts = records.facts_of(record)
    assert facts["outcome"] == "approve_with_conditions"
    assert facts["review"]["bundle_hash"] == record.review.bundle_hash
    assert [row["rating"] for row in facts["review"]["ratings"]] == ["green"] * 3
    assert [row["kind"] for row in facts["conditions"]] == ["precedent"]
    assert facts["tally"]["case"]["votes"] == {
        "for": 2, "against": 1, "abstain": 0, "recused": 1, "absent": 0,
    }  # fmt: skip
    assert facts["recusals"] == [{"person": str(cast.member3), "reason": "My brother works there."}]
    assert (facts["tranche"]["number"], facts["tranche"]["amount"]) == (1, 100_000_00)
    case = record.dossier.events.get(number=facts["chain"]["events"])
    assert facts["chain"]["head"] == case.mac
    assert hashlib.sha256(record.text.encode()).hexdigest() == record.sha256
    assert len(record.code) >= 20


def test_anybody_with_the_code_sees_that_it_is_genuine_but_no_person(client, cast, record):
    response = client.get(reverse("gating:record", args=[record.code]))
    text = response.content.decode()
    assert response.status_code == 200
    assert record.sha256 in text
    assert record.review.bundle_hash in text
    assert "c-tag--good" in text
    for person in (cast.member3, cast.chair, cast.manager):
        assert str(person) not in text
    assert "brother" not in text
    lower = client.get(reverse("gating:record", args=[record.code.lower()]))
    assert lower.status_code == 200


def test_an_unknown_code_is_404_with_a_way_on(client, db):
    response = client.get(reverse("gating:record", args=["2" * 24]))
    assert response.status_code == 404
    assert "2" * 24 in response.content.decode()


def tamper(record, **values):
    """Change a record with SQL, the triggers dropped."""
    guards.drop()
    columns = ", ".join(f"{name} = %s" for name in values)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE gating_record SET {columns} WHERE id = %s",
                       [*values.values(), record.pk])  # fmt: skip
    record.refresh_from_db()


def changed(record):
    facts = json.loads(record.text)
    facts["outcome"] = "approve"
    return json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def test_a_record_whose_text_was_changed_is_not_genuine(client, record):
    tamper(record, text=changed(record))
    response = client.get(reverse("gating:record", args=[record.code]))
    assert not records.is_genuine(record)
    assert "c-tag--good" not in response.content.decode()
    assert "govuk-warning-text" in response.content.decode()


def test_nor_is_one_whose_text_and_hash_were_changed_together(client, cast, record):
    text = changed(record)
    tamper(record, text=text, sha256=hashlib.sha256(text.encode()).hexdigest())
    assert not records.is_genuine(record)
    client.force_login(cast.secretariat)
    assert client.get(reverse("gating:record_pdf", args=[record.code])).status_code == 409
    assert client.get(reverse("gating:record_full", args=[record.code])).status_code == 200


def test_a_text_that_is_no_record_at_all_is_not_genuine(client, cast, record):
    tamper(record, text="[")
    assert client.get(reverse("gating:record", args=[record.code])).status_code == 200
    client.force_login(cast.secretariat)
    assert client.get(reverse("gating:record_full", args=[record.code])).status_code == 200


def test_the_database_refuses_to_change_or_remove_a_record(record):
    with pytest.raises(TypeError):
        record.save()
    with pytest.raises(TypeError):
        Record.objects.all().delete()


@pytest.mark.parametrize(
    ("person", "status"),
    [("manager", 200), ("owner", 200), ("chair", 200), ("member1", 200), ("secretariat", 200),
     ("auditor", 200), ("lead", 200), ("preparer", 200), ("stranger", 404)],
)  # fmt: skip
def test_the_whole_record_is_for_who_sees_the_project_or_sits_there(client, cast, record, person,
                                                                   status):  # fmt: skip
    client.force_login(getattr(cast, person))
    assert client.get(reverse("gating:record_full", args=[record.code])).status_code == status


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_pdf_is_tagged_and_says_what_its_twin_says(client, cast, record, language):
    client.force_login(cast.manager)
    client.cookies["django_language"] = language
    response = client.get(reverse("gating:record_pdf", args=[record.code]))
    assert response["Content-Type"] == "application/pdf"
    reader = pypdf.PdfReader(io.BytesIO(response.content))
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    text = "".join("".join(page.extract_text() for page in reader.pages).split())
    assert record.sha256 in text
    assert f"/records/{record.code}/" in text
    assert "".join(str(cast.member3).split()) in text
    twin = client.get(reverse("gating:record_full", args=[record.code])).content.decode()
    assert "To approve &lt;b&gt;it&lt;/b&gt;." in twin
