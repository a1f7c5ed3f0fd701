"""Time travel: what falls due does so once and in order, day by day or after three weeks' outage.

One portfolio with everything that the clock decides; the clock is moved as `CLOCK_SHIFT` moves it.
"""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections, transaction
from django.test import override_settings

from core import clock, outbox
from core.models import Event, Notice, Turn
from core.steps import perform
from core.verification import verify
from gating.models import Condition, EmergencyException, Evidence, GateReview, Motion
from projects import holds, ledger_check
from projects.models import Hold, Tranche
from tests.factories import boards, money, people, reviews
from tests.factories import emergencies as make

OUTAGE = 21
BEGINNING = {"condition": 12, "breach": -15, "waiver": 9, "hold": 10, "exception": 5, "unused": 5,
             "facts": 14, "review": 3, "evidence": 6, "tranche": 16, "motion": -20}  # fmt: skip
"""After how many days from the start each thing falls due."""


def portfolio(cast):
    """One of everything that the clock decides, each due on a day of its own."""
    today = clock.today()

    def on(name):
        return today + timedelta(days=BEGINNING[name])

    for code in ("ICT", "COUNCIL"):
        boards.filled(cast, code)
    board = make.Board.objects.get(code="ICT")
    with boards.opened(cast, "approve_with_conditions", ["subsequent"] * 3, board=board) as motion:
        boards.carried(cast, motion)
    first, late, waived = Condition.objects.order_by("number")
    move(first, due=on("condition"))
    move(late, due=on("breach"))
    move(waived, due=today + timedelta(days=100), waived_until=on("waiver"))
    with money.during("gating.motion.close"):
        perform(waived, "waive", by=cast.chair)
    holds.record_finding(money.project(cast), "Paid twice", by=cast.auditor, urgent=True)
    make.at(cast, "released", of=big(cast), days=BEGINNING["exception"])
    make.at(cast, "granted", of=big(cast), days=BEGINNING["unused"])
    checked = reviews.at(cast, "factual_check", tier="large", of=big(cast))
    move(checked, factual_due=on("facts"))
    decided = reviews.at(cast, "in_force", tier="small")
    move(decided, valid_until=on("review"))
    move(decided.project.evidence.first(), valid_until=on("evidence"))
    move(money.committed(cast), valid_until=on("tranche"))
    _undecided(cast)


def big(cast):
    found = reviews.project(cast, tier="large")
    money.planned(cast, found, t1=100_000_00, t2=50_000_00)
    return found


def move(row, **fields):
    """Set the day of a row as if it had been so from the start."""
    type(row).objects.filter(pk=row.pk).update(**fields)
    for name, value in fields.items():
        setattr(row, name, value)
    if isinstance(row, Condition) and "waived_until" not in fields:
        row.oblige()


def _undecided(cast):
    """A vote that came to nothing, ten days before it goes to the board above."""
    review = reviews.at(cast, "facts_settled", tier="large", of=big(cast))
    boards.noticed(cast, make.Board.objects.get(code="ICT"), review)
    review = perform(review, "table", by=cast.secretariat)
    motion = perform(boards.drafted(cast, review), "table", by=cast.secretariat)
    with boards.in_session(cast, motion.meeting):
        motion = perform(motion, "open", by=cast.chair)
        boards.vote(cast, motion, chair="for")
        motion = boards.closed(cast, motion)
    assert motion.result in ("inquorate", "lost")
    move(motion, decided_at=clock.now() + timedelta(days=BEGINNING["motion"]))


LABELS = {"gating.condition": Condition, "projects.hold": Hold, "projects.tranche": Tranche,
          "gating.emergencyexception": EmergencyException, "gating.gatereview": GateReview,
          "gating.evidence": Evidence, "gating.motion": Motion}  # fmt: skip


def states():
    """How everything that the clock decides stands, but for the moments at which it was done."""
    found = {label: sorted(model.objects.values_list("pk", "state"))
             for label, model in LABELS.items()}  # fmt: skip
    found["facts"] = sorted(GateReview.objects.values_list("pk", "facts"))
    found["escalated"] = sorted(
        Motion.objects.filter(escalated_at=None).values_list("pk", flat=True)
    )
    found["turns"] = sorted(Turn.objects.values_list("target_label", "target_id", "step",
                                                     "audience", "due"))  # fmt: skip
    return found


