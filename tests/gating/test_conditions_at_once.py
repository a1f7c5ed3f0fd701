"""Two people, or a person and the clock, at one condition in the same moment: one of them acts."""

from datetime import timedelta
from functools import partial

import pytest

from core import clock, due
from core.models import Event
from core.steps import perform
from gating import conditions, more_time
from gating.models import Condition, Extension
from tests.factories import boards, people
from tests.factories import emergencies as make
from tests.factories.threads import each_at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast(db):
    return people.cast()


def owed(cast) -> Condition:
    with boards.opened(cast, "approve_with_conditions", ("precedent", "subsequent")) as motion:
        boards.carried(cast, motion)
    return Condition.objects.get(kind="subsequent")


def told(condition, *names) -> list[str]:
    rows = Event.objects.filter(target_label="gating.condition", target_id=condition.pk)
    verbs = [f"gating.condition.{name}" for name in names]
    found = rows.filter(verb__in=verbs).order_by("pk").values_list("verb", flat=True)
    return [verb.rpartition(".")[2] for verb in found]


def test_of_two_verifiers_at_once_one_verifies_or_returns_it(cast):
    condition = owed(cast)
    conditions.answer(condition, "Done.", by=cast.manager)
    perform(condition, "submit_evidence", by=cast.manager)

    def act(name):
        return perform(Condition.objects.get(pk=condition.pk), name, by=cast.lead, because="So")

    each_at_once([partial(act, one) for one in ["verify", "send_back", "verify", "send_back"]])
    condition.refresh_from_db()
    done = told(condition, "verify", "send_back")
    assert len(done) == 1
    assert condition.state == {"verify": "verified", "send_back": "returned"}[done[0]]


def test_the_owner_and_the_clock_at_once_leave_one_story(cast):
    condition = owed(cast)
    conditions.answer(condition, "Done.", by=cast.manager)

    def act(who):
        with clock.move(to=condition.due_at + timedelta(seconds=5)):
            if who == "clock":
                return due.act()
            return perform(
                Condition.objects.get(pk=condition.pk), "submit_evidence", by=cast.manager
            )

    each_at_once([partial(act, one) for one in ["clock", "owner", "clock"]])
    condition.refresh_from_db()
    assert condition.state == "evidence_submitted"
    done = told(condition, "fall_overdue", "submit_evidence")
    assert done in (["fall_overdue", "submit_evidence"], ["submit_evidence"])


def test_many_requests_for_more_time_at_once_are_one(cast):
    condition = owed(cast)

    def ask(days):
        day = condition.due + timedelta(days=days)
        return more_time.ask(condition, day, "Late.", by=cast.manager)

    each_at_once([partial(ask, one) for one in [10, 20, 30, 40]])
    assert Extension.objects.filter(condition=condition).count() == 1


def test_many_second_grants_at_once_set_the_money_apart_once(cast):
    found = make.at(cast, "supported")

    def grant(person):
        return perform(type(found).objects.get(pk=found.pk), "grant", by=person)

    each_at_once([partial(grant, one) for one in [cast.member1, cast.member2, cast.member3]])
    found.refresh_from_db()
    assert found.state == "granted"
    postings = found.project.postings.filter(kind="commit")
    assert [posting.total for posting in postings] == [found.amount]
