"""What a row of a list of vendors says: name, country, number, and what the company declares. Pure.

Words for size, yes and no, and ownership are read in Spanish and English.
"""

import unicodedata
from collections.abc import Callable
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from vendors import naming
from vendors.tax_numbers import Standing, country_code, read
from vendors.vendor_files import Row

SIZES = {
    "micro": "micro microempresa microenterprise microempresas verysmall muypequena",
    "small": "small s pequena pequeno pequenaempresa smallbusiness smallenterprise chica pequenas "
             "smallcompany",
    "medium": "medium m mediana mediano medianaempresa mediumsized midsize mediumenterprise medio "
              "mid mediumbusiness medianas",
    "large": "large l grande big largebusiness largeenterprise granempresa grandes "
             "gran "
             "otherthansmall otherthansmallbusiness",
}  # fmt: skip
YES = "si s yes y true t 1 x verdadero v cierto"
NO = "no n false f 0 falso"
OWNERSHIP = {
    "women": "women womenowned womanowned woman female femaleowned mujeres mujer wosb edwosb "
             "propiedaddemujeres demujeres ownedbywomen",
    "indigenous": "indigenous indigenousowned native nativeamerican tribal indigena indigenas "
                  "pueblosindigenas aboriginal",
    "disability": "disability disabled disabledowned discapacidad personascondiscapacidad",
    "youth": "youth young youthowned jovenes joven",
    "minority": "minority minorityowned minorias minoria 8a sdb blackowned hispanic hispanicowned",
    "veteran": "veteran veterans veteranowned veteranos veterano vosb sdvosb",
    "cooperative": "cooperative coop cooperativa cooperatives cooperativas",
    "foreign": "foreign foreignowned extranjera extranjero extranjeros",
}  # fmt: skip
LIMITS = {"name": 200, "region": 120, "ownership": 300}


def _spellings(table: dict[str, str]) -> dict[str, str]:
    return {word: code for code, words in table.items() for word in words.split()}


SIZE_WORDS, OWNERSHIP_WORDS = _spellings(SIZES), _spellings(OWNERSHIP)
TRUTH = {**dict.fromkeys(YES.split(), True), **dict.fromkeys(NO.split(), False)}
UNSAID = {"", "na", "nd", "none", "null", "unknown", "desconocido", "sindato", "noaplica",
          "nodisponible"}  # fmt: skip


class Read(NamedTuple):
    """What a row says, and the sentences that speak against it; with any it is not taken in."""

    name: str
    country: str
    tax_id: str
    tax_standing: str
    declared: dict[str, Any]
    faults: list[str]


def read_row(row: Row, country: str = "") -> Read:
    """Read a row; `country` is that of the list, where the row names none."""
    if row.fault:
        return Read(_name(row), "", "", Standing.NONE, {}, [_broken(row.fault)])
    faults: list[str] = []
    name = _name(row)
    if not naming.key(name):
        faults.append(_("The row has no name."))
    elif len(name) > LIMITS["name"]:
        faults.append(_("The name is longer than %(most)d signs.") % {"most": LIMITS["name"]})
    written = naming.tidy(row.cells.get("country", ""))
    code = country_code(written)
    if code is None:
        faults.append(_("“%(country)s” is no country.") % {"country": written[:60]})
    number = read(code or country, row.cells.get("tax_id", ""))
    if number.standing == Standing.INVALID and code is not None:
        faults.append(number.sentence)
    declared = _declared(row.cells, faults)
    return Read(name[:200], code or country, number.number, str(number.standing), declared, faults)


def _name(row: Row) -> str:
    return naming.tidy(row.cells.get("name", ""))


def _broken(code: str) -> str:
    return {
        "quotes": _("A quotation mark in this line is not closed."),
        "cells": _("The row has more cells than there are columns; a name with a comma stands in "
                   "quotation marks."),
        "twice": _("A column stands in this entry twice."),
        "shape": _("This entry is no list of columns and texts."),
    }[code]  # fmt: skip


def _declared(cells: dict[str, str], faults: list[str]) -> dict[str, Any]:
    """What the row says of the company, by flag; what is empty is not said."""
    readers: dict[str, Callable[[str], Any]] = {
        "size": lambda text: SIZE_WORDS.get(_folded(text)),
        "start_up": lambda text: TRUTH.get(_folded(text)),
        "social_enterprise": lambda text: TRUTH.get(_folded(text)),
        "region": lambda text: text if len(text) <= LIMITS["region"] else None,
        "ownership": _ownership,
    }
    found: dict[str, Any] = {}
    for flag, reader in readers.items():
        text = naming.tidy(cells.get(flag, ""))
        if _folded(text) in UNSAID:
            continue
        value = reader(text)
        if value is None:
            faults.append(_unreadable(flag, text))
        else:
            found[flag] = value
    return found


def _unreadable(flag: str, text: str) -> str:
    said = {"text": text[:60]}
    if flag == "size":
        return _("“%(text)s” is no size: write micro, small, medium or large.") % said
    if flag in ("start_up", "social_enterprise"):
        return _("“%(text)s” is neither yes nor no.") % said
    return _("“%(text)s” is too long.") % said


def _ownership(text: str) -> list[str] | None:
    """Codes of ownership, and words that are none as they stand there; each once, in order."""
    if len(text) > LIMITS["ownership"]:
        return None
    for sign in ";|/":
        text = text.replace(sign, ",")
    parts = [" ".join(part.split()) for part in text.split(",")]
    return list(dict.fromkeys(OWNERSHIP_WORDS.get(_folded(part), part) for part in parts if part))


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in plain if sign.isalnum())
