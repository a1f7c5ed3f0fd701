"""What can be wrong with a row, what it may lack, and the sentence that says so."""

import re
from collections.abc import Mapping as Map
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
"""Characters that no text has, and that no database keeps."""

FAULTS: dict[str, Any] = {
    "key_missing": _("The row has no %(column)s, by which a project is known."),
    "key_repeated": _("“%(value)s” stands already in row %(row)s of this file."),
    "too_many": _("The row has %(found)s cells, but the header has %(expected)s."),
    "too_few": _("The row has only %(found)s cells, but the header has %(expected)s."),
    "quotes": _("A quotation mark is misplaced, so the cells of the row cannot be told apart."),
    "control": _("The cell holds characters that are no text."),
    "sheet_error": _("The cell holds the spreadsheet error %(value)s instead of a value."),
    "number": _("“%(value)s” is no amount. Write digits only, such as %(example)s."),
    "negative": _("The cost %(value)s is negative."),
    "too_large": _("The amount %(value)s is too large to be kept."),
    "date": _("“%(value)s” is no date of the form %(forms)s."),
    "year": _("The year of the date “%(value)s” is not between 1950 and 2199."),
    "ends_first": _("The project ends on %(ends)s, before it starts on %(starts)s."),
    "currency_unknown": _("“%(value)s” is no currency code of ISO 4217, such as MXN."),
    "currency_missing": _("The row states a cost but no currency."),
    "too_long": _("The text has %(found)s characters; at most %(limit)s fit."),
    "choice": _("“%(value)s” is none of: %(choices)s."),
    "address": _("“%(value)s” is no web address that starts with https:// or http://."),
    "code": _("“%(value)s” is no code: use letters, digits, points, hyphens and underscores."),
}
GAPS: dict[str, Any] = {
    "title": _("The title is missing."),
    "cost": _("The whole-life cost is missing."),
    "starts_on": _("The start date is missing."),
    "ends_on": _("The end date is missing."),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that keeps a row from becoming a project: where it stands and what stands there."""

    code: str
    column: str = ""
    value: str = ""
    detail: Map[str, Any] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """The fault in words, in the reader's language."""
        return str(FAULTS[self.code]) % {"column": self.column, "value": self.value, **self.detail}

    def as_data(self) -> dict[str, Any]:
        """The fault as it is kept: without words, so that each reader gets their own language."""
        value = NO_TEXT.sub("\ufffd", self.value)
        return {"code": self.code, "column": self.column, "value": value, **self.detail}


def fault_from(data: Map[str, Any]) -> Fault:
    """The fault that was kept by `as_data`."""
    detail = {name: value for name, value in data.items() if name not in _KEPT}
    return Fault(data["code"], data["column"], data["value"], detail)


_KEPT = frozenset({"code", "column", "value"})
