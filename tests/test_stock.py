"""What tests begin with: put back row by row as it was made, and only where it belongs."""

from contextlib import contextmanager

import pytest
from django.db import transaction

from core import verification
from core.models import Institution
from procurement.models import Competition
from projects.models import Balance
from tests import stock
from tests.factories import competitions, money, people

pytestmark = pytest.mark.django_db


def everything() -> dict:
    """All rows of all tables, as the database keeps them.

    Balances are written by a trigger when the ledger's lines are: PostgreSQL numbers them anew.
    """
    found = {table: stock._rows(table) for table in stock._tables()}
    del found[Balance._meta.db_table]
    return found | {"balances": list(Balance.objects.order_by("project", "account").values_list(
        "project", "account", "amount", "last_line"))}  # fmt: skip


@contextmanager
def undone(cast):
    """What is done here is undone, also what factories set on the cast."""
    before = dict(vars(cast))
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    vars(cast).clear()
    vars(cast).update(before)


def made_and_undone(cast):
    """A published competition, all rows with it, and everything undone again."""
    with undone(cast):
        row = competitions.published(cast, "small-purchase")
        rows = everything()
    return row, rows


def test_the_same_rows_are_put_back(cast):
    before = everything()
    row, rows = made_and_undone(cast)
    assert everything() == before != rows
    again = competitions.published(cast, "small-purchase")
    assert (again.pk, again.published_at, everything()) == (row.pk, row.published_at, rows)
    assert verification.verify().events > 0


def test_other_arguments_and_another_place_get_rows_of_their_own(cast):
    row, _rows = made_and_undone(cast)
    with undone(cast):
        other = competitions.published(cast, "small-purchase", title="Otro")
        assert other.title == "Otro"
    Institution.objects.create(code="X", name="Otra")
    assert competitions.published(cast, "small-purchase").published_at > row.published_at


def test_what_a_factory_sets_on_its_arguments_is_set_again(cast):
    made_and_undone(cast)
    competitions.published(cast, "small-purchase")
    assert Competition.objects.get().lot == cast.lot


def test_undoing_goes_back_to_the_place_before(cast):
    row, _rows = made_and_undone(cast)
    with undone(cast):
        money.project(cast)
        Institution.objects.create(code="X", name="Otra")
    assert competitions.published(cast, "small-purchase").published_at == row.published_at


@pytest.mark.django_db(transaction=True)
def test_a_test_that_commits_gets_nothing():
    assert stock._place is None
    assert people.cast().manager.pk
