"""Who is told of prototypes: officers, when a repository changes after the deadline."""

from collections.abc import Iterable
from typing import Any

from core.models import User
from core.notices import notify
from projects.notices import holders


@notify("procurement.laterchange.create", "emails/prototype_changed.txt")
def tell_the_officers(change: Any) -> Iterable[User | None]:
    """An officer says whether it matters."""
    return holders("procurement_officer")
