"""Who may, with emergency exceptions: plain functions, each with its sentence."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from core.people import acts_for, holds, identities
from core.permissions import as_consequence, by_clock
from core.refusals import requires


@requires(_("Only the manager or the owner of the project asks for an emergency exception."))
def asks(project: Any, user: Any) -> bool:
    manager = acts_for(user, project.manager_id, "manager")
    return manager or acts_for(user, project.owner_id, "owner")


@requires(
    _(
        "Granted by two people who hold seats in the board competent for the gate or in one above "
        "it; never by who asked for it, nor by the project's own people."
    )
)
def decides(exception: Any, user: Any) -> bool:
    mine = identities(user)
    project = exception.project
    own = {exception.asked_by_id, project.manager_id, project.owner_id, project.product_owner_id}
    return user.pk in exception.deciders() and not mine & own


@requires(_("The second person is another than the first; both hold seats of sufficient rank."))
def decides_second(exception: Any, user: Any) -> bool:
    return decides(exception, user) and exception.supported_by_id not in identities(user)


@requires(_("Only who asked for the exception takes the request back."))
def asked_it(exception: Any, user: Any) -> bool:
    return asks(exception.project, user)


@requires(_("Only a finance preparer may do this."))
def prepares_release(exception: Any, user: Any) -> bool:
    return holds(user, "preparer")


@requires(_("Only a finance authoriser may do this, and never who prepared the release."))
def authorises_release(exception: Any, user: Any) -> bool:
    return holds(user, "authoriser") and exception.prepared_by_id not in identities(user)


@requires(_("Only an administrator sets how large an emergency exception may be."))
def sets_caps(instance: Any, user: Any) -> bool:
    return holds(user, "administrator")


__all__ = ["as_consequence", "asked_it", "asks", "authorises_release", "by_clock", "decides",
           "decides_second", "prepares_release", "sets_caps"]  # fmt: skip
