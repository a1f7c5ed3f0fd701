"""The machines of an evaluation as tables, its guards, and what recusals and exclusions change."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from core import clock, due
from core.models import Event, Notice, User
from core.outbox import drain
from core.refusals import Denied, Refused
from core.steps import create, perform
from procurement import (
    agreeing,
    complying,
    declaring,
    evaluation_file,
    low_prices,
    panels,
    ranking,
    scoring_alone,
    scoring_facts,
)
from procurement.models import (
    Bid,
    ComplianceCheck,
    ConflictDeclaration,
    Consensus,
    Exclusion,
    Score,
    ScoreSheet,
)
from tests.factories import competitions, evaluations

pytestmark = pytest.mark.django_db


def refuse_all(cast, row, table):
    """Whatever the table does not allow is refused to everybody."""
    field = row._meta.get_field("state")
    before = row.state
    for declared in {t.name for t in field.get_all_transitions(type(row))}:
        for local, person in vars(cast).items():
            if not isinstance(person, User) or local in table.get((before, declared), ()):
                continue
            with pytest.raises((Denied, Refused)):
                perform(row, declared, by=person, because="x")
    assert competitions.fresh(row).state == before


# Score sheets

SHEET = {("open", "seal"): {"member1"}}


def sheet_at(cast, state):
    row = evaluations.scoring(cast)
    if state == "open":
        evaluations.fill(row, cast.member1)
    else:
        row = evaluations.sealed(row)
    if state == "recused":
        perform(row.declarations.get(member__user=cast.member1), "declare_conflict",
                by=cast.member1, because="Es mi prima.")  # fmt: skip
    if state == "superseded":
        scoring_round = row.rounds.get()
        with transaction.atomic():
            competition = perform(row, "begin_consensus", by=cast.chair)
        type(competition).objects.filter(pk=row.pk).update(
            state="approval", return_to="technical_individual"
        )
        competition = competitions.fresh(competition)
        perform(competition, "send_back", by=cast.secretariat, because="Otra vez.")
        return scoring_round.sheets.get(member__user=cast.member1)
    return ScoreSheet.objects.get(round__competition=row, member__user=cast.member1)


def test_the_tables_name_every_step():
    def names(model):
        return {t.name for t in model._meta.get_field("state").get_all_transitions(model)}

    assert names(ScoreSheet) == {"seal", "leave_out", "end_round"}
    assert names(ConflictDeclaration) == {"declare_clear", "declare_conflict", "leave"}
    assert names(ComplianceCheck) == {"ask_cure", "cure", "end_cure", "propose", "give_back",
                                      "confirm", "reopen"}  # fmt: skip
    assert names(Exclusion) == {"confirm", "reject"}


@pytest.mark.parametrize("state", ScoreSheet.States.values)
def test_sheets_move_only_as_the_table_says(cast, state):
    sheet = sheet_at(cast, state)
    assert sheet.state == state
    refuse_all(cast, sheet, SHEET)


def test_a_sealed_sheet_is_changed_by_nobody_not_even_with_sql(cast):
    row = evaluations.scoring(cast)
    sheet = evaluations.fill(row, cast.member1, 50)
    perform(sheet, "seal", by=cast.member1)
    with pytest.raises(Refused):
        scoring_alone.save(sheet, [], by=cast.member1)
    score = Score.objects.filter(sheet=sheet).first()
    for spoil in (
        lambda: Score.objects.filter(pk=score.pk).update(value=99),
        lambda: Score.objects.filter(pk=score.pk).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            spoil()


def test_a_sheet_is_its_members_own(cast):
    row = evaluations.scoring(cast)
    sheet = evaluations.sheet(row, cast.member1)
    for person in (cast.chair, cast.member2, cast.officer, cast.secretariat, cast.admin):
        with pytest.raises(Denied):
            scoring_alone.save(sheet, [], by=person)
        with pytest.raises(Denied):
            perform(sheet, "seal", by=person)


def test_zero_is_a_score_and_a_missing_one_is_named(cast):
    row = evaluations.scoring(cast)
    sheet = evaluations.sheet(row, cast.member1)
    with pytest.raises(Refused) as refused:
        perform(sheet, "seal", by=cast.member1)
    assert "Bid A lacks 2 of 2 scores; zero is a score, none is not." in refused.value.reasons
    perform(evaluations.fill(row, cast.member1, 0), "seal", by=cast.member1)


def test_scores_off_the_scale_and_of_other_bids_are_refused(cast):
    row = evaluations.scoring(cast)
    sheet = evaluations.sheet(row, cast.member1)
    bid, criterion = row.bids.first(), row.criteria.first()
    for value in (Decimal("-0.001"), Decimal("100.001")):
        entry = {"bid": bid, "criterion": criterion, "value": value, "comment": ""}
        with pytest.raises(Refused, match="scale"):
            scoring_alone.save(sheet, [entry], by=cast.member1)
    strange = Bid(pk=bid.pk + 1000, competition=row)
    entry = {"bid": strange, "criterion": criterion, "value": Decimal(1), "comment": ""}
    with pytest.raises(Refused):
        scoring_alone.save(sheet, [entry], by=cast.member1)


def test_the_last_sheet_opens_all_once_and_tells_the_chair(cast):
    row = evaluations.scoring(cast)
    for person in evaluations.members(row)[:2]:
        perform(evaluations.fill(row, person), "seal", by=person)
    assert not Score.objects.opened().exists()
    with pytest.raises(Refused, match="has not sealed a sheet yet"):
        perform(row, "begin_consensus", by=cast.chair)
    last = evaluations.members(row)[2]
    perform(evaluations.fill(row, last), "seal", by=last)
    assert Event.objects.filter(verb="procurement.scoringround.sheets_in").count() == 1
    drain()
    assert (
        Notice.objects.filter(
            person=cast.chair, event__verb="procurement.scoringround.sheets_in"
        ).count()
        == 1
    )
    assert perform(row, "begin_consensus", by=cast.chair).state == "technical_consensus"


# Conflicts


def test_scoring_waits_for_every_declaration_and_for_a_chair_without_conflict(cast):
    row = evaluations.find(cast, evaluations.at_compliance(cast))
    with pytest.raises(Refused, match="has not declared yet"):
        perform(row, "begin_scoring", by=cast.officer)
    row = evaluations.declare(cast, row, "member1", "member2")
    perform(row.declarations.get(member__user=cast.chair), "declare_conflict", by=cast.chair,
            because="Fui socio.")  # fmt: skip
    with pytest.raises(Refused, match="name another chair"):
        perform(row, "begin_scoring", by=cast.officer)
    panels.unseat(row.panel.get(role="chair"), by=cast.officer, because="Conflicto.")
    panels.seat(row, cast.lead, "chair", by=cast.officer, because="Conflicto.")
    row = evaluations.declare(cast, row)
    row = perform(row, "begin_scoring", by=cast.officer)
    scorers = {sheet.member.user for sheet in row.rounds.get().sheets.all()}
    assert scorers == {cast.lead, cast.member1, cast.member2}


@pytest.mark.parametrize("state", ["asked", "clear", "conflicted"])
def test_declarations_move_only_as_the_table_says(cast, state):
    row = evaluations.at_compliance(cast)
    declaration = row.declarations.get(member__user=cast.member1)
    step = {"clear": "declare_clear", "conflicted": "declare_conflict"}.get(state)
    if step:
        declaration = perform(declaration, step, by=cast.member1, because="x")
    own, officers = {"member1"}, {"member1", "officer", "officer2"}
    refuse_all(cast, declaration, {("asked", "declare_clear"): own,
                                   ("asked", "declare_conflict"): officers,
                                   ("clear", "declare_conflict"): officers})  # fmt: skip


def test_a_recused_sheet_is_left_out_and_the_rest_count_equally(cast):
    row = evaluations.scoring(cast)
    for person, value in zip(evaluations.members(row), (10, 40, 60), strict=True):
        perform(evaluations.fill(row, person, value), "seal", by=person)
    row = perform(competitions.fresh(row), "begin_consensus", by=cast.chair)
    out = evaluations.members(row)[2]
    proposals = {cell.proposal for cell in agreeing.cells(row.rounds.get())}
    assert proposals == {Decimal("36.667")}
    for cell in agreeing.cells(row.rounds.get()):
        agreeing.moderate(row.rounds.get(), cell.bid, cell.criterion, "Se habló.", by=cast.chair)
    row = evaluations.agree(row)
    perform(row.declarations.get(member__user=out), "declare_conflict", by=out, because="x")
    cells = agreeing.cells(row.rounds.get())
    assert {cell.proposal for cell in cells} == {Decimal(25)}
    assert not any(cell.agreed for cell in cells)
    with pytest.raises(Refused, match="no score is agreed"):
        perform(row, "begin_price_opening", by=cast.officer)
    assert not Score.objects.counting().filter(sheet__member__user=out).exists()
    assert not who_reads(out).exists()


def who_reads(person):
    return Score.objects.readable_by(person).exclude(sheet__member__user=person)


def test_a_recusal_may_leave_all_the_others_in(cast):
    row = evaluations.scoring(cast)
    for person in evaluations.members(row)[:2]:
        perform(evaluations.fill(row, person), "seal", by=person)
    last = evaluations.members(row)[2]
    perform(row.declarations.get(member__user=last), "declare_conflict", by=cast.officer,
            because="Trabajó allí.")  # fmt: skip
    assert row.rounds.get().sheets_in_at is not None
    assert perform(row, "begin_consensus", by=cast.chair).state == "technical_consensus"


# Compliance


def check_at(cast, state):
    row = evaluations.at_compliance(cast)
    check = row.bids.first().compliance
    curable = state == "curing"
    rows = [{"item": item, "result": "unmet" if curable and item.curable else "met",
             "reason": "Falta." if curable and item.curable else ""}
            for item in check.items.all()]  # fmt: skip
    complying.write(check, rows, by=cast.officer)
    steps = {"curing": ["ask_cure"], "proposed": ["propose"], "confirmed": ["propose", "confirm"]}
    for name in steps.get(state, []):
        check = perform(check, name, by=cast.officer2 if name == "confirm" else cast.officer)
    return competitions.fresh(check)


CHECK = {
    ("checking", "propose"): {"officer", "officer2"},
    ("proposed", "give_back"): {"officer2"}, ("proposed", "confirm"): {"officer2"},
}  # fmt: skip


@pytest.mark.parametrize("state", ComplianceCheck.States.values)
def test_compliance_moves_only_as_the_table_says(cast, state):
    check = check_at(cast, state)
    assert check.state == state
    refuse_all(cast, check, CHECK)


def test_a_bid_that_lacks_a_rule_is_excluded_with_its_reasons(cast):
    row = evaluations.find(cast, evaluations.at_compliance(cast), lacking={1})
    out = row.bids.get(state="excluded")
    assert (out.ground, "Falta." in out.because) == ("compliance", True)
    drain()
    assert (
        Notice.objects.filter(
            person=out.sealed_by, event__verb="procurement.compliancecheck.confirm"
        ).count()
        == 1
    )
    row = perform(evaluations.declare(cast, row), "begin_scoring", by=cast.officer)
    sheet = evaluations.sheet(row, cast.member1)
    assert out.alias not in [bid.alias for bid in scoring_alone.bids_of(sheet)]


def test_the_time_to_cure_ends_by_the_clock(cast):
    check = check_at(cast, "curing")
    with pytest.raises(Refused):
        complying.answer(check, "", None, by=check.bid.sealed_by)
    with clock.move(timedelta(days=10)):
        with pytest.raises(Refused, match="over"):
            complying.answer(check, "Tarde.", None, by=check.bid.sealed_by)
        due.act()
    check = competitions.fresh(check)
    assert (check.state, check.cured_at) == ("checking", None)
    with pytest.raises(Refused):
        perform(check, "ask_cure", by=cast.officer)
    assert perform(check, "propose", by=cast.officer).state == "proposed"


# Agreement


def consensus_with(cast, values):
    row = evaluations.scoring(cast)
    for person, value in zip(evaluations.members(row), values, strict=True):
        perform(evaluations.fill(row, person, value), "seal", by=person)
    return perform(competitions.fresh(row), "begin_consensus", by=cast.chair)


def test_outliers_are_talked_about_before_anything_is_agreed(cast):
    row = consensus_with(cast, (20, 50, 51))
    round_ = row.rounds.get()
    with pytest.raises(Refused, match="record first how"):
        evaluations.agree(row)
    assert not Consensus.objects.exists()
    for cell in agreeing.cells(round_):
        assert (cell.unmoderated, cell.spread.heat) == (True, 3)
        agreeing.moderate(round_, cell.bid, cell.criterion, "Se habló.", by=cast.chair)
    row = evaluations.agree(row)
    assert Consensus.objects.count() == 6
    assert perform(row, "begin_price_opening", by=cast.officer).state == "price_opening"


def test_the_mean_is_only_proposed_and_the_chair_gives_reasons(cast):
    row = consensus_with(cast, (40, 50, 60))
    round_, bid = row.rounds.get(), row.bids.get(alias="A")
    criterion = row.criteria.first()
    entry = {"bid": bid, "criterion": criterion, "value": Decimal(47), "text": ""}
    with pytest.raises(Refused, match="give the reasons"):
        agreeing.agree(round_, [entry], by=cast.chair)
    with pytest.raises(Denied):
        agreeing.agree(round_, [{**entry, "text": "x"}], by=cast.member1)
    agreeing.agree(round_, [{**entry, "text": "Acordado."}], by=cast.chair)
    made = Consensus.objects.get()
    assert (made.value, made.proposed) == (47, 50)
    agreeing.agree(round_, [{**entry, "value": Decimal(48), "text": "Corregido."}], by=cast.chair)
    facts = evaluation_file.facts(row)
    assert facts["bids"][0]["agreed"] == {criterion.code: "48"}


def test_agreed_scores_are_locked_with_the_prices(cast):
    row = evaluations.agreed(cast)
    row = perform(row, "begin_price_opening", by=cast.officer)
    with pytest.raises(Refused):
        evaluations.agree(row, A=1)
    known = Consensus.objects.first()
    known.pk, known._state.adding = None, True
    with pytest.raises(DatabaseError), transaction.atomic():
        known.save()
    row = perform(row, "abandon_price_opening", by=cast.officer, because="Mañana.")
    evaluations.agree(row, A=1)


# Ranking, exclusion, ways back


def test_an_exclusion_ranks_the_others_as_if_the_bid_had_never_been(cast):
    row = evaluations.ranked(cast, A=90, B=80, C=70)
    before = evaluation_file.facts(row)
    exclusion = complying.propose_exclusion(
        row.bids.get(alias="A"), "false_statement", "Falso.", by=cast.officer
    )
    perform(exclusion, "confirm", by=cast.officer2)
    row = competitions.fresh(row)
    alone = {**before, "bids": [bid for bid in before["bids"] if bid["alias"] != "A"]}
    after = {one["alias"]: one for one in scoring_facts.answers(evaluation_file.facts(row))}
    assert after.pop("A")["status"] == "excluded"
    assert after == {one["alias"]: one for one in scoring_facts.answers(alone)}
    assert row.state == "ranked"
    assert set(row.bids.values_list("state", flat=True)) == {"excluded", "ranked"}
    assert Event.objects.filter(verb=evaluation_file.RANKED_VERB).count() == 2


def test_who_is_under_a_minimum_or_not_among_the_best_loses_at_the_ranking(cast):
    row = evaluations.ranked(cast, A=49, B=80, C=70, top_n=1)
    states = dict(row.bids.values_list("alias", "state"))
    assert states == {"A": "unsuccessful", "B": "ranked", "C": "unsuccessful"}
    assert "team" in row.bids.get(alias="A").because
    assert ranking.bid_of(row, 1).alias == "B"
    assert ranking.stands(row) == []


def test_interviews_are_scored_by_the_shortlisted_only_and_count(cast):
    criteria = (("quality", "40", None), ("demo", "20", "50", "interview"))
    row = evaluations.agreed(cast, criteria=criteria, interview=True, top_n=2, A=90, B=80, C=10)
    with pytest.raises(Refused, match="before the prices"):
        perform(row, "begin_price_opening", by=cast.officer)
    row = perform(row, "begin_interviews", by=cast.chair)
    sheet = evaluations.sheet(row, cast.member1, "interview")
    assert [bid.alias for bid in scoring_alone.bids_of(sheet)] == ["A", "B"]
    row = evaluations.sealed(row, "interview", A=40, B=60)
    row = evaluations.agree(row, "interview")
    row = perform(evaluations.open_prices(cast, row), "rank", by=cast.officer)
    found = {one.alias: (one.status, one.missed) for one in ranking.standings(row)}
    assert found == {"A": ("screened", ["demo"]), "B": ("ranked", []),
                     "C": ("not_shortlisted", [])}  # fmt: skip


def test_a_competition_sent_back_is_scored_afresh_beside_the_old_sheets(cast):
    row = evaluations.ranked(cast)
    type(row).objects.filter(pk=row.pk).update(state="approval", return_to="technical_individual")
    row = perform(competitions.fresh(row), "send_back", by=cast.secretariat, because="x")
    first, second = row.rounds.order_by("number")
    assert (first.superseded_at is None, second.superseded_at is None) == (False, True)
    assert set(row.bids.values_list("state", flat=True)) == {"compliant"}
    row = evaluations.sealed(row, value=10, A=20)
    row = evaluations.agree(perform(row, "begin_consensus", by=cast.chair))
    agreed = {bid["alias"]: bid["agreed"]["quality"] for bid in evaluation_file.facts(row)["bids"]}
    assert agreed == {"A": "20", "B": "10", "C": "10"}
    assert first.agreed.count() == second.agreed.count() == 6


def test_a_low_price_is_explained_before_the_ranking(cast):
    prices = (100_000_00, 110_000_00, 20_000_00)
    row = evaluations.open_prices(cast, evaluations.agreed(cast, prices=prices))
    low = low_prices.to_explain(row)
    assert [bid.sealed_price.total for bid in low] == [20_000_00]
    with pytest.raises(Refused, match="looks too low"):
        perform(row, "rank", by=cast.officer)
    said = {"text": "Código ya hecho.", "accepted": False, "reason": "No basta."}
    low_prices.explain(low[0], said, by=cast.officer)
    with pytest.raises(Refused, match="looks too low"):
        perform(row, "rank", by=cast.officer)
    low_prices.explain(low[0], {**said, "accepted": True}, by=cast.officer)
    assert perform(row, "rank", by=cast.officer).state == "ranked"


def test_exclusions_need_a_ground_of_the_list_and_two_people(cast):
    row = evaluations.ranked(cast)
    bid = row.bids.get(alias="A")
    with pytest.raises(Denied):
        complying.propose_exclusion(bid, "collusion", "x", by=cast.member1)
    exclusion = complying.propose_exclusion(bid, "collusion", "x", by=cast.officer)
    refuse_all(cast, exclusion, {("proposed", "confirm"): {"officer2"},
                                 ("proposed", "reject"): {"officer2"}})  # fmt: skip
    with pytest.raises((Denied, Refused)):
        perform(bid, "exclude", by=cast.officer, because="x")
    perform(exclusion, "reject", by=cast.officer2, because="No consta.")
    assert competitions.fresh(bid).state == "ranked"


def test_names_and_people_of_all_bids_are_listed_once_each(cast):
    row = evaluations.at_compliance(cast)
    listed = declaring.parties(row)
    assert len(listed) == len(set(listed)) == 9
    assert [party.name for party in listed] == sorted(
        (party.name for party in listed), key=str.casefold
    )


def test_aliases_follow_from_the_committed_secret(cast):
    row = evaluations.at_compliance(cast)
    facts = evaluation_file.ranking_facts(row) | {"ranking": []}
    assert list(scoring_facts._drawn_otherwise(facts)) == []
    assert sorted(row.bids.values_list("alias", flat=True)) == ["A", "B", "C"]
    with pytest.raises(Exception, match="kept as they are"), transaction.atomic():
        type(row.draw).objects.all()._raw_delete("default")


def test_a_second_sheet_of_the_same_member_is_refused(cast):
    row = evaluations.scoring(cast)
    sheet = evaluations.sheet(row, cast.member1)
    with pytest.raises(DatabaseError), transaction.atomic():
        create(ScoreSheet(round=sheet.round, member=sheet.member), by=cast.officer)


def test_another_member_chairs_where_the_chair_has_a_conflict(cast):
    row = evaluations.sealed(evaluations.scoring(cast))
    row = perform(row, "begin_consensus", by=cast.chair)
    other = row.panel.get(user=cast.member1)
    with pytest.raises(Refused, match="has no conflict"):
        declaring.pass_chair(row, other, "x", by=cast.officer)
    perform(row.declarations.get(member__user=cast.chair), "declare_conflict", by=cast.chair,
            because="Fui socio.")  # fmt: skip
    with pytest.raises(Denied):
        evaluations.agree(row)
    with pytest.raises(Denied):
        declaring.pass_chair(row, other, "x", by=cast.member1)
    declaring.pass_chair(row, other, "Conflicto de la presidencia.", by=cast.officer)
    row = evaluations.agree(competitions.fresh(row))
    assert perform(row, "begin_price_opening", by=cast.officer).state == "price_opening"


def test_whom_an_exclusion_moves_up_is_interviewed_too(cast):
    criteria = (("quality", "40", None), ("demo", "20", None, "interview"))
    row = evaluations.agreed(cast, criteria=criteria, interview=True, top_n=2, A=90, B=80, C=10)
    row = evaluations.sealed(perform(row, "begin_interviews", by=cast.chair), "interview", A=40)
    exclusion = complying.propose_exclusion(row.bids.get(alias="A"), "collusion", "x",
                                            by=cast.officer)  # fmt: skip
    perform(exclusion, "confirm", by=cast.officer2)
    row = competitions.fresh(row)
    sheet = evaluations.sheet(row, cast.member1, "interview")
    assert [bid.alias for bid in scoring_alone.bids_of(sheet)] == ["B", "C"]
    assert (sheet.round.number, scoring_alone.progress(sheet)) == (2, (1, 2))
    row = evaluations.agree(evaluations.sealed(row, "interview", C=70), "interview")
    row = perform(evaluations.open_prices(cast, row), "rank", by=cast.officer)
    assert {one.alias for one in ranking.standings(row) if one.rank} == {"B", "C"}
