"""Do the clock's work once, without a worker."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core import outbox


class Command(BaseCommand):
    """For a deployment whose worker is away, and for a clock that is moved (`CLOCK_SHIFT`)."""

    help = "Do everything that has fallen due, in its order, and tell people of it."

    def handle(self, *args: Any, **options: Any) -> None:
        failed = outbox.tick()
        self.stdout.write(f"done={outbox.drain(seconds=3600)} failed={failed}")
        if failed:
            raise CommandError("Some of what was due could not be done; the log says what.")
