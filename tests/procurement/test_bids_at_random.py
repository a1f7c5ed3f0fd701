"""A vendor and the clock at random: what stands is what was sealed last in time, and opens so."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as some
from hypothesis.stateful import invariant, precondition, rule

from core import clock
from core.refusals import Refused
from procurement import bidding, slots
from procurement.models import Addendum, Bid, Competition, LateAttempt, SealedPage
from tests.factories import bids, competitions, custody, frameworks, people
from tests.factories.undone import Undone


class Bidding(Undone):
    """Two vendors draft, seal, replace, withdraw, confirm; officers change the competition and
    open it; a model of plain values says what must come of it."""

    def build_up(self) -> None:
        self.cast = people.cast()
        self.row = competitions.published(self.cast, sealing="server")
        self.vendors = competitions.vendors(self.cast)[:2]
        self.people = [frameworks.manager_of(vendor) for vendor in self.vendors]
        self.sealed: dict[int, tuple[str, int]] = {}
        self.drafted: dict[int, int] = {}
        self.withdrawn: set[int] = set()
        self.material, self.late, self.count = 0, 0, 0
        self.shift, self.opened = timedelta(), False
        self.pages = SealedPage.objects.count()

    def act(self, function, *args):
        with clock.move(self.shift):
            return function(*args)

    @property
    def over(self) -> bool:
        return bool(self.shift)

    def fresh(self) -> Competition:
        return competitions.fresh(self.row)

    @precondition(lambda self: not self.opened)
    @rule(who=some.integers(0, 1))
    def draft(self, who: int) -> None:
        self.count += 1
        try:
            self.act(bids.drafted, self.row, self.vendors[who], self.count, self.people[who])
        except Refused:
            assert self.over
        else:
            assert not self.over
            self.drafted[who] = self.count

    @precondition(lambda self: not self.opened)
    @rule(who=some.integers(0, 1))
    def seal(self, who: int) -> None:
        try:
            receipt = self.act(self._seal, who)
        except Refused as refused:
            late = str(refused).startswith("Too late")
            assert late == (self.over and who in self.drafted)
            self.late += late
            assert late or who not in self.drafted
        else:
            assert not self.over
            self.sealed[who] = (receipt.digest, self.fresh().version)
            self.withdrawn.discard(who)
            del self.drafted[who]

    def _seal(self, who: int):
        return bidding.seal(self.row, self.vendors[who], by=self.people[who])

    @precondition(lambda self: not self.opened)
    @rule(who=some.integers(0, 1), act=some.sampled_from(["withdraw", "reconfirm"]))
    def change(self, who: int, act: str) -> None:
        function = bidding.withdraw if act == "withdraw" else bidding.reconfirm
        stands = who in self.sealed and who not in self.withdrawn
        try:
            self.act(lambda: function(self.row, self.vendors[who], by=self.people[who]))
        except Refused as refused:
            late = str(refused).startswith("Too late")
            assert late == self.over
            self.late += late
            needed = stands and (act == "withdraw" or self.sealed[who][1] < self.material)
            assert late or not needed
        else:
            assert stands
            assert not self.over
            if act == "withdraw":
                self.withdrawn.add(who)
            else:
                self.sealed[who] = (self.sealed[who][0], self.fresh().version)

    @precondition(lambda self: not self.over and self.material < 3)
    @rule(material=some.booleans())
    def change_the_competition(self, material: bool) -> None:
        row = self.fresh()
        Competition.objects.filter(pk=row.pk).update(version=row.version + 1)
        Addendum.objects.create(
            competition=row, number=row.addenda.count() + 1, base_version=row.version,
            state="published", version=row.version + 1, material=material, drafted_by=row.author,
            drafted_at=clock.now(),
        )  # fmt: skip
        self.material = row.version + 1 if material else self.material

    @precondition(lambda self: not self.over)
    @rule()
    def the_deadline_passes(self) -> None:
        self.shift = self.row.closes_at - clock.now() + timedelta(seconds=1)

    @precondition(lambda self: self.over and not self.opened)
    @rule()
    def open(self) -> None:
        row = self.fresh()
        self.act(custody.opened, self.cast, row, competitions.officer2(self.cast))
        self.opened = True
        expected = {}
        for who, (digest, version) in self.sealed.items():
            state = "opened" if version >= self.material else "lapsed"
            state = "withdrawn" if who in self.withdrawn else state
            expected[self.vendors[who].pk] = (digest, state)
        found = Bid.objects.values_list("vendor", "digest", "state")
        assert {vendor: (digest, state) for vendor, digest, state in found} == expected
        assert LateAttempt.objects.count() == self.late

    @precondition(lambda self: self.opened)
    @rule()
    def rest(self) -> None:
        assert Bid.objects.count() == len(self.sealed)

    @invariant()
    def nothing_tells(self) -> None:
        if not self.opened:
            assert SealedPage.objects.count() == self.pages
            assert not Bid.objects.exists()
            for who, vendor in enumerate(self.vendors):
                head = slots.of(self.row, vendor).head()
                assert head.standing == (who in self.sealed and who not in self.withdrawn)


@pytest.mark.django_db
def test_bids_at_random():
    Bidding.TestCase.settings = settings(
        max_examples=6, stateful_step_count=12, deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    Bidding.TestCase("runTest").runTest()
