"""Salami: linked purchases are summed, shown, and refused or raised to the next authority."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import clock
from core.models import Turn
from core.refusals import Refused
from core.steps import perform
from tests.factories import orders
from vendors import ordering, splitting
from vendors.splitting import Purchase

AMOUNTS = st.lists(st.integers(1, 10**12), max_size=6)


@given(value=st.integers(1, 10**12), limit=st.integers(0, 10**13), project=AMOUNTS,
       institution=AMOUNTS)  # fmt: skip
def test_sums_are_exact(value, limit, project, institution):
    def purchases(amounts):
        return [Purchase(f"O-{n}", amount) for n, amount in enumerate(amounts)]

    found = {row.scope: row for row in splitting.linked(
        value, limit, project=purchases(project), institution=purchases(institution))}  # fmt: skip
    for scope, amounts in (("project", project), ("institution", institution)):
        assert (scope in found) == (bool(amounts) and value + sum(amounts) > limit)
        if scope in found:
            assert found[scope].total == value + sum(amounts)
            assert found[scope].refuses == (scope == "project")


pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _limits(cast):
    ordering.set_limits({"currency": "MXN", "direct_up_to": 100_000_00, "officer_up_to": 10**12,
                         "from_day": clock.today()}, by=cast.admin, because="DOF")  # fmt: skip


def test_one_project_and_vendor_are_one_purchase(cast):
    project, membership = orders.funds(cast, 10**9), orders.member(cast)
    orders.draft(cast, project=project, membership=membership, value=60_000_00)
    orders.draft(cast, project=project, membership=membership, value=40_000_00)
    with pytest.raises(Refused) as refused:
        orders.draft(cast, project=project, membership=membership, value=1)
    text = str(refused.value).replace("\xa0", " ")
    assert (
        "With O-000001, O-000002, of the same project and vendor, it makes 100,000.01 MXN" in text
    )
    assert "direct orders end at 100,000.00 MXN together. Hold a competition" in text


def test_withdrawn_drafts_and_competitions_do_not_count(cast):
    project, membership = orders.funds(cast, 10**9), orders.member(cast)
    first = orders.draft(cast, project=project, membership=membership, value=90_000_00)
    perform(first, "withdraw", by=cast.officer, because="x")
    orders.awarded(cast, project=project, membership=membership, value=400_000_00)
    assert orders.draft(cast, project=project, membership=membership, value=100_000_00)


def test_another_lot_of_the_same_vendor_counts(cast):
    project, membership = orders.funds(cast, 10**9), orders.member(cast)
    orders.draft(cast, project=project, membership=membership, value=90_000_00)
    other = orders.lot(cast, membership.lot.framework)
    second = type(membership).objects.create(
        lot=other, vendor=membership.vendor, state="active", begun_by=cast.officer,
        begun_at=clock.now(), saved_at=clock.now(),
    )  # fmt: skip
    with pytest.raises(Refused, match="same project and vendor"):
        orders.draft(cast, project=project, membership=second, value=20_000_00)


def test_purchases_grown_apart_are_seen_when_they_are_funded(cast):
    project, membership = orders.funds(cast, 10**9), orders.member(cast)
    first = orders.draft(cast, project=project, membership=membership, value=50_000_00)
    second = orders.draft(cast, project=project, membership=membership, value=50_000_00)
    rates = orders.rates(membership.lot)
    type(first).objects.filter(pk=first.pk).update(value=70_000_00)  # as an amendment would
    with pytest.raises(Refused, match="same project and vendor"):
        orders.funded(cast, second)
    with pytest.raises(Refused, match="same project and vendor"):
        ordering.edit(second, {"value": 60_000_00}, rates, by=cast.officer)


def test_one_institution_and_vendor_in_twelve_months_go_to_the_next_authority(cast):
    membership = orders.member(cast)
    first = orders.draft(cast, membership=membership, value=60_000_00)
    second = orders.at(cast, "funded", membership=membership, value=60_000_00)
    second = perform(second, "sign_for_vendor", by=orders.rep(second))
    orders.declared(cast, second)
    with pytest.raises(Refused) as refused:
        perform(second, "sign", by=cast.officer)
    text = str(refused.value).replace("\xa0", " ")
    assert f"with {first.ref} it makes 120,000.00 MXN, more than 100,000.00 MXN" in text
    perform(second, "cosign", by=cast.owner)
    assert perform(second, "sign", by=cast.officer).state == "signed"


def test_the_owner_is_asked_as_soon_as_a_further_purchase_is_summed_with_a_funded_order(cast):
    membership = orders.member(cast)
    first = orders.at(cast, "funded", membership=membership, value=60_000_00)
    asked = Turn.objects.filter(target_label="vendors.order", target_id=first.pk,
                                step="declare", audience=f"user:{cast.owner.pk}")  # fmt: skip
    assert not asked.exists()
    second = orders.draft(cast, membership=membership, value=60_000_00)
    assert asked.exists()
    rates = orders.rates(membership.lot)
    ordering.edit(second, {"value": 20_000_00}, rates, by=cast.officer)
    assert not asked.exists()
    third = orders.draft(cast, membership=membership, value=60_000_00)
    assert asked.exists()
    perform(third, "withdraw", by=cast.officer, because="x")
    assert not asked.exists()


def test_after_twelve_months_they_are_no_longer_linked(cast):
    membership = orders.member(cast)
    orders.draft(cast, membership=membership, value=60_000_00)
    with clock.move(timedelta(days=366)):
        later = orders.draft(cast, membership=membership, value=60_000_00)
        assert later.needs_cosigning() == []
    soon = orders.draft(cast, membership=membership, value=60_000_00)
    assert "twelve months" in soon.needs_cosigning()[0]
