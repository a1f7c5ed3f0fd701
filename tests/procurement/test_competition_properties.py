"""Whatever is tried with a competition, in whatever order and by whomever, its promises hold.

Two kinds of rules: attempts, which may be refused and so change nothing; and `go_on`, by which the
right people take the next right step, so that roads lead as far as the award and back again.
"""

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as some
from hypothesis.stateful import (
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from core import clock, verification
from core.refusals import Denied, Refused
from core.steps import perform, steps
from procurement import (
    addenda,
    agreeing,
    asking,
    awarding,
    bidding,
    challenging,
    complying,
    declaring,
    low_prices,
    ranking,
    scoring_alone,
)
from procurement.models import (
    Bid,
    BidSlot,
    Competition,
    ComplianceCheck,
    Consensus,
    Exclusion,
    Question,
    ScoreSheet,
    SealedPage,
)
from procurement.models.facts import RETURNS
from tests.factories import bids, competitions, evaluations, frameworks, money, people
from tests.factories.undone import Undone
from vendors.models import Order

VENDORS = 3
STEPS = (
    "take_back", "give_back", "publish", "close", "begin_opening", "abandon_opening", "open",
    "begin_compliance", "begin_scoring", "begin_consensus", "begin_interviews",
    "begin_price_opening", "abandon_price_opening", "open_price", "rank", "submit_for_approval",
    "approve", "send_back", "rerank", "go_back", "award", "conclude", "suspend", "resume",
)  # fmt: skip
"""All but the two that end a road: `cancel` and `declare_unsuccessful`."""
NAMES = ("officer", "officer2", "secretariat", "secretariat2", "chair", "member1", "member2",
         "auditor", "admin", "manager", "owner")  # fmt: skip
LIKELY = ("officer", "officer2", "secretariat", "secretariat2", "chair")
WHO = some.sampled_from(NAMES) | some.sampled_from(LIKELY)
VENDOR = some.integers(0, VENDORS - 1)
ALIAS = some.sampled_from("ABC")
BACK = some.sampled_from([state.value for state in RETURNS])
RANKED = ("ranked", "approval", "standstill", "awarded")
BOUND = ("awarded", "contracted")


class Road(Undone):
    """One published competition of a small purchase; its key is held by the server."""

    def build_up(self) -> None:
        self.cast = people.cast()
        money.grant(self.cast.secretariat2, "secretariat")
        self.pk = competitions.published(self.cast, "small-purchase").pk
        self.vendors = competitions.vendors(self.cast)[:VENDORS]
        self.shift, self.count = timedelta(), 0
        self.slots = (BidSlot.objects.count(), SealedPage.objects.count())
        self.standing: dict[int, bool] = {}
        self.sheets: dict[int, tuple] = {}

    def look_back(self) -> None:
        verification.verify()

    @property
    def row(self) -> Competition:
        rows = Competition.objects.select_related(*Competition.step_related)
        return rows.get(pk=self.pk)

    def person(self, name: str):
        return getattr(self.cast, name)

    def attempt(self, function, *args, **said) -> bool:
        """Try something at the present moment; whether it was not refused."""
        try:
            with clock.move(self.shift):
                function(*args, **said)
        except (Refused, Denied):
            return False
        return True

    def step(self, row, name: str, who) -> bool:
        by = self.person(who) if isinstance(who, str) else who
        return self.attempt(perform, row, name, by=by, because="Porque sí.")

    # Before the opening

    def bid(self, function, number: int) -> bool:
        """A vendor's act on its own bid: never after the deadline, never but while published."""
        row, vendor = self.row, self.vendors[number]
        with clock.move(self.shift):
            open_now = row.state == "published" and clock.now() <= row.deadline(clock.now())
        done = self.attempt(function, row, vendor, by=frameworks.manager_of(vendor))
        assert open_now or not done
        return done

    @precondition(lambda self: self.row.opened_at is None)
    @rule(number=VENDOR)
    def seal(self, number: int) -> None:
        self.count += 1
        vendor, by = self.vendors[number], frameworks.manager_of(self.vendors[number])
        self.attempt(bids.drafted, self.row, vendor, self.count, by)
        if self.bid(bidding.seal, number):
            self.standing[vendor.pk] = True

    @precondition(lambda self: self.row.opened_at is None)
    @rule(number=VENDOR)
    def withdraw(self, number: int) -> None:
        if self.bid(bidding.withdraw, number):
            self.standing[self.vendors[number].pk] = False

    @precondition(lambda self: self.row.opened_at is None)
    @rule(number=VENDOR)
    def reconfirm(self, number: int) -> None:
        self.bid(bidding.reconfirm, number)

    @precondition(lambda self: self.row.opened_at is None)
    @rule(number=VENDOR, who=WHO, answered=some.booleans())
    def ask(self, number: int, who: str, answered: bool) -> None:
        by = frameworks.manager_of(self.vendors[number])
        self.attempt(asking.ask, self.row, "¿Y otra rama?", by=by)
        question = Question.objects.filter(competition=self.pk, settled_at=None).last()
        if answered and question:
            self.attempt(asking.settle, question, "Sí.", decline=False, by=self.person(who))

    @precondition(lambda self: self.row.opened_at is None)
    @rule(material=some.booleans(), first=WHO, second=WHO)
    def addendum(self, material: bool, first: str, second: str) -> None:
        self.count += 1
        self.attempt(self.draft_addendum, material, first)
        drafted = self.row.addenda.filter(state="drafted").first()
        if drafted:
            self.step(drafted, "publish", second)
            self.step(drafted, "discard", second)

    def draft_addendum(self, material: bool, first: str) -> None:
        by = self.person(first)
        made = addenda.begin(self.row, by=by)
        part = "outcomes" if material else "background"
        made = addenda.edit(made, {part: f"Texto {self.count}."}, by=by)
        addenda.explain(made, "Se precisa.", material, by=by)

    @rule(days=some.sampled_from([0.01, 1, 4, 15]))
    def time_passes(self, days: float) -> None:
        self.shift += timedelta(days=days)

    # Attempts by anybody

    @rule(name=some.sampled_from(STEPS), who=WHO)
    def anybody(self, name: str, who: str) -> None:
        self.step(self.row, name, who)

    @rule(place=some.integers(0, 9), who=WHO)
    def anybody_what_is_next(self, place: int, who: str) -> None:
        names = [found.name for found in steps(self.row) if found.name in STEPS[:-2]]
        if names:
            self.step(self.row, names[place % len(names)], who)

    @precondition(lambda self: self.row.state.startswith("technical"))
    @rule(who=some.sampled_from(["chair", "member1", "member2"]), value=some.integers(0, 10),
          sealed=some.booleans())  # fmt: skip
    def score(self, who: str, value: int, sealed: bool) -> None:
        sheet = ScoreSheet.objects.filter(
            round__competition=self.pk, round__superseded_at=None, member__user=self.person(who)
        ).first()
        if sheet and self.attempt(self.fill, sheet, value) and sealed:
            self.step(sheet, "seal", who)

    def fill(self, sheet: ScoreSheet, value: int) -> None:
        rows = [{"bid": bid, "criterion": criterion, "comment": "",
                 "value": Decimal((value + place) % 11)}
                for place, bid in enumerate(scoring_alone.bids_of(sheet))
                for criterion in sheet.criteria()]  # fmt: skip
        scoring_alone.save(sheet, rows, by=sheet.member.user)

    @precondition(lambda self: self.row.opened_at is not None)
    @rule(place=some.integers(0, 2), who=WHO)
    def recuse(self, place: int, who: str) -> None:
        row = self.row.declarations.order_by("pk")[place : place + 1].first()
        if row:
            self.step(row, "declare_conflict", who)

    @precondition(lambda self: self.row.opened_at is not None)
    @rule(alias=ALIAS, first=some.sampled_from(LIKELY), second=some.sampled_from(LIKELY),
          confirmed=some.booleans())  # fmt: skip
    def exclude(self, alias: str, first: str, second: str, confirmed: bool) -> None:
        bid = Bid.objects.filter(competition=self.pk, alias=alias).first()
        if bid is None:
            return
        said = (bid, "false_statement", "No es verdad.")
        self.attempt(complying.propose_exclusion, *said, by=self.person(first))
        proposed = Exclusion.objects.filter(bid=bid, state="proposed").first()
        if proposed:
            self.step(proposed, "confirm" if confirmed else "reject", second)

    @precondition(lambda self: self.row.state == "approval")
    @rule(where=BACK, who=WHO)
    def send_back(self, where: str, who: str) -> None:
        self.attempt(awarding.name_return, self.row, where, by=self.person(who))
        self.step(self.row, "send_back", who)

    @precondition(lambda self: self.row.state in ("standstill", "awarded"))
    @rule(alias=ALIAS, where=BACK, who=some.sampled_from(["secretariat", "secretariat2"]),
          end=some.sampled_from(["uphold", "dismiss", "withdraw", ""]))  # fmt: skip
    def challenge(self, alias: str, where: str, who: str, end: str) -> None:
        self.challenge_by(alias, where, who, end)

    def challenge_by(self, alias: str, where: str, who: str, end: str) -> None:
        bid = Bid.objects.filter(competition=self.pk, alias=alias).first()
        if bid is None:
            return
        by = frameworks.manager_of(bid.vendor)
        self.attempt(challenging.lodge, bid, "El puntaje no tiene motivo.", by=by)
        row = bid.challenges.undecided().last()
        if row is None or not end:
            return
        self.step(row, "admit", who)
        self.attempt(challenging.name_return, row, where, by=self.person(who))
        self.step(row, end, by if end == "withdraw" else who)

    # The right people take the next right step

    @initialize(stages=some.sampled_from([0, 0, 4, 5, 7, 8, 10, 10, 11]),
                bidders=some.integers(2, VENDORS))  # fmt: skip
    def begin(self, stages: int, bidders: int) -> None:
        for number in range(bidders):
            self.seal(number)
        self.go_on(stages)

    @rule(stages=some.integers(0, 2))
    def proceed(self, stages: int) -> None:
        self.go_on(stages)

    @precondition(lambda self: self.row.state in ("approval", "standstill", "awarded"))
    @rule(where=BACK, first=some.booleans())
    def set_back(self, where: str, first: bool) -> None:
        """Oversight sends back, a challenge is upheld, or who won is excluded: by who may."""
        row = self.row
        if row.state == "approval" and first:
            self.attempt(awarding.name_return, row, where, by=self.cast.secretariat)
            assert self.step(row, "send_back", "secretariat")
        elif row.state == "standstill" and first:
            winner = row.bids.get(state="preferred").alias
            self.challenge_by(winner, where, "secretariat2", "uphold")
        else:
            bid = row.bids.get(state__in=("preferred", "awarded"))
            said = (bid, "collusion", "Acordada.")
            self.attempt(complying.propose_exclusion, *said, by=self.cast.officer)
            self.step(bid.exclusions.filter(state="proposed").get(), "confirm", "secretariat")
            assert self.row.state == "ranked"

    def go_on(self, stages: int) -> None:
        for _stage in range(stages):
            row = self.row
            with clock.move(self.shift):
                getattr(self, f"from_{row.state}", lambda _row: None)(row)

    def other(self, first: int | None) -> str:
        return "officer2" if first == self.cast.officer.pk else "officer"

    def from_published(self, row) -> None:
        for question in row.questions.filter(settled_at=None):
            self.attempt(asking.settle, question, "Sí.", decline=False, by=self.cast.officer)
        row = self.row
        self.shift += max(row.deadline(clock.now()) - clock.now(), timedelta())
        self.shift += timedelta(seconds=1)
        self.step(row, "begin_opening", "officer")

    def from_closed(self, row) -> None:
        self.step(row, "begin_opening", "officer")

    def from_suspended(self, row) -> None:
        self.step(row, "resume", "officer")

    def from_opening(self, row) -> None:
        self.step(row, "open", self.other(row.opening_first_id))

    def from_opened(self, row) -> None:
        self.step(row, "begin_compliance", "officer")

    def from_compliance(self, row) -> None:
        for check in ComplianceCheck.objects.filter(bid__competition=row).order_by("pk"):
            met = [{"item": item, "result": "met", "reason": ""} for item in check.items.all()]
            self.attempt(complying.write, check, met, by=self.cast.officer)
            self.step(check, "propose", "officer")
            self.step(check, "confirm", "officer2")
        for declaration in row.declarations.filter(state="asked"):
            self.step(declaration, "declare_clear", declaration.member.user)
        self.chair(row)
        self.step(row, "begin_scoring", "officer")

    def chair(self, row) -> None:
        """Another member chairs, where the chair has a conflict."""
        if declaring.chairless(row):
            to = declaring.clear_members(row).first()
            self.attempt(declaring.pass_chair, row, to, "Conflicto.", by=self.cast.officer)

    def from_technical_individual(self, row) -> None:
        for sheet in ScoreSheet.objects.filter(round__competition=row, state="open"):
            self.attempt(self.fill, sheet, sheet.pk % 4 + 6)
            self.step(sheet, "seal", sheet.member.user)
        self.chair(row)
        self.step(row, "begin_consensus", evaluations.chair(row))

    def from_technical_consensus(self, row) -> None:
        self.chair(row)
        self.attempt(self.agree, row)
        self.step(row, "begin_price_opening", "officer2")

    def agree(self, row) -> None:
        present, by = scoring_alone.present(row, "prototype"), evaluations.chair(row)
        for cell in agreeing.cells(present):
            if cell.unmoderated:
                agreeing.moderate(present, cell.bid, cell.criterion, "Hablado.", by=by)
        evaluations.agree(row)

    def from_price_opening(self, row) -> None:
        self.step(row, "open_price", self.other(row.price_first_id))

    def from_price_opened(self, row) -> None:
        said = {"text": "Ya lo tenía hecho.", "accepted": True, "reason": "Lo mostró."}
        for bid in low_prices.to_explain(row):
            self.attempt(low_prices.explain, bid, said, by=self.cast.officer)
        self.step(row, "rank", "officer")

    def from_ranked(self, row) -> None:
        self.attempt(awarding.state_advantages, row, "Probó más.", by=self.cast.officer)
        self.step(row, "submit_for_approval", "officer")

    def from_approval(self, row) -> None:
        self.step(row, "approve", "secretariat")

    def from_standstill(self, row) -> None:
        for notice in row.award_notices.filter(sent_at=None):
            awarding.send({"pk": notice.pk})
        for challenge in row.challenges.undecided():
            self.step(challenge, "dismiss", "secretariat2")
        ends = self.row.standstill_ends
        self.shift += max(ends - clock.now(), timedelta()) + timedelta(seconds=1)
        self.step(row, "award", "officer")

    # Promises

    @invariant()
    def nothing_tells_before_the_opening(self) -> None:
        row = self.row
        if row.opened_at is None:
            assert not Bid.objects.exists()
            assert (BidSlot.objects.count(), SealedPage.objects.count()) == self.slots
            return
        found = {bid.vendor_id: bid for bid in row.bids.all()}
        assert found.keys() == self.standing.keys()
        assert all(bid.sealed_at <= row.closes_at for bid in found.values())
        withdrawn = {pk for pk, bid in found.items() if bid.state == "withdrawn"}
        assert withdrawn == {pk for pk, stands in self.standing.items() if not stands}

    @invariant()
    def sealed_sheets_stay_sealed(self) -> None:
        for sheet in ScoreSheet.objects.exclude(sealed_at=None):
            told = (sheet.sheet_seal, sheet.sealed_at, sheet.content())
            assert sheet.state != "open"
            assert self.sheets.setdefault(sheet.pk, told) == told
        assert self.sheets.keys() <= set(ScoreSheet.objects.values_list("pk", flat=True))

    @invariant()
    def the_ranking_is_what_follows_by_hand(self) -> None:
        row = self.row
        if row.state not in RANKED:
            return
        by_hand = self.reckoned(row)
        found = {one.alias: one for one in ranking.standings(row) if one.rank}
        assert {alias: one.total for alias, one in found.items()} == {
            alias: figures[0] for alias, figures in by_hand.items()
        }
        best = max(by_hand.values(), default=None)
        for bid in row.bids.filter(state__in=("preferred", "awarded")):
            assert by_hand[bid.alias] == best
            assert found[bid.alias].rank == 1

    def reckoned(self, row) -> dict[str, tuple]:
        """Total, technical score and price (the lower the better) of each bid that has a rank."""
        low, high = Fraction(row.scale["min"]), Fraction(row.scale["max"])
        technical, prices = {}, {}
        for bid in row.bids.exclude(state__in=("withdrawn", "lapsed", "excluded", "unreadable")):
            points = {}
            for agreed in Consensus.objects.filter(round__superseded_at=None, bid=bid).order_by(
                "pk"
            ):
                points[agreed.criterion] = Fraction(agreed.value)
            if all(c.minimum is None or v >= c.minimum for c, v in points.items()):
                technical[bid.alias] = sum(
                    Fraction(c.weight) * (v - low) / (high - low) for c, v in points.items()
                )
                prices[bid.alias] = Fraction(bid.sealed_price.total)
        weight, lowest = Fraction(row.price_weight), min(prices.values(), default=None)
        return {alias: (score + weight * lowest / prices[alias], score, -prices[alias])
                for alias, score in technical.items()}  # fmt: skip

    @invariant()
    def one_order_at_most_and_of_the_winner(self) -> None:
        row = self.row
        orders = list(Order.objects.filter(competition_ref=row.ref).exclude(state="withdrawn"))
        winners = list(row.bids.filter(state="awarded"))
        assert len(orders) == len(winners) == (row.state in BOUND or self.suspended_bound(row))
        assert [order.vendor_id for order in orders] == [bid.vendor_id for bid in winners]

    @staticmethod
    def suspended_bound(row) -> bool:
        return row.state == "suspended" and row.suspended_from in BOUND


@pytest.mark.django_db
def test_a_competition_keeps_its_promises():
    run_state_machine_as_test(
        Road,
        settings=settings(
            max_examples=6, stateful_step_count=25, deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
    assert not Competition.objects.exists()
