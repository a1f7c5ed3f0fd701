"""Cases of scoring as they stand in a file: read exactly and strictly, and answered in figures."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from procurement.scoring import HUNDRED, Criterion, Entry, Scheme, shown, standings
from procurement.scoring_facts import answer

_DECIMAL = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?", re.ASCII)
LARGEST, SMALLEST = 40, -40
"""The powers of ten between which a number's digits lie; others are a slip."""
FIELDS = ("criteria", "price_weight", "scale", "top_n", "draw_seed", "bids")
OF_CRITERION = ("code", "weight", "minimum")
OF_BID = ("alias", "scores", "price", "excluded")


class Unscorable(ValueError):
    """A case cannot be scored: `field` names where, the text says why."""

    def __init__(self, field: str, why: str) -> None:
        self.field = field
        super().__init__(why)


def rank_case(case: Any) -> list[dict[str, Any]]:
    """Rank the bids of a case, in the order given; raises Unscorable naming what is wrong."""
    scheme, entries = read_case(case)
    return [answer(standing) for standing in standings(scheme, entries)]


def read_case(case: Any) -> tuple[Scheme, list[Entry]]:
    """The scheme and the bids of a case; raises Unscorable naming what is missing or wrong."""
    _fields(case, FIELDS, FIELDS, "case", "")
    low, high = _scale(case["scale"])
    criteria = _criteria(case["criteria"], low, high)
    scheme = Scheme(
        criteria=criteria, price_weight=_weight(case["price_weight"], "price_weight"),
        low=low, high=high, top_n=_top_n(case["top_n"]),
        draw_seed=_text(case["draw_seed"], "draw_seed"),
    )  # fmt: skip
    total = sum((one.weight for one in criteria), scheme.price_weight)
    if total != HUNDRED:
        figures = {"total": shown(total)}
        raise Unscorable("criteria", _("the weights of the criteria and of the price total "
                                       "%(total)s, not 100.") % figures)  # fmt: skip
    return scheme, _bids(case["bids"], scheme)


def _scale(found: Any) -> tuple[Fraction, Fraction]:
    _fields(found, ("min", "max"), ("min", "max"), "scale", "scale.")
    low, high = number(found["min"], "scale.min"), number(found["max"], "scale.max")
    if high <= low:
        raise Unscorable("scale.max", _("the end of the scale lies above its beginning."))
    return low, high


def _criteria(found: Any, low: Fraction, high: Fraction) -> tuple[Criterion, ...]:
    criteria: list[Criterion] = []
    for place, one in enumerate(_list(found, "criteria")):
        where = f"criteria[{place}]"
        _fields(one, OF_CRITERION, OF_CRITERION, where, f"{where}.")
        code = _name(one["code"], f"{where}.code", {known.code for known in criteria})
        weight = _weight(one["weight"], f"{where}.weight")
        minimum = None
        if one["minimum"] is not None:
            minimum = _on_scale(one["minimum"], f"{where}.minimum", low, high)
        criteria.append(Criterion(code, weight, minimum))
    return tuple(criteria)


def _bids(found: Any, scheme: Scheme) -> list[Entry]:
    entries: list[Entry] = []
    for place, one in enumerate(_list(found, "bids")):
        where = f"bids[{place}]"
        _fields(one, ("alias", "excluded"), OF_BID, where, f"{where}.")
        alias = _name(one["alias"], f"{where}.alias", {known.alias for known in entries})
        if not isinstance(one["excluded"], bool):
            raise Unscorable(f"{where}.excluded", _("write true or false."))
        if not one["excluded"]:
            _fields(one, OF_BID, OF_BID, where, f"{where}.")
        entries.append(_entry(one, alias, where, scheme))
    return entries


def _entry(one: Mapping[str, Any], alias: str, where: str, scheme: Scheme) -> Entry:
    """A bid; one that is excluded may lack what it does not need, but not have it wrong."""
    out = one["excluded"]
    price, scores = one.get("price"), one.get("scores")
    known: dict[str, list[Fraction]] = {}
    if scores is not None or not out:
        known = _scores(scores, f"{where}.scores", scheme, lacking=out)
    worth = None
    if price is not None or not out:
        worth = number(price, f"{where}.price")
        if worth <= 0:
            raise Unscorable(f"{where}.price", _("a price is more than zero."))
    return Entry(alias, known, worth, out)


def _scores(
    found: Any, where: str, scheme: Scheme, *, lacking: bool
) -> dict[str, list[Fraction]]:  # fmt: skip
    codes = tuple(one.code for one in scheme.criteria)
    _fields(found, () if lacking else codes, codes, where, f"{where}.")
    return {
        code: _marks(found[code], f"{where}.{code}", scheme, lacking=lacking)
        for code in codes
        if code in found and not (lacking and found[code] is None)
    }


def _marks(found: Any, where: str, scheme: Scheme, *, lacking: bool) -> list[Fraction]:
    scores = _list(found, where)
    if not scores and not lacking:
        raise Unscorable(where, _("a score is missing; zero is a score, none is not."))
    return [
        _on_scale(score, f"{where}[{place}]", scheme.low, scheme.high)
        for place, score in enumerate(scores)
    ]


def number(found: Any, where: str) -> Fraction:
    """A number, or a text that is one, exactly; raises Unscorable for anything else."""
    if isinstance(found, str) and _DECIMAL.fullmatch(found):
        return Fraction(found)
    if isinstance(found, int) and not isinstance(found, bool) and abs(found) < 10**LARGEST:
        return Fraction(found)
    if isinstance(found, Decimal) and found.is_finite():
        exponent = found.as_tuple().exponent
        if isinstance(exponent, int) and exponent >= SMALLEST and found.adjusted() < LARGEST:
            return Fraction(found)
    raise Unscorable(where, _("write a decimal number, such as 70.5."))


def _on_scale(found: Any, where: str, low: Fraction, high: Fraction) -> Fraction:
    value = number(found, where)
    if not low <= value <= high:
        raise Unscorable(where, _("it lies off the scale."))
    return value


def _weight(found: Any, where: str) -> Fraction:
    value = number(found, where)
    if value < 0:
        raise Unscorable(where, _("a weight is not negative."))
    return value


def _top_n(found: Any) -> int | None:
    if found is None:
        return None
    if not isinstance(found, int) or isinstance(found, bool) or found < 1:
        raise Unscorable("top_n", _("write null, or a whole number from 1."))
    return found


def _text(found: Any, where: str) -> str:
    if not isinstance(found, str):
        raise Unscorable(where, _("write a text."))
    try:
        found.encode()
    except UnicodeEncodeError as error:
        raise Unscorable(where, _("it is no text that can be written down.")) from error
    return found


def _name(found: Any, where: str, taken: set[str]) -> str:
    name = _text(found, where)
    if not name.strip():
        raise Unscorable(where, _("it is empty."))
    if name in taken:
        raise Unscorable(where, _("it stands there twice."))
    return name


def _list(found: Any, where: str) -> Sequence[Any]:
    if not isinstance(found, list):
        raise Unscorable(where, _("write a list."))
    return found


def _fields(
    found: Any, wanted: Sequence[str], known: Sequence[str], where: str, prefix: str
) -> None:  # fmt: skip
    """An object has every field that is wanted, and none that is unknown."""
    if not isinstance(found, Mapping):
        raise Unscorable(where, _("write an object."))
    for name in wanted:
        if name not in found:
            raise Unscorable(f"{prefix}{name}", _("it is missing."))
    if unknown := sorted(set(found) - set(known)):
        raise Unscorable(f"{prefix}{unknown[0]}", _("there is no such field."))
