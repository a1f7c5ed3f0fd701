"""`manage.py export_dossier REF [--output FILE.zip]`: a whole case as a ZIP, for a court."""

import sys
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandParser

from core import archive, clock
from core.models import Dossier
from core.refusals import Refused


class Command(BaseCommand):
    """Ends with 0 and what was written, or with 2 and the fault; no half-written file is left."""

    help = "Export a whole case file as a ZIP that checks itself with Python alone (check.py)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("ref", help="the reference of the case file, such as P-000001")
        parser.add_argument("--output", metavar="FILE.zip", default="",
                            help="where to write it; REF.zip in this folder otherwise")  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        ref = options["ref"]
        dossier = Dossier.objects.filter(ref=ref).first()
        if dossier is None:
            self._refuse(f"{ref}: there is no case file of this reference")
        place = Path(options["output"] or f"{ref.replace('/', '-')}.zip")
        part = place.with_name(f".{place.name}.part")
        try:
            with part.open("w+b") as target:
                made = archive.export(dossier, target, by=clock.clock_account())
            part.replace(place)
        except Refused as refused:
            self._refuse(f"{ref}: {' '.join(refused.reasons)}")
        except OSError as error:
            self._refuse(f"{place}: cannot be written ({error.strerror or error})")
        finally:
            part.unlink(missing_ok=True)
        self.stdout.write(f"{place} events={made.events} files={made.files} sha256={made.sha256}")

    def _refuse(self, sentence: str) -> NoReturn:
        self.stderr.write(sentence)
        sys.exit(2)
