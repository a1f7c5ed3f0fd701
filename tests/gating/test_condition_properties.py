"""Conditions under any sequence of steps and days: what never happens, whatever people do."""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from core import clock, due
from core.models import Event
from core.refusals import Refused
from core.steps import perform
from gating import conditions, more_time
from gating.models import Condition, Extension
from projects.models import drawing
from tests.factories import boards, money
from tests.factories.undone import Undone

pytestmark = pytest.mark.django_db


class Conditions(Undone):
    """One condition of a drawable project, a chair who decides alone, and a clock that runs on."""

    cast = None
    start: Condition

    def build_up(self):
        self.now = timedelta()
        self.pk = self.start.pk

    @property
    def row(self):
        return Condition.objects.select_related(*Condition.step_related).get(pk=self.pk)

    def take(self, act, *args, **kwargs):
        """Try an act at the present day; a refusal leaves everything as it was."""
        with clock.move(self.now):
            try:
                with transaction.atomic():
                    return act(*args, **kwargs)
            except Refused:
                return None

    @rule(days=st.integers(1, 25))
    def days_pass(self, days):
        self.now += timedelta(days=days)

    @rule()
    def the_clock_works(self):
        mine = [conditions.conditions_due, conditions.conditions_to_remind_of]
        with clock.move(self.now), pytest.MonkeyPatch.context() as only:
            only.setattr(due, "_sources", mine)
            assert due.act().failed == 0

    @rule()
    def the_owner_hands_in(self):
        self.take(conditions.answer, self.row, "Done.", by=self.cast.manager)
        self.take(perform, self.row, "submit_evidence", by=self.cast.manager)

    @rule(name=st.sampled_from(["verify", "send_back"]))
    def the_verifier_looks(self, name):
        self.take(perform, self.row, name, by=self.cast.lead, because="So")

    @rule()
    def the_secretariat_closes(self):
        self.take(perform, self.row, "close", by=self.cast.secretariat)

    @rule(days=st.integers(-10, 60))
    def the_owner_asks_for_time(self, days):
        day = self.row.due + timedelta(days=days)
        self.take(more_time.ask, self.row, day, "Late.", by=self.cast.manager)

    @rule(name=st.sampled_from(["grant", "grant", "refuse"]))
    def the_chair_decides(self, name):
        asked = Extension.objects.filter(condition=self.pk, state="asked").first()
        if asked is not None:
            self.take(perform, asked, name, by=self.cast.chair, because="So")

    @precondition(lambda self: self.row.met_at is None)
    @rule(days=st.integers(1, 40))
    def a_board_waives(self, days):
        row = self.row
        with clock.move(self.now):
            row.waived_until = clock.today(row.where) + timedelta(days=days)
        row.save(update_fields=["waived_until"])
        with money.during("gating.motion.close"):
            self.take(perform, row, "waive", by=self.cast.chair)

    @invariant()
    def money_waits_exactly_when_it_is_owed(self):
        """By dates, whether the clock's job has run or not."""
        row = self.row
        with clock.move(self.now):
            blocked = bool(drawing.nothing_owed(row.project.tranches.get(number=1)))
            waived = row.state == "waived" and clock.today(row.where) <= row.waived_until
            over = clock.now() >= row.due_at
            free = row.state == "closed" or waived or not over
        assert blocked == (not free), (row.state, row.due, row.waived_until)

    @invariant()
    def met_and_state_agree_and_time_is_granted_twice_at_most(self):
        row = self.row
        assert (row.met_at is not None) == (row.state in ("closed", "waived"))
        assert row.extensions.filter(state="granted").count() <= 2
        assert row.extensions.filter(state="asked").count() <= 1
        assert not (row.state == "breached" and row.extensions.filter(state="asked").exists())

    @invariant()
    def no_step_of_the_clock_is_taken_twice_for_one_date(self):
        marks = Event.objects.filter(target_label="gating.condition", target_id=self.pk)
        breaches = marks.filter(verb="gating.condition.breach").count()
        assert breaches <= marks.filter(verb="gating.condition.fall_overdue").count()


def test_conditions_under_any_sequence(cast):
    with boards.opened(cast, "approve_with_conditions", ("subsequent",)) as motion:
        boards.carried(cast, motion)
    condition = Condition.objects.get()
    chair = boards.filled(cast, "CHAIR", seats=(("chair", "chair", None),))
    type(motion).objects.filter(pk=motion.pk).update(board=chair)
    money.exercised(cast, condition.project, "G1")
    Conditions.cast, Conditions.start = cast, condition
    run_state_machine_as_test(Conditions, settings=settings(
        max_examples=8, stateful_step_count=14, deadline=None, database=None,
        suppress_health_check=list(HealthCheck), derandomize=True,
    ))  # fmt: skip
