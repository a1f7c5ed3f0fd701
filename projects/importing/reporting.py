"""The report of an import: what became of each row, in the reader's words."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.money import from_minor
from projects.importing.faults import GAPS, fault_from
from projects.importing.loading import line_of
from projects.importing.planning import Decision
from projects.models import ImportRun, Project

OUTCOMES = {
    "created": gettext_lazy("created"),
    "updated": gettext_lazy("updated"),
    "unchanged": gettext_lazy("unchanged"),
    "quarantined": gettext_lazy("in quarantine"),
}
NOTES = {
    "corrected": gettext_lazy("It was corrected here in quarantine, so it was left as it is."),
    "past_draft": gettext_lazy("The project is past draft, so it was left as it is."),
    "edited_here": gettext_lazy("It was edited here, and the file has not changed there: left."),
    "dismissed": gettext_lazy("The row was dismissed here, with a reason."),
    "still_kept": gettext_lazy("The row is in quarantine already, unchanged."),
}
NONE = "XXX"
Line = dict[str, Any]


def header() -> list[str]:
    """The columns of the report."""
    return [_("row"), _("key"), _("outcome"), _("project"), _("column"), _("value"), _("remark")]


def lines_of(run: ImportRun) -> Iterator[list[Any]]:
    """The report of a finished or running import, a list of cells a remark."""
    for text in run.batches.order_by("number").values_list("lines", flat=True).iterator(1):
        yield from cells_of(json.loads(text))


def lines_of_decisions(decisions: Iterable[Decision]) -> Iterator[list[Any]]:
    """The report that an import would give, nothing being written."""
    yield from cells_of(line_of(decision) for decision in decisions)


def cells_of(lines: Iterable[Line]) -> Iterator[list[Any]]:
    """A line of the report for each fault, gap and note of a row; one for a row without any."""
    for line in lines:
        start = [line["row"], line["key"], str(OUTCOMES[line["outcome"]]), line.get("project", "")]
        for remark in list(_remarks(line)) or [["", "", ""]]:
            yield [*start, *remark]


def _remarks(line: Line) -> Iterator[list[str]]:
    for data in line.get("faults", ()):
        fault = fault_from(data)
        yield [fault.column, fault.value, fault.sentence]
    for gap in line.get("gaps", ()):
        yield [field_label(gap), "", str(GAPS[gap])]
    if line.get("note"):
        names = ", ".join(field_label(name) for name in line.get("fields", ()))
        yield [names, "", str(NOTES[line["note"]])]
    for name, (before, after) in line.get("changes", {}).items():
        remark = _("Changed from “%(before)s” to “%(after)s”.")
        yield [field_label(name), after, remark % {"before": before, "after": after}]


def field_label(name: str) -> str:
    """The name of a project's field as people read it."""
    return str(Project._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


def total_text(total: Mapping[str, int], currency: str) -> str:
    """Amounts by currency as the last line of the command prints them: `12.00 MXN 5.00 USD`.

    `total` is in minor units. Without any cost it is zero of the mapping's currency, or, where a
    column names the currency, of XXX, which is ISO 4217 for none.
    """
    found = {code: minor for code, minor in total.items() if code} or {currency or NONE: 0}
    return " ".join(f"{from_minor(minor, code)} {code}" for code, minor in sorted(found.items()))
