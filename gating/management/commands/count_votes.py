"""`manage.py count_votes FILE.json`: count votes by the very code that motions use."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from gating.counting import Uncountable, count_case


class Command(BaseCommand):
    """One case or a list of them in, the same shape out; refused whole, or answered whole."""

    help = "Count the votes of the cases in a JSON file, by the rules that motions are counted by."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="a JSON file with one case or a list of cases")

    def handle(self, *, file: str, **_options: Any) -> None:
        cases = self._read(Path(file))
        whole = isinstance(cases, list)
        given = cases if whole else [cases]
        answers = [self._count(number, case) for number, case in enumerate(given, start=1)]
        answer = answers if whole else answers[0]
        self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2))

    def _read(self, path: Path) -> Any:
        try:
            return json.loads(path.read_text("utf-8-sig"), object_pairs_hook=_once)
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}", returncode=2) from error
        except (ValueError, RecursionError) as error:
            raise CommandError(f"{path}: not readable as JSON: {error}", returncode=2) from error

    def _count(self, number: int, case: Any) -> dict[str, Any]:
        try:
            return count_case(case)
        except Uncountable as error:
            message = f"case {number}, field {error.field}: {error}"
            raise CommandError(message, returncode=2) from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose names stand once each: a second one would silently win."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _value in pairs]
        raise ValueError(f"{next(n for n in names if names.count(n) > 1)!r} stands there twice")
    return found
