"""Days given back before a lapse, money ahead of a tranche, turns that follow the account."""

from datetime import timedelta

import pytest
from django.db import transaction

from core import clock, due
from core.models import Event, Notice, Turn
from core.outbox import drain
from core.refusals import Denied, Refused
from core.steps import perform
from projects import excusing, funding, holds, obligations, preparing, tasks_money, tranches
from projects.funding import Report
from projects.ledger_check import Misfit, verify
from projects.models import ExcusedDays, PreparedEntry, Tranche
from projects.models.continuity import undecided
from tests.factories import claims, money

pytestmark = pytest.mark.django_db


def ask(cast, tranche, first: int = 1, last: int = 10, **said) -> ExcusedDays:
    """Ask for days counted from today on."""
    today = clock.today()
    said = {"reason": "Suspensión judicial", "by": cast.manager,
            "document": claims.paper(cast, tranche.project, by=cast.manager)} | said  # fmt: skip
    return excusing.ask(tranche, "litigation", today + timedelta(days=first),
                        today + timedelta(days=last), **said)  # fmt: skip


def grant(cast, excused):
    return perform(excused, "grant", by=cast.secretariat)


# Excused days


def test_excused_days_move_the_last_day_by_their_number_and_both_stay_on_record(cast):
    tranche = money.committed(cast)
    before = tranche.valid_until
    excused = grant(cast, ask(cast, tranche))
    after = claims.fresh(tranche).valid_until
    assert (excused.state, excused.days, after) == ("granted", 10, before + timedelta(days=10))
    assert (excused.valid_before, excused.valid_after) == (before, after)
    event = Event.objects.get(verb="projects.tranche.extend")
    assert f'"{before.isoformat()}","{after.isoformat()}"' in event.details
    assert Turn.objects.get(target_label="projects.tranche").due == claims.fresh(tranche).valid_to
    verify()


def test_a_tranche_lapses_once_at_the_end_of_its_moved_day(cast):
    tranche = money.committed(cast)
    grant(cast, ask(cast, tranche))
    end = claims.fresh(tranche).valid_to
    with clock.move(to=end - timedelta(seconds=5)):
        due.act()
        assert claims.fresh(tranche).state == "committed"
    with clock.move(to=end + timedelta(days=21)):
        for _tick in range(2):
            due.act()
    assert claims.fresh(tranche).state == "lapsed"
    assert Event.objects.filter(verb="projects.tranche.lapse").count() == 1
    assert funding.balances(tranche.project)["approved"] == tranche.amount


def test_no_day_is_excused_twice(cast):
    tranche = money.committed(cast)
    grant(cast, ask(cast, tranche, 1, 10))
    for first, last in ((10, 12), (1, 1), (0, 30)):
        with pytest.raises(Refused, match="no day is excused twice"):
            ask(cast, tranche, first, last)
    grant(cast, ask(cast, tranche, 11, 12))
    assert sum(ExcusedDays.objects.values_list("days", flat=True)) == 12


def test_only_one_wish_waits_and_it_is_answered_before_the_lapse(cast):
    tranche = money.committed(cast)
    asked = ask(cast, tranche)
    with pytest.raises(Refused, match="wait for an answer"):
        ask(cast, tranche, 20, 21)
    assert Turn.objects.get(target_label="projects.excuseddays").due == tranche.valid_to
    with clock.move(to=tranche.valid_to), pytest.raises(Refused, match="can no longer be excused"):
        grant(cast, asked)
    with clock.move(to=tranche.valid_to + timedelta(days=1)):
        due.act()
        with pytest.raises(Refused, match="can no longer be excused"):
            grant(cast, asked)
        with pytest.raises(Refused, match="can no longer be excused"):
            ask(cast, tranche)


@pytest.mark.parametrize(
    ("days", "said", "sentence"),
    [
        ((-1, 5), {}, "choose days between them"),
        ((1, 400), {}, "choose days between them"),
        ((5, 4), {}, "before the first"),
        ((1, 5), {"document": None}, "Attach the evidence"),
        ((1, 5), {"reason": " "}, "Say what happened"),
    ],
)
def test_days_are_in_time_and_proven(cast, days, said, sentence):
    with pytest.raises(Refused, match=sentence):
        ask(cast, money.committed(cast), *days, **said)


