"""One competition from its draft to the signed order, by the real rules only: no state is set.

Every part has tests of its own; this is the one road on which all of them follow each other. The
addresses of the prototypes are of hosts that exist nowhere, and nobody asks a name service.
"""

import socket
import subprocess
import sys
import zipfile
from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command

from core import clock, due, outbox
from core.models import Job
from core.refusals import Refused
from core.steps import perform
from procurement import (
    addenda,
    agreeing,
    asking,
    awarding,
    bidding,
    complying,
    ranking,
    scoring_alone,
)
from procurement.models import Bid, ComplianceCheck, LateAttempt, Prototype
from tests.factories import (
    awards,
    bids,
    competitions,
    custody,
    evaluations,
    frameworks,
    money,
    orders,
)
from vendors import ordering

pytestmark = pytest.mark.django_db

CATEGORIES = [{"code": code, "name": code, "max_rate": rate}
              for code, rate in competitions.CATEGORIES.items()]  # fmt: skip
AMOUNT = 3_000_000_00
fresh = competitions.fresh


@pytest.fixture(autouse=True)
def asked(monkeypatch):
    """The names that were looked up; not one of them is found."""
    names = []

    def nowhere(host, *_said, **_more):
        names.append(host)
        raise socket.gaierror(socket.EAI_NONAME, "not known")

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    return names


def prototype(number: int) -> dict[str, str]:
    return {"repository": f"https://git.invalid/empresa{number}/acta.git",
            "live": f"https://acta{number}.invalid/"}  # fmt: skip


def seal(cast, row, number: int) -> None:
    bids.sealed(row, competitions.vendors(cast)[number], number, **prototype(number))


def test_from_the_draft_to_the_signed_order(cast, asked, tmp_path):
    row = published(cast)
    answer_a_question(cast, row)
    row = change_and_confirm(cast, row)
    with competitions.after_deadline(row):
        row = opened(cast, row)
        gathered(row, asked)
        row = scored(cast, complied(cast, row))
        row = ranked(cast, agreed(row))
        row = told(cast, row)
    with awards.after_standstill(row):
        order = ordered(cast, row)
        concluded(row, order)
        assert_provable(row, tmp_path)


# From the draft to the deadline


def published(cast):
    """Drafted, reviewed, its keys rehearsed by custodians, published by the second officer."""
    framework = frameworks.in_force(cast, members=4, categories=CATEGORIES)
    cast.lot = framework.lots.get()
    tranche = money.committed(cast, AMOUNT, product_owner=cast.product)
    project = money.drawn(cast, tranche).project
    row = competitions.with_panel(cast, competitions.draft(cast, on=project, sealing="shares"))
    row = perform(row, "submit_for_review", by=cast.officer)
    with pytest.raises(Refused):
        perform(row, "publish", by=cast.officer2)  # nobody holds a share yet
    row = perform(custody.ready(cast, row), "publish", by=cast.officer2)
    outbox.drain()
    return fresh(row)


def answer_a_question(cast, row) -> None:
    question = asking.ask(row, "¿Puede usarse otra rama?", by=competitions.bidder(cast, 1))
    asking.settle(question, "Sí, la que diga la propuesta.", decline=False, by=cast.officer)


def change_and_confirm(cast, row):
    """Two seal before a material addendum: one confirms, the other's bid will lapse. Two more seal
    after it, one of them after withdrawing what it had sealed."""
    for number in (0, 3):
        seal(cast, row, number)
    made = addenda.begin(row, by=cast.officer)
    made = addenda.edit(made, {"outcomes": "Nueve de cada diez actas."}, by=cast.officer)
    made = addenda.explain(made, "Se precisa el resultado.", True, by=cast.officer)
    perform(made, "publish", by=cast.officer2)
    outbox.drain()
    row, closes = fresh(row), row.closes_at
    assert (row.version, row.closes_at > closes) == (2, True)
    first, _second, third, _fourth = competitions.vendors(cast)
    bidding.reconfirm(row, first, by=frameworks.manager_of(first))
    seal(cast, row, 1)
    seal(cast, row, 2)
    bidding.withdraw(row, third, by=frameworks.manager_of(third))
    seal(cast, row, 2)
    assert not Bid.objects.exists()
    return row


# From the deadline to the scores


def opened(cast, row):
    """Closed by the clock, opened by two officers; what comes too late is noted and not kept."""
    due.act()
    row = fresh(row)
    assert row.state == "closed"
    fourth = competitions.vendors(cast)[3]
    with pytest.raises(Refused, match="Too late"):
        bidding.reconfirm(row, fourth, by=frameworks.manager_of(fourth))
    row = custody.opened(cast, row, cast.officer2)
    states = [bid.state for bid in row.bids.order_by("vendor")]
    assert states == ["opened", "opened", "opened", "lapsed"]
    assert LateAttempt.objects.filter(competition=row).count() == 1
    return row


