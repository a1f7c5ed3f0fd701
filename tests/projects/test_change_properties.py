"""Changes in any order: baselines, ledger and course stay in step, on whichever database it is."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    invariant,
    rule,
    run_state_machine_as_test,
)

from core import clock
from core.refusals import Denied, Refused
from core.steps import perform
from projects import funding, variance
from projects.ledger_check import verify
from projects.models import Baseline, ChangeRequest, Project
from projects.models.change_course import course_of
from tests.factories import money
from tests.factories.changes import drafted, minor, running
from tests.factories.undone import Undone

COSTS = st.sampled_from([-400_000, -60_000, 0, 45_000, 300_000, 500_000, 900_000, 1_400_000])
DAYS = st.sampled_from([-40, 0, 0, 30, 91, 366])


class Changes(Undone):
    """A running project whose people ask for changes, and a board that decides."""

    def build_up(self) -> None:
        self.project = running(self.cast)
        self.v0 = Baseline.objects.get(project=self.project)
        self.first = (self.v0.cost, self.v0.ends_on, self.v0.set_at)

    def look_back(self) -> None:
        verify(self.project.ref)

    def tried(self, change, name, who):
        """Take a step; whether the rules let it pass."""
        try:
            perform(change, name, by=getattr(self.cast, who), because="so")
        except (Refused, Denied):
            return False
        return True

    @rule(cost=COSTS, days=DAYS, undermined=st.sampled_from([False] * 5 + [True]),
          tranche=st.sampled_from([None, 1, 2, 3]))  # fmt: skip
    def ask(self, cost, days, undermined, tranche):
        change = drafted(Project.objects.get(pk=self.project.pk), self.cast, cost, days,
                         undermined=undermined, tranche=tranche if cost > 0 else None,
                         benefit_measure="Fewer." if undermined else "")  # fmt: skip
        if self.tried(change, "submit", "manager"):
            self.tried(change, "assess_impact", "manager")

    @rule(cost=COSTS, days=DAYS, tranche=st.sampled_from([None, 2, 3]))
    def go_all_the_way(self, cost, days, tranche):
        """Asked for, decided at whatever level, approved and implemented, what waited first."""
        self.ask(cost, days, False, tranche)
        self.decide(True)
        self.board("approve")
        while ChangeRequest.objects.filter(state__in=("approved", "approved_delegated")).exists():
            if not self.carry_out(False):
                break

    @rule(newest=st.booleans())
    def decide(self, newest):
        rows = ChangeRequest.objects.filter(state="impact_assessed").order_by("pk")
        change = rows.last() if newest else rows.first()
        if change is not None:
            name = "approve_delegated" if change.band == "tolerance" else "refer"
            self.tried(change, name, "owner")

    @rule(name=st.sampled_from(["approve", "approve", "reject"]))
    def board(self, name):
        change = ChangeRequest.objects.filter(state="before_board").first()
        if change is not None:
            with money.during("gating.motion.close"):
                assert self.tried(change, name, "chair")

    @rule(newest=st.booleans())
    def implement(self, newest):
        self.carry_out(newest)

    def carry_out(self, newest):
        """Implement an approved change; whether the rules let it pass."""
        rows = ChangeRequest.objects.filter(state__in=("approved", "approved_delegated"))
        change = rows.order_by("place").last() if newest else rows.order_by("place").first()
        return change is not None and self.tried(change, "implement", "manager")

    @invariant()
    def v0_stands(self):
        now = Baseline.objects.get(pk=self.v0.pk)
        assert (now.cost, now.ends_on, now.set_at) == self.first

    @invariant()
    def baselines_are_v0_and_everything_up_to_them(self):
        done = list(ChangeRequest.objects.filter(state="implemented").order_by("place"))
        cost, numbers = self.v0.cost, [0]
        for change in done:
            cost += change.cost
            assert (change.baseline is not None) == (change.band != "tolerance")
            if change.baseline is not None:
                numbers.append(change.baseline.number)
                assert change.baseline.cost == cost
        assert numbers == list(range(len(numbers)))
        project = Project.objects.get(pk=self.project.pk)
        assert project.cost == cost
        assert project.ends_on == self.v0.ends_on + timedelta(days=sum(row.days for row in done))
        found = variance.of(project)
        late = (project.ends_on - self.v0.ends_on).days
        assert (found.number, found.days_v0) == (len(numbers) - 1, late)

    @invariant()
    def the_course_is_what_was_approved(self):
        counted = list(ChangeRequest.objects.counted())
        assert [row.place for row in counted] == list(range(1, len(counted) + 1))
        project = Project.objects.get(pk=self.project.pk)
        course = course_of(project, clock.today())
        assert course.cost == sum(row.cost for row in counted)

    @invariant()
    def the_books_hold_what_was_decided(self):
        grown = sum(max(row.cost, 0) for row in ChangeRequest.objects.filter(state="implemented"))
        outside = funding.balances(self.project)["outside"]
        assert outside == -(minor(5_000_000) + grown)
        waiting = ChangeRequest.objects.filter(state="before_board").exists()
        gated = ChangeRequest.objects.filter(band="critical", state="rejected").exists()
        if not gated:
            assert self.project.holds.active().exists() == waiting


@pytest.mark.django_db
def test_baselines_ledger_and_course_stay_in_step(cast):
    machine = type("Changes", (Changes,), {"cast": cast})
    run_state_machine_as_test(
        machine,
        settings=settings(max_examples=8, stateful_step_count=16, deadline=None,
                          suppress_health_check=list(HealthCheck)),
    )  # fmt: skip
