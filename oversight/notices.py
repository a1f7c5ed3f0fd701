"""Who is told by what is done to many rows at once."""

from collections.abc import Iterable
from typing import Any

from core.models import User
from core.notices import notify
from oversight import reminding


@notify("projects.project.remind_by_hand", "emails/reminded.txt")
@notify("gating.gatereview.remind_by_hand", "emails/reminded.txt")
@notify("gating.condition.remind_by_hand", "emails/reminded.txt")
def tell_who_is_awaited(row: Any) -> Iterable[User | None]:
    """Everybody for whom the row waits still."""
    return reminding.awaited(row)


@notify("projects.letter.create", "emails/letter_issued.txt")
def tell_of_a_letter(letter: Any) -> Iterable[User | None]:
    """The project's manager and owner, but not who registered it."""
    people = (letter.project.manager, letter.project.owner)
    return [person for person in people if person and person.pk != letter.registered_by_id]
