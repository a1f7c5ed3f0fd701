"""Import a list of vendors: `manage.py import_vendors FILE --mapping generic`."""

import csv
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from core import clock
from core.exports import safe
from core.models import User
from core.refusals import Denied, Refused
from vendors import import_outcomes, importing_vendors, vendor_files
from vendors.models.vendor_import import COUNTS, VendorImport

UNREADABLE = 2


class Command(BaseCommand):
    """Import vendors; the last line of the output counts what became of the rows."""

    help = "Import vendors from a CSV or YAML file. Ends with 0 when it was read, else with 2."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="the CSV or YAML file")
        parser.add_argument(
            "--mapping", choices=sorted(vendor_files.MAPPINGS), default="generic",
            help="how the list is read: generic, or bpa for names of vendors in the United States",
        )  # fmt: skip
        parser.add_argument("--report", metavar="OUT.csv", help="write what became of each row")
        parser.add_argument(
            "--by", metavar="EMAIL", help="who imports: an officer or the secretariat; the clock "
            "by default",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            path = Path(options["file"])
            run = importing_vendors.import_now(
                _content(path), path.name, options["mapping"], by=_person(options["by"])
            )
            if options["report"]:
                _report(Path(options["report"]), run)
        except (Refused, Denied) as refusal:
            self.stderr.write(str(refusal))
            sys.exit(UNREADABLE)
        for line in import_outcomes.told(run, run.lines):
            if line["sentences"]:
                why = " ".join(line["sentences"])
                self.stdout.write(f"{line['line']}: {line['name']}: {line['label']}: {why}")
        self.stdout.write(" ".join(f"{outcome}={run.counts[outcome]}" for outcome in COUNTS))


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Refused(
            _("The file %(path)s cannot be opened: %(error)s.")
            % {"path": path, "error": error.strerror}
        ) from error


def _person(email: str | None) -> User:
    """Who imports: the person named, or the clock; raises Refused when there is none."""
    if email is None:
        return clock.clock_account()
    person = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if person is None:
        raise Refused(_("There is no active person with the address %(email)s.") % {"email": email})
    return person


def _report(path: Path, run: VendorImport) -> None:
    try:
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([safe(cell) for cell in import_outcomes.header()])
            for line in import_outcomes.lines_of(run):
                writer.writerow([safe(cell) for cell in line])
    except OSError as error:
        raise Refused(
            _("The report %(path)s cannot be written: %(error)s.")
            % {"path": path, "error": error.strerror}
        ) from error
