"""`manage.py load_standards [FILE|FOLDER…]`: take standards in, the shipped ones by default."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import translation

from core import clock
from gating import gates, standards


class Command(BaseCommand):
    help = "Loads standards from JSON files and publishes them; the shipped ones by default."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="*", type=Path, metavar="FILE|FOLDER")

    def handle(self, *args: Any, **options: Any) -> None:
        by, count = clock.clock_account(), {"loaded": 0, "unchanged": 0, "refused": 0}
        with translation.override("en"):
            gates.put_in_place()
            for path in standards.files_in(options["paths"]):
                done = standards.load_file(path, by=by)
                count[done.outcome] += 1
                self.stdout.write(self._line(done))
            gates.assign_delivered()
        self.stdout.write(" ".join(f"{name}={number}" for name, number in count.items()))
        if count["refused"]:
            raise SystemExit(1)

    def _line(self, done: standards.Loaded) -> str:
        if done.standard is None:
            return f"{done.path}: refused: {' '.join(done.reasons)}"
        criteria = done.standard.criteria.count()
        name = f"{done.standard.code} ({done.standard.version})"
        return f"{done.path}: {done.outcome}: {name}, {criteria} criteria"
