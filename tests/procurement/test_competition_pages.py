"""The pages of competitions: for officers, the panel, vendors and everybody."""

import hashlib
import json

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock, due, outbox
from core.steps import perform
from procurement import addenda, asking, content, eligibility
from procurement.forms_part_rows import TITLES
from procurement.forms_sealing import BidForm
from procurement.models import Competition
from tests.factories import competitions

pytestmark = pytest.mark.django_db


def url(name, *args):
    return reverse(f"procurement:{name}", args=args)


def queries(client, address) -> int:
    with CaptureQueriesContext(
        connection,
    ) as found:
        assert client.get(address).status_code == 200
    return len(found)


def test_an_officer_begins_a_draft_from_a_template(client, cast):
    project, lot = competitions.project(cast), competitions.lot(cast)
    client.force_login(cast.officer)
    address = url("competition_begin")
    assert client.get(f"{address}?project={project.ref}").status_code == 200
    said = {"template": "small-purchase", "project": "P-999999", "lot": lot.pk, "title": "Actas"}
    page = client.post(address, said)
    assert "P-999999" in page.content.decode()
    assert 'value="Actas"' in page.content.decode()
    answer = client.post(address, {**said, "project": project.ref})
    row = Competition.objects.get()
    assert answer.url == row.get_absolute_url()
    assert (row.template, row.criteria.count(), row.lot) == ("small-purchase", 5, lot)
    client.force_login(cast.manager)
    assert client.get(address).status_code == 403


def test_every_part_of_a_draft_is_edited_and_what_was_typed_stays(client, cast):
    row = competitions.draft(cast)
    client.force_login(cast.officer)
    before = content.read(row)
    for part in TITLES:
        address = url("competition_part", row.ref, part)
        page = client.get(address)
        assert page.status_code == 200, part
        form = page.context["form"]
        data = dict(fields(form))
        assert client.post(address, data).status_code == 302, part
        assert content.read(competitions.fresh(row)) == before, part
    wrong = {**dict(fields(client.get(url("competition_part", row.ref, "price")).context["form"])),
             "estimate": "mucho", "price_weight": "31"}  # fmt: skip
    page = client.post(url("competition_part", row.ref, "price"), wrong)
    assert page.status_code == 422
    assert 'value="mucho"' in page.content.decode()
    assert 'value="31"' in page.content.decode()


def fields(form):
    """Names and values of a form or formset as a browser would send them."""
    if hasattr(form, "management_form"):
        for bound in form.management_form:
            yield bound.html_name, bound.value()
        for row in form:
            yield from fields(row)
        return
    for bound in form:
        value = bound.value()
        if isinstance(value, bool):
            if value:
                yield bound.html_name, "on"
        elif value is not None:
            widget = bound.field.widget
            yield (
                bound.html_name,
                widget.format_value(value) if hasattr(widget, "format") else value,
            )


def test_criteria_are_added_changed_and_left_out(client, cast):
    row = competitions.draft(cast, "small-purchase")
    client.force_login(cast.officer)
    address = url("competition_part", row.ref, "criteria")
    data = dict(fields(client.get(address).context["form"]))
    data["rows-0-weight"], data["rows-1-drop"] = "40", "on"
    number = int(data["rows-INITIAL_FORMS"])
    data |= {f"rows-{number}-title": "Entrevista", f"rows-{number}-weight": "5",
             f"rows-{number}-phase": "interview"}  # fmt: skip
    assert client.post(address, data).status_code == 302
    row = competitions.fresh(row)
    assert row.criteria.get(code="understanding").weight == 40
    assert {c.code for c in row.criteria.all()} == {
        "understanding", "accessibility", "install_docs", "open_licences", "entrevista",
    }  # fmt: skip
    assert row.interview is True


def test_a_draft_that_prescribes_is_warned_of(client, cast):
    row = competitions.draft(cast)
    client.force_login(cast.officer)
    address = url("competition_part", row.ref, "texts")
    data = {**dict(fields(client.get(address).context["form"])),
            "outcomes": "El sistema deberá usar Oracle.", "title": "Acta"}  # fmt: skip
    page = client.post(address, data, follow=True).content.decode()
    assert "Oracle" in page
    assert "prescribes a solution" in page or "prescribe" in page


def test_the_review_says_what_still_speaks_against_publishing(client, cast):
    row = competitions.draft(cast, estimate=9_000_000_00)
    client.force_login(cast.officer2)
    page = client.get(url("competition_review", row.ref))
    unmet = [place for place, (_label, reasons) in enumerate(page.context["guards"]) if reasons]
    assert {4, 12} <= set(unmet)  # nobody on the panel, and not enough money
    assert page.context["open"] == len(unmet)


