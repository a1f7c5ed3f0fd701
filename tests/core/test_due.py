"""What falls due: once, in its order, also after an outage, and whatever fails in between."""

from datetime import UTC, datetime, timedelta

import pytest

from core import clock, due, reminders
from core.models import Event, Reminder
from tests.factories.projects import draft

pytestmark = pytest.mark.django_db
START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def sources(monkeypatch):
    found = []
    monkeypatch.setattr(due, "_sources", found)
    return found


def test_all_rooms_are_done_in_one_order_and_what_an_act_makes_due_keeps_its_place(sources):
    seen, made = [], []

    def act(name):
        seen.append(name)
        if name == "day 1":
            made.append(due.Due(START + timedelta(days=5), "day 5", lambda: act("day 5")))
        return True

    def one(now):
        days = (10, 1)
        return [due.Due(START + timedelta(days=n), f"day {n}", lambda n=n: act(f"day {n}"))
                for n in days if f"day {n}" not in seen]  # fmt: skip

    sources += [one, lambda now: made]
    assert due.act() == (3, 0)
    assert seen == ["day 1", "day 5", "day 10"]


def test_what_fails_is_told_and_leaves_the_rest_to_be_done(sources, caplog):
    seen = []

    def broken(now):
        raise ValueError("no table")

    sources += [
        broken,
        lambda now: [due.Due(START, "bad", lambda: 1 / 0),
                     due.Due(START, "good", lambda: seen.append(1) or True)],
    ]  # fmt: skip
    assert due.act() == (1, 2)
    assert seen == [1]
    assert "bad" in caplog.text and "no table" in caplog.text


@pytest.mark.parametrize(
    ("left", "mark"), [(15, None), (14, 14), (8, 14), (7, 7), (2, 7), (1, 1), (0, 1), (-1, None)]
)
def test_the_mark_is_the_nearest_that_has_come(left, mark):
    assert reminders.due_mark(left) == mark


def test_after_an_outage_only_the_reminder_now_due_is_sent_and_each_once(cast):
    project = draft(cast)
    day = clock.today() + timedelta(days=20)

    def on(left):
        return reminders.remind(project, day, verb="projects.project.remind",
                                today=day - timedelta(days=left))  # fmt: skip

    assert [on(20), on(14), on(13), on(1), on(1), on(7), on(-1)] == [
        False, True, False, True, False, False, False,
    ]  # fmt: skip
    assert list(Reminder.objects.order_by("-mark").values_list("mark", flat=True)) == [14, 1]
    assert Event.objects.filter(verb="projects.project.remind").count() == 2
