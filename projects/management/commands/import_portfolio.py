"""Import a portfolio file: `manage.py import_portfolio FILE --mapping us-it-dashboard`."""

import sys
from argparse import ArgumentParser
from collections.abc import Mapping as Map
from pathlib import Path
from typing import IO, Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from core import clock, commands
from core.commands import Tell
from core.models import User
from core.refusals import Denied, Refused
from core.steps import allow
from projects import permissions
from projects.importing import mapping as mappings
from projects.importing import reading, reporting
from projects.importing.loading import in_batches
from projects.importing.mapping import Mapping
from projects.importing.planning import decide
from projects.importing.running import Finding, judged, load_now
from projects.importing.tables import Table, unused
from projects.models.imports import COUNTS

UNREADABLE = 2
Person = User | None
Result = tuple[Map[str, int], Map[str, int]]


class Command(BaseCommand):
    """Import a portfolio; the last line of the output counts what became of the rows."""

    help = (
        "Import projects from a CSV or XLSX file. Ends with 0 when the file was read, else with 2."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="the CSV or XLSX file")
        parser.add_argument(
            "--mapping", required=True,
            help="us-it-dashboard, uk-gmpp, generic, or the path of a mapping in JSON",
        )  # fmt: skip
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would be, write nothing"
        )
        parser.add_argument("--report", metavar="OUT.csv", help="write what became of each row")
        parser.add_argument(
            "--by", metavar="EMAIL", help="who imports, of the secretariat; the clock by default"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            mapping, by = mappings.find(options["mapping"]), _person(options["by"])
            with (
                commands.opened(options["file"]) as file,
                commands.report(options["report"], reporting.header) as tell,
            ):
                name = Path(options["file"]).name
                do = self._try if options["dry_run"] else self._load
                counts, total = do(file, name, mapping, by, tell)
        except (Refused, Denied) as refusal:
            self.stderr.write(str(refusal))
            sys.exit(UNREADABLE)
        numbers = " ".join(f"{label}={counts[label]}" for label in COUNTS)
        self.stdout.write(f"{numbers} total={reporting.total_text(total, mapping.currency)}")

    def _try(self, file: IO[bytes], name: str, mapping: Mapping, by: Person, tell: Tell) -> Result:
        """What a real run would do; nothing is written but the report."""
        table, finding = reading.open_table(file, name, mapping), Finding()
        self._say_how(table, mapping)
        for _number, rows in in_batches(judged(table, mapping)):
            decisions = decide(rows, mapping.code)
            finding.add(decisions)
            tell(reporting.lines_of_decisions(decisions))
        return finding.counts, finding.total

    def _load(self, file: IO[bytes], name: str, mapping: Mapping, by: Person, tell: Tell) -> Result:
        who = by or clock.clock_account()
        run = load_now(file, name, mapping, by=who, told=lambda t: self._say_how(t, mapping))
        tell(reporting.lines_of(run))
        return run.counts, run.total

    def _say_how(self, table: Table, mapping: Mapping) -> None:
        self.stdout.write(_("Read as: %(how)s.") % {"how": table.how})
        if names := unused(table.header, [column.header for column in mapping.columns]):
            self.stdout.write(_("Columns not used: %(names)s.") % {"names": ", ".join(names)})


def _person(email: str | None) -> User | None:
    """The person of the secretariat who imports, if one is named; raises Refused or Denied."""
    if email is None:
        return None
    person = commands.person(email)
    allow(permissions.imports, None, person)
    return person