def test_the_panel_is_named_on_its_page(client, cast):
    row = competitions.draft(cast)
    client.force_login(cast.officer)
    address = url("panel", row.ref)
    said = {"person": cast.chair.email, "role": "chair"}
    assert client.post(address, said).status_code == 302
    again = client.post(address, {"person": cast.officer.email, "role": "member"})
    assert "drafted" in again.content.decode() or "redact" in again.content.decode()
    vendor = competitions.bidder(cast)
    refused = client.post(address, {"person": vendor.email, "role": "member"})
    assert refused.status_code == 200
    assert row.panel.count() == 1
    seat = row.panel.get()
    assert client.post(url("panel_leave", row.ref, seat.pk), {}).status_code == 302
    assert row.panel.count() == 0


def test_strangers_get_404_and_the_wrong_person_the_sentence(client, cast):
    row = competitions.draft(cast)
    client.force_login(cast.stranger)
    assert client.get(row.get_absolute_url()).status_code == 404
    assert client.get(row.get_public_url()).status_code == 404
    client.force_login(cast.auditor)
    assert client.get(row.get_absolute_url()).status_code == 200
    for name in ("competition_review", "panel"):
        assert client.get(url(name, row.ref)).status_code == 403
    assert client.get(url("competition_part", row.ref, "texts")).status_code == 403


def test_everybody_reads_a_published_competition_and_never_who_bids(client, cast):
    row = competitions.published(cast)
    for address in (row.get_public_url(), url("public_list"), url("public_version", row.ref, 1),
                    url("feed_json"), url("feed_atom")):  # fmt: skip
        page = client.get(address)
        assert page.status_code == 200
        for vendor in competitions.vendors(cast):
            assert vendor.name not in page.content.decode()
    page = client.get(row.get_public_url()).content.decode()
    assert page.count("data-countdown") == 1
    assert "America/Mexico_City" in page
    assert row.frozen_hash in page
    assert row.rules_hash in page


def test_the_hash_of_a_version_is_that_of_its_json(client, cast):
    row = competitions.published(cast)
    answer = client.get(url("public_version_json", row.ref, 1))
    assert hashlib.sha256(answer.content).hexdigest() == row.frozen_hash
    said = json.loads(answer.content)
    assert content.digest(content.rules_of(said)) == row.rules_hash
    again = client.get(url("public_version_json", row.ref, 1), headers={
        "if-none-match": answer["ETag"]})  # fmt: skip
    assert again.status_code == 304


def test_a_vendor_asks_an_officer_answers_and_the_public_reads_it(client, cast):
    row = competitions.published(cast)
    client.force_login(competitions.bidder(cast))
    address = url("question_ask", row.ref)
    assert client.get(address).status_code == 200
    client.post(address, {"text": "¿Puede usarse otra rama?"})
    public = client.get(row.get_public_url()).content.decode()
    assert "otra rama" not in public  # not before it is settled
    settle = url("question_settle", row.ref, 1)
    for person, offered in ((cast.secretariat, False), (cast.officer, True)):
        client.force_login(person)
        page = client.get(row.get_absolute_url()).content.decode()
        assert (settle in page) is offered
    assert competitions.vendors(cast)[0].name not in page
    client.post(settle, {"act": "answer", "text": "Sí, díganla en la propuesta."})
    client.logout()
    public = client.get(row.get_public_url()).content.decode()
    assert "otra rama" in public
    assert "díganla" in public
    client.force_login(cast.manager)
    assert client.get(address).status_code == 403


def test_a_question_that_came_too_late_is_not_lost_to_its_author(client, cast):
    row = competitions.published(cast)
    client.force_login(competitions.bidder(cast))
    with clock.move(to=row.closes_at):
        page = client.post(url("question_ask", row.ref), {"text": "¿Puede usarse otra rama?"})
        assert "otra rama" in page.content.decode()
    assert row.questions.count() == 0


def test_an_addendum_is_drafted_explained_and_published_on_its_pages(client, cast):
    row = competitions.published(cast)
    client.force_login(cast.officer)
    assert client.get(url("addendum_begin", row.ref)).status_code == 200
    made = client.post(url("addendum_begin", row.ref)).url
    key = row.addenda.get().pk
    part = url("addendum_part", key, "texts")
    data = {**dict(fields(client.get(part).context["form"])), "outcomes": "Nueve de diez."}
    client.post(part, data)
    client.post(made, {"summary": "Se precisa.", "material": "yes"})
    page = client.get(made).content.decode()
    assert "<ins>Nueve de diez.</ins>" in page
    client.force_login(cast.officer2)
    client.post(url("addendum_step", key, "publish"), {"seen": "drafted"})
    client.logout()
    public = client.get(url("public_addendum", row.ref, 1)).content.decode()
    assert "<ins>Nueve de diez.</ins>" in public
    client.force_login(competitions.bidder(cast))
    assert client.get(made).url == url("public_addendum", row.ref, 1)
    assert client.get(row.get_absolute_url()).url == row.get_public_url()


