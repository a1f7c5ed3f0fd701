"""Import a list of vendors: `manage.py import_vendors FILE --mapping generic`."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from core import commands
from core.refusals import Denied, Refused
from vendors import import_outcomes, importing_vendors, vendor_files
from vendors.models.vendor_import import COUNTS

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
            with commands.opened(options["file"]) as file:
                content = file.read()
            by, name = commands.person(options["by"]), Path(options["file"]).name
            run = importing_vendors.import_now(content, name, options["mapping"], by=by)
            with commands.report(options["report"], import_outcomes.header) as tell:
                tell(import_outcomes.lines_of(run))
        except (Refused, Denied) as refusal:
            self.stderr.write(str(refusal))
            sys.exit(UNREADABLE)
        for line in import_outcomes.told(run, run.lines):
            if line["sentences"]:
                why = " ".join(line["sentences"])
                self.stdout.write(f"{line['line']}: {line['name']}: {line['label']}: {why}")
        self.stdout.write(" ".join(f"{outcome}={run.counts[outcome]}" for outcome in COUNTS))
