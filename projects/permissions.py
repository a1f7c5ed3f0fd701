"""Who may, with projects and their money: plain functions, each with its sentence.

Global roles are asked with `holds`, the people of a project with `acts_for`; both know stand-ins.
"""

from collections.abc import Callable
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.machines import causes
from core.people import acts_for, holds, identities
from core.permissions import as_consequence, by_clock
from core.refusals import requires

OVERSIGHT = (
    "secretariat", "preparer", "authoriser", "spend_recorder", "auditor", "administrator",
)  # fmt: skip
"""Roles that see every project."""

seen_through: list[Callable[[Any], Q]] = []
"""Upper rooms add who else may see a project (assessors, seats), as conditions on projects."""


def oversees(user: Any) -> bool:
    """Whether this person sees every project."""
    return holds(user, *OVERSIGHT)


@requires(_("Only people of the secretariat may do this."))
def administers_catalogue(instance: Any, user: Any) -> bool:
    return holds(user, "secretariat")


@requires(_("Only the manager of the project may do this."))
def manages(project: Any, user: Any) -> bool:
    return acts_for(user, project.manager_id, "manager")


@requires(_("Only the owner of the project may do this."))
def owns(project: Any, user: Any) -> bool:
    return acts_for(user, project.owner_id, "owner")


@requires(_("Only the owner withdraws a project; a draft without an owner, the secretariat."))
def withdraws(project: Any, user: Any) -> bool:
    if project.owner_id is None:
        return bool(project.stage == "draft") and holds(user, "secretariat")
    return owns(project, user)


OPENERS = frozenset({"gating.gatereview.exercise", "projects.takeon.confirm"})


@requires(_("A stage opens by exercising a gate, or by taking on a running project."))
def opens_stage(project: Any, user: Any) -> bool:
    return not OPENERS.isdisjoint(causes())


@requires(_("Somebody of an institution registers a project, or the secretariat."))
def registers(instance: Any, user: Any) -> bool:
    return user.institution_id is not None or holds(user, "secretariat")


@requires(
    _(
        "The catalogue entry is edited by the project's manager or owner; while it is a draft "
        "without a manager, also by whoever registered it and by the secretariat."
    )
)
def edits(project: Any, user: Any) -> bool:
    if manages(project, user) or owns(project, user):
        return True
    orphan = project.stage == "draft" and project.manager_id is None
    return orphan and (holds(user, "secretariat") or user.pk == project.registered_by_id)


@requires(_("Only people of the secretariat search for duplicates and answer for what is found."))
def searches(project: Any, user: Any) -> bool:
    return holds(user, "secretariat")


@requires(
    _("The secretariat or an auditor lifts a hold; one for an auditor's finding, an auditor.")
)
def lifts(hold: Any, user: Any) -> bool:
    if hold.cure == "finding":
        return holds(user, "auditor")
    return holds(user, "secretariat", "auditor")


@requires(_("Only the secretariat or an auditor places a hold by hand."))
def places_hold(project: Any, user: Any) -> bool:
    return holds(user, "secretariat", "auditor")


@requires(_("Only an auditor records a finding."))
def audits(project: Any, user: Any) -> bool:
    return holds(user, "auditor")


def reads_tiers(user: Any) -> bool:
    """Whether the tiers stand in this person's header; anybody may read them."""
    return holds(user, "secretariat", "administrator")


@requires(_("A running project is taken on at the secretariat's proposal."))
def proposes_take_on(project: Any, user: Any) -> bool:
    return holds(user, "secretariat")


@requires(
    _(
        "A second person confirms: of the secretariat or a finance authoriser, and never who "
        "proposed it."
    )
)
def confirms_take_on(take_on: Any, user: Any) -> bool:
    if take_on.proposed_by_id in identities(user):
        return False
    return holds(user, "secretariat", "authoriser")


@requires(_("Only who proposed it, or the secretariat, withdraws the proposal."))
def withdraws_take_on(take_on: Any, user: Any) -> bool:
    return user.pk == take_on.proposed_by_id or holds(user, "secretariat")


@requires(_("Only an administrator edits tiers, thresholds and rates."))
def edits_tiers(instance: Any, user: Any) -> bool:
    return holds(user, "administrator")


@requires(_("Only the manager of the project asks for its money."))
def requests_release(tranche: Any, user: Any) -> bool:
    return acts_for(user, tranche.project.manager_id, "manager")


@requires(_("A rule takes effect by the clock when its day comes, or at once by an administrator."))
def puts_rules_in_effect(version: Any, user: Any) -> bool:
    return bool(user.is_clock) or holds(user, "administrator")


@requires(_("Only a finance preparer may do this."))
def prepares_release(tranche: Any, user: Any) -> bool:
    return holds(user, "preparer")


@requires(_("Only who prepared the release may take the preparation back."))
def prepared_release(tranche: Any, user: Any) -> bool:
    return holds(user, "preparer") and user.pk == tranche.prepared_by_id


@requires(_("Only a finance authoriser may do this."))
def authorises(instance: Any, user: Any) -> bool:
    return holds(user, "authoriser")


@requires(_("Only a finance authoriser may do this, and never who prepared the release."))
def authorises_release(tranche: Any, user: Any) -> bool:
    return holds(user, "authoriser") and tranche.prepared_by_id not in identities(user)


@requires(_("The money of the whole portfolio is read by the roles of oversight."))
def reads_all_money(instance: Any, user: Any) -> bool:
    return oversees(user)


@requires(_("Only a spend recorder may do this."))
def records_spending(instance: Any, user: Any) -> bool:
    return holds(user, "spend_recorder")