def test_every_member_of_the_lot_is_told_alike(cast):
    row = competitions.published(cast)
    outbox.drain()
    told = {person for message in mail.outbox for person in message.to}
    members = {competitions.bidder(cast, number).email for number in range(3)}
    assert members <= told
    texts = {message.body for message in mail.outbox if message.to[0] in members}
    assert len(texts) == 1
    assert "C-000001" in mail.outbox[0].subject
    asking.ask(row, "¿Otra rama?", by=competitions.bidder(cast))
    outbox.drain()
    assert not [message for message in mail.outbox if "Empresa" in message.body]


def test_three_hundred_people_are_told_in_one_job(cast):
    lot = competitions.lot(cast, members=0)
    company = competitions.member(cast, "Grande")
    for number in range(300):
        person = competitions.people.person(f"p{number}", institution=None)
        competitions.frameworks.seat(company, person, "bidder")
    row = competitions.published(cast, within=lot)
    outbox.drain(120)
    subject = f"{row.title_for_people()}"
    assert len([m for m in mail.outbox if m.subject.startswith(subject)]) >= 300


def test_pages_cost_the_same_however_much_there_is(client, cast):
    row = competitions.published(cast)
    client.force_login(cast.officer)
    pages = [url("competition_list"), url("public_list"), row.get_absolute_url(),
             row.get_public_url(), url("feed_json"), url("feed_atom")]  # fmt: skip
    for address in pages:
        client.get(address)
    before = [queries(client, address) for address in pages]
    for number in range(3):
        question = asking.ask(row, f"¿{number}?", by=competitions.bidder(cast, number))
        asking.settle(question, "Sí.", decline=False, by=cast.officer)
        competitions.published(cast)
    assert [queries(client, address) for address in pages] == before


def test_an_ended_competition_says_why_and_is_run_again(client, cast):
    row = perform(competitions.published(cast), "cancel", by=cast.officer, because="Sin fondos.")
    assert "Sin fondos." in client.get(row.get_public_url()).content.decode()
    client.force_login(cast.officer)
    address = url("competition_rerun", row.ref)
    assert client.get(address).status_code == 200
    again = client.post(address, {"because": "Ahora hay fondos."}).url
    copy = Competition.objects.get(rerun_of=row)
    assert again == copy.get_absolute_url()
    assert (copy.closes_at, copy.outcomes, copy.lot) == (None, row.outcomes, row.lot)
    assert [c.weight for c in copy.criteria.all()] == [c.weight for c in row.criteria.all()]
    assert row.ref in client.get(again).content.decode()


def test_a_moved_deadline_stands_on_the_public_page_at_once(client, cast):
    row = competitions.published(cast)
    asking.ask(row, "¿Otra rama?", by=competitions.bidder(cast))
    with clock.move(to=row.closes_at):
        page = client.get(row.get_public_url())
        assert page.context["takes_bids"] is True
        assert page.context["deadline"] > row.closes_at
        due.act()
        row = competitions.fresh(row)
        assert page.context["deadline"] == row.closes_at


def test_a_draft_of_an_addendum_is_nobody_elses(client, cast):
    row = competitions.published(cast)
    made = addenda.begin(row, by=cast.officer)
    client.force_login(competitions.bidder(cast))
    assert client.get(made.get_absolute_url()).status_code == 404
    assert client.get(url("public_addendum", row.ref, 1)).status_code == 404


def test_what_is_needed_in_the_end_is_not_called_optional(client, cast):
    row = competitions.draft(cast, "18f-design")
    client.force_login(cast.officer)
    found = {}
    for part in ("texts", "price"):
        form = client.get(url("competition_part", row.ref, part)).context["form"]
        found[part] = [field.name for field in form if field.optional]
    assert found["texts"] == ["constraints"]
    assert "estimate" not in found["price"]
    asked = eligibility.asked_of(row)
    shown = BidForm(asked=asked).visible_fields()
    optional = {field.name for field in shown if field.optional}
    answers = {f"answer_{code}" for code, _title in asked.criteria}
    assert optional == {"partners", *answers}


def test_the_basket_is_told_by_the_names_of_the_lot(client, cast):
    row = competitions.published(cast, "18f-design")
    row.lot.categories.filter(code="designer").update(name="Diseño de servicios")
    page = client.get(row.get_public_url()).content.decode()
    assert "Diseño de servicios: 960" in page
    assert "designer" not in page
