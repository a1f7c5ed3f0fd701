"""Whatever people do to a backlog and its sprints: no story is lost, no centavo too many."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import clock
from core.refusals import Denied, Refused
from core.steps import perform
from tests.factories import orders, sprints
from vendors import backlogs, inspecting, sprinting
from vendors.models import Sprint
from vendors.models.sprint_states import INSPECTED, OPEN

pytestmark = pytest.mark.django_db

ACTS = st.lists(
    st.tuples(
        st.sampled_from(["write", "drop", "restore", "plan", "replan", "start", "cancel", "deliver",
                         "decide", "rework", "give_up", "wait", "move"]),
        st.integers(0, 7),
    ),
    min_size=6, max_size=18,
)  # fmt: skip


class Order:
    """An order and the people who work on it, doing whatever they are told."""

    def __init__(self, cast, order) -> None:
        self.cast, self.order, self.days = cast, order, 0
        self.written = order.stories.count()

    def one(self, rows, number: int):
        found = list(rows)
        return found[number % len(found)] if found else None

    def sprint(self, number: int, *states: str) -> Sprint | None:
        return self.one(Sprint.objects.filter(order=self.order, state__in=states), number)

    def act(self, name: str, number: int) -> None:
        """Do it, if it is possible now."""
        with clock.move(timedelta(days=self.days)):
            try:
                with transaction.atomic():
                    getattr(self, name)(number)
            except (Refused, Denied):
                pass

    def write(self, number: int) -> None:
        sprints.story(self.cast, self.order, points=number + 1)
        self.written += 1

    def drop(self, number: int) -> None:
        if story := self.one(self.order.stories.open(), number):
            backlogs.drop(story, by=self.cast.product, because="Ya no")

    def restore(self, number: int) -> None:
        if story := self.one(self.order.stories.exclude(dropped_at=None), number):
            backlogs.restore(story, by=self.cast.product)

    def move(self, number: int) -> None:
        if story := self.one(self.order.stories.backlog(), number):
            backlogs.move(story, backlogs.PLACES[number % 4], by=self.cast.product)

    def values(self, number: int) -> dict:
        first = clock.today(self.order.institution)
        return {"goal": "x", "starts_on": first, "ends_on": first + timedelta(days=number),
                "maximum": (number + 1) * 4_000_00}  # fmt: skip

    def chosen(self, number: int) -> list:
        return list(self.order.stories.backlog()[: number % 3 + 1])

    def plan(self, number: int) -> None:
        sprinting.plan(self.order, self.values(number), self.chosen(number), by=self.cast.product)

    def replan(self, number: int) -> None:
        if sprint := self.sprint(number, "planned"):
            sprinting.replan(sprint, self.values(number), self.chosen(number),
                             by=self.cast.product)  # fmt: skip

    def start(self, number: int) -> None:
        if sprint := self.sprint(number, "planned"):
            perform(sprint, "start", by=self.cast.product)

    def cancel(self, number: int) -> None:
        if sprint := self.sprint(number, "planned"):
            perform(sprint, "cancel", by=self.cast.product, because="x")

    def deliver(self, number: int) -> None:
        if sprint := self.sprint(number, "active", "rework"):
            perform(sprints.drafted(self.cast, sprint, hours=str(number * 3 + 1)), "deliver",
                    by=sprints.rep(sprint))  # fmt: skip

    def decide(self, number: int) -> None:
        sprint = self.sprint(number, "delivered")
        if sprint is None:
            return
        sprint = sprints.checked(self.cast, sprint)
        outcomes = [("accepted", "refused")[number >> bit & 1] for bit in range(3)]
        sprint = sprints.judged(self.cast, sprint, *outcomes)
        verdict = "accept" if number % 3 else "reject"
        inspecting.write_verdict(sprint, verdict, "x", by=self.cast.product)
        sprint = perform(sprints.fresh(sprint), "propose", by=self.cast.product)
        perform(sprint, "confirm", by=self.cast.manager)

    def rework(self, number: int) -> None:
        if sprint := self.sprint(number, "rejected"):
            perform(sprint, "begin_rework", by=sprints.rep(sprint))

    def give_up(self, number: int) -> None:
        if sprint := self.sprint(number, "active", "rejected", "rework"):
            perform(sprint, "give_up", by=self.cast.manager, because="x")

    def wait(self, number: int) -> None:
        self.days += number

    def check(self) -> None:
        """What holds whatever was done."""
        stories = list(self.order.stories.select_related("sprint", "done_in"))
        assert len(stories) == self.written
        for story in stories:
            places = [story.sprint, story.done_in, story.dropped_at]
            assert sum(place is not None for place in places) <= 1
            assert story.sprint is None or story.sprint.state in OPEN
            assert story.done_in is None or story.done_in.state in INSPECTED
        rows = list(Sprint.objects.filter(order=self.order))
        assert sum(row.binds for row in rows) <= self.order.value
        assert sum(row.payable or 0 for row in rows) <= self.order.value
        assert all(row.payable is None or row.payable <= row.maximum for row in rows)
        assert sum(row.state == "active" for row in rows) <= 1
        for row in rows:
            assert row.accepted == (row.payable is not None)


@contextmanager
def undone():
    """What happens inside is taken back."""
    point = transaction.savepoint()
    yield
    transaction.savepoint_rollback(point)


def test_no_story_is_lost_and_no_order_exceeded(cast):
    start = sprints.order(cast)
    for number in range(4):
        sprints.story(cast, start, points=number + 1)

    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    @given(ACTS)
    def whatever(acts) -> None:
        with undone():
            order = Order(cast, orders.fresh(start))
            for name, number in [("plan", 2), ("start", 0), *acts]:
                order.act(name, number)
                order.check()

    whatever()
