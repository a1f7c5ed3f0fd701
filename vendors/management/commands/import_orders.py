"""Load historical orders: `manage.py import_orders FILE.csv --framework F-000001`."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from core import commands
from core.refusals import Denied, Refused
from vendors import loading_orders
from vendors.loading_orders import COUNTS, Outcome
from vendors.models import Framework

UNREADABLE = 2


class Command(BaseCommand):
    """Load orders; the last line of the output counts what became of the rows."""

    help = (
        "Load historical call-off orders of a framework from a CSV file. "
        "Ends with 0 when the file was read, else with 2."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="the CSV file")
        parser.add_argument("--framework", required=True, metavar="REF", help="such as F-000001")
        parser.add_argument("--lot", type=int, help="the lot, where the framework has several")
        parser.add_argument("--report", metavar="OUT.csv", help="write what became of each row")
        parser.add_argument(
            "--by", metavar="EMAIL", help="who loads them, an officer; the clock by default"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            framework, by = _framework(options["framework"]), commands.person(options["by"])
            with commands.opened(options["file"]) as file:
                rows = loading_orders.rows_of(loading_orders.open_orders(file), framework)
                found = loading_orders.load(framework, rows, by=by, lot=options["lot"],
                                            because=Path(options["file"]).name)  # fmt: skip
            with commands.report(options["report"], _header) as tell:
                tell(map(_cells, found))
        except (Refused, Denied) as refusal:
            self.stderr.write(str(refusal))
            sys.exit(UNREADABLE)
        for outcome in found:
            if outcome.sentences:
                self.stdout.write(f"{outcome.number} {outcome.key}: {' '.join(outcome.sentences)}")
        counts = loading_orders.counted(found)
        self.stdout.write(" ".join(f"{name}={counts[name]}" for name in COUNTS))


def _framework(ref: str) -> Framework:
    rows = Framework.objects.select_related("institution", "dossier")
    found = rows.filter(ref=ref.strip().upper()).first()
    if found is None:
        raise Refused(_("There is no framework agreement %(ref)s.") % {"ref": ref})
    return found


def _header() -> list[str]:
    return [_("Row"), _("Number of the request"), _("Outcome"), _("Order"), _("Vendor"), _("Why")]


def _cells(row: Outcome) -> list[Any]:
    return [row.number, row.key, row.outcome, row.order, row.vendor, " ".join(row.sentences)]
