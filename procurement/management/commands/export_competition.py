"""`manage.py export_competition REF [--output FILE.zip]`: the complete evaluation file."""

from typing import Any

from core.management.commands import export_dossier
from procurement.models import Competition


class Command(export_dossier.Command):
    """As `export_dossier`, for a competition after its opening: before it is sealed."""

    help = (
        "Export a competition with its ranking, checked by check.py and ranking/check_ranking.py."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        ref = options["ref"]
        competition = Competition.objects.filter(ref=ref).first()
        if competition is None:
            self._refuse(f"{ref}: there is no competition of this reference")
        if competition.opened_at is None:
            self._refuse(f"{ref}: its bids are not opened; the evaluation file exists after that")
        super().handle(*args, **options)
