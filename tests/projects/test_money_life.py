"""A project's money through its whole life, in any order: every rule holds, no statement changes.

Beside the ledger's own property test this one plays the machines above it: releases, claims with
their entries of two people, excused days, allowances, lapses, surrenders, reversals, closed books.
"""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from core import clock, due
from core.refusals import Denied, Refused
from core.steps import perform
from projects import excusing, funding, preparing, statements, totals, tranches
from projects.accounts import OUTSIDE
from projects.funding import Report
from projects.ledger_check import verify
from projects.models import Claim, Posting, Tranche
from projects.models.claim import STANDING
from projects.models.continuity import undecided
from tests.factories import claims, money
from tests.factories.undone import Undone

PART = st.integers(1, 120)
"""Percent of what there is: more than all is tried too, and refused."""


class Life(Undone):
    """One project; each rule acts through the rules that people use, or is refused whole."""

    def build_up(self) -> None:
        self.days, self.count, self.said = 0, 0, {}
        self.project = money.project(self.cast, cost=10**12)
        money.planned(self.cast, self.project, t1=100_000_01, t2=50_000_03, t3=7)
        tranche = money.exercised(self.cast, self.project)
        money.drawn(self.cast, tranche)
        self.spend(80)

    def look_back(self) -> None:
        with self.today():
            verify()
            for day, text in self.said.items():
                assert statements.make(self.project, day).text == text

    def today(self):
        return clock.move(timedelta(days=self.days))

    def attempt(self, act):
        """Do it at the machine's moment, whole or not at all; None when it was refused."""
        self.count += 1
        with self.today():
            try:
                with transaction.atomic():
                    return act()
            except (Refused, Denied):
                return None

    def standing(self) -> dict[str, int]:
        return funding.balances(self.project)

    @rule(part=PART)
    def spend(self, part):
        amount = max(self.standing()["released"] * part // 100, 1)
        report = Report("spend", amount, f"INF {self.count}")
        self.attempt(lambda: funding.record(self.project, report, by=self.cast.recorder))

    @rule(part=PART)
    def give_back(self, part):
        amount = max(self.standing()["released"] * part // 100, 1)
        report = Report("return", amount, f"REC {self.count}")
        self.attempt(lambda: funding.record(self.project, report, by=self.cast.recorder))

    @rule(gate=st.sampled_from(["G2", "G3"]))
    def exercise_and_draw(self, gate):
        def act():
            tranche = money.exercised(self.cast, self.project, gate)
            return tranche and money.drawn(self.cast, tranche)

        self.attempt(act)

    @rule(part=PART)
    def continue_ahead(self, part):
        def act():
            tranche, most = preparing.next_allowance(self.project) or (None, 0)
            if tranche is not None:
                entry = preparing.continue_(tranche, most * part // 100, reference="OF",
                                            by=self.cast.preparer)  # fmt: skip
                claims.confirmed(self.cast, entry)

        self.attempt(act)

    @rule(part=PART)
    def claim_and_enter(self, part):
        amount = self.standing()["spent"] * part // 100

        def act():
            claim = claims.heard(self.cast, claims.proposed(self.cast, self.project, amount))
            claim = perform(claim, "uphold", by=self.cast.secretariat, because="x")
            entry = preparing.clawback(claim, reference="RES", by=self.cast.preparer)
            claims.confirmed(self.cast, entry)

        self.attempt(act)

    @rule(part=PART, kind=st.sampled_from(["recover", "write_off"]))
    def settle(self, part, kind):
        claim = Claim.objects.filter(project=self.project, state__in=STANDING).first()
        if claim is not None:
            amount = max(claim.outstanding * part // 100, 1)
            self.attempt(lambda: claims.settled(self.cast, claim, kind, amount))

    @rule(part=PART, account=st.sampled_from(["approved", "recovered"]))
    def surrender(self, part, account):
        amount = self.standing()[account] * part // 100

        def act():
            entry = preparing.surrender(self.project, account, amount, reference="ENT",
                                        by=self.cast.preparer)  # fmt: skip
            claims.confirmed(self.cast, entry)

        self.attempt(act)

    @rule(first=st.integers(-5, 300), length=st.integers(0, 60))
    def excuse(self, first, length):
        tranche = Tranche.objects.filter(project=self.project, state="committed").first()
        if tranche is None:
            return

        def act():
            begin = clock.today() + timedelta(days=first)
            said = {"reason": "x", "document": self.paper(), "by": self.cast.manager}
            end = begin + timedelta(days=length)
            asked = excusing.ask(tranche, "litigation", begin, end, **said)
            perform(asked, "grant", by=self.cast.secretariat)

        self.attempt(act)

    def paper(self):
        return claims.paper(self.cast, self.project, by=self.cast.manager)

    @rule(back=st.integers(0, 6))
    def undo(self, back):
        posting = Posting.objects.filter(project=self.project).order_by("-number")[back : back + 1]
        if posting:
            self.attempt(lambda: funding.reverse(posting[0], by=self.second, because="x"))

    @rule(days=st.integers(1, 200))
    def time_passes(self, days):
        with self.today():
            yesterday = clock.today() - timedelta(days=1)
            self.said[yesterday] = statements.make(self.project, yesterday).text
        self.days += days
        with self.today():
            due.act()
            before = Posting.objects.count()
            due.act()
            assert Posting.objects.count() == before

    @rule(back=st.integers(0, 90))
    def close_the_books(self, back):
        self.attempt(lambda: funding.close_period(clock.today() - timedelta(days=back),
                                                  by=self.cast.authoriser))  # fmt: skip

    @rule(back=st.integers(0, 90))
    def approve_of_an_earlier_day(self, back):
        def act():
            with money.during("gating.gatereview.exercise"):
                funding.post(self.project, "approve", 5, by=self.cast.owner, because="x",
                             key=f"back:{self.count}",
                             effective_on=clock.today() - timedelta(days=back))  # fmt: skip

        self.attempt(act)

    @invariant()
    def nothing_is_lost_and_nothing_below_zero(self):
        left = self.standing()
        assert sum(left.values()) == 0
        assert min(amount for account, amount in left.items() if account != OUTSIDE) >= 0

    @invariant()
    def what_is_outstanding_of_all_claims_is_what_is_to_be_recovered(self):
        owed = Claim.objects.filter(project=self.project, state__in=STANDING)
        assert sum(claim.outstanding for claim in owed) == self.standing()["receivable"]

    @invariant()
    def no_claim_exceeds_the_tiers_share_of_what_was_spent(self):
        moved = funding.flows(self.project)
        assert moved.get(("spent", "receivable"), 0) <= moved.get(("released", "spent"), 0)


@pytest.mark.django_db
def test_a_projects_money_keeps_every_rule_through_its_whole_life(cast):
    Life.cast, Life.second = cast, cast.admin
    money.grant(cast.admin, "authoriser")
    undecided.append(_always)
    try:
        run_state_machine_as_test(
            Life,
            settings=settings(
                max_examples=6, stateful_step_count=14, deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )  # fmt: skip
    finally:
        undecided.remove(_always)
    assert totals.verify() == []


def _always(_project, _gate) -> bool:
    return True


def test_the_plays_reach_the_tranches(cast, db):
    Life.cast, Life.second = cast, cast.admin
    money.grant(cast.admin, "authoriser")
    life = Life()
    life.exercise_and_draw("G2")
    assert life.project.tranches.get(number=2).state == "released"
    life.claim_and_enter(50)
    life.settle(40, "recover")
    life.settle(100, "write_off")
    assert Claim.objects.get().state == "written_off"
    life.surrender(100, "recovered")
    assert life.standing()["recovered"] == 0
    life.time_passes(3)
    life.teardown()
    assert tranches.live_tranches(life.project).count() == 0
