"""Approved and paid invoices for the finance system: CSV and JSON, each with its checksum."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

from core.exports import csv_lines
from core.money import plain
from vendors.models import Invoice, InvoiceState

KINDS = ("csv", "json")
FINAL = (InvoiceState.APPROVED, InvoiceState.PAID)
COLUMNS = (
    "ref", "state", "supplier_number", "vendor_ref", "vendor", "tax_id", "order", "project",
    "institution", "currency", "net", "tax", "withheld", "interest", "total", "issued_on",
    "received_on", "due_on", "approved_on", "paid_on", "ledger_entry", "late_days",
)  # fmt: skip
"""The columns of the file, in this order; amounts in units of their currency, days as ISO."""


def chosen(first: date, last: date) -> QuerySet[Invoice]:
    """The invoices approved or paid within the days, both inclusive, in the order of references."""
    within = Q(approved_on__range=(first, last)) | Q(paid_on__range=(first, last))
    rows = Invoice.objects.filter(within, state__in=FINAL)
    return rows.select_related("vendor", "order__project", "order__institution", "posting"
                               ).order_by("order__ref", "number")  # fmt: skip


def record(row: Invoice) -> dict[str, str]:
    """One invoice as the file has it."""
    money = {name: plain(getattr(row, name), row.currency)
             for name in ("net", "tax", "withheld", "interest", "total")}  # fmt: skip
    dated = ("issued_on", "received_on", "due_on", "approved_on", "paid_on")
    days = {name: _day(getattr(row, name)) for name in dated}
    order: Any = row.order
    said = {
        "ref": row.ref, "state": str(row.state), "supplier_number": row.supplier_number,
        "vendor_ref": row.vendor.ref, "vendor": row.vendor.name, "tax_id": row.vendor.tax_id,
        "order": order.ref, "project": order.project.ref, "institution": order.institution.code,
        "currency": row.currency,
        "ledger_entry": str(row.posting.number) if row.posting else "",
        "late_days": str(max((row.paid_on - row.due_on).days, 0)) if row.paid_on else "",
    }  # fmt: skip
    whole = said | money | days
    return {name: whole[name] for name in COLUMNS}


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def as_csv(first: date, last: date) -> Iterator[str]:
    """The lines of the file; the last names how many rows there are and the SHA-256 of all before.

    The checksum is over the bytes in UTF-8 of everything before its line, the byte order mark
    included.
    """
    digest = hashlib.sha256()
    rows = [record(row) for row in chosen(first, last)]
    for line in csv_lines(COLUMNS, ([*row.values()] for row in rows)):
        digest.update(line.encode())
        yield line
    yield f"checksum,{len(rows)},sha256,{digest.hexdigest()}\r\n"


def as_json(first: date, last: date) -> str:
    """The same as JSON; `sha256` is over the canonical JSON of `invoices` (sorted keys, no spaces,
    UTF-8)."""
    rows = [record(row) for row in chosen(first, last)]
    text = json.dumps(rows, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    whole = {
        "from": first.isoformat(), "to": last.isoformat(), "invoices": rows, "count": len(rows),
        "totals": totals(rows), "sha256": hashlib.sha256(text.encode()).hexdigest(),
    }  # fmt: skip
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def totals(rows: Iterable[dict[str, str]]) -> dict[str, dict[str, str]]:
    """What the invoices come to, by currency and state, in units of the currency."""
    found: dict[str, dict[str, Decimal]] = {}
    for row in rows:
        sums = found.setdefault(row["currency"], dict.fromkeys(map(str, FINAL), Decimal()))
        sums[row["state"]] += Decimal(row["total"])
    return {currency: {state: str(total) for state, total in sums.items()}
            for currency, sums in found.items()}  # fmt: skip
