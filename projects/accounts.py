"""The accounts of a project, what may flow between them, and by whose doing: no database here."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from projects import permissions
from projects.permissions_money import CONFIRM

Line = tuple[str, str, int]
"""One movement: from account, to account, amount in minor units of the project's currency."""

ACCOUNTED_PERCENT = 70
"""Of what was released before, holdback excluded, so much is accounted for before the next."""

LARGEST = 10**17
"""The largest single amount in minor units: sums of many still fit the database's whole numbers."""


class Account(TextChoices):
    """Where a project's money stands; only the treasury outside may be below zero."""

    OUTSIDE = "outside", _("treasury")
    APPROVED = "approved", _("approved")
    RESERVED = "reserved", _("reserved")
    COMMITTED = "committed", _("committed")
    RELEASED = "released", _("released")
    HELD = "held", _("held back")
    SPENT = "spent", _("spent")
    RECEIVABLE = "receivable", _("to be recovered")
    RECOVERED = "recovered", _("recovered")
    WRITTEN_OFF = "written_off", _("written off")


class Kind(TextChoices):
    """The named acts of the ledger (domain, §3)."""

    APPROVE = "approve", _("approval")
    RESERVE = "reserve", _("reservation")
    COMMIT = "commit", _("commitment")
    RELEASE = "release", _("release")
    SPEND = "spend", _("spending")
    RETURN = "return", _("return")
    HOLDBACK_RELEASE = "holdback_release", _("release of holdback")
    LAPSE = "lapse", _("lapse")
    CANCEL = "cancel", _("cancellation")
    CLAWBACK = "clawback", _("clawback")
    RECOVER = "recover", _("recovery")
    WRITE_OFF = "write_off", _("write-off")
    SURRENDER = "surrender", _("surrender")
    REVERSAL = "reversal", _("reversal")


@dataclass(frozen=True)
class Route:
    """The lines of a kind (from, to), and what may cause it: a step being taken, or who may."""

    lines: tuple[tuple[str, str], ...]
    caused_by: frozenset[str] = field(default_factory=frozenset)
    who: Callable[[Any, Any], bool] | None = None
    capacity: str = ""


TRIAGE, TAKE_ON = "projects.project.triage", "projects.takeon.confirm"
EXERCISE, CLOSE = "gating.gatereview.exercise", "projects.project.close"
CHANGE = "projects.changerequest.implement"
STOP, WITHDRAW = "projects.project.stop", "projects.project.withdraw"
EMERGENCY = "gating.emergencyexception"
GRANTED, UNUSED = f"{EMERGENCY}.grant", f"{EMERGENCY}.lapse"
AUTHORISED = f"{EMERGENCY}.authorise_release"
DECISIONS = frozenset({TRIAGE, EXERCISE, TAKE_ON, GRANTED, UNUSED})
ENDINGS = frozenset({STOP, WITHDRAW, CLOSE})

(OUTSIDE, APPROVED, RESERVED, COMMITTED, RELEASED, HELD, SPENT, RECEIVABLE, RECOVERED,
 WRITTEN_OFF) = Account.values  # fmt: skip
UNSPENT = ((RESERVED, APPROVED), (COMMITTED, APPROVED), (HELD, APPROVED), (RELEASED, APPROVED))

ROUTES: dict[str, Route] = {
    "approve": Route(((OUTSIDE, APPROVED),), DECISIONS | {CHANGE}),
    "reserve": Route(((APPROVED, RESERVED),), DECISIONS | {CHANGE}),
    "commit": Route(((RESERVED, COMMITTED),), DECISIONS | {CONFIRM}),
    "release": Route(
        ((COMMITTED, RELEASED), (COMMITTED, HELD)),
        frozenset({"projects.tranche.authorise_release", TAKE_ON, CONFIRM, AUTHORISED}),
    ),
    "spend": Route(
        ((RELEASED, SPENT),), frozenset({"vendors.invoice.pay", TAKE_ON}),
        permissions.records_spending, "records_spending",
    ),
    "return": Route(
        ((RELEASED, APPROVED),), who=permissions.records_spending, capacity="records_spending"
    ),
    "holdback_release": Route(((HELD, RELEASED),), frozenset({EXERCISE, CLOSE})),
    "lapse": Route(UNSPENT, frozenset({"projects.tranche.lapse", UNUSED, CLOSE})),
    "cancel": Route(UNSPENT, frozenset({"projects.tranche.cancel"}) | ENDINGS),
    "clawback": Route(((SPENT, RECEIVABLE),), frozenset({CONFIRM})),
    "recover": Route(((RECEIVABLE, RECOVERED),), frozenset({CONFIRM})),
    "write_off": Route(((RECEIVABLE, WRITTEN_OFF),), frozenset({CONFIRM})),
    "surrender": Route(((APPROVED, OUTSIDE), (RECOVERED, OUTSIDE)), ENDINGS | {CONFIRM}),
    "reversal": Route((), frozenset({"projects.correction.confirm"}), permissions.authorises),
}  # fmt: skip


