"""Recompute the ledger, and say whether anybody altered it behind the program's back."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from projects import ledger_check


class Command(BaseCommand):
    """Ends with 0 and the counts, or with 1 and the first project and rule that do not fit."""

    help = "Recompute every entry, balance and rule of the ledger, or those of one project."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("ref", nargs="?", default="", help="the reference of one project")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            count = ledger_check.verify(options["ref"])
        except ledger_check.Misfit as misfit:
            self.stderr.write(str(misfit))
            sys.exit(1)
        self.stdout.write(f"{count} ok")