def test_who_asks_and_who_answers(cast):
    tranche = money.committed(cast)
    for name, person in vars(cast).items():
        if name != "manager":
            with pytest.raises(Denied):
                ask(cast, tranche, by=person)
    asked = ask(cast, tranche)
    money.grant(cast.manager, "secretariat")
    money.grant(cast.owner, "secretariat")
    for name, person in vars(cast).items():
        for step in ("grant", "refuse"):
            if name != "secretariat":
                with pytest.raises(Denied):
                    perform(asked, step, by=person, because="x")
    assert perform(asked, "refuse", by=cast.secretariat, because="Sin relación").state == "refused"
    again = ask(cast, tranche)
    assert perform(again, "withdraw", by=cast.manager).state == "withdrawn"


def test_people_are_reminded_before_a_lapse_and_after_an_outage_only_once(cast):
    tranche = money.committed(cast)
    for days, expected in ((20, 0), (14, 1), (10, 1), (3, 2), (2, 2), (0, 3)):
        with clock.move(to=tranche.valid_to - timedelta(days=days, hours=3)):
            for _tick in range(2):
                tasks_money.remind_before_lapses()
        assert Event.objects.filter(verb=tasks_money.LAPSE).count() == expected, days
    drain()
    told = Notice.objects.filter(event__verb=tasks_money.LAPSE).values_list("person", flat=True)
    assert set(told) == {cast.manager.pk, cast.owner.pk}


def test_a_shortened_tranche_is_found(cast):
    tranche = money.committed(cast)
    grant(cast, ask(cast, tranche))
    for rows, change in (
        (Tranche.objects.filter(pk=tranche.pk), {"valid_until": tranche.valid_until}),
        (ExcusedDays.objects.all(), {"days": 3}),
    ):
        point = transaction.savepoint()
        rows.update(**change)
        with pytest.raises(Misfit, match="excused"):
            verify(tranche.project.ref)
        transaction.savepoint_rollback(point)


# The continuity allowance


@pytest.fixture
def reviewed():
    """The gates under review, as an upper room would say."""
    gates: set[str] = set()

    def asks(project, gate) -> bool:
        return gate in gates

    undecided.append(asks)
    yield gates
    undecided.remove(asks)


@pytest.fixture
def row(cast):
    """A project whose first tranche is spent and whose second, of 50,000.00, is reserved."""
    project = money.project(cast)
    money.planned(cast, project, t1=100_000_00, t2=50_000_00)
    money.drawn(cast, money.exercised(cast, project))
    funding.record(project, Report("spend", 90_000_00, "INF 1"), by=cast.recorder)
    return project


def allow(cast, row, amount: int = 5_000_00) -> PreparedEntry:
    tranche = row.tranches.get(number=2)
    return preparing.continue_(tranche, amount, reference="OF 12", note="Nómina", by=cast.preparer)


def test_ten_percent_may_be_released_while_the_review_is_undecided(cast, row, reviewed):
    assert preparing.next_allowance(row) is None
    with pytest.raises(Refused, match="No review of gate G2"):
        allow(cast, row)
    reviewed.add("G2")
    assert preparing.next_allowance(row)[1] == 5_000_00
    with pytest.raises(Refused, match=r"5,000.00.MXN at most: 10 percent"):
        allow(cast, row, 5_000_01)
    entry = allow(cast, row)
    reviewed.clear()
    with pytest.raises(Refused, match="No review"):
        perform(entry, "confirm", by=cast.authoriser)
    reviewed.add("G2")
    with pytest.raises(Denied):
        perform(entry, "confirm", by=cast.preparer)
    claims.confirmed(cast, entry)
    left = funding.balances(row)
    assert (left["reserved"], left["committed"], left["released"]) == (45_000_00, 0, 5_000_00)
    with pytest.raises(Refused):
        allow(cast, row, 1)
    assert preparing.next_allowance(row) is None
    verify()


def test_it_is_counted_against_the_tranche_to_the_centavo(cast, row, reviewed):
    reviewed.add("G2")
    claims.confirmed(cast, allow(cast, row, 4_999_99))
    funding.record(row, Report("spend", 4_000_00, "INF 2"), by=cast.recorder)
    tranche = money.exercised(cast, row, "G2")
    verify()
    tranche = money.drawn(cast, tranche)
    assert tranche.advanced == 4_999_99
    released = tranche.postings.filter(kind="release").latest("number").ways()
    assert released == [("committed", "released", 40_000_01), ("committed", "held", 5_000_00)]
    assert funding.balances(row)["committed"] == 0
    verify()
    money.grant(cast.admin, "authoriser")
    last = tranche.postings.filter(kind="release").latest("number")
    funding.reverse(last, by=cast.admin, because="Error")
    assert claims.fresh(tranche).state == "committed"
    verify()


