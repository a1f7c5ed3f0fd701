"""Counting a motion again from the rows of the database, and holding it against what was kept.

The sealed history tells the rule, each seat and the salted hash of each vote as they were; the rows
tell what stands there now; `gating.counting` counts. Whatever does not agree is named.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from core import history
from core.models import Event
from gating import balloting, counting, records
from gating.models import BoardSeat, Motion, MotionSeat, Record

NUMBER = re.compile(r"^(?:(?P<about>.*?)[\s·]+)?[Mm]?(?P<number>[0-9]{1,18})$", re.DOTALL)
OPENING, CLOSING = "gating.motion.seats", "gating.motion.roll_call"
COUNTED = ("eligible", "present", "required", "quorate", "result")
SEAT = ("user", "standing", "why")
SHOWN = 120
"""The longest value shown in a difference, in characters."""


class Unknown(LookupError):
    """There is no such motion, or nothing of it to count again yet; the text says which."""


@dataclass
class Recount:
    """A motion counted again: the case as the rows have it, its count, and what does not agree."""

    motion: Any
    case: dict[str, Any] = field(default_factory=dict)
    count: dict[str, Any] = field(default_factory=dict)
    seats: list[Any] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)

    @property
    def agrees(self) -> bool:
        return not self.differences


def find(ref: str) -> Any:
    """The motion of a reference (P-000001/G1/1 · M7, M7 or 7) or of a record's code.

    Raises Unknown when there is none.
    """
    wanted = ref.strip()
    rows = Motion.objects.select_related(*Motion.step_related, "condition", "case")
    record = Record.objects.filter(code=wanted.upper()).first() if wanted else None
    if record is not None:
        return rows.get(pk=record.motion_id)
    parts = NUMBER.match(wanted)
    motion = rows.filter(pk=int(parts["number"])).first() if parts else None
    about = _bare(parts["about"] or "") if parts else ""
    if motion is None or (about and f"{about} M{motion.pk}" != _bare(motion.ref)):
        raise Unknown(_("There is no motion %(ref)s.") % {"ref": ref})
    return motion


def _bare(ref: str) -> str:
    return " ".join(ref.replace("·", " ").split())


def recount(motion: Any) -> Recount:
    """Count a motion again; raises Unknown while its vote is not closed."""
    if motion.decided_at is None:
        raise Unknown(
            _("The vote on %(ref)s is not closed yet: there is nothing to count again.")
            % {"ref": motion.ref}
        )
    found, told = Recount(motion), _Told(motion)
    rows = motion.seats.select_related("seat__user", "seat__alternate", "user").order_by("seat")
    found.seats = list(rows)
    found.differences += told.broken
    found.differences += _rule(motion, told)
    found.differences += _seats(found.seats, told, motion)
    found.differences += _votes(motion, told)
    found.differences += _counted(found, told)
    found.differences += _record(motion)
    return found


class _Told:
    """What the history of the case tells about one motion, event by event."""

    def __init__(self, motion: Any) -> None:
        self.rule: dict[str, Any] | None = None
        self.seats: dict[int, dict[str, Any]] = {}
        self.sealed: dict[int, str] = {}
        self.roll: dict[int, dict[str, Any]] = {}
        self.tally: dict[str, Any] | None = None
        self.result = ""
        self.broken: list[str] = []
        case, labels = motion.dossier, ("gating.motion", "gating.vote")
        for event in Event.objects.filter(dossier=case, target_label__in=labels).order_by("number"):
            details = self._details(event)
            vote = event.target_label == "gating.vote"
            if (details.get("motion") if vote else event.target_id) != motion.pk:
                continue
            if event.mac != history.mac_of(event, case.ref):
                self.broken.append(_("event %(number)s of the case: its seal does not fit")
                                   % {"number": event.number})  # fmt: skip
            self._take(event.verb, details)

    @staticmethod
    def _details(event: Event) -> dict[str, Any]:
        try:
            found = json.loads(event.details)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def _take(self, verb: str, details: dict[str, Any]) -> None:
        if verb == OPENING:
            self.rule = details.get("rule", self.rule)
            self.seats |= {row["seat"]: row for row in details["seats"]}
        elif verb == "gating.vote.cast":
            self.sealed[details["seat"]] = details["sealed"]
        elif verb == CLOSING:
            self.tally = details["tally"]
            self.roll = {row["seat"]: row for row in details["roll_call"]}
        elif verb == "gating.motion.close":
            self.result = details.get("to", "")


def _differ(what: str, stored: Any, told: Any) -> str:
    return _("%(what)s: stored %(stored)s, by the history %(told)s") % {
        "what": what, "stored": _short(stored), "told": _short(told),
    }  # fmt: skip


def _counts(what: str, stored: Any, counted: Any) -> str:
    return _("%(what)s: stored %(stored)s, counted again %(counted)s") % {
        "what": what, "stored": _short(stored), "counted": _short(counted),
    }  # fmt: skip


def _short(value: Any) -> str:
    text = value if isinstance(value, str) and value else history.canonical(value)
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"


def _rule(motion: Any, told: _Told) -> Iterator[str]:
    """The rule by which votes count and which made the board competent, against the opening's."""
    if told.rule is None:
        yield _("rule: the history does not tell by which rule the vote was opened")
        return
    for name in sorted({*motion.rule, *told.rule}):
        if motion.rule.get(name) != told.rule.get(name):
            yield _differ(f"rule.{name}", motion.rule.get(name), told.rule.get(name))


