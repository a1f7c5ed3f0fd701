"""What became of each row of a list of vendors, in words."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from vendors import vendor_files
from vendors.models.match import Ground
from vendors.models.vendor_import import VendorImport
from vendors.vendor_files import Row
from vendors.vendor_rows import read_row

OUTCOMES = {
    "created": pgettext_lazy("row", "created"), "updated": pgettext_lazy("row", "updated"),
    "unchanged": pgettext_lazy("row", "unchanged"),
    "to_match": gettext_lazy("waits for a decision"),
    "quarantined": gettext_lazy("in quarantine"),
}  # fmt: skip


def header() -> list[str]:
    """The columns of the report."""
    return [_("Line"), _("Name"), _("Outcome"), _("Vendor"), _("Why")]


def lines_of(run: VendorImport) -> Iterator[list[Any]]:
    """The report, a row for each of the file."""
    for line in told(run, run.lines):
        yield [line["line"], line["name"], line["label"], line.get("vendor", ""),
               " ".join(line["sentences"])]  # fmt: skip


def told(run: VendorImport, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows with their outcome and its sentences in the reader's language."""
    return [
        {**line, "label": OUTCOMES[line["outcome"]], "sentences": _sentences(run, line)}
        for line in lines
    ]  # fmt: skip


def _sentences(run: VendorImport, line: dict[str, Any]) -> list[str]:
    if line.get("contradicts"):
        return [_("Line %(line)s of this file says otherwise of the same vendor.")
                % {"line": line["contradicts"]}]  # fmt: skip
    if line["outcome"] == "quarantined":
        row = Row(line["line"], line["cells"], line.get("fault", ""))
        return read_row(row, vendor_files.MAPPINGS[run.mapping]).faults
    if line.get("dismissed"):
        return [_("A person decided that this is nothing to register.")]
    return [_why(vendor, ground) for vendor, ground in line.get("grounds", ())]


def _why(vendor: str, ground: str) -> str:
    label = str(Ground(ground).label)
    return f"{vendor}: {label}" if vendor else label
