"""What somebody changes behind the program's back, with the guards taken down, is found."""

import json
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from core import clock, guards, history
from core.models import Event
from projects import funding, tranches
from projects.funding import Report
from projects.ledger_check import Misfit, verify
from projects.models import Book, Posting, Tranche
from projects.models.booking import details_of, mac_of, seal_of
from tests.factories import money

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(cast):
    """A project with fourteen entries, the newest a reversal, and another one beside it."""
    money.drawn(cast, money.committed(cast))
    row = money.project(cast, currency="JPY")
    money.planned(cast, row, t0=1000, t1=50_000, t2=20_000, t3=5_000)
    with money.during("projects.project.triage"):
        tranches.open_discovery(row, by=cast.secretariat, because="Triaje")
    money.drawn(cast, Tranche.objects.get(project=row, number=0))
    funding.record(row, Report("spend", 900, "INF 1"), by=cast.recorder)
    money.drawn(cast, money.exercised(cast, row))
    wrong = funding.record(row, Report("spend", 7, "INF 2"), by=cast.recorder)
    money.grant(cast.auditor, "authoriser")
    funding.reverse(wrong, by=cast.auditor, because="Duplicado")
    return row


@contextmanager
def unguarded():
    """The triggers are gone, as for somebody who holds the database; everything is undone after."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            run("SET CONSTRAINTS ALL IMMEDIATE")
            run("SET CONSTRAINTS ALL DEFERRED")
        guards.drop()
        yield
        transaction.set_rollback(True)


def run(sql: str, *params) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def found(project, *statements: str) -> str:
    """What the check says after these statements, with :p for the project, :last for its newest
    entry and :n for that entry's number."""
    last = Posting.objects.filter(project=project).latest("number")
    with unguarded():
        for statement in statements:
            sql = statement.replace(":p", str(project.pk)).replace(":last", str(last.pk))
            run(sql.replace(":n", str(last.number)))
        with pytest.raises(Misfit) as misfit:
            verify()
        with pytest.raises(Misfit) as alone:
            verify(project.ref)
    assert str(alone.value) == str(misfit.value)
    name, _colon, said = str(misfit.value).partition(": ")
    assert name == project.ref
    return said


def test_an_honest_ledger_is_counted(project, capsys):
    postings = Posting.objects.count()
    assert postings == 18
    call_command("verify_ledger")
    assert capsys.readouterr().out == f"postings={postings} projects=2 ok\n"


def test_one_project_is_counted_alone(project, capsys):
    call_command("verify_ledger", project.ref)
    assert capsys.readouterr().out == "postings=14 projects=1 ok\n"


def test_an_unknown_project_is_said(project, capsys):
    with pytest.raises(SystemExit) as ended:
        call_command("verify_ledger", "P-999999")
    assert ended.value.code == 1
    assert "no project of this reference" in capsys.readouterr().err


def test_the_command_names_project_and_rule_and_ends_with_one(project, capsys):
    with unguarded():
        run("UPDATE projects_balance SET amount = amount + 1 WHERE account = 'spent'")
        with pytest.raises(SystemExit) as ended:
            call_command("verify_ledger")
    assert ended.value.code == 1
    said = "balance: spent does not stand at what its lines add up to"
    assert capsys.readouterr().err == f"{project.ref}: {said}\n"


DELETE_LAST = (
    "DELETE FROM projects_postingline WHERE posting_id = :last",
    "DELETE FROM projects_posting WHERE id = :last",
)
FORGET_LAST = (
    *DELETE_LAST,
    "DELETE FROM core_event WHERE target_label = 'projects.posting' AND target_id = :last",
    "UPDATE projects_balance SET amount = amount - 7 WHERE account = 'released' AND "
    "project_id = :p",
    "UPDATE projects_balance SET amount = amount + 7 WHERE account = 'spent' AND project_id = :p",
)


