"""Rehearsing a submission: every guard is run, nothing changes."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from core import acts
from gating import checklists


@dataclass(frozen=True)
class Check:
    """One guard of submission: what it asks, who can mend it and where, and what it says now."""

    sentence: str
    reasons: list[str]
    who: str = ""
    where: str = ""

    @property
    def met(self) -> bool:
        """Whether nothing speaks against submitting on this count."""
        return not self.reasons


def rehearse(review: Any) -> list[Check]:
    """Run every guard of preparing and certifying, in order, and say what each answers."""
    found = [_people(review)]
    conditions: list[Any] = checklists.SUBMISSION
    for condition in conditions:
        answer = condition(review)
        reasons = answer if isinstance(answer, list) else [] if answer else [str(condition.reason)]
        where = condition.where(review) if condition.where else ""
        found.append(
            Check(str(condition.reason), [str(one) for one in reasons], str(condition.who), where)
        )
    return found


def _people(review: Any) -> Check:
    """Two different people are there, and neither acted in this case in a way that bars them."""
    project, reasons = review.project, []
    if project.manager is None:
        reasons.append(_("The project has no manager, who prepares the submission."))
    if project.owner is None:
        reasons.append(_("The project has no certifying owner."))
    if project.manager_id is not None and project.manager_id == project.owner_id:
        reasons.append(_("Manager and owner are the same person; two people submit."))
    for person, capacity in ((project.manager, "submits"), (project.owner, "certifies")):
        if person is not None and acts.barred(person, project.dossier, capacity):
            reasons.append(
                _("Separation of duties: %(person)s acted in this case in another capacity.")
                % {"person": person}
            )
    where = project.get_absolute_url()
    return Check(_("Two people submit: the manager prepares, the owner certifies."), reasons,
                 _("secretariat"), where)  # fmt: skip
