"""Load historical orders: `manage.py import_orders FILE.csv --framework F-000001`."""

import csv
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import IO, Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from core import clock
from core.exports import safe
from core.models import User
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
            framework, by = _framework(options["framework"]), _person(options["by"])
            with _opened(options["file"]) as file:
                rows = loading_orders.rows_of(loading_orders.open_orders(file), framework)
                found = loading_orders.load(framework, rows, by=by, lot=options["lot"],
                                            because=Path(options["file"]).name)  # fmt: skip
            if options["report"]:
                _report(options["report"], found)
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


def _person(email: str | None) -> User:
    if email is None:
        return clock.clock_account()
    person = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if person is None:
        raise Refused(_("There is no active person with the address %(email)s.") % {"email": email})
    return person


def _opened(path: str) -> IO[bytes]:
    try:
        return Path(path).open("rb")
    except OSError as error:
        raise Refused(
            _("The file %(path)s cannot be opened: %(error)s.")
            % {"path": path, "error": error.strerror}
        ) from error


def _report(path: str, found: list[Outcome]) -> None:
    header = [_("Row"), _("Number of the request"), _("Outcome"), _("Order"), _("Vendor"),
              _("Why")]  # fmt: skip
    try:
        with Path(path).open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([safe(cell) for cell in header])
            for row in found:
                cells = [row.number, row.key, row.outcome, row.order, row.vendor,
                         " ".join(row.sentences)]  # fmt: skip
                writer.writerow([safe(cell) for cell in cells])
    except OSError as error:
        raise Refused(
            _("The report %(path)s cannot be written: %(error)s.")
            % {"path": path, "error": error.strerror}
        ) from error
