"""The pages of an evaluation: what each person is shown of it, and what is kept from them."""

import pytest
from django.conf import settings
from django.urls import reverse

from core.steps import perform
from procurement import complying, declaring
from procurement.models import Exclusion, Score
from tests.factories import competitions, evaluations

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english(client):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"


def url(row, name="evaluation", **more):
    return reverse(f"procurement:{name}", kwargs={"ref": row.ref, **more})


def page(client, person, address):
    client.force_login(person)
    return client.get(address)


def names(row):
    bids = row.bids.select_related("vendor")
    return [bid.vendor.name for bid in bids] + [
        person["name"] for bid in bids for person in bid.content["people"]
    ]


STAGES = {
    "at_compliance": evaluations.at_compliance,
    "scoring": evaluations.scoring,
    "consensus": evaluations.consensus,
    "agreed": evaluations.agreed,
    "ranked": evaluations.ranked,
}


@pytest.mark.parametrize("stage", STAGES)
def test_strangers_know_of_no_page_of_an_evaluation(client, cast, stage):
    row = STAGES[stage](cast)
    bid = row.bids.first()
    addresses = [url(row), url(row, "ranking"), url(row, "ranking_facts"),
                 url(row, "bid_alias", alias=bid.alias),
                 row.declarations.first().get_absolute_url(),
                 url(row, "consensus", phase="prototype"),
                 reverse("procurement:exclusion_create", args=[bid.pk])]  # fmt: skip
    addresses += [sheet.get_sheet_url() for round_ in row.rounds.all()
                  for sheet in round_.sheets.all()]  # fmt: skip
    for person in (cast.stranger, bid.sealed_by):
        found = {page(client, person, address).status_code for address in addresses}
        assert found <= {404}
    own = page(client, bid.sealed_by, bid.compliance.get_absolute_url()).status_code
    assert own == (404 if stage == "at_compliance" else 200)
    others = row.bids.exclude(pk=bid.pk).first().compliance
    for person in (cast.stranger, bid.sealed_by):
        assert page(client, person, others.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("stage", STAGES)
def test_the_panel_reads_no_name_of_a_bidder_on_any_page(client, cast, stage):
    row = STAGES[stage](cast)
    if stage == "at_compliance":
        row = evaluations.declare(cast, row)
    for person in evaluations.members(row):
        addresses = [row.get_absolute_url(), url(row), url(row, "ranking")]
        addresses += [url(row, "bid_alias", alias=bid.alias) for bid in row.bids.all()]
        for sheet in person.panel_seats.get(competition=row).sheets.all():
            addresses += [sheet.get_sheet_url()]
            addresses += [reverse("procurement:sheet_bid", args=[sheet.pk, bid.alias])
                          for bid in row.bids.all()]  # fmt: skip
        if stage in ("consensus", "agreed", "ranked"):
            addresses += [url(row, "consensus", phase="prototype")]
            round_ = row.rounds.get()
            addresses += [reverse("procurement:agreement", args=[round_.pk, bid.alias])
                          for bid in row.bids.all()]  # fmt: skip
        for address in addresses:
            answer = page(client, person, address)
            assert answer.status_code in (200, 302), address
            text = answer.content.decode()
            assert [name for name in names(row) if name in text] == []


def test_names_are_listed_by_the_alphabet_before_any_alias_is_shown(client, cast):
    row = evaluations.at_compliance(cast)
    declaration = row.declarations.get(member__user=cast.member1)
    refused = page(client, cast.member1, url(row, "ranking"))
    assert refused.status_code == 403
    text = page(client, cast.member1, declaration.get_absolute_url()).content.decode()
    listed = sorted({party.name for party in declaring.parties(row)}, key=str.casefold)
    places = [text.index(f">{name}<") for name in listed]
    assert places == sorted(places)
    assert not any(f"Bid {bid.alias}" in text for bid in row.bids.all())
    own = page(client, cast.member1, url(row)).content.decode()
    assert "Bid A" not in own
    perform(declaration, "declare_clear", by=cast.member1)
    after = page(client, cast.member1, declaration.get_absolute_url()).content.decode()
    assert not any(f">{name}<" in after for name in listed)
    assert "Bid A" in page(client, cast.member1, url(row)).content.decode()


def test_nobody_reads_a_sheet_before_all_are_in(client, cast):
    row = evaluations.scoring(cast)
    mine = evaluations.fill(row, cast.member1, 77)
    perform(mine, "seal", by=cast.member1)
    cast.admin.is_superuser = cast.admin.is_staff = True
    cast.admin.save()
    for person in (cast.chair, cast.member2, cast.officer, cast.auditor, cast.admin):
        assert page(client, person, mine.get_sheet_url()).status_code == 404
        assert page(client, person, url(row, "consensus", phase="prototype")).status_code == 404
        assert not Score.objects.readable_by(person).filter(sheet=mine).exists()
        answer = page(client, person, url(row))
        assert "77" not in answer.content.decode().replace(str(row.pk), "")
    assert page(client, cast.member1, mine.get_sheet_url()).status_code == 200


def test_a_sheet_is_filled_bid_by_bid_kept_as_it_is_typed_and_sealed(client, cast):
    row = evaluations.scoring(cast)
    sheet = evaluations.sheet(row, cast.member1)
    criteria = list(sheet.criteria())
    client.force_login(cast.member1)
    address = reverse("procurement:sheet_bid", args=[sheet.pk, "A"])
    assert client.get(address).status_code == 200
    typed = {f"score_{criteria[0].pk}": "0", f"comment_{criteria[0].pk}": "Nada",
             f"score_{criteria[1].pk}": "mal"}  # fmt: skip
    kept = client.post(address, typed, headers={"X-Autosave": "1"})
    assert kept.json()["saved"].startswith("Draft saved at")
    score = Score.objects.get(sheet=sheet)
    assert (score.value, score.comment) == (0, "Nada")
    refused = client.post(address, {**typed, f"score_{criteria[1].pk}": "101"})
    assert refused.status_code == 200
    assert 'value="101"' in refused.content.decode()
    done = client.post(address, {**typed, f"score_{criteria[1].pk}": "55.5", "next": "1"})
    assert done.status_code == 302
    seal = client.get(sheet.get_step_url("seal")).content.decode()
    assert "lacks 2 of 2 scores" in seal
    evaluations.fill(row, cast.member1, 60)
    assert client.post(sheet.get_step_url("seal"), {"seen": "open"}).status_code == 302
    late = client.post(address, typed, headers={"X-Autosave": "1"})
    assert late.status_code == 409
    assert client.get(address).status_code == 302


def test_the_chair_records_how_the_panel_talked_and_what_it_agreed(client, cast):
    row = evaluations.scoring(cast)
    for person, value in zip(evaluations.members(row), (20, 80, 80), strict=True):
        perform(evaluations.fill(row, person, value, B=70), "seal", by=person)
    row = perform(competitions.fresh(row), "begin_consensus", by=cast.chair)
    round_ = row.rounds.get()
    heat = page(client, cast.chair, url(row, "consensus", phase="prototype")).content.decode()
    assert "talk first" in heat
    address = reverse("procurement:agreement", args=[round_.pk, "A"])
    assert "<form method=\"post\" novalidate>" not in page(
        client, cast.member1, address).content.decode()  # fmt: skip
    assert client.post(address, {}).status_code == 403
    client.force_login(cast.chair)
    typed = {}
    for criterion in row.criteria.all():
        typed |= {f"value_{criterion.pk}": "60", f"text_{criterion.pk}": "Acuerdo."}
    refused = client.post(address, typed)
    assert "record first how the panel talked" in refused.content.decode()
    typed |= {f"moderation_{criterion.pk}": "Se habló." for criterion in row.criteria.all()}
    assert client.post(address, typed).status_code == 302
    assert round_.agreed.count() == round_.moderations.count() == row.criteria.count()
    assert client.post(address, typed).status_code == 302
    assert round_.agreed.count() == row.criteria.count()


def test_officers_check_bids_and_a_second_one_confirms(client, cast):
    row = evaluations.at_compliance(cast)
    check = row.bids.first().compliance
    items = list(check.items.all())
    client.force_login(cast.officer)
    assert client.get(check.get_absolute_url()).status_code == 200
    typed = {f"result_{item.pk}": "met" for item in items}
    refused = client.post(check.get_absolute_url(), {**typed, f"result_{items[0].pk}": "unmet"})
    assert "Say why the rule is not met." in refused.content.decode()
    assert client.post(check.get_absolute_url(), typed).status_code == 302
    assert client.post(check.get_step_url("propose"), {"seen": "checking"}).status_code == 302
    assert client.post(check.get_step_url("confirm"), {"seen": "proposed"}).status_code == 403
    client.force_login(cast.officer2)
    assert client.post(check.get_step_url("confirm"), {"seen": "proposed"}).status_code == 302
    assert competitions.fresh(check.bid).state == "compliant"
    assert page(client, cast.member1, check.get_absolute_url()).status_code == 404
    assert page(client, check.bid.sealed_by, check.get_absolute_url()).status_code == 200


def test_a_bidder_cures_a_fault_once_in_time(client, cast):
    row = evaluations.at_compliance(cast)
    check = row.bids.first().compliance
    curable = check.items.filter(curable=True).first()
    client.force_login(cast.officer)
    typed = {f"result_{item.pk}": "met" for item in check.items.all()}
    typed |= {f"result_{curable.pk}": "unmet", f"reason_{curable.pk}": "Falta una persona."}
    client.post(check.get_absolute_url(), typed)
    assert "ask for the cure first" in client.get(check.get_step_url("propose")).content.decode()
    assert client.post(check.get_step_url("ask_cure"), {"seen": "checking"}).status_code == 302
    bidder, address = check.bid.sealed_by, reverse("procurement:compliance_cure", args=[check.pk])
    assert page(client, cast.member1, address).status_code == 404
    assert page(client, bidder, check.get_absolute_url()).status_code == 302
    assert "Falta una persona." in client.get(address).content.decode()
    assert client.post(address, {"answer": ""}).status_code == 200
    assert client.post(address, {"answer": "Aquí está."}).status_code == 302
    check = competitions.fresh(check)
    assert (check.state, check.cure_answer) == ("checking", "Aquí está.")
    assert "Aquí está." in page(client, cast.officer, check.get_absolute_url()).content.decode()


def test_an_exclusion_is_proposed_by_one_person_and_decided_by_another(client, cast):
    row = evaluations.ranked(cast)
    bid = row.bids.get(alias="A")
    client.force_login(cast.officer)
    address = reverse("procurement:exclusion_create", args=[bid.pk])
    assert client.get(address).status_code == 200
    typed = {"ground": "false_statement", "reason": "La certificación no existe."}
    assert client.post(address, typed).status_code == 302
    exclusion = Exclusion.objects.get()
    assert client.post(address, typed).status_code == 200
    assert client.get(exclusion.get_absolute_url()).status_code == 200
    assert client.post(exclusion.get_step_url("confirm"), {"seen": "proposed"}).status_code == 403
    client.force_login(cast.officer2)
    assert client.post(exclusion.get_step_url("confirm"), {"seen": "proposed"}).status_code == 302
    assert competitions.fresh(bid).state == "excluded"
    text = page(client, bid.sealed_by, exclusion.get_absolute_url()).content.decode()
    assert "La certificación no existe." in text
    other = row.bids.exclude(pk=bid.pk).first()
    assert page(client, other.sealed_by, exclusion.get_absolute_url()).status_code == 404


def test_the_ranking_page_shows_every_step_of_the_arithmetic(client, cast):
    row = evaluations.ranked(cast, A=80, B=90, C=50, prices=(100_000_00, 125_000_00, 90_000_00))
    text = page(client, cast.member1, url(row, "ranking")).content.decode()
    assert "÷" in text
    assert "Lot in the draw" in text
    officer = page(client, cast.officer, url(row, "ranking")).content.decode()
    assert all(bid.vendor.name in officer for bid in row.bids.select_related("vendor"))
    facts = page(client, cast.auditor, url(row, "ranking_facts"))
    assert facts.json()["ranking"]
    assert page(client, cast.member1, url(row, "ranking_facts")).status_code == 404


def test_before_prices_the_page_shows_the_shortlist_and_no_price(client, cast):
    row = evaluations.agreed(cast)
    text = page(client, cast.officer, url(row, "ranking")).content.decode()
    assert "still in" in text
    assert "100000" not in text


PAGES = ("evaluation", "ranking")


@pytest.mark.parametrize("count", [2, 8])
def test_pages_ask_as_often_whatever_the_number_of_bids(
    client, cast, count, django_assert_max_num_queries
):
    row = evaluations.ranked(cast, prices=tuple(100_000_00 + n for n in range(count)))
    for person in (cast.officer, cast.chair):
        client.force_login(person)
        for name in PAGES:
            client.get(url(row, name))
            with django_assert_max_num_queries(45):
                assert client.get(url(row, name)).status_code == 200
        with django_assert_max_num_queries(45):
            client.get(url(row, "consensus", phase="prototype"))


def test_the_page_of_a_competition_leads_to_its_evaluation(client, cast):
    row = evaluations.scoring(cast)
    for person, shown in ((cast.officer, True), (cast.member1, True), (cast.manager, False)):
        text = page(client, person, row.get_absolute_url()).content.decode()
        assert (url(row) in text, url(row, "ranking") in text) == (shown, shown)


def test_what_a_bidder_does_in_the_evaluation_is_not_told_to_the_panel(client, cast):
    row = evaluations.at_compliance(cast)
    check = row.bids.first().compliance
    rows = [{"item": item, "result": "unmet" if item.curable else "met", "reason": "Falta."}
            for item in check.items.all()]  # fmt: skip
    complying.write(check, rows, by=cast.officer)
    perform(check, "ask_cure", by=cast.officer)
    complying.answer(check, "Aquí está.", None, by=check.bid.sealed_by)
    bidder = check.bid.sealed_by.name
    for person, told in ((cast.officer, True), (cast.member1, False), (cast.manager, False)):
        text = page(client, person, row.get_absolute_url()).content.decode()
        assert (bidder in text) == told
