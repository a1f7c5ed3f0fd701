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


@requires(_("Only who chairs the board begins and closes a meeting; votes in writing, the clock."))
def begins_or_closes(meeting: Any, user: Any) -> bool:
    return chairs(meeting, user) or (meeting.written and user.is_clock)


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
    if user.is_clock:  # votes in writing are opened and closed by the clock
        return bool(motion.meeting is not None and motion.meeting.written)
    return bool(user.pk and user.pk == motion.president())


@requires(_("Only the secretariat hands a motion to the board above."))
def hands_up(motion: Any, user: Any) -> bool:
    return bool(user.is_clock) or prepares_motions(motion, user)


@requires(_("Only who has a seat in this motion objects to deciding it in writing."))
def objects_to_writing(motion: Any, user: Any) -> bool:
    if motion.meeting is None or not motion.meeting.written or user.pk in motion.excluded():
        return False
    return bool(motion.board.seats.of(user).exists())


@requires(_("Only oversight and the seats of the board count a motion again."))
def replays(motion: Any, user: Any) -> bool:
    return holds(user, "secretariat", "auditor") or motion.board.seats.of(user).exists()


@requires(_("Only the owner of the condition hands in its evidence."))
def owes(condition: Any, user: Any) -> bool:
    owner = condition.owner_id
    return user.pk == owner or acts_for(user, owner, "manager") or acts_for(user, owner, "owner")


@requires(_("Only the person named as verifier verifies a condition, and never its owner."))
def verifies(condition: Any, user: Any) -> bool:
    return user.pk == condition.verifier_id and condition.owner_id not in identities(user)


@requires(
    _("Only its verifier confirms the check of a standing condition, while the project runs.")
)
def confirms_checks(condition: Any, user: Any) -> bool:
    if condition.kind != "standing" or condition.project.stage in ("closing", "closed", "stopped"):
        return False
    return verifies(condition, user)


@requires(
    _(
        "Only who chairs the board that set the condition grants or refuses more time, where the "
        "chair decides alone; else the board does, by motion."
    )
)
def grants_time(extension: Any, user: Any) -> bool:
    board, owner = extension.condition.motion.board, extension.condition.owner_id
    alone = board.single_decider and user.pk in board.chairing()
    return bool(alone and owner not in identities(user))


@requires(_("Only the owner of the condition takes the request back."))
def asked_for_time(extension: Any, user: Any) -> bool:
    return owes(extension.condition, user)


@requires(_("Only the secretariat names another verifier."))
def names_verifiers(condition: Any, user: Any) -> bool:
    return holds(user, "secretariat")


@requires(_("Only the secretariat closes a condition that was verified."))
def closes_conditions(condition: Any, user: Any) -> bool:
    return holds(user, "secretariat")


__all__ = [
    "as_consequence", "asked_for_time", "begins_or_closes", "by_clock", "chairs",
    "closes_conditions", "confirms_checks", "convenes", "grants_time", "hands_up",
    "keeps_attendance", "names_verifiers", "objects_to_writing", "owes", "prepares_motions",
    "presides", "replays", "sets_up_boards", "verifies",
]  # fmt: skip
