"""`manage.py replay_motion REF`: count a decided motion again, and say `agree` or `differ`."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from gating import recounting


class Command(BaseCommand):
    """Ends with 0 and `agree`, with 1 and `differ`, or with 2 when there is nothing to replay."""

    help = "Count a decided motion again from its rows, and hold it against what was kept."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "ref", nargs="+",
            help="a motion's reference (P-000001/G1/1 · M7, M7 or 7), or the code of its record",
        )  # fmt: skip

    def handle(self, *, ref: list[str], **_options: Any) -> None:
        try:
            found = recounting.recount(recounting.find(" ".join(ref)))
        except recounting.Unknown as error:
            raise CommandError(str(error), returncode=2) from error
        for line in recounting.lines(found):
            self.stdout.write(line)
        if not found.agrees:
            sys.exit(1)