def lines_of(kind: str, amount: int | Iterable[Line]) -> list[Line]:
    """The lines of a posting: an amount takes the only way its kind has.

    Raises ValueError, for the programmer, when the kind has several ways or no way like these.
    """
    route = ROUTES[kind]
    if isinstance(amount, int):
        if len(route.lines) != 1:
            raise ValueError(f"{kind} has several ways; name its lines")
        return [(*route.lines[0], amount)]
    return [(str(source), str(target), value) for source, target, value in amount]


def misrouted(kind: str, lines: Iterable[Line]) -> list[Line]:
    """The lines that a posting of this kind may not have, or has twice (reversals mirror)."""
    seen: set[tuple[str, str]] = set()
    wrong = []
    for line in lines:
        way = (line[0], line[1])
        if way not in ROUTES[kind].lines or way in seen or not 0 < line[2] <= LARGEST:
            wrong.append(line)
        seen.add(way)
    return wrong


def mirror(lines: Iterable[Line]) -> list[Line]:
    """The lines that undo these, in the same order."""
    return [(target, source, amount) for source, target, amount in lines]


def holdback_share(amount: int, percent: int) -> int:
    """The part of an amount that is held back, rounded once, half to even, to the minor unit."""
    return round(Fraction(amount * percent, 100))


def release_lines(amount: int, percent: int, advanced: int = 0) -> list[Line]:
    """What a release moves: the holdback share to one side, exactly the rest to be spent.

    What was `advanced` as a continuity allowance is counted against the rest.
    """
    share = holdback_share(amount, percent)
    ways = [(COMMITTED, RELEASED, amount - share - advanced), (COMMITTED, HELD, share)]
    return [line for line in ways if line[2] > 0]


def opening_steps(opening: dict[str, int]) -> list[tuple[str, list[Line]]]:
    """The postings that bring a running project's books to where they stand when taken on.

    `opening` names, in minor units, what stands on approved, reserved, committed, released, held
    and spent; a total of nothing makes no postings.
    """
    left = {account: opening.get(account, 0) for account in
            (APPROVED, RESERVED, COMMITTED, RELEASED, HELD, SPENT)}  # fmt: skip
    out = left[RELEASED] + left[SPENT] + left[HELD]
    steps: list[tuple[str, list[Line]]] = [
        ("approve", [(OUTSIDE, APPROVED, sum(left.values()))]),
        ("reserve", [(APPROVED, RESERVED, out + left[COMMITTED] + left[RESERVED])]),
        ("commit", [(RESERVED, COMMITTED, out + left[COMMITTED])]),
        ("release", [(COMMITTED, RELEASED, left[RELEASED] + left[SPENT]),
                     (COMMITTED, HELD, left[HELD])]),
        ("spend", [(RELEASED, SPENT, left[SPENT])]),
    ]  # fmt: skip
    kept = [(kind, [line for line in lines if line[2] > 0]) for kind, lines in steps]
    return [(kind, lines) for kind, lines in kept if lines]


class Books:
    """Balances replayed from lines in the order of their postings, and the flows that made them."""

    def __init__(self) -> None:
        self.balances: dict[str, int] = dict.fromkeys(Account.values, 0)
        self.flows: dict[tuple[str, str], int] = {}

    def apply(self, kind: str, lines: Iterable[Line]) -> str:
        """Move the money; returns the account that fell below zero on the way, or nothing."""
        below = ""
        for source, target, amount in lines:
            self.balances[source] -= amount
            self.balances[target] += amount
            way, sign = ((target, source), -1) if kind == "reversal" else ((source, target), 1)
            self.flows[way] = self.flows.get(way, 0) + sign * amount
            if source != OUTSIDE and self.balances[source] < 0:
                below = below or source
        return below

    def net(self, source: str, *targets: str) -> int:
        """What went from an account to others, less what was reversed of it."""
        return sum(self.flows.get((source, target), 0) for target in targets)

    def broken(self) -> str:
        """The name of the first invariant (domain, §3, fixed) that the books break, or nothing."""
        inside = sum(amount for account, amount in self.balances.items() if account != OUTSIDE)
        if inside != self.net(OUTSIDE, APPROVED) - self.net(APPROVED, OUTSIDE) - self.net(
            RECOVERED, OUTSIDE
        ):
            return "total"
        approved = self.net(OUTSIDE, APPROVED)
        reserved = self.net(APPROVED, RESERVED)
        committed = self.net(RESERVED, COMMITTED)
        released = self.net(COMMITTED, RELEASED, HELD)
        spent = self.net(RELEASED, SPENT)
        # What came back may be reserved again, so it widens what was approved; nothing else does.
        back = sum(self.net(*way) for way in UNSPENT)
        ordered = spent <= released <= committed <= reserved <= approved + back
        return "" if ordered else "order"


def released_before(flows: dict[tuple[str, str], int]) -> int:
    """What was released to be spent, holdback excluded, net of reversals."""
    return flows.get((COMMITTED, RELEASED), 0)


def accounted_for(flows: dict[tuple[str, str], int]) -> int:
    """What of the released money was spent or given back, net of reversals."""
    return flows.get((RELEASED, SPENT), 0) + flows.get((RELEASED, APPROVED), 0)


def enough_accounted(flows: dict[tuple[str, str], int]) -> bool:
    """Whether at least 70 percent of what was released is accounted for; nothing released is."""
    return accounted_for(flows) * 100 >= released_before(flows) * ACCOUNTED_PERCENT
