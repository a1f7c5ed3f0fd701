"""Cases for the routing of changes as they stand in a file: read strictly, answered whole."""

import re
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from projects.routing_changes import Course, Delta, NoBaseline, Route, four_places

FIELDS = ("v0", "changes")
V0_FIELDS = ("cost", "days")
CHANGE_FIELDS = ("date", "cost", "days", "benefit_undermined")
_AMOUNT = re.compile(r"-?[0-9]{1,1000}(\.[0-9]{1,4})?", re.ASCII)
"""Digits, and as many decimals as the smallest unit of any currency has (CLF 4)."""
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
MOST_DAYS = 10**9


class Unroutable(ValueError):
    """A case is none: `field` names what is wrong, the text says why."""

    def __init__(self, field: str, why: str) -> None:
        self.field = field
        super().__init__(why)


def route_case(case: Any) -> list[dict[str, Any]]:
    """Route the changes of a case in turn, all taken as approved; amounts and percent are text.

    Raises Unroutable naming the field that is missing or wrong.
    """
    _object(case, FIELDS, "case", closed=False)
    _object(case["v0"], V0_FIELDS, "v0")
    course = _course(case["v0"])
    if not isinstance(case["changes"], list):
        raise Unroutable("changes", "write a list.")
    answers, before = [], None
    for number, row in enumerate(case["changes"], start=1):
        place = f"changes.{number}"
        change = _delta(row, place)
        if before is not None and change.on < before:
            raise Unroutable(f"{place}.date", "changes come sorted by date.")
        before, route = change.on, course.route(change)
        answers.append(answer(route))
        try:
            course.take(change, route.band)
        except NoBaseline as error:
            why = "the new baseline would have a cost of zero or less."
            raise Unroutable(f"{place}.cost", why) from error
    return answers


def answer(route: Route) -> dict[str, Any]:
    """A route as it is written down: its band, its rule, and the figures of that rule."""
    return {"band": route.band, "by": route.by, "cost_pct": four_places(route.decisive.percent),
            "days": route.decisive.days}  # fmt: skip


def _course(v0: Mapping[str, Any]) -> Course:
    if _days(v0["days"], "v0.days") <= 0:
        raise Unroutable("v0.days", "a baseline lasts longer than zero days.")
    try:
        return Course(_amount(v0["cost"], "v0.cost"))
    except NoBaseline as error:
        raise Unroutable("v0.cost", "a baseline has a cost above zero.") from error


def _delta(row: Any, place: str) -> Delta:
    _object(row, CHANGE_FIELDS, place)
    undermined = row["benefit_undermined"]
    if not isinstance(undermined, bool):
        raise Unroutable(f"{place}.benefit_undermined", "write true or false.")
    return Delta(
        _date(row["date"], f"{place}.date"), _amount(row["cost"], f"{place}.cost"),
        _days(row["days"], f"{place}.days"), undermined,
    )  # fmt: skip


def _object(found: Any, wanted: tuple[str, ...], place: str, *, closed: bool = True) -> None:
    """An object with all of its fields and, where closed, with no others."""
    if not isinstance(found, Mapping):
        raise Unroutable(place, f"write an object with {', '.join(wanted)}.")
    prefix = "" if place == "case" else f"{place}."
    for name in wanted:
        if name not in found:
            raise Unroutable(f"{prefix}{name}", "it is missing.")
    if closed and (unknown := sorted(set(found) - set(wanted))):
        raise Unroutable(f"{prefix}{unknown[0]}", "there is no such field.")


def _amount(value: Any, place: str) -> Fraction:
    if not isinstance(value, str) or not _AMOUNT.fullmatch(value):
        raise Unroutable(place, "write an amount as text, such as “9000.00”.")
    return Fraction(value)


def _days(value: Any, place: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > MOST_DAYS:
        raise Unroutable(place, "write a whole number of days.")
    return value


def _date(value: Any, place: str) -> date:
    try:
        if isinstance(value, str) and _DATE.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise Unroutable(place, "write a date as text, such as “2026-01-10”.")
