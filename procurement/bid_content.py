"""What a bid says: from what was typed to its two parts, and what is still missing, in sentences.

Nothing here touches the database. The technical part is
`{"approach", "answers": {criterion: text}, "people": [{"name", "part"}], "partners": [{"name",
"number", "kind", "part"}], "prototype": {"repository", "branch", "commit", "live", "licence"},
"declared": [code], "files": [{"id", "kind", "name", "size", "sha256"}]}`, the price
`{"basis", "currency", "tax", "total", "rates": {category: minor}, "hours": {category: hours},
"sprint": minor | None, "sprints"}`: amounts in minor units, per hour, per sprint, in all.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.money import show
from core.refusals import Refused
from procurement.prototypes import bringing, locating
from projects import fields
from projects.accounts import LARGEST

TEXT_MAX = 20_000
"""Characters of a text; all of them together are limited by the page on which they are sealed."""
LINES_MAX = 30
DECLARED = {
    "independent": gettext_lazy("The price was found without agreement with other bidders."),
    "conflict_free": gettext_lazy("Nobody of ours has a part in the decision on this competition."),
    "licensed": gettext_lazy("We may publish the prototype under its open licence."),
}
"""What every bidder declares."""
JOINT = ("joint", "subcontractor")
KINDS = {
    "joint": gettext_lazy("joint bid"),
    "subcontractor": gettext_lazy("subcontractor"),
}
PLAIN = ("approach", "people", "partners", "repository", "branch", "commit", "live", "licence")
"""Fields that every bid has, besides answers, rates and declarations."""


@dataclass(frozen=True)
class Asked:
    """What one competition asks of a bid: as data, so that this module needs no database."""

    currency: str
    basis: str
    tax: str
    criteria: tuple[tuple[str, str], ...] = ()
    basket: tuple[tuple[str, str, int, int | None], ...] = ()
    """Category, its name, hours, and the lot's maximum rate in minor units, or None."""
    sprints: int = 0
    words: Mapping[str, int] = field(default_factory=dict)
    prototype: Mapping[str, Any] = field(default_factory=dict)
    joint: bool = True


@dataclass
class Composed:
    """The two parts of a bid, and the sentences that speak against sealing it."""

    technical: dict[str, Any]
    price: dict[str, Any]
    missing: list[tuple[str, str]]
    """The section in which it is mended, and what is missing or wrong there."""

    def sentences(self, section: str = "") -> list[str]:
        """What is missing, in one section or in all."""
        return [text for where, text in self.missing if section in ("", where)]


def names(asked: Asked) -> list[str]:
    """The names of all fields that a draft of such a bid may hold."""
    found = [*PLAIN, *(f"declared_{code}" for code in DECLARED)]
    found += [f"answer_{code}" for code, _title in asked.criteria]
    found += [f"rate_{row[0]}" for row in asked.basket]
    return [*found, "sprint"] if asked.basis == "sprint" else found


def compose(asked: Asked, typed: Mapping[str, str], files: Iterable[Mapping[str, Any]]) -> Composed:
    """Both parts of a bid from what was typed, and what is missing or wrong."""
    missing: list[tuple[str, str]] = []
    text = {name: str(typed.get(name, "")).strip() for name in names(asked)}
    technical = _technical(asked, text, missing)
    technical["files"] = [dict(file) for file in files]
    _prototype(asked, technical, missing)
    return Composed(technical, _price(asked, text, missing), missing)


# The technical part


def _technical(asked: Asked, text: dict[str, str], missing: list[Any]) -> dict[str, Any]:
    if not text["approach"]:
        missing.append(("proposal", _("Describe your approach.")))
    _too_long(asked, text, missing)
    people = _lines(text["people"], ("name", "part"))
    if not people:
        missing.append(("people", _("Name the key people, one a line, each with their part.")))
    return {
        "approach": text["approach"],
        "answers": {code: text[f"answer_{code}"] for code, _title in asked.criteria
                    if text[f"answer_{code}"]},
        "people": people,
        "partners": _partners(asked, text["partners"], missing),
        "prototype": {"commit": text["commit"].lower(), **{
            name: text[name] for name in ("repository", "branch", "live", "licence")}},
        "declared": _declared(text, missing),
    }  # fmt: skip


def words(text: str) -> int:
    """How many words a text has, as people count them."""
    return len(text.split())


def _too_long(asked: Asked, text: dict[str, str], missing: list[Any]) -> None:
    for name, value in text.items():
        most = asked.words.get(name)
        if most and words(value) > most:
            said = {"most": most, "count": words(value)}
            missing.append(("proposal", _("The approach may have %(most)s words; it has %(count)s.")
                            % said))  # fmt: skip
        if len(value) > TEXT_MAX:
            missing.append(("proposal", _("A text may have %(most)s characters; one has "
                                          "%(count)s.")
                            % {"most": TEXT_MAX, "count": len(value)}))  # fmt: skip


