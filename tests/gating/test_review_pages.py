"""The pages of a review: who gets what, what forms do, and always with as many queries."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock
from core.models import User
from core.steps import perform
from gating import assessing, evidencing, standards
from gating.models import Evidence, Gate, GateReview, Standard
from gating.standard_files import parse
from tests.factories import reviews

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english(client):
    client.cookies["django_language"] = "en"


def get(client, person, name, query="", **kwargs):
    client.force_login(User.objects.get(pk=person.pk))
    return client.get(reverse(f"gating:{name}", kwargs=kwargs) + query)


def post(client, person, name, data, query="", **kwargs):
    client.force_login(User.objects.get(pk=person.pk))
    return client.post(reverse(f"gating:{name}", kwargs=kwargs) + query, data)


def text(response) -> str:
    return response.content.decode()


@pytest.mark.parametrize("where", reviews.ROAD)
def test_the_page_of_a_review_opens_for_everybody_it_concerns(client, cast, where):
    large = where in reviews.ROAD[: reviews.ROAD.index("before_board")]
    review = reviews.at(cast, where, tier="large" if large else "small")
    for name in ("manager", "owner", "secretariat", "auditor", "preparer"):
        assert get(client, getattr(cast, name), "review_detail", pk=review.pk).status_code == 200
    assert get(client, cast.stranger, "review_detail", pk=review.pk).status_code == 404


def test_pages_of_standards_and_gates(client, cast):
    reviews.at(cast, "planned")
    standard = Standard.objects.get(code="test-standard")
    for person in (cast.editor, cast.stranger):
        for name, kwargs in (
            ("standard_list", {}), ("standard_detail", {"pk": standard.pk}), ("gate_list", {}),
            ("gate_detail", {"code": "G1"}), ("review_list", {}),
        ):  # fmt: skip
            assert get(client, person, name, **kwargs).status_code == 200
    row = Gate.objects.get(code="G1").standards.get()
    assert get(client, cast.editor, "gate_drop", code="G1", pk=row.pk).status_code == 200
    assert get(client, cast.manager, "gate_drop", code="G1", pk=row.pk).status_code == 403


def test_the_editor_sets_what_a_gate_asks(client, cast):
    standard = reviews.standard(cast)
    data = {"standard": standard.pk, "tier": "", "mandatory": "on", "because": "Agreed in May"}
    assert post(client, cast.manager, "gate_detail", data, code="G2").status_code == 403
    assert post(client, cast.editor, "gate_detail", data, code="G2").status_code == 302
    row = Gate.objects.get(code="G2").standards.get()
    page = text(get(client, cast.editor, "gate_detail", code="G2"))
    assert "Agreed in May" in page
    assert "asks this standard already" in text(
        post(client, cast.editor, "gate_detail", data, code="G2")
    )
    post(client, cast.editor, "gate_drop", {"because": "No more"}, code="G2", pk=row.pk)
    assert not Gate.objects.get(code="G2").standards.exists()


def test_the_manager_plans_a_review(client, cast):
    gate, project = reviews.gate(cast), reviews.project(cast, tier="small")
    assert get(client, cast.manager, "review_create", ref=project.ref).status_code == 200
    assert get(client, cast.owner, "review_create", ref=project.ref).status_code == 403
    done = post(client, cast.manager, "review_create", {"gate": gate.pk}, ref=project.ref)
    review = GateReview.objects.get()
    assert done.url == review.get_absolute_url()
    again = post(client, cast.manager, "review_create", {"gate": gate.pk}, ref=project.ref)
    assert "There is a review at this gate already" in text(again)


METRIC = {"title": "Visits", "metric_name": "visits", "metric_value": "12.5",
          "metric_unit": "a day", "metric_on": "2026-01-05", "label": "internal",
          "hand_in": "on"}  # fmt: skip


def test_evidence_is_added_for_the_criteria_that_are_ticked(client, cast):
    review = perform(reviews.at(cast, "planned"), "begin", by=cast.manager)
    first, second, _third = review.items.order_by("position")
    page = get(client, cast.manager, "evidence_create", pk=review.pk)
    assert "Measured figure" in text(page)
    data = {**METRIC, "items": [first.pk, second.pk]}
    done = post(client, cast.manager, "evidence_create", data, "?kind=metric", pk=review.pk)
    assert done.status_code == 302
    proof = Evidence.objects.get()
    assert (proof.state, str(proof.metric_value)) == ("submitted", "12.5000")
    assert sorted(proof.items.values_list("criterion__code", flat=True)) == ["T-1", "T-2"]
    page = text(get(client, cast.manager, "review_detail", "?show=missing", pk=review.pk))
    assert "T-3 · Publish the source" in page
    assert "T-1 · Know the users" not in page


@pytest.mark.parametrize(
    ("kind", "data", "sentence"),
    [
        ("metric", {"metric_value": "many"}, "Enter a number."),
        ("metric", {"metric_on": "2199-01-01"}, "A measurement lies in the past."),
        ("metric", {"valid_until": "2020-01-01"}, "That day is over"),
        ("commit", {"url": "https://x.org", "commit": "HEAD"}, "Write all 40 characters"),
        ("link", {"url": "https://x.org"}, "Add a snapshot of the page"),
        ("recording", {}, "Add the recording as a file, or say at which address it is."),
        ("document", {}, "This field is required."),
    ],
)
def test_bad_evidence_gets_a_sentence_and_what_was_typed_stays(client, cast, kind, data, sentence):
    review = perform(reviews.at(cast, "planned"), "begin", by=cast.manager)
    found = {**METRIC, "title": "My own title", **data}
    page = post(client, cast.manager, "evidence_create", found, f"?kind={kind}", pk=review.pk)
    assert page.status_code == 200
    assert sentence in text(page)
    assert "My own title" in text(page)
    assert not Evidence.objects.exists()


def test_the_pages_of_evidence(client, cast):
    review = perform(reviews.at(cast, "planned"), "begin", by=cast.manager)
    proof = evidencing.add(review.project, {"title": "T", "kind": "attestation", "statement": "I"},
                           review.items.all(), by=cast.manager)  # fmt: skip
    kwargs = {"pk": proof.pk}
    for name in ("evidence_detail", "evidence_edit"):
        assert get(client, cast.manager, name, **kwargs).status_code == 200
    post(client, cast.manager, "evidence_edit",
         {"title": "Better", "statement": "I state", "label": "internal"}, **kwargs)  # fmt: skip
    proof = perform(proof, "submit", by=cast.manager)
    assert proof.title == "Better"
    data = {"title": "Best", "statement": "I do", "label": "internal", "hand_in": "on"}
    post(client, cast.manager, "evidence_renew", data, **kwargs)
    proof.refresh_from_db()
    assert (proof.state, proof.successor.title) == ("superseded", "Best")
    attach = {"pk": review.pk, "evidence": proof.successor.pk}
    assert get(client, cast.manager, "evidence_attach", **attach).status_code == 200
    first = review.items.first()
    post(client, cast.manager, "evidence_attach", {"items": [first.pk]}, **attach)
    assert proof.successor.links.get().item == first
    assert get(client, cast.stranger, "evidence_detail", **kwargs).status_code == 404
    assert get(client, cast.auditor, "evidence_edit", **kwargs).status_code == 403


def test_an_assessor_rates_saves_and_seals(client, cast):
    review = reviews.at(cast, "in_assessment", tier="large")
    mine = review.assessments.get(assessor=cast.lead)
    items = list(review.items.order_by("position"))
    page = get(client, cast.lead, "assessment_sheet", pk=mine.pk)
    assert all(item.criterion.title in text(page) for item in items)
    data = {f"value_{items[0].pk}": "amber", f"note_{items[0].pk}": "Nearly"}
    post(client, cast.lead, "assessment_sheet", {**data, "save": "1"}, pk=mine.pk)
    assert mine.ratings.get().value == "amber"
    page = text(get(client, cast.lead, "assessment_sheet", "?show=missing", pk=mine.pk))
    assert f'name="value_{items[0].pk}"' not in page
    assert f'name="value_{items[1].pk}"' in page
    rest = {f"value_{item.pk}": "green" for item in items[1:]}
    done = post(client, cast.lead, "assessment_sheet", {**rest, "seal": "1"}, "?show=missing",
                pk=mine.pk)  # fmt: skip
    assert done.url == mine.get_step_url("seal")
    assert mine.ratings.get(item=items[0]).note == "Nearly"
    assert "T-1: Amber needs an action" in text(client.get(done.url))
    bad = {f"value_{items[0].pk}": "amber", f"action_due_{items[0].pk}": "soon"}
    page = post(client, cast.lead, "assessment_sheet", bad, pk=mine.pk)
    assert "Enter a valid date" in text(page)


def test_the_lead_writes_the_report(client, cast):
    review = reviews.at(cast, "in_assessment", tier="large")
    lead = get(client, cast.lead, "assessment_report", pk=review.pk)
    assert lead.url == review.get_absolute_url()
    reviews.seal_all(review)
    assert get(client, cast.assessor1, "assessment_report", pk=review.pk).status_code == 403
    page = text(get(client, cast.lead, "assessment_report", pk=review.pk))
    assert "Proposed, the worst of them" in page
    data = {f"rating_{item.pk}": "green" for item in review.items.all()}
    data |= {"overall": "green", "report": "It works.", "overall_reason": "", "finish": "1"}
    done = post(client, cast.lead, "assessment_report", data, pk=review.pk)
    assert done.url == review.get_step_url("draft_report")
    client.post(done.url, {"seen": "in_assessment"})
    review.refresh_from_db()
    assert (review.state, review.computed) == ("report_drafted", "green")
    page = text(get(client, cast.manager, "review_detail", pk=review.pk))
    assert "It works." in page
    assert "It works." not in text(get(client, cast.preparer, "review_detail", pk=review.pk))


def test_forms_of_secretariat_manager_and_assessors(client, cast):
    review = reviews.at(cast, "submitted", tier="large")
    tomorrow = str(clock.today() + timedelta(days=1))
    invite = {"person": cast.lead.pk, "disciplines": ["service"], "lead": "on", "due": tomorrow}
    assert post(client, cast.secretariat, "assessment_create", invite, pk=review.pk).url.endswith(
        "#people"
    )
    empty = post(client, cast.secretariat, "assessment_create", {"person": cast.assessor1.pk},
                 pk=review.pk)  # fmt: skip
    assert "Choose a discipline, or let the person lead." in text(empty)
    first = review.items.first()
    done = post(client, cast.secretariat, "review_returns", {f"item_{first.pk}": "Which?"},
                pk=review.pk)  # fmt: skip
    assert done.url == review.get_step_url("return_to_project")
    done = post(client, cast.manager, "review_clarify", {"text": "Hello", "item": first.pk},
                pk=review.pk)  # fmt: skip
    assert review.clarifications.get().text == "Hello"
    assert (
        post(client, cast.stranger, "review_clarify", {"text": "x"}, pk=review.pk).status_code
        == 404
    )


def test_the_factual_check_in_the_browser(client, cast):
    review = reviews.at(cast, "factual_check", tier="large")
    done = post(client, cast.manager, "review_challenge", {"text": "12, not 21"}, pk=review.pk)
    client.post(done.url, {"seen": "factual_check"})
    done = post(client, cast.lead, "review_answer", {"text": "Right"}, pk=review.pk)
    client.post(done.url, {"seen": "factual_check"})
    review.refresh_from_db()
    assert review.facts == "answered"
    assert get(client, cast.owner, "review_challenge", pk=review.pk).status_code == 403


def test_an_exemption_is_asked_for_and_decided_on_the_page(client, cast):
    review = perform(reviews.at(cast, "planned"), "begin", by=cast.manager)
    first = review.items.first()
    said = {"text": "No users", "ground": "not_applicable"}
    post(client, cast.manager, "exemption_create", said, pk=first.pk)
    asked = first.exemptions.get()
    page = text(get(client, cast.secretariat, "review_detail", pk=review.pk))
    assert asked.get_step_url("grant") in page
    assert asked.get_step_url("grant") not in text(
        get(client, cast.manager, "review_detail", pk=review.pk)
    )
    client.force_login(User.objects.get(pk=cast.secretariat.pk))
    client.post(asked.get_step_url("grant"), {"because": "Indeed", "seen": "asked"})
    first.refresh_from_db()
    assert first.exempt


def test_the_table_to_download_holds_what_the_page_shows(client, cast):
    review = reviews.at(cast, "report_drafted")
    page = get(client, cast.manager, "review_detail", "?format=csv", pk=review.pk)
    lines = b"".join(page).decode("utf-8-sig").splitlines()
    assert lines[0] == "standard,code,title,mandatory,evidence,rating,reasons,action,action_due"
    assert lines[1] == (
        "test-standard,T-1,Know the users,yes,Satisfaction (v1),green,Seen,Fix it,2027-01-01"
    )
    other = get(client, cast.preparer, "review_detail", "?format=csv", pk=review.pk)
    assert "Satisfaction" not in b"".join(other).decode()
    assert (
        get(client, cast.manager, "review_detail", "?format=xlsx", pk=review.pk).content[:2]
        == b"PK"
    )


def queries(client, person, url: str) -> int:
    client.force_login(User.objects.get(pk=person.pk))
    client.get(url)
    with CaptureQueriesContext(connection) as found:
        assert client.get(url).status_code == 200
    return len(found)


def big(cast, count: int) -> GateReview:
    """A sealed review with so many criteria, each with evidence, an exemption asked for or not."""
    rows = [{"code": f"B-{n}", "title": f"Criterion {n}"} for n in range(count)]
    raw = reviews.standard_text(code="test-standard", version=str(count), criteria=rows)
    standards.load(parse(raw), by=cast.editor)
    gate = Gate.objects.get(code="G1")
    if not gate.standards.exists():
        reviews.gates.assign(gate, Standard.objects.published().get(), mandatory=True, tier=None,
                             by=cast.editor, because="x")  # fmt: skip
    review = reviews.opening.open_review(reviews.project(cast, tier="large"), gate, by=cast.manager)
    review = perform(review, "begin", by=cast.manager)
    for item in review.items.all():
        values = {"kind": "attestation", "title": f"E {item.pk}", "statement": "I"}
        evidencing.add(review.project, values, [item], by=cast.manager, hand_in=True)
    for item in review.items.all()[: count // 2]:
        assessing.ask_exemption(item, "Plainly not", by=cast.manager)
    return review


def sealed(cast, review) -> GateReview:
    for item in review.items.filter(exemptions__state="asked"):
        perform(item.exemptions.get(), "refuse", by=cast.secretariat, because="It applies")
    for place in ("prepared", "submitted", "in_assessment", "sealed"):
        review = reviews.STEPS[place](cast, review)
    return review


def test_as_many_queries_for_three_criteria_as_for_thirty(client, cast):
    counts = []
    for count in (4, 30):
        review = big(cast, count)
        url = review.get_absolute_url()
        found = [queries(client, person, url) for person in (cast.manager, cast.secretariat)]
        review = sealed(cast, review)
        report = reverse("gating:assessment_report", kwargs={"pk": review.pk})
        found += [queries(client, cast.lead, report), queries(client, cast.lead, url)]
        counts.append(found)
    assert counts[0] == counts[1]
    assert max(counts[1]) <= 48  # the header and the audiences of turns among them


def test_as_many_queries_for_one_review_as_for_many(client, cast):
    url = reverse("gating:review_list")
    reviews.at(cast, "planned")
    first = queries(client, cast.secretariat, url)
    for _turn in range(4):
        reviews.at(cast, "planned", of=reviews.project(cast, tier="small"))
    assert queries(client, cast.secretariat, url) == first
