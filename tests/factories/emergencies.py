"""Emergency exceptions as far along as a test needs them, through the real rules."""

from core.steps import perform
from gating import emergencies
from gating.models import Board
from tests.factories import boards, money, reviews
from tests.stock import stocked

ROAD = ("requested", "supported", "granted", "release_prepared", "released")
STEPS = {"supported": ("support", "chair"), "granted": ("grant", "member1"),
         "release_prepared": ("prepare_release", "preparer"),
         "released": ("authorise_release", "authoriser")}  # fmt: skip


@stocked
def project(cast, *, t1: int = 100_000_00, t2: int = 50_000_00, **fields):
    """A large project before G1, its tranches planned and its boards seated."""
    for code in ("ICT", "COUNCIL"):
        boards.filled(cast, code)
    found = reviews.project(cast, tier="large", **fields)
    money.planned(cast, found, t1=t1, t2=t2)
    return found


@stocked
def asked(cast, of=None, amount: int = 10_000_00, days: int = 20, bypasses=("gate",)):
    return emergencies.ask(of or project(cast), amount=amount, days=days, reason="Flood.",
                           bypasses=list(bypasses), by=cast.manager)  # fmt: skip


@stocked
def at(cast, where: str, of=None, **fields):
    """An exception brought to a place on its road (`ROAD`)."""
    found = asked(cast, of, **fields)
    for place in ROAD[1 : ROAD.index(where) + 1]:
        name, person = STEPS[place]
        found = perform(found, name, by=getattr(cast, person), because="Flood.")
    return found


@stocked
def gate_passed(cast, project):
    """The next gate of the project reviewed, decided and exercised, on the board's agenda."""
    review = reviews.at(cast, "facts_settled", tier="large", of=project)
    boards.noticed(cast, Board.objects.get(code="ICT"), review)
    review = reviews.decided(cast, perform(review, "table", by=cast.secretariat))
    return perform(review, "exercise", by=cast.owner)