def _lines(text: str, columns: tuple[str, ...]) -> list[dict[str, str]]:
    """The lines of a list, each divided at its semicolons."""
    found = []
    for line in text.splitlines()[:LINES_MAX]:
        parts = [part.strip() for part in line.split(";")]
        if parts[0]:
            padded = [*parts, *[""] * len(columns)]
            found.append(dict(zip(columns, padded, strict=False)))
    return found


def _partners(asked: Asked, text: str, missing: list[Any]) -> list[dict[str, str]]:
    """Who bids jointly or works under the bidder: name, tax number, kind, part."""
    found = _lines(text, ("name", "number", "kind", "part"))
    known = {str(label).casefold(): code for code, label in KINDS.items()}
    known |= {code: code for code in KINDS}
    for row in found:
        kind = known.get(row["kind"].casefold(), "")
        said = {"name": row["name"]}
        if not kind:
            missing.append(("people", _("Say of %(name)s whether it is a joint bid or a "
                                        "subcontractor.") % said))  # fmt: skip
        elif kind == "joint" and not asked.joint:
            missing.append(("people", _("Joint bids are not possible in this competition: "
                                        "%(name)s.") % said))  # fmt: skip
        row["kind"] = kind or row["kind"]
    return found


def _declared(text: dict[str, str], missing: list[Any]) -> list[str]:
    given = [code for code in DECLARED if text[f"declared_{code}"]]
    if len(given) < len(DECLARED):
        missing.append(("people", _("Every declaration has to be given.")))
    return given


# The prototype


def _prototype(asked: Asked, technical: dict[str, Any], missing: list[Any]) -> None:
    given, where = technical["prototype"], "prototype"
    if asked.prototype.get("repository", True):
        _repository(technical, missing)
    if given["live"]:
        _check(locating.check_page, given["live"], _("Live address"), missing)
    elif asked.prototype.get("live_page"):
        missing.append((where, _("Give the address of the live page.")))
    allowed = asked.prototype.get("licences") or []
    if allowed and given["licence"] not in allowed:
        missing.append((where, _("Choose one of the licences that are accepted.")))


def _repository(technical: dict[str, Any], missing: list[Any]) -> None:
    """What is wrong with address, branch and commit, by the rules under which they are fetched."""
    given, where = technical["prototype"], "prototype"
    if not given["repository"]:
        missing.append((where, _("Give the address of the repository, with https or ssh.")))
    else:
        _check(locating.check_repository, given["repository"], _("Address of the repository"),
               missing)  # fmt: skip
    if not given["branch"]:
        missing.append((where, _("Name the branch.")))
    else:
        _check(bringing.check_branch, given["branch"], _("Branch"), missing)
    _check(bringing.check_commit, given["commit"], _("Commit"), missing)
    if not any(file["kind"] == "bundle" for file in technical["files"]):
        missing.append((where, _("Attach the git bundle.")))


def _check(rule: Callable[[str], str], value: str, label: str, missing: list[Any]) -> None:
    try:
        rule(value)
    except Refused as refused:
        missing.extend(("prototype", f"{label}: {reason}") for reason in refused.reasons)


# The price


def _price(asked: Asked, text: dict[str, str], missing: list[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "basis": asked.basis, "currency": asked.currency, "tax": asked.tax, "total": None,
        "rates": {}, "hours": {row[0]: row[2] for row in asked.basket}, "sprint": None,
        "sprints": asked.sprints,
    }  # fmt: skip
    for category, name, _hours, most in asked.basket:
        rate = _amount(text[f"rate_{category}"], asked.currency, name, missing)
        found["rates"][category] = rate
        if rate is not None and most is not None and rate > most:
            said = {"category": name, "most": show(most, asked.currency)}
            missing.append(("price", _("%(category)s: the lot allows %(most)s an hour at most.")
                            % said))  # fmt: skip
    if asked.basis == "sprint":
        label = _("Price per sprint")
        found["sprint"] = _amount(text["sprint"], asked.currency, label, missing)
        if found["sprint"] is not None:
            found["total"] = found["sprint"] * asked.sprints
    elif all(rate is not None for rate in found["rates"].values()):
        found["total"] = sum(rate * found["hours"][name] for name, rate in found["rates"].items())
    if found["total"] is not None and not 0 < found["total"] <= LARGEST:
        missing.append(("price", _("The price in all must be above zero, and not too large.")))
    return found


def _amount(typed: str, currency: str, label: Any, missing: list[Any]) -> int | None:
    """What was typed, in minor units; None with a sentence where it is no amount above zero."""
    try:
        found = fields.minor(fields.AmountField(required=False).clean(typed), currency)
    except ValidationError as error:
        missing.append(("price", f"{label}: {' '.join(error.messages)}"))
        return None
    if not found:
        missing.append(("price", _("%(what)s: enter an amount above zero.") % {"what": label}))
        return None
    return found
