"""`manage.py load_standards [FILE|FOLDER…]`: take standards in, the shipped ones by default.

JSON in our form, or checklists as CSV or TSV; rows of these that cannot be used are named.
"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from core import clock
from gating import crosswalking, gates, standards

GIVEN = {
    "id": "its short name", "title": "its title", "standard-version": "its version or date",
    "publisher": "who publishes it", "source-url": "where it is published",
    "licence-note": "licence and attribution",
}  # fmt: skip
FIELDS = {
    "id": "id",
    "title": "title",
    "standard-version": "version_or_date",
    "publisher": "publisher",
    "source-url": "source_url",
    "licence-note": "licence_note",
}


class Command(BaseCommand):
    help = "Load standards from JSON, CSV or TSV and publish them; the shipped ones by default."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="*", type=Path, metavar="FILE|FOLDER")
        for name, what in GIVEN.items():
            parser.add_argument(f"--{name}", default="", help=f"for a checklist: {what}")

    def handle(self, *args: Any, **options: Any) -> None:
        if any(options[name.replace("-", "_")] for name in GIVEN) and len(options["paths"]) != 1:
            raise CommandError("Name one file with --id, --title and the like.", returncode=2)
        given = {field: options[name.replace("-", "_")] for name, field in FIELDS.items()}
        by, count = clock.clock_account(), {"loaded": 0, "unchanged": 0, "refused": 0}
        with translation.override("en"):
            gates.put_in_place()
            for path in standards.files_in(options["paths"]):
                done = standards.load_file(path, by=by, given=given)
                count[done.outcome] += 1
                self.stdout.write(self._line(done))
                for note in done.reasons if done.standard else ():
                    self.stderr.write(f"{done.path}: {note}")
            gates.assign_delivered()
            if not options["paths"]:
                crosswalking.put_in_place()
        self.stdout.write(" ".join(f"{name}={number}" for name, number in count.items()))
        if count["refused"]:
            raise SystemExit(1)

    def _line(self, done: standards.Loaded) -> str:
        if done.standard is None:
            return f"{done.path}: refused: {' '.join(done.reasons)}"
        criteria = done.standard.criteria.count()
        name = f"{done.standard.code} ({done.standard.version})"
        return f"{done.path}: {done.outcome}: {name}, {criteria} criteria"
