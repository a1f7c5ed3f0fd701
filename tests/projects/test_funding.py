"""Money is posted, never edited."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from core import clock
from core.models import Act, Event
from core.refusals import Denied, Refused
from core.steps import perform
from projects import funding, totals
from projects.accounts import Account
from projects.funding import Report
from projects.ledger_check import verify
from projects.models import Balance, Book, Correction, Posting, PostingLine, Tranche
from tests.factories import money
from tests.factories.money import during

pytestmark = pytest.mark.django_db
EXERCISE = "gating.gatereview.exercise"


@pytest.fixture
def project(cast):
    return money.project(cast)


@pytest.fixture
def released(cast):
    """A project with 90,000.00 released and 10,000.00 held back."""
    return money.drawn(cast, money.committed(cast)).project


def approve(project, by, amount=1000, key="k", **more):
    with during(EXERCISE):
        return funding.post(project, "approve", amount, by=by, because="acta 7", key=key, **more)


def test_a_posting_says_who_why_when_and_what(cast, project):
    posting = approve(project, cast.owner)
    assert (posting.number, posting.by, posting.because) == (1, cast.owner, "acta 7")
    assert posting.ways() == [("outside", "approved", 1000)]
    assert posting.effective_on == clock.today(project.institution)
    assert funding.balances(project) == {
        **dict.fromkeys(Account.values, 0), "outside": -1000, "approved": 1000,
    }  # fmt: skip


def test_a_posting_stands_in_the_history_with_all_its_lines(cast, project):
    posting = approve(project, cast.owner)
    event = posting.event
    assert (event.verb, event.target_id) == ("projects.posting.approve", posting.pk)
    assert '["outside","approved",1000]' in event.details
    assert event.actor == cast.owner


def test_the_same_key_again_is_the_same_posting(cast, project):
    first = approve(project, cast.owner)
    assert approve(project, cast.owner) == first
    assert funding.balances(project)["approved"] == 1000


def test_a_key_that_means_something_else_is_refused(cast, project):
    approve(project, cast.owner)
    with pytest.raises(Refused, match="already stands for entry 1"):
        approve(project, cast.owner, amount=1001)


def test_two_projects_may_use_the_same_key(cast, project):
    other = money.project(cast)
    assert approve(project, cast.owner).number == approve(other, cast.owner).number == 1


def test_no_account_falls_below_zero(cast, project):
    approve(project, cast.owner, 100_000)
    with during(EXERCISE), pytest.raises(Refused, match="holds 1,000.00.MXN; 1,000.01.MXN cannot"):
        funding.post(project, "reserve", 100_001, by=cast.owner, because="x", key="r")


@pytest.mark.parametrize("amount", [0, -1])
def test_an_amount_is_more_than_nothing(cast, project, amount):
    with pytest.raises(Refused, match="cannot move"):
        approve(project, cast.owner, amount)


def test_no_lines_are_no_posting(cast, project):
    with pytest.raises(Refused, match="nothing to post"):
        approve(project, cast.owner, [])


def test_a_line_goes_the_way_of_its_kind(cast, project):
    with pytest.raises(Refused, match="“treasury” to “released”"):
        approve(project, cast.owner, [("outside", "released", 5)])


@pytest.mark.parametrize("kind", ["approve", "reserve", "commit", "release", "lapse", "cancel",
                                  "holdback_release", "clawback", "recover", "write_off",
                                  "surrender"])  # fmt: skip
def test_what_follows_from_a_decision_nobody_posts_by_hand(cast, project, kind):
    for person in vars(cast).values():
        with pytest.raises(Denied):
            funding.post(project, kind, [("outside", "approved", 5)], by=person, because="x",
                         key="k")  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "who"),
    [("spend", "recorder"), ("return", "recorder")],
)
def test_finance_acts_ask_for_a_person_of_their_own(cast, project, kind, who):
    for name, person in vars(cast).items():
        expected = Refused if name == who else Denied
        with pytest.raises(expected):
            funding.post(project, kind, [("outside", "spent", 5)], by=person, because="x", key="k")


def test_a_step_causes_only_its_own_kinds(cast, project):
    with during("projects.tranche.lapse"), pytest.raises(Denied):
        funding.post(project, "approve", 5, by=cast.owner, because="x", key="k")


def test_nothing_takes_effect_in_the_future(cast, project):
    tomorrow = clock.today(project.institution) + timedelta(days=1)
    with pytest.raises(Refused, match="still to come"):
        approve(project, cast.owner, effective_on=tomorrow)


def test_closed_books_take_reversals_only(cast, project):
    posting = approve(project, cast.owner, effective_on=date(2026, 1, 31))
    closed = funding.close_period(date(2026, 1, 31), by=cast.authoriser)
    assert closed.dossier.ref == "LEDGER"
    with pytest.raises(Refused, match="closed until"):
        approve(project, cast.owner, key="late", effective_on=date(2026, 1, 15))
    undone = funding.reverse(posting, by=cast.authoriser, because="error")
    assert undone.reverses == posting


@pytest.mark.parametrize("days", [0, 1])
def test_books_are_closed_for_days_that_are_over(cast, days):
    with pytest.raises(Refused, match="days that are over"):
        funding.close_period(clock.today() + timedelta(days=days), by=cast.authoriser)


def test_books_are_closed_forward_by_an_authoriser(cast):
    funding.close_period(date(2026, 1, 31), by=cast.authoriser)
    with pytest.raises(Refused, match="already"):
        funding.close_period(date(2026, 1, 31), by=cast.authoriser)
    with pytest.raises(Denied):
        funding.close_period(date(2026, 2, 28), by=cast.preparer)


# Reversals


def test_a_reversal_mirrors_the_whole_posting_once(cast, project):
    posting = approve(project, cast.owner)
    undone = funding.reverse(posting, by=cast.authoriser, because="capturado dos veces")
    assert undone.ways() == [("approved", "outside", 1000)]
    assert set(funding.balances(project).values()) == {0}
    with pytest.raises(Refused, match="reversed already"):
        funding.reverse(posting, by=cast.authoriser, because="otra vez")


def test_who_made_an_entry_does_not_reverse_it(cast, project):
    money.grant(cast.owner, "authoriser")
    with pytest.raises(Refused, match="second person"):
        funding.reverse(approve(project, cast.owner), by=cast.owner, because="error")


def test_a_reversal_needs_a_reason(cast, project):
    with pytest.raises(Refused, match="reason"):
        funding.reverse(approve(project, cast.owner), by=cast.authoriser, because=" ")


def test_a_reversal_is_not_reversed(cast, project):
    undone = funding.reverse(approve(project, cast.owner), by=cast.authoriser, because="error")
    with pytest.raises(Refused, match="make the entry anew"):
        funding.reverse(undone, by=cast.auditor, because="error")


def test_money_that_has_gone_on_is_not_reversed(cast, released):
    posting = released.postings.get(kind="approve")
    with pytest.raises(Refused, match="cannot be taken"):
        funding.reverse(posting, by=cast.authoriser, because="error")


def test_a_reversed_release_takes_its_tranche_back(cast, released):
    money.grant(cast.auditor, "authoriser")
    funding.reverse(released.postings.get(kind="release"), by=cast.auditor, because="error")
    tranche = Tranche.objects.get(project=released)
    assert (tranche.state, tranche.prepared_by) == ("committed", None)
    assert funding.balances(released)["committed"] == 100_000_00
    verify()


def test_a_commitment_and_a_reservation_are_taken_back_one_after_the_other(cast, released):
    money.grant(cast.auditor, "authoriser")
    for kind, state in (("release", "committed"), ("commit", "reserved"), ("reserve", "planned")):
        funding.reverse(released.postings.get(kind=kind), by=cast.auditor, because="error")
        assert Tranche.objects.get(project=released).state == state
        verify()
    again = money.drawn(cast, money.exercised(cast, released))
    assert again.state == "released"
    verify()


def test_an_entry_is_reversed_from_the_last_one_backwards(cast, released):
    with pytest.raises(Refused, match="undo what came after it first"):
        funding.reverse(released.postings.get(kind="commit"), by=cast.authoriser, because="error")


def test_a_correction_is_asked_for_by_one_and_made_by_another(cast, project):
    asked = funding.ask_correction(approve(project, cast.owner), by=cast.preparer, because="error")
    money.grant(cast.preparer, "authoriser")
    with pytest.raises(Denied):
        perform(asked, "confirm", by=cast.preparer)
    assert perform(asked, "confirm", by=cast.authoriser).state == "made"
    assert funding.balances(project)["approved"] == 0
    assert Posting.objects.get(kind="reversal").because == "error"


CORRECTION_STEPS = {
    ("asked", "confirm"): {"authoriser"},
    ("asked", "decline"): {"authoriser"},
    ("asked", "withdraw"): {"preparer"},
}


@pytest.mark.parametrize("state", Correction.States.values)
@pytest.mark.parametrize("step", ["confirm", "decline", "withdraw"])
def test_steps_of_a_correction(cast, project, state, step):
    asked = funding.ask_correction(approve(project, cast.owner), by=cast.preparer, because="error")
    Correction.objects.filter(pk=asked.pk).update(state=state)
    asked.refresh_from_db()
    allowed = CORRECTION_STEPS.get((state, step), set())
    for name, person in vars(cast).items():
        if name not in allowed:
            with pytest.raises((Denied, Refused)):
                perform(asked, step, by=person, because="x")
    for name in allowed:
        perform(asked, step, by=getattr(cast, name), because="x")


def test_a_correction_is_asked_for_once_with_a_reason_by_finance(cast, project):
    posting = approve(project, cast.owner)
    with pytest.raises(Denied):
        funding.ask_correction(posting, by=cast.manager, because="error")
    with pytest.raises(Refused, match="reason"):
        funding.ask_correction(posting, by=cast.recorder, because="")
    funding.ask_correction(posting, by=cast.recorder, because="error")
    with pytest.raises(Refused, match="asked for already"):
        funding.ask_correction(posting, by=cast.preparer, because="error")


# Spending


def test_spending_is_recorded_once_by_its_reference(cast, released):
    report = Report("spend", 40_000_00, " INF  2026-03 ", date(2026, 1, 1), date(2026, 3, 31))
    first = funding.record(released, report, by=cast.recorder)
    assert funding.record(released, report, by=cast.recorder) == first
    assert first.report.reference == "INF 2026-03"
    assert funding.balances(released)["spent"] == 40_000_00
    with pytest.raises(Refused, match="recorded already"):
        funding.record(released, Report("spend", 1, "INF 2026-03"), by=cast.recorder)


def test_a_report_needs_a_reference(cast, released):
    with pytest.raises(Refused, match="reference"):
        funding.record(released, Report("spend", 1, "  "), by=cast.recorder)


def test_no_more_is_spent_than_was_released(cast, released):
    with pytest.raises(Refused, match="90,000.00"):
        funding.record(released, Report("spend", 90_000_01, "INF 1"), by=cast.recorder)


def test_money_given_back_is_free_again(cast, released):
    funding.record(released, Report("return", 5_00, "REC 1"), by=cast.recorder)
    assert funding.balances(released)["approved"] == 5_00


def test_who_releases_does_not_record_spending(cast, released):
    money.grant(cast.authoriser, "spend_recorder")
    with pytest.raises(Denied, match="Separation of duties"):
        funding.record(released, Report("spend", 1, "INF 1"), by=cast.authoriser)


def test_recording_spending_is_remembered(cast, released):
    funding.record(released, Report("spend", 1, "INF 1"), by=cast.recorder)
    assert Act.objects.filter(user=cast.recorder, capacity="records_spending").count() == 1


def test_wrongly_spent_money_is_recovered_or_written_off(cast, released):
    funding.record(released, Report("spend", 100, "INF 1"), by=cast.recorder)
    with during("projects.preparedentry.confirm"):
        for kind, amount in (("clawback", 100), ("recover", 60), ("write_off", 40)):
            funding.post(released, kind, amount, by=cast.authoriser, because="Resolución 3",
                         key=kind)  # fmt: skip
    left = funding.balances(released)
    assert (left["spent"], left["receivable"], left["recovered"], left["written_off"]) == (
        0, 0, 60, 40,
    )  # fmt: skip
    with during("projects.preparedentry.confirm"):
        funding.post(released, "surrender", [("recovered", "outside", 60)], by=cast.authoriser,
                     because="Entero 9", key="s")  # fmt: skip
    assert funding.balances(released)["recovered"] == 0


# Statement and totals


def test_a_statement_as_recorded_never_changes(cast, project):
    approve(project, cast.owner)
    moment = clock.now()
    before = list(funding.statement(project, recorded_until=moment))
    approve(project, cast.owner, key="later", effective_on=date(2026, 1, 2))
    assert list(funding.statement(project, recorded_until=moment)) == before
    assert [standing["approved"] for _p, standing in funding.statement(project)] == [1000, 2000]
    early = funding.statement(project, effective_until=date(2026, 1, 2))
    assert [posting.number for posting, _standing in early] == [2]


def test_the_portfolio_counts_what_is_posted(cast, released):
    funding.record(released, Report("spend", 70, "INF 1"), by=cast.recorder)
    (row,) = totals.read("currency")
    assert (row["released"], row["held"], row["spent"]) == (89_999_30, 10_000_00, 70)
    assert totals.verify() == []


def test_amounts_keep_every_minor_unit(cast):
    row = money.project(cast, currency="KWD", cost=10**16)
    approve(row, cast.owner, 1234567890123456)
    assert funding.balances(row)["approved"] == 1234567890123456


# What the database itself refuses


def together(*statements) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for sql, params in statements:
            cursor.execute(sql, params)


def refused_together(*statements) -> None:
    with pytest.raises(DatabaseError):
        together(*statements)


def refused(sql: str, *params) -> None:
    refused_together((sql, params))


POSTING_COLUMNS = (
    "project_id, number, kind, key, effective_on, recorded_at, by_id, because, reverses_id, "
    "tranche_id, line_count, event_number, previous, mac"
)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE projects_posting SET because = 'otro'",
        "UPDATE projects_posting SET number = number + 7",
        "UPDATE projects_postingline SET amount = amount + 1",
        "DELETE FROM projects_posting",
        "DELETE FROM projects_postingline",
        "DELETE FROM projects_balance",
        "DELETE FROM projects_book",
        "DELETE FROM projects_tranche",
        "UPDATE projects_balance SET amount = amount + 1 WHERE account = 'approved'",
        "UPDATE projects_balance SET amount = amount + 1, last_line = last_line + 1",
        "UPDATE projects_balance SET account = 'spent' WHERE account = 'released'",
        "UPDATE projects_book SET count = count - 1",
        "INSERT INTO projects_postingline (posting_id, position, source, target, amount) "
        "SELECT id, 9, 'outside', 'approved', 5 FROM projects_posting WHERE kind = 'approve'",
        "INSERT INTO projects_postingline (posting_id, position, source, target, amount) "
        "SELECT id, 2, 'outside', 'approved', 5 FROM projects_posting WHERE kind = 'approve'",
        "INSERT INTO projects_balance (project_id, account, amount, last_line) "
        "SELECT project_id, 'recovered', 5, 0 FROM projects_book",
        f"INSERT INTO projects_posting ({POSTING_COLUMNS}) SELECT project_id, number + 9, 'spend', "
        "'new', effective_on, recorded_at, by_id, '', NULL, NULL, 1, 99, '', '' "
        "FROM projects_posting WHERE kind = 'approve'",
        f"INSERT INTO projects_posting ({POSTING_COLUMNS}) SELECT project_id, 99, 'reversal', "
        "'new', effective_on, recorded_at, by_id, '', NULL, NULL, 1, 99, '', '' "
        "FROM projects_posting WHERE kind = 'approve'",
    ],
)
def test_the_database_refuses(cast, released, sql):
    before = list(Balance.objects.values_list("pk", "amount").order_by("pk"))
    refused(sql)
    assert list(Balance.objects.values_list("pk", "amount").order_by("pk")) == before


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("approve", ("outside", "approved", 0)),
        ("approve", ("outside", "approved", -5)),
        ("approve", ("approved", "approved", 5)),
        ("approve", ("outside", "pocket", 5)),
        ("approve", ("outside", "spent", 5)),
        ("spend", ("released", "spent", 90_000_01)),
        ("spend", ("committed", "spent", 5)),
    ],
)
def test_the_database_refuses_lines_of_a_new_posting(cast, released, kind, line):
    source, target, amount = line
    number = released.postings.count() + 1
    refused_together(
        (
            f"INSERT INTO projects_posting ({POSTING_COLUMNS}) SELECT project_id, {number}, %s, "
            "'new', effective_on, recorded_at, by_id, '', NULL, NULL, 1, 99, '', '' "
            "FROM projects_posting WHERE kind = 'approve'", [kind],
        ),
        (
            "INSERT INTO projects_postingline (posting_id, position, source, target, amount) "
            "SELECT id, 1, %s, %s, %s FROM projects_posting WHERE key = 'new'",
            [source, target, amount],
        ),
    )  # fmt: skip


def test_the_database_refuses_what_is_dated_in_closed_books(cast, released):
    money.grant(cast.auditor, "authoriser")
    funding.close_period(clock.today() - timedelta(days=2), by=cast.auditor)
    refused(
        f"INSERT INTO projects_posting ({POSTING_COLUMNS}) SELECT project_id, 5, 'approve', "
        "'new', '2026-01-01', recorded_at, by_id, '', NULL, NULL, 1, 99, '', '' "
        "FROM projects_posting WHERE kind = 'approve'"
    )


def test_the_database_refuses_a_second_reversal_and_a_false_mirror(cast, project):
    posting = approve(project, cast.owner)
    funding.reverse(posting, by=cast.authoriser, because="error")
    approve(project, cast.owner, key="other")
    refused(
        f"INSERT INTO projects_posting ({POSTING_COLUMNS}) SELECT project_id, 4, 'reversal', "
        "'new', effective_on, recorded_at, by_id, '', id, NULL, 1, 99, '', '' "
        "FROM projects_posting WHERE number = 1"
    )
    refused_together(
        (
            f"INSERT INTO projects_posting ({POSTING_COLUMNS}) SELECT project_id, 4, 'reversal', "
            "'new', effective_on, recorded_at, by_id, '', id, NULL, 1, 99, '', '' "
            "FROM projects_posting WHERE number = 3", [],
        ),
        (
            "INSERT INTO projects_postingline (posting_id, position, source, target, amount) "
            "SELECT id, 1, 'approved', 'outside', 999 FROM projects_posting WHERE key = 'new'", [],
        ),
    )  # fmt: skip


def test_replace_does_not_pass_the_guards(cast, released):
    """SQLite's REPLACE; PostgreSQL does not know the word, and refuses as well."""
    refused("REPLACE INTO projects_posting SELECT * FROM projects_posting WHERE number = 1")
    refused("REPLACE INTO projects_postingline SELECT * FROM projects_postingline")
    refused("UPDATE OR REPLACE projects_balance SET account = 'approved'")


def test_rows_of_the_ledger_are_not_changed_in_python_either(cast, released):
    posting = released.postings.first()
    line = posting.lines.first()
    for row in (posting, line):
        with pytest.raises(TypeError):
            row.save()
        with pytest.raises(TypeError):
            row.delete()
    for rows in (Posting.objects, PostingLine.objects):
        with pytest.raises(TypeError):
            rows.update(pk=1)
        with pytest.raises(TypeError):
            rows.all().delete()


def test_a_failed_act_leaves_no_trace(cast, project):
    events = Event.objects.count()

    @transaction.atomic
    def act():
        approve(project, cast.owner, 5)
        with during(EXERCISE):
            funding.post(project, "reserve", 6, by=cast.owner, because="x", key="b")

    with pytest.raises(Refused):
        act()
    assert (Event.objects.count(), Posting.objects.count(), Book.objects.count()) == (events, 0, 0)
