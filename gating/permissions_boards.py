"""Who may, in boards: plain functions, each with its sentence. Seats cannot be lent."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from core.people import acts_for, holds, identities
from core.permissions import as_consequence, by_clock
from core.refusals import requires


@requires(_("Only an administrator sets up boards and their seats."))
def sets_up_boards(board: Any, user: Any) -> bool:
    return holds(user, "administrator")


@requires(_("Only the secretariat convenes meetings and keeps their papers and minutes."))
def convenes(meeting: Any, user: Any) -> bool:
    return holds(user, "secretariat")


@requires(_("Only who chairs the board, or the alternate named for the chair, does this."))
def chairs(meeting: Any, user: Any) -> bool:
    return user.pk in meeting.board.chairing()


@requires(_("Only the secretariat, or who chairs the board, records who attends."))
def keeps_attendance(meeting: Any, user: Any) -> bool:
    return convenes(meeting, user) or chairs(meeting, user)


@requires(_("Only the secretariat drafts, tables and publishes motions."))
def prepares_motions(motion: Any, user: Any) -> bool:
    return holds(user, "secretariat")


@requires(
    _(
        "Only who presides over this motion does this: the chair, or the chair's alternate, "
        "or else the first seat that is there."
    )
)
def presides(motion: Any, user: Any) -> bool:
    return bool(user.pk and user.pk == motion.president())


@requires(_("Only the owner of the condition hands in its evidence."))
def owes(condition: Any, user: Any) -> bool:
    owner = condition.owner_id
    return user.pk == owner or acts_for(user, owner, "manager") or acts_for(user, owner, "owner")


@requires(_("Only the person named as verifier verifies a condition, and never its owner."))
def verifies(condition: Any, user: Any) -> bool:
    return user.pk == condition.verifier_id and condition.owner_id not in identities(user)


@requires(_("Only the secretariat closes a condition that was verified."))
def closes_conditions(condition: Any, user: Any) -> bool:
    return holds(user, "secretariat")


__all__ = [
    "as_consequence", "by_clock", "chairs", "closes_conditions", "convenes", "keeps_attendance",
    "owes", "prepares_motions", "presides", "sets_up_boards", "verifies",
]  # fmt: skip
