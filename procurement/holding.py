"""The row of a competition, held: its case first, then itself, as every step does."""

from core import history
from procurement.models import Competition


def held(competition: Competition) -> Competition:
    """The competition as it stands under the lock of its case, until the transaction ends.

    Deadlines are read from the clock after this, by a statement of their own.
    """
    history.lock(competition.dossier)
    rows = Competition.objects.select_for_update(of=("self",))
    return rows.select_related(*Competition.step_related).get(pk=competition.pk)
