"""Figures of concentration as people read them, as charts, and as rows of a table to take along."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from core import charts
from core.money import plain, show
from vendors.concentration import KINDS, SIZES, Figures, as_strings, rounded
from vendors.models import Size


@dataclass
class Part:
    """The figures of a lot, a framework, an institution or a year: named, linked, in a currency."""

    label: str
    found: Figures
    currency: str
    url: str = ""
    anchor: str = ""
    admitted_known: bool = True

    @property
    def cells(self) -> list[str]:
        """What stands in the columns of `heads`, in their order."""
        found = self.found
        return [
            str(found.admitted) if self.admitted_known else "–", str(found.with_orders),
            str(found.orders), show(found.value, self.currency), percent(found.top1_share),
            percent(found.top4_share), index(found.hhi), percent(found.share("small")),
            percent(found.share("start_up")), percent(found.share("first_time")),
        ]  # fmt: skip


def heads() -> list[str]:
    """The columns of the table on the page, after the name."""
    return [_("Admitted"), _("With orders"), _("Orders"), _("Value"), _("First vendor"),
            _("First four"), _("HHI"), _("Small"), _("Start-ups"), _("First order")]  # fmt: skip


def percent(share: Fraction | None) -> str:
    """A share in percent with one decimal, half up, in the reader's signs; a dash for none."""
    if share is None:
        return "–"
    return f"{number_format(Decimal(rounded(share * 100, 1) or 0), 1)}\u00a0%"


def index(value: Fraction | None) -> str:
    """The HHI without decimals, in the reader's signs; a dash for none."""
    if value is None:
        return "–"
    return number_format(Decimal(rounded(value, 0) or 0), 0, force_grouping=True)


def size_chart(parts: Iterable[Part], key: str) -> Any:
    """How the value of each part is made up of vendors' sizes."""
    sizes = [*SIZES, ""]
    series = [str(Size(size).label) if size else _("not declared") for size in sizes]
    rows = [
        (part.label, [charts.Bar(name, part.found.by_size[size],
                                 show(part.found.by_size[size], part.currency))
                      for size, name in zip(sizes, series, strict=True)])
        for part in parts if part.found.value
    ]  # fmt: skip
    return charts.stacked_chart(_("Value by size of the vendor"), series, rows, key=key) if (
        rows
    ) else ""  # fmt: skip


def hhi_chart(parts: Iterable[Part], key: str) -> Any:
    """How concentrated each part is, on one scale."""
    bars = [charts.Bar(part.label, Decimal(rounded(part.found.hhi, 2) or 0), index(part.found.hhi))
            for part in parts if part.found.hhi is not None]  # fmt: skip
    said = _("0: many vendors with small shares. 10,000: one vendor has everything.")
    return charts.bar_chart(_("Concentration (HHI) by value"), bars, key=key,
                            description=said) if bars else ""  # fmt: skip


def csv_header() -> list[str]:
    """The columns of the file, exact figures by value and by number of orders."""
    names = ["part", "name", "currency", *as_strings(Figures(), "")]
    names += [f"{kind}_share_of_orders" for kind in KINDS]
    return names + [f"{size or 'undeclared'}_size_share" for size in (*SIZES, "")]


def csv_row(kind: str, part: Part) -> list[str]:
    """One part as a row of the file."""
    found = part.found
    values = as_strings(found, plain(found.value, part.currency))
    if not part.admitted_known:
        values["admitted"] = None
    counts = [rounded(found.share_of_count(name), 6) for name in KINDS]
    sizes = [rounded(found.size_share(size), 6) for size in (*SIZES, "")]
    cells = [kind, part.label, part.currency, *values.values(), *counts, *sizes]
    return ["" if cell is None else cell for cell in cells]
