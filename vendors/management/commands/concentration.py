"""`manage.py concentration --framework F-000001 --json`: how orders spread over vendors."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from core.refusals import Refused
from vendors import buying

UNKNOWN = 2


class Command(BaseCommand):
    """The figures of concentration and diversity, by lot, as JSON or as lines."""

    help = "Shares, HHI and diversity of the vendors of a framework, lot by lot."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--framework", required=True, metavar="REF", help="such as F-000001")
        parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = buying.answer(options["framework"])
        except Refused as refusal:
            self.stderr.write(str(refusal))
            sys.exit(UNKNOWN)
        if options["json"]:
            self.stdout.write(json.dumps(found, ensure_ascii=False))
            return
        for lot in found["lots"]:
            said = [f"{name}={'-' if value is None else value}" for name, value in lot.items()]
            self.stdout.write(" ".join(said))
