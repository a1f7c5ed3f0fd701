"""Money claimed back: the machine as a table, its money to the centavo, its deadlines."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from core import clock, due
from core.models import Event, Notice, Turn
from core.outbox import drain
from core.refusals import Denied, Refused
from core.steps import perform
from core.turns import waiting_for
from projects import claiming, funding, holds, preparing
from projects.funding import Report
from projects.ledger_check import Misfit, verify
from projects.models import Claim, ClaimAppeal, ClaimState, Posting, PreparedEntry, Tier
from tests.factories import claims, money

pytestmark = pytest.mark.django_db

STATES = ClaimState.values
OFFERED = {
    ("proposed", "open_hearing"): ("secretariat", "hearing"),
    ("proposed", "withdraw"): ("auditor", "withdrawn"),
    ("hearing", "uphold"): ("secretariat", "upheld"),
    ("hearing", "dismiss"): ("secretariat", "dismissed"),
}
CONSEQUENCES = {"owe", "fall_overdue", "suspend", "resume", "end_recovered", "end_written_off",
                "reopen", "take_out"}  # fmt: skip
HEARD = {("owed", "suspend"), ("overdue", "suspend"), ("appealed", "resume")}
"""Steps that only an act of the secretariat causes: an appeal is entered."""


def at(cast, state: str) -> Claim:
    if state != "overdue":
        return claims.at(cast, state)
    claim = claims.at(cast, "owed")
    with clock.move(timedelta(days=31)):
        due.act()
    return claims.fresh(claim)


def balances(claim) -> tuple[int, ...]:
    left = funding.balances(claim.project)
    return tuple(left[name] for name in ("spent", "receivable", "recovered", "written_off"))


def test_the_table_names_every_step():
    steps = {t.name for t in Claim._meta.get_field("state").get_all_transitions(Claim)}
    assert steps == {name for _state, name in OFFERED} | CONSEQUENCES


@pytest.mark.parametrize("state", STATES)
def test_every_state_is_reached_and_the_wrong_people_are_refused(cast, state):
    claim = at(cast, state)
    assert claim.state == state
    verify()
    steps = {name for _state, name in OFFERED} | CONSEQUENCES
    for name in sorted(steps):
        who, _target = OFFERED.get((state, name), ("", ""))
        for local, person in vars(cast).items():
            if local == who or ((state, name) in HEARD and local == "secretariat"):
                continue
            with pytest.raises((Denied, Refused)):
                perform(claim, name, by=person, because="x")
    assert claims.fresh(claim).state == state


@pytest.mark.parametrize(("state", "name"), OFFERED)
def test_the_right_person_takes_the_step(cast, state, name):
    claim = at(cast, state)
    if name == "open_hearing":
        claim = claiming.write_notice(claim, "Se notifica.", by=cast.secretariat)
    who, target = OFFERED[state, name]
    assert perform(claim, name, by=getattr(cast, who), because="x").state == target


# What may be claimed


def test_no_more_is_claimed_than_the_tiers_share_of_what_was_spent(cast):
    Tier.objects.filter(code="large").update(clawback_percent=50)
    row = claims.spent(cast)
    Tier.objects.update(clawback_percent=50)
    with pytest.raises(Refused, match=r"At most 40,000.00.MXN may be claimed: 50 percent"):
        claims.proposed(cast, row, amount=40_000_01)
    first = claims.proposed(cast, row, amount=25_000_00)
    assert first.percent == 50
    with pytest.raises(Refused, match=r"At most 15,000.00"):
        claims.proposed(cast, row, amount=15_000_01)
    assert claims.proposed(cast, row, amount=15_000_00).number == 2


def test_what_is_spent_less_later_is_claimed_no_more(cast):
    row = claims.spent(cast, amount=30_000_00)
    claim = claims.proposed(cast, row)
    money.grant(cast.admin, "authoriser")
    funding.reverse(Posting.objects.get(kind="spend"), by=cast.admin, because="Duplicado")
    claiming.write_notice(claim, "Se notifica.", by=cast.secretariat)
    with pytest.raises(Refused, match=r"At most 0.00"):
        perform(claim, "open_hearing", by=cast.secretariat)


@pytest.mark.parametrize("missing", ["debtor", "legal_basis"])
def test_a_claim_names_debtor_and_law(cast, missing):
    finding = holds.record_finding(claims.spent(cast), "Falta.", by=cast.auditor)
    values = {"debtor": "X", "legal_basis": "Ley", "amount": 1} | {missing: " "}
    with pytest.raises(Refused, match="Name the debtor"):
        claiming.propose(finding, values, by=cast.auditor)
    with pytest.raises(Denied, match="Only an auditor"):
        claiming.propose(finding, {**values, missing: "x"}, by=cast.secretariat)


# The hearing


def test_the_debtor_is_heard_before_anything_is_decided(cast):
    claim = claims.proposed(cast)
    with pytest.raises(Refused, match="Write the notice"):
        perform(claim, "open_hearing", by=cast.secretariat)
    claim = claims.heard(cast, claim, answer="")
    today = clock.today(claim.project.institution)
    assert claim.hearing_until == clock.working_days_after(today, 10, claim.project.institution)
    for step in ("uphold", "dismiss"):
        with pytest.raises(Refused, match="The debtor may answer until"):
            perform(claim, step, by=cast.secretariat, because="x")
    with clock.move(to=claim.hearing_ends - timedelta(seconds=5)), pytest.raises(Refused):
        perform(claim, "uphold", by=cast.secretariat, because="x")
    with clock.move(to=claim.hearing_ends):
        assert perform(claim, "uphold", by=cast.secretariat, because="x").state == "upheld"


def test_who_proposed_does_not_hear(cast):
    claim = claims.proposed(cast)
    money.grant(cast.auditor, "secretariat")
    with pytest.raises(Denied, match="never who proposed"):
        claiming.write_notice(claim, "Se notifica.", by=cast.auditor)


# Money


def test_two_people_enter_it_and_it_is_recovered_in_parts_and_written_off(cast):
    claim = claims.at(cast, "upheld")
    assert balances(claim) == (80_000_00, 0, 0, 0)
    entry = preparing.clawback(claim, reference="RES 7", by=cast.preparer)
    money.grant(cast.preparer, "authoriser")
    with pytest.raises(Denied):
        perform(entry, "confirm", by=cast.preparer)
    claims.confirmed(cast, entry)
    claim = claims.fresh(claim)
    assert (claim.state, balances(claim)) == ("owed", (50_000_00, 30_000_00, 0, 0))
    assert claim.due_on == clock.today(claim.project.institution) + timedelta(days=30)
    claims.settled(cast, claim, "recover", 12_000_00)
    claims.settled(cast, claim, "recover", 8_000_00)
    assert (claims.fresh(claim).state, claim.outstanding) == ("owed", 10_000_00)
    with pytest.raises(Refused, match=r"Of the claim 10,000.00.MXN is outstanding"):
        claims.settled(cast, claim, "recover", 10_000_01)
    claims.settled(cast, claim, "write_off", 10_000_00)
    claim = claims.fresh(claim)
    assert (claim.state, claim.outstanding) == ("written_off", 0)
    assert balances(claim) == (50_000_00, 0, 20_000_00, 10_000_00)
    with pytest.raises(Refused, match="moved on"):
        claims.settled(cast, claim, "recover", 1)
    verify()


def test_one_claims_money_does_not_settle_another(cast):
    row = claims.spent(cast)
    first, second = (claims.proposed(cast, row, amount=10_000_00) for _n in range(2))
    for claim in (first, second):
        done = perform(claims.heard(cast, claim), "uphold", by=cast.secretariat, because="x")
        claims.confirmed(cast, preparing.clawback(done, reference="RES", by=cast.preparer))
    with pytest.raises(Refused, match="is outstanding"):
        claims.settled(cast, first, "recover", 10_000_01)
    assert funding.balances(row)["receivable"] == 20_000_00


def test_a_write_off_stands_on_the_word_of_an_outside_authority(cast):
    claim, said = claims.at(cast, "owed"), {"reference": "OF 1", "by": cast.preparer}
    with pytest.raises(Refused, match="Name the outside authority"):
        preparing.settle(claim, "write_off", 5, **said)
    with pytest.raises(Refused, match="Attach the decision"):
        preparing.settle(claim, "write_off", 5, authority="Tesorería", **said)
    with pytest.raises(IntegrityError), transaction.atomic():
        PreparedEntry.objects.create(
            project=claim.project, kind="write_off", claim=claim, amount=5, reference="x",
            prepared_by=cast.preparer,
        )  # fmt: skip


def test_only_one_entry_of_a_kind_waits_and_the_turn_follows(cast):
    claim = claims.at(cast, "upheld")

    def waiting(person) -> set[str]:
        rows = waiting_for(person).filter(target_label__in=["projects.claim",
                                                            "projects.preparedentry"])  # fmt: skip
        return set(rows.values_list("step", flat=True))

    assert waiting(cast.preparer) == {"prepare_clawback"}
    entry = preparing.clawback(claim, reference="RES 7", by=cast.preparer)
    assert (waiting(cast.preparer), waiting(cast.authoriser)) == (set(), {"confirm"})
    with pytest.raises(Refused, match="waits for its second person already"):
        preparing.clawback(claim, reference="RES 8", by=cast.preparer)
    perform(entry, "decline", by=cast.authoriser, because="Falta el oficio")
    assert (waiting(cast.preparer), waiting(cast.authoriser)) == ({"prepare_clawback"}, set())
    entry = preparing.clawback(claims.fresh(claim), reference="RES 8", by=cast.preparer)
    perform(entry, "withdraw", by=cast.preparer)
    assert waiting(cast.preparer) == {"prepare_clawback"}
    claims.confirmed(
        cast, preparing.clawback(claims.fresh(claim), reference="RES 9", by=cast.preparer)
    )
    assert waiting(cast.preparer) == {"record_recovery"}
    claims.settled(cast, claim, "recover", 5)
    assert waiting(cast.preparer) == {"record_recovery"}
    claims.settled(cast, claim, "recover", claims.fresh(claim).outstanding)
    assert (waiting(cast.preparer), waiting(cast.authoriser)) == (set(), set())


def test_a_reversed_entry_takes_its_claim_back(cast):
    claim = claims.at(cast, "owed")
    money.grant(cast.admin, "authoriser")
    paid = claims.settled(cast, claim, "recover", 30_000_00)
    assert claims.fresh(claim).state == "recovered"
    clawback = Posting.objects.get(kind="clawback")
    with pytest.raises(Refused):
        funding.reverse(clawback, by=cast.admin, because="Error")
    funding.reverse(paid.posting, by=cast.admin, because="Cheque sin fondos")
    assert (claims.fresh(claim).state, claims.fresh(paid).state) == ("owed", "undone")
    assert claims.fresh(claim).outstanding == 30_000_00
    verify()
    funding.reverse(clawback, by=cast.admin, because="Error")
    claim = claims.fresh(claim)
    assert (claim.state, claim.due_on, balances(claim)) == ("upheld", None, (80_000_00, 0, 0, 0))
    verify()
    claims.confirmed(cast, preparing.clawback(claim, reference="RES 8", by=cast.preparer))
    assert claims.fresh(claim).state == "owed"


def test_a_claim_partly_settled_keeps_its_entry_even_beside_another(cast):
    row = claims.spent(cast)
    for number in range(2):
        claim = claims.proposed(cast, row, amount=10_000_00)
        claim = perform(claims.heard(cast, claim), "uphold", by=cast.secretariat, because="x")
        claims.confirmed(cast, preparing.clawback(claim, reference=f"R{number}", by=cast.preparer))
    claims.settled(cast, claim, "recover", 4_000_00)
    money.grant(cast.admin, "authoriser")
    last = Posting.objects.filter(kind="clawback").latest("number")
    with pytest.raises(Refused, match="undo these entries first"):
        funding.reverse(last, by=cast.admin, because="Error")
    assert funding.balances(row)["receivable"] == 16_000_00


def test_recovered_money_goes_back_to_the_treasury_by_two_people(cast):
    claim = claims.at(cast, "recovered")
    row, said = claim.project, {"reference": "ENT 4", "by": cast.preparer}
    with pytest.raises(Refused, match=r"“recovered” holds 30,000.00"):
        preparing.surrender(row, "recovered", 30_000_01, **said)
    entry = preparing.surrender(row, "recovered", 30_000_00, **said)
    for name, person in vars(cast).items():
        if name != "authoriser":
            with pytest.raises(Denied):
                perform(entry, "confirm", by=person)
    claims.confirmed(cast, entry)
    assert funding.balances(row)["recovered"] == 0
    assert funding.balances(row)["outside"] == -70_000_00
    verify()


# Deadlines


def test_what_is_not_paid_by_its_day_is_overdue_once(cast):
    claim = claims.at(cast, "owed")
    with clock.move(to=claim.due_at - timedelta(seconds=5)):
        due.act()
        assert claims.fresh(claim).state == "owed"
    with clock.move(to=claim.due_at + timedelta(days=21)):
        for _tick in range(2):
            due.act()
        assert claims.fresh(claim).state == "overdue"
        claims.settled(cast, claim, "recover", 30_000_00)
    assert claims.fresh(claim).state == "recovered"
    assert Event.objects.filter(verb="projects.claim.fall_overdue").count() == 1


def test_an_appeal_suspends_the_day_and_gives_its_days_back(cast):
    claim = claims.at(cast, "appealed")
    day = claim.due_on
    filed = clock.today()
    with clock.move(timedelta(days=50)):
        due.act()
        assert claims.fresh(claim).state == "appealed"
        claims.settled(cast, claim, "recover", 1_00)
        row = ClaimAppeal.objects.get()
        with pytest.raises(Refused, match="between the day it was filed and today"):
            claiming.end_appeal(row, "dismissed", filed - timedelta(days=1), by=cast.secretariat)
        claiming.end_appeal(row, "dismissed", filed + timedelta(days=45), by=cast.secretariat)
        claim = claims.fresh(claim)
        assert (claim.state, claim.due_on) == ("owed", day + timedelta(days=45))
    with clock.move(timedelta(days=80)):
        due.act()
        assert claims.fresh(claim).state == "overdue"


def test_everybody_concerned_is_told(cast):
    claim = at(cast, "overdue")
    drain()
    told = {
        (notice.person, notice.event.verb.rpartition(".")[2])
        for notice in Notice.objects.select_related("person", "event")
        if notice.event.target_label in ("projects.claim", "projects.preparedentry")
    }
    assert {(cast.secretariat, "create"), (cast.preparer, "uphold"), (cast.auditor, "uphold"),
            (cast.authoriser, "create"), (cast.manager, "owe"), (cast.owner, "owe"),
            (cast.preparer, "fall_overdue"), (cast.secretariat, "fall_overdue"),
            (cast.manager, "open_hearing"), (cast.owner, "open_hearing")} <= told  # fmt: skip
    assert Turn.objects.filter(target_label="projects.claim", target_id=claim.pk).count() == 1


def test_what_somebody_changes_behind_the_programs_back_is_found(cast):
    claim = claims.at(cast, "owed")
    for change in ({"amount": 30_000_01}, {"state": "recovered"}, {"state": "upheld"}):
        point = transaction.savepoint()
        Claim.objects.filter(pk=claim.pk).update(**change)
        with pytest.raises(Misfit, match="claim: claim 1"):
            verify(claim.project.ref)
        transaction.savepoint_rollback(point)
    PreparedEntry.objects.update(amount=1)
    with pytest.raises(Misfit, match="is not what two people confirmed"):
        verify(claim.project.ref)


def test_spending_goes_on_beside_a_claim(cast):
    claim = claims.at(cast, "owed")
    funding.record(claim.project, Report("spend", 10_000_00, "INF 2"), by=cast.recorder)
    assert balances(claim) == (60_000_00, 30_000_00, 0, 0)