@pytest.mark.parametrize(
    ("rule", "statements"),
    [
        ("seal", ["UPDATE projects_posting SET because = 'otro' WHERE id = :last"]),
        ("seal", ["UPDATE projects_posting SET recorded_at = '2026-01-01 00:00:00+00:00' "
                  "WHERE id = :last"]),
        ("seal", ["UPDATE projects_posting SET effective_on = '2026-01-01' WHERE id = :last"]),
        ("seal", ["UPDATE projects_posting SET key = 'otra' WHERE id = :last"]),
        ("seal", ["UPDATE projects_posting SET mac = previous WHERE id = :last"]),
        ("seal", ["UPDATE projects_posting SET by_id = (SELECT MIN(id) FROM core_user) "
                  "WHERE number = 5"]),
        # consistently, in the lines, the balances and the history
        ("seal", [
            "UPDATE projects_postingline SET amount = amount + 100 WHERE posting_id IN "
            "(SELECT id FROM projects_posting WHERE project_id = :p AND number = 1)",
            "UPDATE projects_balance SET amount = amount + 100 WHERE project_id = :p "
            "AND account = 'approved'",
            "UPDATE projects_balance SET amount = amount - 100 WHERE project_id = :p "
            "AND account = 'outside'",
            "UPDATE core_event SET details = REPLACE(details, '1000]', '1100]') "
            "WHERE verb = 'projects.posting.approve'",
        ]),
        # two entries change places
        ("seal", [
            "UPDATE projects_posting SET number = 100 WHERE project_id = :p AND number = 7",
            "UPDATE projects_posting SET number = 7 WHERE project_id = :p AND number = 6",
            "UPDATE projects_posting SET number = 6 WHERE project_id = :p AND number = 100",
        ]),
        ("end", DELETE_LAST),
        ("end", FORGET_LAST),
        ("end", [
            *FORGET_LAST,
            "UPDATE projects_book SET count = count - 1, head = (SELECT mac FROM projects_posting "
            "p WHERE p.project_id = :p AND p.number = :n - 1) WHERE project_id = :p",
        ]),
        ("end", ["DELETE FROM projects_book WHERE project_id = :p"]),
        ("end", ["UPDATE projects_book SET seal = head WHERE project_id = :p"]),
        ("number", [
            "DELETE FROM projects_postingline WHERE posting_id IN (SELECT id FROM projects_posting "
            "WHERE project_id = :p AND number = 5)",
            "DELETE FROM projects_posting WHERE project_id = :p AND number = 5",
        ]),
        ("number", ["DELETE FROM projects_posting WHERE project_id = :p AND number = 5"]),
        # taken out and the rest moved up
        ("seal", [
            "DELETE FROM projects_postingline WHERE posting_id IN (SELECT id FROM projects_posting "
            "WHERE project_id = :p AND number = :n - 1)",
            "UPDATE projects_posting SET reverses_id = NULL, kind = 'spend' WHERE id = :last",
            "DELETE FROM projects_posting WHERE project_id = :p AND number = :n - 1",
            "DELETE FROM projects_postingline WHERE posting_id = :last",
            "INSERT INTO projects_postingline (posting_id, position, source, target, amount) "
            "VALUES (:last, 1, 'released', 'spent', 7)",
            "UPDATE projects_posting SET number = number - 1 WHERE id = :last",
        ]),
        ("route", ["DELETE FROM projects_postingline WHERE posting_id = :last"]),
        ("route", [
            "INSERT INTO projects_postingline (posting_id, position, source, target, amount) "
            "VALUES (:last, 2, 'spent', 'released', 1)",
        ]),
        ("route", ["UPDATE projects_postingline SET target = 'spent' WHERE target = 'held' AND "
                   "posting_id IN (SELECT id FROM projects_posting WHERE project_id = :p)"]),
        ("mirror", ["UPDATE projects_posting SET reverses_id = (SELECT id FROM projects_posting "
                    "WHERE project_id = :p AND number = 1) WHERE id = :last"]),
        ("mirror", ["UPDATE projects_postingline SET amount = 6 WHERE posting_id = :last"]),
        ("event", ["DELETE FROM core_event WHERE target_label = 'projects.posting' "
                   "AND target_id = :last"]),
        ("event", ["UPDATE core_event SET details = '{}' WHERE target_label = 'projects.posting' "
                   "AND target_id = :last"]),
        ("event", ["UPDATE core_event SET because = '' WHERE target_label = 'projects.posting' "
                   "AND target_id = :last"]),
        ("event", [
            "INSERT INTO core_event (dossier_id, number, verb, target_label, target_id, actor_id, "
            "because, details, at, previous, mac) SELECT dossier_id, number + 1000, verb, "
            "target_label, target_id, actor_id, because, details, at, previous, mac "
            "FROM core_event WHERE target_label = 'projects.posting' AND target_id = :last",
        ]),
        ("balance", ["UPDATE projects_balance SET amount = amount + 1 WHERE account = 'released' "
                     "AND project_id = :p"]),
        ("balance", ["DELETE FROM projects_balance WHERE project_id = :p AND account = 'spent'"]),
        ("balance", ["INSERT INTO projects_balance (project_id, account, amount, last_line) "
                     "VALUES (:p, 'recovered', 5, 0)"]),
        ("tranche", ["UPDATE projects_tranche SET state = 'committed' WHERE state = 'released' "
                     "AND project_id = :p"]),
        ("tranche", ["UPDATE projects_tranche SET state = 'released' WHERE state = 'reserved' "
                     "AND project_id = :p"]),
        ("tranche", ["UPDATE projects_tranche SET amount = amount + 1 WHERE project_id = :p"]),
        ("tranche", ["UPDATE projects_tranche SET holdback_percent = 9 WHERE project_id = :p"]),
    ],
)  # fmt: skip
def test_it_is_found_that(project, rule, statements):
    assert found(project, *statements).startswith(f"{rule}: ")


