"""The debate on a motion: who reads it, who speaks, and the one way to its text.

Whoever takes no part in the motion does not read it, nor do the project's people: not in a page,
paper, notice or draft of minutes; the history keeps only a hash.
"""

import hashlib
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock, history
from core.models import User
from core.people import holds, identities
from core.refusals import Refused, requires
from core.steps import MOVED_ON, allow
from gating.models import Motion, Remark


def reads(motion: Motion, user: Any) -> bool:
    """Whether this person may read what was said: oversight and the seats that take part."""
    if takes_no_part(motion, user):
        return False
    return holds(user, "secretariat", "auditor") or motion.board.seats.of(user).exists()


def takes_no_part(motion: Motion, user: Any) -> bool:
    """Whether this person, or one they stand in for, is excluded or belongs to the project."""
    mine = identities(user)
    if mine & motion.excluded().keys():
        return True
    project = motion.project
    return project is not None and project.team.filter(person__in=mine).exists()


@requires(gettext_lazy("Only the seats that take part in the motion, and the secretariat, speak."))
def speaks(motion: Any, user: Any) -> bool:
    if motion.state not in Motion.UNDECIDED or not reads(motion, user):
        return False
    return holds(user, "secretariat") or motion.board.seats.of(user).exists()


def remarks(motion: Motion, user: Any) -> list[Remark]:
    """What was said so far, the oldest first; nothing for whoever does not read it."""
    if not reads(motion, user):
        return []
    return list(motion.remarks.select_related("user"))


@transaction.atomic
def say(motion: Motion, text: str, *, by: User) -> Remark:
    """Contribute to the debate, until the vote is closed; it is neither changed nor removed."""
    history.lock(motion.dossier)
    motion = Motion.objects.select_related(*Motion.step_related).get(pk=motion.pk)
    if motion.state not in Motion.UNDECIDED:
        raise Refused(MOVED_ON())
    allow(speaks, motion, by)
    if not text.strip():
        raise Refused(_("Write what you want to say."))
    remark = Remark(motion=motion, user=by, text=text.strip(), at=clock.now())
    remark.save()
    digest = hashlib.sha256(remark.text.encode()).hexdigest()
    history.record("gating.motion.say", motion, by=by,
                   details={"remark": remark.pk, "sha256": digest})  # fmt: skip
    return remark
