"""A statement says for ever what it said on its date; every copy of it says the same figures."""

from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command

from core import clock
from projects import funding, statements, totals, tranches
from projects.funding import Report
from projects.models import Balance, Posting
from projects.models.totals import LEDGER
from tests.factories import money

pytestmark = pytest.mark.django_db


def printed(capsys, *args: str) -> str:
    call_command("statement", *args)
    return capsys.readouterr().out


def test_a_statement_says_what_stood_at_the_end_of_the_day(cast, capsys):
    tranche = money.drawn(cast, money.committed(cast))
    row, today = tranche.project, clock.today()
    said = printed(capsys, row.ref, "--on", today.isoformat())
    lines = [" ".join(line.split()) for line in said.splitlines()]
    assert lines[0] == f"statement of {row.ref}"
    assert "outside 0.00 0.00 100000.00 -100000.00" in lines
    assert "released 0.00 90000.00 0.00 90000.00" in lines
    assert "held 0.00 10000.00 0.00 10000.00" in lines
    assert lines[-4:-1] == [
        "total MXN inside=100000.00 approved=100000.00 surrendered=0.00",
        "total entries=4 currencies=1",
        "invariant holds",
    ]
    made = statements.make(row, today)
    assert lines[-1] == f"sha256 {made.digest}"
    assert said == f"{made.text}sha256       {made.digest}\n"


def test_what_is_recorded_later_is_not_in_it_whatever_day_it_is_dated(cast):
    row, today = money.committed(cast).project, clock.today()
    before = statements.make(row, today).text
    with clock.move(timedelta(days=3)):
        with money.during("gating.gatereview.exercise"):
            funding.post(row, "approve", 7, by=cast.owner, because="x", key="late",
                         effective_on=today - timedelta(days=20))  # fmt: skip
        assert statements.make(row, today).text == before
        assert "late" not in before
        assert statements.make(row, clock.today()).count == 4


def test_a_reversal_marks_the_entry_only_from_its_own_date_on(cast):
    row, today = money.drawn(cast, money.committed(cast)).project, clock.today()
    spent = funding.record(row, Report("spend", 5, "INF 1"), by=cast.recorder)
    before = statements.make(row, today).text
    money.grant(cast.auditor, "authoriser")
    with clock.move(timedelta(days=1)):
        funding.reverse(spent, by=cast.auditor, because="Duplicado")
        assert statements.make(row, today).text == before
        now = statements.make(row, clock.today()).text
    assert f"{row.ref} 5 " in before
    assert "reversed-by-6" in now
    assert "reverses-5" in now
    assert "reverse" not in before


def test_a_day_ends_where_the_institution_is(cast):
    row = money.committed(cast).project
    row.institution.zone = "Asia/Tokyo"
    row.institution.save()
    posting = Posting.objects.filter(project=row).latest("number")
    local = posting.recorded_at.astimezone(clock.zone(row.institution)).date()
    assert statements.make(row, local - timedelta(days=1)).count == 0
    assert statements.make(row, local).count == 3


def test_from_a_day_on_the_statement_opens_with_what_stood_that_morning(cast):
    tranche, today = money.committed(cast), clock.today()
    with clock.move(timedelta(days=2)):
        money.drawn(cast, tranche)
        made = statements.make(tranche.project, clock.today(), today + timedelta(days=1))
        whole = statements.make(tranche.project, clock.today())
    (sheet,) = made.sheets
    assert (made.count, whole.count) == (1, 4)
    assert sheet.opening["committed"] == 100_000_00
    assert sheet.closing == whole.sheets[0].closing
    for account, opening, came, went, closing in sheet.rows():
        assert opening + came - went == closing, account


def test_currencies_stand_side_by_side_and_are_never_added_up(cast, capsys):
    money.committed(cast)
    money.committed(cast, amount=500, currency="JPY")
    said = printed(capsys, "portfolio", "--on", clock.today().isoformat())
    assert "total        JPY inside=500 approved=500 surrendered=0" in said
    assert "total        MXN inside=100000.00 approved=100000.00 surrendered=0.00" in said
    assert "total        entries=6 currencies=2" in said


