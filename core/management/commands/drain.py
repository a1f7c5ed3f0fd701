"""Do the jobs that are due, without a worker."""

from typing import Any

from django.core.management.base import BaseCommand

from core import outbox


class Command(BaseCommand):
    """For a deployment whose worker is away, and for tests of their own."""

    help = "Do the jobs of the outbox that are due."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"done={outbox.drain(seconds=3600)}")
