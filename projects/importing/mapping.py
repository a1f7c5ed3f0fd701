"""A mapping says which column of a foreign file is which field of a project: data, never code."""

import json
import re
from collections.abc import Mapping as Map
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from time import strptime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from core.money import CURRENCIES
from core.refusals import Refused

FOLDER = Path(__file__).parent / "mappings"
UNITS: dict[str, int | None] = {"millions": 6, "thousands": 3, "units": 0, "minor": None}
TEXTS = (
    "title", "problem", "users_and_needs", "life_event", "open_standards", "licence", "source_url",
)  # fmt: skip
FIELDS = frozenset({*TEXTS, "cost", "starts_on", "ends_on", "risk", "tags"})
CONSTANTS = frozenset({*TEXTS, "tags", "risk"})
RISKS = frozenset({"low", "medium", "high"})
CONTROLS = re.compile(r"\\u00[01][0-9a-fA-F]")
CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_TOP = {"code", "label", "description", "key", "currency", "institution", "fields", "constants",
        "decimal", "grouping", "sheet"}  # fmt: skip
_COLUMN = {"column", "optional", "unit", "dates", "separator", "values"}
_INSTITUTION = {"code", "name", "prefix", "names", "country", "zone", "optional"}


@dataclass(frozen=True)
class Column:
    """One column of the file: its header, and how its cells are to be read."""

    header: str
    optional: bool = False
    unit: str = "units"
    dates: tuple[str, ...] = ()
    separator: str = ";"
    values: Map[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class InstitutionColumns:
    """Which columns name the institution, and what a new one gets."""

    code: Column | None
    name: Column | None
    prefix: str = ""
    names: Map[str, str] = field(default_factory=dict)
    country: str = "MX"
    zone: str = "America/Mexico_City"


@dataclass(frozen=True)
class Mapping:
    """How a kind of file becomes projects; `code` and the key together name a row for ever."""

    code: str
    label: str
    key: Column
    fields: Map[str, Column]
    institution: InstitutionColumns | None
    currency: str
    currency_column: Column | None
    constants: Map[str, Any]
    decimal: str = "."
    grouping: str = ""
    sheet: str = ""
    text: str = ""

    @property
    def columns(self) -> list[Column]:
        """Every column that the mapping reads, the key first."""
        found = [self.key, self.currency_column, *self.fields.values()]
        if self.institution:
            found += [self.institution.code, self.institution.name]
        return [column for column in found if column is not None]


def known() -> list[Mapping]:
    """The mappings that come with Compuerta, by code."""
    return [parse(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.json"))]


def find(name: str) -> Mapping:
    """The shipped mapping of that code, or else the one in that JSON file; raises Refused."""
    shipped = FOLDER / f"{name}.json"
    path = shipped if CODE.fullmatch(name) and shipped.is_file() else Path(name)
    if not path.is_file():
        raise Refused(
            _("There is no mapping “%(name)s”. Use %(known)s, or the path of a JSON file.")
            % {"name": name, "known": ", ".join(p.stem for p in sorted(FOLDER.glob("*.json")))}
        )
    try:
        return parse(path.read_bytes().decode("utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(
            _("The mapping %(name)s cannot be read. Save it as JSON in UTF-8.") % {"name": name}
        ) from error


def parse(text: str) -> Mapping:
    """The mapping that a JSON text describes; raises Refused with a sentence for each fault."""
    data = _data(text)
    code = _text(data, "code")
    if not CODE.fullmatch(code):
        raise Refused(_("The code of a mapping has small letters, digits and hyphens, up to 40."))
    fixed, column = _currency(data.get("currency"))
    decimal, grouping = _signs(data)
    return Mapping(
        code=code,
        label=_text(data, "label"),
        key=_column({"column": _text(data, "key")}, "key"),
        fields=_fields(data.get("fields")),
        institution=_institution(data.get("institution")),
        currency=fixed,
        currency_column=column,
        constants=_constants(data.get("constants", {})),
        decimal=decimal,
        grouping=grouping,
        sheet=_text(data, "sheet", ""),
        text=text,
    )


def _data(text: str) -> dict[str, Any]:
    try:
        data = json.loads(text)
        if CONTROLS.search(text):
            raise ValueError(_("it holds characters that are no text"))
    except (ValueError, RecursionError) as error:
        raise Refused(_("The mapping is no JSON: %(error)s.") % {"error": error}) from error
    if not isinstance(data, dict):
        raise Refused(_("The mapping must be a JSON object with code, label, key and fields."))
    _only(data, _TOP, _("the mapping"))
    return data


def _signs(data: Map[str, Any]) -> tuple[str, str]:
    decimal, grouping = data.get("decimal", "."), data.get("grouping", "")
    if decimal not in (".", ",") or grouping not in ("", ",", ".", " ", "'") or decimal == grouping:
        raise Refused(_("“decimal” is a point or a comma, and “grouping” is another sign."))
    return decimal, grouping


def _only(data: Map[str, Any], allowed: set[str], where: str) -> None:
    if unknown := sorted(set(data) - allowed):
        raise Refused(
            _("In %(where)s, “%(name)s” is unknown. It may have: %(allowed)s.")
            % {"where": where, "name": unknown[0], "allowed": ", ".join(sorted(allowed))}
        )


def _text(data: Map[str, Any], name: str, default: str | None = None) -> str:
    value = data.get(name, default)
    if not isinstance(value, str) or (default is None and not value.strip()):
        raise Refused(_("The mapping needs “%(name)s” as a text.") % {"name": name})
    return value.strip()


def _object(value: Any, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Refused(_("The mapping needs “%(name)s” as an object.") % {"name": name})
    return value


def _fields(value: Any) -> dict[str, Column]:
    data = _object(value, "fields")
    _only(data, set(FIELDS), "fields")
    if "title" not in data:
        raise Refused(_("The mapping must say which column is the title."))
    return {name: _column(column, name) for name, column in data.items()}


def _column(value: Any, name: str) -> Column:
    data = _object({"column": value} if isinstance(value, str) else value, name)
    _only(data, _COLUMN, name)
    unit, dates, values = data.get("unit", "units"), data.get("dates", []), data.get("values", {})
    if not isinstance(unit, str) or unit not in UNITS:
        raise Refused(
            _("The unit of “%(name)s” is one of: %(units)s.")
            % {"name": name, "units": ", ".join(UNITS)}
        )
    if name in ("starts_on", "ends_on"):
        _check_dates(name, dates)
    if not isinstance(data.get("optional", False), bool):
        raise Refused(_("“optional” of “%(name)s” is true or false.") % {"name": name})
    _object(values, f"{name}.values")
    if name == "risk" and not all(isinstance(v, str) and v in RISKS for v in values.values()):
        raise Refused(_("The values of the risk become low, medium or high."))
    return Column(
        header=_text(data, "column"),
        optional=data.get("optional", False),
        unit=unit,
        dates=tuple(dates),
        separator=data.get("separator") or ";",
        values={str(key).casefold(): text for key, text in values.items()},
    )


def _check_dates(name: str, forms: Any) -> None:
    if not isinstance(forms, list) or not forms or not all(isinstance(f, str) for f in forms):
        raise Refused(
            _("“%(name)s” needs “dates”: a list of forms such as %%Y-%%m-%%d.") % {"name": name}
        )
    day = date(2031, 12, 28)
    for form in forms:
        try:
            fits = date(*strptime(day.strftime(form), form)[:3]) == day
        except ValueError:
            fits = False
        if not fits:
            raise Refused(
                _("“%(form)s” of “%(name)s” is no form of a whole date with a year of four digits.")
                % {"form": form, "name": name}
            )


def _currency(value: Any) -> tuple[str, Column | None]:
    data = _object(value, "currency")
    _only(data, {"fixed", "column", "optional"}, "currency")
    if ("fixed" in data) == ("column" in data):
        raise Refused(_("The currency is either fixed or a column."))
    if "column" in data:
        return "", _column(data, "currency")
    if not isinstance(data["fixed"], str) or data["fixed"] not in CURRENCIES:
        raise Refused(_("“%(code)s” is no currency code of ISO 4217.") % {"code": data["fixed"]})
    return data["fixed"], None


def _institution(value: Any) -> InstitutionColumns | None:
    if value is None:
        return None
    data = _object(value, "institution")
    _only(data, _INSTITUTION, "institution")
    if "code" not in data and "name" not in data:
        raise Refused(_("The institution needs a column for its code or its name."))
    optional = bool(data.get("optional", False))
    code, name = (
        Column(_text(data, part), optional=optional) if part in data else None
        for part in ("code", "name")
    )
    names = _object(data.get("names", {}), "institution.names")
    country, zone = _text(data, "country", "MX"), _text(data, "zone", "America/Mexico_City")
    if not re.fullmatch("[A-Z]{2}", country):
        raise Refused(_("“%(code)s” is no country code of two letters.") % {"code": country})
    try:
        ZoneInfo(zone)
    except (ValueError, KeyError, OSError) as error:
        raise Refused(_("“%(zone)s” is no time zone.") % {"zone": zone}) from error
    return InstitutionColumns(
        code=code,
        name=name,
        prefix=_text(data, "prefix", ""),
        names={str(k): str(v) for k, v in names.items()},
        country=country,
        zone=zone,
    )


def _constants(value: Any) -> dict[str, Any]:
    data = _object(value, "constants")
    _only(data, set(CONSTANTS), "constants")
    for name, constant in data.items():
        right = isinstance(constant, list if name == "tags" else str)
        if not right or (name == "risk" and constant not in RISKS):
            raise Refused(_("The constant “%(name)s” has a wrong value.") % {"name": name})
    return data
