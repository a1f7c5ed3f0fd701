"""`manage.py replay_ranking REF|FILE`: reckon a ranking again, and say `agree` or `differ`."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from procurement import replaying


class Command(BaseCommand):
    """Ends with 0 and `agree`, with 1 and `differ`, or with 2 when there is nothing to replay."""

    help = "Reckon a ranking again from its facts alone, and hold it against what is told."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "what",
            help="a competition's reference (C-000001), its facts (JSON), or its evaluation file "
            "(ZIP)",
        )

    def handle(self, *, what: str, **_options: Any) -> None:
        try:
            found = replaying.replay(replaying.facts_of(what))
        except replaying.Unknown as error:
            raise CommandError(str(error), returncode=2) from error
        for line in replaying.lines(found):
            self.stdout.write(line)
        if not found.agrees:
            sys.exit(1)
