"""The road of one competition in the demo, act by act, each by the right person and its rule."""

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from core import clock
from core.steps import perform
from oversight.demo import calls, suppliers
from oversight.demo.company import who
from oversight.demo.play import fresh, minor
from oversight.demo.timing import Play
from procurement import (
    agreeing,
    awarding,
    bidding,
    complying,
    content,
    drafting,
    drafts,
    keys,
    panels,
    scoring_alone,
    sittings,
)
from procurement.bid_content import DECLARED
from procurement.models import (
    Competition,
    ComplianceCheck,
    PanelMember,
    ScoreSheet,
    ScoringRound,
)
from projects.models import Project
from vendors import ordering

CUSTODIANS = (
    ("secretariat", "Secretaría técnica"), ("auditor", "Órgano interno de control"),
    ("preparer", "Tesorería"), ("authoriser", "Presupuesto"), ("admin", "Sistemas"),
)  # fmt: skip
THRESHOLD = 3
BIDDERS = (suppliers.NORTE, suppliers.COOPERATIVE, suppliers.TABLERO)
COMMIT = "320f5438878a5275b3174fa2daf9953c16ba6973"
BUNDLE = base64.b64decode(
    "IyB2MiBnaXQgYnVuZGxlCjMyMGY1NDM4ODc4YTUyNzViMzE3NGZhMmRhZjk5NTNjMTZiYTY5NzMgcmVmcy9oZWFk"
    "cy9tYWluCgpQQUNLAAAAAgAAAAWVCnicfctBCkIhEIDhvadwH4SaOgnxaNEBuoL6ZkhIRmSCjp9B6/7Fv/tkIuoc"
    "CMCRoVqqizvkjBY9kAUfiwshUTHkLan8kgdPfcPO+rKvX7874jv38cRNWziFeE7RGH0wK1W59yaCf00KyScL8WfU"
    "fba+xJgsLG2w+gB0xjKvrAZ4nDM0MDAzMVHw8XR29Qt2ZXjGf/5v7iVdyQaV3Hu75uv+OLHqUJ0hRIlvYnZqWmZO"
    "KoN8cgpHle2SOc9sZrTknRC4lfMj/QxUTZCro4uvq15uCoOE9jSRBuHYq4lu12bJBtTXfk8QzwcApjEpCrACeJzz"
    "9QxR8MlMTs0rTuXics4vqCzKTM8oUdBI1lRwSc3N5wIAqkoKHrcBeJxLzMmx4uIsKSpN5SpJLS6BsQFXdQcotAN4"
    "nFNWCCjKL8kvySzI5+LyzCsuScxJLLJSSMhNzE5N0ANJJsH5CiWpxSUJelwA1lgRoglEAWQWTFQUayu73lo14WVh"
    "afuF"
)
"""A repository of one commit: a README, a licence, a Makefile."""
A_MOMENT = 0.05
"""Days that pass between a deadline and what people do after it."""


@dataclass
class Road:
    """One competition, and what its custodians wrote on paper."""

    title: str
    project: str
    outcomes: str
    estimate: int
    days: int = 6
    """Working days in which bids are taken."""
    bidders: tuple[suppliers.Company, ...] = BIDDERS
    """The first of them is the cheapest, and scores best."""
    sheets: int = 3
    """How many of the panel seal their sheets."""
    said: dict[str, Any] = field(default_factory=dict)
    """Further parts of its content."""
    paper: dict[str, dict[str, str]] = field(default_factory=dict)
    row: Any = None

    def now(self) -> Competition:
        """The competition as it stands."""
        found: Competition = fresh(self.row)
        return found

    def step(self, name: str, local: str, because: str = "") -> None:
        """One step by somebody of the cast."""
        self.row = perform(self.now(), name, by=who(local), because=because)


def until(moment: datetime) -> float:
    """Days until a little after a moment."""
    return (moment - clock.now()) / timedelta(days=1) + A_MOMENT


# Until the deadline


