"""Tax numbers of companies by country: in one form, and checked where a rule is known. Pure.

The rules are python-stdnum's. Mexico's RFC is checked with its last digit, for persons (13 signs)
and companies (12); its generic ones stand for nobody, and so never say that two are the same.
Source: Código Fiscal de la Federación art. 27; Resolución Miscelánea Fiscal, rule 2.7.1.23.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any, NamedTuple

from babel import Locale
from babel.core import get_global
from django.db import models
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from stdnum import get_cc_module
from stdnum.exceptions import (
    InvalidChecksum,
    InvalidComponent,
    InvalidFormat,
    InvalidLength,
    ValidationError,
)

from vendors.naming import tidy

GENERIC = {"XAXX010101000", "XEXX010101000"}
"""The RFC of the public in general, and of foreigners who have none."""
KINDS: dict[str, tuple[str, ...]] = {
    "US": ("us.ein",), "ES": ("es.nif",), "BR": ("br.cnpj", "br.cpf"), "CO": ("co.nit",),
    "CL": ("cl.rut",), "AR": ("ar.cuit",), "PE": ("pe.ruc",), "UY": ("uy.rut",),
    "CA": ("ca.bn",), "FR": ("fr.tva", "fr.siren", "fr.siret"), "DE": ("de.vat", "de.stnr"),
    "GB": ("gb.vat", "gb.utr"), "IT": ("it.iva", "it.codicefiscale"),
    "IN": ("in_.gstin", "in_.pan"),
    "AU": ("au.abn", "au.acn"), "CH": ("ch.vat", "ch.uid"), "DO": ("do.rnc", "do.cedula"),
    "EC": ("ec.ruc",), "GT": ("gt.nit",), "CR": ("cr.cpj", "cr.cpf", "cr.cr"), "PY": ("py.ruc",),
    "VE": ("ve.rif",), "SV": ("sv.nit",), "CU": ("cu.ni",), "PT": ("pt.nif",), "NL": ("nl.btw",),
    "JP": ("jp.cn",), "KR": ("kr.brn",), "CN": ("cn.uscc",), "IL": ("il.hp", "il.idnr"),
    "NO": ("no.mva", "no.orgnr"), "SE": ("se.vat", "se.orgnr"), "ZA": ("za.tin",),
    "NZ": ("nz.ird",), "BE": ("be.vat",), "PL": ("pl.nip",), "IE": ("ie.vat",),
    "TR": ("tr.vkn", "tr.tckimlik"), "RU": ("ru.inn",), "SG": ("sg.uen",), "TH": ("th.tin",),
}  # fmt: skip
"""Which rules a country's companies fall under; others by the library's own list."""
SAME = {"UK": "GB", "EL": "GR"}
NOTHING = {"", "n/a", "na", "n.a.", "none", "null", "nil", "s/n", "sin rfc", "ninguno", "ninguna",
           "no aplica", "not applicable", "pending", "pendiente", "tbd", "-", "--", "---", "–", "—",
           "."}  # fmt: skip
"""What people write where there is no number."""
_LABEL = re.compile(
    r"^(?:r\.?f\.?c\.?|tax id|taxid|tin|ein|nif|cif|nit|rut|cuit|ruc|cnpj|vat)\s*[.:#]?\s+|"
    r"^(?:rfc|ein|nif|cif|nit|rut|cuit|ruc|cnpj|vat|tin)\s*[:#]\s*", re.I,
)  # fmt: skip
_RFC = re.compile(r"[A-ZÑ&]{3,4}[0-9]{6}[0-9A-Z]{3}\Z")
_RFC_ALPHABET = "0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ Ñ"
LONGEST = 40


class Standing(models.TextChoices):
    """What is known of a tax number."""

    NONE = "none", gettext_lazy("no number given")
    CHECKED = "checked", gettext_lazy("checked by the country's rule")
    GENERIC = "generic", gettext_lazy("generic: stands for nobody")
    UNCHECKABLE = "uncheckable", gettext_lazy("not checkable: no rule is known for the country")
    INVALID = "invalid", gettext_lazy("not valid")


class TaxNumber(NamedTuple):
    """A number in its one form, what is known of it, and the sentence when it is not valid."""

    number: str
    standing: str
    sentence: str = ""

    @property
    def identifies(self) -> bool:
        """Whether it says which company it is: equal ones in a country are one company's."""
        return self.standing in (Standing.CHECKED, Standing.UNCHECKABLE)


def read(country: str, text: str) -> TaxNumber:
    """Read a tax number as people write it: with spaces, dots, hyphens, in small letters."""
    written = tidy(unicodedata.normalize("NFKC", str(text))).lstrip("'’").strip()
    if written.casefold() in NOTHING:
        return TaxNumber("", Standing.NONE)
    written = _LABEL.sub("", written).strip() or written
    bare = _bare(written)
    if not bare:
        return TaxNumber("", Standing.NONE)
    if bare in GENERIC:
        return TaxNumber(bare, Standing.GENERIC)
    if len(bare) > LONGEST:
        sentence = _("A tax number has %(most)d signs at most.") % {"most": LONGEST}
        return TaxNumber(bare[:LONGEST], Standing.INVALID, sentence)
    return _checked(country.upper(), written, bare)


