"""Counting a motion: who is there, whether it suffices, and what was decided; exact, and pure.

The rules are those of the domain, §4 "Boards". Motions and `manage.py count_votes` use this code.
"""

import re
from collections.abc import Mapping
from fractions import Fraction
from math import ceil
from typing import Any

from django.utils.translation import gettext as _

CHOICES = ("for", "against", "abstain")
STANDINGS = (*CHOICES, "recused", "absent")
LARGEST = 10**100
"""No board has more seats; larger numbers are a slip, and too long to write down."""
_FRACTION = re.compile(r"[0-9]{1,1000}(/[0-9]{1,1000})?", re.ASCII)


class Uncountable(ValueError):
    """The figures of a vote are no vote: `field` names which, the text says why."""

    def __init__(self, field: str, why: str) -> None:
        self.field = field
        super().__init__(why)


def required(seats: int, minimum: int, quorum: str) -> int:
    """How many seats must be present: the larger of the minimum and ⌈quorum × seats⌉."""
    return max(minimum, ceil(fraction(quorum, "quorum") * seats))


def count(
    *, seats: int, minimum: int, quorum: str, majority: Mapping[str, Any],
    casting_vote: str | None, votes: Mapping[str, int],
) -> dict[str, Any]:  # fmt: skip
    """The count of a motion: eligible, present, required, quorate, result and why.

    Numbers are seats; `quorum` and `majority["share"]` are fractions written as text ("2/3").
    Raises Uncountable when a number is negative or the votes do not add up to the seats.
    """
    _check(seats, minimum, majority, casting_vote, votes)
    eligible = seats - votes["recused"]
    present = sum(votes[choice] for choice in CHOICES)
    needed = required(seats, minimum, quorum)
    if present < needed:
        result, why = "inquorate", _too_few(present, needed)
    else:
        result, why = _decide(eligible, majority, casting_vote, votes)
    return {"eligible": eligible, "present": present, "required": needed,
            "quorate": present >= needed, "result": result, "why": why}  # fmt: skip


def _decide(
    eligible: int, majority: Mapping[str, Any], casting_vote: str | None, votes: Mapping[str, int]
) -> tuple[str, str]:
    share, cast = fraction(majority["share"], "majority.share"), majority["of"] == "cast"
    base = votes["for"] + votes["against"] if cast else eligible
    wanted = share * base
    strict, pro = majority["strict"], votes["for"]
    figures = {"for": pro, "against": votes["against"], "base": base, "share": share}
    if pro > wanted or (not strict and pro == wanted and pro > 0):
        why = _("%(for)s for, of %(base)s: the share of %(share)s is reached.") % figures
        return "carried", why
    if cast and share == Fraction(1, 2) and pro == votes["against"] > 0:
        return _untie(casting_vote, figures)
    return "lost", _("%(for)s for, of %(base)s: the share of %(share)s is not reached.") % figures


def _untie(casting_vote: str | None, figures: dict[str, Any]) -> tuple[str, str]:
    if casting_vote == "for":
        return "carried", _("%(for)s for, %(against)s against: the casting vote is for.") % figures
    if casting_vote == "against":
        return "lost", _("%(for)s for, %(against)s against: the casting vote is against.") % figures
    return "tied", _("%(for)s for, %(against)s against, and no casting vote.") % figures


def _too_few(present: int, needed: int) -> str:
    figures = {"present": present, "required": needed}
    return _("%(present)s present, %(required)s required: there is no quorum.") % figures


def fraction(text: Any, field: str) -> Fraction:
    """A share between nothing and the whole, exact; raises Uncountable when the text is none."""
    if not isinstance(text, str) or not _FRACTION.fullmatch(text):
        raise Uncountable(field, _("write it as a fraction, such as 1/2 or 2/3."))
    above, _slash, below = text.partition("/")
    if int(below or 1) == 0:
        raise Uncountable(field, _("a fraction cannot have the denominator 0."))
    found = Fraction(int(above), int(below or 1))
    if found > 1:
        raise Uncountable(field, _("a share is not larger than 1."))
    return found


def _check(
    seats: Any, minimum: Any, majority: Mapping[str, Any], casting_vote: Any,
    votes: Mapping[str, Any],
) -> None:  # fmt: skip
    numbers = {"seats": seats, "minimum": minimum} | {f"votes.{k}": votes[k] for k in STANDINGS}
    for field, number in numbers.items():
        _whole(field, number)
    if majority["of"] not in ("cast", "eligible"):
        raise Uncountable("majority.of", _("write cast or eligible."))
    if not isinstance(majority["strict"], bool):
        raise Uncountable("majority.strict", _("write true or false."))
    if casting_vote not in (None, "for", "against"):
        raise Uncountable("casting_vote", _("write null, for or against."))
    fraction(majority["share"], "majority.share")
    total = sum(votes[standing] for standing in STANDINGS)
    if total != seats:
        figures = {"total": total, "seats": seats}
        raise Uncountable("votes", _("they add up to %(total)s, not to %(seats)s seats.") % figures)


def _whole(field: str, number: Any) -> None:
    if not isinstance(number, int) or isinstance(number, bool):
        raise Uncountable(field, _("write a whole number."))
    if number < 0:
        raise Uncountable(field, _("a number of seats is not negative."))
    if number > LARGEST:
        raise Uncountable(field, _("the number is too large."))


FIELDS = ("seats", "minimum", "quorum", "majority", "casting_vote", "votes")
PARTS = {"majority": ("of", "share", "strict"), "votes": STANDINGS}


def count_case(case: Any) -> dict[str, Any]:
    """Count a case as it stands in a file; raises Uncountable naming what is missing or wrong."""
    if not isinstance(case, Mapping):
        raise Uncountable("case", _("a case is an object with the fields of a vote."))
    _complete(case, FIELDS, "")
    for name, parts in PARTS.items():
        if not isinstance(case[name], Mapping):
            raise Uncountable(name, _("write an object."))
        _complete(case[name], parts, f"{name}.")
        if unknown := sorted(set(case[name]) - set(parts)):
            raise Uncountable(f"{name}.{unknown[0]}", _("there is no such field."))
    return count(**{name: case[name] for name in FIELDS})


def _complete(found: Mapping[str, Any], wanted: tuple[str, ...], prefix: str) -> None:
    for name in wanted:
        if name not in found:
            raise Uncountable(f"{prefix}{name}", _("it is missing."))
