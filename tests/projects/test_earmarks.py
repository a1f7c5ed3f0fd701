"""Earmarks: what orders bind of a project's money, beside the ledger."""

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.refusals import Refused
from projects import earmarks, funding, obligations
from projects.funding import Report
from projects.models import Earmark
from tests.factories import money
from tests.factories.projects import Cause, as_if

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(cast):
    return money.committed(cast).project  # 100,000.00 committed, a tenth held back at release


def test_put_binds_and_lift_frees(cast, project):
    row = earmarks.put(project, cast.owner, 60_000_00, by=cast.manager, title="O-000001")
    assert (row.remaining, earmarks.bound(project), earmarks.free(project)) == (
        60_000_00, 60_000_00, 40_000_00,
    )  # fmt: skip
    earmarks.lift(cast.owner, by=cast.manager)
    assert (earmarks.bound(project), earmarks.free(project)) == (0, 100_000_00)
    assert earmarks.lift(cast.owner, by=cast.manager) is None


def test_more_than_is_free_is_refused_with_where_to_ask(cast, project):
    money.planned(cast, project, t1=100_000_00, t2=50_000_00)
    earmarks.put(project, cast.owner, 100_000_00, by=cast.manager)
    with pytest.raises(Refused) as refused:
        earmarks.put(project, cast.manager, 1, by=cast.manager)
    assert "tranche 2" in str(refused.value)
    assert "0.01" in str(refused.value)


def test_payment_lowers_both(cast, project):
    money.drawn(cast, project.tranches.get(number=1))
    earmarks.put(project, cast.owner, 60_000_00, by=cast.manager)
    before = earmarks.free(project)
    with transaction.atomic(), money.during("vendors.invoice.pay"):
        funding.post(project, "spend", 20_000_00, by=cast.owner, because="I-1", key="i:1")
        earmarks.use(cast.owner, 20_000_00, by=cast.owner)
    assert earmarks.free(project) == before
    assert earmarks.of(cast.owner).remaining == 40_000_00
    earmarks.use(cast.owner, 40_000_01, by=cast.owner)  # a tax that rose is paid all the same
    assert earmarks.of(cast.owner).remaining == 0


def test_reports_cannot_spend_what_is_set_aside(cast, project):
    money.drawn(cast, project.tranches.get(number=1))
    earmarks.put(project, cast.owner, 60_000_00, by=cast.manager)
    with pytest.raises(Refused, match="set aside for orders"):
        funding.record(project, Report("spend", 30_000_01, "INF 1"), by=cast.recorder)
    funding.record(project, Report("spend", 30_000_00, "INF 1"), by=cast.recorder)
    funding.record(project, Report("spend", 30_000_00, "INF 1"), by=cast.recorder)  # again: the one


def test_what_is_owed_stays_when_the_project_stops(cast, project):
    money.drawn(cast, project.tranches.get(number=1))
    earmarks.put(project, cast.owner, 50_000_00, by=cast.manager)
    earmarks.put(project, cast.manager, 10_000_00, by=cast.manager)
    obligations.raise_(project, kind="order", source=cast.owner, title="O-1", blocks="close",
                       amount=15_000_00)  # fmt: skip
    assert earmarks.released_free(project) == 75_000_00
    as_if(project, "stop", cast.chair, cause=Cause("stop"))
    assert earmarks.of(cast.owner).remaining == 15_000_00
    assert earmarks.of(cast.manager).remaining == 0
    assert funding.balances(project)["released"] == 15_000_00


@pytest.mark.parametrize("values", [{"used": 101}, {"used": -1}, {"amount": -1}])
def test_the_database_keeps_used_within(cast, project, values):
    earmarks.put(project, cast.owner, 100, by=cast.manager)
    with pytest.raises(IntegrityError), transaction.atomic():
        Earmark.objects.update(**values)


VERBS = ["put", "resize", "lift", "use"]
ACT = st.tuples(st.sampled_from(VERBS), st.integers(1, 3), st.integers(1, 70_000_00))


@settings(max_examples=25, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(acts=st.lists(ACT, max_size=12))
def test_never_more_bound_than_there_is(transactional_free_cast, acts):
    cast, project, sources = transactional_free_cast
    sid = transaction.savepoint()
    for verb, which, amount in acts:
        try:
            if verb == "put":
                earmarks.put(project, sources[which], amount, by=cast.manager)
            elif verb == "lift":
                earmarks.lift(sources[which], keep=amount // 2, by=cast.manager)
            elif verb == "use" and (found := earmarks.of(sources[which])):
                used = min(amount, found.remaining)
                with transaction.atomic(), money.during("vendors.invoice.pay"):
                    earmarks.use(sources[which], used, by=cast.manager)
                    key = f"k:{project.postings.count()}"
                    funding.post(project, "spend", used, by=cast.owner, because="I", key=key)
            elif verb == "resize":
                earmarks.resize(sources[which], amount, by=cast.manager)
        except (Refused, ValueError):
            pass
        assert earmarks.free(project) >= 0
        for row in Earmark.objects.all():
            assert 0 <= row.used <= row.amount
    transaction.savepoint_rollback(sid)


@pytest.fixture
def transactional_free_cast(cast):
    """A project without holdback, all of it released, and three rows to set money aside for."""
    made = money.committed(cast, tier=money.tier(holdback=0))
    money.drawn(cast, made)
    return cast, made.project, {1: cast.owner, 2: cast.manager, 3: cast.chair}