def gathered(row, asked) -> None:
    """The prototypes are examined from their bundles: that repositories are away is said."""
    outbox.drain()
    found = list(Prototype.objects.filter(bid__competition=row))
    assert len(found) == 3
    assert all(one.examined_at and "repository_refused" in one.trouble for one in found)
    assert asked
    assert all(name.endswith(".invalid") for name in asked)


def complied(cast, row):
    """Every rule of every bid checked and confirmed; the panel declares."""
    row = perform(row, "begin_compliance", by=cast.officer)
    for check in ComplianceCheck.objects.filter(bid__competition=row).order_by("pk"):
        met = [{"item": item, "result": "met", "reason": ""} for item in check.items.all()]
        complying.write(check, met, by=cast.officer)
        perform(check, "propose", by=cast.officer)
        perform(check, "confirm", by=cast.officer2)
    return perform(evaluations.declare(cast, fresh(row)), "begin_scoring", by=cast.officer)


def scored(cast, row):
    """Each alone; on one bid the chair is far from the others."""
    for number, person in enumerate(evaluations.members(row)):
        evaluations.fill(row, person, 60, B=60 if number else 100)
        perform(evaluations.sheet(row, person), "seal", by=person)
    return perform(fresh(row), "begin_consensus", by=cast.chair)


def agreed(row):
    """What lies far apart is talked about first, then every score is agreed."""
    chair, present = evaluations.chair(row), scoring_alone.present(row, "prototype")
    with pytest.raises(Refused, match="talked about"):
        evaluations.agree(row)
    apart = [cell for cell in agreeing.cells(present) if cell.is_outlying]
    assert {cell.bid.alias for cell in apart} == {"B"}
    for cell in apart:
        agreeing.moderate(present, cell.bid, cell.criterion, "Probó más casos.", by=chair)
    return evaluations.agree(row, A=Decimal(70), B=Decimal(90), C=Decimal(60))


# From the scores to the contract


def ranked(cast, row):
    row = custody.prices_opened(cast, row, cast.officer2)
    row = perform(row, "rank", by=cast.officer)
    assert [one.rank for one in ranking.standings(row)] == [1, 2, 3]
    assert evaluations.ranking_first(row) == "B"
    return row


def told(cast, row):
    """Advantages, approval, notices to the three that were evaluated, the standstill."""
    awarding.state_advantages(row, awards.WHY, by=cast.officer)
    row = perform(row, "submit_for_approval", by=cast.officer)
    row = perform(row, "approve", by=cast.secretariat)
    outbox.drain()
    row = fresh(row)
    assert row.award_notices.exclude(sent_at=None).count() == 3
    with pytest.raises(Refused, match="standstill lasts until"):
        perform(row, "award", by=cast.officer)
    return row


def ordered(cast, row):
    """The award drafts the order with the rates of the bid; it is funded and signed by both."""
    row = perform(row, "award", by=cast.officer)
    order, winner = awarding.order_of(row), row.bids.get(alias="B")
    assert (order.vendor, order.value) == (winner.vendor, winner.sealed_price.total)
    rates = {rate.category.code: rate.rate for rate in order.rates.all()}
    assert rates == winner.sealed_price.content["rates"]
    today = clock.today(row.institution)
    days = {"starts_on": today, "ends_on": today + timedelta(days=90)}
    kept = [(rate.category, rate.rate, rate.hours) for rate in order.rates.all()]
    order = orders.signed(cast, ordering.edit(order, days, kept, by=cast.officer))
    assert (order.state, row.state) == ("signed", "awarded")
    return order


def concluded(row, order) -> None:
    assert due.act().failed == 0
    outbox.drain()
    assert not Job.objects.filter(done_at=None, due__lte=clock.now()).exists()
    row = fresh(row)
    assert (row.state, awarding.order_of(row)) == ("contracted", order)
    states = dict(row.bids.exclude(alias="").values_list("alias", "state"))
    assert states == {"A": "unsuccessful", "B": "awarded", "C": "unsuccessful"}


def assert_provable(row, tmp_path) -> None:
    """The exported file proves itself, the ranking is replayed from it, the history is whole."""
    target, folder, out = tmp_path / "file.zip", tmp_path / "file", StringIO()
    call_command("export_competition", row.ref, output=str(target), stdout=out)
    with zipfile.ZipFile(target) as file:
        file.extractall(folder)
    for checker in ("check.py", "ranking/check_ranking.py"):
        done = subprocess.run([sys.executable, "-I", str(folder / checker)], capture_output=True,
                              text=True, cwd=folder, check=False)  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "agree"
    call_command("replay_ranking", str(target), stdout=out)
    assert out.getvalue().splitlines()[-1] == "agree"
    call_command("verify_history", stdout=out)
    assert out.getvalue().endswith("ok\n")
