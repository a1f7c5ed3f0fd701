"""`manage.py replay_assessments ASSESSMENTS.csv CRITERIA.csv`: past assessments as history."""

import hashlib
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from core import clock
from core.refusals import Refused
from gating import past_reading, replaying


class Command(BaseCommand):
    """Read both files, keep what they say, and count the results in the last line."""

    help = "Load published service assessments as history; a second run changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("assessments", type=Path, help="a CSV file, a row an assessment")
        parser.add_argument("criteria", type=Path, help="a CSV file, a row a criterion of one")

    def handle(self, *, assessments: Path, criteria: Path, **_options: Any) -> None:
        with translation.override("en"):
            try:
                found, notes = past_reading.read(assessments, criteria)
                sources = {path.name: _sha256(path) for path in (assessments, criteria)}
                replaying.keep(found, by=clock.clock_account(), sources=sources)
            except Refused as refusal:
                raise CommandError(str(refusal), returncode=2) from refusal
        for note in notes:
            self.stderr.write(note)
        self.stdout.write(past_reading.tally(found))


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
