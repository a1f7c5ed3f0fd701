"""Many officers at the same moment: never a cent over a lot's ceiling or a project's money."""

import pytest
from django.db.models import Sum

from core.models import User
from core.refusals import Refused
from core.steps import perform
from projects import earmarks, funding
from tests.factories import money, orders
from tests.factories.people import cast as everybody
from tests.factories.threads import at_once, done, many
from vendors.models import Lot, Order

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = many(16)
EACH = 30_000_00


def outcome(found: list) -> tuple[int, set[str]]:
    refused = [row for row in found if isinstance(row, Refused)]
    return len(done(found)), {str(row).replace("\xa0", " ") for row in refused}


def test_all_sign_from_one_lot_at_its_ceiling():
    cast = everybody()
    orders.taxed(0)
    lot = orders.lot(cast, ceiling=5 * EACH + EACH // 2)
    membership = orders.member(cast, lot)
    ready = []
    for _number in range(THREADS):
        order = orders.funded(cast, orders.awarded(cast, membership=membership, value=EACH))
        ready.append(orders.declared(cast, perform(order, "sign_for_vendor", by=orders.rep(order))))
    found = at_once(
        lambda n: perform(ready[n], "sign", by=User.objects.get(pk=cast.officer.pk)), THREADS
    )
    signed, said = outcome(found)
    assert signed == 5
    assert len(said) == 1
    assert "ceiling of lot 1" in said.pop()
    rows = Order.objects.filter(lot=lot)
    assert rows.aggregate(sum=Sum("against_ceiling"))["sum"] == 5 * EACH
    assert rows.filter(state="signed").count() == 5


def test_all_call_off_for_one_project_and_pay_from_one_tranche():
    cast = everybody()
    orders.taxed(0)
    project = orders.funds(cast, 4 * EACH + 1)
    membership = orders.member(cast, orders.lot(cast, ceiling=10**12))
    drafts = [orders.awarded(cast, project=project, membership=membership, value=EACH)
              for _number in range(THREADS)]  # fmt: skip
    funded, said = outcome(at_once(
        lambda n: perform(drafts[n], "fund", by=User.objects.get(pk=cast.manager.pk)), THREADS
    ))  # fmt: skip
    assert funded == 4
    assert all("is free" in sentence for sentence in said)
    assert earmarks.free(project) == 1
    bound = Order.objects.filter(state="funded").order_by("pk")
    keys = list(bound.values_list("pk", flat=True))

    def pay(number: int) -> None:
        order = Order.objects.get(pk=keys[number % len(keys)])
        with money.during("vendors.invoice.pay"):
            earmark_and_spend(order, EACH // 4, f"i:{number}", cast.recorder)

    at_once(pay, THREADS)
    balances = funding.balances(project)
    paid = THREADS * (EACH // 4)
    assert (balances["spent"], balances["released"]) == (paid, 4 * EACH + 1 - paid)
    assert earmarks.free(project) == 1


def earmark_and_spend(order, amount: int, key: str, by) -> None:
    from_project = order.project
    funding.post(from_project, "spend", amount, by=by, because=key, key=key)
    earmarks.use(order, amount, by=by)


def test_amendments_and_signatures_meet_at_the_ceiling():
    cast = everybody()
    orders.taxed(0)
    lot = orders.lot(cast, ceiling=THREADS * EACH + 2 * EACH)
    membership = orders.member(cast, lot)
    rows = []
    for _number in range(THREADS):
        order = orders.signed(cast, orders.awarded(cast, membership=membership, value=EACH))
        row = orders.proposed(cast, order, more=EACH)
        rows.append(perform(row, "sign_for_vendor", by=orders.rep(row)))
    found = at_once(
        lambda n: perform(rows[n], "confirm", by=User.objects.get(pk=cast.owner.pk)), THREADS
    )
    confirmed, said = outcome(found)
    assert confirmed == 2
    assert all("ceiling of lot 1" in sentence for sentence in said)
    total = Lot.objects.get(pk=lot.pk).orders.aggregate(sum=Sum("against_ceiling"))["sum"]
    assert total == lot.ceiling