@requires(
    _("A correction of the ledger is asked for by finance: preparer, authoriser or spend recorder.")
)
def asks_correction(instance: Any, user: Any) -> bool:
    return holds(user, "preparer", "authoriser", "spend_recorder")


@requires(_("A finance authoriser confirms it: neither who asked for it nor who made the entry."))
def confirms_correction(correction: Any, user: Any) -> bool:
    first = {correction.asked_by_id, correction.posting.by_id}
    return holds(user, "authoriser") and not first & identities(user)


@requires(_("Only who asked for the correction withdraws it."))
def withdraws_correction(correction: Any, user: Any) -> bool:
    return user.pk == correction.asked_by_id


@requires(_("Only a hold that is in force freezes money, and only its end frees it."))
def follows_hold(tranche: Any, user: Any) -> bool:
    """Whether the freezing or thawing of this tranche agrees with the holds of its project."""
    return bool(tranche.project.holds_active().exists() != (tranche.state == "frozen"))


@requires(
    _("Correspondence is registered by the secretariat, the project's manager and its owner.")
)
def keeps_letters(row: Any, user: Any) -> bool:
    """Whether this person registers and annuls letters; `row` is a project or a letter of one."""
    project = getattr(row, "project", row)
    return holds(user, "secretariat") or manages(project, user) or owns(project, user)


def sees_imports(user: Any) -> bool:
    """Whether this person sees imported files, what became of them, and the quarantine."""
    return holds(user, "secretariat", "auditor", "administrator")


@requires(_("Only people of the secretariat import portfolios."))
def imports(row: Any, user: Any) -> bool:
    return user.is_clock or holds(user, "secretariat")


@requires(_("Only the clock does this, when a worker has read or written the file."))
def runs_imports(run: Any, user: Any) -> bool:
    return bool(user.is_clock)


AHEAD = "continuity:"
"""With this begin the keys of entries made ahead of a tranche; they do not bring it anywhere."""


@requires(_("Only the reversal of its entry takes a tranche back."))
def follows_reversal(tranche: Any, user: Any) -> bool:
    """Whether every entry that brought the tranche to where it stands has been reversed."""
    kind = {"reserved": "reserve", "committed": "commit", "released": "release"}[tranche.state]
    made = tranche.postings.filter(kind=kind).exclude(key__startswith=AHEAD)
    return made.exists() and not made.filter(reversal=None).exists()


def _of_the_project(change: Any, user: Any, *roles: str) -> bool:
    return any(acts_for(user, getattr(change.project, f"{role}_id"), role) for role in roles)


@requires(_("A change is written by the project's manager, owner or product owner."))
def drafts_changes(change: Any, user: Any) -> bool:
    return _of_the_project(change, user, "manager", "owner", "product_owner")


@requires(_("The project's manager or owner assesses the impact of a change."))
def assesses_impact(change: Any, user: Any) -> bool:
    return _of_the_project(change, user, "manager", "owner")


def _second(change: Any, user: Any) -> bool:
    return assesses_impact(change, user) and not change.submitters & identities(user)


@requires(
    _(
        "Within tolerance the project's manager or owner records a change, and never who "
        "submitted it; beyond, a board decides it."
    )
)
def records_change(change: Any, user: Any) -> bool:
    return change.band == "tolerance" and _second(change, user)


@requires(
    _(
        "Beyond tolerance the project's manager or owner puts a change before the board, and "
        "never who submitted it; within, the project records it itself."
    )
)
def refers_change(change: Any, user: Any) -> bool:
    return change.band in ("deviation", "critical") and _second(change, user)


@requires(_("The project's manager or owner, or the secretariat, returns a change."))
def returns_change(change: Any, user: Any) -> bool:
    return drafts_changes(change, user) or holds(user, "secretariat")


@requires(_("Only the manager of the project implements a change."))
def manages_change(change: Any, user: Any) -> bool:
    return _of_the_project(change, user, "manager")


@requires(_("The project's manager or owner withdraws a change; its draft, whoever wrote it."))
def withdraws_change(change: Any, user: Any) -> bool:
    if change.state == "draft" and user.pk == change.drafted_by_id:
        return True
    return _of_the_project(change, user, "manager", "owner")


@requires(_("The project's manager or owner, or the secretariat, proposes to ask less of it."))
def proposes_tailoring(tailoring: Any, user: Any) -> bool:
    return _of_the_project(tailoring, user, "manager", "owner") or holds(user, "secretariat")


@requires(_("Only who proposed it, or the project's manager or owner, withdraws the proposal."))
def withdraws_tailoring(tailoring: Any, user: Any) -> bool:
    mine = user.pk == tailoring.proposed_by_id
    return mine or _of_the_project(tailoring, user, "manager", "owner")


__all__ = [
    "OPENERS",
    "OVERSIGHT",
    "administers_catalogue",
    "as_consequence",
    "asks_correction",
    "assesses_impact",
    "audits",
    "authorises",
    "authorises_release",
    "by_clock",
    "confirms_correction",
    "confirms_take_on",
    "drafts_changes",
    "edits",
    "edits_tiers",
    "follows_hold",
    "follows_reversal",
    "keeps_letters",
    "lifts",
    "manages",
    "manages_change",
    "opens_stage",
    "oversees",
    "owns",
    "places_hold",
    "prepared_release",
    "prepares_release",
    "proposes_tailoring",
    "proposes_take_on",
    "puts_rules_in_effect",
    "reads_all_money",
    "reads_tiers",
    "records_change",
    "records_spending",
    "refers_change",
    "registers",
    "requests_release",
    "returns_change",
    "searches",
    "seen_through",
    "withdraws",
    "withdraws_change",
    "withdraws_correction",
    "withdraws_tailoring",
    "withdraws_take_on",
]  # fmt: skip
