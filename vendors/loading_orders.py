"""Loading historical orders into a framework: each row an order, a question, or in quarantine.

A row is known by its key within the framework, so that a file read twice changes nothing. Names of
vendors are compared as `vendors.matching` compares them; who is nobody's waits for a person there.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import IO, Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from core import history
from core.models import Institution, User
from core.refusals import Refused
from core.steps import allow, create, perform
from projects.folding import fold
from projects.importing.tables import Table, filled
from projects.importing.texts import open_text
from vendors import matching, ordering
from vendors import permissions_frameworks as who
from vendors.models import Framework, HistoricalRow, Lot, Vendor
from vendors.models.match import MatchState
from vendors.order_rows import NEEDED, OPTIONAL, Row, as_cells, currency_of, judge

COUNTS = ("created", "updated", "unchanged", "to_match", "quarantined")
CODE_LIMIT, KEY_LIMIT = 40, 80
States = HistoricalRow.States


@dataclass
class Outcome:
    """What became of one row: one of `COUNTS`, the order it is, and the sentences why not."""

    number: int
    key: str
    outcome: str
    order: str = ""
    vendor: str = ""
    sentences: list[str] = field(default_factory=list)


def open_orders(file: IO[bytes]) -> Table:
    """A delimited file with the columns of orders; raises Refused, with a sentence, otherwise."""
    table = open_text(file, NEEDED, OPTIONAL)
    names = [" ".join(name.split()).casefold() for name in table.header]
    if not any(currency_of(name) for name in names):
        raise Refused(_("The file lacks the column with the amount, such as award_amount_usd."))
    return table


def rows_of(table: Table, framework: Framework) -> Iterator[Row]:
    """The filled lines of a table, each judged for a framework."""
    for line in table.lines:
        if not filled(line.cells):
            continue
        row = judge(line.number, as_cells(table.header, line.cells), framework.currency)
        if line.broken or len(line.cells) > len(table.header):
            row.faults.insert(0, _("The line has a misplaced quotation mark or too many cells."))
        yield row


@transaction.atomic
def load(framework: Framework, rows: Iterable[Row], *, by: User, lot: int | None = None,
         because: str = "") -> list[Outcome]:  # fmt: skip
    """Load rows into a framework, all or none; `lot` is the number of the lot that they belong to.

    Raises Denied for anybody but an officer, the secretariat or the clock.
    """
    allow(who.takes_in_orders, framework, by)
    history.lock(framework.dossier)
    loader = _Loader(framework, by, because, lot)
    return [loader.take(row) for row in rows]


def counted(outcomes: Iterable[Outcome]) -> dict[str, int]:
    """How many rows became what, in the order of `COUNTS`."""
    found = Counter(outcome.outcome for outcome in outcomes)
    return {name: found[name] for name in COUNTS}


class _Loader:
    """All that is known while rows of one file are loaded."""

    def __init__(self, framework: Framework, by: User, because: str, lot: int | None) -> None:
        self.framework, self.by, self.because = framework, by, because
        self.lots = {found.number: found for found in framework.lots.all()}
        self.lot = lot if lot is not None else next(iter(self.lots)) if len(self.lots) == 1 else 0
        self.index = matching.Index.load()
        self.places = {fold(found.name): found for found in Institution.objects.order_by("-pk")}
        rows = framework.historical_rows.select_related(*HistoricalRow.step_related, "order")
        self.known = {found.key: found for found in rows}
        self.seen: dict[str, str] = {}

    def take(self, row: Row) -> Outcome:
        """Load one row, and say what became of it."""
        key = self._key(row)
        known = self.known.get(key)
        if known is not None and known.digest == row.digest and known.state in (
            States.LOADED, States.DISMISSED,
        ):  # fmt: skip
            ref = known.order.ref if known.order else ""
            return Outcome(row.number, row.key, "unchanged", ref, row.vendor_name)
        lot = self._lot(row)
        if row.faults:
            return self._quarantine(key, row, known)
        found = matching.find(row.vendor_name, self.index)
        if found.vendor is None:
            return self._ask(key, row, known, found)
        return self._enter(key, row, known, found.vendor, lot)

    def _key(self, row: Row) -> str:
        """What the row is known by: its number, and where the file repeats it, how often."""
        key = row.key[: KEY_LIMIT - 8] or f"? {row.digest[:24]}"
        copies, wanted = 1, key
        while self.seen.get(wanted, row.digest) != row.digest:
            copies += 1
            wanted = f"{key} ({copies})"
        if copies > 1:
            row.faults.append(_("The number %(key)s stands in the file twice, with different "
                                "content.") % {"key": row.key})  # fmt: skip
        self.seen[wanted] = row.digest
        return wanted

    def _lot(self, row: Row) -> Lot | None:
        number = int(row.lot) if row.lot.isascii() and row.lot.isdigit() else self.lot
        found = self.lots.get(number)
        if found is None or (row.lot and not row.lot.isdigit()):
            row.faults.append(_("The row belongs to no lot of the framework: name the lot."))
        return found

    def _kept(self, key: str, row: Row, known: HistoricalRow | None, state: str) -> HistoricalRow:
        """The row as it is kept, with what it says now; new ones begin in that state."""
        kept = known or HistoricalRow(framework=self.framework, key=key, state=state)
        kept.number, kept.cells, kept.digest = row.number, row.cells, row.digest
        kept.lot_number = self.lot or None
        kept.faults, kept.vendor_name = row.faults, row.vendor_name[:250]
        self.known[key] = kept
        return kept

    def _settle(self, kept: HistoricalRow, step: str, target: str) -> None:
        """Save the row in its state, by the step that leads there if it stood in another."""
        if kept.pk is None:
            said = {"key": kept.key, "faults": kept.faults, "vendor": kept.vendor_name}
            create(kept, by=self.by, because=self.because, details=said)
            return
        kept.save()
        if kept.state != target:
            perform(kept, step, by=self.by, because=self.because or " ".join(kept.faults))
            kept.refresh_from_db(fields=["state"])

    def _quarantine(self, key: str, row: Row, known: HistoricalRow | None) -> Outcome:
        kept = self._kept(key, row, known, States.QUARANTINED)
        self._settle(kept, "quarantine", States.QUARANTINED)
        ref = kept.order.ref if kept.order else ""
        return Outcome(row.number, row.key, "quarantined", ref, row.vendor_name, row.faults)

    def _ask(self, key: str, row: Row, known: HistoricalRow | None, found: Any) -> Outcome:
        place = f"{self.framework.ref} · {row.key}"
        kept = self._kept(key, row, known, States.TO_MATCH)
        kept.match = matching.queue_name(row.vendor_name, found, by=self.by, place=place)
        self._settle(kept, "queue", States.TO_MATCH)
        said = _("Whether “%(name)s” is a known vendor waits for a person.")
        return Outcome(row.number, row.key, "to_match", "", row.vendor_name,
                       [said % {"name": row.vendor_name}])  # fmt: skip

    def _enter(self, key: str, row: Row, known: HistoricalRow | None, vendor: Vendor,
               lot: Any) -> Outcome:  # fmt: skip
        kept = self._kept(key, row, known, States.LOADED)
        kept.vendor = vendor
        values = self._values(row, vendor, lot)
        outcome = "updated" if kept.order else "created"
        kept.order = _put(kept.order, values, self.by, self.because)
        self._settle(kept, "take_in", States.LOADED)
        return Outcome(row.number, row.key, outcome, kept.order.ref, vendor.name)

    def _values(self, row: Row, vendor: Vendor, lot: Any) -> dict[str, Any]:
        return {
            "lot": lot, "vendor": vendor, "institution": self._institution(row.agency),
            "title": row.title, "value": row.value, "currency": self.framework.currency,
            "signed_on": row.awarded_on, "outside_ref": row.key, "details": row.cells,
        }  # fmt: skip

    def _institution(self, name: str) -> Institution:
        """The institution of that name, however it is written; entered when it is new."""
        known = self.places.get(fold(name))
        if known is None:
            known = self.places[fold(name)] = self._new_institution(name[:200])
        return known

    def _new_institution(self, name: str) -> Institution:
        stem = slugify(name).upper()[: CODE_LIMIT - 4].strip("-") or "INST"
        code, number = stem, 1
        while Institution.objects.filter(code__iexact=code).exists():
            number += 1
            code = f"{stem}-{number}"
        like = self.framework.institution
        entered = Institution(code=code, name=name, country=like.country, zone=like.zone)
        entered.save(force_insert=True)
        entered.dossier = history.open_dossier(  # type: ignore[attr-defined]
            "institution", f"institution-{entered.pk}"
        )
        history.record("core.institution.create", entered, by=self.by, because=self.because,
                       details={"code": code, "name": name})  # fmt: skip
        return entered


def _put(order: Any, values: dict[str, Any], by: User, because: str) -> Any:
    """Record a new order, or bring one in line with what its source says now."""
    if order is None:
        return ordering.record_historical({**values, "state": "completed"}, by=by, because=because)
    before = {name: str(getattr(order, name)) for name in values}
    for name, value in values.items():
        setattr(order, name, value)
    order.original_value = order.against_ceiling = order.value
    order.save()
    changed = {name: [before[name], str(value)] for name, value in values.items()
               if before[name] != str(value) and name != "details"}  # fmt: skip
    history.record("vendors.order.update_from_import", order, by=by, because=because,
                   details=changed)  # fmt: skip
    return order


def decided_rows() -> Any:
    """Rows whose vendor a person has decided meanwhile, or that were found to be nothing."""
    rows = HistoricalRow._default_manager.filter(state=States.TO_MATCH)
    ended = (MatchState.SAME, MatchState.OTHER, MatchState.DISMISSED)
    return rows.filter(match__state__in=ended).select_related(
        "match", "framework__institution", "framework__dossier"
    )


def follow(row: HistoricalRow, *, by: User) -> list[Outcome]:
    """Take a row in now that its vendor is decided; nothing where it moved on."""
    judged = judge(row.number, row.cells, row.framework.currency)
    if row.match is not None and row.match.state == MatchState.DISMISSED:
        perform(row, "dismiss_with_match", by=by)
        return []
    return load(row.framework, [judged], by=by, lot=row.lot_number, because=str(row.match or ""))