def test_money_advanced_stays_drawn_when_the_tranche_ends(cast, row, reviewed):
    reviewed.add("G2")
    claims.confirmed(cast, allow(cast, row))
    with money.during("projects.project.stop"):
        tranches.close_books(row, kind="cancel", by=cast.chair, because="M-1")
    left = funding.balances(row)
    assert (left["spent"], left["released"], left["reserved"]) == (90_000_00, 0, 0)
    verify()


def test_an_allowance_lapses_with_nothing_but_what_is_left(cast, row, reviewed):
    reviewed.add("G2")
    claims.confirmed(cast, allow(cast, row))
    money.exercised(cast, row, "G2")
    with clock.move(timedelta(days=400)):
        due.act()
    assert row.tranches.get(number=2).state == "lapsed"
    assert funding.balances(row)["approved"] == 45_000_00
    verify()


def test_what_stands_in_the_way_of_a_release_stands_in_its_way_too(cast, row, reviewed):
    reviewed.add("G2")
    money.hold(cast, row)
    with pytest.raises(Refused, match="on hold"):
        allow(cast, row)


def test_it_is_not_reversed_but_given_back(cast, row, reviewed):
    reviewed.add("G2")
    entry = claims.confirmed(cast, allow(cast, row))
    money.grant(cast.admin, "authoriser")
    with pytest.raises(Refused, match="record its return by a receipt"):
        funding.reverse(entry.posting, by=cast.admin, because="x")
    funding.record(row, Report("return", 5_000_00, "REC 1"), by=cast.recorder)
    assert funding.balances(row)["released"] == 0


# Turns


def test_a_tranche_waits_with_the_recorder_until_seventy_percent_then_with_the_preparer(cast):
    tranche = money.drawn(cast, money.committed(cast))

    def waits() -> list[tuple[str, str]]:
        rows = Turn.objects.filter(target_label="projects.tranche", target_id=tranche.pk)
        return list(rows.values_list("step", "audience"))

    assert waits() == [("record_spending", "role:spend_recorder")]
    funding.record(tranche.project, Report("spend", 62_999_99, "INF 1"), by=cast.recorder)
    assert waits() == [("record_spending", "role:spend_recorder")]
    last = funding.record(tranche.project, Report("spend", 1, "INF 2"), by=cast.recorder)
    assert waits() == [("account", "role:preparer")]
    money.grant(cast.admin, "authoriser")
    funding.reverse(last, by=cast.admin, because="Error")
    assert waits() == [("record_spending", "role:spend_recorder")]
    funding.record(tranche.project, Report("spend", 27_000_01, "INF 3"), by=cast.recorder)
    perform(tranche, "account", by=cast.preparer)
    assert waits() == []
    with money.during("gating.gatereview.exercise"):
        tranches.free_holdback(tranche.project, by=cast.owner, because="G2")
    assert waits() == []
    funding.record(tranche.project, Report("spend", 10_000_00, "INF 4"), by=cast.recorder)
    assert waits() == [("settle", "role:preparer")]


# The end of a project


def test_what_is_owed_to_others_is_not_taken_back_at_a_stop(cast):
    row = claims.spent(cast, amount=50_000_00)
    owed = holds.record_finding(row, "Sprint 3 aceptado", by=cast.auditor)
    obligations.raise_(row, kind="sprint", source=owed, title="Sprint 3", blocks="close",
                       amount=12_000_00)  # fmt: skip
    with money.during("projects.project.stop"):
        tranches.close_books(row, kind="cancel", by=cast.chair, because="M-1")
    left = funding.balances(row)
    assert (left["released"], left["held"], left["approved"]) == (12_000_00, 0, 0)
    assert left["outside"] == -62_000_00
    funding.record(row, Report("spend", 11_000_00, "F 3"), by=cast.recorder)
    obligations.discharge(owed)
    funding.record(row, Report("return", 1_000_00, "REC 3"), by=cast.recorder)
    claims.confirmed(cast, preparing.surrender(row, "approved", 1_000_00, reference="ENT 1",
                                               by=cast.preparer))  # fmt: skip
    assert funding.balances(row)["outside"] == -61_000_00
    verify()
