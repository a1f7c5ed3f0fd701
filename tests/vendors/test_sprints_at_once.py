"""Many people at the same moment: money starts one sprint once, two clicks accept once."""

import pytest

from core.refusals import Refused
from core.steps import perform
from projects import earmarks
from tests.factories import money, orders, people, sprints
from tests.factories.threads import at_once
from vendors.models import Sprint

pytestmark = pytest.mark.django_db(transaction=True)


def half_released(cast):
    """A project with 100,000.00 committed, of which half is released."""
    row = money.project(cast, tier=money.tier(holdback=0), product_owner=cast.product)
    money.planned(cast, row, t1=50_000_00, t2=50_000_00)
    money.drawn(cast, money.exercised(cast, row))
    money.exercised(cast, row, "G2")
    return sprints.fresh(row)


def test_the_same_money_starts_one_sprint_only():
    cast = people.cast()
    project, member = half_released(cast), orders.member(cast)
    said = {"project": project, "membership": member, "value": 40_000_00}
    planned = [sprints.planned(cast, sprints.order(cast, **said), maximum=40_000_00)
               for _order in range(2)]  # fmt: skip
    done = at_once(lambda n: perform(planned[n % 2], "start", by=cast.product))
    assert sum(not isinstance(found, Refused) for found in done) == 1
    assert len(done) == 8
    assert Sprint.objects.filter(state="active").count() == 1
    assert earmarks.released_free(project) >= 0


def test_one_of_many_clicks_accepts():
    cast = people.cast()
    sprint = sprints.proposed(cast)
    who = (cast.manager, cast.owner)
    done = at_once(lambda n: perform(sprint, "confirm", by=who[n % 2]))
    assert sum(not isinstance(found, Refused) for found in done) == 1
    assert sprints.fresh(sprint).payable == 9_000_00
    owed = sprint.order.project.obligations.filter(open=True, source_label="vendors.sprint")
    assert owed.count() == 1