def test_an_invented_entry_is_found(project):
    last = Posting.objects.filter(project=project).latest("number")
    said = found(
        project,
        "INSERT INTO projects_posting (project_id, kind, effective_on, recorded_at, by_id, "
        "because, reverses_id, tranche_id, line_count, event_number, previous, mac, number, key) "
        "SELECT project_id, 'approve', effective_on, recorded_at, by_id, because, NULL, NULL, 1, "
        "event_number + 1, mac, mac, number + 1, 'mine' FROM projects_posting WHERE id = :last",
        "INSERT INTO projects_postingline (posting_id, position, source, target, amount) "
        "SELECT id, 1, 'outside', 'approved', 5 FROM projects_posting WHERE key = 'mine'",
        "UPDATE projects_balance SET amount = amount + 5 WHERE account = 'approved' "
        "AND project_id = :p",
        "UPDATE projects_balance SET amount = amount - 5 WHERE account = 'outside' "
        "AND project_id = :p",
    )
    assert said == f"seal: entry {last.number + 1} is not what was sealed"


def test_lines_of_an_entry_that_is_gone_are_found(project):
    other = Posting.objects.exclude(project=project).latest("number")
    with unguarded():
        run("UPDATE projects_postingline SET posting_id = 0 WHERE posting_id = %s", other.pk)
        with pytest.raises(Misfit, match="route"):
            verify()


def test_kept_totals_that_are_off_are_found(project):
    with unguarded():
        run("UPDATE projects_totalsdelta SET spent = spent + 1")
        with pytest.raises(Misfit, match="the whole ledger: totals"):
            verify()


# What even the key's holder could not hide: the rules themselves


def resealed(project) -> None:
    """As somebody with the key would leave it: seals, events and the end of the book fit again."""
    book, previous = Book.objects.get(project=project), ""
    for posting in Posting.objects.filter(project=project).order_by("number"):
        posting.previous, lines = previous, posting.ways()
        previous = mac_of(posting, lines)
        run("UPDATE projects_posting SET previous = %s, mac = %s WHERE id = %s",
            posting.previous, previous, posting.pk)  # fmt: skip
        told = history.canonical(details_of(posting, lines))
        run("UPDATE core_event SET details = %s, verb = %s WHERE target_label = 'projects.posting' "
            "AND target_id = %s", told, f"projects.posting.{posting.kind}", posting.pk)  # fmt: skip
        book.count, book.head = posting.number, previous
    run("UPDATE projects_book SET count = %s, head = %s, seal = %s WHERE project_id = %s",
        book.count, book.head, seal_of(book), project.pk)  # fmt: skip


def rule_of(project, *statements: str) -> str:
    with unguarded():
        for statement in statements:
            run(statement.replace(":p", str(project.pk)))
        resealed(project)
        with pytest.raises(Misfit) as misfit:
            verify(project.ref)
    return str(misfit.value).removeprefix(f"{project.ref}: ")


def test_resealing_alone_changes_nothing(project):
    with unguarded():
        resealed(project)
        verify()


def test_an_overdraft_on_the_way_is_found_though_the_end_is_right(project):
    said = rule_of(
        project,
        "UPDATE projects_posting SET number = 100 WHERE project_id = :p AND number = 4",
        "UPDATE projects_posting SET number = 4 WHERE project_id = :p AND number = 5",
        "UPDATE projects_posting SET number = 5 WHERE project_id = :p AND number = 100",
    )
    assert said == "overdraft: entry 4 takes released below zero"


def test_a_way_that_its_kind_does_not_have_is_found(project):
    said = rule_of(project, "UPDATE projects_posting SET kind = 'spend' WHERE project_id = :p "
                            "AND number = 1")  # fmt: skip
    assert said == "route: entry 1 goes a way that its kind does not have"


def test_an_entry_dated_in_closed_books_is_found(cast, project):
    funding.close_period(clock.today() - timedelta(days=1), by=cast.authoriser)
    with clock.move(timedelta(days=1)):
        posting = funding.record(project, Report("spend", 1, "INF 9"), by=cast.recorder)
    with unguarded():
        run("UPDATE projects_posting SET effective_on = '2026-01-01' WHERE id = %s", posting.pk)
        resealed(project)
        with pytest.raises(Misfit, match=f"period: entry {posting.number} is dated in books"):
            verify()


def test_what_the_history_keeps_of_an_entry_is_complete(project):
    posting = Posting.objects.filter(project=project).latest("number")
    event = Event.objects.get(target_label="projects.posting", target_id=posting.pk)
    assert json.loads(event.details) == details_of(posting, posting.ways())