def draft(road: Road) -> float:
    """The first officer drafts a small purchase with its panel."""
    officer = who("officer")
    project = Project.objects.get(title=road.project)
    row = drafting.begin("small-purchase", project, calls.lot(), road.title, by=officer)
    said = {"outcomes": road.outcomes, "estimate": minor(road.estimate), **_dates(row, road.days)}
    road.row = drafting.edit(row, {**said, **road.said}, by=officer)
    for local in ("chair", "member1", "member2"):
        role = PanelMember.Role.CHAIR if local == "chair" else PanelMember.Role.MEMBER
        panels.seat(road.row, who(local), role, by=officer)
    return A_MOMENT


def _dates(row: Competition, days: int) -> dict[str, str | None]:
    """Deadlines at noon, where the institution is, so many working days on."""
    place = row.institution

    def noon(count: int) -> str | None:
        day = clock.working_days_after(clock.today(place), count, place)
        return content.stamp(datetime(day.year, day.month, day.day, 12, tzinfo=clock.zone(place)))

    return {"questions_until": noon(days - 3), "closes_at": noon(days)}


def review(road: Road) -> float:
    """The second officer is asked to look; keys are made, and rehearsed where people hold them."""
    road.step("submit_for_review", "officer")
    make_keys(road)
    return A_MOMENT


def publish(road: Road) -> float:
    """Everybody may read it, and companies bid."""
    road.step("publish", "officer2")
    for place, company in enumerate(road.bidders):
        bid(road, company, place)
    return until(road.row.closes_at)


def make_keys(road: Road) -> None:
    """Keys of the server, or shares that five offices write on paper."""
    row, officer = road.now(), who("officer")
    if row.sealing == "server":
        keys.make(row, by=officer)
        return
    keys.make(row, [(who(local), office) for local, office in CUSTODIANS], by=officer)
    for custodian in keys.custodians_of(row):
        words = keys.show(custodian, by=custodian.user)
        road.paper[custodian.user.email] = words
        keys.confirm(custodian, words, by=custodian.user)
    sittings.begin_rehearsal(row, by=officer)
    enter_shares(road)


def enter_shares(road: Road) -> None:
    """As many custodians as it takes enter their shares in the sitting that is held."""
    row = road.now()
    if row.sealing == "shares":
        for custodian in keys.custodians_of(row)[:THRESHOLD]:
            words = road.paper[custodian.user.email]
            sittings.enter(row, words, by=custodian.user)


def bid(road: Road, company: suppliers.Company, place: int) -> None:
    """A company seals a complete bid; each a little dearer than the one before."""
    row, by = road.now(), suppliers.person(company)
    vendor = suppliers.enter(company)
    sprint = road.estimate * (80 + 4 * place) // 100 // row.sprints
    typed = {
        "approach": f"{company.name} entrega cada dos semanas y prueba con personas usuarias.",
        "people": f"{company.person}; líder\nLaura Peña; desarrollo", "partners": "",
        "repository": f"https://git.example.org/{company.local}/prototipo.git",
        "branch": "main", "commit": COMMIT, "live": "", "licence": "MIT", "sprint": str(sprint),
        **{f"declared_{code}": "on" for code in DECLARED},
        **{f"answer_{code}": "Se muestra en el prototipo; el README dice cómo comprobarlo."
           for code in row.criteria.values_list("code", flat=True)},
    }  # fmt: skip
    drafts.attach(row, vendor, "prototipo.bundle", BUNDLE, "bundle", by=by)
    drafts.save(row, vendor, typed, by=by)
    bidding.seal(row, vendor, by=by)


# From the opening to the ranking


def open_bids(road: Road) -> float:
    """Two officers open what was sealed, but for the prices."""
    road.step("begin_opening", "officer")
    enter_shares(road)
    road.step("open", "officer2")
    return A_MOMENT


def check(road: Road) -> float:
    """Both officers find every bid compliant; the panel declares no conflict."""
    road.step("begin_compliance", "officer")
    for found in ComplianceCheck.objects.filter(bid__competition=road.row).order_by("pk"):
        rows = [{"item": item, "result": "met", "reason": ""} for item in found.items.all()]
        complying.write(found, rows, by=who("officer"))
        perform(fresh(found), "propose", by=who("officer"))
        perform(fresh(found), "confirm", by=who("officer2"))
    return 0.5


