"""Who is told of what happens to a project's money."""

from typing import Any

from core.models import User
from core.notices import notify
from projects.notices import holders, people_of


@notify("projects.tranche.commit", "emails/tranche_committed.txt")
@notify("projects.tranche.thaw", "emails/tranche_committed.txt")
def tell_the_manager(tranche: Any) -> list[User | None]:
    """The manager may ask for the money."""
    return [tranche.project.manager]


@notify("projects.tranche.request_release", "emails/release_requested.txt")
@notify("projects.tranche.return_to_preparer", "emails/release_returned.txt")
def tell_the_preparers(tranche: Any) -> list[User | None]:
    """A release waits for its preparation, for the first time or again."""
    return [*holders("preparer")]


@notify("projects.tranche.prepare_release", "emails/release_prepared.txt")
def tell_the_authorisers(tranche: Any) -> list[User | None]:
    """A prepared release waits for its authorisation."""
    return [*holders("authoriser")]


@notify("projects.tranche.send_back", "emails/release_sent_back.txt")
def tell_of_a_request_sent_back(tranche: Any) -> list[User | None]:
    """The manager learns why the request came back."""
    return [tranche.project.manager]


@notify("projects.tranche.authorise_release", "emails/release_authorised.txt")
def tell_of_released_money(tranche: Any) -> list[User | None]:
    """Manager and owner may spend; the spend recorder will record it."""
    return [*people_of(tranche.project), *holders("spend_recorder")]


@notify("projects.tranche.lapse", "emails/tranche_lapsed.txt")
def tell_of_a_lapse(tranche: Any) -> list[User | None]:
    """Manager and owner learn that the money was not drawn in time."""
    return people_of(tranche.project)


@notify("projects.correction.create", "emails/correction_asked.txt")
def tell_of_a_correction(correction: Any) -> list[User | None]:
    """An authoriser is asked to confirm that an entry is reversed."""
    return [*holders("authoriser")]
