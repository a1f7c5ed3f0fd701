"""Who may, in the evaluation: plain functions, each with its sentence.

A seat on the panel is a person's own, never lent: `user.pk` only. Officers' role may be lent.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _

from core.people import holds, identities
from core.permissions import as_consequence, by_clock
from core.refusals import requires
from procurement.permissions_competitions import acts_as_officer, approves, chairs, on_panel
from vendors.permissions_companies import represents

READERS = ("procurement_officer", "secretariat", "auditor")
"""Roles that read the panel's scores once every sheet is in; never before."""


def is_clear(competition: Any, user: Any) -> bool:
    """Whether this person sits on the panel now and declared no conflict of interest."""
    declared = competition.declarations.filter(
        state="clear", member__user=user.pk, member__left_at=None
    )
    return bool(declared.exists())


@requires(_("Only who is asked declares, for themselves."))
def is_the_declarant(declaration: Any, user: Any) -> bool:
    return bool(declaration.member.user_id == user.pk and declaration.member.left_at is None)


@requires(_("Only the member of the panel whose sheet it is may do this."))
def owns_sheet(sheet: Any, user: Any) -> bool:
    mine = sheet.member.user_id == user.pk and sheet.member.left_at is None
    return bool(mine and is_clear(sheet.competition, user))


@requires(
    _(
        "A member of the panel recuses themselves; a procurement officer without a seat on the "
        "panel recuses somebody else."
    )
)
def recuses(row: Any, user: Any) -> bool:
    return row.member.user_id == user.pk or acts_as_officer(row.competition, user)


@requires(_("Only the chair of the panel, free of conflicts, may do this."))
def leads_panel(competition: Any, user: Any) -> bool:
    return chairs(competition, user) and is_clear(competition, user)


@requires(_("Only a procurement officer without a seat on the panel checks compliance."))
def checks(check: Any, user: Any) -> bool:
    return acts_as_officer(check.competition, user)


@requires(
    _(
        "A second procurement officer, without a seat on the panel, confirms what the first "
        "one found."
    )
)
def confirms_check(check: Any, user: Any) -> bool:
    second = check.checked_by_id not in identities(user)
    return second and acts_as_officer(check.competition, user)


@requires(_("Only a representative of the bidder answers."))
def answers_cure(check: Any, user: Any) -> bool:
    return represents(user, check.bid.vendor, "bidder")


@requires(_("A procurement officer, or who decides on the ranking, proposes an exclusion."))
def proposes_exclusion(competition: Any, user: Any) -> bool:
    return acts_as_officer(competition, user) or approves(competition, user)


@requires(
    _(
        "A second person confirms or rejects an exclusion: a procurement officer, and once the "
        "ranking lies before oversight, the secretariat."
    )
)
def confirms_exclusion(exclusion: Any, user: Any) -> bool:
    if exclusion.proposed_by_id in identities(user):
        return False
    competition = exclusion.competition
    if competition.state in ("approval", "standstill", "awarded"):
        return approves(competition, user)
    return acts_as_officer(competition, user)


def reads_scores(user: Any) -> bool:
    """Whether this person reads all competitions' scores, once they are open."""
    return holds(user, *READERS)


__all__ = [
    "acts_as_officer", "answers_cure", "approves", "as_consequence", "by_clock", "chairs", "checks",
    "confirms_check", "confirms_exclusion", "is_clear", "is_the_declarant",
    "leads_panel", "on_panel", "owns_sheet", "proposes_exclusion", "reads_scores", "recuses",
]  # fmt: skip