def begin_compliance(road: Road) -> float:
    """Nothing is checked yet, and one member of the panel has declared."""
    road.step("begin_compliance", "officer")
    declare(road, "member1")
    return 0


def declare(road: Road, *locals_: str) -> None:
    """Members of the panel declare that they have no conflict."""
    for row in road.now().declarations.filter(state="asked").select_related("member__user"):
        if not locals_ or row.member.user.email.partition("@")[0] in locals_:
            perform(row, "declare_clear", by=row.member.user)


def score(road: Road) -> float:
    """Each member of the panel scores alone; so many seal their sheets."""
    declare(road)
    road.step("begin_scoring", "officer")
    rows = ScoreSheet.objects.filter(round__competition=road.row).order_by("pk")
    places = {company.tax_id: place for place, company in enumerate(road.bidders)}
    for number, sheet in enumerate(rows.select_related(*ScoreSheet.step_related)):
        if number < road.sheets:
            by = sheet.member.user
            scores = [{"bid": one, "criterion": criterion, "comment": "Probado en el prototipo.",
                       "value": Decimal(9 - places[one.vendor.tax_id] - number % 2)}
                      for one in scoring_alone.bids_of(sheet)
                      for criterion in sheet.criteria()]  # fmt: skip
            perform(scoring_alone.save(sheet, scores, by=by), "seal", by=by)
    return 0.5


def discuss(road: Road) -> float:
    """The chair opens the sheets, and the panel agrees every score."""
    road.step("begin_consensus", "chair")
    present = ScoringRound.objects.get(competition=road.row, superseded_at=None)
    said = [{"bid": cell.bid, "criterion": cell.criterion, "text": "Acordado por el panel.",
             "value": Decimal(round(cell.proposal or 0))}
            for cell in agreeing.cells(present)]  # fmt: skip
    agreeing.agree(present, said, by=who("chair"))
    return A_MOMENT


def open_prices(road: Road) -> float:
    """Two officers open the prices."""
    road.step("begin_price_opening", "officer")
    enter_shares(road)
    road.step("open_price", "officer2")
    return A_MOMENT


def rank(road: Road) -> float:
    """The ranking follows from scores, prices and rules."""
    road.step("rank", "officer")
    return A_MOMENT


# From the ranking to the contract


def submit(road: Road) -> float:
    """Oversight is asked to approve rank 1."""
    text = "Probó el trámite con treinta personas y corrigió lo que no entendían."
    awarding.state_advantages(road.now(), text, by=who("officer"))
    road.step("submit_for_approval", "officer")
    return A_MOMENT


def approve(road: Road) -> float:
    """The secretariat approves; the clock tells every bidder within its five days."""
    road.step("approve", "secretariat")
    return 5.5


def wait(road: Road) -> float | None:
    """Nobody challenges the ranking until the standstill ends; none began where no mail went."""
    ends = road.now().standstill_ends
    return until(ends) if ends else None


def award(road: Road) -> float:
    """The order is drafted from the bid on rank 1."""
    road.step("award", "officer")
    return A_MOMENT


def sign(road: Road) -> float:
    """The officer dates the order, both sides sign it, and the clock concludes the competition."""
    order, today = awarding.order_of(road.now()), clock.today()
    dates = {"starts_on": today + timedelta(days=7), "ends_on": today + timedelta(days=90)}
    calls.sign(ordering.edit(order, dates, (), by=who("officer")))
    return 0


LADDER: dict[str, Callable[[Road], float | None]] = {
    "draft": draft, "in_review": review, "published": publish, "opened": open_bids,
    "compliance": check, "technical_individual": score, "technical_consensus": discuss,
    "price_opened": open_prices, "ranked": rank, "approval": submit, "standstill": approve,
    "waited": wait, "awarded": award, "contracted": sign,
}  # fmt: skip
"""What is done, one after the other; each answers after how many days the next is, if it can be."""


def to(road: Road, phase: str) -> Play:
    """Take a competition as far as a phase."""
    for name, act in LADDER.items():
        pause = act(road)
        if name == phase or pause is None:
            return
        yield pause
