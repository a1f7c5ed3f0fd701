"""Who may, in the ground: plain functions, each with its sentence."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from core.machines import running
from core.people import acts_for, holds, identities
from core.refusals import requires


@requires(_("This follows from another step; nobody takes it by hand."))
def as_consequence(instance: Any, user: Any) -> bool:
    return len(running.get()) > 0


@requires(_("Only the clock does this, when the time has come."))
def by_clock(instance: Any, user: Any) -> bool:
    return bool(user.is_clock)


@requires(_("Only an administrator may do this."))
def administers(instance: Any, user: Any) -> bool:
    return holds(user, "administrator")


@requires(
    _(
        "The stand-in is confirmed by a second person: the superior, or where there is none to do "
        "it, another administrator."
    )
)
def appoints_second(loan: Any, user: Any) -> bool:
    if loan.kind == "loan":
        return bool(user.pk == loan.lender_id)
    if user.pk in loan.first_names():
        return False
    superior = loan.superior_to_confirm()
    return bool(user.pk == superior) if superior else administers(loan, user)


@requires(_("A stand-in is ended by who is absent, who stands in, or an administrator."))
def ends_loan(loan: Any, user: Any) -> bool:
    return user.pk in (loan.lender_id, loan.borrower_id) or administers(loan, user)


@requires(_("Removal is proposed by who added the file, the secretariat or an administrator."))
def proposes_removal(document: Any, user: Any) -> bool:
    return user.pk == document.uploaded_by_id or holds(user, "secretariat", "administrator")


@requires(_("A second person of the secretariat or an administrator decides on the removal."))
def confirms_removal(document: Any, user: Any) -> bool:
    return document.removal_proposed_by_id not in identities(user) and holds(
        user, "secretariat", "administrator"
    )


@requires(_("Only the secretariat and auditors, who see the whole case, export it."))
def exports_cases(dossier: Any, user: Any) -> bool:
    return holds(user, "secretariat", "auditor")


@requires(_("Only the secretariat writes text templates."))
def writes_texts(instance: Any, user: Any) -> bool:
    return holds(user, "secretariat")


__all__ = ["acts_for", "administers", "appoints_second", "as_consequence", "by_clock",
           "confirms_removal", "ends_loan", "exports_cases", "holds", "proposes_removal",
           "writes_texts"]  # fmt: skip
