"""Take the day's checkpoint now."""

from typing import Any

from django.core.management.base import BaseCommand

from core import checkpoints


class Command(BaseCommand):
    """Takes it once a day; a second call shows the one there is."""

    help = "Take the day's checkpoint over the heads of all cases, and write its file."

    def handle(self, *args: Any, **options: Any) -> None:
        taken = checkpoints.take()
        self.stdout.write(
            f"{taken.day} {taken.root} cases={taken.leaves} {checkpoints.write(taken)}"
        )
