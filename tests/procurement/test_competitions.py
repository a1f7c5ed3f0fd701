"""Competitions: the machine as a table, every guard of the publication, the clock."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from core import absence, clock, due, outbox
from core.models import Event, Holiday, Notice, Turn
from core.refusals import Denied, Refused
from core.steps import blockers, perform, step, steps
from core.turns import waiting_for
from procurement import content, drafting, panels
from procurement.models import Competition, CompetitionState, PanelMember
from procurement.models.facts import OVER, SUSPENDABLE
from projects import earmarks
from tests.factories import competitions, custody, frameworks, money, people, projects

pytestmark = pytest.mark.django_db

OFFICERS = ("officer", "officer2")
BOTH = {
    ("draft", "submit_for_review"): ("officer",),
    ("draft", "cancel"): OFFICERS,
    ("in_review", "take_back"): ("officer",),
    ("in_review", "give_back"): ("officer2",),
    ("in_review", "publish"): ("officer2",),
    ("in_review", "cancel"): OFFICERS,
    ("published", "begin_opening"): OFFICERS,
    ("closed", "begin_opening"): OFFICERS,
    ("opening", "abandon_opening"): ("officer",),
    ("opening", "open"): ("officer2",),
    ("opened", "begin_compliance"): OFFICERS,
    ("compliance", "begin_scoring"): OFFICERS,
    ("technical_individual", "begin_consensus"): ("chair",),
    ("technical_consensus", "begin_interviews"): ("chair",),
    ("technical_consensus", "begin_price_opening"): OFFICERS,
    ("interview", "begin_price_opening"): OFFICERS,
    ("price_opening", "abandon_price_opening"): ("officer",),
    ("price_opening", "open_price"): ("officer2",),
    ("price_opened", "rank"): OFFICERS,
    ("ranked", "submit_for_approval"): OFFICERS,
    ("approval", "approve"): ("secretariat",),
    ("approval", "send_back"): ("secretariat",),
    ("approval", "cancel"): ("secretariat",),
    ("standstill", "cancel"): ("secretariat",),
    ("standstill", "award"): OFFICERS,
    ("awarded", "cancel"): ("secretariat",),
    ("suspended", "resume"): (*OFFICERS, "secretariat"),
    ("suspended", "cancel"): OFFICERS,
}
"""Who may take which step in which state, whatever its conditions say."""
CANCELLABLE = ("published", "closed", "opening", "opened", "compliance", "technical_individual",
               "technical_consensus", "interview", "price_opening", "price_opened",
               "ranked")  # fmt: skip
FRUITLESS = ("opened", "compliance", "technical_individual", "technical_consensus", "interview",
             "price_opened", "ranked")  # fmt: skip
ALLOWED = {
    **BOTH,
    **{(state, "cancel"): OFFICERS for state in CANCELLABLE},
    **{(state, "declare_unsuccessful"): OFFICERS for state in FRUITLESS},
    **{(str(state), "suspend"): (*OFFICERS, "secretariat") for state in SUSPENDABLE},
}
FOLLOWS = {"close", "rerank", "go_back", "conclude"}
"""Steps of the clock, or that follow from others: nobody takes them."""


def forced(row: Competition, state: str, **fields) -> Competition:
    """The row in a state of a later phase, for what only depends on the state."""
    Competition.objects.filter(pk=row.pk).update(state=state, **fields)
    return competitions.fresh(row)


@pytest.fixture
def row(cast):
    return competitions.published(cast)


# The machine


@pytest.mark.parametrize("state", CompetitionState.values)
def test_each_step_is_open_to_its_people_and_to_nobody_else(cast, row, state):
    fields = {"opening_first": cast.officer, "price_first": cast.officer,
              "suspended_from": "published", "return_to": "compliance"}  # fmt: skip
    row = forced(row, state, **fields)
    leaving = {transition.name: transition for transition in steps(row)}
    assert set(leaving) - FOLLOWS == {name for at, name in ALLOWED if at == state}
    for name, transition in leaving.items():
        may = {
            local for local, person in vars(cast).items()
            if hasattr(person, "email") and transition.permission(row, person)
        }  # fmt: skip
        assert may == set(ALLOWED.get((state, name), ())), name


@pytest.mark.parametrize("state", CompetitionState.values)
def test_the_wrong_people_are_refused_by_the_runner(cast, row, state):
    row = forced(row, state, opening_first=cast.officer, price_first=cast.officer,
                 suspended_from="published", return_to="compliance")  # fmt: skip
    names = {t.name for t in Competition._meta.get_field("state").get_all_transitions(Competition)}
    for name in sorted(names):
        may = ALLOWED.get((state, name), ())
        for local in ("stranger", "manager", "auditor", "chair", "officer", "secretariat"):
            if local not in may:
                with pytest.raises((Denied, Refused)):
                    perform(row, name, by=getattr(cast, local), because="x")
    assert competitions.fresh(row).state == state


def test_a_superuser_has_no_bypass_and_the_clock_only_closes(cast, row):
    root = people.person("root", is_superuser=True, is_staff=True)
    for name in ("suspend", "cancel", "begin_opening"):
        with pytest.raises(Denied):
            perform(row, name, by=root, because="x")
        with pytest.raises(Denied):
            perform(row, name, by=clock.clock_account(), because="x")


def test_nothing_leaves_an_end(row):
    for state in OVER:
        assert steps(forced(row, state)) == []


def test_who_stands_in_for_the_author_does_not_publish(cast):
    row = competitions.in_review(cast)
    lender = cast.officer
    cast.officer2.standing.lenders["procurement_officer"] = {lender.pk}
    transition = step(row, "publish")
    assert transition is not None
    assert transition.permission(row, cast.officer2) is False


def test_an_officer_on_the_panel_acts_no_more_as_officer(cast):
    third = people.person("officer3")
    money.grant(third, "procurement_officer")
    row = competitions.in_review(cast)
    panels.seat(row, third, "member", by=cast.officer)
    for name in ("cancel", "publish"):
        with pytest.raises(Denied):
            perform(row, name, by=third, because="x")


# Drafting and publishing


def test_a_draft_brings_what_its_template_says(cast):
    row = competitions.draft(cast)
    assert row.criteria.count() == 18
    assert sum(c.weight for c in row.criteria.all()) + row.price_weight == Decimal(100)
    assert [value["value"] for value in row.scale["ratings"]] == ["100", "60", "0"]
    assert (row.tie_chain[-1], row.currency, row.sealing) == ("draw", "MXN", "server")
    assert row.background == competitions.TEXTS["background"]
    assert row.ref == "C-000001"


def test_publishing_freezes_version_one_with_its_hashes(cast, row):
    version = row.versions.get()
    assert version.number == row.version == 1
    assert version.sha256 == row.frozen_hash == content.digest(version.told)
    assert row.rules_hash == content.digest(content.rules_of(content.read(row)))
    event = Event.objects.get(verb="procurement.competition.freeze")
    assert row.frozen_hash in event.details
    assert row.rules_hash in event.details
    assert row.seed_commitment in event.details
    assert len(row.seed_commitment) == 64
    with pytest.raises(TypeError):
        version.save()


def test_texts_are_no_part_of_the_hash_of_the_rules(cast, row):
    said = content.read(row)
    before = content.digest(content.rules_of(said))
    said["outcomes"] = "Otra cosa."
    said["criteria"][0]["text"] = "Otro texto."
    assert content.digest(content.rules_of(said)) == before
    said["criteria"][0]["weight"] = "4"
    assert content.digest(content.rules_of(said)) != before


def refused(row, by) -> str:
    with pytest.raises(Refused) as no:
        perform(row, "publish", by=by)
    return " ".join(no.value.reasons)


def changed(row, **fields):
    Competition.objects.filter(pk=row.pk).update(**fields)
    return competitions.fresh(row)


def test_the_author_does_not_publish(cast):
    row = competitions.in_review(cast)
    with pytest.raises(Denied, match="never who drafted"):
        perform(row, "publish", by=cast.officer)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"outcomes": " "}, "“Outcomes wanted” is empty."),
        ({"price_weight": Decimal("29.99")}, "weigh 99.99 percent"),
        ({"tie_chain": ["technical"]}, "must end in the draw"),
        ({"scale": {"kind": "points", "min": "5", "max": "5"}}, "a lowest and a higher highest"),
        ({"interview": True}, "exactly where a criterion is judged by interview"),
        ({"price_formula": "magic"}, "formula of the price score is not known"),
        ({"estimate": None}, "The value is not estimated."),
        ({"price_basket": []}, "The basket of hours is empty."),
        ({"price_basis": "sprint", "sprints": 0}, "needs the number of sprints"),
        ({"stipend": 1}, "needs its amount and the number"),
        ({"price_basket": [{"category": "astronaut", "hours": 3}]}, "no category of labour"),
        ({"estimate": 1_999_999_00, "stipend": 1_00, "stipend_cap": 200}, "committed and released"),
        ({"estimate": 60_000_000_00}, "The lot's ceiling"),
        ({"currency": "USD"}, "The project's money is in MXN"),
        ({"lot": None}, "Choose the lot"),
    ],
)
def test_each_guard_of_the_publication_has_its_sentence(cast, fields, sentence):
    row = changed(competitions.in_review(cast), **fields)
    assert sentence in refused(row, cast.officer2)


def test_the_panel_is_complete_and_free_of_vendors(cast):
    row = competitions.in_review(cast)
    seats = list(row.panel.all())
    panels.unseat(seats[2], by=cast.officer)
    panels.seat(row, cast.alternate, "alternate", by=cast.officer)
    assert "2 of the three people" in refused(row, cast.officer2)
    panels.seat(row, cast.member3, "member", by=cast.officer)
    panels.unseat(seats[0], by=cast.officer)
    assert "no chair" in refused(row, cast.officer2)
    panels.seat(row, cast.lead, "chair", by=cast.officer)
    frameworks.seat(competitions.vendors(cast)[0], cast.lead, "billing")
    assert "works for a vendor" in refused(row, cast.officer2)
    with pytest.raises(Refused, match="drafted or publishes"):
        panels.seat(row, cast.officer, "member", by=cast.officer2)
    with pytest.raises(Refused, match="has a chair already"):
        panels.seat(row, cast.chair, "chair", by=cast.officer)
    with pytest.raises(Refused, match="has a seat already"):
        panels.seat(row, cast.member3, "member", by=cast.officer)


def test_one_chair_by_the_database_too(cast):
    row = competitions.in_review(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        PanelMember.objects.create(competition=row, user=cast.lead, role="chair",
                                   named_by=cast.officer, named_at=clock.now())  # fmt: skip


def test_a_seat_changes_with_a_reason_once_published_and_not_while_scoring(cast, row):
    seat = row.panel.last()
    with pytest.raises(Refused, match="needs its reason"):
        panels.unseat(seat, by=cast.officer)
    panels.unseat(seat, by=cast.officer, because="Enfermedad")
    row = forced(row, "technical_individual")
    with pytest.raises(Refused, match="begun to score"):
        panels.seat(row, cast.lead, "member", by=cast.officer, because="x")


def test_deadlines_leave_the_templates_working_days(cast):
    row = competitions.draft(cast)
    row = drafting.edit(row, competitions.dates(row, 4, 14), by=cast.officer)
    row = competitions.with_panel(cast, row)
    row = perform(row, "submit_for_review", by=cast.officer)
    said = refused(row, cast.officer2)
    assert "for 5 working days" in said
    assert "for 15 working days" in said


def test_holidays_of_the_institution_count(cast):
    row = competitions.draft(cast)
    row = drafting.edit(row, competitions.dates(row, 5, 15), by=cast.officer)
    row = perform(competitions.with_panel(cast, row), "submit_for_review", by=cast.officer)
    row = custody.ready(cast, row)
    assert blockers(row, step(row, "publish")) == []
    day = clock.working_days_after(clock.today(), 3)
    Holiday.objects.create(day=day, name="Feria", institution=row.institution)
    assert "15 working days" in refused(row, cast.officer2)


def test_questions_end_before_bids_do(cast):
    row = competitions.in_review(cast)
    row = changed(row, questions_until=row.closes_at - timedelta(days=1))
    assert "must end 2 days before" in refused(row, cast.officer2)
    row = changed(row, questions_until=clock.now() - timedelta(days=1))
    assert "has passed already" in refused(row, cast.officer2)
    row = changed(row, closes_at=None)
    assert "Set until when" in refused(row, cast.officer2)


def test_the_project_is_past_its_gate_and_not_on_hold(cast):
    row = competitions.in_review(cast)
    hold = money.hold(cast, row.project)
    assert hold.reason in refused(row, cast.officer2)
    early = projects.in_business_case(cast, "Otro")
    row = changed(row, project=early)
    assert "needs it in: alpha, beta, live" in refused(row, cast.officer2)


def test_the_tier_may_ask_for_key_shares(cast):
    project = competitions.project(cast, tier=money.tier("large"))
    row = competitions.draft(cast, on=project)
    assert row.sealing == "shares"
    row = changed(row, sealing="server")
    row = perform(competitions.with_panel(cast, row), "submit_for_review", by=cast.officer)
    assert "asks for key shares" in refused(row, cast.officer2)


def test_a_lot_out_of_force_takes_no_competition(cast):
    row = competitions.in_review(cast)
    type(row.lot.framework).objects.filter(pk=row.lot.framework_id).update(state="terminated")
    assert "not in force" in refused(row, cast.officer2)


def test_money_of_orders_is_not_free(cast):
    row = competitions.in_review(cast)
    earmarks.put(row.project, row.project, 1_900_000_00, by=cast.officer)
    assert "committed and released" in refused(row, cast.officer2)


def test_stipends_are_set_aside_and_freed_with_the_end(cast):
    row = competitions.published(cast, stipend=10_000_00, stipend_cap=5)
    assert earmarks.of(row).remaining == 50_000_00
    perform(row, "cancel", by=cast.officer, because="Sin fondos.")
    assert earmarks.of(row).remaining == 0


def test_a_draft_is_its_authors_and_nobody_edits_what_is_reviewed(cast):
    row = competitions.draft(cast)
    with pytest.raises(Denied, match="Only who drafted"):
        drafting.edit(row, {"title": "Otro"}, by=cast.officer2)
    row = perform(competitions.with_panel(cast, row), "submit_for_review", by=cast.officer)
    with pytest.raises(Refused, match="moved on"):
        drafting.edit(row, {"title": "Otro"}, by=cast.officer)
    row = perform(row, "give_back", by=cast.officer2, because="Falta un plazo.")
    assert drafting.edit(row, {"title": "Otro"}, by=cast.officer).title == "Otro"


def test_a_leavers_drafts_are_handed_over_and_neither_publishes(cast):
    row = competitions.draft(cast)
    third = people.person("officer3")
    money.grant(third, "procurement_officer")
    moved = absence.hand_over(cast.officer, third, by=cast.admin, because="Cambio de área")
    assert row in moved
    row = drafting.edit(competitions.fresh(row), {"title": "Acta"}, by=third)
    assert row.author == third
    row = competitions.with_panel(cast, row)
    row = custody.ready(cast, perform(row, "submit_for_review", by=third))
    for author in (cast.officer, third):
        with pytest.raises(Denied, match="never who drafted"):
            perform(row, "publish", by=author)
    assert perform(row, "publish", by=cast.officer2).publisher == cast.officer2


# The clock


def test_the_phase_follows_from_the_clock_alone(cast, row):
    def phase() -> str:
        return competitions.fresh(row).phase(clock.now())

    assert phase() == "questions"
    with clock.move(to=row.questions_until + timedelta(seconds=1)):
        assert phase() == "bidding"
    with clock.move(to=row.closes_at - timedelta(seconds=5)):
        assert row.takes_bids(clock.now())
    with competitions.after_deadline(row):
        assert phase() == "closed"
        assert competitions.fresh(row).state == "published"  # no job has run
        due.act()
        closed = competitions.fresh(row)
        assert (closed.state, closed.closes_at) == ("closed", row.closes_at)
        assert closed.closed_at is not None


def test_at_the_very_moment_of_the_deadline_a_bid_is_in_time(row):
    assert row.takes_bids(row.closes_at)
    assert not row.takes_bids(row.closes_at + timedelta(microseconds=1))


def test_nobody_opens_before_the_deadline(cast, row):
    with pytest.raises(Refused, match="may still be sent"):
        perform(row, "begin_opening", by=cast.officer)


def test_a_suspension_puts_off_what_had_not_passed(cast, row):
    row = perform(row, "suspend", by=cast.officer, because="Juzgado 3, exp. 12")
    assert not row.takes_bids(clock.now())
    with clock.move(timedelta(days=30)):
        due.act()
        row = competitions.fresh(row)
        assert row.state == "suspended"
        before = (row.questions_until, row.closes_at)
        row = perform(row, "resume", by=cast.officer, because="Se levanta.")
        assert row.state == "published"
        moved = (row.questions_until - before[0], row.closes_at - before[1])
        assert all(timedelta(days=30) <= pause < timedelta(days=30, minutes=1) for pause in moved)


def test_a_suspension_returns_to_where_it_was(cast, row):
    row = perform(forced(row, "ranked"), "suspend", by=cast.secretariat, because="Juzgado 3")
    assert perform(row, "resume", by=cast.officer, because="Ya.").state == "ranked"


# Turns, notices, the record


def test_whose_turn_it_is(cast):
    row = competitions.with_panel(cast, competitions.draft(cast))

    def waits(person) -> set[str]:
        person.__dict__.pop("standing", None)
        label = Competition._meta.label_lower
        return {t.step for t in waiting_for(person).filter(target_label=label)}

    assert waits(cast.officer) == {"finish_draft"}
    row = perform(row, "submit_for_review", by=cast.officer)
    assert (waits(cast.officer), waits(cast.officer2)) == (set(), {"publish"})
    row = perform(custody.ready(cast, row), "publish", by=cast.officer2)
    assert waits(cast.officer2) == set()
    with competitions.after_deadline(row):
        due.act()
        assert waits(cast.officer2) == {"begin_opening"}
    assert Turn.objects.filter(target_label=Competition._meta.label_lower).count() == 1


def test_reminders_go_to_every_member_alike(cast, row):
    with clock.move(to=row.closes_at - timedelta(days=2, hours=1)):
        outbox.tick()
        outbox.tick()
        outbox.drain()
    verb = "procurement.competition.remind"
    assert Event.objects.filter(verb=verb).count() == 1
    told = Notice.objects.filter(event__verb=verb).values_list("person", flat=True)
    assert set(told) == {competitions.bidder(cast, number).pk for number in range(3)}


def test_only_what_ended_is_run_again(cast, row):
    with pytest.raises(Refused, match="Only what was cancelled"):
        drafting.run_again(row, by=cast.officer)
    row = perform(row, "cancel", by=cast.officer, because="x")
    copy = drafting.run_again(row, by=cast.officer2, because="otra vez")
    assert (copy.rerun_of, copy.author, copy.state) == (row, cast.officer2, "draft")
    assert copy.version == 0
