"""Many at once, each on a connection of their own: never a cent over, never twice."""

import pytest
from django.db import transaction

from core import verification
from core.models import User
from core.refusals import Refused
from core.steps import perform
from projects import earmarks, funding
from projects.ledger_check import verify
from projects.models import Posting
from tests.factories import invoices, money, people
from tests.factories.threads import at_once, done, many
from vendors import invoicing, rating
from vendors.models import Invoice, InvoiceLine, Order

pytestmark = pytest.mark.django_db(transaction=True)
ONE = 17_400_00
"""What one invoice of 15,000.00 takes with its tax."""


def again(person: User) -> User:
    return User.objects.get(pk=person.pk)


@pytest.fixture
def crew(transactional_db):
    rating.seed()
    return people.cast()


@transaction.atomic
def ready(crew, count: int = 1, membership=None, **said):
    """An order under way with so many accepted sprints."""
    row = invoices.order(crew, **({"membership": membership} if membership else {}), **said)
    return row, [invoices.accepted(crew, row) for _n in range(count)]


@transaction.atomic
def with_released(crew, count: int, spare: int) -> list[Invoice]:
    """As many approved invoices as there are threads, and money for `count` of them and a bit."""
    row = invoices.order(crew, amount=300_000_00, value=240_000_00)
    made = []
    for _n in range(many(16)):
        sprint = invoices.accepted(crew, row, 15_000_00)
        made.append(invoices.at(crew, "approved", row, sprints=[sprint]))
    with money.during("projects.project.stop"):
        left = funding.balances(row.project)["released"] - count * ONE - spare
        funding.post(row.project, "cancel", [("released", "approved", left)], by=crew.chair,
                     because="x", key="x")  # fmt: skip
    return made


def sound() -> None:
    verify()
    verification.verify()


def test_one_tranche_is_never_overdrawn(crew):
    made = with_released(crew, 5, ONE - 1)

    def pay(number: int) -> Invoice:
        return perform(Invoice.objects.get(pk=made[number].pk), "pay", by=again(crew.recorder))

    results = at_once(pay, many(16))
    assert len(done(results)) == 5
    assert len({str(no) for no in results if isinstance(no, Refused)}) == 1
    row = made[0].order
    left = funding.balances(row.project)
    assert (left["spent"], left["released"]) == (5 * ONE, ONE - 1)
    assert earmarks.of(row).used == 5 * ONE
    assert Invoice.objects.filter(state="paid").count() == 5
    sound()


def test_the_same_invoice_is_paid_once(crew):
    row, _sprints = ready(crew)
    invoice = invoices.at(crew, "approved", row)

    def pay(_number: int) -> Invoice:
        return perform(Invoice.objects.get(pk=invoice.pk), "pay", by=again(crew.recorder))

    results = at_once(pay, many(16))
    assert len(done(results)) == 1
    assert {str(no) for no in results if isinstance(no, Refused)} == {
        "This has moved on since you opened the page."
    }
    assert Posting.objects.filter(kind="spend").count() == 1
    assert funding.balances(invoice.order.project)["spent"] == invoice.total
    sound()


def test_many_clicks_hand_in_one_invoice(crew):
    row, (sprint,) = ready(crew)
    by = invoices.biller(row)
    said = invoices.said(row, [sprint])

    def submit(_number: int) -> Invoice:
        return invoicing.submit(Order.objects.get(pk=row.pk), said, by=again(by))

    results = at_once(submit, many(16))
    assert len({found.pk for found in done(results)}) == 1
    assert len(done(results)) == many(16)
    assert (Invoice.objects.count(), InvoiceLine.objects.count()) == (1, 1)
    sound()


def test_a_sprint_is_invoiced_once_under_different_numbers(crew):
    row, (sprint,) = ready(crew)
    by = invoices.biller(row)

    def submit(number: int) -> Invoice:
        said = invoices.said(row, [sprint], supplier_number=f"N {number}")
        return invoicing.submit(Order.objects.get(pk=row.pk), said, by=again(by))

    results = at_once(submit, many(16))
    assert len(done(results)) == 1
    assert InvoiceLine.objects.filter(live=True).count() == 1
    sound()


def test_one_number_is_one_invoice_in_different_projects(crew):
    first, sprints = ready(crew)
    rows = [first]
    for _n in range(3):
        row, more = ready(crew, membership=first.membership)
        rows.append(row)
        sprints += more
    by = invoices.biller(first)

    def submit(number: int) -> Invoice:
        which = number % len(rows)
        said = invoices.said(rows[which], [sprints[which]], supplier_number="A 1")
        return invoicing.submit(Order.objects.get(pk=rows[which].pk), said, by=again(by))

    results = at_once(submit, many(16))
    assert len({found.pk for found in done(results)}) == 1
    assert Invoice.objects.count() == 1
    sound()


def test_an_order_is_not_invoiced_beyond_its_value_by_many(crew):
    row, sprints = ready(crew, many(16), value=25_000_00)
    by = invoices.biller(row)

    def submit(number: int) -> Invoice:
        said = invoices.said(row, [sprints[number]], supplier_number=f"N {number}")
        return invoicing.submit(Order.objects.get(pk=row.pk), said, by=again(by))

    results = at_once(submit, many(16))
    assert len(done(results)) == 2
    assert all("too much" in str(no) for no in results if isinstance(no, Refused))
    sound()