def acts(since):
    """The steps of the clock on our rows, in the order of the history, without reminders."""
    found = Event.objects.filter(pk__gt=since, actor=clock.clock_account(),
                                 target_label__in=LABELS).order_by("pk")  # fmt: skip
    rows = found.values_list("target_label", "verb", "target_id")
    names = [(label, verb.rpartition(".")[2], pk) for label, verb, pk in rows]
    return [row for row in names if not row[1].startswith("remind") and row[1] != "plan"]


def last_event() -> int:
    return Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


EXPECTED = [
    "breach", "expire", "fall_overdue", "lapse", "expire", "revive", "escalate", "expire",
    "fall_overdue", "deem_facts_accepted", "lapse",
]  # fmt: skip
"""The steps that fall due within the three weeks."""


@pytest.fixture
def world(cast):
    portfolio(cast)
    outbox.tick()
    outbox.drain(600)
    return last_event()


def day_by_day(since):
    for day in range(1, OUTAGE + 1):
        with clock.move(timedelta(days=day)):
            assert outbox.tick() == 0
    return states(), acts(since)


@pytest.mark.django_db
def test_three_weeks_day_by_day_and_at_once_end_the_same(world):
    with one_future():
        daily, done = day_by_day(world)
        order = [name for _label, name, _pk in done]
    with clock.move(timedelta(days=OUTAGE)):
        assert outbox.tick() == 0
        assert (states(), acts(world)) == (daily, done)
        assert sorted(order) == sorted(EXPECTED)
        assert in_order(done)
        assert outbox.tick() == 0
        assert acts(world) == done
    verify()
    ledger_check.verify()


@contextmanager
def one_future():
    """A future that is tried, and taken back."""
    point = transaction.savepoint()
    yield
    transaction.savepoint_rollback(point)


DAYS = {"breach": "breach", "revive": "waiver", "escalate": "motion",
        "deem_facts_accepted": "facts"}  # fmt: skip
OF = {("gating.gatereview", "expire"): "review", ("gating.evidence", "expire"): "evidence",
      ("projects.hold", "expire"): "hold", ("gating.condition", "fall_overdue"): "condition",
      ("gating.emergencyexception", "fall_overdue"): "exception",
      ("gating.emergencyexception", "lapse"): "unused",
      ("projects.tranche", "lapse"): "tranche"}  # fmt: skip


def in_order(done) -> bool:
    """Whether things were done in the order of the days on which they fell due."""
    due_on = {**BEGINNING, "breach": 15, "motion": 10}
    days = [due_on[DAYS.get(name) or OF[label, name]] for label, name, _pk in done]
    return days == sorted(days)


@pytest.mark.django_db
def test_reminders_go_out_once_each_and_after_the_outage_only_the_one_now_due(world):
    def reminded():
        found = Event.objects.filter(pk__gt=world, verb__contains=".remind").order_by("pk")
        return list(found.values_list("target_label", "target_id", "verb"))

    with one_future():
        day_by_day(world)
        daily = reminded()
    with clock.move(timedelta(days=11)):
        outbox.tick()
        outbox.tick()
        once = reminded()
    assert len(once) == len(set(once))
    assert len(daily) > len(once)


@pytest.mark.django_db
def test_the_setting_moves_the_clock_and_production_refuses_it(world):
    with override_settings(CLOCK_SHIFT=timedelta(days=OUTAGE)):
        call_command("tick")
        assert {name for _label, name, _pk in acts(world)} == set(EXPECTED)
    assert Notice.objects.filter(key__contains="exception_overdue").exists()
    with override_settings(CLOCK_MOVABLE=False, CLOCK_SHIFT=timedelta(days=400)):
        assert clock.shift() == timedelta()
        with pytest.raises(RuntimeError), clock.move(timedelta(days=1)):
            raise AssertionError
    assert timedelta() == settings.CLOCK_SHIFT


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_do_everything_once():
    cast = people.cast()
    portfolio(cast)
    outbox.tick()
    since = last_event()

    def work(_number):
        try:
            with override_clock():
                return outbox.tick()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(work, range(2))) == [0, 0]
    with override_clock():
        outbox.tick()
        assert sorted(name for _label, name, _pk in acts(since)) == sorted(EXPECTED)


def override_clock():
    return clock.move(timedelta(days=OUTAGE))
