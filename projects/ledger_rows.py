"""What hangs on the entries of a ledger, checked against them: tranches, claims, excused days."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from core.verification import Misfit
from projects.accounts import Kind, Line, release_lines
from projects.models import ClaimState, TrancheState
from projects.permissions import AHEAD

Row = tuple[Any, ...]
BRINGING = ("reserve", "commit", "release", "lapse", "cancel")
"""The kinds of postings that bring a tranche to a state."""
DRAWN = (TrancheState.RELEASED, TrancheState.ACCOUNTED, TrancheState.SETTLED)
STANDING = (ClaimState.OWED, ClaimState.OVERDUE, ClaimState.APPEALED)
SETTLED = (ClaimState.RECOVERED, ClaimState.WRITTEN_OFF)


def verify_tranches(entries: Iterable[Any], tranches: list[Row]) -> None:
    """What is posted for a tranche is what brings it to the state it is in."""
    standing, ahead = _posted(entries)
    for number, pk, state, amount, percent, _valid in tranches:
        posted = standing.pop(pk, {})
        found = {kind: sum(line[2] for line in posted.get(kind, ())) for kind in BRINGING}
        found = {kind: value for kind, value in found.items() if value}
        advanced = ahead.get(pk, 0)
        if found not in _brought(state, amount, advanced):
            raise Misfit(f"tranche: tranche {number} is {state}, its entries say otherwise")
        if state in DRAWN and not _released_whole(posted["release"], amount, percent):
            raise Misfit(f"tranche: tranche {number} was not released with its holdback")
    for pk in standing:
        raise Misfit(f"tranche: entries name a tranche {pk} that is gone")


def _posted(entries: Iterable[Any]) -> tuple[dict[int, dict[str, list[Line]]], dict[int, int]]:
    """The lines that stand for each tranche by kind, and what was released ahead of each."""
    rows = list(entries)
    undone = {entry.reverses for entry in rows if entry.reverses}
    standing: dict[int, dict[str, list[Line]]] = {}
    ahead: dict[int, int] = {}
    for entry in rows:
        if entry.tranche and entry.pk not in undone and entry.kind != Kind.REVERSAL:
            standing.setdefault(entry.tranche, {}).setdefault(entry.kind, []).extend(entry.lines)
            if entry.kind == Kind.RELEASE and entry.key.startswith(AHEAD):
                ahead[entry.tranche] = ahead.get(entry.tranche, 0) + entry.lines[0][2]
    return standing, ahead


def _released_whole(lines: list[Line], amount: int, percent: int) -> bool:
    """Whether all releases of a tranche add up to its amount, its holdback share held."""
    sums: dict[tuple[str, str], int] = {}
    for source, target, value in lines:
        sums[source, target] = sums.get((source, target), 0) + value
    return sums == {line[:2]: line[2] for line in release_lines(amount, percent)}


def _brought(state: str, amount: int, ahead: int) -> Iterator[dict[str, int]]:
    """The sums by kind that may stand behind a state; `ahead` was committed and released before."""
    early = {"commit": ahead, "release": ahead} if ahead else {}
    late = {"release": ahead} if ahead else {}
    if state == TrancheState.PLANNED:
        yield {}
    elif state == TrancheState.RESERVED:
        yield {"reserve": amount, **early}
    elif state in (TrancheState.LAPSED, TrancheState.CANCELLED):
        end = "lapse" if state == TrancheState.LAPSED else "cancel"
        yield {"reserve": amount, **early, end: amount - ahead}
        yield {"reserve": amount, "commit": amount, **late, end: amount - ahead}
        if end == "cancel":
            yield {}
    else:
        drawn = {"release": amount} if state in DRAWN else late
        yield {"reserve": amount, "commit": amount, **drawn}


def verify_prepared(entries: Iterable[Any], prepared: list[Row]) -> None:
    """An entry that two people made stands in the ledger as they made it; others do not."""
    rows = list(entries)
    posted = {entry.pk: entry for entry in rows}
    undone = {entry.reverses for entry in rows if entry.reverses}
    for pk, state, kind, amount, posting, _claim in prepared:
        entry = posted.get(posting)
        if entry is None:
            if posting is not None or state in ("made", "undone"):
                raise Misfit(f"prepared: entry {pk} of two people names no entry of the ledger")
            continue
        wanted = Kind.RELEASE if kind == "continuity" else kind
        if (entry.kind, sum(line[2] for line in entry.lines)) != (wanted, amount):
            raise Misfit(f"prepared: entry {entry.number} is not what two people confirmed")
        if (entry.pk in undone) != (state == "undone"):
            raise Misfit(f"prepared: entry {entry.number} is {state}, the ledger says otherwise")


def verify_claims(claims: list[Row], prepared: list[Row]) -> None:
    """A claim stands where its entries bring it: entered whole, settled to the last minor unit."""
    made: dict[int, dict[str, int]] = {}
    for _pk, state, kind, amount, _posting, claim in prepared:
        if claim and state == "made":
            sums = made.setdefault(claim, {"clawback": 0, "recover": 0, "write_off": 0})
            sums[kind] += amount
    for number, pk, state, amount in claims:
        sums = made.get(pk, {"clawback": 0, "recover": 0, "write_off": 0})
        settled = sums["recover"] + sums["write_off"]
        entered = state in STANDING or state in SETTLED
        fits = sums["clawback"] == (amount if entered else 0)
        if entered:
            fits &= settled == amount if state in SETTLED else settled < amount
        else:
            fits &= not settled
        if not fits:
            raise Misfit(f"claim: claim {number} is {state}, its entries say otherwise")


def verify_excused(entries: Iterable[Any], tranches: list[Row], excused: list[Row]) -> None:
    """Each grant added its own days, and the last of them left the tranche the day that it has.

    A tranche that was committed anew had its day set anew.
    """
    commits = [entry.tranche for entry in entries
               if entry.kind == Kind.COMMIT and not entry.key.startswith(AHEAD)]  # fmt: skip
    last: dict[int, date] = {}
    for tranche, pk, state, days, before, after in excused:
        if state != "granted":
            continue
        if after != before + timedelta(days=days):
            raise Misfit(f"excused: days {pk} did not extend the tranche by {days} days")
        last[tranche] = max(after, last.get(tranche, after))
    for number, pk, state, _amount, _percent, valid in tranches:
        once = commits.count(pk) == 1 and state != TrancheState.RESERVED
        if once and pk in last and (valid is None or valid < last[pk]):
            raise Misfit(f"excused: tranche {number} does not last as long as was granted")
