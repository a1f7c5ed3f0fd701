"""`manage.py demo [--scale N]`: build the demo portfolio through the real rules, once."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from core import checkpoints, clock, outbox
from core.models import User
from oversight.demo import (
    boards,
    calls,
    changes,
    company,
    competitions,
    daily,
    detours,
    exceptions,
    frameworks,
    money,
    reports,
    scale,
    seals,
    standards,
    stories,
    timing,
)


class Command(BaseCommand):
    help = "Builds the demo portfolio: invented budgets, real rules. Does nothing the second time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--scale", type=int, default=0, metavar="N",
                            help="add N generated projects, for measuring")  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("The demo is never built in production; set COMPUERTA_MODE=demo.")
        if options["scale"] < 0:
            raise CommandError("--scale takes a number of projects, zero or more.")
        with translation.override("es"):
            if not User.objects.filter(email__endswith=f"@{company.DEMO_DOMAIN}").exists():
                self._build()
            if options["scale"]:
                scale.add(options["scale"], self.stdout.write)

    def _build(self) -> None:
        self.stdout.write("Building the demo portfolio …")
        with clock.move(timedelta(days=-stories.DAYS)):
            company.assemble()
        programme = [*stories.PROGRAMME, *detours.PROGRAMME, *reports.PROGRAMME, *daily.PROGRAMME,
                     *boards.PROGRAMME, *exceptions.PROGRAMME, *standards.PROGRAMME,
                     *seals.PROGRAMME, *money.PROGRAMME, *changes.PROGRAMME,
                     *frameworks.PROGRAMME, *calls.PROGRAMME,
                     *competitions.PROGRAMME]  # fmt: skip
        plays = [(begin, story()) for begin, story in programme]
        timing.run(plays, days=stories.DAYS, tell=self.stdout.write)
        outbox.tick()
        outbox.drain()
        checkpoints.take()
        self.stdout.write("The demo portfolio is built.")