def _seats(rows: list[Any], told: _Told, motion: Any) -> Iterator[str]:
    """Each seat's standing against the history; nobody recused sits."""
    known = {row.seat_id: row for row in rows}
    for seat in sorted(told.seats.keys() - known.keys()):
        yield _("seat %(seat)s: it is missing") % {"seat": seat}
    recused = set(motion.recusals.values_list("user_id", flat=True))
    for seat, row in known.items():
        yield from _seat(seat, row, told.seats.get(seat))
        if row.user_id in recused and row.standing == MotionSeat.Standing.ELIGIBLE:
            yield _("seat %(seat)s: who sits there was recused") % {"seat": seat}


def _seat(seat: int, row: Any, told: dict[str, Any] | None) -> Iterator[str]:
    if told is None:
        yield _("seat %(seat)s: the history knows no such seat in this motion") % {"seat": seat}
        return
    stored = {"user": row.user_id, "standing": row.standing, "why": row.why}
    for name in SEAT:
        if stored[name] != told.get(name):
            yield _differ(f"{_('seat')} {seat}, {name}", stored[name], told.get(name))
    if row.chair != (row.seat.kind == BoardSeat.Kind.CHAIR):
        yield _("seat %(seat)s, chair: it does not fit the seats of the board") % {"seat": seat}


def _votes(motion: Any, told: _Told) -> Iterator[str]:
    """Each vote against its salted hash, kept when it was cast, and the roll call."""
    known = {vote.seat_id: vote for vote in motion.votes.all()}
    for seat in sorted(told.sealed.keys() - known.keys()):
        yield _("vote of seat %(seat)s: it is missing") % {"seat": seat}
    for seat, vote in sorted(known.items()):
        if seat not in told.sealed:
            yield _("vote of seat %(seat)s: the history knows of no such vote") % {"seat": seat}
            continue
        if balloting.sealed(vote.salt, motion.pk, seat, vote.choice) != told.sealed[seat]:
            yield _("vote of seat %(seat)s: it does not fit the hash kept when it was cast") % {
                "seat": seat
            }
        called = told.roll.get(seat, {})
        for name, stored in (("choice", vote.choice), ("by", vote.cast_by_id)):
            if called.get(name) != stored:
                what = f"{_('vote of seat')} {seat}, {name}"
                yield _differ(what, stored, called.get(name))


def _counted(found: Recount, told: _Told) -> Iterator[str]:
    """The count anew against the tally, the history's result and the state of the motion."""
    motion = found.motion
    try:
        found.case = balloting.case_of(motion)
        found.count = counting.count(**found.case)
    except (counting.Uncountable, KeyError, TypeError) as error:
        yield _("count: the rows cannot be counted: %(error)s") % {"error": error}
        return
    for name in COUNTED:
        if motion.tally.get(name) != found.count[name]:
            yield _counts(f"tally.{name}", motion.tally.get(name), found.count[name])
    before = motion.tally.get("case", {})
    for name in sorted({*found.case, *before}):
        if before.get(name) != found.case.get(name):
            yield _counts(f"tally.case.{name}", before.get(name), found.case.get(name))
    yield from _result(motion, str(found.count["result"]), told)


def _result(motion: Any, result: str, told: _Told) -> Iterator[str]:
    if told.tally != motion.tally:
        yield _differ("tally", motion.tally, told.tally)
    if told.result != result:
        yield _("result: counted again %(result)s, by the history %(told)s") % {
            "result": result, "told": told.result or "–",
        }  # fmt: skip
    if motion.state not in (Motion.States.PUBLISHED, result):
        yield _counts("state", motion.state, result)


def _record(motion: Any) -> Iterator[str]:
    """The decision record of a carried motion: there, genuine, and with the same figures."""
    record = Record.objects.filter(motion=motion).first()
    carried = motion.tally.get("result") == Motion.States.CARRIED
    if record is None:
        if carried:
            yield _("record: the motion was carried, and has no decision record")
        return
    if not carried:
        yield _("record: there is a decision record of a motion that was not carried")
    if not records.is_genuine(record):
        yield _("record: it is not genuine any more")
        return
    facts = records.facts_of(record)
    for name in ("rule", "tally"):
        if facts.get(name) != getattr(motion, name):
            yield _("%(what)s: stored %(stored)s, by the record %(told)s") % {
                "what": name, "stored": _short(getattr(motion, name)),
                "told": _short(facts.get(name)),
            }  # fmt: skip


def lines(found: Recount) -> list[str]:
    """The recount as lines of plain text; the last is `agree` or `differ`."""
    motion, rows = found.motion, [found.motion.ref]
    standings = dict(MotionSeat.Standing.choices)
    said = {vote.seat_id: vote.choice for vote in motion.votes.all()}
    for row in found.seats:
        person, vote = row.user or row.seat.user, said.get(row.seat_id) or "–"
        standing = standings.get(row.standing, row.standing)
        rows.append(f"seat {row.seat_id} · {person} · {standing} · {vote}")
    if found.count:
        votes = " ".join(f"{name}={number}" for name, number in found.case["votes"].items())
        rows.append(f"{votes} seats={found.case['seats']}")
        rows.append(" ".join(f"{name}={str(found.count[name]).lower()}" for name in COUNTED))
    rows += [f"! {difference}" for difference in found.differences]
    return [*rows, "agree" if found.agrees else "differ"]
