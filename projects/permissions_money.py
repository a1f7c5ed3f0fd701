"""Who may, with money given back: claims, entries of two people, excused days."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from core.machines import causes
from core.people import acts_for, holds, identities
from core.refusals import requires

CONFIRM = "projects.preparedentry.confirm"


@requires(_("Only an auditor claims money back, from a finding."))
def claims(project: Any, user: Any) -> bool:
    return holds(user, "auditor")


@requires(_("Only who proposed the claim withdraws it."))
def withdraws_claim(claim: Any, user: Any) -> bool:
    return holds(user, "auditor") and user.pk == claim.proposed_by_id


@requires(_("The secretariat hears the debtor and decides, never who proposed the claim."))
def hears(claim: Any, user: Any) -> bool:
    return holds(user, "secretariat") and claim.proposed_by_id not in identities(user)


@requires(_("This follows from an entry that two people of finance make, or from its reversal."))
def follows_entry(claim: Any, user: Any) -> bool:
    return any(cause.startswith("projects.preparedentry.") for cause in causes())


@requires(_("Only a finance preparer prepares an entry."))
def prepares_entry(instance: Any, user: Any) -> bool:
    return holds(user, "preparer")


@requires(_("A finance authoriser confirms it, and never who prepared it."))
def confirms_entry(entry: Any, user: Any) -> bool:
    return holds(user, "authoriser") and entry.prepared_by_id not in identities(user)


@requires(_("Only who prepared the entry takes it back."))
def prepared_entry(entry: Any, user: Any) -> bool:
    return holds(user, "preparer") and user.pk == entry.prepared_by_id


@requires(_("Only the reversal of its posting undoes an entry."))
def follows_undoing(entry: Any, user: Any) -> bool:
    posting = entry.posting
    return posting is not None and type(posting).objects.filter(reverses=posting).exists()


@requires(_("Only the manager of the project asks for days to be excused."))
def asks_excuse(tranche: Any, user: Any) -> bool:
    return acts_for(user, tranche.project.manager_id, "manager")


@requires(
    _(
        "The secretariat grants or refuses, never who asked, nor the manager or owner of the "
        "project."
    )
)
def grants_excuse(excused: Any, user: Any) -> bool:
    project = excused.tranche.project
    own = {excused.proposed_by_id, project.manager_id, project.owner_id}
    return holds(user, "secretariat") and not own & identities(user)


@requires(_("Only who asked takes it back."))
def withdraws_excuse(excused: Any, user: Any) -> bool:
    return user.pk == excused.proposed_by_id


__all__ = [
    "CONFIRM", "asks_excuse", "claims", "confirms_entry", "follows_entry", "follows_undoing",
    "grants_excuse", "hears", "prepared_entry", "prepares_entry", "withdraws_claim",
    "withdraws_excuse",
]  # fmt: skip
