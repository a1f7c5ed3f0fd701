"""Commands that answer a file of cases: one case or a list in, the same shape out, or nothing."""

import json
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser


class CaseCommand(BaseCommand):
    """Refuses a file whole (exit 2, the case and the field on stderr) or answers it whole.

    `answer_case` raises `refusal`, whose `field` names what is wrong with a case.
    """

    requires_system_checks: list[str] = []
    answer_case: Callable[[Any], Any]
    refusal: type[ValueError]

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="a JSON file with one case or a list of cases")

    def handle(self, *, file: str, **_options: Any) -> None:
        cases = read(Path(file))
        whole = isinstance(cases, list)
        given = cases if whole else [cases]
        answers = [self._answer(number, case) for number, case in enumerate(given, start=1)]
        text = json.dumps(answers if whole else answers[0], ensure_ascii=False, indent=2)
        self.stdout.write(text)

    def _answer(self, number: int, case: Any) -> Any:
        try:
            return type(self).answer_case(case)
        except self.refusal as error:
            place: Any = error
            message = f"case {number}, field {place.field}: {error}"
            raise CommandError(message, returncode=2) from error


def read(path: Path) -> Any:
    """What a JSON file says, its decimals exact (Decimal, never float).

    Raises CommandError (exit 2) when it cannot be read as such.
    """
    try:
        text = path.read_text("utf-8-sig")
        return json.loads(text, object_pairs_hook=_once, parse_float=_exact)
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}", returncode=2) from error
    except (ValueError, RecursionError) as error:
        raise CommandError(f"{path}: not readable as JSON: {error}", returncode=2) from error


def _exact(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise ValueError(f"{text[:40]} is too large a number") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose names stand once each: a second one would silently win."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _value in pairs]
        raise ValueError(f"{next(n for n in names if names.count(n) > 1)!r} stands there twice")
    return found