def test_a_project_without_entries_has_an_empty_statement(cast, capsys):
    said = printed(capsys, money.project(cast).ref, "--on", "2001-01-01")
    assert "no entries" in said
    assert "invariant    holds" in said


@pytest.mark.parametrize(
    ("args", "fault"),
    [
        (("P-999999", "--on", "2026-01-01"), "P-999999: there is no project of this reference"),
        (("portfolio", "--on", "2999-01-01"), "still to come"),
        (("portfolio", "--on", "2026-02-30"), "“2026-02-30” is not a date"),
        (("portfolio", "--on", "20260228"), "“20260228” is not a date"),
        (("portfolio", "--on", "31/01/2026"), "“31/01/2026” is not a date"),
        (("portfolio", "--on", ""), "“” is not a date"),
        (("portfolio", "--on", "2026-01-01", "--from", "2026-01-02"), "begin after its end"),
        (("portfolio", "--on", "2026-01-01", "--from", "x"), "“x” is not a date"),
        (("portfolio",), "--on"),
    ],
)
def test_bad_input_is_refused_with_two_and_nothing_is_printed(db, capsys, args, fault):
    with pytest.raises(CommandError) as refused:
        call_command("statement", *args)
    assert fault in str(refused.value)
    assert capsys.readouterr().out == ""
    if len(args) > 1:
        assert refused.value.returncode == 2


def test_a_broken_ledger_is_told(cast):
    row = money.committed(cast).project
    made = statements.make(row, clock.today())
    made.sheets[0].books.balances["approved"] -= 5
    assert "does not hold: MXN below zero: approved" in made.text


# For ever


def acts(cast):
    """Acts on two projects of two currencies, one at a time; each moves the clock by itself."""
    yen = money.project(cast, currency="JPY", cost=10**6)
    money.planned(cast, yen, t0=1000, t1=50_000)
    with money.during("projects.project.triage"):
        tranches.open_discovery(yen, by=cast.secretariat, because="Triaje")
    yield yen
    money.drawn(cast, yen.tranches.get(number=0))
    yield yen
    peso = money.committed(cast).project
    yield peso
    funding.record(yen, Report("spend", 850, "INF 1"), by=cast.recorder)
    yield yen
    money.drawn(cast, peso.tranches.get())
    yield peso
    wrong = funding.record(peso, Report("spend", 7_00, "INF 1"), by=cast.recorder)
    yield peso
    funding.reverse(wrong, by=cast.second, because="Duplicado")
    yield peso
    with money.during("gating.gatereview.exercise"):
        funding.post(peso, "approve", 9, by=cast.owner, because="x", key="back",
                     effective_on=date(2020, 2, 3))  # fmt: skip
    yield peso
    with money.during("projects.project.stop"):
        tranches.close_books(peso, kind="cancel", by=cast.chair, because="M-1")
    yield peso


def agrees_with_what_is_kept(project) -> None:
    """The statement of today says what the kept balances and the kept totals say."""
    kept = dict(Balance.objects.filter(project=project).values_list("account", "amount"))
    for sheet in statements.make(project, clock.today()).sheets:
        assert sheet.closing == dict.fromkeys(sheet.closing, 0) | kept
    whole = {sheet.currency: sheet for sheet in statements.make(None, clock.today()).sheets}
    for total in totals.read("currency"):
        closing = whole[total["currency"]].closing if total["currency"] in whole else {}
        assert all(total[name] == closing.get(name, 0) for name in LEDGER)


def test_every_statement_ever_made_is_reproduced_byte_for_byte(cast):
    money.grant(cast.auditor, "authoriser")
    cast.second = cast.auditor
    made, played = {}, acts(cast)
    start = clock.now().replace(hour=20)
    for number in range(9):
        with clock.move(to=start + timedelta(days=2 * number + 1)):
            project = next(played)
            for of in (project, None):
                made[of, clock.today()] = statements.make(of, clock.today()).text
            agrees_with_what_is_kept(project)
    assert len(set(made.values())) == 18
    with clock.move(to=start + timedelta(days=90)):
        totals.fold()
        for (of, day), text in made.items():
            assert statements.make(of, day).text == text
