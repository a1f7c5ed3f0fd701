"""`manage.py statement REF --on DATE`: what the books said at the end of that day."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from core.refusals import Refused
from core.verification import one_moment
from projects import statements
from projects.models import Project


class Command(BaseCommand):
    """Prints the canonical text and, last, its SHA-256; refuses with 2 and a sentence."""

    help = "Print the statement of a project, or of the portfolio, as recorded on a past date."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("ref", help="the reference of a project, or: portfolio")
        parser.add_argument("--on", required=True, metavar="DATE",
                            help="the day at whose end the books are read, YYYY-MM-DD")  # fmt: skip
        parser.add_argument("--from", dest="since", default="", metavar="DATE",
                            help="list entries from this day on, after the balances of its "
                                 "morning")  # fmt: skip

    def handle(self, *, ref: str, on: str, since: str, **_options: Any) -> None:
        with translation.override("en"):
            try:
                made = self._make(ref, on, since)
            except Refused as refused:
                raise CommandError(f"{ref}: {refused}", returncode=2) from refused
        self.stdout.write(f"{made.text}sha256       {made.digest}")

    def _make(self, ref: str, on: str, since: str) -> statements.Statement:
        day = statements.day_of(on)
        start = statements.day_of(since) if since else None
        with one_moment():
            project = None
            if ref != statements.PORTFOLIO:
                rows = Project._base_manager.select_related("institution")
                project = rows.filter(ref=ref).first()
                if project is None:
                    raise Refused("there is no project of this reference")
            return statements.make(project, day, start)