def _checked(country: str, written: str, bare: str) -> TaxNumber:
    if country == "MX":
        return _mexican(bare)
    rules = _rules(country)
    if not rules:
        return TaxNumber(bare, Standing.UNCHECKABLE)
    failure: ValidationError | None = None
    for kind, rule in rules:
        for typed in (written, bare):
            try:
                valid = str(rule.validate(typed))
            except ValidationError as error:
                failure = failure or error
            else:
                return TaxNumber(PARTS.get(kind, str)(_bare(valid)), Standing.CHECKED)
    return TaxNumber(bare, Standing.INVALID, _why(failure, written, country_name(country)))


def _bare(text: str) -> str:
    """Letters and digits only, in capitals; "&" and "Ñ" belong to an RFC."""
    composed = unicodedata.normalize("NFC", text).upper()
    return "".join(sign for sign in composed if sign.isalnum() or sign == "&")


def _mexican(bare: str) -> TaxNumber:
    """An RFC with its check digit; dates and signs by the tax administration's rule."""
    if bare.startswith("MX") and len(bare) in (14, 15) and _RFC.match(bare[2:]):
        bare = bare[2:]
    rule: Any = import_module("stdnum.mx.rfc")
    named = {"number": bare, "country": country_name("MX")}
    if len(bare) not in (12, 13):
        return TaxNumber(bare, Standing.INVALID, _(
            "The RFC “%(number)s” has neither the 12 signs of a company nor the 13 of a person."
        ) % named)  # fmt: skip
    if not _RFC.match(bare):
        return TaxNumber(bare, Standing.INVALID, _(
            "“%(number)s” is not built like an RFC: letters, six digits of a date, three signs."
        ) % named)  # fmt: skip
    if rule.calc_check_digit(bare[:-1]) != bare[-1]:
        return TaxNumber(bare, Standing.INVALID, _(
            "The check digit of the RFC “%(number)s” is wrong; look whether it is typed as on the "
            "tax certificate."
        ) % named)  # fmt: skip
    try:
        rule.validate(bare)
    except ValidationError as error:
        return TaxNumber(bare, Standing.INVALID, _why(error, bare, named["country"]))
    return TaxNumber(bare, Standing.CHECKED)


@cache
def _rules(country: str) -> tuple[tuple[str, Any], ...]:
    """The rules of a country, each with its name; none where the library knows none."""
    country = SAME.get(country, country)
    if names := KINDS.get(country):
        return tuple((name, import_module(f"stdnum.{name}")) for name in names)
    module = get_cc_module(country, "vat") if country.isalpha() else None
    return ((f"{country.lower()}.vat", module),) if module is not None else ()


PARTS: dict[str, Callable[[str], str]] = {
    "fr.tva": lambda number: number[-9:], "fr.siret": lambda number: number[:9],
    "ca.bn": lambda number: number[:9], "ch.vat": lambda number: number[:12],
    "no.mva": lambda number: number[:9], "se.vat": lambda number: number[:10],
}  # fmt: skip
"""Numbers of one company that contain one another: brought to the part that they share."""


def _why(error: Any, written: str, country: str) -> str:
    named = {"number": written, "country": country}
    if isinstance(error, InvalidChecksum):
        return (
            _("The check digit of “%(number)s” is wrong for a tax number of %(country)s.") % named
        )
    if isinstance(error, InvalidLength):
        return _("“%(number)s” is too short or too long for a tax number of %(country)s.") % named
    if isinstance(error, (InvalidFormat, InvalidComponent)):
        return _("“%(number)s” is not built like a tax number of %(country)s.") % named
    return _("“%(number)s” is not a tax number of %(country)s.") % named


def country_name(code: str) -> str:
    """The name of a country in the language of the sentence; the code itself when unknown."""
    return str(_locale((get_language() or "en")[:2]).territories.get(code, code))


@cache
def _locale(language: str) -> Locale:
    return Locale.parse(language)


@cache
def _countries() -> dict[str, str]:
    """Two letters of a country by its names in Spanish and English, and by three letters."""
    found: dict[str, str] = {}
    for language in ("en", "es"):
        for code, name in _locale(language).territories.items():
            if len(code) == 2 and code.isalpha():  # noqa: PLR2004
                found[_folded(name)] = code
                found[_folded(code)] = code
    for code, names in get_global("territory_aliases").items():
        if len(code) == 3 and code.isalpha() and len(names) == 1:  # noqa: PLR2004
            found.setdefault(_folded(code), names[0])
    return found | MORE


MORE = {"usa": "US", "eua": "US", "eeuu": "US", "unitedstatesofamerica": "US", "us": "US",
        "estadosunidosdeamerica": "US", "estadosunidosmexicanos": "MX", "mexico": "MX",
        "mejico": "MX", "uk": "GB", "greatbritain": "GB", "england": "GB", "inglaterra": "GB",
        "granbretana": "GB", "el": "GR", "holanda": "NL", "holland": "NL", "korea": "KR",
        "corea": "KR", "czechrepublic": "CZ", "republicacheca": "CZ",
        "turkey": "TR", "republicadominicana": "DO"}  # fmt: skip


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", tidy(text).casefold())
    return "".join(sign for sign in plain if sign.isalnum())


def country_code(text: str) -> str | None:
    """The two letters of a country as people write it; "" for none, None for no country at all."""
    folded = _folded(text)
    if not folded:
        return ""
    if folded in _countries():
        return _countries()[folded]
    return folded.upper() if len(folded) == 2 and folded.isascii() and folded.isalpha() else None  # noqa: PLR2004
