"""Recompute the history, and say whether anybody altered it behind the program's back."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from core import verification


class Command(BaseCommand):
    """Ends with 0 and the counts, or with 1 and the first row that does not fit."""

    help = "Recompute every event, head, state and checkpoint, or those of one case."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("ref", nargs="?", default="", help="the reference of one case file")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            count = verification.verify(options["ref"])
        except verification.Misfit as misfit:
            self.stderr.write(str(misfit))
            sys.exit(1)
        self.stdout.write(f"{count} ok")
