"""`manage.py export_invoices --from DAY --to DAY --format csv|json`: for the finance system."""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from vendors import invoice_export


class Command(BaseCommand):
    """Writes the invoices approved or paid in a period to the standard output, or to a file."""

    help = "Export approved and paid invoices of a period, both days inclusive, with a checksum."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", dest="first", required=True, help="first day (YYYY-MM-DD)")
        parser.add_argument("--to", dest="last", required=True, help="last day (YYYY-MM-DD)")
        parser.add_argument("--format", dest="kind", choices=invoice_export.KINDS, default="csv")
        parser.add_argument("--output", dest="output", help="a file; the standard output else")

    def handle(self, *, first: str, last: str, kind: str, output: str | None,
               **_options: Any) -> None:  # fmt: skip
        days = day(first, "--from"), day(last, "--to")
        if days[1] < days[0]:
            raise CommandError("--to lies before --from", returncode=2)
        parts = invoice_export.as_csv(*days) if kind == "csv" else [invoice_export.as_json(*days)]
        if output is None:
            for part in parts:
                self.stdout.write(part, ending="")
            return
        with open(output, "w", encoding="utf-8", newline="") as file:  # noqa: PTH123
            file.writelines(parts)


def day(text: str, name: str) -> date:
    """A day written as YYYY-MM-DD; raises CommandError (exit 2) for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"{name}: {text!r} is no day; write YYYY-MM-DD", returncode=2) from error
